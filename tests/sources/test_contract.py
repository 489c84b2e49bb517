"""What every source of the folder owes to those who fetch from it."""

import datetime as dt
import importlib.util
import subprocess
import sys

import pytest

from pipeline.records import RawNotice
from pipeline.report.names import source_in_dutch
from pipeline.sources import hosts, source_names, sources

TODAY = dt.date(2026, 7, 1)


@pytest.fixture
def stage(request, httpserver, http_to):
    """A source on its server: client, source and a day with something on it.

    ``tests/sources/stage_<name>.py`` sets it up: ``install(httpserver)`` returns the hosts that
    the server plays, and the day.
    """
    name = request.param
    if importlib.util.find_spec(f"stage_{name}") is None:
        pytest.fail(f"write tests/sources/stage_{name}.py")
    module = importlib.import_module(f"stage_{name}")
    servers, day = module.install(httpserver)
    return http_to(servers), sources()[name], day


@pytest.mark.parametrize("name", sources())
def test_a_source_says_what_it_is(name):
    source = sources()[name]
    assert source.name == name
    assert importlib.import_module(f"pipeline.sources.{name}").SOURCE is source
    assert source.title
    assert source.terms.startswith("https://")
    assert source.hosts <= hosts()
    assert source.earliest(TODAY) < TODAY


@pytest.mark.parametrize("name", sources())
def test_a_source_can_be_examined(name):
    source = sources()[name]
    assert source.endpoints
    names = [x.name for x in source.unverified] + [x for x, _ in source.endpoints]
    assert len(set(names)) == len(names)
    assert all(fact.assumed and fact.effect_if_wrong for fact in source.unverified)


@pytest.mark.parametrize("stage", sources(), indirect=True)
def test_a_listing_names_each_thing_once_and_the_same_tomorrow(stage):
    http, source, day = stage
    things = list(source.list(http, day))
    assert things
    assert things == list(source.list(http, day))
    assert len({x.source_id for x in things}) == len(things)
    for thing in things:
        assert thing.day == day
        assert thing.fingerprint
        assert "/" not in thing.source_id
        assert thing.url.startswith("https://")


@pytest.mark.parametrize("stage", sources(), indirect=True)
def test_a_listing_has_as_many_things_as_the_source_counts(stage):
    http, source, day = stage
    assert source.count(http, day) in {None, len(list(source.list(http, day)))}


@pytest.mark.parametrize("stage", sources(), indirect=True)
def test_raw_notices_belong_to_what_was_listed(stage):
    http, source, day = stage
    for thing in source.list(http, day):
        found = list(source.get(http, thing))
        assert found
        assert len({x.source_id for x in found}) == len(found)
        for raw in found:
            assert isinstance(raw, RawNotice)
            assert raw.source == source.name
            assert raw.source_id.partition("/")[0] == thing.source_id
            assert raw.body


def test_sources_are_named_without_loading_them():
    assert source_names() == list(sources())


@pytest.mark.parametrize("name", sources())
def test_a_reader_of_the_report_is_told_which_source_it_is(name):
    assert source_in_dutch(name) == sources()[name].in_dutch != name


def test_files_are_read_elsewhere_and_are_no_source():
    assert "files" not in sources()


def test_the_contract_is_light():
    code = "import sys, pipeline.sources; print({'requests', 'lxml', 'pandas'} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"
