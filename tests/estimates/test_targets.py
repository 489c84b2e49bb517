"""A verdict holds only where it holds whatever is not known."""

import pytest

from pipeline.estimates.targets import TargetVerdict
from pipeline.records import Estimate


def share(low, high, quantity="solution"):
    return Estimate(
        quantity=quantity,
        period="2026Q3",
        domain="all",
        weighting="value",
        share=(low + high) / 2,
        low=low,
        high=high,
        confidence=0.95,
        labelled=400,
        frame_size=3000,
        method="difference",
    )


@pytest.mark.parametrize(
    ("found", "extremes", "answer", "reason"),
    [
        (share(0.016, 0.042), (0.016, 0.042), "below", "extremes"),
        (share(0.016, 0.042), (0.010, 0.245), "undecided", "missing_values"),
        (share(0.16, 0.18), (0.10, 0.20), "undecided", "sampling"),
        (share(0.19, 0.22), (0.18, 0.30), "above", "extremes"),
        (share(0.19, 0.22), (0.15, 0.30), "undecided", "missing_values"),
        (share(0.001, 0.02, "rd"), (0.001, 0.029), "below", "extremes"),
        (share(0.001, 0.02, "rd"), (0.001, 0.031), "undecided", "missing_values"),
    ],
)
def test_a_verdict_holds_at_both_extremes_or_is_none(found, extremes, answer, reason):
    got = TargetVerdict.of(found, extremes, {"solution": 0.17, "rd": 0.03}[found.quantity])
    assert (got.answer, got.reason) == (answer, reason)
