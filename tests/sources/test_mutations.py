"""Damaged files come to an outcome: a small version of scripts/fuzz.py."""

import pytest


@pytest.mark.parametrize(
    ("kind", "count"), [("xml", 40), ("json", 40), ("table", 30), ("archive", 3)]
)
def test_damaged_files_come_to_an_outcome_and_are_the_same_every_time(kind, count, monkeypatch):
    monkeypatch.syspath_prepend("scripts")
    from mutations import damaged, outcome

    files = list(damaged(kind, count))
    assert files[:2] == list(damaged(kind, 2))
    assert len(set(files)) == count
    for data in files:
        assert outcome(data)
