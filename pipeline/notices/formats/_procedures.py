"""Dutch labels of procedures, as TenderNed writes them, to eForms codes (BT-105)."""

from __future__ import annotations

import re

from pipeline.notices.formats._eforms_codes import PROCEDURES

# Labels without case, punctuation and the word "procedure". BT-105 has no code for an
# "onderhandse procedure": under national law, the buyer invites suppliers of its own choice, in
# one stage. "Another single stage procedure" is what it comes under.
LABELS = {
    "openbaar": "open",
    "openbare": "open",
    "niet openbaar": "restricted",
    "niet openbare": "restricted",
    "concurrentiegerichte dialoog": "comp-dial",
    "mededingings met onderhandeling": "neg-w-call",
    "mededinging met onderhandeling": "neg-w-call",
    "onderhandelings met aankondiging": "neg-w-call",
    "onderhandelings met voorafgaande aankondiging": "neg-w-call",
    "onderhandeling met voorafgaande oproep tot mededinging": "neg-w-call",
    "onderhandelings met voorafgaande oproep tot mededinging": "neg-w-call",
    "innovatiepartnerschap": "innovation",
    "onderhandeling zonder bekendmaking": "neg-wo-call",
    "onderhandelings zonder bekendmaking": "neg-wo-call",
    "onderhandelings zonder aankondiging": "neg-wo-call",
    "onderhandelings zonder voorafgaande aankondiging": "neg-wo-call",
    "onderhandelings zonder voorafgaande bekendmaking": "neg-wo-call",
    "onderhandeling zonder voorafgaande oproep tot mededinging": "neg-wo-call",
    "onderhandelings zonder voorafgaande oproep tot mededinging": "neg-wo-call",
    "onderhandse": "oth-single",
    "andere in één fase": "oth-single",
    "andere in een fase": "oth-single",
    "andere eenfase": "oth-single",
    "andere in meerdere fasen": "oth-mult",
    "andere meerfasen": "oth-mult",
}

# TenderNed lists a market consultation among the procedures; eForms makes it a kind of notice.
CONSULTATION = "marktconsultatie"


def _normal(label: str) -> str:
    words = re.sub(r"[\W_]+", " ", label.casefold()).replace("procedure", " ")
    return " ".join(words.split())


def is_consultation(label: str | None) -> bool:
    """Whether the "procedure" is a market consultation."""
    return label is not None and _normal(label) == CONSULTATION


def from_label(label: str) -> str | None:
    """Return the eForms code of a code or Dutch label; ``None`` when it is neither."""
    return label if label in PROCEDURES else LABELS.get(_normal(label))
