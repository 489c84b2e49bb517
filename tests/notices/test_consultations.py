"""A market consultation is listed once, with the call that came after it."""

import datetime as dt
from dataclasses import replace

import pytest
from stage_quarter import shelve

from pipeline.countries import NETHERLANDS, country_of
from pipeline.notices import overview as overviews
from pipeline.notices.consultations import consultations_among, known_consultations
from pipeline.notices.overview import Overview
from pipeline.notices.procedures import procedures
from pipeline.notices.relations import relations
from pipeline.rawstore import RawStore
from pipeline.records import Notice, Reference
from pipeline.store import Store

DAY = dt.date(2026, 1, 10)
KEY = "9693f9b9-d9f6-4835-b990-7beac03901e6"


def on_ted(notice_id, kind, *, day=0, refers=(), **more):
    told = {"title": f"Opdracht {notice_id}", "buyer": "Gemeente Noordwoud", **more}
    return Notice(
        notice_id=notice_id,
        source="ted",
        format="eforms",
        kind=kind,
        published_on=DAY + dt.timedelta(days=day),
        references=tuple(Reference(kind=x, target=target) for x, target in refers),
        **told,
    )


def on_tenderned(notice_id, kind, *, copy=None, kenmerk="4711", **more):
    refers = (("ted", copy),) if copy else ()
    notice = on_ted(notice_id, kind, refers=refers, procedure_key=kenmerk, **more)
    return replace(notice, source="tenderned", format="tenderned_json")


def listed(*notices, **more):
    said = relations(notices)
    return consultations_among(procedures(said), said.notices, **more)


def only(*notices, **more):
    (found,) = listed(*notices, **more)
    return found


def names(one):
    return [x.notice_id for x in one.publication.standing]


def test_the_call_that_followed_is_found_by_the_name_of_the_tender():
    one = only(
        on_tenderned("1", "consultation"),
        on_tenderned("2", "competition", day=40),
        on_tenderned("3", "result", day=90),
    )
    assert (one.call.notice.notice_id, one.call.first_day) == ("2", DAY + dt.timedelta(days=40))
    assert (one.shown_by, one.inferred) == ("form", False)


def test_a_call_and_its_copy_are_one_call():
    one = only(
        on_tenderned("1", "consultation"),
        on_tenderned("2", "competition", copy="99-2026", day=40),
        on_ted("99-2026", "competition", day=42),
    )
    assert [x.notice_id for x in one.call.standing] == ["2", "99-2026"]
    assert one.call.first_day == DAY + dt.timedelta(days=40)


def test_a_call_of_before_the_consultation_did_not_follow_it():
    one = only(on_tenderned("1", "competition"), on_tenderned("2", "consultation", day=1))
    assert one.call is None


def test_a_call_of_before_that_was_changed_afterwards_did_not_follow_it_either():
    one = only(
        on_ted("10-2026", "competition", procedure_key=KEY),
        on_ted("11-2026", "consultation", procedure_key=KEY, day=5),
        on_ted("12-2026", "competition", procedure_key=KEY, day=9, refers=[("changes", "10-2026")]),
    )
    assert one.call is None


def test_a_call_between_a_consultation_and_its_change_followed_on_its_own_first_day():
    one = only(
        on_ted("10-2026", "consultation", procedure_key=KEY),
        on_ted("11-2026", "competition", procedure_key=KEY, day=5),
        on_ted(
            "12-2026", "consultation", procedure_key=KEY, day=9, refers=[("changes", "10-2026")]
        ),
        on_ted(
            "13-2026", "competition", procedure_key=KEY, day=20, refers=[("changes", "11-2026")]
        ),
    )
    assert names(one) == ["12-2026"]
    assert one.published_on == DAY
    assert (one.call.notice.notice_id, one.call.first_day) == (
        "13-2026",
        DAY + dt.timedelta(days=5),
    )


def test_a_notice_about_many_tenders_is_no_call_that_followed():
    system = on_tenderned("2", "competition", subtype="15", day=40)
    assert only(on_tenderned("1", "consultation"), system).call is None


def test_a_changed_consultation_is_one_line_as_it_reads_now():
    one = only(
        on_ted("10-2026", "consultation", title="Zonnedaken"),
        on_ted(
            *("11-2026", "consultation"),
            day=3,
            title="Zonnedaken en batterijen",
            refers=[("changes", "10-2026")],
        ),
    )
    assert one.publication.notice.title == "Zonnedaken en batterijen"
    assert one.published_on == DAY


def test_a_consultation_whose_tender_ended_early_is_one_line_without_a_call():
    one = only(on_tenderned("1", "consultation"), on_tenderned("2", "result", day=30))
    assert names(one) == ["1"]
    assert one.call is None


def test_the_copy_on_ted_is_no_second_consultation():
    copy = on_ted("99-2026", "consultation", day=2)
    one = only(copy, on_tenderned("1", "consultation", copy="99-2026"))
    assert names(one) == ["1", "99-2026"]
    # Where TED has no form for it, the copy is a prior notice.
    prior = replace(copy, kind="planning")
    assert names(only(prior, on_tenderned("1", "consultation", copy="99-2026"))) == names(one)


def test_two_rounds_of_one_tender_are_two_consultations():
    found = listed(
        on_tenderned("1", "consultation"),
        on_tenderned("2", "consultation", day=20),
        on_tenderned("3", "competition", day=50),
    )
    assert [(x.publication.notice.notice_id, x.call.notice.notice_id) for x in found] == [
        ("2", "3"),
        ("1", "3"),
    ]


def test_a_call_found_by_its_title_only_says_so():
    title = "Levering van slimme lantaarnpalen"
    one = only(
        on_ted("10-2026", "consultation", title=f"Marktconsultatie {title}"),
        on_ted("11-2026", "competition", title=title, day=60),
    )
    assert (one.call.notice.notice_id, one.inferred) == ("11-2026", True)
    # A year of another buyer is another tender.
    other = on_ted("11-2026", "competition", title=title, day=60, buyer="Gemeente Zuidwoud")
    assert only(on_ted("10-2026", "consultation", title=title), other).call is None


def test_a_consultation_with_a_tender_of_its_own_finds_the_call_that_is_like_it():
    title = "Levering van slimme lantaarnpalen"
    asked = on_tenderned("1", "consultation", title=f"Marktconsultatie {title}")

    def followed(*calls):
        one = only(asked, *calls)
        return one.call and (one.call.notice.notice_id, one.inferred)

    def call(number, **more):
        told = {"title": title, "day": 60, "kenmerk": number} | more
        return on_tenderned(number, "competition", **told)

    assert followed(call("5"), call("6", day=50)) == ("6", True)
    assert followed(call("5", day=-1)) is None
    assert followed(call("5", day=4 * 365)) is None
    assert followed(call("5", title=f"{title} fase 2")) is None
    assert followed(call("5", buyer="Gemeente Zuidwoud")) is None
    assert only(replace(asked, title=""), call("5", title="")).call is None
    # What the tender itself says comes before what is like it.
    assert followed(call("5"), call("6", kenmerk="4711", title="Lantaarns", day=90)) == ("6", False)


LAMPS = "Levering van slimme lantaarnpalen"


def asked(number, day, **more):
    return on_tenderned(number, "consultation", title=LAMPS, day=day, kenmerk=number, **more)


def called(number, day, **more):
    told = {"title": LAMPS, "day": day, "kenmerk": number} | more
    return on_tenderned(number, "competition", **told)


def calls_of(*notices, **more):
    """Which call followed which consultation."""
    found = listed(*notices, **more)
    return {x.publication.name: x.call and x.call.name for x in found}


def test_of_two_consultations_a_year_apart_each_has_the_call_that_came_before_the_next():
    two = asked("1", 0), asked("2", 365)
    assert calls_of(*two, called("8", 90), called("9", 450)) == {"1": "8", "2": "9"}
    # Where the first had none, the call after the second is not its call as well.
    assert calls_of(*two, called("9", 450)) == {"1": None, "2": "9"}
    assert calls_of(*two, called("8", 90)) == {"1": "8", "2": None}
    # Rounds about one tender lie closer together.
    assert calls_of(asked("1", 0), asked("2", 106), called("9", 175)) == {"1": "9", "2": "9"}


def test_a_tender_that_likeness_made_is_held_to_the_same():
    two = [
        on_ted("10-2026", "consultation", title=LAMPS),
        on_ted("11-2026", "consultation", title=LAMPS, day=365),
    ]
    call = on_ted("12-2026", "competition", title=LAMPS, day=450, procedure_key=KEY)
    assert calls_of(*two, call) == {"10-2026": None, "11-2026": "12-2026"}


def test_an_award_alone_is_no_call_that_followed():
    award = on_tenderned("9", "result", title=LAMPS, day=60, kenmerk="9")
    assert calls_of(asked("1", 0), award) == {"1": None}
    before = called("8", -30)
    assert calls_of(asked("1", 0), before, award) == {"1": None}


@pytest.mark.parametrize(
    ("one", "other"),
    [("fase I", "fase II"), ("2018", "2018-II"), ("perceel 4", "perceel 5"), ("deel IX", "deel X")],
)
def test_parts_of_a_subject_that_differ_by_a_number_are_no_likeness(one, other):
    first = replace(asked("1", 0), title=f"{LAMPS} in alle wijken van de gemeente {one}")
    call = called("9", 60, title=f"{LAMPS} in alle wijken van de gemeente {other}")
    assert calls_of(first, call) == {"1": None}
    assert calls_of(first, replace(call, title=first.title)) == {"1": "9"}


LIMBURG = "Provincie Limburg"
BELGIUM = country_of("BE")


def in_limburg(notice_id, kind, country, **more):
    return on_ted(notice_id, kind, title=LAMPS, buyer=LIMBURG, country=country, **more)


def test_a_country_lists_its_own_consultations_and_calls():
    both = [
        in_limburg("10-2026", "consultation", "NL", language="nl"),
        in_limburg("20-2026", "consultation", "BE", language="nl"),
        in_limburg("21-2026", "competition", "BE", day=60),
    ]
    assert calls_of(*both) == calls_of(*both, country=NETHERLANDS) == {"10-2026": None}
    assert calls_of(*both, country=BELGIUM) == {"20-2026": "21-2026"}
    # A platform of one country may leave its code out.
    unsaid = [replace(x, country=None) for x in both]
    assert set(calls_of(*unsaid)) == {"10-2026", "20-2026"}


def test_of_a_language_are_the_consultations_in_it():
    both = [
        in_limburg("20-2026", "consultation", "BE", language="nl"),
        in_limburg("22-2026", "consultation", "BE", language="fr"),
    ]
    assert set(calls_of(*both, country=BELGIUM)) == {"20-2026", "22-2026"}
    assert set(calls_of(*both, country=country_of("BE", language="nl"))) == {"20-2026"}


def test_what_is_asked_for_the_union_is_no_countrys():
    union = in_limburg("10-2026", "consultation", "NL", buyer_kind="international")
    assert listed(union) == []


def test_a_text_shows_a_consultation_where_no_procedure_has_begun():
    prior = on_ted("10-2026", "planning")
    unnamed = on_ted("11-2026", "competition", title="Vragen aan de markt")
    call = on_ted("12-2026", "competition", procedure="open", title="Na een consultatie")
    award = on_ted("13-2026", "result", title="Gegund")
    by_text = {"10-2026", "11-2026", "12-2026", "13-2026"}
    found = listed(prior, unnamed, call, award, by_text=by_text)
    assert [(x.publication.notice.notice_id, x.shown_by) for x in found] == [
        ("10-2026", "text"),
        ("11-2026", "text"),
    ]
    assert listed(prior, unnamed, call, award) == []


def test_the_latest_comes_first_and_an_undated_one_last():
    undated = replace(on_ted("10-2026", "consultation"), published_on=None)
    call = on_ted("13-2026", "competition", procedure_key=KEY)
    found = listed(
        *(replace(undated, procedure_key=KEY), call),
        *(on_ted("11-2026", "consultation"), on_ted("12-2026", "consultation", day=1)),
    )
    assert [x.publication.notice.notice_id for x in found] == ["12-2026", "11-2026", "10-2026"]
    # What came after a day that nobody knows is not known.
    assert found[-1].call is None


@pytest.fixture
def store(tmp_path):
    (tmp_path / "corpora").mkdir()
    (tmp_path / "corpora" / "codebook.toml").write_text("")
    return RawStore(Store(tmp_path), settings_fingerprint="")


def test_only_the_tenders_of_consultations_are_read(store, monkeypatch):
    shelve(
        store.store,
        [
            on_tenderned("1", "consultation"),
            on_tenderned("2", "competition", day=100),
            *(on_tenderned(f"{n}", "competition", kenmerk=f"{n}") for n in range(100, 140)),
            on_tenderned("50", "planning", kenmerk="50"),
            on_tenderned("60", "consultation", kenmerk="60", title="Slimme dijken", day=1),
            on_tenderned("61", "competition", kenmerk="61", title="Slimme dijken", day=90),
            on_ted("62-2026", "result", title="Slimme dijken", day=90),
        ],
    )
    read = []
    whole = overviews._outlines

    def counted(*given):
        for outline in whole(*given):
            read.append(outline.notice.notice_id)
            yield outline

    monkeypatch.setattr(overviews, "_outlines", counted)
    found = known_consultations(Overview.of(store))
    assert [(x.publication.notice.notice_id, x.call.notice.notice_id) for x in found] == [
        ("60", "61"),
        ("1", "2"),
    ]
    assert set(read) == {"1", "2", "60", "61"}
    found = known_consultations(Overview.of(store), by_text={"50", "101"})
    assert {x.publication.notice.notice_id: x.shown_by for x in found} == {
        "1": "form",
        "50": "text",
        "101": "text",
        "60": "form",
    }


def test_an_empty_store_holds_no_consultations(store):
    assert known_consultations(Overview.of(store)) == []


def test_the_store_gives_each_country_its_own(store):
    shelve(
        store.store,
        [
            in_limburg("10-2026", "consultation", "NL"),
            in_limburg("20-2026", "consultation", "BE"),
            in_limburg("21-2026", "competition", "BE", day=60),
        ],
    )
    for country, expected in ((NETHERLANDS, {"10-2026": None}), (BELGIUM, {"20-2026": "21-2026"})):
        found = known_consultations(Overview.of(store), country=country)
        assert {x.publication.name: x.call and x.call.name for x in found} == expected
