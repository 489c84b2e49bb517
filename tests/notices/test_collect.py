"""A raw notice goes to the format that recognises it."""

import datetime as dt
import json

import pytest

from pipeline.errors import NoticeError
from pipeline.notices import collect
from pipeline.records import ROW, RawNotice


def raw(body: bytes, media_type: str = "application/json") -> RawNotice:
    return RawNotice(
        source="files",
        source_id="a.json#7",
        url="a.json",
        fetched_at=dt.datetime(2026, 1, 31, tzinfo=dt.UTC),
        media_type=media_type,
        body=body,
    )


def test_formats_are_found_in_the_folder_in_order_of_name():
    names = [module.__name__.rpartition(".")[2] for module in collect.known_formats()]
    assert {"ocds", "tabular", "tenderned_json"} <= set(names)
    assert names == sorted(names)
    assert not [name for name in names if name.startswith("_")]


@pytest.mark.parametrize(
    ("members", "media_type", "expected"),
    [
        pytest.param({"notice_id": 1, "title": "a"}, ROW, "tabular", id="row"),
        pytest.param(
            {"notice_id": 1, "title": "a", "ocid": "b", "publicatieId": 2},
            ROW,
            "tabular",
            id="row with the columns of others",
        ),
        pytest.param(
            {"ocid": "a", "id": "b", "tag": ["tender"], "tender": {"title": "c"}},
            "application/json",
            "ocds",
            id="OCDS",
        ),
        pytest.param(
            {
                "publicatieId": "1",
                "aanbestedingNaam": "a",
                "typePublicatie": {"code": "AAO"},
            },
            "application/json",
            "tenderned_json",
            id="TenderNed",
        ),
    ],
)
def test_a_format_is_known_by_its_content(members, media_type, expected):
    assert collect.read_notice(raw(json.dumps(members).encode(), media_type)).format == expected


@pytest.mark.parametrize("body", [b"", b"\x89PNG", b"[]", b'{"a": {"ocid": 1}}', b"{" * 5_000])
def test_an_unknown_format_is_told_with_its_beginning(body):
    with pytest.raises(NoticeError, match="not a notice format we know: starts with") as caught:
        collect.read_notice(raw(body))
    assert str(caught.value).startswith("a.json#7: ")
