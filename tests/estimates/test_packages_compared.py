"""Countries out of packages of the shape that TED's have: by day, by month, flat and nested.

The names are those of ted.europa.eu: ``20240304_2024045.tar.gz`` with
``20240304_045/00137599_2024.xml`` in it, six digits before eForms; a month is flat, or holds the
archives of its days.
"""

import gzip
import io
import re
import tarfile

import openpyxl
import pytest
from stage_quarter import ROOT
from typer.testing import CliRunner

from pipeline import cli
from pipeline.errors import PipelineError

DEMO = ROOT / "corpora" / "demo"
EFORMS = (DEMO / "eforms" / "99000101-2025.xml").read_bytes()
R209 = (DEMO / "ted_export" / "99000201-2024.xml").read_bytes()
R208 = (DEMO / "ted_export" / "99000211-2024.xml").read_bytes()
CHANGES = (
    b"<efac:Changes><efbc:ChangedNoticeIdentifier>%s</efbc:ChangedNoticeIdentifier></efac:Changes>"
)


def call(number, *, day="2024-03-04", country="NLD", procedure="open", changes=""):
    """A fictional call in eForms, under another number."""
    name = f"{number:08d}-{day[:4]}".encode()
    body = re.sub(rb'(ojs-notice-id">)[^<]*', rb"\g<1>" + name, EFORMS)
    body = re.sub(rb"(PublicationDate>)[^<]*(<)", rb"\g<1>" + day.encode() + rb"Z\2", body)
    body = re.sub(rb'("notice-id">[^<]{24})[^<]*', rb"\g<1>%012d" % number, body)
    body = re.sub(rb'(listName="country">)NLD', rb"\g<1>" + country.encode(), body)
    body = body.replace(b'procedure-type">open', b'procedure-type">' + procedure.encode())
    if changes:
        place = body.index(b"<efac:NoticeSubType>")
        body = body[:place] + CHANGES % changes.encode() + body[place:]
    return f"{number:08d}_{day[:4]}.xml", body


def exported(number, *, body=R209, day="2024-03-04", country="NL"):
    """The same before eForms."""
    for was, now in (
        (rb'DOC_ID="[^"]*', b'DOC_ID="%06d-%s' % (number, day[:4].encode())),
        (rb"<NO_DOC_OJS>[^<]*", b"<NO_DOC_OJS>%s/S 045-%06d" % (day[:4].encode(), number)),
        (rb"<DATE_PUB>\d*", b"<DATE_PUB>" + day.replace("-", "").encode()),
        (rb'COUNTRY VALUE="NL', b'COUNTRY VALUE="' + country.encode()),
    ):
        body = re.sub(was, now, body)
    return f"{number:06d}_{day[:4]}.xml", body


def packed(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, body in members:
            member = tarfile.TarInfo(name)
            member.type = tarfile.REGTYPE if body is not None else tarfile.DIRTYPE
            member.size = len(body or b"")
            archive.addfile(member, io.BytesIO(body or b""))
    return gzip.compress(out.getvalue(), mtime=0)


def of_day(*notices, day="20240304_045"):
    return [(f"{day}/", None), *((f"{day}/{name}", body) for name, body in notices)]


@pytest.fixture
def compared(tmp_path):
    """Compare packages: exit code and output, and per country and sign its calls and rate."""

    def run(packages, period="2024"):
        folder, out = tmp_path / "packages", tmp_path / "out"
        folder.mkdir(exist_ok=True)
        for name, body in packages.items():
            (folder / name).write_bytes(body)
        command = ["compare-countries", period, str(folder), "--folder", str(out)]
        done = CliRunner().invoke(cli.app, command)
        if done.exception is not None and not isinstance(
            done.exception, SystemExit | PipelineError
        ):
            raise done.exception
        return done, out / f"landen-{period}"

    return run


def calls(stem):
    """Per country, year and sign: how many calls there are, and how many of them have it."""
    lines = [x.split(",") for x in stem.with_suffix(".csv").read_text("utf-8").splitlines()]
    cells = (dict(zip(lines[0], x, strict=True)) for x in lines[1:])
    return {
        (x["country"], x["year"], x["sign"]): (
            int(x["total"]),
            round(float(x["per_1000"] or 0) * int(x["total"]) / 1000),
        )
        for x in cells
        if x["part_of"] == "calls"
    }


NOTICES = (
    call(137599, procedure="comp-dial"),
    call(137600, country="BEL"),
    exported(137601, country="UK"),
    exported(137602, body=R208, country="EL"),
)
PARTNERSHIP, DIALOGUE = "innovation_partnership", "competitive_dialogue"
DAY = packed(of_day(*NOTICES))
SHAPES = {
    "daily": {"20240304_2024045.tar.gz": DAY},
    "monthly": {"2024-3.tar.gz": DAY},
    "nested": {"2024-3.tar.gz": packed([("20240304_2024045.tar.gz", DAY)])},
    "both": {"2024-3.tar.gz": packed([("a.tar.gz", DAY)]), "20240304_2024045.tar.gz": DAY},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_notice_counts_once_in_whatever_package_and_form_it_is(compared, shape):
    done, stem = compared(SHAPES[shape])
    assert done.exit_code == 0, done.output
    found = calls(stem)
    # The Union writes UK and EL where ISO has GB and GR.
    assert {x for x, _, _ in found} == {"NL", "BE", "GB", "GR"}
    assert {x: found[x, "2024", DIALOGUE] for x in ("NL", "BE", "GB", "GR")} == {
        "NL": (1, 1),
        "BE": (1, 0),
        "GB": (1, 0),
        "GR": (1, 0),
    }
    assert f"{4 if shape == 'both' else 0} were there twice" in done.output


@pytest.mark.parametrize("target", ["00137599-2024", "f1c71000-0000-4000-8000-000000137599-01"])
def test_a_call_that_a_later_package_changes_counts_as_it_reads_now(compared, target):
    later = call(140000, day="2024-04-02", procedure="innovation", changes=target)
    april = packed(of_day(later, day="20240402_065"))
    done, stem = compared({"2024-3.tar.gz": DAY, "2024-4.tar.gz": april})
    found = calls(stem)
    assert (found["NL", "2024", DIALOGUE], found["NL", "2024", PARTNERSHIP]) == ((1, 0), (1, 1))
    assert "1 were replaced by a later version" in done.output


def test_calls_that_say_they_change_one_planning_notice_are_calls_of_their_own(compared):
    planned = ("99000108_2024.xml", (DEMO / "eforms" / "99000108-2024.xml").read_bytes())
    two = [call(x, changes="99000108-2024") for x in (140001, 140002)]
    for members in ([planned, *two], [*two, planned]):
        done, stem = compared({"2024-3.tar.gz": packed(of_day(*members))})
        assert done.exit_code == 0, done.output
        assert calls(stem)["NL", "2024", PARTNERSHIP] == (2, 0)


def test_a_home_of_a_country_that_nobody_described_is_told_so_before_anything_is_read(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("pipeline.estimates.countries.tally", lambda *_, **__: pytest.fail("read"))
    (tmp_path / "2024-3.tar.gz").write_bytes(DAY)
    (tmp_path / "settings.toml").write_text('country = "DEU"\n')
    command = ["compare-countries", "2024", str(tmp_path / "2024-3.tar.gz")]
    command += ["--folder", str(tmp_path), "--settings", str(tmp_path / "settings.toml")]
    done = CliRunner().invoke(cli.app, command)
    assert isinstance(done.exception, PipelineError)
    assert "DEU" in str(done.exception)


def test_what_is_of_another_year_or_names_no_country_is_passed_over(compared):
    others = packed(
        of_day(
            call(1, day="2023-12-29"),
            exported(2, day="2025-01-02"),
            call(3, country="=1+1"),
            exported(4, country="=1+1"),
            call(5, country="XXX"),
        )
    )
    done, stem = compared({"2024-1.tar.gz": others, "2024-3.tar.gz": DAY})
    assert done.exit_code == 0, done.output
    assert {(x, year) for x, year, _ in calls(stem)} == {
        (x, "2024") for x in ("NL", "BE", "GB", "GR")
    }
    assert "5 others passed over" in done.output
    assert "=1+1" not in stem.with_suffix(".csv").read_text("utf-8")


def test_a_registration_of_a_company_is_no_fault_of_the_package(compared):
    registered = (
        b'<BusinessRegistrationInformationNotice xmlns="http://data.europa.eu/p27/eforms"/>'
    )
    body = packed([*of_day(*NOTICES), ("20240304_045/00137700_2024.xml", registered)])
    done, _ = compared({"2024-3.tar.gz": body})
    assert done.exit_code == 0, done.output
    assert "1 others passed over" in done.output


def test_a_country_that_fills_in_no_field_gets_no_figure(compared):
    name, body = call(9, country="IRL")
    fields = b"ProcedureCode|ItemClassificationCode|ProcurementTypeCode|VariantConstraintCode"
    bare = re.sub(rb"<cbc:(" + fields + rb")[^>]*>[^<]*</cbc:\1>", b"", body)
    done, stem = compared({"2024-3.tar.gz": packed(of_day((name, bare), *NOTICES))})
    assert "Ierland 2024: veld niet ingevuld: Innovatiepartnerschap, Concurr" in done.output
    book = openpyxl.load_workbook(stem.with_suffix(".xlsx"))
    lines = {x[0]: x for x in book["Aankondigingen"].values}
    # The form of a notice is always there.
    assert [x for x in lines["Ierland"][6::4] if x] == ["veld niet ingevuld"] * 7
    assert lines["Nederland"][6] is None


def test_a_torn_package_counts_what_was_read_and_says_that_the_rest_is_missing(compared):
    many = packed(of_day(*(call(x, country="FRA") for x in range(1, 200))))
    done, stem = compared({"2024-3.tar.gz": many[: len(many) // 2], "20240304_2024045.tar.gz": DAY})
    assert done.exit_code == 1
    assert 0 < calls(stem)["FR", "2024", DIALOGUE][0] < 199
    assert calls(stem)["NL", "2024", DIALOGUE] == (1, 1)
    assert "2024-3.tar.gz: Compressed file ended before" in done.output
    assert "was left unread" in stem.with_suffix(".quarantine.csv").read_text("utf-8")


def test_an_archive_that_lies_too_deep_is_named_also_where_nothing_else_is_there(compared):
    deep = packed([("a.tar.gz", packed([("b.tar.gz", DAY)]))])
    done, _ = compared({"2024-3.tar.gz": deep})
    assert done.exit_code == 1
    assert "an archive inside 2 archives" in done.output
    assert "1 could not be read" in str(done.exception)


def test_a_package_in_another_encoding_is_read(compared):
    notices = [call(x) for x in (1, 2, 3)]
    bodies = [body.decode() for _, body in notices]
    told = re.compile(r"<\?xml[^>]*\?>")
    written = (
        told.sub('<?xml version="1.0" encoding="ISO-8859-1"?>', bodies[0], count=1).encode(
            "iso-8859-1", "xmlcharrefreplace"
        ),
        told.sub('<?xml version="1.0" encoding="UTF-16"?>', bodies[1], count=1).encode("utf-16"),
        b"\xef\xbb\xbf" + bodies[2].encode(),
    )
    members = [(name, body) for (name, _), body in zip(notices, written, strict=True)]
    done, stem = compared({"2024-3.tar.gz": packed(of_day(*members))})
    assert done.exit_code == 0, done.output
    assert calls(stem)["NL", "2024", DIALOGUE] == (3, 0)
