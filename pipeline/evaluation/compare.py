"""Champion and challenger: both judge the same notices out of the same folds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from pipeline.codebook import Codebook
from pipeline.errors import CorpusError
from pipeline.evaluation import metrics
from pipeline.evaluation.cases import Case
from pipeline.evaluation.figures import answers
from pipeline.evaluation.metrics import Floats
from pipeline.records import INNOVATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One figure of both models.

    Attributes:
        difference: Challenger minus champion; above 0 the challenger is better.
        low, high: 95% interval by a paired bootstrap over groups.
    """

    name: str
    champion: float | None
    challenger: float | None
    difference: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What separates two models.

    Attributes:
        only_champion, only_challenger: Notices on which only that model says rightly whether
            they are innovation-oriented.
        p: Of those counts if both models were equally good (McNemar's exact test, two-sided).
    """

    differences: tuple[Difference, ...]
    only_champion: int
    only_challenger: int
    p: float


def compare(
    champion: Sequence[Case], challenger: Sequence[Case], codebook: Codebook, *, seed: int = 0
) -> Comparison:
    """Hold two models against each other on the same cases.

    Args:
        seed: Of the bootstrap.

    Raises:
        CorpusError: They did not judge the same notices, or by other judgements.

    Source:
        McNemar (1947), Psychometrika 12(2).
    """
    if [(x.notice_id, x.truth) for x in champion] != [(x.notice_id, x.truth) for x in challenger]:
        raise CorpusError("champion and challenger did not judge the same notices in one order")
    groups = np.array([x.group for x in champion])
    times = metrics.draws(len(np.unique(groups)), seed=seed)
    one, other = (
        {name: metrics.sums(counts, groups) for name, counts in _counts(x, codebook).items()}
        for x in (champion, challenger)
    )
    only_champion, only_challenger = _discordant(champion, challenger)
    return Comparison(
        differences=tuple(
            _difference(name, statistic, one[source], other[source], times)
            for name, source, statistic in STATISTICS
        ),
        only_champion=only_champion,
        only_challenger=only_challenger,
        p=mcnemar(only_champion, only_challenger),
    )


def mcnemar(one: int, other: int) -> float:
    """Return the probability of counts at least as uneven if both were equally likely."""
    return float(binomtest(one, one + other, 0.5).pvalue) if one + other else 1.0


def table(comparison: Comparison) -> str:
    """Write a comparison for people, as Markdown."""
    lines = [
        "| figure | champion | challenger | difference | 95% |",
        "|---|---:|---:|---:|---|",
        *(
            f"| {x.name} | {_three(x.champion)} | {_three(x.challenger)} "
            f"| {_three(x.difference, '+')} | {_three(x.low, '+')} to {_three(x.high, '+')} |"
            for x in comparison.differences
        ),
        "",
        f"Innovation-oriented: only the champion is right on {comparison.only_champion} notices, "
        f"only the challenger on {comparison.only_challenger} (McNemar, p = {comparison.p:.3f}).",
    ]
    return "\n".join(lines) + "\n"


STATISTICS: tuple[tuple[str, str, Callable[[Floats], Floats]], ...] = (
    ("innovation-oriented F1", INNOVATION, metrics.micro_f1),
    ("degree macro-F1", "degree", metrics.macro_f1),
    ("degree kappa", "ranks", metrics.kappa),
    ("forms micro-F1", "forms", metrics.micro_f1),
    ("forms macro-F1", "forms", metrics.macro_f1),
)


def _counts(cases: Sequence[Case], codebook: Codebook) -> dict[str, Floats]:
    truth = answers([x.truth for x in cases], codebook)
    chosen = answers([x.chosen for x in cases], codebook)
    rank = codebook.degrees.index
    ranks = metrics.confusion(
        np.array([rank(x.truth.degree) for x in cases]),
        np.array([rank(x.chosen.degree) for x in cases]),
        len(codebook.degrees),
    )
    found = {name: metrics.outcomes(truth[name], chosen[name]) for name in truth}
    return found | {"ranks": ranks}


def _difference(
    name: str,
    statistic: Callable[[Floats], Floats],
    one: Floats,
    other: Floats,
    times: Floats,
) -> Difference:
    """Both models are drawn together, so what a draw makes hard is hard for both."""
    both = np.stack([one, other], axis=1)

    def gain(counts: Floats) -> Floats:
        each = statistic(counts)
        return np.asarray(each[..., 1] - each[..., 0])

    found = metrics.figure(gain, both, times)
    champion, challenger = statistic(both.sum(axis=0))
    return Difference(
        name=name,
        champion=metrics.plain(champion),
        challenger=metrics.plain(challenger),
        difference=found["value"],
        low=found["low"],
        high=found["high"],
    )


def _discordant(champion: Sequence[Case], challenger: Sequence[Case]) -> tuple[int, int]:
    right = [
        [x.chosen.innovation_oriented == x.truth.innovation_oriented for x in cases]
        for cases in (champion, challenger)
    ]
    pairs = list(zip(*right, strict=True))
    return pairs.count((True, False)), pairs.count((False, True))


def _three(number: float | None, sign: str = "") -> str:
    return "undefined" if number is None else f"{number:{sign}.3f}"
