"""CSV that may be opened in a spreadsheet, where text can turn into a formula; lists in a cell."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

# How what a spreadsheet would run as a formula begins (OWASP, CSV injection), also in full width,
# which some input methods and spreadsheets make plain again, and after blanks, which an import may
# trim.
FORMULA_START = re.compile(r"[\t\r]|\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]")
SIGNED_NUMBER = re.compile(r" *[+-][0-9.,]+")

# A cell for forms says so where there is none; an empty one would say that nobody looked.
CONVENTIONAL = "conventional"
NO_MISSION = "no_mission"


def is_formula(cell: object) -> bool:
    """Whether a text begins as a formula does; numbers are no texts."""
    return isinstance(cell, str) and FORMULA_START.match(cell) is not None


def defused(cell: object) -> object:
    """Put an apostrophe before text that a spreadsheet would run; "+3" is only a number."""
    if is_formula(cell) and not SIGNED_NUMBER.fullmatch(str(cell)):
        return f"'{cell}"
    return cell


def labels_cell(labels: Iterable[str]) -> str:
    """Write labels in one cell; empty where there is none."""
    return ";".join(labels)


def forms_cell(forms: Iterable[str]) -> str:
    """Write forms in one cell; ``conventional`` where there is none."""
    return labels_cell(forms) or CONVENTIONAL


def missions_cell(missions: Iterable[str]) -> str:
    """Write missions in one cell; ``no_mission`` where it serves none."""
    return labels_cell(missions) or NO_MISSION


def labels_of_cell(cell: str) -> tuple[str, ...]:
    """Read labels from one cell; the reverse of :func:`labels_cell`."""
    return tuple(filter(None, cell.split(";")))


def forms_of_cell(cell: str) -> tuple[str, ...]:
    """Read forms from one cell; the reverse of :func:`forms_cell`."""
    found = labels_of_cell(cell)
    return () if found == (CONVENTIONAL,) else found


def missions_of_cell(cell: str) -> tuple[str, ...]:
    """Read missions from one cell; the reverse of :func:`missions_cell`."""
    found = labels_of_cell(cell)
    return () if found == (NO_MISSION,) else found


def csv_bytes(lines: Iterable[Sequence[object]]) -> bytes:
    """Write lines as CSV in UTF-8, defused; truth as ``true``, what is missing as nothing."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([_written(cell) for cell in line] for line in lines)
    # Half a character has no place in a file; its place is shown.
    return out.getvalue().encode(errors="backslashreplace")


def csv_table(columns: Sequence[str], lines: Iterable[Mapping[str, object]]) -> bytes:
    """Write lines by column under a header, as :func:`csv_bytes` does."""
    return csv_bytes([columns, *([line.get(name) for name in columns] for line in lines)])


def _written(cell: object) -> object:
    return str(cell).lower() if isinstance(cell, bool) else defused(cell)
