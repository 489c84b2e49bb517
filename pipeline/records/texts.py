"""Texts: documents, the cues in them, and what both together are."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Literal

from pipeline.records.notices import Notice
from pipeline.records.tokens import Tokens

CueStatus = Literal["asserted", "negated", "history", "name", "homonym"]


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
        text: The whole text; sections are separated by line breaks.
        tokens: Of the text; one in a language that nobody described has none.
        sections: In order of the text, separated by line breaks.
        language: Identified language, or the declared one for texts too short to tell;
            ``None`` when there is no text.
        analyzer: Name and version of the spaCy pipeline; a model refuses others.
    """

    notice: Notice
    text: str
    tokens: Tokens = field(repr=False, compare=False)
    sections: tuple[Section, ...]
    language: str | None
    analyzer: str

    @property
    def title_end(self) -> int:
        """Where the title ends in the text; 0 where there is none."""
        return next((x.end for x in self.sections if x.name == "title"), 0)

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
    """A document and the cues found in it: all that features look at.

    Attributes:
        hits: In order of the text.
    """

    document: Document
    hits: tuple[CueHit, ...]

    def hits_from(self, start: int, end: int) -> tuple[CueHit, ...]:
        """Return the cues that begin between two characters, the end excluded.

        A text of a million characters has thousands of sentences and of cues: going over all the
        cues for each sentence would take minutes.
        """
        first = bisect_left(self.hits, start, key=_start)
        return self.hits[first : bisect_left(self.hits, end, lo=first, key=_start)]


def _start(hit: CueHit) -> int:
    return hit.start
