"""One explained notice for the terminal."""

from __future__ import annotations

from rich.console import Group
from rich.table import Table
from rich.text import Text

from pipeline.codebook import Codebook
from pipeline.records import Document, Prediction
from pipeline.shown import for_people, masked, unturned

# Below this a label that neither model nor rules gives is not worth a line.
LEAST_SHOWN = 0.05


def show(prediction: Prediction, document: Document, codebook: Codebook) -> Group:
    """Lay out labels by model and rules, evidence, and the text with its passages marked."""
    notice = prediction.notice
    head = Text(f"{for_people(notice.title) or notice.notice_id}\n", style="bold")
    told = (notice.notice_id, for_people(notice.buyer) or "", notice.procedure or "")
    head.append(unturned("  ".join(told)), "dim")
    if prediction.abstained:
        head.append(f"\nabstained: {prediction.abstained}", "yellow")
    return Group(head, _labels(prediction, codebook), *_sections(prediction, document))


def _labels(prediction: Prediction, codebook: Codebook) -> Table:
    table = Table("label", "probability", "model", "rules", "evidence")
    chosen = set(prediction.labels)
    for label in (x.label_id for x in codebook.labels):
        probability = prediction.probabilities.get(label)
        if label not in chosen | set(prediction.rules) and (probability or 0) < LEAST_SHOWN:
            continue
        table.add_row(
            label,
            "" if probability is None else f"{probability:.2f}",
            "yes" if label in chosen else "",
            "yes" if label in prediction.rules else "",
            "; ".join(
                f"{x.field}={x.value}" if x.field else f"{x.section} {x.start}-{x.end}"
                for x in prediction.evidence
                if x.label == label
            ),
        )
    return table


def _sections(prediction: Prediction, document: Document) -> list[Text]:
    found = []
    for section in document.sections:
        text = Text(masked(document.text[section.start : section.end]))
        for one in prediction.evidence:
            if one.section == section.name:
                text.stylize("black on yellow", one.start or 0, one.end)
        found.append(Text.assemble((f"{section.name}\n", "bold blue"), text, "\n"))
    return found
