"""Personal data in free text is hidden where people see the text, and offsets stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.shown import for_people, masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mail j.jansen@gemeente.nl.", "Mail •.••••••@••••••••.••."),
        ("inkoop+eu@vnog-regio.example.nl,", "••••••+••@••••-•••••.•••••••.••,"),
        ("jan (at) rws.nl", "••• (••) •••.••"),
        ("jan\uff20rws.nl", "•••\uff20•••.••"),
        ("jan.jansen@", "•••.••••••@"),
        ("@rws.nl bellen", "@•••.•• bellen"),
        ("06-12345678", "••-••••••••"),
        ("06 12 34 56 78", "•• •• •• •• ••"),
        ("06 - 1234 5678", "•• - •••• ••••"),
        ("0612345678", "••••••••••"),
        ("020-1234567 of 010-7654321", "•••-••••••• of •••-•••••••"),
        ("(020) 123 45 67", "(•••) ••• •• ••"),
        ("0348 12 34 56", "•••• •• •• ••"),
        ("+31 (0)20-1234567", "+•• (•)••-•••••••"),
        ("0031 6 12345678", "•••• • ••••••••"),
        ("+32 2 123 45 67", "+•• • ••• •• ••"),
        ("+1 202 555 0143", "+• ••• ••• ••••"),
    ],
)
def test_addresses_and_numbers_of_people_are_hidden(text, expected):
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "01-12-2025 10:30 uur",
        "06-12-2025 10.30 uur en 12",
        "06-12-25 10.30 12.00",
        "2025-01-12T10:30:00+01:00",
        "2024/S 012-345678",
        "012345-2024 en 002169-2024",
        "CPV 72000000-5",
        "1.234.567,89 en € 0,12345678901 en 0.1234567890",
        "NL91ABNA0417164300",
        "KvK 12345678, 0000000012345678",
        "LOT-0001-0002-0003-0004",
        "550 000 000 000",
        "percelen 01 02 03 04 05",
        "5 stuks @ 3 euro, volg @gemeente",
    ],
)
def test_days_amounts_and_codes_are_no_numbers_of_people(text):
    assert masked(text) == text


@given(st.text(st.sampled_from("0612 -+().@ajnl•\u202e"), max_size=60))
def test_a_mask_keeps_every_offset_and_needs_no_second_one(text):
    once = masked(text)
    assert len(once) == len(text)
    assert masked(once) == once


@pytest.mark.parametrize("piece", ["0", "a", "0 ", "06-", "+1 (", "a@", "a.", "(0", "01-", "+31"])
def test_a_hundred_thousand_of_anything_are_no_burden(piece):
    assert masked(piece * 100_000) is not None


def test_what_turns_the_direction_is_taken_out():
    assert for_people("Foto\u202egpj.exe\u2069") == "Fotogpj.exe"
    assert for_people("\u202e") is None
    assert for_people(None) is None
