"""Cleaning of buyers' text: small pure functions, text to text.

Cleaning comes before everything else, so offsets of evidence count in cleaned text.
"""

from __future__ import annotations

import html
import re
import unicodedata

# Only tags with a letter or slash after the bracket: "< 5 m" and "a<b" are text.
TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
BREAKING_TAG = re.compile(r"</?(?:p|br|li|ul|ol|div|tr|h[1-6])\b[^<>]{0,200}>", re.IGNORECASE)
# Zero-width characters, soft hyphens and byte order marks split words invisibly.
INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff\x00-\x08\x0b-\x1f\x7f-\x9f]")
# "project-\nmatig" is one word; "in- en verkoop" is not, so the line break is required.
HYPHEN_AT_LINE_END = re.compile(r"(?<=[a-zà-ÿ])-[ \t]*\n[ \t]*(?=[a-zà-ÿ])(?!en\b|of\b)")
BULLET = re.compile(r"^[ \t]*[•▪◦●■–—*·-][ \t]+", re.MULTILINE)
BLANKS = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u3000]+")
# Lines to fill in, rules and rows of emoji. A tokenizer takes marks off one by one and looks at
# all the rest each time: 3,000 of them cost 4 to 44 seconds, 100 a tenth. Published notices
# have runs of up to 96.
LONG_RUN = re.compile(r"((?:[^\w\s]|_){100})(?:[^\w\s]|_)+")
# No word and no address is as long; 16,000 characters of addresses in one word cost 11 seconds.
LONG_WORD = re.compile(r"(\S{1000})(?=\S)")
LINE_BREAKS = re.compile(r" ?(?:\r\n?|\n|\x85)[\s]*")


def decode_entities(text: str) -> str:
    """Turn HTML entities into characters, also those that were encoded twice."""
    return html.unescape(html.unescape(text)) if "&" in text else text


def strip_tags(text: str) -> str:
    """Remove HTML tags; those that end a line become a line break."""
    if "<" not in text:
        return text
    return TAG.sub("", BREAKING_TAG.sub("\n", text))


def join_broken_words(text: str) -> str:
    """Join words that were hyphenated at the end of a line."""
    return HYPHEN_AT_LINE_END.sub("", text) if "-" in text else text


def drop_invisible(text: str) -> str:
    """Remove control characters and characters without width; line breaks and tabs stay."""
    return INVISIBLE.sub("", text)


def drop_bullets(text: str) -> str:
    """Remove the marks in front of list members."""
    return BULLET.sub("", text)


def bound_runs(text: str) -> str:
    """Cut a run of marks to its first 100, and break words of more than 1,000 characters."""
    return LONG_WORD.sub(r"\1 ", LONG_RUN.sub(r"\1", text))


def squash_blanks(text: str) -> str:
    """Fold runs of blanks to one space and runs of line breaks to one line break."""
    return LINE_BREAKS.sub("\n", BLANKS.sub(" ", text)).strip()


def clean(text: str) -> str:
    """Apply every cleaning step, in the order in which they depend on each other."""
    plain = strip_tags(decode_entities(unicodedata.normalize("NFC", text)))
    plain = plain.replace("\r\n", "\n").replace("\r", "\n")
    plain = drop_bullets(join_broken_words(drop_invisible(plain)))
    return squash_blanks(bound_runs(plain))
