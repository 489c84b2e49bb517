"""Text of notices as people see it: no personal data in it, and nothing that turns its direction.

Only what is shown or written out passes here. What is analysed, judged and learned from keeps its
text, and since a mask is as long as what it hides, offsets hold on both sides.
"""

from __future__ import annotations

import re

# Of Unicode's bidirectional algorithm: embeddings, overrides, isolates and marks.
TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")

# With or without its end: a passage may begin or stop within an address. The run of letters is
# read once, from its beginning: trying it from each letter takes hours for 100,000 of them.
_NAME = r"(?<![\w.+'-])[\w.+'-]++"
_HOST = r"[\w.@\uff20+'-]"
E_MAIL = rf"{_NAME}[@\uff20]{_HOST}*|{_NAME} ?[(\[]at[)\]] ?[\w-]+\.{_HOST}*|@[\w-]+\.{_HOST}+"

# Ten digits in the groups in which the Dutch write them (06, area codes of three and four), or
# at least nine after a country's code. Days, amounts and numbers of notices are none.
_BETWEEN = r"(?:[ \u00a0]?[-\u2010-\u2014./][ \u00a0]?|[ \u00a0])"
_NO_DAY = r"(?!\d\d?[-./]\d\d?[-./]\d\d)"
_AREA = "|".join(
    rf"(?:{code}{_BETWEEN}|\({code}\)[ \u00a0]?)(?:{_BETWEEN}?\d){{{left}}}"
    for code, left in (("06", 8), (r"0[1-9]\d", 7), (r"0[1-9]\d\d", 6))
)
_COUNTRY = rf"(?:\+|00)(?:31|32|33|44|49|352){_BETWEEN}?(?:\(0\))?(?:{_BETWEEN}?\d){{8,11}}"
_WORLD = rf"\+[1-9](?:{_BETWEEN}?\(?\d\)?){{9,13}}"
_STARTS, _ENDS = r"(?<![\w+])(?<!\d[.,/-])", r"(?![\w-]|[.,]\d)"
PHONE = rf"{_STARTS}{_NO_DAY}(?:{_COUNTRY}|{_WORLD}|{_AREA}|0[1-9]\d{{8}}){_ENDS}"

PATTERNS = [re.compile(pattern, re.IGNORECASE) for pattern in (E_MAIL, PHONE)]
# Few notices hold an address; looking for one from every word on takes most of the time.
ADDRESSED = re.compile(r"[@\uff20]|[(\[]at[)\]]", re.IGNORECASE)


def masked(text: str) -> str:
    """Hide e-mail addresses and telephone numbers, each letter and digit under a dot.

    Returns:
        A text of the same length.
    """
    for pattern in PATTERNS if ADDRESSED.search(text) else PATTERNS[1:]:
        text = pattern.sub(lambda found: re.sub(r"\w", "•", found[0]), text)
    return text


def unturned(text: str) -> str:
    """Take out the marks that turn the direction in which a text is shown."""
    return TURNING.sub("", text)


def for_people(text: str | None) -> str | None:
    """Write a text for people: masked and unturned; nothing where none is left."""
    return unturned(masked(text)) or None if text else None
