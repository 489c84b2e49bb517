"""Figures: the frame, the draw, the estimate, and where a file comes from."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# By euro, or by lot.
Weighting = Literal["value", "number"]

# Two of 10,000 lots have the same 12 digits once in five million frames.
LOT_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardLot:
    """One award lot of the frame: the unit whose value is counted.

    Attributes:
        lot_key: ``procedure_key/lot``; unique in a frame.
        notice_id: The notice its date and value come from.
        text_notice_id: The notice whose text is judged: the call where there is one, else the
            award.
        dated: Award date where known, else publication of the award, else of the call.
        value_eur: In euro; ``None`` when missing.
        rung: Of the value ladder: ``lot``, ``total``, ``framework``, ``estimate``, ``missing``.
        flags: What is suspect, such as ``placeholder`` or ``factor_1000``; sorted.
        excluded: Why it is out of the frame; ``None`` when it is in.
        province: NUTS 2 code, ``NL31`` for example.
    """

    lot_key: str
    procedure_key: str
    notice_id: str
    text_notice_id: str
    dated: dt.date
    value_eur: float | None
    rung: str
    flags: tuple[str, ...]
    excluded: str | None
    title: str
    buyer: str | None
    buyer_kind: str | None
    cpv_division: str | None
    procedure: str | None
    province: str | None
    defence: bool
    framework: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """A random draw of lots to judge, stored before anyone judges.

    Attributes:
        frame_fingerprint: SHA-256 of the frame it was drawn from.
        design: ``strata``: take-all plus strata.
        seed: Of the random numbers.
        lot_keys: Drawn lots; length n.
        text_notice_ids: The notice to judge per drawn lot; length n.
        probabilities: Inclusion probability per drawn lot, above 0, at most 1; length n.
        strata: Stratum per drawn lot; length n.
        stratum_sizes: Lots in the frame per stratum.
        frame_lots: The lots of the frame, drawn or not: ``fingerprint_of`` each, run together,
            so that lots that entered later can be told apart. Empty in draws that were stored
            before this was kept.
        codebook_version, codebook_fingerprint: In force when it was drawn; ``None`` in draws of
            before codebooks had a fingerprint.
        supplement_to: The draw that it adds to; its own frame then are the lots that entered
            since. ``None`` for a draw by itself.
    """

    draw_id: str
    period: str
    frame_fingerprint: str
    design: str
    seed: int
    lot_keys: tuple[str, ...]
    text_notice_ids: tuple[str, ...]
    probabilities: tuple[float, ...]
    strata: tuple[str, ...]
    stratum_sizes: Mapping[str, int]
    frame_lots: str = ""
    codebook_version: int | None = None
    codebook_fingerprint: str | None = None
    supplement_to: str | None = None

    @staticmethod
    def fingerprint_of(lot_key: str) -> str:
        """The first ``LOT_DIGITS`` hexadecimal digits of its SHA-256."""
        return hashlib.sha256(lot_key.encode()).hexdigest()[:LOT_DIGITS]

    @property
    def frame(self) -> frozenset[str]:
        """Fingerprints of the lots of the frame."""
        starts = range(0, len(self.frame_lots), LOT_DIGITS)
        return frozenset(self.frame_lots[start : start + LOT_DIGITS] for start in starts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A share of the frame with its interval.

    Attributes:
        quantity: What is counted: ``innovation_oriented``, or a label id.
        period: For example ``2026Q1``.
        domain: ``all``, or a part such as ``buyer_kind=municipality``.
        weighting: ``value`` (euro) or ``number`` (lots).
        share: Point estimate, 0 to 1.
        low, high: Ends of the interval, 0 to 1.
        confidence: Nominal coverage, 0.95 for example.
        labelled: Judged lots of the draw (n).
        frame_size: Lots the share speaks about (N).
        method: Name of the function in ``pipeline/estimates/estimators.py``.
        flags: Such as ``diagnostic``, ``small_domain``, ``winsorised``, ``upper_bound_only``.
    """

    quantity: str
    period: str
    domain: str
    weighting: Weighting
    share: float
    low: float
    high: float
    confidence: float
    labelled: int
    frame_size: int
    method: str
    flags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.share <= self.high <= 1:
            raise ValueError(f"not an interval: {self.low} <= {self.share} <= {self.high}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How a file came to be; one per written file.

    Attributes:
        made_by: The command.
        code_version: Version of this package.
        settings_fingerprint: SHA-256 of the settings in force.
        inputs: SHA-256 per input.
    """

    made_by: str
    code_version: str
    settings_fingerprint: str
    inputs: Mapping[str, str]
