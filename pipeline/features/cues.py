"""The cues of the codebook in a document, each with what its surroundings make of it.

Cues are compiled to classes of words. A text is first held against the one word that a cue
cannot do without; only sentences that have such a word are looked at further.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from spacy.attrs import LEMMA, LOWER
from spacy.language import Language as Pipeline
from spacy.tokens import Doc, Span

from pipeline.codebook import Codebook, Cue
from pipeline.corpus.languages import Language
from pipeline.corpus.languages.nl import LANGUAGE as DUTCH
from pipeline.features._place import Place
from pipeline.features._scope import QUOTES, status
from pipeline.features._words import PARTING, Fits, Pattern, Words, spans
from pipeline.records import CueHit, CueStatus, Document

# Lower case and lemma of a token, as spaCy's hashes.
Key = tuple[int, int]


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


class CueFinder:
    """Finds cues in documents.

    Args:
        codebook: Whose cues are looked for.
        nlp: The pipeline that makes the documents; cues are lemmatized by it.
        language: Of the documents.

    Raises:
        CorpusError: A cue is not written in the cue language.
    """

    def __init__(self, codebook: Codebook, nlp: Pipeline, language: Language = DUTCH) -> None:
        self._language = language
        self._words = Words(language)
        self._by_anchor: dict[int, list[_Compiled]] = {}
        for label_id, cue in codebook.cues_in(language.code):
            compiled = self._compile(label_id, cue)
            self._by_anchor.setdefault(compiled.pattern.anchor, []).append(compiled)
        self._words.lemmatize(nlp)
        # Words repeat from notice to notice: each is held against the cues only once.
        self._fits: dict[Key, tuple[Fits, ...]] = {}
        self._triggers: set[Key] = set()

    def _compile(self, label: str, cue: Cue) -> _Compiled:
        unless = tuple(self._words.pattern(text) for text in cue.unless)
        return _Compiled(label, cue, self._words.pattern(cue.pattern), unless)

    def find(self, document: Document) -> tuple[CueHit, ...]:
        """Find all cues of a document, sorted by start.

        Of overlapping cues of one label the longest stays. A document in another language has none.
        """
        if document.language != self._language.code:
            return ()
        keys: list[Key] = list(map(tuple, document.doc.to_array([LOWER, LEMMA]).tolist()))
        self._learn(document.doc, keys)
        if self._triggers.isdisjoint(keys) or not self._candidates(set(keys)):
            return ()
        hits = [
            hit
            for sentence in self._sentences(document.doc, keys)
            for hit in self._in_sentence(document, sentence, keys[sentence.start : sentence.end])
        ]
        return _one_sense(document.text, sorted(hits, key=lambda hit: (hit.start, hit.label)))

    def _learn(self, doc: Doc, keys: Iterable[Key]) -> None:
        for key in set(keys).difference(self._fits):
            lower, lemma = (doc.vocab.strings[part] if part else "" for part in key)
            fits = self._fits[key] = self._words.units(lower, lemma.lower())
            if not frozenset().union(*fits).isdisjoint(self._by_anchor):
                self._triggers.add(key)

    def _sentences(self, doc: Doc, keys: Sequence[Key]) -> Iterator[Span]:
        end = 0
        for position, key in enumerate(keys):
            if position >= end and key in self._triggers:
                sentence = doc[position].sent
                end = sentence.end
                yield sentence

    def _in_sentence(
        self, document: Document, sentence: Span, keys: Sequence[Key]
    ) -> Iterator[CueHit]:
        candidates = self._candidates(keys)
        if not candidates:
            return
        words = [token.lower_ for token in sentence]
        units = [
            (position, fits)
            for position, key in enumerate(keys)
            if words[position] not in QUOTES
            for fits in self._fits[key]
        ]
        found = [
            _match(compiled, units, start, end, words)
            for compiled in candidates
            for start, end in spans(compiled.pattern, units)
        ]
        for match in _longest(found):
            other = any(True for x in match.compiled.unless for _ in spans(x, units))
            yield _hit(document, sentence, match, self._language, homonym=other)

    def _candidates(self, keys: Iterable[Key]) -> list[_Compiled]:
        present: set[int] = set()
        for key in keys:
            present.update(*self._fits[key])
        return [
            compiled
            for anchor in present.intersection(self._by_anchor)
            for compiled in self._by_anchor[anchor]
            if present.issuperset(compiled.pattern.words)
        ]


def _match(
    compiled: _Compiled,
    units: Sequence[tuple[int, Fits]],
    start: int,
    end: int,
    words: Sequence[str],
) -> _Match:
    first, last = units[start][0], units[end][0]
    cut = end + 1 < len(units) and units[end + 1][0] == last
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


def _hit(
    document: Document, sentence: Span, match: _Match, language: Language, *, homonym: bool
) -> CueHit:
    start = sentence[match.first].idx
    end = sentence[match.last].idx + len(sentence[match.last])
    verdict: CueStatus
    if homonym or _spelled_out(document.text, document.text[start:end], language.naming.fillers):
        verdict = "homonym"
    elif _in_buyer(document, start, end):
        verdict = "name"
    else:
        verdict = status(_place(document, sentence, match, language))
    names = match.compiled.cue.names
    return CueHit(label=match.compiled.label, start=start, end=end, names=names, status=verdict)


def _place(document: Document, sentence: Span, match: _Match, language: Language) -> Place:
    published = document.notice.published_on
    forms = [token.text for token in sentence]
    return Place(
        forms=forms,
        words=[form.lower() for form in forms],
        first=match.first,
        last=match.last,
        tail=match.tail,
        denies=match.compiled.pattern.denies,
        label=match.compiled.label,
        kind=document.notice.kind,
        year=published.year if published else None,
        title=document.section_at(sentence[match.first].idx).name.endswith("title"),
        language=language,
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
