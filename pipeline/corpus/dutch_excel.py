"""Judgements as Dutch Excel saves them: semicolons, WAAR, 29-11-2026, names of labels, cp1252."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Mapping

from pipeline.codebook import Codebook
from pipeline.errors import CorpusError
from pipeline.notices.formats._written import written_day
from pipeline.sources._csv import DELIMITERS, TOLD_DELIMITER, likeliest
from pipeline.spreadsheet import labels_cell, labels_of_cell

TRUTHS = {"true": "true", "false": "false", "waar": "true", "onwaar": "false"}
# As the workplace writes it.
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")
LABELLED = ("degree", "aspect", "openness", "forms")


def decode(body: bytes) -> str:
    """Read text in UTF-8 or UTF-16, or in what older spreadsheets write."""
    marked = "utf-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return body.decode(marked)
    except UnicodeDecodeError:
        return body.decode(likeliest(body), errors="replace")


def table(text: str, columns: Collection[str]) -> csv.DictReader[str]:
    """Open a table by the delimiter under which its first line holds most columns."""
    first, _, rest = text.removeprefix("\ufeff").partition("\n")
    if told := TOLD_DELIMITER.match(first):
        return csv.DictReader(io.StringIO(rest, newline=""), strict=True, delimiter=told[1])

    def known(sign: str) -> int:
        return len({x.strip(' "\r') for x in first.split(sign)} & {*columns})

    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    return csv.DictReader(lines, strict=True, delimiter=max(DELIMITERS, key=known))


def as_ours(values: Mapping[str, str], codebook: Codebook) -> dict[str, str]:
    """Write truths, dates, fractions and labels as our own files do.

    Raises:
        CorpusError: It names each column that is neither, with its value.
    """
    ours = dict(values) | labels_as_ours(values, codebook)
    if re.fullmatch(r"[01],\d+", values["inclusion_probability"]):
        ours["inclusion_probability"] = values["inclusion_probability"].replace(",", ".")
    if not MOMENT.fullmatch(values["annotated_at"]):
        judged_on = written_day(values["annotated_at"])
        ours["annotated_at"] = judged_on.isoformat() if judged_on else ""
    ours["unsure"] = TRUTHS.get(values["unsure"].casefold(), "")
    expected = {"annotated_at": "a date like 2026-11-29", "unsure": "true or false"}
    wrong = [
        f"{x} is {values[x]!r}; expected {told}" for x, told in expected.items() if not ours[x]
    ]
    if wrong:
        raise CorpusError("; ".join(wrong))
    return ours


def labels_as_ours(values: Mapping[str, str], codebook: Codebook) -> dict[str, str]:
    """Write the four judgements by the ids of labels, where they stand by name."""
    return {name: _labels(values[name], codebook, name) for name in LABELLED}


def _labels(cell: str, codebook: Codebook, judgement: str) -> str:
    ids = codebook.of(judgement)
    names = {x.name.casefold(): x.label_id for x in codebook.labels if x.label_id in ids}
    parts = map(str.strip, labels_of_cell(cell))
    return labels_cell(names.get(x.casefold(), x) for x in parts if x)


def require_none(faults: list[CorpusError]) -> None:
    """Raise all that is wrong with a file at once, up to 20 lines of it.

    Raises:
        CorpusError: There is something.
    """
    if faults:
        more = f"\nand {len(faults) - 20} more" if len(faults) > 20 else ""
        told = "\n".join(map(str, faults[:20]))
        raise CorpusError(told + more, hint=faults[0].hint)
