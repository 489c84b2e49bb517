"""What is a country's own: its frame, regions, buyers, sources, and names in the report.

A country is one file of this folder, named after its alpha-2 code; ``docs/countries.md`` says how
to add one. What is not known of a country is left out, never copied from another. A file is held
to all of this when it is read, so that a slip is told by its name and not by a report.
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
from pipeline.listed import modules_with
from pipeline.records import BUYER_KINDS, Notice

FOLDER = Path(__file__).parent
SOURCES = tuple(modules_with(FOLDER.parent / "sources", "SOURCE"))

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
        self._check_shapes()
        self._check_choices("alpha_3", [self.alpha_3], COUNTRIES)
        own = self.alpha_2.lower()
        # Empty are the folders themselves, which hold what is known of the Netherlands.
        folders = ("", own) if self.alpha_3 == "NLD" else (own,)
        self._check_choices("reference", [self.reference], folders)
        self._check_choices("sources", self.sources or [""], SOURCES)
        self._check_choices("buyers", self.buyers, BUYER_KINDS)
        self._check_choices("buyer_names", self.buyer_names, (*BUYER_KINDS, "unknown"))
        self._check_regions()
        self._check_patterns("defence", self.defence)
        self._check_patterns("buyers", *self.buyers.values())

    def _check_shapes(self) -> None:
        for name in ("alpha_3", "name", "government", "region", "reference", "defence"):
            self._check_texts(name, (getattr(self, name),), empty=name == "reference")
        for name in ("sources", "notes"):
            self._check_shape(name, tuple, "a list")
            self._check_texts(name, getattr(self, name))
        for name in ("regions", "renumbered", "buyers", "buyer_names"):
            self._check_shape(name, Mapping, "a table")
            self._check_texts(name, getattr(self, name).values())

    def _check_shape(self, name: str, shape: type, expected: str) -> None:
        if not isinstance(seen := getattr(self, name), shape):
            raise self._wrong(name, seen, expected)

    def _check_texts(self, name: str, seen: Iterable[object], *, empty: bool = False) -> None:
        for each in seen:
            if not isinstance(each, str) or not (each or empty):
                raise self._wrong(name, each, "a text")

    def _check_choices(self, name: str, seen: Iterable[str], known: Iterable[str]) -> None:
        for each in seen:
            if each not in known:
                expected = ", ".join(map(repr, known))
                raise self._wrong(name, each, f"one of {expected}")

    def _check_patterns(self, name: str, *patterns: str) -> None:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise self._wrong(name, pattern, f"a regular expression ({error})") from None

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
        made = Country(**{name: _told(value) for name, value in table.items()}, language=language)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not TOML: {error}") from None
    except TypeError as error:
        names = ", ".join(x.name for x in fields(Country) if x.name != "language")
        raise SettingsError(f"{path}: {error}; known: {names}") from None
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from None
    if made.alpha_2.lower() != path.stem:
        own = f"{made.alpha_2.lower()}.toml"
        raise SettingsError(f"{path}: alpha_3 is {made.alpha_3!r}; expected in {own} only")
    return made


def _told(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


NETHERLANDS = country_of("NLD")
