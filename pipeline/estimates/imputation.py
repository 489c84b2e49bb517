"""Missing values: imputed many times, combined by Rubin's rules, with bounds beside it.

Values are not missing at random: large and sensitive contracts are withheld more often.
Imputation says what the share is if a missing value is like the known ones of its kind; the
bounds say how far the share could lie if it is not. Both are shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from pipeline.estimates.intervals import around, widened
from pipeline.estimates.judged import Floats, Interval, Judged

Cell = tuple[str | None, ...]

FEWEST_IMPUTATIONS = 20

# A donor pool below this repeats the same few values; the next wider pool is used.
FEWEST_DONORS = 5

# Of the known values of a kind. The maximum would make the bounds say nothing.
LARGE_VALUE = 0.9


def impute(
    values: Floats,
    cells: Sequence[Cell],
    *,
    rng: np.random.Generator,
    times: int = FEWEST_IMPUTATIONS,
) -> Floats:
    """Fill missing values from known ones of the same kind (approximate Bayesian bootstrap).

    Donors come from the same cell, else from the same cell without its last part, and so on:
    CPV division x procedure x buyer kind, then CPV division x procedure, CPV division, all.

    Args:
        values: Euro; NaN where missing; shape (N,).
        cells: Per lot CPV division, procedure and buyer kind; length N.
        rng: Seeded by the caller.
        times: Number of imputations (m), at least ``FEWEST_IMPUTATIONS``.

    Returns:
        Shape (m, N); known values are the same in each row. Where fewer than
        ``FEWEST_DONORS`` values are known, the others stay NaN: shares by number need none.

    Raises:
        ValueError: m is too small.

    Source:
        Rubin & Schenker (1986), JASA 81(394), 366-374.
    """
    if times < FEWEST_IMPUTATIONS:
        raise ValueError(f"{times} imputations; at least {FEWEST_IMPUTATIONS} are needed")
    filled = np.tile(values, (times, 1))
    for donors, receivers in _pools(values, cells):
        resampled = values[donors][rng.integers(len(donors), size=(times, len(donors)))]
        picked = rng.integers(len(donors), size=(times, len(receivers)))
        filled[:, receivers] = np.take_along_axis(resampled, picked, axis=1)
    return filled


def _pools(values: Floats, cells: Sequence[Cell]) -> list[tuple[list[int], list[int]]]:
    """Return pairs of donors and the lots they give to, as indices."""
    missing = np.isnan(values)
    donors: defaultdict[Cell, list[int]] = defaultdict(list)
    for index in np.flatnonzero(~missing).tolist():
        for parts in range(len(cells[index]) + 1):
            donors[cells[index][:parts]].append(index)
    if len(donors[()]) < FEWEST_DONORS:
        return []
    receivers: defaultdict[Cell, list[int]] = defaultdict(list)
    for index in np.flatnonzero(missing).tolist():
        cell = cells[index]
        while len(donors.get(cell, ())) < FEWEST_DONORS:
            cell = cell[:-1]
        receivers[cell].append(index)
    return [(donors[cell], lots) for cell, lots in receivers.items()]


def multiply_imputed(
    judged: Judged,
    imputed: Floats,
    *,
    estimator: Callable[..., Interval],
    confidence: float = 0.95,
) -> Interval:
    """Estimate on every imputation and combine by Rubin's rules.

    In a survey the rules overstate the variance (Kim, Brick, Fuller & Kalton 2006). That is
    kept on purpose: were values missing at random the interval would be too wide, but large
    ones are missing more often; then a variance without the surplus covers 85%, and with it
    94 to 97% (simulated, see docs/statistics.md).

    Args:
        judged: Its own values are not looked at.
        imputed: Shape (m, N), from :func:`impute`; 0 outside the domain.
        estimator: One that has a variance.
        confidence: Nominal coverage.

    Source:
        Rubin (1987); Kim et al., JRSS B 68(3), 509-521.
    """
    parts = [estimator(replace(judged, values=each), confidence=confidence) for each in imputed]
    share, variance, degrees = rubin(
        np.array([part.share for part in parts]),
        np.array([part.variance for part in parts]),
        degrees=float(np.mean([part.degrees for part in parts])),
    )
    reach = (
        float(np.sqrt(np.mean([(part.share - part.low) ** 2 for part in parts]))),
        float(np.sqrt(np.mean([(part.high - part.share) ** 2 for part in parts]))),
    )
    known = min(part.known[0] for part in parts), max(part.known[1] for part in parts)
    within = around(share, reach, known=known, variance=variance, degrees=degrees)
    between = (1 + 1 / len(parts)) * float(np.var([part.share for part in parts], ddof=1))
    combined = widened(within, between, confidence=confidence, degrees=len(parts) - 1)
    return replace(combined, flags=tuple(dict.fromkeys(parts[0].flags + combined.flags)))


def rubin(shares: Floats, variances: Floats, *, degrees: float) -> tuple[float, float, float]:
    """Combine m estimates: return share, total variance, degrees of freedom.

        T = mean(variances) + (1 + 1/m) var(shares)

    Args:
        shares: Shape (m,).
        variances: Of each; shape (m,).
        degrees: Of freedom had nothing been missing.
    """
    times = len(shares)
    between = (1 + 1 / times) * float(shares.var(ddof=1))
    total = float(variances.mean()) + between
    if between == 0:
        return float(shares.mean()), total, degrees
    missing = between / total
    old = (times - 1) / missing**2
    if np.isinf(degrees):
        return float(shares.mean()), total, old
    observed = (degrees + 1) / (degrees + 3) * degrees * (1 - missing)
    return float(shares.mean()), total, 1 / (1 / old + 1 / max(observed, 1.0))


def best_and_worst(share: float, values: Floats, cells: Sequence[Cell]) -> tuple[float, float]:
    """Return the share if none, or all, of the missing value were innovation-oriented.

    Each missing value counts as a large one of its kind (the 90% point of its donors). Where
    too few values are known to tell, anything is possible: 0 to 1.

    Args:
        share: Of the known value, 0 to 1.
        values: Euro; NaN where missing; shape (N,).
        cells: As in :func:`impute`.
    """
    known, missing = float(np.nansum(values)), large_values(values, cells)
    if np.isnan(missing).any():
        return 0.0, 1.0
    whole = known + float(missing.sum())
    return share * known / whole, (share * known + float(missing.sum())) / whole


def large_values(values: Floats, cells: Sequence[Cell]) -> Floats:
    """Return per lot what a missing value could well be: 0 where it is known; shape (N,).

    NaN where too few values are known to tell.
    """
    large = np.where(np.isnan(values), np.nan, 0.0)
    for donors, receivers in _pools(values, cells):
        large[receivers] = np.quantile(values[donors], LARGE_VALUE)
    return large
