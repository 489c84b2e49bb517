"""The cues of the codebook in a document, each with what its surroundings make of it.

Cues are compiled to classes of words. A text is first held against the one word that a cue
cannot do without; only sentences that have such a word are looked at further.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

import numpy as np

from pipeline.codebook import Codebook, Cue
from pipeline.corpus.analyzer import Analyzer
from pipeline.corpus.languages import Language
from pipeline.corpus.languages.nl import LANGUAGE as DUTCH
from pipeline.features._place import Place
from pipeline.features._scope import QUOTES, status
from pipeline.features._words import PARTING, Fits, Pattern, Places, Words, spans
from pipeline.records import CueHit, CueStatus, Document


@dataclass(frozen=True, slots=True)
class _Compiled:
    label: str
    cue: Cue
    pattern: Pattern
    unless: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class _Match:
    """A cue in a sentence: its first and last token, and what follows it within the last."""

    compiled: _Compiled
    first: int
    last: int
    tail: str


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence: its tokens as written, and where its first one stands in the document."""

    document: Document
    first: int
    forms: list[str]
    words: list[str]


class CueFinder:
    """Finds cues in documents.

    Args:
        codebook: Whose cues are looked for.
        analyzer: What makes the documents; cues are lemmatized by it.
        language: Of the documents.

    Raises:
        CorpusError: A cue is not written in the cue language.
    """

    def __init__(self, codebook: Codebook, analyzer: Analyzer, language: Language = DUTCH) -> None:
        self._language = language
        self._words = Words(language)
        self._by_anchor: dict[int, list[_Compiled]] = {}
        for label_id, cue in codebook.cues_in(language.code):
            compiled = self._compile(label_id, cue)
            self._by_anchor.setdefault(compiled.pattern.anchor, []).append(compiled)
        self._words.lemmatize(analyzer)

    def _compile(self, label: str, cue: Cue) -> _Compiled:
        unless = tuple(self._words.pattern(text) for text in cue.unless)
        return _Compiled(label, cue, self._words.pattern(cue.pattern), unless)

    def find(self, document: Document) -> tuple[CueHit, ...]:
        """Find all cues of a document, sorted by start.

        Of overlapping cues of one label the longest stays. A document in another language has none.
        """
        if document.language != self._language.code:
            return ()
        tokens = document.tokens
        # Words repeat from notice to notice: each is held against the cues only once.
        anchors = tokens.lexicon.array(self._is_anchor, np.bool_)[tokens.numbers].nonzero()[0]
        sentences = np.unique(np.searchsorted(tokens.sentences, anchors, side="right")).tolist()
        hits = [
            hit
            for place in sentences
            for hit in self._in_sentence(
                document, *tokens.sentences[place - 1 : place + 1].tolist()
            )
        ]
        return _one_sense(document.text, sorted(hits, key=lambda hit: (hit.start, hit.label)))

    def _fits(self, form: str, lemma: str) -> tuple[Fits, ...]:
        """Tell what each part of a token can stand for; a quotation mark stands for nothing."""
        lower = form.lower()
        return () if lower in QUOTES else self._words.units(lower, lemma.lower())

    def _is_anchor(self, form: str, lemma: str) -> bool:
        fits = self._words.units(form.lower(), lemma.lower())
        return not frozenset().union(*fits).isdisjoint(self._by_anchor)

    def _in_sentence(self, document: Document, first: int, last: int) -> Iterator[CueHit]:
        tokens = document.tokens
        column = tokens.lexicon.column(self._fits)
        fits = [column[x] for x in tokens.numbers[first:last].tolist()]
        candidates = self._candidates(fits)
        if not candidates:
            return
        forms = tokens.forms(first, last)
        sentence = _Sentence(document, first, forms, [form.lower() for form in forms])
        units = [position for position, parts in enumerate(fits) for _ in parts]
        places = Places(chain.from_iterable(fits))
        found = [
            _match(compiled, units, start, end, sentence.words)
            for compiled in candidates
            for start, end in spans(compiled.pattern, places)
        ]
        for match in _longest(found):
            other = any(True for x in match.compiled.unless for _ in spans(x, places))
            yield _hit(sentence, match, self._language, homonym=other)

    def _candidates(self, fits: Iterable[tuple[Fits, ...]]) -> list[_Compiled]:
        present: set[int] = set()
        for parts in fits:
            for part in parts:
                if part:
                    present |= part
        return [
            compiled
            for anchor in present.intersection(self._by_anchor)
            for compiled in self._by_anchor[anchor]
            if present.issuperset(compiled.pattern.words)
        ]


def _match(
    compiled: _Compiled,
    units: Sequence[int],
    start: int,
    end: int,
    words: Sequence[str],
) -> _Match:
    """Make a match of units, parts of tokens; ``units`` are the tokens they are parts of."""
    first, last = units[start], units[end]
    cut = end + 1 < len(units) and units[end + 1] == last
    tail = PARTING.split(words[last])[-1] if cut else ""
    return _Match(compiled, first, last, tail)


def _longest(found: Iterable[_Match]) -> list[_Match]:
    kept: list[_Match] = []
    # Names first where lengths are equal: a hit that is a name must be known as one.
    for match in sorted(found, key=lambda x: (x.first - x.last, not x.compiled.cue.names, x.first)):
        if not any(
            other.compiled.label == match.compiled.label
            and match.first <= other.last
            and other.first <= match.last
            for other in kept
        ):
            kept.append(match)
    return kept


def _one_sense(text: str, hits: Sequence[CueHit]) -> tuple[CueHit, ...]:
    """A word that once means something else does so all through a text (Gale et al., 1992)."""
    other = {
        (hit.label, text[hit.start : hit.end].casefold()) for hit in hits if hit.status == "homonym"
    }
    return tuple(
        replace(hit, status="homonym")
        if (hit.label, text[hit.start : hit.end].casefold()) in other
        else hit
        for hit in hits
    )


def _hit(sentence: _Sentence, match: _Match, language: Language, *, homonym: bool) -> CueHit:
    document, tokens = sentence.document, sentence.document.tokens
    start = int(tokens.starts[sentence.first + match.first])
    end = int(tokens.ends[sentence.first + match.last])
    verdict: CueStatus
    if homonym or _spelled_out(document.text, document.text[start:end], language.naming.fillers):
        verdict = "homonym"
    elif _in_buyer(document, start, end):
        verdict = "name"
    else:
        verdict = status(_place(sentence, match, language, start))
    names = match.compiled.cue.names
    return CueHit(label=match.compiled.label, start=start, end=end, names=names, status=verdict)


def _place(sentence: _Sentence, match: _Match, language: Language, start: int) -> Place:
    notice = sentence.document.notice
    published = notice.published_on
    return Place(
        language=language,
        forms=sentence.forms,
        words=sentence.words,
        first=match.first,
        last=match.last,
        tail=match.tail,
        denies=match.compiled.pattern.denies,
        label=match.compiled.label,
        kind=notice.kind,
        year=published.year if published else None,
        title=sentence.document.section_at(start).name.endswith("title"),
    )


def _spelled_out(text: str, abbreviation: str, fillers: str) -> bool:
    """Whether the text itself says what the capitals stand for, in other words than the form's."""
    if not (abbreviation.isupper() and abbreviation.isalpha() and len(abbreviation) < 6):
        return False
    found = _first_spelling(text, abbreviation, fillers)
    return bool(found) and not re.match(r"small business|pre", found[0] if found else "", re.I)


# One abbreviation may stand a thousand times in a text.
@lru_cache(maxsize=8)
def _first_spelling(text: str, abbreviation: str, fillers: str) -> re.Match[str] | None:
    return _initials(abbreviation, fillers).search(text)


@lru_cache(maxsize=100)
def _initials(abbreviation: str, fillers: str) -> re.Pattern[str]:
    words = rf"[ -](?:{fillers})?".join(rf"{c}\w+" for c in abbreviation)
    return re.compile(rf"\b{words} \({abbreviation}\)", re.IGNORECASE)


def _in_buyer(document: Document, start: int, end: int) -> bool:
    buyer = document.notice.buyer
    if not buyer or document.text[start:end].casefold() not in buyer.casefold():
        return False
    return any(
        found.start() <= start and end <= found.end()
        for found in _buyer_names(buyer).finditer(document.text)
    )


@lru_cache(maxsize=10_000)
def _buyer_names(buyer: str) -> re.Pattern[str]:
    # Several buyers are joined with "; "; each may stand in the text by itself.
    names = (re.escape(name.strip()) for name in buyer.split(";") if name.strip())
    return re.compile("|".join(names), re.IGNORECASE)
