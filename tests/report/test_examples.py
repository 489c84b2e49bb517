"""Examples: the largest lots that are innovation-oriented, with a passage that says so."""

import datetime as dt
from types import SimpleNamespace

from pipeline.records import AwardLot, Evidence, Notice
from pipeline.report.examples import MOST_EXAMPLES, MOST_PASSAGES, largest_examples

TEXT = "Een brug van vlas is nieuw. Zij bestaat nog niet. Niemand maakte haar. Wij vragen erom."


def lot(number, value):
    facts = dict.fromkeys(AwardLot.__dataclass_fields__) | {"flags": (), "dated": dt.date.min}
    return AwardLot(
        **facts | {"lot_key": f"l{number}", "text_notice_id": f"n{number}", "value_eur": value}
    )


def notice(number):
    return Notice(
        notice_id=f"n{number}",
        source="t",
        format="t",
        kind="result",
        title=f"Brug {number}",
        description=TEXT,
    )


def passage(label, start=0, end=11):
    return Evidence(label=label, section="description", start=start, end=end)


def shown(degrees, evidence):
    """Return the examples of lots 0, 1, ... of which each is larger than the one before."""
    names = [f"n{x}" for x in range(len(degrees))]
    said = dict(zip(names, degrees, strict=True))
    found = largest_examples(
        SimpleNamespace(
            lots=[lot(x, 10.0 * x) for x in range(len(degrees))],
            whole={f"n{x}": notice(x) for x in range(len(degrees))},
        ),
        SimpleNamespace(
            texts=lambda _, asked: [said[x] for x in asked],
            labels=lambda x: (said[x],),
            evidence=lambda x: evidence,
        ),
        (),
    )
    return list(found)


def test_what_is_not_innovation_oriented_is_no_example_though_a_passage_names_a_form():
    found = shown(["incremental", "none", "disruptive", None], (passage("sbir"),))
    assert [x.notice_id for x in found] == ["n2", "n0"]
    assert [x.labels for x in found] == [("disruptive",), ("incremental",)]


def test_a_label_without_a_passage_that_shows_it_makes_no_example():
    assert shown(["disruptive"], ()) == []
    assert shown(["disruptive"], (passage("asked"), passage("none"))) == []
    field = Evidence(label="sbir", field="procedure", value="innovation")
    assert shown(["disruptive"], (field,)) == []


def test_only_the_largest_are_shown_each_passage_once_and_no_more_than_fit():
    evidence = [passage("rd"), passage("disruptive")]
    evidence += [passage("rd", start, start + 10) for start in (28, 50, 71)]
    found = shown(["incremental"] * (MOST_EXAMPLES + 2), tuple(evidence))
    assert [x.value_eur for x in found] == [70.0, 60.0, 50.0, 40.0, 30.0, 20.0]
    assert [x.marked for x in found[0].passages] == ["Een brug va", "Zij bestaa", "Niemand ma"]
    assert len(found[0].passages) == MOST_PASSAGES
