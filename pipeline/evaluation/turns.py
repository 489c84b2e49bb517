"""The queue of a home: what is judged, what a model doubts of it, and what it says of the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from pipeline.codebook import Codebook
from pipeline.corpus import annotations as judging
from pipeline.corpus.analyzer import assemble
from pipeline.corpus.draws import drawn_ids
from pipeline.evaluation.suspects import by_doubt, kept_suspects, suspects
from pipeline.evaluation.trial import real_cases
from pipeline.labels.batches import outcomes
from pipeline.labels.classify import Classifier
from pipeline.labels.queue import QueuedNotice, Unjudged, to_judge
from pipeline.learning import shelf
from pipeline.learning.shelf import ADDED
from pipeline.records import Annotation, Notice, Suspect
from pipeline.store import Store

History = Mapping[str, Sequence[Annotation]]


def turns(
    classifier: Classifier,
    notices: Mapping[str, Notice],
    *,
    store: Store,
    length: int,
    seed: int,
    mix: Mapping[str, float] | None = None,
    jobs: int = 1,
    tell: Callable[[int], None] = lambda _: None,
) -> tuple[QueuedNotice, ...]:
    """Say which of some notices to judge next; see ``pipeline.labels.queue.to_judge``.

    Args:
        notices: By id; suspects too come up only where they are among these.
        mix: Instead of that of the settings.
        tell: Hears how many notices the model has been asked of.

    Raises:
        CorpusError: A file of judgements does not fit the codebook.
        SettingsError: The mix names an unknown reason, or none.
    """
    judged = judgement_history(store, classifier.codebook)
    drawn = drawn_ids(store)
    free = [one for name, one in notices.items() if name not in judged and name not in drawn]
    candidates: list[Unjudged] = []
    for batch in outcomes(classifier, free, jobs=jobs):
        candidates += [Unjudged.of(x.prediction) for x in batch if x.prediction]
        tell(len(candidates))
    return to_judge(
        candidates,
        classifier.codebook,
        judged=_texts(judged, notices, store),
        mix=classifier.settings.queue_mix if mix is None else mix,
        length=length,
        seed=seed,
        suspects=_doubted(classifier, notices, judged, store=store),
        drawn=drawn,
    )


def judgement_history(store: Store, codebook: Codebook) -> dict[str, list[Annotation]]:
    """Return all judgements of all files by notice, superseded ones too.

    Raises:
        CorpusError: A file does not fit the codebook.
    """
    found: defaultdict[str, list[Annotation]] = defaultdict(list)
    for name, text in store.annotation_files().items():
        for one in judging.read_all(text, codebook, name=f"{name}.csv"):
            found[one.notice_id].append(one)
    return dict(found)


def judgement_counts(judged: History) -> dict[str, int]:
    """Return how many judgements there are of each notice."""
    return {name: len(several) for name, several in judged.items()}


def _texts(judged: History, notices: Mapping[str, Notice], store: Store) -> dict[str, str]:
    """Return what is known of the texts of judged notices; nothing of those that are not here."""
    written = {x["notice_id"]: f"{x['title']} {x['description']}" for x in store.authored()}
    here = {name: assemble(notices[name])[0] for name in judged if name in notices}
    return dict.fromkeys(judged, "") | written | here


def _doubted(
    classifier: Classifier, notices: Mapping[str, Notice], judged: History, *, store: Store
) -> list[Suspect]:
    """Doubt what the model learned by its trial out of fold, and all else by the model itself.

    Left out is what more than one judgement stands on, or what was judged again since.
    """
    kept = kept_suspects(store, classifier.card.model_id, judgement_counts(judged)) or ()
    learned = _learned(classifier, store)
    single = {
        name: several[0]
        for name, several in judged.items()
        if len(several) == 1 and name in notices and name not in learned
    }
    same = {
        name: one
        for name, one in single.items()
        if one.text_hash in {None, judging.text_hash(notices[name])}
    }
    found = suspects(real_cases(classifier, notices, same), classifier.codebook) if same else ()
    return sorted((x for x in (*kept, *found) if x.notice_id in notices), key=by_doubt)


def _learned(classifier: Classifier, store: Store) -> set[str]:
    text = shelf.learned_beside(store, classifier.card, ADDED)
    added = judging.read(text, classifier.codebook, name=ADDED) if text else ()
    return {x["notice_id"] for x in store.authored()} | {x.notice_id for x in added}
