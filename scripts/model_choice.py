"""Compare ways of making a model; prints the tables of docs/model_choice.md.

    .venv/bin/python scripts/model_choice.py [--cases ../shared/cases/dev.csv] [--tables ablation]

One fold in five is held out, by group (procedure, buyer, near-duplicate text), the same for every
candidate; traps, and cases where they are given, are judged by the same models. What is chosen in
an inner loop is chosen on the rest.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedGroupKFold

from pipeline import codebook, settings
from pipeline.corpus.analyzer import Analyzer
from pipeline.evaluation import cases
from pipeline.evaluation.figures import figures, trap_figures
from pipeline.evaluation.material import judged_table
from pipeline.evaluation.trial import authored_facts, trap_notice
from pipeline.features.cues import CueFinder
from pipeline.labels import decide
from pipeline.learning.examples import authored
from pipeline.learning.judge import STRENGTHS, TEXT, Judge
from pipeline.learning.sets import Beside, TrainingSet
from pipeline.learning.train import Recipe, train
from pipeline.records import Notice, Reading
from pipeline.store import Store

Book = codebook.Codebook
KINDS = ("degree", "aspect", "openness", "forms")
WORDS = {kind: {"lemmas": 1.0} for kind in KINDS}
NO_CUES = {kind: {x: w for x, w in TEXT.items() if x != "cues"} for kind in KINDS}
NO_FIELDS = dict.fromkeys(KINDS, TEXT)
FREE = {"degree": 10.0, "aspect": 10.0, "openness": 10.0, "forms": 10.0}
# What the inner loop may choose from: multiples of the strengths, and cuts of forms.
MULTIPLES = (0.25, 0.5, 1.0, 2.0, 4.0)
CUTS = (0.2, 0.3, 0.4, 0.5)
SHARES = (0.5, 0.75, 1.0)
FIGURES = (("innovation_oriented", "f1"), ("degree", "macro_f1"), ("forms", "micro_f1"))
OLDER = re.compile(r"authored-[a-q]-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """What every candidate is judged on: readings and the truth about them."""

    name: str
    readings: tuple[Reading, ...]
    truths: tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What all candidates learn from, and what they are judged on; every text is read once."""

    rest: TrainingSet
    tests: tuple[Test, ...]
    traps: Sequence[Mapping[str, Any]]
    passages: tuple[Reading, ...]
    book: Book

    def line(self, name: object, judge: Judge, started: float, **options: Any) -> str:
        """Return the line of a table, and show it at once."""
        told = " | ".join(self.measured(judge, **options))
        line = f"| {name} | {told} | {time.monotonic() - started:.0f} |"
        print(line, file=sys.stderr, flush=True)
        return line

    def measured(
        self,
        judge: Judge,
        *,
        book: Book | None = None,
        thresholds: Mapping[str, float] | None = None,
    ) -> Iterator[str]:
        """Yield per test innovation F1, degree and forms; then the share of right traps."""
        book = book or self.book
        limits = thresholds or Recipe().thresholds_of(book)
        for test in self.tests:
            chosen = chosen_of(judge, test.readings, book, limits)
            found = [
                cases.Case(
                    notice_id=str(n), truth=truth, chosen=one, probabilities={}, facts={}, group=n
                )
                for n, (truth, one) in enumerate(zip(test.truths, chosen, strict=True))
            ]
            told = figures(found, book)
            for part, name in FIGURES:
                yield f"{told[part][name]['value']:.3f}"
        right = trap_figures(self.traps, chosen_of(judge, self.passages, book, limits))
        yield f"{right['right']['value']:.3f}"

    def head(self, first: str) -> Iterator[str]:
        told = ", ".join(f"{len(x.readings)} {x.name}" for x in self.tests)
        count = len(self.rest.readings)
        yield f"Learned from at most {count} notices; judged: {told}. Innovation F1,"
        yield "degree macro-F1, forms micro-F1 per set; the share of traps that are right; seconds."
        yield ""
        parts = ("innovation", "degree", "forms")
        names = [f"{x.name}: {what}" for x in self.tests for what in parts]
        yield f"| {first} | {' | '.join(names)} | traps | s |"
        yield "|---|" + "---:|" * (len(names) + 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One way of making a model: recipe, what it learns from, and the codebook it decides by."""

    recipe: Recipe = field(default_factory=Recipe)
    learns: Callable[[TrainingSet], TrainingSet] = lambda learned: learned
    decides: Callable[[Book], Book] = lambda book: book


def without_windows(recipe: Recipe) -> Recipe:
    return replace(recipe, direct=("names", "cues"))


def first_corpus(learned: TrainingSet) -> TrainingSet:
    """The notices written to show their labels; no buyers' style, nothing beside them."""
    ids = [x.document.notice.notice_id for x in learned.readings]
    older = np.flatnonzero([bool(OLDER.match(x)) for x in ids])
    return replace(learned.some(older), passages=Beside(), subjects=Beside())


def no_fields(book: Book) -> Book:
    return replace(book, labels=tuple(replace(x, fields={}) for x in book.labels))


def no_implications(book: Book) -> Book:
    bare = (replace(x, least_degree=None, implies=(), excludes=()) for x in book.labels)
    return replace(book, labels=tuple(bare))


CANDIDATES = {
    "words alone, linear SVM": Candidate(
        recipe=Recipe(weights=WORDS, strengths=dict.fromkeys(KINDS, 1.0), direct=("cues",))
    ),
    "words alone, logistic regression": Candidate(
        recipe=Recipe(weights=WORDS, strengths=FREE, classifier="logistic", direct=("cues",))
    ),
    "the chosen one": Candidate(),
    "without windows": Candidate(recipe=without_windows(Recipe())),
    "without names at calibration": Candidate(
        recipe=replace(Recipe(), direct=("passages", "cues"))
    ),
    "without cues": Candidate(recipe=replace(Recipe(), weights=NO_CUES)),
    "without fields": Candidate(recipe=replace(Recipe(), weights=NO_FIELDS), decides=no_fields),
    "without implications": Candidate(decides=no_implications),
    "first corpus only": Candidate(learns=first_corpus),
    "without passages": Candidate(learns=lambda learned: replace(learned, passages=Beside())),
    "names of forms masked": Candidate(recipe=replace(Recipe(), mask_names=True)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=Path, help="judged notices that no model learned from")
    parser.add_argument("--share", type=float, default=1.0, help="part of the groups to learn from")
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=list(TABLES))
    given = parser.parse_args()
    store = Store(settings.load().home)
    book, analyzer = codebook.load(store), Analyzer("embedded")
    learned = authored(store, book, analyzer)
    seen, unseen = split(learned)
    tests = [*held_out(learned, unseen, authored_facts(store.authored()))]
    if given.cases:
        tests.append(judged_elsewhere(given.cases, book, analyzer))
    traps = store.traps()
    bench = Bench(
        rest=part_of(learned.some(seen), given.share),
        tests=tuple(tests),
        traps=traps,
        passages=tuple(read([trap_notice(x) for x in traps], book, analyzer)),
        book=book,
    )
    for table in given.tables:
        print("\n".join(TABLES[table](bench)) + "\n")


def ablation(bench: Bench) -> Iterator[str]:
    """Leave out one part at a time."""
    yield from bench.head("candidate")
    for name, candidate in CANDIDATES.items():
        started = time.monotonic()
        judge = train(candidate.learns(bench.rest), candidate.recipe, bench.book)
        yield bench.line(name, judge, started, book=candidate.decides(bench.book))


def split(learned: TrainingSet) -> tuple[Any, Any]:
    degrees = [x.degree for x in learned.judgements]
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=0)
    return next(iter(folds.split(degrees, degrees, learned.groups)))


def held_out(
    learned: TrainingSet, unseen: Any, facts: Mapping[str, Mapping[str, str]]
) -> Iterator[Test]:
    ids = [x.document.notice.notice_id for x in learned.readings]
    for style in ("authored", "buyers"):
        places = [i for i in unseen if facts[ids[i]]["style"] == style]
        yield Test(
            name=style,
            readings=tuple(learned.readings[i] for i in places),
            truths=tuple(learned.judgements[i] for i in places),
        )


def judged_elsewhere(path: Path, book: Book, analyzer: Analyzer) -> Test:
    notices, judged = judged_table(path.read_text(), book, name=path.name)
    order = sorted(judged)
    return Test(
        name="cases",
        readings=tuple(read([notices[x] for x in order], book, analyzer)),
        truths=tuple(judged[x].judgement for x in order),
    )


def read(notices: Sequence[Notice], book: Book, analyzer: Analyzer) -> list[Reading]:
    finder = CueFinder(book, analyzer)
    return [Reading(document=x, hits=finder.find(x)) for x in analyzer.analyze(notices)]


def chosen_of(
    judge: Judge, readings: Sequence[Reading], book: Book, limits: Mapping[str, float]
) -> tuple[Any, ...]:
    found = decide.choose(judge.scorer(), readings, book, thresholds=limits)
    return tuple(x.judgement or decide.nothing_but(x.forms) for x in found)


def curve(bench: Bench) -> Iterator[str]:
    """Learn from a part of the groups, passages in the same part."""
    yield from bench.head("notices learned from")
    for share in SHARES:
        started = time.monotonic()
        part = part_of(bench.rest, share)
        yield bench.line(len(part.readings), train(part, Recipe(), bench.book), started)


def part_of(learned: TrainingSet, share: float) -> TrainingSet:
    """Keep a part of the groups, and as large a part of what stands beside them."""
    drawn = np.random.default_rng(0).permutation(np.unique(learned.groups))
    kept = np.flatnonzero(np.isin(learned.groups, drawn[: round(share * len(drawn))]))
    passages, subjects = (
        replace(some, examples=some.examples[: round(share * len(some.examples))])
        for some in (learned.passages, learned.subjects)
    )
    return replace(learned.some(kept), passages=passages, subjects=subjects)


def inner_choice(bench: Bench) -> Iterator[str]:
    """Choose strengths and the cut of forms without the held-out fold.

    Features and their out-of-fold scores are made once; of the heads the calibrated scores out of
    fold are compared by log loss, per judgement apart.
    """
    started = time.monotonic()
    rest, book = bench.rest, bench.book
    judge = train(rest, Recipe(), book)
    targets = [*rest.targets, *(target for _, target in rest.beside)]
    readings = [*rest.readings, *(reading for reading, _ in rest.beside)]
    matrix = clone(judge.features_).fit_transform(readings, targets).tocsr()
    groups = np.array([target.group for target in targets])
    losses: dict[str, dict[float, float]] = {kind: {} for kind in KINDS}
    scores: dict[float, Any] = {}
    for multiple in MULTIPLES:
        judge.strengths = {kind: c * multiple for kind, c in STRENGTHS.items()}
        questions = judge._questions(targets)
        heads = clone(judge.heads or judge.heads_).fit(matrix, questions, groups)
        scores[multiple] = heads
        for kind in KINDS:
            losses[kind][multiple] = float(
                np.mean([loss(heads, questions, name) for name in judge._names()[kind]])
            )
    best = {kind: min(told, key=told.__getitem__) for kind, told in losses.items()}
    cut = best_cut(scores[best["forms"]], judge._questions(targets), judge)
    yield "| judgement | " + " | ".join(f"C x {x:g}" for x in MULTIPLES) + " | chosen |"
    yield "|---|" + "---|" * (len(MULTIPLES) + 1)
    for kind in KINDS:
        told = " | ".join(f"{losses[kind][x]:.4f}" for x in MULTIPLES)
        yield f"| {kind} | {told} | {best[kind]:g} |"
    yield ""
    yield f"Cut of forms with the best micro-F1 out of fold: {cut:g}."
    yield ""
    chosen = Recipe(strengths={kind: STRENGTHS[kind] * best[kind] for kind in KINDS})
    limits = chosen.thresholds_of(book) | dict.fromkeys(book.forms, cut)
    yield from bench.head("recipe")
    judge = train(rest, chosen, book)
    yield bench.line("chosen in the inner loop", judge, started, thresholds=limits)


def loss(heads: Any, questions: Mapping[str, Any], name: str) -> float:
    """Log loss of one question out of fold."""
    answers = questions[name].answers
    asked = ~np.isnan(answers)
    given = heads.scores_[asked, heads.names_.tolist().index(name)]
    return float(log_loss(answers[asked], np.clip(given, 1e-6, 1 - 1e-6)))


def best_cut(heads: Any, questions: Mapping[str, Any], judge: Judge) -> float:
    """Return the cut whose forms, all together, have the best F1 out of fold."""

    def f1(cut: float) -> float:
        right = listed = true = 0.0
        for name in judge._names()["forms"]:
            answers = questions[name].answers
            asked = ~np.isnan(answers)
            said = heads.scores_[asked, heads.names_.tolist().index(name)] >= cut
            right += float((said & (answers[asked] == 1)).sum())
            listed += float(said.sum())
            true += float((answers[asked] == 1).sum())
        return 2 * right / max(listed + true, 1.0)

    return max(CUTS, key=f1)


TABLES = {"ablation": ablation, "curve": curve, "inner": inner_choice}


if __name__ == "__main__":
    main()
