"""Commands for model keepers: train, evaluate, compare, promote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli._app import (
    AnalyzerName,
    AsJson,
    ModelId,
    SettingsFile,
    app,
    now,
    opened,
    show_json,
    unread,
)
from pipeline.cli._tools import file_text, learned_examples
from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from pipeline.codebook import Codebook
    from pipeline.corpus.analyzer import Analyzer
    from pipeline.home import Home
    from pipeline.learning.sets import TrainingSet

NUMBER = re.compile(r"-?\d+(\.\d+)?")

NewlyJudged = Annotated[
    list[Path] | None, typer.Option("--annotations", help="Also learn from these judgements (CSV)")
]
TheirNotices = Annotated[
    list[str] | None, typer.Option("--input", help="The notices that --annotations judges")
]


@app.command()
def train(
    annotations: NewlyJudged = None,
    inputs: TheirNotices = None,
    silver: Annotated[
        list[str] | None, typer.Option(help="Also learn, with less weight, from fields and cues")
    ] = None,
    analyzer: AnalyzerName = None,
    settings_file: SettingsFile = None,
) -> None:
    """Train a model on the judged notices in the repository and put it on the shelf.

    The new model is used only after `promote`. Judgements of notices that were drawn at random
    are refused: they measure the model and must not train it. What fields and cues suggest of
    the notices in --silver is kept in corpora/silver, apart from judgements by people.

    \b
    Examples:
      innovatiemonitor train
      innovatiemonitor train --annotations new.csv --input notices/
      innovatiemonitor train --analyzer nl_core_news_md
    """
    from pipeline.corpus.analyzer import Analyzer
    from pipeline.learning import shelf
    from pipeline.learning import train as training
    from pipeline.learning.card import card as card_of

    home = opened(settings_file, analyzer=analyzer)
    given, store, codebook = home.settings, home.store, home.codebook
    maker = Analyzer(given.analyzer)
    learned = learned_examples(home, codebook, maker, annotations or [], inputs or [])
    learned = _with_silver(home, codebook, maker, learned, silver or [])
    recipe, created = training.Recipe(), now().date().isoformat()
    card = card_of(learned, recipe, codebook, analyzer=maker.name, created=created)
    if store.has_model(card.model_id):
        typer.echo("the same model is on the shelf already; it keeps its figures", err=True)
    else:
        shelf.save(store, training.train(learned, recipe, codebook), card, learned)
    typer.echo(card.model_id)


@app.command()
def evaluate(
    model: ModelId = None,
    real: Annotated[
        Path | None, typer.Option(help="Folder with the published notices of real.csv")
    ] = None,
    inputs: Annotated[
        list[str] | None,
        typer.Option("--input", help="The notices that were added when it was trained"),
    ] = None,
    cases: Annotated[
        Path | None, typer.Option(help="CSV of judged notices that no model has learned from")
    ] = None,
    masked: Annotated[
        bool,
        typer.Option("--masked", help="Also with forms' names hidden, which takes twice as long"),
    ] = False,
    new_set: Annotated[
        str | None, typer.Option(help="Why the floors now hold for these sets; stored")
    ] = None,
    settings_file: SettingsFile = None,
) -> None:
    """Measure a model and write the figures into its card and evaluation.html.

    What it learned from is judged out of fold, by models that learned all the rest: authored
    notices, and those that were added. Traps and, where --real is given, published notices are
    judged by the model itself. Takes a few minutes.

    \b
    Examples:
      innovatiemonitor evaluate --real ../shared/notices --cases ../shared/cases/dev.csv
      innovatiemonitor evaluate --model m-1a2b3c4d --input notices/
      innovatiemonitor evaluate --model m-1a2b3c4d --new-set "the corpus has grown"
    """
    from pipeline.corpus import annotations as judging
    from pipeline.corpus.real import real_notices
    from pipeline.evaluation import gate, trial
    from pipeline.evaluation.material import judged_table, learned_by
    from pipeline.evaluation.suspects import keep_suspects
    from pipeline.evaluation.turns import judgement_counts, judgement_history
    from pipeline.labels.classify import Classifier
    from pipeline.labels.find import notices_of
    from pipeline.report.evaluation import evaluation_page

    home = opened(settings_file)
    given, store = home.settings, home.store
    classifier = Classifier.load(model, settings=given)
    codebook = classifier.codebook
    others = {}
    if real is not None:
        read = judging.read(store.annotations("real"), codebook, name="real.csv")
        others["real"] = (real_notices(real), judging.final(read))
        if unsettled := judging.undecided(read):
            typer.echo(f"left out: {len(unsettled)} notices that readers judged differently")
    if cases is not None:
        others["cases"] = judged_table(file_text(cases), codebook, name=cases.name)
    found = trial.evaluate(
        classifier,
        learned_by(
            classifier.card,
            codebook,
            classifier.analyzer,
            store=store,
            notices=notices_of(inputs or [], home=home, now=now(), tell=unread),
        ),
        facts=trial.authored_facts(store.authored()),
        traps=store.traps(),
        paragraphs=list(store.boilerplate()),
        others=others,
        masked=masked,
    )
    card = trial.record(store, classifier.card, found)
    page = evaluation_page(card, found.suspects)
    store.write_model(card.model_id, {"evaluation.html": page.encode()})
    keep_suspects(
        store, card.model_id, found.suspects, judgement_counts(judgement_history(store, codebook))
    )
    if new_set:
        gate.measure_on(store, card, reason=new_set, on=now().date().isoformat())
    for failure in gate.check(card, gate.bounds(store)):
        typer.echo(failure)
    typer.echo(f"written: {store.models / card.model_id / 'evaluation.html'}", err=True)


@app.command()
def compare(
    challenger: Annotated[str, typer.Argument(help="Model id")],
    champion: Annotated[
        str | None, typer.Option(help="Model id; without it the promoted one")
    ] = None,
    annotations: NewlyJudged = None,
    inputs: TheirNotices = None,
    as_json: AsJson = False,
    settings_file: SettingsFile = None,
) -> None:
    """Hold a model against the promoted one on the same folds, with a paired test.

    On the authored notices and on those that were added: what neither learned of them.

    \b
    Examples:
      innovatiemonitor compare m-1a2b3c4d
      innovatiemonitor compare m-1a2b3c4d --annotations new.csv --input notices/
    """
    from pipeline.evaluation import trial
    from pipeline.evaluation.compare import table
    from pipeline.labels.classify import Classifier

    home = opened(settings_file)
    given, store = home.settings, home.store
    one, other = (Classifier.load(x, settings=given) for x in (champion, challenger))
    learned = learned_examples(home, one.codebook, one.analyzer, annotations or [], inputs or [])
    facts = trial.authored_facts(store.authored())
    found = trial.contest(one, other, learned, facts=facts)
    if as_json:
        show_json(found)
        return
    for name, comparison in found.items():
        typer.echo(f"## {name}\n\n{table(comparison)}")


@app.command()
def promote(
    to: Annotated[str | None, typer.Option("--to", help="Model id, also of an earlier one")] = None,
    lower: Annotated[
        list[str] | None, typer.Option(help="Change a bound first: METRIC=VALUE; needs --reason")
    ] = None,
    at_least: Annotated[
        list[str] | None, typer.Option(help="Add a bound first: METRIC=VALUE; needs --reason")
    ] = None,
    at_most: Annotated[
        list[str] | None, typer.Option(help="The same, for figures that should be small")
    ] = None,
    reason: Annotated[
        str | None, typer.Option(help="Why; needed where it fails the gate; stored")
    ] = None,
    by: Annotated[
        str, typer.Option(envvar="INNOVATIEMONITOR_BY", help="Who decides: pseudonym or role")
    ] = "model keeper",
    settings_file: SettingsFile = None,
) -> None:
    """Make a model the one that `classify` uses, if it passes the floors of models/floors.json.

    Each promotion is added to models/promotions.jsonl, also one back to an earlier model; none
    is ever taken out.

    \b
    Examples:
      innovatiemonitor promote --to m-1a2b3c4d
      innovatiemonitor promote --lower authored.forms.micro_f1=0.85 --reason "forms without names"
      innovatiemonitor promote --at-most invariance.changed.any_label=0.03 --reason "new figure"
    """
    from pipeline.evaluation import gate
    from pipeline.learning import promotions, shelf

    store = opened(settings_file).store
    why = {"reason": reason or "", "on": now().date().isoformat()}
    for metric, value in _bounds(lower):
        gate.lower(store, metric, value, **why)
        typer.echo(f"bound changed: {metric}={value:g}")
    for side, pairs in zip(gate.BOUNDS, (at_least, at_most), strict=True):
        for metric, value in _bounds(pairs):
            name = to or promotions.champion(store).model_id
            card = shelf.read_card(name, store.model_files(name))
            gate.bind(store, card, metric, value, side=side, **why)
            typer.echo(f"bound added: {metric} {side.replace('_', ' ')} {value:g}")
    if to is None:
        return
    for failure in gate.promote(store, to, by=by, on=now().isoformat(), reason=reason):
        typer.echo(f"passed with a reason: {failure}")
    typer.echo(f"promoted: {to}")


def _with_silver(
    home: Home, codebook: Codebook, analyzer: Analyzer, learned: TrainingSet, inputs: list[str]
) -> TrainingSet:
    from pipeline.corpus.draws import drawn_ids
    from pipeline.labels.find import notices_of
    from pipeline.learning import weak
    from pipeline.learning.examples import silvered

    if not inputs:
        return learned
    notices = notices_of(inputs, home=home, now=now(), tell=unread)
    both = silvered(notices.values(), learned, codebook, analyzer, drawn=drawn_ids(home.store))
    suggested = both.silver.judgements
    home.store.write_silver("silver", weak.write(suggested))
    typer.echo(f"{len(suggested)} suggestions of {len(notices)} notices: corpora/silver", err=True)
    return both


def _bounds(pairs: list[str] | None) -> Iterator[tuple[str, float]]:
    for pair in pairs or ():
        metric, _, value = pair.partition("=")
        # Beyond a bound that is no number lies nothing.
        if not NUMBER.fullmatch(value):
            raise SettingsError(f"a bound is {pair!r}; expected METRIC=VALUE")
        yield metric, float(value)
