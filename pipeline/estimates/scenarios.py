"""From the published volume to the nation, under an assumption that is named.

Above-threshold publication is a part of public procurement (about 36% of its volume in 2015).
Nobody has judged the rest, so its share is assumed: 0, half of the published one, or equal.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.errors import CorpusError, EstimateError, NoScenario
from pipeline.records import Estimate

BILLION = 1e9

# Share of the rest as a part of the published share.
ASSUMPTIONS: Mapping[str, float] = {"none": 0.0, "half": 0.5, "equal": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """What the government bought in a year.

    Attributes:
        total: Euro, published or not.
        source: Address of the publication.
    """

    year: int
    total: float
    source: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedVolume:
    """A published share by value and the volume it is a share of.

    Attributes:
        estimate: By value; quantity ``solution``, ``rd`` or ``innovation_oriented``.
        volume: Euro of the frame the estimate speaks about.
        defence: Whether defence is in estimate and volume.
    """

    estimate: Estimate
    volume: float
    defence: bool

    def __post_init__(self) -> None:
        if self.estimate.weighting != "value" or not self.volume > 0:
            raise ValueError(
                f"a volume needs a share by value: {self.estimate.weighting}, {self.volume}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A national share under one assumption.

    Attributes:
        assumption: Key of ``ASSUMPTIONS``.
        chosen: Whether it is the one that was asked for.
        share, low, high: Of the year's total, 0 to 1. The interval holds the sampling error
            of the published share, not the doubt about the assumption: that is what the three
            scenarios show.
        total: Euro, the denominator.
        published: Euro of it that is published, 0 to ``total``.
    """

    quantity: str
    defence: bool
    assumption: str
    chosen: bool
    share: float
    low: float
    high: float
    total: float
    published: float
    source: str


def volumes(text: str, *, of: str = "") -> dict[int, Volume]:
    """Read a ``volume.toml`` of ``corpora/reference``.

    Args:
        of: The country's folder that it lies in.

    Raises:
        CorpusError: It is not TOML, or a year lacks its total, source or note; it names the file.
    """
    try:
        return {
            int(year): Volume(
                year=int(year),
                total=float(entry["total"]) * BILLION,
                source=entry["source"],
                note=entry["note"],
            )
            for year, entry in tomllib.loads(text).items()
        }
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        place = f"{of}/volume.toml" if of else "volume.toml"
        raise CorpusError(f"{place}: {error!r}; a year has total, source and note") from None


def scenarios_of(
    published: Sequence[PublishedVolume],
    volume: Volume,
    *,
    assumption: Literal["none", "half", "equal"] | None,
    defence_unpublished: float | None = None,
) -> tuple[Scenario, ...]:
    """Give the three scenarios of each published share, the chosen one marked.

        national = share x (published + k x (total - published)) / total,  k = 0, 1/2, 1

    Quantities stay apart: the targets for solutions and for R&D have different numerators.

    Args:
        published: Shares of one year, with and without defence.
        volume: Of the same year.
        assumption: On the rest; there is no default.
        defence_unpublished: Euro of defence procurement that is in the year's total but not
            published, where known. Where ``None``, only published defence is taken off the
            total for the scenarios without defence.

    Raises:
        NoScenario: There is no assumption, or one that is not known.
        EstimateError: More is published than the year's total.
    """
    if assumption not in ASSUMPTIONS:
        raise NoScenario(
            f"a national share needs an assumption on what is not published, not {assumption!r}",
            hint="Choose `--assume zero|half|equal|all`; all three are printed.",
        )
    with_defence = max((each.volume for each in published if each.defence), default=None)
    scenarios = []
    for each in published:
        total = volume.total
        if not each.defence:
            known = with_defence - each.volume if with_defence is not None else 0.0
            total -= known + (defence_unpublished or 0.0)
        scenarios += [
            _scenario(each, volume, total, name=name, chosen=name == assumption)
            for name in ASSUMPTIONS
        ]
    return tuple(scenarios)


def _scenario(
    each: PublishedVolume, volume: Volume, total: float, *, name: str, chosen: bool
) -> Scenario:
    if not 0 < each.volume <= total:
        raise EstimateError(
            f"{volume.year}: EUR {each.volume / BILLION:.1f} bn is published, which must be "
            f"within the year's total of EUR {total / BILLION:.1f} bn",
            hint="Look at the largest values of the frame in the audit file.",
        )
    factor = (each.volume + ASSUMPTIONS[name] * (total - each.volume)) / total
    return Scenario(
        quantity=each.estimate.quantity,
        defence=each.defence,
        assumption=name,
        chosen=chosen,
        share=each.estimate.share * factor,
        low=each.estimate.low * factor,
        high=each.estimate.high * factor,
        total=total,
        published=each.volume,
        source=volume.source,
    )
