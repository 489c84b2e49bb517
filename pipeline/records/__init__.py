"""Every record that travels through the house; one module per stretch of the way.

Records are frozen: a room takes records and makes new ones. Unknown is ``None``, never an
empty string or zero. This package imports nothing else of ours.
"""

from pipeline.records.figures import AwardLot, Draw, Estimate, Provenance, Weighting
from pipeline.records.judgements import (
    INNOVATION,
    Annotation,
    Evidence,
    Judgement,
    ModelCard,
    Prediction,
    Promotion,
    Suspect,
)
from pipeline.records.notices import (
    BUYER_KINDS,
    KINDS,
    ROW,
    Amount,
    BuyerKind,
    Check,
    Declaration,
    Kind,
    Link,
    Lot,
    Notice,
    Procedure,
    RawNotice,
    Reference,
    Unreadable,
)
from pipeline.records.periods import Period
from pipeline.records.texts import CueHit, CueStatus, Document, Reading, Section
from pipeline.records.tokens import MASK, Lexicon, Tokens

__all__ = [
    "BUYER_KINDS",
    "INNOVATION",
    "KINDS",
    "MASK",
    "ROW",
    "Amount",
    "Annotation",
    "AwardLot",
    "BuyerKind",
    "Check",
    "CueHit",
    "CueStatus",
    "Declaration",
    "Document",
    "Draw",
    "Estimate",
    "Evidence",
    "Judgement",
    "Kind",
    "Lexicon",
    "Link",
    "Lot",
    "ModelCard",
    "Notice",
    "Period",
    "Prediction",
    "Procedure",
    "Promotion",
    "Provenance",
    "RawNotice",
    "Reading",
    "Reference",
    "Section",
    "Suspect",
    "Tokens",
    "Unreadable",
    "Weighting",
]
