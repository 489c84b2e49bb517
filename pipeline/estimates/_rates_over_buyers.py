"""A ratio of sums with an interval over those who make up the sums."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Two-sided 95%.
Z = 1.959964


class Rate(NamedTuple):
    """A part of a whole with its interval, each 0 to 1."""

    value: float
    low: float
    high: float


def rate(carrying: Floats, whole: Floats) -> Rate:
    """Return a ratio of sums with a 95% interval over buyers.

    All notices are here, so nothing was sampled; the interval says how far the ratio could lie
    elsewhere had other buyers bought. It is Wilson's for the number of notices that would vary as
    much if each were bought by itself: the variance between buyers decides, and where no buyer, or
    every one, has the sign, the number of buyers.

    Args:
        carrying: Per buyer; at least 0; shape (n_buyers,).
        whole: Per buyer, at least as much; shape (n_buyers,).

    Source:
        Korn & Graubard, Analysis of Health Surveys (1999), effective sample size; Wilson (1927).
    """
    inside = whole > 0
    x, n = carrying[inside], whole[inside]
    total, buyers = n.sum(), len(n)
    p = float(np.clip(x.sum() / total, 0.0, 1.0))
    between = buyers / (buyers - 1) * ((x - p * n) ** 2).sum() / total**2 if buyers > 1 else 0.0
    size = p * (1 - p) / between if between > 0 else float(buyers)
    centre = (p + Z**2 / (2 * size)) / (1 + Z**2 / size)
    half = Z / (1 + Z**2 / size) * np.sqrt(p * (1 - p) / size + Z**2 / (4 * size**2))
    return Rate(p, max(0.0, min(p, centre - half)), min(1.0, max(p, centre + half)))
