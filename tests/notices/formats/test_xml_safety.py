"""Hostile and broken XML is refused by name, and never costs more than it weighs."""

import datetime as dt

import pytest

from pipeline.errors import NoticeError
from pipeline.notices.formats import eforms, ted_export
from pipeline.notices.formats._xml import (
    Remarks,
    amount,
    country,
    cpv,
    publication_number,
    references,
    sum_of,
    tidy,
    xml_date,
)
from pipeline.records import Amount, RawNotice, Reference

UBL = "urn:oasis:names:specification:ubl:schema:xsd:ContractNotice-2"
BOMB = '<!ENTITY b0 "ha">' + "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 10))


def raw(body, source_id="archive.zip!42.xml"):
    return RawNotice(
        source="files",
        source_id=source_id,
        url="archive.zip",
        fetched_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        media_type="application/xml",
        body=body if isinstance(body, bytes) else body.encode(),
    )


HOSTILE = {
    "entity bomb in text": f"<!DOCTYPE TED_EXPORT [{BOMB}]><TED_EXPORT>&b9;</TED_EXPORT>",
    "entity bomb in an attribute": (
        f'<!DOCTYPE TED_EXPORT [{BOMB}]><TED_EXPORT DOC_ID="&b9;"></TED_EXPORT>'
    ),
    "external entity": (
        '<!DOCTYPE TED_EXPORT [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        "<TED_EXPORT>&x;</TED_EXPORT>"
    ),
    "parameter entity": (
        '<!DOCTYPE TED_EXPORT [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]><TED_EXPORT/>'
    ),
    "external document type": '<!DOCTYPE TED_EXPORT SYSTEM "notice.dtd"><TED_EXPORT/>',
    "harmless document type": "<!DOCTYPE TED_EXPORT><TED_EXPORT/>",
    "undeclared entity": "<TED_EXPORT>&x;</TED_EXPORT>",
    "truncated": "<TED_EXPORT><CODED_DATA_SECTION><REF_OJ",
    "empty": "",
    "binary": b"\x00\x01\x02PK\x03\x04",
    "latin-1 said to be utf-8": (
        '<?xml version="1.0" encoding="UTF-8"?><TED_EXPORT>financiële</TED_EXPORT>'.encode(
            "latin-1"
        )
    ),
    "utf-8 said to be utf-16": (
        b'<?xml version="1.0" encoding="UTF-16"?><TED_EXPORT>financi\xc3\xable</TED_EXPORT>'
    ),
    "unknown encoding": b'<?xml version="1.0" encoding="klingon"?><TED_EXPORT/>',
    "nested too deep": "<TED_EXPORT>" + "<P>" * 5000 + "</P>" * 5000 + "</TED_EXPORT>",
    "one text of eleven megabytes": "<TED_EXPORT>" + "x" * 11_000_000 + "</TED_EXPORT>",
    "nothing in it": "<TED_EXPORT/>",
    "form without texts": (
        '<TED_EXPORT><FORM_SECTION><F02_2014 LG="NL"/></FORM_SECTION></TED_EXPORT>'
    ),
}


@pytest.mark.parametrize("reader", [ted_export, eforms])
@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_or_broken_notice_is_refused_by_name(reader, body):
    with pytest.raises(NoticeError, match=r"archive\.zip!42\.xml"):
        reader.read(raw(body))


@pytest.mark.parametrize("reader", [ted_export, eforms])
@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_recognition_never_raises(reader, body):
    assert reader.matches(raw(body)) in {True, False}


def test_a_document_type_is_what_the_message_speaks_of():
    with pytest.raises(NoticeError, match="DOCTYPE"):
        ted_export.read(raw(HOSTILE["harmless document type"]))


@pytest.mark.parametrize(
    ("body", "of_ted", "of_eforms"),
    [
        pytest.param('<TED_EXPORT xmlns="ted/R2.0.9.S02/publication"/>', True, False, id="S02"),
        pytest.param("<TED_ESENDERS/>", True, False, id="esenders"),
        pytest.param(f'<ContractNotice xmlns="{UBL}"/>', False, True, id="eforms"),
        pytest.param(f'<x:ContractNotice xmlns:x="{UBL}"/>', False, True, id="prefix"),
        pytest.param(f'<ContractNotice xmlns="{UBL}">'.encode("utf-16"), False, True, id="utf-16"),
        pytest.param(b"\xef\xbb\xbf<TED_EXPORT/>", True, False, id="byte order mark"),
        pytest.param(f"<!--{'x' * 9000}--><TED_EXPORT/>", True, False, id="long comment"),
        pytest.param("<ContractNotice/>", False, False, id="without the namespace"),
        pytest.param("<a><TED_EXPORT/></a>", False, False, id="not the root"),
        pytest.param('{"TED_EXPORT": 1}', False, False, id="json"),
    ],
)
def test_a_format_is_recognised_by_its_root_alone(body, of_ted, of_eforms):
    assert (ted_export.matches(raw(body)), eforms.matches(raw(body))) == (of_ted, of_eforms)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("087730-2017", "87730-2017"),
        ("00127505-2024", "127505-2024"),
        ("2017/S 048-087730", "87730-2017"),
        ("2011/S 3-004567", "4567-2011"),
        ("0-2024", None),
        ("TENDER-1", None),
        (None, None),
    ],
)
def test_publication_numbers_are_written_in_one_way(written, number):
    assert publication_number(written) == number


def test_a_target_is_referred_to_once_and_an_unreadable_one_is_noted():
    remarks = Remarks()
    uuid = "05BA1D8D-BB6C-4D5F-B728-AAB1F69C2AF5-01"
    pointers = [
        ("changes", "00079191-2026"),
        ("previous", "79191-2026"),
        ("previous", uuid),
        ("previous", "kenmerk 7"),
        ("previous", None),
    ]
    assert references(pointers, remarks) == (
        Reference(kind="changes", target="79191-2026"),
        Reference(kind="previous", target=uuid.lower()),
    )
    assert remarks == ["unknown reference: previous=kenmerk 7"]


@pytest.mark.parametrize(
    ("written", "currency", "value", "remark"),
    [
        ("114 166,77", "EUR", Amount(value=114166.77, currency="EUR"), None),
        ("860.000", "EUR", Amount(value=860.0, currency="EUR"), None),
        ("0", "EUR", Amount(value=0.0, currency="EUR"), None),
        ("-1", "EUR", None, "withheld: awarded"),
        ("-1.00", "EUR", None, "withheld: awarded"),
        ("1.200.000,00", "EUR", None, "not an amount: awarded=1.200.000,00 EUR"),
        ("veel", "EUR", None, "not an amount: awarded=veel EUR"),
        ("5", None, None, "not an amount: awarded=5 without currency"),
        ("9" * 400, "EUR", None, f"not an amount: awarded={'9' * 400} EUR"),
    ],
)
def test_an_amount_is_read_or_noted(written, currency, value, remark):
    remarks = Remarks()
    assert amount(written, currency, "awarded", remarks) == value
    assert remarks == ([remark] if remark else [])


def test_a_sum_with_an_unknown_part_or_two_currencies_is_unknown():
    euro, krone = Amount(value=2, currency="EUR"), Amount(value=3, currency="DKK")
    remarks = Remarks()
    assert sum_of([euro, euro], "awarded", remarks) == Amount(value=4, currency="EUR")
    assert sum_of([], "awarded", remarks) is None
    assert remarks == []
    assert sum_of([euro, None], "awarded", remarks) is None
    assert sum_of([euro, krone], "awarded", remarks) is None
    assert len(remarks) == 2


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("20171113", dt.date(2017, 11, 13)),
        ("2024-03-01Z", dt.date(2024, 3, 1)),
        ("2024-03-01+01:00", dt.date(2024, 3, 1)),
        ("2024-02-30", None),
        ("volgende week", None),
    ],
)
def test_a_date_is_read_or_noted(written, day):
    remarks = Remarks()
    assert xml_date(written, "published_on", remarks) == day
    assert bool(remarks) == (day is None)


def test_codes_are_eight_digits_once_and_others_are_noted():
    remarks = Remarks()
    assert cpv(["73000000-2", "73000000", " 73100000", "7300", None], remarks) == (
        "73000000",
        "73100000",
    )
    assert remarks == ["unknown code: cpv=7300"]


def test_countries_have_two_letters_as_in_iso():
    remarks = Remarks()
    written = ["NLD", "BE", "UK", "EL", "GRC", None]
    assert [country(x, remarks) for x in written] == ["NL", "BE", "GB", "GR", "GR", None]
    assert remarks == []
    assert country("USA", remarks) is None
    assert remarks == ["unknown code: country=USA"]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("  Twee \t woorden ", "Twee woorden"),
        ("- een\r\n- twee\n\n- drie", "- een\n- twee\n- drie"),
        ("afgebroken door\n            de uitgever", "afgebroken door de uitgever"),
        (" \n ", None),
    ],
)
def test_the_buyers_line_breaks_stay_and_the_publishers_go(written, text):
    assert tidy(written) == text
