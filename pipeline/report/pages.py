"""Pages about labels: a batch of notices, and one notice with its passages marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline.codebook import Codebook
from pipeline.records import Document, Evidence, Prediction
from pipeline.report import dutch
from pipeline.report.names import language_in_dutch
from pipeline.shown import for_people, masked, unturned

# Notices are untrusted: every value is escaped, and a forgotten one is an error.
TEMPLATES = Environment(
    loader=PackageLoader("pipeline.report"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    # Where a text turns its direction, what follows it on the page would turn too.
    finalize=lambda value: unturned(value) if type(value) is str else value,
)

CONVENTIONAL_NAME = "conventioneel"
SECTIONS = {"title": "Titel", "description": "Omschrijving", "criteria": "Gunningscriteria"}
LOT_FIELDS = {
    "title": "titel",
    "description": "omschrijving",
    "purpose_text": "strategisch doel",
    "criteria": "gunningscriteria",
}
FIELDS = {
    "procedure": "procedure",
    "subtype": "soort formulier",
    "kind": "soort aankondiging",
    "variants": "varianten",
}
ABSTAINED = {
    "no text": "Geen oordeel: de aankondiging heeft geen tekst.",
    "text is not Dutch": "Geen oordeel: de tekst is niet Nederlands.",
    "too little text": "Geen oordeel: de aankondiging heeft te weinig tekst.",
    "forms by rules only, text is not Dutch": "Alleen inkoopvormen, volgens vaste regels; over de "
    "innovatiegraad geen oordeel. De tekst is {language}.",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text under the same labels; ``labels`` is empty where nothing is marked."""

    text: str
    labels: str
    label_ids: tuple[str, ...] = field(default=(), compare=False)


def labels_page(
    predictions: Sequence[Prediction], codebook: Codebook, *, title: str, notes: Sequence[str]
) -> str:
    """Write the page of a batch.

    Args:
        predictions: In the order to show them.
        notes: Sentences above everything else, such as that the notices are fictional.

    Returns:
        One HTML page that needs no other file.
    """
    judged = [x.judgement for x in predictions if x.judgement]
    innovative = sum(x.innovation_oriented for x in judged)
    return TEMPLATES.get_template("labels.html").render(
        title=title,
        notes=notes,
        summary=f"{dutch.number(len(predictions))} aankondigingen gelezen, "
        f"{dutch.number(len(judged))} beoordeeld, {dutch.number(innovative)} daarvan "
        "innovatiegericht. Dit zijn tellingen van labels, geen schatting van een aandeel.",
        tables=[
            _table("Innovatiegraad", [_name(x.degree, codebook) for x in judged], codebook),
            _table(
                "Inkoopvorm",
                [name for x in predictions for name in _forms(x, codebook)],
                codebook,
                whole=len(predictions),
            ),
        ],
        notices=[_notice(x, codebook) for x in predictions],
    )


def notice_page(prediction: Prediction, document: Document, codebook: Codebook) -> str:
    """Write the page of one notice: its labels by model and rules, and its text with marks."""
    notice = prediction.notice
    published = notice.published_on and dutch.date(notice.published_on)
    return TEMPLATES.get_template("notice.html").render(
        title=for_people(notice.title),
        about=_about(notice.notice_id, for_people(notice.buyer), published),
        notes=[why_open(prediction.abstained)] if prediction.abstained else [],
        lines=[
            {
                "name": label.name,
                "probability": _probability(prediction.probabilities.get(label.label_id)),
                "model": "ja" if label.label_id in prediction.labels else "",
                "rules": "ja" if label.label_id in prediction.rules else "",
                "field": _fields(prediction.evidence, label.label_id),
            }
            for label in codebook.labels
        ],
        sections=[
            {
                "name": section_name(section.name),
                "pieces": pieces(
                    masked(document.text[section.start : section.end]),
                    [x for x in prediction.evidence if x.section == section.name],
                    codebook,
                ),
            }
            for section in document.sections
        ],
    )


def pieces(text: str, passages: Sequence[Evidence], codebook: Codebook) -> list[Piece]:
    """Cut a section's text where marks begin and end.

    Args:
        passages: Of this section; they may overlap.

    Returns:
        Pieces that add up to the text.
    """
    cuts = sorted(
        {0, len(text), *(x.start or 0 for x in passages), *(x.end or 0 for x in passages)}
    )
    found = []
    for start, end in pairwise(cuts):
        ids = tuple(
            dict.fromkeys(
                x.label for x in passages if (x.start or 0) <= start and end <= (x.end or 0)
            )
        )
        names = ", ".join(codebook.label(x).name for x in ids)
        found.append(Piece(text[start:end], names, ids))
    return found


def section_name(name: str) -> str:
    """Write a section's name in Dutch: ``lot:LOT-0001:title`` becomes "Perceel LOT-0001, titel"."""
    if not name.startswith("lot:"):
        return SECTIONS[name]
    _, lot, field = name.split(":", 1)[0], *name.removeprefix("lot:").rsplit(":", 1)
    return f"Perceel {lot}, {LOT_FIELDS[field]}"


def _table(
    caption: str, names: Sequence[str], codebook: Codebook, *, whole: int | None = None
) -> dict[str, Any]:
    counts = Counter(names)
    order = dict.fromkeys([*(label.name for label in codebook.labels), CONVENTIONAL_NAME])
    whole = len(names) if whole is None else whole
    return {
        "caption": caption,
        "head": "Label",
        "lines": [
            (name, dutch.number(counts[name]), dutch.percentage(counts[name] / whole))
            for name in order
            if name in counts
        ],
    }


def _notice(prediction: Prediction, codebook: Codebook) -> dict[str, Any]:
    notice, judgement = prediction.notice, prediction.judgement
    chosen = [judgement.degree, judgement.openness, *judgement.aspect] if judgement else []
    tags = [
        {"name": _name(x, codebook), "kind": "none" if x == "none" else "strong"}
        for x in chosen
        if x != "closed"
    ]
    tags += [{"name": name, "kind": ""} for name in _forms(prediction, codebook)]
    if prediction.abstained:
        tags.append({"name": why_open(prediction.abstained), "kind": "none"})
    return {
        "title": for_people(notice.title),
        "about": _about(notice.notice_id, for_people(notice.buyer), notice.published_on),
        "tags": tags,
        "passages": _passages(prediction.evidence, codebook),
    }


def _passages(evidence: Sequence[Evidence], codebook: Codebook) -> list[dict[str, str]]:
    """Show each passage or field once, with all labels that it carries."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in evidence:
        if one.field:
            key = (f"{FIELDS[one.field]}: {one.value}", "veld")
        else:
            key = (masked(one.text or ""), section_name(one.section or ""))
        found.setdefault(key, []).append(_name(one.label, codebook))
    return [
        {"text": text, "why": f"{', '.join(dict.fromkeys(names))} ({where})"}
        for (text, where), names in found.items()
    ]


def _about(*facts: object) -> str:
    return " · ".join(str(fact) for fact in facts if fact)


def why_open(reason: str) -> str:
    """Say in Dutch why there is no judgement; a reason of an earlier program as it stands."""
    kind, _, code = reason.partition(": ")
    if kind not in ABSTAINED:
        return reason
    return ABSTAINED[kind].format(language=language_in_dutch(code))


def _fields(evidence: Sequence[Evidence], label: str) -> str:
    return "; ".join(
        f"{FIELDS[x.field]}: {x.value}" for x in evidence if x.label == label and x.field
    )


def _probability(value: float | None) -> str:
    return "" if value is None else dutch.percentage(value, 0)


def _forms(prediction: Prediction, codebook: Codebook) -> list[str]:
    names = [_name(form, codebook) for form in prediction.forms]
    return names or [CONVENTIONAL_NAME] * prediction.conventional


def _name(label: str, codebook: Codebook) -> str:
    return codebook.label(label).name
