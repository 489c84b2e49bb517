"""What sources give and readers make of it: raw notices, notices, procedures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["planning", "consultation", "competition", "result", "change"]
BuyerKind = Literal[
    "central",
    "municipality",
    "province",
    "water_board",
    "utility",
    "education",
    "care",
    "international",
    "other",
]
Declaration = Literal["declared", "none", "absent"]

KINDS: tuple[str, ...] = get_args(Kind)
BUYER_KINDS: tuple[str, ...] = get_args(BuyerKind)

ROW = "application/vnd.innovatiemonitor.row+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawNotice:
    """One notice as it was received, before anything is understood of it.

    Attributes:
        source: Name of the module in ``pipeline/sources`` it came from.
        source_id: What the source calls it; for files ``path``, ``archive!member`` or ``path#row``.
        url: Where it can be read again; for files the path.
        fetched_at: Moment of receipt, in UTC.
        media_type: ``application/xml``, ``application/json`` or ``ROW`` (one table row as JSON).
        body: The bytes as received.
    """

    source: str
    source_id: str
    url: str
    fetched_at: dt.datetime
    media_type: str
    body: bytes

    def __post_init__(self) -> None:
        if self.fetched_at.utcoffset() != dt.timedelta(0):
            raise ValueError(f"{self.source_id}: fetched_at must be UTC, not {self.fetched_at}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A file, archive member or table row that gave no raw notice.

    Attributes:
        source_id: Written as in :class:`RawNotice`.
        reason: One line: what was found and what was expected.
        rest: Whether it stands for a part of a file that holds an unknown number of notices.
    """

    source_id: str
    reason: str
    rest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A sum of money as the notice states it.

    Attributes:
        value: In units of ``currency``, at least 0; withheld amounts (-1) are no amounts.
        currency: ISO 4217, for example ``EUR``.
    """

    value: float
    currency: str

    def __post_init__(self) -> None:
        if not self.value >= 0:
            raise ValueError(f"not an amount: {self.value}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """One lot of a notice; a notice without lots has one lot that stands for the whole.

    The strategic fields have three states: ``None`` is absent, ``("none",)`` is declared
    none, anything else is declared. Absent says nothing: most buyers leave them empty and
    several notice types may not carry them (eForms SDK 1.15.1, BT-06).

    Attributes:
        lot_id: As in the notice, for example ``LOT-0001``; ``None`` if not numbered.
        cpv: Eight-digit codes, the main one first.
        estimated: Estimated value (BT-27, VAL_OBJECT).
        awarded: Value of the winning tenders (BT-720, VAL_TOTAL).
        framework_maximum: Ceiling of a framework agreement (BT-271, BT-709).
        framework: Whether it is a framework agreement; ``None`` if not said.
        variants: ``allowed``, ``not-allowed`` or ``required`` (BT-63, ACCEPTED_VARIANTS).
        outcome: ``selec-w`` awarded, ``clos-nw`` or ``open-nw`` not awarded (BT-142).
        awarded_on: Date of the award decision or contract.
        purposes: BT-06: ``inn-pur``, ``env-imp``, ``soc-obj`` or ``none``.
        purpose_text: BT-777, the buyer's words on the strategic purpose.
        environmental: BT-774 codes.
        social: BT-775 codes.
        innovation: BT-776 codes: ``mar-nov``, ``proc-innov``, ``prod-innov``, ``rd-act``,
            and the retired ``buy-eff``, ``fp-requ``, ``org-nov``, ``other``.
    """

    lot_id: str | None = None
    title: str | None = None
    description: str | None = None
    cpv: tuple[str, ...] = ()
    nature: str | None = None
    estimated: Amount | None = None
    awarded: Amount | None = None
    framework_maximum: Amount | None = None
    framework: bool | None = None
    dynamic_purchasing: bool | None = None
    variants: str | None = None
    criteria: tuple[str, ...] = ()
    outcome: str | None = None
    awarded_on: dt.date | None = None
    nuts: tuple[str, ...] = ()
    purposes: tuple[str, ...] | None = None
    purpose_text: str | None = None
    environmental: tuple[str, ...] | None = None
    social: tuple[str, ...] | None = None
    innovation: tuple[str, ...] | None = None

    @property
    def innovation_declared(self) -> Declaration:
        """Whether the buyer ticked innovation: BT-06 ``inn-pur`` or any BT-776 code."""
        codes = (self.purposes or ()) + (self.innovation or ())
        if "inn-pur" in codes or (self.innovation and self.innovation != ("none",)):
            return "declared"
        return "none" if codes else "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A pointer from one notice to another.

    Attributes:
        kind: ``changes`` (BT-758, F14), ``modifies`` (BT-1501), ``previous`` (BT-125,
            OPP-090, NOTICE_NUMBER_OJ, REF_NOTICE) or ``ted`` (pbNummerTed).
        target: Publication number without leading zeros (``79191-2026``), or a notice
            identifier with version (``UUID-01``).
    """

    kind: Literal["changes", "modifies", "previous", "ted"]
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice, read from any format.

    Attributes:
        notice_id: What its source calls it: a TED publication number without leading zeros
            (``255494-2019``), a TenderNed publicatieId (``356212``), or what a table says.
        format: Name of the module in ``pipeline/notices/formats`` that read it.
        subtype: eForms subtype (``16``, ``E1``), TED form (``F02``; of the older schema the
            element, ``CONTRACT_AWARD``) or publicatieCode (``EF16``).
        kind: What the notice does. Voluntary ex-ante notices are ``result``; corrigenda,
            contract modifications and completions are ``change``.
        language: ISO 639-1 code of the texts that were taken.
        country: ISO 3166 alpha-2 of the buyer.
        title: The buyer's own title, never a translated CPV label; empty where a notice has
            only a text.
        procedure: eForms code (BT-105); TED_EXPORT and TenderNed codes are translated to it.
        direct_award: Justification codes of a direct award (BT-136), ``resd`` for example.
        cpv: Eight-digit codes over all lots, the main code first.
        nature: ``works``, ``supplies`` or ``services``.
        criteria: Names and descriptions of award criteria at notice level.
        estimated, awarded: Totals of the notice, next to those of the lots; never added up.
        buyer_kind: ``None`` where the notice does not tell.
        procedure_key: What the source calls the tender: BT-04, ``kenmerk``, OCID.
        version_id: What other notices may call it besides its publication number: the eForms
            notice identifier with version, ``UUID-01`` (BT-701, BT-757).
        remarks: What the reader noticed: unknown codes, withheld values, unread fields.
    """

    notice_id: str
    source: str
    format: str
    kind: Kind
    title: str
    subtype: str | None = None
    description: str | None = None
    published_on: dt.date | None = None
    language: str | None = None
    buyer: str | None = None
    buyer_id: str | None = None
    buyer_kind: BuyerKind | None = None
    country: str | None = None
    nuts: tuple[str, ...] = ()
    procedure: str | None = None
    direct_award: tuple[str, ...] = ()
    cpv: tuple[str, ...] = ()
    nature: str | None = None
    estimated: Amount | None = None
    awarded: Amount | None = None
    criteria: tuple[str, ...] = ()
    lots: tuple[Lot, ...] = ()
    references: tuple[Reference, ...] = ()
    procedure_key: str | None = None
    version_id: str | None = None
    url: str | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Why two notices belong to one procedure.

    Attributes:
        notice_id, other: The two notices.
        rule: Name of the rule that linked them, for example ``BT-04`` or ``pbNummerTed``.
        inferred: Whether it rests on likeness rather than on an identifier.
    """

    notice_id: str
    other: str
    rule: str
    inferred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """All notices of one tender; every notice belongs to exactly one procedure.

    Attributes:
        procedure_key: The same whatever the order in which the notices arrived.
        notice_ids: Sorted.
        current: Per notice that was changed, the notice that holds now (the leaf of the chain
            of changes); unchanged notices are their own.
        calls, awards: Current notices of kind competition and result, by date.
        copies: Copy to original: the TED copy of a TenderNed notice.
        links: Why they belong together.
    """

    procedure_key: str
    notice_ids: tuple[str, ...]
    current: Mapping[str, str]
    calls: tuple[str, ...]
    awards: tuple[str, ...]
    copies: Mapping[str, str]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What one plausibility check found.

    Attributes:
        name: Of the function in ``pipeline/notices/checks.py``.
        severity: ``stop`` keeps a figure from being published, ``look`` asks for a person.
        passed: Whether all is as expected.
        finding: One sentence with the value seen and the value expected.
        notice_ids: Some of the notices concerned, at most 20.
    """

    name: str
    severity: Literal["stop", "look"]
    passed: bool
    finding: str
    notice_ids: tuple[str, ...] = ()
