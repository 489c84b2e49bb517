"""How many judgements the queue saves against judging at random; writes docs/queue_study.md.

    .venv/bin/python scripts/queue_study.py

A light model learns from words only (one logistic regression per label). The authored notices are
parted by buyer; from the learning part it begins with notices at random, and adds either notices at
random or the head of the queue, by the very function that the command calls. Rules are the cues of
the codebook, as everywhere. Who judges errs now and then on whether it is innovation-oriented; a
suspect is doubted by models that did not learn it, costs a judgement, and is then judged rightly.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupShuffleSplit, KFold

from pipeline import codebook, settings
from pipeline.codebook import Codebook
from pipeline.corpus import annotations as judging
from pipeline.evaluation.cases import Case
from pipeline.evaluation.suspects import suspects
from pipeline.features.terms import HashedTerms
from pipeline.labels import rules
from pipeline.labels.classify import Classifier
from pipeline.labels.queue import Unjudged, to_judge
from pipeline.records import INNOVATION, Judgement, Notice, Suspect
from pipeline.settings import QUEUE_MIX
from pipeline.store import Store
from pipeline.writing import write_atomic

FIRST, STEP, LAST = 100, 150, 700
SPLITS = 5
# Of the judgements, on whether it is innovation-oriented.
ERRORS = 0.05
FOLDS = 3
MIXES = {
    "random": {},
    "model": {name: QUEUE_MIX[name] for name in ("uncertain", "novel")},
    "model and rules": {name: QUEUE_MIX[name] for name in ("uncertain", "novel", "disagreement")},
    "all four": QUEUE_MIX,
}
FIGURES = ("innovation", "forms")

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

HEAD = """# How many judgements the queue saves

`scripts/queue_study.py` wrote this: {notices} authored notices, {splits} partings by buyer (70% to
learn from, 30% to measure on), {first} notices at random to begin with, then {step} at a time. A
light model: words only, one logistic regression per label. The intervals are of 95%, over the
partings (t; they share notices, so they are somewhat too narrow). Forms are macro-F1 over {forms}
forms, innovation is F1. Of the judgements {errors:.0%} err on whether it is innovation-oriented.

The queue mixes, in the proportions of the setting: what is uncertain and what is novel (*model*);
that and where the rules say otherwise (*model and rules*); and suspects too, which are read again
and then judged rightly (*all four*).

Of the authored notices almost half are innovation-oriented; among published ones a few per cent
are. There a queue finds what is rare sooner, and a light model finds less: expect another saving.

"""


@dataclass(frozen=True, kw_only=True)
class Pool:
    """The corpus as the simulation sees it, all of length n; labels are columns.

    Attributes:
        said: What people say at first; what is right is ``truth``.
        rules: Label ids by cues alone.
    """

    ids: list[str]
    texts: list[str]
    truth: NDArray[np.bool_]
    said: NDArray[np.bool_]
    rules: list[tuple[str, ...]]
    groups: Places
    labels: tuple[str, ...]


def pool_of(store: Store, book: Codebook) -> Pool:
    """Gather texts and judgements of which whoever judged was sure."""
    read = judging.read(store.annotations("authored"), book, name="authored.csv")
    final = {x: one for x, one in judging.final(read).items() if not one.unsure}
    written = [x for x in store.authored() if x["notice_id"] in final]
    labels = (INNOVATION, *book.forms)
    truth = np.array([[final[x["notice_id"]].judgement.has(y) for y in labels] for x in written])
    said = truth.copy()
    said[:, 0] ^= np.random.default_rng(2026).random(len(truth)) < ERRORS
    buyers = [(x.get("buyer") or x["notice_id"]).casefold() for x in written]
    return Pool(
        ids=[x["notice_id"] for x in written],
        texts=[f"{x['title']} {x['description']}" for x in written],
        truth=truth,
        said=said,
        rules=ruled(written),
        groups=np.unique(buyers, return_inverse=True)[1],
        labels=labels,
    )


def ruled(written: list[dict]) -> list[tuple[str, ...]]:
    """Say what the cues say of each notice."""
    classifier = Classifier.load()
    notices = [
        Notice(
            notice_id=x["notice_id"],
            source="",
            format="",
            kind="competition",
            language="nl",
            title=x["title"],
            description=x["description"],
        )
        for x in written
    ]
    readings = map(classifier.read, classifier.analyzer.analyze(notices))
    return [rules.judge(x, classifier.codebook, settled=()).labels for x in readings]


def probabilities(said: NDArray[np.bool_], matrix: object, judged: Places, asked: Places) -> Floats:
    """Learn from some notices and judge others; shape (asked, labels)."""
    columns = []
    for answers in said[judged].T:
        if answers.all() or not answers.any():
            columns.append(np.full(len(asked), answers.mean()))
            continue
        model = LogisticRegression(C=30.0, solver="liblinear", class_weight="balanced")
        model.fit(matrix[judged], answers)
        columns.append(model.predict_proba(matrix[asked])[:, 1])
    return np.column_stack(columns)


def figures(pool: Pool, p: Floats, asked: Places) -> Floats:
    """Return F1 of innovation, and the mean of that of the forms."""
    scores = [
        f1_score(truth, chosen, zero_division=0.0)
        for truth, chosen in zip(pool.truth[asked].T, (p >= 0.5).T, strict=True)
    ]
    return np.array([scores[0], np.mean(scores[1:])])


def doubted(
    pool: Pool, book: Codebook, said: NDArray[np.bool_], matrix: object, judged: Places
) -> list[Suspect]:
    """Doubt judgements by models that did not learn them."""
    cases = []
    for learn, ask in KFold(FOLDS, shuffle=True, random_state=0).split(judged):
        p = probabilities(said, matrix, judged[learn], judged[ask])
        for place, row in zip(judged[ask], p, strict=True):
            innovative, *forms = said[place]
            truth = Judgement(
                degree="incremental" if innovative else "none",
                aspect=("solution",) if innovative else (),
                openness="room" if innovative else "closed",
                forms=tuple(x for x, given in zip(pool.labels[1:], forms, strict=True) if given),
            )
            cases.append(
                Case(
                    notice_id=pool.ids[place],
                    truth=truth,
                    chosen=truth,
                    probabilities=named(pool, row),
                    facts={},
                    group=0,
                )
            )
    return list(suspects(cases, book))


def named(pool: Pool, row: Floats) -> dict[str, float]:
    return {"none": 1 - row[0], **dict(zip(pool.labels[1:], row[1:], strict=True))}


def chosen_next(
    pool: Pool,
    book: Codebook,
    p: Floats,
    free: Places,
    judged: Places,
    mix: dict[str, float],
    doubts: list[Suspect],
) -> Places:
    """Take the head of the queue."""
    candidates = [
        Unjudged(
            notice_id=pool.ids[place],
            text=pool.texts[place],
            probabilities=named(pool, row),
            chosen=tuple(x for x, q in zip(pool.labels, row, strict=True) if q >= 0.5)
            + (() if row[0] >= 0.5 else ("none",)),
            rules=pool.rules[place],
        )
        for place, row in zip(free, p, strict=True)
    ]
    known = {pool.ids[x]: pool.texts[x] for x in judged}
    turns = to_judge(candidates, book, judged=known, mix=mix, length=STEP, seed=1, suspects=doubts)
    places = {name: n for n, name in enumerate(pool.ids)}
    return np.array([places[x.notice_id] for x in turns])


def curve(
    pool: Pool, book: Codebook, matrix: object, parts: tuple[Places, Places], name: str, seed: int
) -> Floats:
    """Learn more and more; shape (steps, figures)."""
    learn, measure = parts
    judged, free = np.split(np.random.default_rng(seed).permutation(learn), [FIRST])
    said, again, mix, found = pool.said.copy(), set(), MIXES[name], []
    for _ in range(FIRST, LAST + 1, STEP):
        p = probabilities(said, matrix, judged, np.concatenate([measure, free]))
        found.append(figures(pool, p[: len(measure)], measure))
        added = free[:STEP]
        if mix:
            doubts = doubted(pool, book, said, matrix, judged) if "suspect" in mix else []
            left = [x for x in doubts if x.notice_id not in again]
            added = chosen_next(pool, book, p[len(measure) :], free, judged, mix, left)
        twice = np.intersect1d(added, judged)
        said[twice] = pool.truth[twice]
        again |= {pool.ids[x] for x in twice}
        judged, free = np.union1d(judged, added), free[~np.isin(free, added)]
    return np.array(found)


def needed(steps: Places, scores: Floats, target: float) -> float:
    """Return after how many judgements a curve first reaches a target; the last where never."""
    best = np.maximum.accumulate(scores)
    return float(np.interp(target, best, steps)) if best[-1] >= target else float(steps[-1])


def interval(values: Floats) -> tuple[float, float]:
    """Return mean and half-width of 95%."""
    half = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean()), float(half)


def main() -> None:
    store = Store(settings.load().home)
    book = codebook.load(store)
    pool = pool_of(store, book)
    matrix = HashedTerms("word", 1, 1, min_df=2).fit_transform([x.lower() for x in pool.texts])
    steps = np.arange(FIRST, LAST + 1, STEP)
    split = GroupShuffleSplit(SPLITS, test_size=0.3, random_state=0)
    curves: dict[str, list[Floats]] = {name: [] for name in MIXES}
    for seed, parts in enumerate(split.split(pool.ids, groups=pool.groups)):
        for name in MIXES:
            curves[name].append(curve(pool, book, matrix, parts, name, seed))
        print(f"parting {seed + 1} of {SPLITS}", file=sys.stderr, flush=True)
    stacked = {name: np.array(several) for name, several in curves.items()}
    body = HEAD.format(
        notices=len(pool.ids),
        splits=SPLITS,
        first=FIRST,
        step=STEP,
        forms=len(book.forms),
        errors=ERRORS,
    )
    write_atomic(store.home / "docs" / "queue_study.md", (body + told(steps, stacked)).encode())


def told(steps: Places, curves: dict[str, Floats]) -> str:
    lines = []
    for at, figure in enumerate(FIGURES):
        lines += ["", f"## F1 of {figure}", "", f"| judgements | {' | '.join(curves)} |"]
        lines.append("|---" * (len(curves) + 1) + "|")
        for n, step in enumerate(steps):
            cells = [interval(several[:, n, at]) for several in curves.values()]
            shown = " | ".join(f"{mean:.3f} ± {half:.3f}" for mean, half in cells)
            lines.append(f"| {step} | {shown} |")
        for name, several in curves.items():
            if name != "random":
                saved = np.array(
                    [
                        steps[-1] - needed(steps, own[:, at], chance[-1, at])
                        for own, chance in zip(several, curves["random"], strict=True)
                    ]
                )
                mean, half = interval(saved)
                lines += [
                    "",
                    f"To reach what {steps[-1]} at random reach, *{name}* needs {mean:.0f} ± "
                    f"{half:.0f} judgements fewer (counted as 0 where it does not reach it).",
                ]
    return "\n".join([*lines[1:], ""])


if __name__ == "__main__":
    main()
