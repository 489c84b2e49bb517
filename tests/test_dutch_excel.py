"""What Dutch Excel makes of a table of ours is read as that table, at every door that takes one."""

import csv
import datetime as dt
import io
import shutil
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from pipeline import cli, codebook, settings
from pipeline.cli import checks, models
from pipeline.codec import to_plain
from pipeline.corpus import annotations as judging
from pipeline.corpus.exchange import Sitting
from pipeline.errors import CorpusError
from pipeline.estimates import drawing
from pipeline.evaluation.material import judged_table
from pipeline.labels.queue import queued_ids
from pipeline.notices import collect
from pipeline.records import Amount, Annotation, Draw, Evidence, Judgement, Notice, Period
from pipeline.sources.files import raw_notices
from pipeline.store import Store

HERE = settings.load().home
BOOK = codebook.load(Store(HERE))
NAMES = {x.label_id: x.name for x in BOOK.labels}
NOTICES = {
    x: Notice(
        notice_id=x, source="t", format="t", kind="competition", title="Brug één", description=text
    )
    for x, text in (("1-2026", "Een slimme brug die zichzelf meet."), ("2-2026", "Een brug."))
}
CHANCE = 0.1 + 0.2
DRAW = Draw(
    draw_id="2026Q3-1",
    period="2026Q3",
    frame_fingerprint="f",
    design="strata",
    seed=1,
    lot_keys=("a", "b"),
    text_notice_ids=tuple(NOTICES),
    probabilities=(CHANCE, 1.0),
    strata=("s", "s"),
    stratum_sizes={"s": 2},
)


def judged(notice_id, degree="disruptive", **changes):
    oriented = degree != "none"
    facts = {
        "notice_id": notice_id,
        "text_hash": judging.text_hash(NOTICES[notice_id]),
        "judgement": Judgement(
            degree=degree,
            aspect=("rd",) if oriented else (),
            openness="asked" if oriented else "closed",
            forms=("pcp",) if oriented else (),
        ),
        "evidence": (Evidence(label=degree, section="title", start=0, end=4),) if oriented else (),
        "annotator": "Zoë",
        "annotated_at": dt.date(2026, 11, 29),
        "codebook_version": BOOK.version,
        "codebook_fingerprint": BOOK.meaning,
        "round": "first",
        "unsure": oriented,
    }
    return Annotation(**(facts | changes))


def lines_of(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def excel(lines, *, encoding, told):
    """Save lines as Dutch Excel does: in its signs, dates, fractions, and names of labels."""
    saved = []
    for line in lines:
        shown = dict(line)
        for name in {"degree", "aspect", "openness", "forms"} & shown.keys():
            shown[name] = ";".join(NAMES.get(x, x) for x in shown[name].split(";"))
        for name in {"annotated_at", "published_on"} & shown.keys():
            shown[name] = "-".join(reversed(shown[name].split("-")))
        if "unsure" in shown:
            shown["unsure"] = {"true": "WAAR", "false": "ONWAAR"}[shown["unsure"]]
        if chance := shown.get("inclusion_probability"):
            shown["inclusion_probability"] = f"{float(chance):.9g}".replace(".", ",")
        saved.append(shown)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(saved[0]), delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(saved)
    return (told + out.getvalue()).encode(encoding)


@pytest.fixture
def home(tmp_path, monkeypatch):
    target = tmp_path / "home" / "corpora"
    (target / "annotations").mkdir(parents=True)
    shutil.copy(HERE / "corpora" / "codebook.toml", target)
    monkeypatch.setenv("INNOVATIEMONITOR_HOME", str(target.parent))
    return Store(target.parent)


def by_classify(saved, home):
    lines = [
        {
            "notice_id": "1-2026",
            "title": "Brug één",
            "description": "Een brug",
            "published_on": "2026-11-29",
            "value_eur": "1.250.000,50",
            "kind": "competition",
        }
    ]
    body = saved(lines)
    (raw,) = raw_notices(["-"], now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), stdin=io.BytesIO(body))
    notice = collect.read_notice(raw)
    assert (notice.notice_id, notice.title) == ("1-2026", "Brug één")
    assert (notice.published_on, notice.remarks) == (dt.date(2026, 11, 29), ())
    assert notice.estimated == Amount(value=1_250_000.5, currency="EUR")


def imported(path, home, *more):
    notices = path.with_name("notices.csv")
    rows = [("notice_id", "title", "description")]
    rows += [(x.notice_id, x.title, x.description) for x in NOTICES.values()]
    with notices.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows(rows)
    arguments = ["annotations", "import", str(path), "--input", str(notices), "--into", "mine"]
    result = CliRunner().invoke(cli.app, [*arguments, *more], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return judging.read(home.annotations("mine"), BOOK, name="mine")


def by_import(saved, home):
    given = tuple(map(judged, NOTICES))
    path = home.home / "judged.csv"
    path.write_bytes(saved(lines_of(judging.write(given))))
    assert imported(path, home) == given


def by_adjudicate(saved, home):
    first = judged("1-2026")
    second = judged("1-2026", "none", annotator="Renée", round="second")
    home.write_annotations("mine", judging.write([first, second]))
    decision = judged("1-2026", annotator="Ruud", round="adjudicated")
    path = home.home / "decided.csv"
    path.write_bytes(saved(lines_of(judging.write([decision]))))
    arguments = ["annotations", "adjudicate", "mine", "--decisions", str(path)]
    result = CliRunner().invoke(cli.app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert decision in judging.read(home.annotations("mine"), BOOK, name="mine")


def by_train(saved, home):
    """``train --annotations``, up to the learning."""
    given = tuple(map(judged, NOTICES))
    path = home.home / "new.csv"
    path.write_bytes(saved(lines_of(judging.write(given))))
    assert judging.read(models.file_text(path), BOOK, name="new.csv") == given


def by_judged(saved, home):
    home.keep("draws", DRAW.draw_id, to_plain(DRAW))
    chances = dict(zip(NOTICES, DRAW.probabilities, strict=True))
    given = tuple(
        judged(x, draw_id=DRAW.draw_id, inclusion_probability=chances[x]) for x in NOTICES
    )
    material = SimpleNamespace(period=Period.parse("2026Q3"), whole=NOTICES)
    sitting = Sitting(annotator=None, annotated_at=dt.date(2026, 11, 29), round=None)
    body = saved(lines_of(judging.write(given)))
    added, _ = drawing.take_over(body, material, BOOK, store=home, tool="csv", sitting=sitting)
    assert added == given  # the whole probability, not what a cell shows of it
    wrong = body.replace("0,3".encode(saved.encoding), "0,4".encode(saved.encoding))
    with pytest.raises(CorpusError, match=r"inclusion_probability is 0\.4"):
        drawing.take_over(wrong, material, BOOK, store=home, tool="csv", sitting=sitting)


def by_cases(saved, home):
    """``evaluate --cases``."""
    facts = {"id": "1", "title": "Brug één", "description": "", "buyer": "", "procedure": ""}
    labels = {"degree": "disruptive", "aspect": "rd", "openness": "asked", "forms": "pcp;sbir"}
    path = home.home / "cases.csv"
    path.write_bytes(saved([facts | {"cpv": ""} | labels]))
    notices, truths = judged_table(models.file_text(path), BOOK, name="cases.csv")
    assert notices["1"].title == "Brug één"
    assert truths["1"].judgement.labels == ("disruptive", "rd", "asked", "pcp", "sbir")


def by_queue(saved, home):
    """``annotations export --queue``."""
    lines = [{"notice_id": x, "reason": "novel", "label": "", "score": "0.5"} for x in NOTICES]
    assert queued_ids(saved(lines)) == tuple(NOTICES)


def by_indicators(saved, home):
    """``indicators --labels``."""
    path = home.home / "labels.csv"
    path.write_bytes(saved([{"notice_id": "1", "title": "één"} | {"forms": "pcp"}]))
    assert checks._forms(path).keys() == {"1"}


DOORS = [
    *(by_classify, by_import, by_adjudicate, by_train, by_judged, by_cases, by_queue),
    by_indicators,
]


@pytest.mark.parametrize("told", ["", "sep=;\r\n"], ids=["plain", "sep"])
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("door", DOORS, ids=lambda x: x.__name__)
def test_a_table_of_dutch_excel_is_accepted(door, home, encoding, told):
    def saved(lines):
        return excel(lines, encoding=encoding, told=told)

    saved.encoding = "utf-16-le" if encoding == "utf-16" else encoding.removesuffix("-sig")
    door(saved, home)
