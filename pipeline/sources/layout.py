"""How tables are laid out, as far as a user says it."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a user says about tables; whatever is not said is found out.

    Attributes:
        columns: Member of a row to column of the file, for example ``{"title": "Naam"}``; an
            empty column says that the file has none.
        encoding: Of CSV files, as Python names it: ``cp1252``.
        sheet: The one sheet of workbooks to read; without it all of them.
        header_row: The line or row with the names of columns, 1 for the first.

    Raises:
        SettingsError: One of them makes no sense.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    sheet: str | None = None
    header_row: int = 1

    def __post_init__(self) -> None:
        if self.columns.get("notice_id") == "":
            raise SettingsError(
                "--column notice_id= says that there are no ids; a notice needs one",
                hint="Name the column that tells notices apart: --column notice_id=Kenmerk.",
            )
        if self.header_row < 1:
            raise SettingsError(f"--header-row is {self.header_row}; expected at least 1")
        try:
            codecs.lookup(self.encoding or "utf-8")
        except LookupError:
            raise SettingsError(
                f"--encoding is {self.encoding!r}; expected a name such as utf-8, cp1252 or utf-16"
            ) from None
