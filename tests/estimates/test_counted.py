import numpy as np
import pytest

from pipeline.estimates.counted import counted

NAN = np.nan
CELLS = [("72",)] * 12


def test_a_sign_in_the_notice_is_counted_not_estimated():
    got = counted(np.array([10.0, 30.0, 60.0]), np.array([True, False, False]), CELLS[:3])
    assert (got.lots, got.by_number, got.by_value) == (1, pytest.approx(1 / 3), 0.1)
    assert (got.low, got.high) == (0.1, 0.1)


def test_missing_values_leave_room_on_both_sides():
    # 100 euro known, 10 of it signed; one missing with the sign and one without, 10 at most.
    values = np.r_[np.full(10, 10.0), NAN, NAN]
    signed = np.isin(np.arange(12), [0, 10])
    got = counted(values, signed, CELLS)
    assert (got.lots, got.by_number, got.by_value) == (2, pytest.approx(2 / 12), 0.1)
    assert (got.low, got.high) == (pytest.approx(10 / 110), pytest.approx(20 / 110))


def test_without_values_the_number_still_counts():
    got = counted(np.full(12, NAN), np.arange(12) < 3, CELLS)
    assert (got.by_number, got.by_value, got.low, got.high) == (0.25, None, 0.0, 1.0)
