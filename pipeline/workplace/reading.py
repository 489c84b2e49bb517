"""The page of one notice: its text with passages, what is said of it, the tender it is part of."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from starlette.responses import Response

from pipeline.codebook import MISSION
from pipeline.corpus import annotations as judging
from pipeline.corpus.analyzer import assemble
from pipeline.estimates.buyers import kind_of_buyer
from pipeline.records import Amount, Annotation, Evidence, Lot, Notice
from pipeline.report import dutch, names
from pipeline.report.pages import FIELDS, pieces, section_name, why_open
from pipeline.shown import masked
from pipeline.workplace.catalogue import cell_labels
from pipeline.workplace.seen import seen
from pipeline.workplace.visit import Visit, Workplace
from pipeline.workplace.words import CONVENTIONAL, KINDS, PROCEDURES, REASONS, judged_as, label_name

# Of a label that neither model, rules nor people give, a line from this probability on.
LEAST_SHOWN = 0.1
TED_FORMATS = frozenset({"eforms", "ted_export"})
TED_NUMBER = re.compile(r"\d{1,8}-\d{4}", re.ASCII)


def notice_of(visit: Visit) -> Response:
    """Show a notice."""
    work, notice_id = visit.work, visit.path["notice_id"]
    whole = work.notice(notice_id)
    notice = seen(whole)
    (row,) = work.rows("SELECT * FROM notices WHERE notice_id = ?", notice_id)
    hidden = notice_id in work.withheld(visit.person)
    people = [] if hidden else [x for x in work.annotations() if x.notice_id == notice_id]
    said = {} if hidden else row
    evidence = [*_evidence(said.get("evidence"), work), *(e for x in people for e in x.evidence)]
    return visit.page(
        "notice.html",
        title=notice.title or "(zonder titel)",
        notice=notice,
        row=row,
        kind=KINDS[notice.kind],
        source=names.source_in_dutch(notice.source),
        link=_link(notice, fictional=work.fictional),
        hidden=hidden,
        abstained=why_open(said["abstained"]) if said.get("abstained") else None,
        unread=not hidden and row["model_id"] is None,
        lines=_lines(said, people, evidence, work),
        declared=_declared(notice),
        people=[(x, ", ".join(label_name(y, work.codebook) for y in judged_as(x))) for x in people],
        sections=sections_of(whole, evidence, work),
        marked=_marked(evidence, work),
        fields=list(_fields(notice, work)),
        lots=[_lot(lot) for lot in notice.lots],
        values=_values(row, work),
        timeline=_timeline(row, work),
    )


def sections_of(
    notice: Notice, evidence: Sequence[Evidence], work: Workplace
) -> list[dict[str, Any]]:
    """Cut the text into sections, and each into marked pieces; personal data is masked.

    Args:
        notice: As it was judged, so that offsets hold.
    """
    text, sections = assemble(notice)
    return [
        {
            "id": section.name,
            "name": section_name(section.name),
            "pieces": pieces(
                masked(text[section.start : section.end]),
                [x for x in evidence if x.section == section.name],
                work.codebook,
            ),
        }
        for section in sections
    ]


def _evidence(cell: str | None, work: Workplace) -> list[Evidence]:
    return [judging.evidence(x, work.codebook) for x in json.loads(cell or "[]")]


def _marked(evidence: Iterable[Evidence], work: Workplace) -> list[tuple[str, str]]:
    ids = {x.label for x in evidence if x.section is not None}
    return [(x.label_id, x.name) for x in work.codebook.labels if x.label_id in ids]


def _lines(
    said: dict[str, Any],
    people: Sequence[Annotation],
    evidence: Sequence[Evidence],
    work: Workplace,
) -> list[dict[str, Any]]:
    """Set side by side what model, rules and people say of each label."""
    cells = ("degree", "aspect", "openness", "forms", "missions")
    chosen = {x for name in cells for x in cell_labels(said.get(name))}
    rules = set(cell_labels(said.get("rules")))
    chances = json.loads(said.get("probabilities") or "{}")
    given = [set(judged_as(x)) for x in people]
    found = []
    judgements = {**work.codebook.judgements, MISSION: "maatschappelijke opgave"}
    for label in (*work.codebook.labels, *work.codebook.missions):
        name, chance = label.label_id, chances.get(label.label_id)
        by = sum(name in x for x in given)
        if name in chosen | rules or by or (chance or 0) >= LEAST_SHOWN:
            found.append(
                {
                    "name": label.name,
                    "field": _field(evidence, name),
                    "judgement": judgements[label.judgement],
                    "chance": None if chance is None else dutch.percentage(chance, 0),
                    "model": name in chosen,
                    "rules": name in rules,
                    "people": f"{by} van {len(given)}" if given else "",
                }
            )
    by = sum(CONVENTIONAL in x for x in given)
    if CONVENTIONAL in chosen or by:
        found.append(
            {
                "name": "conventioneel",
                "field": "",
                "judgement": work.codebook.judgements["forms"],
                "chance": None,
                "model": CONVENTIONAL in chosen,
                "rules": False,
                "people": f"{by} van {len(given)}" if given else "",
            }
        )
    return found


def _field(evidence: Sequence[Evidence], label: str) -> str:
    """Write which field settles a label."""
    found = (f"{FIELDS[x.field]}: {x.value}" for x in evidence if x.label == label and x.field)
    return "; ".join(dict.fromkeys(found))


def _declared(notice: Notice) -> list[tuple[str, str]]:
    """Say per lot what the buyer filled in as BT-06 and BT-776."""
    found = []
    for number, lot in enumerate(notice.lots, 1):
        codes = [names.INNOVATION_CODES.get(x, x) for x in lot.innovation or ()]
        told = names.STATES[lot.innovation_declared]
        found.append((f"Perceel {lot.lot_id or number}", ": ".join([told, *codes][:2])))
    same = {told for _, told in found}
    return (
        [("Alle percelen" if len(found) > 1 else "De opdracht", same.pop())]
        if len(same) == 1
        else found
    )


def _link(notice: Notice, *, fictional: bool) -> tuple[str, str] | None:
    """Return where people read the notice at its source, and what that is called.

    TED's own address of a notice is that of its XML, and notices of files have none: the page
    follows from the publication number.
    """
    if fictional:
        return None
    if notice.format in TED_FORMATS and TED_NUMBER.fullmatch(notice.notice_id):
        return f"https://ted.europa.eu/nl/notice/-/detail/{notice.notice_id}", "TED"
    url = notice.url or ""
    if not url.startswith("https://"):
        return None
    return url, url.split("/")[2]


def _amount(amount: Amount | None) -> str:
    if amount is None:
        return ""
    if amount.currency == "EUR":
        return _euro(amount.value)
    return f"{amount.currency} {dutch.number(amount.value)}"


def _euro(value: float) -> str:
    return f"€\N{NO-BREAK SPACE}{dutch.number(value)}"


def _fields(notice: Notice, work: Workplace) -> Iterable[tuple[str, str]]:
    codes = [f"{x} ({names.DIVISIONS.get(x[:2], '?')})" for x in notice.cpv[:1]] + list(
        notice.cpv[1:]
    )
    kind = kind_of_buyer([notice], work.country)
    facts = {
        "Nummer": notice.notice_id,
        "Kenmerk van de procedure": notice.procedure_key,
        "Inkoper": notice.buyer,
        "Soort inkoper": kind and names.buyer_kinds(work.country)[kind],
        "Soort aankondiging": f"{KINDS[notice.kind]} ({notice.subtype or notice.format})",
        "Procedure": PROCEDURES.get(notice.procedure or "", notice.procedure),
        "CPV": ", ".join(codes),
        "Plaats (NUTS)": ", ".join(notice.nuts),
        "Raming": _amount(notice.estimated),
        "Gegund": _amount(notice.awarded),
        "Taal": notice.language,
        "Opmerkingen bij het lezen": "; ".join(notice.remarks),
    }
    return ((name, str(value)) for name, value in facts.items() if value)


def _lot(lot: Lot) -> dict[str, str]:
    return {
        "name": lot.lot_id or "–",
        "title": lot.title or "",
        "estimated": _amount(lot.estimated),
        "awarded": _amount(lot.awarded),
        "maximum": _amount(lot.framework_maximum),
        "outcome": {
            "selec-w": "gegund",
            "clos-nw": "niet gegund",
            "open-nw": "nog niet gegund",
        }.get(lot.outcome or "", ""),
    }


def _values(row: dict[str, Any], work: Workplace) -> list[dict[str, Any]]:
    """Return the lots of the tender as the frame values them."""
    query = "SELECT * FROM lots WHERE procedure_key = ? ORDER BY lot_key LIMIT 200"
    return [
        {
            "title": lot["title"] or lot["lot_key"],
            "value": "" if lot["value_eur"] is None else _euro(lot["value_eur"]),
            "rung": names.RUNGS.get(lot["rung"], lot["rung"]),
            "flags": "; ".join(names.FLAGS.get(x, x) for x in cell_labels(lot["flags"])),
            "out": names.exclusions(work.country).get(lot["excluded"] or "", lot["excluded"]),
        }
        for lot in work.rows(query, row["procedure_key"])
    ]


def _day(text: str | None) -> str:
    return dutch.date(dt.date.fromisoformat(text)) if text else "zonder datum"


def _timeline(row: dict[str, Any], work: Workplace) -> list[dict[str, Any]]:
    """Return the notices of the tender by date, each with why it belongs to it."""
    query = (
        "SELECT notice_id, published_on, kind, title, source FROM notices "
        "WHERE procedure_key = ? ORDER BY published_on, number LIMIT 100"
    )
    stages = work.rows(query, row["procedure_key"])
    marks = ", ".join("?" * len(stages))
    links = work.rows(
        f"SELECT * FROM links WHERE notice_id IN ({marks})",  # noqa: S608 - marks only
        *(x["notice_id"] for x in stages),
    )
    return [
        {
            **stage,
            "kind": KINDS[stage["kind"]],
            "day": _day(stage["published_on"]),
            "source": names.source_in_dutch(stage["source"]),
            "why": [
                (REASONS.get(x["rule"], x["rule"]), x["other"])
                for x in links
                if x["notice_id"] == stage["notice_id"]
            ],
        }
        for stage in stages
    ]
