"""The cues of the codebook in a document, each with what its surroundings make of it.

Cues are compiled to classes of words. A text is first held against the one word that a cue
cannot do without; only sentences that have such a word are looked at further. What a notice costs
is bounded: by the length of a sentence, of a word and of a clause, and by how often a label counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from pipeline.codebook import Codebook, Cue
from pipeline.corpus.analyzer import Analyzer
from pipeline.corpus.languages import Language
from pipeline.corpus.languages.nl import LANGUAGE as DUTCH
from pipeline.features._place import Place
from pipeline.features._scope import QUOTES, status
from pipeline.features._words import PARTING, Fits, Pattern, Places, Words, spans
from pipeline.records import CueHit, CueStatus, Document

# Of a kind, whether a cue may be found by it; the rest is its number.
IS_ANCHOR = 1
# A text that gives a label so many cues says no more with the next; published ones give 8 at most.
MOST_OF_LABEL = 50
# Of a longer word the rest is no word; it is an address, or garbage.
LONGEST_WORD = 80


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
        # What words can stand for: few ways for many words.
        self._kinds: dict[tuple[Fits, ...], int] = {}
        self._fits: list[tuple[Fits, ...]] = []
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
        kinds = tokens.lexicon.array(self._kind, np.int64)[tokens.numbers]
        anchors = (kinds & IS_ANCHOR).nonzero()[0]
        sentences = np.unique(np.searchsorted(tokens.sentences, anchors, side="right")).tolist()
        hits: list[CueHit] = []
        given: Counter[str] = Counter()
        for place in sentences:
            first, last = tokens.sentences[place - 1 : place + 1].tolist()
            found = list(self._in_sentence(document, first, kinds[first:last], given=given))
            given.update(hit.label for hit in found)
            hits += found
        return _one_sense(document.text, sorted(hits, key=lambda hit: (hit.start, hit.label)))

    def _kind(self, form: str, lemma: str) -> int:
        """Number what the parts of a token can stand for; a quotation mark stands for nothing."""
        lower = form.lower()
        fits = () if lower in QUOTES else self._words.units(lower, lemma.lower())
        if fits not in self._kinds:
            self._fits.append(fits)
            anchor = not frozenset().union(*fits).isdisjoint(self._by_anchor)
            self._kinds[fits] = 2 * (len(self._fits) - 1) + anchor
        return self._kinds[fits]

    def _in_sentence(
        self, document: Document, first: int, kinds: NDArray[np.int64], *, given: Mapping[str, int]
    ) -> Iterator[CueHit]:
        """Find the cues of a sentence.

        Args:
            first: Its first token.
            kinds: Of its tokens.
            given: How many hits each label has before.
        """
        fits = [self._fits[x] for x in (kinds // 2).tolist()]
        candidates = [x for x in self._candidates(fits) if given.get(x.label, 0) < MOST_OF_LABEL]
        if not candidates:
            return
        forms = document.tokens.forms(first, first + len(kinds))
        sentence = _Sentence(document, first, forms, [x.lower()[:LONGEST_WORD] for x in forms])
        units = [position for position, parts in enumerate(fits) for _ in parts]
        places = Places(chain.from_iterable(fits))
        found = [
            _match(compiled, units, start, end, sentence.words)
            for compiled in candidates
            for start, end in spans(compiled.pattern, places)
        ]
        for match in _first_of_each(_longest(found), given):
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


def _first_of_each(found: Iterable[_Match], given: Mapping[str, int]) -> Iterator[_Match]:
    """Yield the matches of a sentence until their label has ``MOST_OF_LABEL`` in the text."""
    count = Counter(given)
    for match in sorted(found, key=lambda x: x.first):
        count[match.compiled.label] += 1
        if count[match.compiled.label] <= MOST_OF_LABEL:
            yield match


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
    # A name that has the cue in it begins and ends near it.
    nearby = document.text[max(0, start - len(buyer)) : end + len(buyer)]
    at = start - max(0, start - len(buyer))
    return any(
        found.start() <= at and at + end - start <= found.end()
        for found in _buyer_names(buyer).finditer(nearby)
    )


@lru_cache(maxsize=10_000)
def _buyer_names(buyer: str) -> re.Pattern[str]:
    # Several buyers are joined with "; "; each may stand in the text by itself.
    names = (re.escape(name.strip()) for name in buyer.split(";") if name.strip())
    return re.compile("|".join(names), re.IGNORECASE)
