"""Notices of one tender find each other; those of two tenders do not."""

import datetime as dt
import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.notices import collect
from pipeline.notices import procedures as linking
from pipeline.notices._likeness import likeness, subject
from pipeline.notices.digests import SCHEMA as DIGESTED
from pipeline.notices.digests import digest_row
from pipeline.notices.overview import neighbourhoods
from pipeline.notices.procedures import explain_procedure
from pipeline.notices.relations import relations
from pipeline.notices.versions import Groups
from pipeline.records import Notice, RawNotice, Reference

KEY = "9693f9b9-d9f6-4835-b990-7beac03901e6"
OTHER = "fb135303-7bc4-410d-92fb-5c76f1d76b52"
DAY = dt.date(2025, 1, 1)


def notice(notice_id, kind="competition", *, day=0, form="ted_export", refers=(), **more):
    return Notice(
        notice_id=notice_id,
        source="tenderned" if form == "tenderned_json" else "ted",
        format=form,
        kind=kind,
        published_on=DAY + dt.timedelta(days=day),
        references=tuple(Reference(kind=k, target=x) for k, x in refers),
        **{"title": f"Opdracht {notice_id}", "buyer": "Gemeente Noordwoud", **more},
    )


def tenderned(notice_id, kind="competition", *, kenmerk, copy=None, **more):
    refers = [("ted", copy)] if copy else []
    return notice(
        notice_id, kind, form="tenderned_json", procedure_key=kenmerk, refers=refers, **more
    )


def eforms(notice_id, kind="competition", *, key=KEY, **more):
    return notice(notice_id, kind, form="eforms", procedure_key=key, **more)


def procedures(notices):
    return linking.procedures(relations(notices))


def groups(*notices):
    return sorted(list(x.notice_ids) for x in procedures(notices))


def single(*notices):
    found = procedures(notices)
    assert len(found) == 1
    return found[0]


def test_a_notice_on_its_own_is_a_procedure():
    found = single(notice("1-2025"))
    assert found.procedure_key == "notice:1-2025"
    assert found.calls == ("1-2025",)
    assert found.links == ()


def test_one_call_has_many_awards_under_one_procedure_identifier():
    found = single(
        eforms("1-2025"),
        eforms("2-2025", "result", day=90),
        eforms("3-2025", "result", day=95, key=KEY.upper()),
    )
    assert found.procedure_key == f"BT-04:{KEY}"
    assert found.calls == ("1-2025",)
    assert found.awards == ("2-2025", "3-2025")


def test_a_modification_belongs_to_its_award_and_is_neither_call_nor_award():
    found = single(
        notice("1-2025", "result"),
        notice("2-2025", "change", day=300, refers=[("modifies", "01-2025")]),
    )
    assert (found.calls, found.awards) == ((), ("1-2025",))


def test_awards_in_eforms_find_the_old_call_and_each_other():
    # BT-04 is new in each award of a call that had none; OPP-090 holds the old number.
    found = single(
        notice("1-2022"),
        eforms("2-2025", "result", refers=[("previous", "00000001-2022")]),
        eforms("3-2025", "result", key=OTHER, refers=[("previous", "1-2022")]),
    )
    assert found.procedure_key == f"BT-04:{KEY}"


def test_a_ted_copy_and_its_original_are_one_publication():
    found = single(
        tenderned("100", kenmerk="7", copy="1-2025"),
        tenderned("101", "result", kenmerk="7", copy="2-2025", day=90),
        notice("1-2025"),
        notice("2-2025", "result", day=90, refers=[("previous", "1-2025")]),
    )
    assert found.procedure_key == "kenmerk:7"
    assert found.copies == {"1-2025": "100", "2-2025": "101"}
    assert (found.calls, found.awards) == (("1-2025",), ("2-2025",))


def test_an_xml_of_tenderned_and_its_copy_on_ted_are_one_publication():
    version = f"{OTHER}-01"
    found = single(
        notice(version, form="eforms", version_id=version),
        notice("1-2025", form="eforms", version_id=version, day=1),
    )
    assert found.copies == {"1-2025": version}
    assert found.calls == ("1-2025",)


def test_three_forms_of_one_publication_have_one_original():
    version = f"{OTHER}-01"
    found = single(
        notice(version, form="eforms", version_id=version),
        notice("1-2025", form="eforms", version_id=version),
        tenderned("100", kenmerk="7", copy="1-2025"),
    )
    assert found.copies == {"1-2025": "100", version: "100"}
    assert found.calls == ("1-2025",)


def test_the_original_is_tenderneds_also_when_it_is_dated_later():
    version = f"{OTHER}-01"
    found = single(
        notice(version, form="eforms", version_id=version, day=1),
        notice("1-2025", form="eforms", version_id=version),
    )
    assert found.copies == {"1-2025": version}


def test_two_notices_of_tenderned_are_not_copies_of_each_other():
    found = single(
        tenderned("100", kenmerk="7", copy="1-2025"),
        tenderned("101", "change", kenmerk="7", copy="1-2025", day=1),
        notice("1-2025"),
    )
    assert found.copies == {"1-2025": "100"}


def test_names_count_within_their_source():
    table = notice("1", procedure_key="7", form="tabular")
    assert len(groups(tenderned("100", kenmerk="7"), table)) == 2


def test_a_call_that_was_changed_counts_once():
    found = single(
        eforms("1-2025"),
        eforms("2-2025", day=5, refers=[("changes", "1-2025")]),
        eforms("3-2025", day=5, refers=[("changes", "1-2025")]),
    )
    assert found.calls == ("3-2025",)
    assert found.notice_ids == ("1-2025", "2-2025", "3-2025")


def test_a_corrigendum_is_linked_and_the_call_stays_the_text():
    found = single(
        notice("1-2020"), notice("2-2020", "change", day=5, refers=[("changes", "1-2020")])
    )
    assert found.calls == ("1-2020",)
    assert found.current == {"1-2020": "1-2020", "2-2020": "2-2020"}


@pytest.mark.parametrize("kind", ["changes", "modifies", "ted"])
def test_two_notices_that_refer_to_the_same_absent_one_belong_together(kind):
    found = single(
        notice("2-2025", "change", refers=[(kind, "1-2025")]),
        notice("3-2025", "change", refers=[(kind, "001-2025")]),
    )
    assert found.notice_ids == ("2-2025", "3-2025")
    assert [x.rule for x in found.links] == ["absent:1-2025"]


def test_two_awards_of_the_same_absent_call_belong_together():
    assert groups(
        eforms("2-2025", "result", refers=[("previous", "1-2022")]),
        eforms("3-2025", "result", key=OTHER, refers=[("previous", "1-2022")]),
    ) == [["2-2025", "3-2025"]]


def test_a_prior_notice_of_many_tenders_goes_to_the_earliest_call_and_glues_nothing():
    assert groups(
        notice("1-2025", "planning"),
        notice("3-2025", day=20, refers=[("previous", "1-2025")]),
        notice("2-2025", day=10, refers=[("previous", "1-2025")]),
        notice("4-2025", "result", day=99, refers=[("previous", "2-2025")]),
        notice("5-2025", "result", day=99, refers=[("previous", "3-2025"), ("previous", "1-2025")]),
    ) == [["1-2025", "2-2025", "4-2025"], ["3-2025", "5-2025"]]


def test_calls_that_refer_to_the_same_absent_notice_are_not_glued():
    # What calls refer to is a prior notice, and nobody knows for how many tenders.
    assert groups(
        notice("2-2025", refers=[("previous", "1-2025")]),
        notice("3-2025", refers=[("previous", "1-2025")]),
    ) == [["2-2025"], ["3-2025"]]


def test_a_call_and_an_award_that_refer_to_the_same_absent_notice_belong_together():
    assert groups(
        notice("2-2025", refers=[("previous", "1-2025")]),
        notice("3-2025", "result", refers=[("previous", "1-2025")]),
    ) == [["2-2025", "3-2025"]]


def test_an_award_does_not_choose_between_two_calls():
    assert groups(
        notice("2-2025", refers=[("previous", "1-2025")]),
        notice("3-2025", refers=[("previous", "1-2025")]),
        notice("4-2025", "result", refers=[("previous", "1-2025")]),
    ) == [["2-2025"], ["3-2025"], ["4-2025"]]


def test_a_corrigendum_of_an_absent_notice_does_not_make_it_a_call():
    assert groups(
        notice("2-2025", "change", refers=[("changes", "1-2025")]),
        notice("3-2025", day=2, refers=[("previous", "1-2025")]),
        notice("4-2025", day=3, refers=[("previous", "1-2025")]),
    ) == [["2-2025", "3-2025"], ["4-2025"]]


def test_an_absent_copy_of_a_prior_notice_glues_no_calls():
    notices = [
        tenderned("100", "planning", kenmerk="7", copy="1-2025"),
        tenderned("101", kenmerk="7", copy="1-2025"),
        notice("3-2025", refers=[("previous", "1-2025")]),
    ]
    expected = [["100", "101"], ["3-2025"]]
    assert groups(*notices) == groups(*reversed(notices)) == expected


def test_an_absent_copy_of_a_call_takes_in_its_award():
    assert groups(
        tenderned("100", kenmerk="7", copy="1-2025"),
        notice("3-2025", "result", refers=[("previous", "1-2025")]),
    ) == [["100", "3-2025"]]


def test_a_notice_that_refers_to_itself_is_alone():
    found = single(notice("1-2025", refers=[("changes", "01-2025"), ("previous", "1-2025")]))
    assert (found.calls, found.links) == (("1-2025",), ())


@pytest.mark.parametrize("subtype", ["F04", "F07", "15", "QUALIFICATION_SYSTEM_UTILITIES"])
def test_a_call_for_many_tenders_does_not_glue_them(subtype):
    assert groups(
        notice("1-2020", subtype=subtype),
        notice("2-2020", "result", day=1, refers=[("previous", "1-2020")]),
        notice("3-2020", "result", day=2, refers=[("previous", "1-2020")]),
    ) == [["1-2020", "2-2020"], ["3-2020"]]


def test_a_prior_notice_with_a_call_of_its_own_does_not_take_in_another():
    assert groups(
        tenderned("100", "planning", kenmerk="7", copy="1-2025"),
        tenderned("101", kenmerk="7", day=30),
        notice("1-2025", "planning"),
        notice("2-2025", day=40, refers=[("previous", "1-2025")]),
    ) == [["1-2025", "100", "101"], ["2-2025"]]


def test_a_prior_notice_without_a_call_stays_with_the_one_it_names():
    assert groups(
        tenderned("100", "planning", kenmerk="7", copy="1-2025"),
        tenderned("101", kenmerk="7", day=30),
        notice("1-2025", "planning"),
        notice("2-2025", "planning", day=10, refers=[("previous", "1-2025")]),
    ) == [["1-2025", "100", "101", "2-2025"]]


def test_prior_notices_that_follow_each_other_stay_with_the_call():
    assert groups(
        notice("1-2024", "planning"),
        notice("1-2025", "planning", day=1, refers=[("previous", "1-2024")]),
        notice("2-2025", day=9, refers=[("previous", "1-2025")]),
    ) == [["1-2024", "1-2025", "2-2025"]]


def consultation(**more):
    return notice(
        "1-2025", "consultation", title="Marktconsultatie onderhoud bruggen Noordwoud", **more
    )


def test_a_consultation_is_linked_by_buyer_and_title_and_says_so():
    found = single(
        consultation(),
        notice("2-2025", title="Onderhoud van de bruggen in Noordwoud", day=200),
    )
    link = found.links[0]
    assert (link.notice_id, link.other, link.inferred) == ("1-2025", "2-2025", True)


@pytest.mark.parametrize(
    "call",
    [
        pytest.param({"buyer": "Gemeente Zuiderveen"}, id="another buyer"),
        pytest.param({"title": "Onderhoud wegen Noordwoud"}, id="another subject"),
        pytest.param({"title": "Onderhoud bruggen Noordwoud fase 2"}, id="another number"),
        pytest.param({"day": -1}, id="before the consultation"),
        pytest.param({"day": 3 * 365 + 1}, id="more than three years later"),
    ],
)
def test_a_consultation_is_not_linked_to(call):
    other = notice("2-2025", **{"title": "Onderhoud bruggen Noordwoud", "day": 200, **call})
    assert len(groups(consultation(), other)) == 2


def test_likeness_never_merges_two_procedures_that_both_have_their_own_names():
    title = "Onderhoud bruggen Noordwoud"
    assert (
        len(
            groups(
                tenderned("100", "consultation", kenmerk="7", title=title),
                tenderned("101", kenmerk="8", title=title, day=200),
            )
        )
        == 2
    )


def test_one_consultation_does_not_glue_two_calls():
    title = "Onderhoud bruggen Noordwoud"
    assert groups(
        consultation(),
        notice("2-2025", title=title, day=100),
        notice("3-2025", title=title, day=50),
    ) == [["1-2025", "3-2025"], ["2-2025"]]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        pytest.param("Marktconsultatie Zaaksysteem", "Zaaksysteem", True, id="words of the notice"),
        pytest.param("Café-inrichting", "Cafe inrichting", True, id="accents and dashes"),
        pytest.param("Beheer BOR SaaS applicatie", "Beheer GBI SaaS applicatie", False, id="name"),
        pytest.param(
            "Levering implementatie beheer BOR SaaS applicatie",
            "Levering implementatie beheer GBI SaaS applicatie",
            False,
            id="two systems in a long title",
        ),
        pytest.param(
            "Raamovereenkomst dagelijks onderhoud gemeentelijke kunstwerken en oevers 2024",
            "Raamovereenkomst dagelijks onderhoud gemeentelijke kunstwerken en oevers 2025",
            False,
            id="years",
        ),
        pytest.param("Marktconsultatie", "Vooraankondiging", False, id="nothing but the notice"),
    ],
)
def test_titles_are_alike_by_what_is_bought(one, other, alike):
    assert bool(likeness(subject(one), subject(other))) == alike


def test_several_readings_of_one_notice_count_once():
    list_element = tenderned("100", kenmerk="7", copy="1-2025")
    row = notice("100", form="ocds", procedure_key="ocds-1l04xe-55", title="Bruggen")
    found = single(row, list_element, row, notice("1-2025"))
    assert found.notice_ids == ("1-2025", "100")
    assert found.procedure_key == "kenmerk:7"


def test_of_two_readings_of_one_format_the_fuller_one_counts():
    list_element = tenderned("100", "competition", kenmerk="7")
    detail = tenderned("100", "result", kenmerk="7", description="Bruggen", day=1)
    assert procedures([detail, list_element]) == procedures([list_element, detail])
    assert single(list_element, detail).awards == ("100",)


def test_the_dataset_of_tenderned_knows_the_same_kenmerk():
    line = notice("99", form="tenderned_dataset", procedure_key="7")
    assert groups(tenderned("100", kenmerk="7"), line) == [["100", "99"]]


def test_readings_that_tell_as_much_do_not_depend_on_order():
    one, other = tenderned("100", kenmerk="7"), tenderned("100", "result", kenmerk="7")
    assert procedures([one, other]) == procedures([other, one])


def test_a_procedure_explains_itself():
    notices = [
        eforms("1-2025", title="Bruggen"),
        eforms("2-2025", title="Bruggen", day=5, refers=[("changes", "1-2025")]),
    ]
    assert explain_procedure(single(*notices), {x.notice_id: x for x in notices}) == [
        f"BT-04:{KEY}: 2 notices",
        "2025-01-01 1-2025 competition: Bruggen (replaced by 2-2025)",
        "2025-01-06 2-2025 competition: Bruggen",
        "2-2025 and 1-2025: they carry the same procedure identifier (BT-04)",
        "2-2025 and 1-2025: the first changes the second",
    ]


# Histories made apart: each is a list of notices in order of publication.


@st.composite
def history(draw, number):
    """A tender: perhaps a prior notice, a call, changes, awards, a modification, and copies."""
    serial = iter(range(number * 100 + 1, number * 100 + 100))
    modern = draw(st.booleans())
    make = {"form": "eforms" if modern else "ted_export", "buyer": f"Gemeente {number}"}
    make["title"] = draw(st.sampled_from(["Onderhoud bruggen", f"Bestrating {number}"]))
    key = f"{number:08x}-0000-4000-8000-000000000000" if modern else None
    notices = []
    refers = []

    def publish(kind, references):
        n = next(serial)
        version = {"version_id": f"{n:08x}-1111-4111-8111-111111111111-01"} if modern else {}
        own = {"procedure_key": key} if kind != "planning" else {}
        made = notice(f"{n}-2025", kind, day=n % 100, refers=references, **make, **version, **own)
        notices.append(made)
        return made

    if draw(st.booleans()):
        planned = publish("planning", [])
        refers = [("previous", planned.notice_id)] if draw(st.booleans()) else []
    changed = call = publish("competition", refers)
    for _ in range(draw(st.integers(0, 3))):
        by_version = modern and draw(st.booleans())
        target = changed.version_id if by_version else f"000{changed.notice_id}"
        newer = publish("competition" if modern else "change", [("changes", target)])
        changed = draw(st.sampled_from([changed, newer]))
    for _ in range(draw(st.integers(0, 3))):
        award = publish("result", [("previous", call.notice_id)])
        if draw(st.booleans()):
            publish("change", [("modifies", award.notice_id)])
    if draw(st.booleans()):
        notices += [
            tenderned(f"{next(serial)}", x.kind, kenmerk=f"{number}", copy=x.notice_id, day=99)
            for x in list(notices)
        ]
    return notices


# Whole histories, and then some of their notices, as when a store is not complete.
@st.composite
def stores(draw):
    histories = [draw(history(number)) for number in range(1, draw(st.integers(1, 4)) + 1)]
    everything = [(number, x) for number, made in enumerate(histories) for x in made]
    kept = draw(st.lists(st.sampled_from(everything), min_size=1, unique_by=lambda x: id(x[1])))
    return draw(st.sampled_from([everything, kept]))


@settings(max_examples=150, deadline=None)
@given(stores(), st.randoms(use_true_random=False))
def test_histories_become_procedures(store, chance):
    notices = [x for _, x in store]
    found = procedures(notices)
    owners = {x.notice_id: number for number, x in store}

    # Every notice is in exactly one procedure.
    members = sorted(x for procedure in found for x in procedure.notice_ids)
    assert members == sorted(owners)
    # Keys are unique.
    assert len({x.procedure_key for x in found}) == len(found)
    # Histories that were made apart stay apart.
    assert all(len({owners[x] for x in procedure.notice_ids}) == 1 for procedure in found)
    # Arrival order changes nothing.
    shuffled = list(notices)
    chance.shuffle(shuffled)
    assert procedures(shuffled) == found
    for procedure in found:
        # Chains end in one leaf, which is its own, within the procedure.
        assert set(procedure.current) == set(procedure.notice_ids)
        assert all(
            procedure.current[leaf] == leaf and leaf in procedure.notice_ids
            for leaf in procedure.current.values()
        )
        # The links alone hold the procedure together.
        groups = Groups()
        for link in procedure.links:
            groups.join(link.notice_id, link.other)
        assert len({groups.find(x) for x in procedure.notice_ids}) == 1


@settings(max_examples=100, deadline=None)
@given(history(1))
def test_a_whole_history_is_one_procedure_with_one_call(made):
    found = procedures([x for x in made if x.kind != "planning"])
    assert len(found) == 1
    assert len(found[0].calls) == 1


REFERENCES = st.tuples(
    st.sampled_from(["changes", "modifies", "previous", "ted"]),
    st.sampled_from([f"{n}-2025" for n in range(1, 12)]),
)


@st.composite
def tangles(draw):
    """Notices that refer to each other at random, as no buyer would."""
    return [
        notice(
            f"{n}-2025" if draw(st.booleans()) else f"{n}",
            draw(st.sampled_from(["planning", "consultation", "competition", "result", "change"])),
            day=draw(st.integers(0, 3)),
            form=draw(st.sampled_from(["eforms", "ted_export"])),
            refers=draw(st.lists(REFERENCES, max_size=3)),
            procedure_key=draw(st.sampled_from([None, None, KEY, OTHER])),
            version_id=draw(st.sampled_from([None, None, f"{KEY}-01"])),
            title=draw(st.sampled_from(["Bruggen", "Wegen"])),
        )
        for n in range(1, draw(st.integers(2, 9)))
    ]


@settings(max_examples=400, deadline=None)
@given(tangles(), st.integers())
def test_no_tangle_depends_on_order_or_loses_a_notice(notices, seed):
    found = procedures(notices)
    shuffled = list(notices)
    random.Random(seed).shuffle(shuffled)
    assert procedures(shuffled) == found
    assert sorted(x for p in found for x in p.notice_ids) == sorted(x.notice_id for x in notices)
    assert all(p.current[x] == x for p in found for x in p.current.values())
    # An original is no copy, and is in the procedure of its copies.
    assert all(x not in p.copies for p in found for x in p.copies.values())
    assert all(x in p.notice_ids for p in found for x in p.copies.values())


@settings(max_examples=400, deadline=None)
@given(st.one_of(tangles(), stores().map(lambda store: [x for _, x in store])))
def test_linking_neighbourhood_by_neighbourhood_gives_what_linking_everything_gives(notices):
    lines = [digest_row(x, DAY, "") for x in notices]
    days = np.array([(x.published_on - dt.date(1970, 1, 1)).days for x in notices])
    numbers = neighbourhoods(pa.Table.from_pylist(lines, DIGESTED), days).tolist()
    found = []
    for each in set(numbers):
        inside = [x for x, number in zip(notices, numbers, strict=True) if number == each]
        found += procedures(inside)
    assert sorted(found, key=lambda x: x.procedure_key) == procedures(notices)


@pytest.fixture(scope="module")
def real(shared):
    """The procedures of all shared notices, by the notices in them."""
    notices = []
    for path in sorted((shared / "notices").glob("*/*.xml")):
        notices.append(
            collect.read_notice(
                RawNotice(
                    source="files",
                    source_id=path.name,
                    url=str(path),
                    fetched_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
                    media_type="application/xml",
                    body=path.read_bytes(),
                )
            )
        )
    found = procedures(notices)
    assert sum(len(x.notice_ids) for x in found) == len(notices)
    # BT-701 and BT-757, in the XML.
    versions = {x.notice_id: x.version_id for x in notices}
    assert versions["143238-2024"] == "970f265c-0a05-42d4-afcd-ce3e4b0ad910-01"
    return {x.notice_ids: x for x in found}


# Read by hand in the XML: BT-758 and BT-04, NOTICE_NUMBER_OJ, REF_NOTICE.
@pytest.mark.parametrize(
    ("notice_ids", "calls", "awards"),
    [
        pytest.param(("137599-2024", "143238-2024"), ("143238-2024",), (), id="change notice"),
        pytest.param(("109918-2022", "213707-2022"), ("213707-2022",), (), id="prior notice"),
        pytest.param(
            ("358692-2020", "38555-2021"), ("358692-2020",), ("38555-2021",), id="call and award"
        ),
        pytest.param(
            ("428435-2023", "519493-2022", "680640-2023"),
            (),
            ("519493-2022", "428435-2023", "680640-2023"),
            id="two awards after one ex-ante notice",
        ),
        pytest.param(("23530-2011",), (), (), id="corrigendum of an absent call"),
    ],
)
def test_real_notices_find_each_other(real, notice_ids, calls, awards):
    assert (real[notice_ids].calls, real[notice_ids].awards) == (calls, awards)


def test_no_real_notices_are_joined_that_do_not_name_each_other(real):
    together = sorted(notice_ids for notice_ids in real if len(notice_ids) > 1)
    assert together == [
        ("109918-2022", "213707-2022"),
        ("115203-2021", "590864-2020"),
        ("137599-2024", "143238-2024"),
        ("338399-2018", "91924-2018"),
        ("358692-2020", "38555-2021"),
        ("428435-2023", "519493-2022", "680640-2023"),
    ]
