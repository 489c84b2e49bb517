"""How often the drift alarm is false, and what it sees: a simulation.

    .venv/bin/python scripts/drift_alarm.py > docs/drift_alarm.md

Eight measures of a quarter of three months are held against the four quarters before and four
quarters of long ago. Shares of months vary by chance, by month (an overdispersion of notices that
come in bundles), by quarter (seasons), and months may resemble the month before.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.evaluation.drift import LIMIT, QUARTERS, distance

Floats = NDArray[np.float64]

RUNS = 20_000
MONTHS = 3
NOTICES = 1_500
SHARES = np.array([0.02, 0.05, 0.03, 0.08, 0.01, 0.15, 0.02, 0.10])
# Standard deviation of months, as part of the share, beyond chance; of quarters, as part of that
# of months; resemblance of a month to the one before.
WORLDS = {
    "chance alone": (0.0, 0.0, 0.0),
    "months differ": (0.15, 0.0, 0.0),
    "months differ, and resemble the one before (0.3)": (0.15, 0.0, 0.3),
    "months and quarters differ (quarters half as much)": (0.15, 0.5, 0.0),
    "quarters differ as much as months": (0.15, 1.0, 0.0),
    "all of it": (0.15, 0.5, 0.3),
}
RISES = (1.25, 1.5, 2.0, 3.0)


def shares(
    rng: np.random.Generator, quarters: int, world: tuple[float, float, float], rise: float
) -> Floats:
    """Draw transformed shares, shape (runs, measures, quarters, months); the last rises once."""
    month, season, alike = world
    size = (RUNS, len(SHARES), quarters, MONTHS)
    noise = rng.normal(size=(RUNS, len(SHARES), quarters * MONTHS))
    for n in range(1, noise.shape[-1]):
        noise[..., n] = alike * noise[..., n - 1] + np.sqrt(1 - alike**2) * noise[..., n]
    by_quarter = rng.normal(size=(*size[:3], 1)) * season
    factors = np.exp(month * (noise.reshape(size) + by_quarter))
    means = np.clip(SHARES[:, None, None] * factors, 0, 1)
    means[:, 0, -1] = np.clip(means[:, 0, -1] * rise, 0, 1)
    return np.arcsin(np.sqrt(rng.binomial(NOTICES, means) / NOTICES))


def farthest(
    rng: np.random.Generator, world: tuple[float, float, float], rise: float = 1.0
) -> Floats:
    """Return the largest distance of each run, over measures and both references."""
    drawn = shares(rng, 2 * QUARTERS + 1, world, rise)
    floor = np.full(drawn.shape[:2], 1 / (4 * NOTICES))
    now, then, lately = drawn[:, :, -1], drawn[:, :, :QUARTERS], drawn[:, :, QUARTERS:-1]
    both = np.stack([distance(now, x, floor) for x in (then, lately)])
    return np.abs(both).max(axis=(0, 2))


def main() -> None:
    rng = np.random.default_rng(1)
    print(f"Made by `scripts/drift_alarm.py`: {RUNS:,} quarters per row, {NOTICES:,} notices per")
    print(f"month, {len(SHARES)} measures against two references, limit {LIMIT:g}.\n")
    print("| world, without drift | false alarms | limit for 5% |")
    print("|---|---|---|")
    for name, world in WORLDS.items():
        far = farthest(rng, world)
        print(f"| {name} | {(far > LIMIT).mean():.1%} | {np.quantile(far, 0.95):.1f} |")
    print("\n| one measure of 2% becomes | chance alone | all of it |")
    print("|---|---|---|")
    for rise in RISES:
        seen = [
            (farthest(rng, WORLDS[name], rise) > LIMIT).mean()
            for name in ("chance alone", "all of it")
        ]
        print(f"| {2 * rise:g}% | {seen[0]:.0%} | {seen[1]:.0%} |")


if __name__ == "__main__":
    main()
