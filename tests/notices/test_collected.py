"""Raw notices are read once, and again when they or their reader change."""

import dataclasses
import datetime as dt
import json
import subprocess
import sys

import pyarrow.parquet as pq
import pytest

from pipeline import sourcecode
from pipeline.errors import CorpusError, PipelineError
from pipeline.notices import _readers, collect, collected, days, outlines
from pipeline.notices.collected import CollectReport
from pipeline.rawstore import RawStore, disk
from pipeline.records import ROW, Lot, Notice, Period, RawNotice, Reference
from pipeline.sources.tenderned import RELATED
from pipeline.store import Store

NOW = dt.datetime(2026, 7, 4, 8, tzinfo=dt.UTC)
DAY = dt.date(2026, 7, 1)
WEEK = Period(dt.date(2026, 6, 29), dt.date(2026, 7, 5))
NOTICE = Notice(notice_id="1", source="tenderned", format="a", kind="result", title="Brug")


@pytest.fixture
def store(tmp_path):
    (tmp_path / "corpora").mkdir()
    (tmp_path / "corpora" / "codebook.toml").touch()
    return RawStore(Store(tmp_path), settings_fingerprint="f" * 64)


def notices(source, period, *, store):
    return list(outlines.whole(outlines.outlines(source, period, store=store)))


def row(source_id, *, minutes=0, **members):
    """A raw notice of the simplest format we read."""
    body = {"notice_id": source_id, "title": f"Titel {source_id}"} | members
    return raw(source_id, json.dumps(body).encode(), ROW, minutes=minutes)


def raw(source_id, body, media_type="application/xml", *, minutes=0):
    return RawNotice(
        source="gazette",
        source_id=source_id,
        url=f"https://gazette.test/{source_id}",
        fetched_at=NOW + dt.timedelta(minutes=minutes),
        media_type=media_type,
        body=body,
    )


def add(store, *raws, day=DAY):
    with store.writer("gazette", day, made_by="test", now=NOW) as writer:
        for each in raws:
            writer.add([each], fingerprint="f")


def run(store, period=WEEK, **options):
    return collected.collect("gazette", period, store=store, now=NOW, **options)


def path(store, name="2026-07-01.parquet"):
    return store.store.corpora / "notices" / "gazette" / "2026" / name


def read(store, period=WEEK):
    return [(x.notice_id, x.title) for x in notices("gazette", period, store=store)]


def test_notices_come_back_as_the_reader_gave_them(store):
    given = [row("1", cpv="45000000", buyer="Gemeente Utrecht"), row("2")]
    add(store, *given)
    assert run(store) == CollectReport(read=1, skipped=0, notices=2, quarantined=0)
    assert notices("gazette", WEEK, store=store) == [collect.read_notice(x) for x in given]


def test_key_facts_stand_in_columns_beside_the_id_of_the_raw_notice(store):
    add(store, row("7", notice_id="7-2026", buyer="Gemeente Utrecht", published_on="2026-07-01"))
    run(store)
    (found,) = pq.read_table(path(store)).to_pylist()
    assert found["source_id"] == "7"
    assert found["notice_id"] == "7-2026"
    assert found["buyer"] == "Gemeente Utrecht"
    assert found["published_on"] == DAY


def test_text_that_is_no_unicode_is_kept_in_the_notice(store, monkeypatch):
    given = dataclasses.replace(NOTICE, format="tabular", title="half \ud800 pair")
    monkeypatch.setattr(collect, "read_notice", lambda _: given)
    add(store, row("1"))
    run(store)
    assert pq.read_table(path(store))["title"].to_pylist() == ["half ? pair"]
    assert notices("gazette", WEEK, store=store) == [given]


def test_a_file_says_what_it_was_made_from(store):
    add(store, row("1"))
    run(store)
    facts = disk.table_facts(path(store))
    assert facts["provenance"]["made_by"] == "collect gazette 2026-07-01"
    assert facts["provenance"]["inputs"] == {"raw": store.content("gazette", DAY)}
    assert facts["readers"] == {"tabular": _readers.reader_versions()["tabular"]}


def test_a_second_run_reads_nothing(store):
    add(store, row("1"))
    add(store, row("2"), day=dt.date(2026, 7, 2))
    run(store)
    before = path(store).read_bytes()
    assert run(store) == CollectReport(read=0, skipped=2, notices=2, quarantined=0)
    assert path(store).read_bytes() == before


def test_only_the_day_with_new_raw_notices_is_read_again(store):
    add(store, row("1"))
    add(store, row("2"), day=dt.date(2026, 7, 2))
    run(store)
    add(store, row("1", title="gewijzigd", minutes=5))
    told = []
    assert run(store, tell=told.append) == CollectReport(
        read=1, skipped=1, notices=2, quarantined=0
    )
    assert told == [DAY, dt.date(2026, 7, 2)]
    assert read(store) == [("1", "gewijzigd"), ("2", "Titel 2")]


@pytest.mark.parametrize(
    ("changed", "read"),
    [("tabular", 1), ("eforms", 0)],
    ids=["the reader that was used", "another one"],
)
def test_a_day_is_read_again_when_its_reader_changes(store, monkeypatch, changed, read):
    add(store, row("1"))
    run(store)
    versions = _readers.reader_versions() | {changed: "improved"}
    for module in (collected, days):
        monkeypatch.setattr(module, "reader_versions", lambda: versions)
    assert run(store).read == read


def test_a_day_is_read_again_when_a_format_is_added(store, monkeypatch):
    add(store, row("1"))
    run(store)
    versions = _readers.reader_versions() | {"zz_new": "first"}
    for module in (collected, days):
        monkeypatch.setattr(module, "reader_versions", lambda: versions)
    assert run(store).read == 1


def test_every_format_has_a_version_of_its_own():
    versions = _readers.reader_versions()
    assert list(versions) == [x.__name__.rpartition(".")[2] for x in collect.known_formats()]
    assert len(set(versions.values())) == len(versions)


FORMATS = [x.__name__ for x in collect.known_formats()]


def loaded(name):
    """Modules of ours that Python loads for a format; packages only pass on, or are empty."""
    modules = "(x for x, m in sys.modules.items() if not hasattr(m, '__path__'))"
    code = f"import sys, {name}; print(*{modules})"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {x for x in shown.stdout.split() if x.startswith("pipeline.")}


@pytest.mark.parametrize("name", FORMATS)
def test_a_readers_version_follows_all_that_python_loads_for_it(name):
    # `pipeline.records` loads all records; a reader uses those of notices.
    passed_on = {x for x in loaded(name) if x.startswith("pipeline.records.")}
    assert loaded(name) - passed_on <= _readers.read_through(name)
    assert "pipeline.records.notices" in _readers.read_through(name)


@pytest.mark.parametrize("name", FORMATS)
def test_a_readers_version_changes_with_any_module_it_reads_through(name, monkeypatch):
    before, source = _readers._version(name), sourcecode._source
    for module in _readers.read_through(name):

        def edited(each, module=module):
            return source(each) + (b"\n# edited" if each == module else b"")

        monkeypatch.setattr(sourcecode, "_source", edited)
        assert _readers._version(name) != before, module


def test_columns_of_the_dataset_lie_in_another_room_and_are_followed():
    name = "pipeline.notices.formats.tenderned_dataset"
    assert "pipeline.sources.tenderned_columns" in _readers.read_through(name)
    assert "pipeline.sources.tenderned_columns" not in _readers.read_through(FORMATS[0])


def test_a_readers_version_follows_a_change_in_an_imported_module(monkeypatch):
    before = _readers._version("pipeline.notices.formats.eforms")
    tabular = _readers._version("pipeline.notices.formats.tabular")
    source = sourcecode._source

    def edited(name):
        return source(name) + (b"\n# edited" if name.endswith("._xml") else b"")

    monkeypatch.setattr(sourcecode, "_source", edited)
    assert _readers._version("pipeline.notices.formats.eforms") != before
    assert _readers._version("pipeline.notices.formats.tabular") == tabular


def test_what_cannot_be_read_goes_to_quarantine_and_is_counted(store):
    add(store, row("1"), raw("2", b"\x89PNG"), row("3"))
    report = run(store)
    assert (report.notices, report.quarantined) == (2, 1)
    assert report.unreadable == pytest.approx(1 / 3)
    (found,) = json.loads(path(store, "2026-07-01.quarantine.json").read_bytes())
    assert found["source_id"] == "2"
    assert "not a notice format we know" in found["reason"]
    assert [x for x, _ in read(store)] == ["1", "3"]


def test_what_is_in_quarantine_is_read_again_when_any_reader_changes(store, monkeypatch):
    add(store, row("1"), raw("2", b"\x89PNG"))
    run(store)
    assert run(store).read == 0
    improved = collect.read_notice

    def reading(each):
        return improved(row("2")) if each.source_id == "2" else improved(each)

    monkeypatch.setattr(collect, "read_notice", reading)
    versions = _readers.reader_versions() | {"eforms": "improved"}
    for module in (collected, days):
        monkeypatch.setattr(module, "reader_versions", lambda: versions)
    assert run(store) == CollectReport(read=1, skipped=0, notices=2, quarantined=0)
    assert not path(store, "2026-07-01.quarantine.json").exists()


def test_lists_of_related_publications_are_no_notices(store):
    with store.writer("gazette", DAY, made_by="test", now=NOW) as writer:
        writer.add([row("1"), raw("1/gerelateerd", b"[]", RELATED)], fingerprint="f")
    assert run(store) == CollectReport(read=1, skipped=0, notices=1, quarantined=0)


def test_a_detail_and_its_rendering_become_one_notice(store, monkeypatch):
    detail = dataclasses.replace(NOTICE, format="tenderned_json", lots=(Lot(nature="works"),))
    rendering = dataclasses.replace(
        NOTICE, format="tenderned_html", title="", lots=(Lot(lot_id="1"), Lot(lot_id="2"))
    )
    read_as = {"1": detail, "1/html": rendering}
    monkeypatch.setattr(collect, "read_notice", lambda each: read_as[each.source_id])
    with store.writer("gazette", DAY, made_by="test", now=NOW) as writer:
        writer.add(map(row, read_as), fingerprint="f")
    assert run(store).notices == 1
    whole = (Lot(lot_id="1", nature="works"), Lot(lot_id="2", nature="works"))
    assert notices("gazette", WEEK, store=store) == [dataclasses.replace(detail, lots=whole)]
    versions = _readers.reader_versions()
    used = ("tenderned_html", "tenderned_json")
    assert disk.table_facts(path(store))["readers"] == {name: versions[name] for name in used}


def test_the_xml_of_a_publication_tells_all_but_what_tenderned_calls_it(store, monkeypatch):
    detail = dataclasses.replace(
        NOTICE,
        format="tenderned_json",
        published_on=DAY,
        procedure_key="600001",
        references=(Reference(kind="ted", target="7-2026"),),
    )
    xml = dataclasses.replace(
        NOTICE,
        format="eforms",
        notice_id="a8fc628a-a8c5-4954-bc54-cccbfc855ded-01",
        published_on=DAY - dt.timedelta(days=2),
        title="Brug over de Vecht",
        procedure_key="f1c71000-0000-4000-9000-000000000101",
        version_id="a8fc628a-a8c5-4954-bc54-cccbfc855ded-01",
    )
    read_as = {"1": detail, "1/public-xml": xml}
    monkeypatch.setattr(collect, "read_notice", lambda each: read_as[each.source_id])
    with store.writer("gazette", DAY, made_by="test", now=NOW) as writer:
        writer.add(map(row, read_as), fingerprint="f")
    assert run(store).notices == 1
    assert notices("gazette", WEEK, store=store) == [
        dataclasses.replace(
            detail, format="eforms", title="Brug over de Vecht", version_id=xml.version_id
        )
    ]


def test_notices_of_a_package_with_the_same_id_in_two_answers_stay_apart(store):
    add(store, row("a/1", notice_id="1"), row("b/1", notice_id="1"))
    assert run(store).notices == 2


def test_texts_are_left_out_and_found_again(store):
    add(store, row("1", description="Een brug", cpv="45000000"), row("2"))
    run(store)
    found = list(outlines.outlines("gazette", WEEK, store=store))
    assert [x.notice.description for x in found] == ["…", None]
    assert [x.notice.cpv for x in found] == [("45000000",), ()]
    assert [x.description for x in outlines.whole(found)] == ["Een brug", None]
    assert [x.notice_id for x in outlines.whole(found[1:])] == ["2"]


def test_a_file_of_before_there_were_outlines_is_read(store):
    add(store, row("1", description="Een brug"), row("2", published_on="2026-03-05"))
    run(store)
    found = list(outlines.outlines("gazette", WEEK, store=store))
    table = pq.read_table(path(store)).drop_columns("outline")
    facts = disk.table_facts(path(store))
    disk.write_table(path(store), [table], schema=table.schema, facts=lambda: facts)
    assert list(outlines.outlines("gazette", WEEK, store=store)) == found
    assert [x.description for x in outlines.whole(found)] == ["Een brug"]


def test_notices_are_chosen_by_their_own_date_where_they_have_one(store):
    # A yearly file is listed on one day and holds notices of all others.
    add(store, row("1", published_on="2026-03-05"), row("2"))
    run(store)
    assert read(store, Period.parse("2026Q1")) == [("1", "Titel 1")]
    assert read(store, Period.parse("2026Q3")) == [("2", "Titel 2")]
    assert read(store, Period.parse("2026Q2")) == []


def test_what_is_fetched_while_a_day_is_read_is_read_by_the_next_run(store, monkeypatch):
    add(store, row("1"))
    reading = collect.read_notice

    def meanwhile(each):
        if each.source_id == "1":
            add(store, row("2"))
            monkeypatch.setattr(collect, "read_notice", reading)
        return reading(each)

    monkeypatch.setattr(collect, "read_notice", meanwhile)
    assert run(store).notices == 1
    assert run(store) == CollectReport(read=1, skipped=0, notices=2, quarantined=0)


def test_two_runs_at_once_are_refused(store):
    add(store, row("1"))

    def second(day):
        with pytest.raises(PipelineError, match="process"):
            run(store)

    assert run(store, tell=second).read == 1


def test_a_run_that_breaks_off_leaves_nothing_half(store, monkeypatch):
    add(store, row("1"), row("2"))

    def broken(each):
        raise ZeroDivisionError

    monkeypatch.setattr(collect, "read_notice", broken)
    with pytest.raises(ZeroDivisionError):
        run(store)
    assert [x.name for x in path(store).parent.iterdir()] == []


def test_a_damaged_file_is_named(store):
    add(store, row("1"))
    run(store)
    path(store).write_bytes(b"PAR1")
    with pytest.raises(CorpusError, match=r"2026-07-01\.parquet cannot be read"):
        read(store)
