"""Settings: where things lie and how strict to be.

Read from ``[tool.innovatiemonitor]`` in a ``pyproject.toml``, or from the top level of any
other TOML file. Secrets come from the environment only, at the place that uses them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType

from pipeline.codes import COUNTRIES
from pipeline.errors import SettingsError

HOME = Path(__file__).parent.parent
PUBLISHER = "de beheerder van de innovatiemonitor"
ALPHA_3 = {alpha_2: alpha_3 for alpha_3, alpha_2 in COUNTRIES.items()}
QUEUE_MIX = {"uncertain": 0.5, "novel": 0.2, "disagreement": 0.2, "suspect": 0.1}
NOTHING: Mapping[str, object] = MappingProxyType({})
NO_RESULT = frozenset(
    {
        *("home", "cluster", "contact", "pause_seconds", "stand_ins", "queue_mix"),
        "partition_size",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a user may set.

    Attributes:
        home: Folder that holds ``corpora/`` and ``models/``.
        analyzer: ``auto`` (nl_core_news_md where installed, else embedded), ``embedded``,
            or the name or path of a spaCy pipeline.
        max_unreadable: Largest share of unreadable notices, 0 to 1, at which a run succeeds.
        batch_size: Notices per batch handed to a process, at least 1.
        partition_size: Notices in a part, about, where labels are written in parts; at least 1.
        cluster: Address of a Dask scheduler whose workers read and label notices, such as
            ``tcp://10.0.0.1:8786``; without one, this machine does.
        agreement_floor: Krippendorff's alpha of the degree below which nothing is published; 0.667
            is the least that Krippendorff (2019) accepts, for tentative conclusions.
        suspect_fraction: Part of what the government buys in a year, above which the value of one
            lot is suspect until somebody decides on it.
        contact: E-mail or https address at which a source can reach whoever fetches; it goes
            along with every request.
        country: Whose notices TED is asked for, and whose frame it is, ISO 3166 alpha-3 (alpha-2
            is understood); one home holds one country, and remembers which once it keeps
            anything of it.
        language: Only notices in this language (ISO 639-1) are in the frame; empty for all. A home
            remembers that of the last fetch.
        pause_seconds: Least time between two requests to one host. TED blocks an address for a
            day after 500 requests in six minutes.
        stand_ins: Origin to the origin that plays its part, a mirror for example:
            ``{"https://api.ted.europa.eu" = "https://mirror.example.org"}``.
        publisher: The body that answers for the report, in Dutch, as page 1 names it.
        questions: Where it takes questions: an address of an office, never of a person.
        release_days: Days after the end of the next quarter at which its report appears.
        final_after_days: Days after the end of a period at which its figures become final.
        queue_mix: Reason to judge a notice (``uncertain``, ``novel``, ``disagreement``,
            ``suspect``) to its share of a queue; what is not named has none.
    """

    home: Path = HOME
    analyzer: str = "auto"
    max_unreadable: float = 0.05
    batch_size: int = 128
    partition_size: int = 2_000
    cluster: str = ""
    agreement_floor: float = 0.67
    suspect_fraction: float = 0.01
    contact: str = ""
    country: str = "NLD"
    language: str = ""
    pause_seconds: float = 1.0
    stand_ins: dict[str, str] = field(default_factory=dict)
    publisher: str = PUBLISHER
    questions: str = ""
    release_days: int = 50
    final_after_days: int = 365
    queue_mix: dict[str, float] = field(default_factory=lambda: dict(QUEUE_MIX))

    def __post_init__(self) -> None:
        if not 0 <= self.max_unreadable <= 1:
            raise SettingsError(f"max_unreadable is {self.max_unreadable}; expected 0 to 1")
        for name in ("agreement_floor", "suspect_fraction"):
            if not 0 < (value := getattr(self, name)) <= 1:
                raise SettingsError(f"{name} is {value}; expected more than 0, at most 1")
        leasts = {"batch_size": 1, "partition_size": 1, "release_days": 0, "final_after_days": 0}
        for name, least in leasts.items():
            if getattr(self, name) < least:
                raise SettingsError(f"{name} is {getattr(self, name)}; expected at least {least}")
        if self.language and not re.fullmatch("[a-z]{2}", self.language):
            raise SettingsError(f"language is {self.language!r}; expected a code such as nl")
        if not all(isinstance(x, str) for x in self.stand_ins.values()):
            raise SettingsError(f"stand_ins is {self.stand_ins}; expected origins to origins")

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what can change a result; where things lie and how they came cannot."""
        facts = {key: value for key, value in asdict(self).items() if key not in NO_RESULT}
        # Not asked for, a language changes nothing, and what was made before there was one holds.
        if not self.language:
            del facts["language"]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def load(
    path: Path | None = None, *, held: Mapping[str, object] = NOTHING, **overrides: object
) -> Settings:
    """Read settings from a file, the environment's home, and overrides, in rising priority.

    Args:
        path: A TOML file; without one the ``pyproject.toml`` of the home folder.
        held: What the home itself remembers, by name: less than what any of these says.
        overrides: Settings by name; ``None`` means not given.

    Raises:
        SettingsError: The file is missing or no TOML, or a name or type is wrong.
    """
    home = Path(os.environ.get("INNOVATIEMONITOR_HOME", HOME))
    given = {
        "home": home,
        **held,
        **_read(path or home / "pyproject.toml", required=path is not None),
    }
    given |= {key: value for key, value in overrides.items() if value is not None}
    known = {field.name: type(getattr(Settings(), field.name)) for field in fields(Settings)}
    for name, value in given.items():
        if name not in known:
            raise SettingsError(f"unknown setting {name!r}; known: {', '.join(sorted(known))}")
        given[name] = _converted(name, value, known[name])
    if isinstance(code := given.get("country"), str):
        given["country"] = ALPHA_3.get(code, code)
    return replace(Settings(), **given)  # type: ignore[arg-type]


def _read(path: Path, *, required: bool) -> dict[str, object]:
    if not path.is_file():
        if required:
            raise SettingsError(f"no settings file at {path}")
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not TOML: {error}") from None
    if path.name == "pyproject.toml":
        table = table.get("tool", {}).get("innovatiemonitor", {})
    return table


def _converted(name: str, value: object, kind: type) -> object:
    if issubclass(kind, Path) and isinstance(value, str | Path):
        return Path(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, kind) and not isinstance(value, bool):
        return value
    raise SettingsError(f"setting {name} is {value!r}; expected {kind.__name__.lower()}")
