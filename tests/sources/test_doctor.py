"""The doctor asks each endpoint once, checks each assumption, and stores nothing."""

import dataclasses

import gazette
import pytest

from pipeline.errors import SourceChanged
from pipeline.sources import Unverified, sources
from pipeline.sources.doctor import doctor


def answers(http):
    http.get(f"https://{gazette.HOST}/days")


def fact(check):
    return Unverified(
        name="newest first",
        assumed="the listing begins with the newest",
        effect_if_wrong="Late notices would be missed",
        check=check,
    )


@pytest.fixture
def check(httpserver, http_to):
    """Have the doctor look at a source on a server that answers with a status."""

    def check(status, *facts):
        httpserver.expect_request("/days").respond_with_data("[]", status=status)
        source = dataclasses.replace(
            gazette.SOURCE, endpoints=(("listing", answers),), unverified=facts
        )
        http = http_to({gazette.HOST: httpserver.url_for("")}, attempts=1)
        return [str(verdict) for verdict in doctor(http, among=[source])]

    return check


def test_an_endpoint_that_answers_is_good(check, httpserver):
    assert check(200) == ["good  gazette: listing: answers as expected"]
    assert len(httpserver.log) == 1


def test_an_endpoint_that_does_not_answer_is_told_with_its_status(check):
    (verdict,) = check(503)
    assert verdict.startswith("BAD   gazette: listing: ")
    assert "HTTP 503" in verdict


def test_an_assumption_that_holds_is_told(check):
    assert check(200, fact(lambda _: None))[1] == (
        "good  gazette: newest first: holds: the listing begins with the newest"
    )


def test_an_assumption_that_fails_is_told_with_its_effect(check):
    assert check(200, fact(lambda _: "the oldest comes first"))[1] == (
        "BAD   gazette: newest first: the oldest comes first. Late notices would be missed"
    )


def test_an_assumption_that_cannot_be_checked_does_not_stop_the_rest(check):
    def changed(http):
        raise SourceChanged("no JSON")

    found = check(200, fact(changed), fact(lambda _: None))
    assert [line[:4] for line in found] == ["good", "BAD ", "good"]
    assert "no JSON" in found[1]


def test_without_a_choice_every_source_is_looked_at(http_to):
    # No host is known to this client, so each look that asks something is refused at once.
    found = doctor(http_to({}))
    expected = [
        (source.name, subject)
        for source in sources().values()
        for subject in [
            *(name for name, _ in source.endpoints),
            *(fact.name for fact in source.unverified),
        ]
    ]
    assert [(verdict.source, verdict.subject) for verdict in found] == expected
    endpoints = {(name, each) for name, source in sources().items() for each, _ in source.endpoints}
    assert not any(x.good for x in found if (x.source, x.subject) in endpoints)
