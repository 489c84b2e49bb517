"""Variance of an estimated total, for every fixed-size design with one formula.

Per stratum h with m clusters (procedures), inclusion probabilities pi and weighted residuals
e/pi, Deville's approximation for fixed-size designs:

    V_h = m/(m - 1) sum_clusters (sum_cluster sqrt(1 - pi) (e/pi - A_h))^2
    A_h = sum (1 - pi) e/pi / sum (1 - pi)

With equal probabilities and one lot per procedure it is N^2 (1 - n/N) s^2/n exactly; the
take-all stratum adds nothing. Lots of one procedure that are alike add up within it.

Source: Deville (1999), Survey Methodology 25(2); Särndal, Swensson & Wretman (1992), §3.7 and
§4.6; degrees of freedom: Satterthwaite (1946), Biometrics Bulletin 2(6).
"""

from __future__ import annotations

import numpy as np

from pipeline.estimates.judged import Floats, Integers


def stratified(
    residuals: Floats, *, probabilities: Floats, strata: Integers, clusters: Integers
) -> tuple[float, float]:
    """Return the variance of sum(residuals / probabilities), and its degrees of freedom.

    Strata with one judged procedure have no spread of their own and are taken together,
    which overstates the variance (collapsed strata).

    Args:
        residuals: Shape (n,).
        probabilities: Shape (n,); lots with probability 1 add nothing.
        strata: Stratum numbers; shape (n,).
        clusters: Procedure numbers; shape (n,).
    """
    open_ = probabilities < 1
    weighted, left = residuals[open_] / probabilities[open_], 1 - probabilities[open_]
    stratum = _collapsed(strata[open_], clusters[open_])
    if not len(weighted):
        return 0.0, np.inf
    _, where = np.unique(stratum, return_inverse=True)
    middle = np.bincount(where, left * weighted) / np.bincount(where, left)
    deviation = np.sqrt(left) * (weighted - middle[where])
    pairs, member = np.unique(
        np.column_stack([where, clusters[open_]]), axis=0, return_inverse=True
    )
    squares = np.square(np.bincount(member.ravel(), deviation))
    number = np.bincount(pairs[:, 0])
    variances = np.bincount(pairs[:, 0], squares) * number / np.maximum(number - 1, 1)
    total = float(variances.sum())
    freedom = np.square(variances) / np.maximum(number - 1, 1)
    return total, total**2 / float(freedom.sum()) if total > 0 else float((number - 1).sum())


def _collapsed(strata: Integers, clusters: Integers) -> Integers:
    """Give strata with a single procedure one number; if that is alone too, a neighbour's."""
    single = [name for name in np.unique(strata) if len(np.unique(clusters[strata == name])) == 1]
    if not single:
        return strata
    others = np.setdiff1d(strata, single)
    alone = len(single) == 1 and len(others) > 0
    target = others[np.argmin(np.abs(others - single[0]))] if alone else single[0]
    return np.where(np.isin(strata, single), target, strata)
