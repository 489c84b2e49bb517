"""A first look at the live sources: does each endpoint answer, and does it do so as assumed?

One cheap request per endpoint and per fact that nobody could confirm; nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import SourceError
from pipeline.sources import Source, sources
from pipeline.sources._http import Http

if TYPE_CHECKING:
    from pipeline.sources import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one check found.

    Attributes:
        source: Name of the source.
        subject: The endpoint, or the assumption.
        good: Whether the endpoint answers as expected, or the assumption holds.
        finding: One sentence: what was seen, or what was assumed and holds.
        effect: What goes wrong otherwise; ``None`` for endpoints.
    """

    source: str
    subject: str
    good: bool
    finding: str
    effect: str | None = None

    def __str__(self) -> str:
        verdict = (
            f"{'good' if self.good else 'BAD '}  {self.source}: {self.subject}: {self.finding}"
        )
        return verdict if self.good or self.effect is None else f"{verdict}. {self.effect}"


def doctor(http: Http, *, among: Iterable[Source] | None = None) -> list[Verdict]:
    """Check every endpoint and every unconfirmed fact of the sources.

    Args:
        among: The sources to check; all of them when not given.
    """
    chosen = sources().values() if among is None else among
    return [verdict for source in chosen for verdict in _verdicts(source, http)]


def _verdicts(source: Source, http: Http) -> Iterator[Verdict]:
    for name, look in source.endpoints:
        finding = _finding(look, http)
        yield Verdict(
            source=source.name,
            subject=name,
            good=finding is None,
            finding=finding or "answers as expected",
        )
    for fact in source.unverified:
        finding = _finding(fact.check, http)
        yield Verdict(
            source=source.name,
            subject=fact.name,
            good=finding is None,
            finding=finding or f"holds: {fact.assumed}",
            effect=fact.effect_if_wrong,
        )


def _finding(look: Look, http: Http) -> str | None:
    try:
        return look(http)
    except SourceError as error:
        return str(error)
