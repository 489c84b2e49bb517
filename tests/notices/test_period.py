"""What is gathered of a period: what came before, the sources' totals, and their datasets."""

import datetime as dt
import json

import pytest

from pipeline.errors import SettingsError
from pipeline.notices import collected, period
from pipeline.rawstore import Manifest, RawStore
from pipeline.records import ROW, Period, RawNotice
from pipeline.store import Store

NOW = dt.datetime(2026, 10, 2, 8, tzinfo=dt.UTC)
QUARTER = Period.parse("2026Q3")


@pytest.fixture
def store(tmp_path):
    (tmp_path / "corpora").mkdir()
    (tmp_path / "corpora" / "codebook.toml").touch()
    return RawStore(Store(tmp_path), settings_fingerprint="f" * 64)


def keep(store, source, day, *notice_ids, count=None, **members):
    """Store and read notices of a day, listed by a source that counts so many."""
    with store.writer(source, day, made_by="test", now=NOW) as writer:
        for notice_id in notice_ids:
            body = {"notice_id": notice_id, "title": f"Titel {notice_id}"} | members
            raw = RawNotice(
                source=source,
                source_id=notice_id,
                url=f"https://gazette.test/{notice_id}",
                fetched_at=NOW,
                media_type=ROW,
                body=json.dumps({"published_on": f"{day}", **body}).encode(),
            )
            writer.add([raw], fingerprint="f")
    manifest = Manifest(
        source=source,
        day=day,
        listed_at=NOW,
        count=count,
        offered=len(notice_ids),
        missing={},
    )
    store.write_manifest(manifest)
    collected.collect(source, Period(day, day), store=store, now=NOW)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026Q1", ["2025Q1", "2025Q2", "2025Q3", "2025Q4"]),
        ("2026", ["2025Q1", "2025Q2", "2025Q3", "2025Q4"]),
        ("2026-06-15..2026-07-15", ["2025Q2", "2025Q3", "2025Q4", "2026Q1"]),
    ],
)
def test_four_quarters_came_before(written, expected):
    assert [str(x) for x in period.quarters_before(Period.parse(written))] == expected


def test_the_material_of_a_period_is_what_all_sources_have_of_it(store):
    keep(store, "ted", dt.date(2026, 7, 1), "1-2026", count=2)
    keep(store, "tenderned", dt.date(2026, 9, 30), "7", count=1)
    keep(store, "tenderned", dt.date(2026, 10, 1), "8", count=1)
    keep(store, "tenderned", dt.date(2026, 4, 1), "6", count=1)
    keep(store, "ted_bulk", dt.date(2026, 7, 2), "2-2026")
    with store.writer("ted", dt.date(2026, 7, 3), made_by="test", now=NOW) as writer:
        unreadable = RawNotice(
            source="ted",
            source_id="3-2026",
            url="https://gazette.test/",
            fetched_at=NOW,
            media_type="application/xml",
            body=b"<a></a>",
        )
        writer.add([unreadable], fingerprint="f")
    collected.collect("ted", QUARTER, store=store, now=NOW)
    found = period.inspection(QUARTER, store=store)
    assert sorted(x.notice_id for x in found.notices) == ["1-2026", "2-2026", "7"]
    assert [[x.notice_id for x in quarter] for quarter in found.previous] == [[], [], [], ["6"]]
    assert found.totals == {
        "ted": {dt.date(2026, 7, 1): 2},
        "tenderned": {dt.date(2026, 9, 30): 1},
    }
    assert [x.source_id for x in found.quarantined] == ["3-2026"]


def test_tenderned_is_held_against_its_own_dataset_by_kind_and_procedure(store):
    day = dt.date(2026, 7, 1)
    keep(store, "tenderned", day, "7", "8", kind="competition", procedure="open")
    keep(store, "tenderned_dataset", day, "7", "8", "9", kind="competition", procedure="open")
    (found,) = period.reconciled(QUARTER, store=store)
    assert (found.source, found.against) == ("tenderned", "tenderned_dataset")
    assert [(x.by, x.value, x.ours, x.theirs, x.unexplained) for x in found.table] == [
        ("day", "2026-07-01", 2, 3, -1),
        ("kind", "competition", 2, 3, -1),
        ("procedure", "open", 2, 3, -1),
    ]


def test_a_notice_is_explained_in_any_spelling(store):
    day = dt.date(2026, 7, 1)
    keep(
        store,
        "ted",
        day,
        "12-2026",
        "13-2026",
        procedure_key="a8fc628a-0000-4000-9000-0000000000a1",
    )
    assert period.explanation("00000013-2026", QUARTER, store=store) == [
        "BT-04:a8fc628a-0000-4000-9000-0000000000a1: 2 notices",
        "2026-07-01 12-2026 competition: Titel 12-2026",
        "2026-07-01 13-2026 competition: Titel 13-2026",
        "13-2026 and 12-2026: they carry the same procedure identifier (BT-04)",
    ]
    with pytest.raises(SettingsError, match="no notice '14-2026' among 2 collected of 2026Q3"):
        period.explanation("14-2026", QUARTER, store=store)
