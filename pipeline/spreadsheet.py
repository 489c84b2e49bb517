"""CSV that may be opened in a spreadsheet, where text can turn into a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

# What a spreadsheet would run as a formula if a cell began with it (OWASP, CSV injection), also in
# full width, which some input methods and spreadsheets make plain again, and after blanks, which
# an import may trim; a mere number with its sign is none.
FORMULA = re.compile(r"[\t\r]|\s*(?:[=@\uFF1D\uFF20\uFF0B\uFF0D]|[+-](?![0-9.,]+$))")


def is_formula(cell: object) -> bool:
    """Whether a spreadsheet would run a text; numbers are no formulas."""
    return isinstance(cell, str) and FORMULA.match(cell) is not None


def defused(cell: object) -> object:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    return f"'{cell}" if is_formula(cell) else cell


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
