"""Every record that travels through the house, in travelling order.

Records are frozen: a room takes records and makes new ones. Unknown is ``None``,
never an empty string or zero. This module imports nothing of ours.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from spacy.tokens import Doc

Kind = Literal["planning", "consultation", "competition", "result", "change"]
BuyerKind = Literal[
    "central", "municipality", "province", "water_board", "utility", "education", "care", "other"
]
CueStatus = Literal["asserted", "negated", "history", "name", "homonym"]
Declaration = Literal["declared", "none", "absent"]

KINDS: tuple[str, ...] = get_args(Kind)
BUYER_KINDS: tuple[str, ...] = get_args(BuyerKind)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A stretch of days, usually a quarter or a year; both ends belong to it."""

    first_day: dt.date
    last_day: dt.date

    def __post_init__(self) -> None:
        if self.first_day > self.last_day:
            raise ValueError(f"a period ends after it begins: {self.first_day}..{self.last_day}")

    @classmethod
    def quarter(cls, year: int, number: int) -> Period:
        """Return a quarter of a year; ``number`` is 1 to 4."""
        if not 1 <= number <= 4:
            raise ValueError(f"a quarter is 1 to 4, not {number}")
        following = dt.date(year + number // 4, number * 3 % 12 + 1, 1)
        return cls(dt.date(year, number * 3 - 2, 1), following - dt.timedelta(days=1))

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read ``2026Q1``, ``2026`` or ``2025-07-01..2026-06-30``.

        Raises:
            ValueError: It is none of these.
        """
        if found := re.fullmatch(r"(\d{4})Q([1-4])", text):
            return cls.quarter(int(found[1]), int(found[2]))
        if re.fullmatch(r"\d{4}", text):
            return cls(dt.date(int(text), 1, 1), dt.date(int(text), 12, 31))
        try:
            first, last = (dt.date.fromisoformat(day) for day in text.split(".."))
        except ValueError:
            raise ValueError(
                f"a period is written 2026Q1, 2026 or 2025-07-01..2026-06-30, not {text!r}"
            ) from None
        return cls(first, last)

    def __contains__(self, day: dt.date) -> bool:
        return self.first_day <= day <= self.last_day

    def __str__(self) -> str:
        year, number = self.first_day.year, (self.first_day.month + 2) // 3
        if self == Period.quarter(year, number):
            return f"{year}Q{number}"
        if self == Period(dt.date(year, 1, 1), dt.date(year, 12, 31)):
            return str(year)
        return f"{self.first_day}..{self.last_day}"

    def days(self) -> Iterator[dt.date]:
        """Yield each day, the first one first."""
        for number in range((self.last_day - self.first_day).days + 1):
            yield self.first_day + dt.timedelta(days=number)


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


ROW = "application/vnd.innovatiemonitor.row+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A file, archive member or table row that gave no raw notice.

    Attributes:
        source_id: Written as in :class:`RawNotice`.
        reason: One line: what was found and what was expected.
    """

    source_id: str
    reason: str


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
        notice_id: Unique within a run: ``ted:255494-2019``, ``tenderned:356212``, or for
            tables what the table says.
        format: Name of the module in ``pipeline/notices/formats`` that read it.
        subtype: eForms subtype (``16``, ``E1``), TED form (``F02``) or publicatieCode (``EF16``).
        kind: What the notice does. Voluntary ex-ante notices are ``result``; corrigenda,
            contract modifications and completions are ``change``.
        language: ISO 639-1 code of the texts that were taken.
        country: ISO 3166 alpha-2 of the buyer.
        title: The buyer's own title, never a translated CPV label.
        procedure: eForms code (BT-105); TED_EXPORT and TenderNed codes are translated to it.
        direct_award: Justification codes of a direct award (BT-136), ``resd`` for example.
        cpv: Eight-digit codes over all lots, the main code first.
        nature: ``works``, ``supplies`` or ``services``.
        criteria: Names and descriptions of award criteria at notice level.
        estimated, awarded: Totals of the notice, next to those of the lots; never added up.
        buyer_kind: ``None`` where the notice does not tell.
        procedure_key: What the source calls the tender: BT-04, ``kenmerk``, OCID.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A stretch of a document's text that comes from one field of the notice.

    Attributes:
        name: ``title``, ``description``, ``criteria``, ``purpose`` or ``lot:<id>:<field>``.
        start: First character in the document's text.
        end: One past the last character.
    """

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The cleaned and analysed text of one notice.

    Attributes:
        notice: Where the text comes from; its structured fields go along.
        doc: spaCy tokens with lemmas and sentence starts; ``doc.text`` is the whole text.
        sections: In order of the text, separated by line breaks.
        language: Identified language, or the declared one for texts too short to tell;
            ``None`` when there is no text.
        analyzer: Name and version of the spaCy pipeline; a model refuses others.
    """

    notice: Notice
    doc: Doc = field(repr=False, compare=False)
    sections: tuple[Section, ...]
    language: str | None
    analyzer: str

    @property
    def text(self) -> str:
        """The whole text; sections are separated by line breaks."""
        return str(self.doc.text)

    def section_at(self, start: int) -> Section:
        """Return the section that holds a character of the text.

        Raises:
            ValueError: No section holds it.
        """
        for section in self.sections:
            if section.start <= start < section.end:
                return section
        raise ValueError(f"{self.notice.notice_id}: no section at character {start}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CueHit:
    """One place where a cue of the codebook stands in a document.

    Attributes:
        label: The label it points to.
        start, end: Characters in the document's text.
        names: Whether the cue is the label's own name.
        status: ``asserted`` counts; ``negated``, ``history``, ``name`` (of a buyer, programme
            or building) and ``homonym`` do not.
    """

    label: str
    start: int
    end: int
    names: bool
    status: CueStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A document and the cues found in it: all that features look at."""

    document: Document
    hits: tuple[CueHit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a label was given: a passage of a section, or a structured field.

    Attributes:
        label: Label id of the codebook.
        section, start, end, text: The passage; offsets count from the section's first
            character; ``None`` for a field.
        field, value: The field, for example ``procedure`` and ``innovation``; ``None`` for
            a passage.
    """

    label: str
    section: str | None = None
    start: int | None = None
    end: int | None = None
    text: str | None = None
    field: str | None = None
    value: str | None = None

    def __post_init__(self) -> None:
        if (self.section is None) == (self.field is None):
            raise ValueError(f"evidence for {self.label} needs a passage or a field")

    def as_dict(self) -> dict[str, str | int]:
        """The members that are set, in declared order."""
        names = ("label", "section", "start", "end", "text", "field", "value")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The four judgements of the codebook about one notice.

    Attributes:
        degree: ``none``, ``incremental``, ``disruptive`` or ``transformative``.
        aspect: Any of ``rd`` and ``solution``; empty exactly when degree is ``none``.
        openness: ``asked``, ``room`` or ``closed``; ``closed`` exactly when degree is ``none``.
        forms: Form ids, sorted; empty means conventional.
    """

    degree: str
    aspect: tuple[str, ...]
    openness: str
    forms: tuple[str, ...]

    def __post_init__(self) -> None:
        none = self.degree == "none"
        if (self.openness == "closed") != none or bool(self.aspect) == none:
            raise ValueError(
                f"degree {self.degree!r} does not go with aspect {self.aspect} "
                f"and openness {self.openness!r}"
            )

    @property
    def innovation_oriented(self) -> bool:
        """Whether the degree is not ``none``."""
        return self.degree != "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A person's judgement of one notice.

    Attributes:
        text_hash: Fingerprint of the text that was judged; ``None`` where only fields were.
        annotator: A pseudonym, never a name.
        round: ``first``, ``second`` or ``adjudicated``.
        inclusion_probability: Between 0 and 1; ``None`` exactly when the notice was chosen
            (``draw_id`` is ``None``), not drawn.
        unsure: Left out of training, never out of agreement.
    """

    notice_id: str
    text_hash: str | None
    judgement: Judgement
    evidence: tuple[Evidence, ...]
    annotator: str
    annotated_at: dt.date
    codebook_version: int
    round: str
    draw_id: str | None = None
    inclusion_probability: float | None = None
    unsure: bool = False

    def __post_init__(self) -> None:
        if (self.draw_id is None) != (self.inclusion_probability is None):
            raise ValueError(f"{self.notice_id}: a drawn notice has an inclusion probability")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What a model is; a model without a card does not load.

    Attributes:
        recipe: Name of the way it was trained.
        analyzer: The analyzer whose documents it understands.
        training: Fingerprint and counts of what it was trained on.
        metrics: Per evaluation set, per metric.
        thresholds: Per label, the probability from which it is listed.
        files: SHA-256 per file of the model.
        versions: Of the libraries it was trained with.
    """

    model_id: str
    recipe: str
    analyzer: str
    codebook_version: int
    created: str
    training: Mapping[str, Any]
    metrics: Mapping[str, Any]
    thresholds: Mapping[str, float]
    files: Mapping[str, str]
    versions: Mapping[str, str]
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """A model's judgement of one notice.

    Attributes:
        probabilities: Per label id, between 0 and 1; empty when the model abstained.
        judgement: The chosen labels; ``None`` when the model abstained.
        forms: Chosen forms; also given when the model abstained, from fields alone.
        rules: What cues and fields alone would say, to be held against the model.
        differs: Labels that only one of model and rules gives; empty when the model abstained.
        evidence: At least one for each chosen label other than ``none`` and ``closed``.
        abstained: The reason, or ``None``.
    """

    notice: Notice
    language: str | None
    probabilities: Mapping[str, float]
    judgement: Judgement | None
    forms: tuple[str, ...]
    rules: tuple[str, ...]
    differs: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    abstained: str | None
    model_id: str


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
        design: ``strata`` (take-all plus strata) or ``pips`` (systematic pi-ps on value).
        seed: Of the random numbers.
        lot_keys: Drawn lots; length n.
        text_notice_ids: The notice to judge per drawn lot; length n.
        probabilities: Inclusion probability per drawn lot, above 0, at most 1; length n.
        strata: Stratum per drawn lot; length n.
        stratum_sizes: Lots in the frame per stratum.
    """

    draw_id: str
    period: str
    frame_fingerprint: str
    design: Literal["strata", "pips"]
    seed: int
    lot_keys: tuple[str, ...]
    text_notice_ids: tuple[str, ...]
    probabilities: tuple[float, ...]
    strata: tuple[str, ...]
    stratum_sizes: Mapping[str, int]


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
    weighting: Literal["value", "number"]
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
