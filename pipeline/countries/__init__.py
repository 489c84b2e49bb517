"""What is a country's own: its frame, regions, buyers, sources, and names in the report.

A country is one file of this folder, named after its alpha-2 code; ``docs/countries.md`` says how
to add one. What is not known of a country is left out, never copied from another.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.codes import ALPHA_2, COUNTRIES
from pipeline.errors import SettingsError
from pipeline.records import Notice

FOLDER = Path(__file__).parent

# No name of a buyer: what has neither a beginning nor an end stands nowhere.
NOBODY = r"(?!)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A country by its file.

    Attributes:
        alpha_3: ISO 3166, one of the countries that publish on TED.
        name: In Dutch, as in "in Nederland".
        government: In Dutch, as in "wat de Nederlandse overheid inkoopt".
        region: What its regions are called, in Dutch, singular.
        regions: NUTS 2 code to name in Dutch.
        renumbered: NUTS 2 code of another version to the one in ``regions``.
        sources: Where ``run`` fetches from.
        defence: Regular expression that finds a buyer of defence by its name.
        buyers: Kind of buyer to a regular expression of whole words in official names.
        buyer_names: Kind of buyer to its name in Dutch, where it is not the common one.
        reference: Folder within ``corpora/reference`` and ``corpora/indicators`` with what others
            published about it; empty for those folders themselves.
        notes: Paragraphs for the report about law and scope, in Dutch.
        language: Only notices in this language (ISO 639-1) are in its frame; empty for all.
    """

    alpha_3: str
    name: str
    government: str
    region: str
    regions: Mapping[str, str]
    sources: tuple[str, ...]
    reference: str
    renumbered: Mapping[str, str] = field(default_factory=dict)
    defence: str = NOBODY
    buyers: Mapping[str, str] = field(default_factory=dict)
    buyer_names: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    language: str = ""

    def __post_init__(self) -> None:
        if self.alpha_3 not in COUNTRIES:
            raise self._wrong("alpha_3", self.alpha_3, f"one of {', '.join(COUNTRIES)}")
        self._check_shapes(Mapping, "a table", "regions", "renumbered", "buyers", "buyer_names")
        self._check_shapes(tuple, "a list", "sources", "notes")
        self._check_regions()
        for pattern in (self.defence, *self.buyers.values()):
            try:
                re.compile(pattern)
            except re.error as error:
                raise self._wrong("pattern", pattern, f"a regular expression ({error})") from None

    def _check_shapes(self, shape: type, expected: str, *names: str) -> None:
        for name in names:
            if not isinstance(seen := getattr(self, name), shape):
                raise self._wrong(name, seen, expected)

    def _check_regions(self) -> None:
        for code in (*self.regions, *self.renumbered):
            if not re.fullmatch(rf"{self.nuts}[0-9A-Z]{{2}}", code):
                raise self._wrong("regions", code, f"a NUTS 2 code such as {self.nuts}11")
        for code in self.renumbered.values():
            if code not in self.regions:
                raise self._wrong("renumbered", code, "a code of regions")

    @property
    def alpha_2(self) -> str:
        """Its code in ISO 3166 alpha-2."""
        return COUNTRIES[self.alpha_3]

    @property
    def nuts(self) -> str:
        """How its NUTS codes begin: Greece's do not begin with its ISO code."""
        return "EL" if self.alpha_2 == "GR" else "UK" if self.alpha_2 == "GB" else self.alpha_2

    @property
    def options(self) -> str:
        """What a command needs to be about this frame; nothing where it is the default."""
        if self.alpha_3 == "NLD" and not self.language:
            return ""
        language = f" --language {self.language}" if self.language else ""
        return f" --country {self.alpha_2}{language}"

    def barred(self, notices: Iterable[Notice]) -> str | None:
        """Return why what some notices tell of is not this country's; ``None`` where it may be."""
        told = list(notices)
        if any(x.buyer_kind == "international" for x in told):
            return "international_buyer"
        countries = {x.country for x in told if x.country}
        if countries and self.alpha_2 not in countries:
            return "foreign_buyer"
        languages = {x.language for x in told if x.language}
        if self.language and languages and self.language not in languages:
            return "other_language"
        return None

    def _wrong(self, name: str, seen: object, expected: str) -> SettingsError:
        return SettingsError(f"country {self.alpha_3}: {name} is {seen!r}; expected {expected}")


def country_of(code: str, *, language: str = "") -> Country:
    """Return a country.

    Args:
        code: ISO 3166, alpha-2 or alpha-3.
        language: ISO 639-1: only notices in it are in the frame; empty for all.

    Raises:
        SettingsError: It has no file, or the file is wrong.
    """
    path = FOLDER / f"{ALPHA_2.get(code, code).lower()}.toml"
    if code not in ALPHA_2 or not path.is_file():
        known = ", ".join(sorted(x.stem.upper() for x in FOLDER.glob("*.toml")))
        raise SettingsError(
            f"country is {code!r}; there are: {known}",
            hint="See docs/countries.md: a country is one file.",
        )
    return _read(path, language)


def every_country() -> Iterator[Country]:
    """Yield all that have a file, by their code."""
    for path in sorted(FOLDER.glob("*.toml")):
        yield _read(path, "")


def region_name(code: str) -> str:
    """Return the Dutch name of a NUTS 2 region of any of the countries; its code where unknown."""
    path = FOLDER / f"{ALPHA_2.get(code[:2], '-').lower()}.toml"
    return _read(path, "").regions.get(code, code) if path.is_file() else code


@cache
def _read(path: Path, language: str) -> Country:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return Country(**{name: _told(value) for name, value in table.items()}, language=language)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not TOML: {error}") from None
    except TypeError as error:
        names = ", ".join(x.name for x in fields(Country) if x.name != "language")
        raise SettingsError(f"{path}: {error}; known: {names}") from None


def _told(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


NETHERLANDS = country_of("NLD")
