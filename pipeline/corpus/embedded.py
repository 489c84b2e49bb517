"""The embedded pipeline of a language: spaCy's tokenizer, ends of sentences, and lemmas by table.

It gives what spaCy's tokenizer, sentencizer and lookup lemmatizer give, at a fraction of their
time: tokens depend on a piece of text between blanks alone, lemmas and ends on words alone, so each
is worked out when it is first seen. The table of lemmas comes from ``spacy-lookups-data``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from importlib import metadata
from itertools import chain, pairwise
from threading import Lock
from typing import Any, cast

import numpy as np
import spacy
from numpy.typing import NDArray
from spacy.lang.lex_attrs import is_punct
from spacy.tokenizer import Tokenizer

from pipeline.corpus.languages import Language
from pipeline.corpus.lookups import lemma_table
from pipeline.corpus.written import bounded, rows_apart
from pipeline.records import Lexicon, Tokens

# spaCy and we know pieces for ever; after so many all is made anew, in half a second.
MOST_PIECES = 100_000

Integers = NDArray[np.int64]

# What a piece may be, added up: a line break; a sign of blanks that cleaning would have folded;
# one with tokens that were cut and joined again; one whose words go on from token to token.
BREAK, BLANK, JOINED, RUNNING = 1, 2, 4, 8


def embedded_name() -> str:
    """Return name and version of the embedded pipeline, without making it."""
    lookups = ".".join(metadata.version("spacy-lookups-data").split(".")[:2])
    return f"embedded-1+lookups{lookups}"


class Embedded:
    """The pipeline of a language."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._table = lemma_table(language.code)
        self._lock = Lock()
        self._begin()

    def _begin(self) -> None:
        nlp = spacy.blank(self._language.code)
        # None of this is asked here; the shape of a word, or whether it is an address, takes time.
        vocab: Any = nlp.vocab
        vocab.lex_attr_getters = {}
        self._tokenizer = cast(Tokenizer, nlp.tokenizer)
        rules = self._tokenizer.rules or {}
        self._joined = {x for x, parts in rules.items() if len(x) > 1 and len(parts) == 1}
        self._parted = [x for x, parts in rules.items() if len(parts) > 1]
        for made in ("_cutter", "_neighbours"):
            self.__dict__.pop(made, None)
        self._lexicon = Lexicon()
        self._numbers: dict[str, int] = {}
        self._pieces: dict[str, int] = {}
        self._sides: dict[str, int] = {}
        # Of each piece: its first token below, how many it has, its length, what it is, and its
        # first and last token before any are joined.
        self._rows = _Rows(6)
        # Of each token: its number, and where in the piece it starts and ends.
        self._tokens = _Rows(3)

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Cut texts into tokens, with sentences and lemmas."""
        if not texts:
            return []
        # The workplace asks from several threads.
        with self._lock:
            return self._of_all(texts)

    def _of_all(self, texts: Sequence[str]) -> list[Tokens]:
        if len(self._pieces) > MOST_PIECES:
            self._begin()
        pieces = [text.replace("\n", " \n ").split(" ") for text in texts]
        self._learn(set(chain.from_iterable(pieces)).difference(self._pieces))
        sizes = np.fromiter(map(len, pieces), dtype=np.int64, count=len(pieces))
        known = map(self._pieces.__getitem__, chain.from_iterable(pieces))
        rows = self._rows.all[np.fromiter(known, dtype=np.int64, count=int(sizes.sum()))]
        bounds = _starts(sizes)
        kinds = np.bitwise_or.reduceat(rows[:, 3], bounds[:-1])
        found = list(self._cut(rows, sizes))
        for place in np.flatnonzero(kinds & (BLANK | JOINED)).tolist():
            if kinds[place] & BLANK or self._joins(rows[bounds[place] : bounds[place + 1]]):
                found[place] = self._whole(texts[place])
        return found

    def _cut(self, rows: Integers, sizes: Integers) -> Iterator[Tokens]:
        """Put the tokens of each text together, from the rows of its pieces."""
        first, counts, lengths, kinds = rows.T[:4]
        owners = _starts(sizes)
        breaks = kinds & BREAK
        # A blank follows a piece, but not before a line break nor behind it.
        steps = np.where(breaks, 1, lengths + 1 - np.append(breaks[1:], 0))
        at = _starts(steps)[:-1]
        at -= np.repeat(at[owners[:-1]], sizes)
        before = _starts(counts)
        places = np.arange(before[-1]) + np.repeat(first - before[:-1], counts)
        numbers, starts, ends = self._tokens.all[places].T
        at = np.repeat(at, counts)
        bounds = before[owners]
        sentences, begins = self._sentences(numbers, bounds)
        numbers, starts, ends = numbers.astype(np.int32), starts + at, ends + at
        running = np.bitwise_or.reduceat(kinds, owners[:-1]) & RUNNING
        for text, apart in enumerate((running == 0).tolist()):
            some = slice(*bounds[text : text + 2])
            told = sentences[slice(*begins[text : text + 2])]
            yield self._made(numbers[some], starts[some], ends[some], told, apart=apart)

    def _sentences(self, numbers: NDArray[Any], bounds: Integers) -> tuple[Integers, Integers]:
        """Return the sentences of texts end to end, each with its end, and where each text begins.

        A sentence starts at the first word after a mark; other punctuation is neither.
        """
        marks = self._lexicon.array(self._is_mark, np.bool_)[numbers]
        tells = np.flatnonzero(marks | self._lexicon.array(self._is_word, np.bool_)[numbers])
        owners = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
        new = ~marks[tells[1:]] & marks[tells[:-1]] & (owners[tells[1:]] == owners[tells[:-1]])
        begins = np.zeros(len(numbers), dtype=bool)
        begins[tells[1:][new]] = True
        begins[bounds[:-1][np.diff(bounds) > 0]] = True
        found = np.flatnonzero(begins)
        owner = owners[found]
        places = np.searchsorted(found, bounds) + np.arange(len(bounds))
        sentences = np.empty(places[-1], dtype=np.int64)
        sentences[np.arange(len(found)) + owner] = found - bounds[owner]
        sentences[places[1:] - 1] = np.diff(bounds)
        return sentences, places

    def _joins(self, rows: Integers) -> bool:
        """Whether tokens of two pieces in a row may be joined, which keeps others from it."""
        sides = zip(rows[:-1, 5].tolist(), rows[1:, 4].tolist(), strict=True)
        return not self._neighbours.isdisjoint(sides)

    @cached_property
    def _cutter(self) -> Tokenizer:
        """Made when a piece has an abbreviation in it: that takes a tenth of a second."""
        return _cutter(self._tokenizer, rules=self._tokenizer.rules)

    @cached_property
    def _neighbours(self) -> set[tuple[int, int]]:
        """What stands on both sides of a cut that is undone, such as "bijv" and "."."""
        cut = _cutter(self._tokenizer, rules=None)
        words = ([self._side(x.text) for x in cut(word)] for word in self._tokenizer.rules or ())
        return {pair for word in words for pair in pairwise(word)}

    def _side(self, form: str) -> int:
        return self._sides.setdefault(form, len(self._sides))

    def _whole(self, text: str) -> Tokens:
        doc = self._tokenizer(text)
        forms = [x.text for x in doc]
        numbers = np.array(list(map(self._number, forms)), dtype=np.int32)
        starts = np.array([x.idx for x in doc], dtype=np.int64)
        ends = starts + np.array(list(map(len, forms)), dtype=np.int64)
        sentences, _ = self._sentences(numbers, np.array([0, len(doc)]))
        return self._made(numbers, starts, ends, sentences, apart=rows_apart(text, forms))

    def _made(
        self,
        numbers: NDArray[np.int32],
        starts: Integers,
        ends: Integers,
        sentences: Integers,
        *,
        apart: bool,
    ) -> Tokens:
        return Tokens(
            lexicon=self._lexicon,
            numbers=numbers,
            starts=starts,
            ends=ends,
            sentences=bounded(sentences),
            apart=apart,
        )

    def _learn(self, pieces: Iterable[str]) -> None:
        rows, tokens, first = [], [], len(self._tokens.all)
        for piece in sorted(pieces):
            doc = self._tokenizer(piece)
            forms = [x.text for x in doc]
            if forms == [piece]:
                # Most are a word by themselves, of which nothing was cut.
                tokens.append((self._number(piece), 0, len(piece)))
                rows.append((first, 1, len(piece), _blank(piece), *[self._side(piece)] * 2))
            else:
                tokens += [(self._number(x.text), x.idx, x.idx + len(x)) for x in doc]
                rows.append((first, len(forms), len(piece), *self._kind(piece, forms)))
            first += len(forms)
            self._pieces[piece] = len(self._pieces)
        self._rows.add(rows)
        self._tokens.add(tokens)

    def _kind(self, piece: str, forms: Sequence[str]) -> tuple[int, int, int]:
        """Return what a piece is, and its first and last token before any are joined."""
        cut = list(forms)
        if not self._joined.isdisjoint(forms) or any(x in piece for x in self._parted):
            cut = [x.text for x in self._cutter(piece)]
        joined, running = JOINED * (cut != forms), RUNNING * (not rows_apart(piece, forms))
        first, *_, last = [self._side(x) for x in (cut[:1] + cut[-1:])] or (-1, -1)
        return _blank(piece) | joined | running, first, last

    def _number(self, form: str) -> int:
        if form not in self._numbers:
            lower = form.lower()
            self._numbers[form] = self._lexicon.number(form, self._table.get(lower, lower))
        return self._numbers[form]

    def _is_mark(self, form: str, lemma: str) -> bool:  # noqa: ARG002
        return form in self._language.sentence_ends

    def _is_word(self, form: str, lemma: str) -> bool:  # noqa: ARG002
        return not is_punct(form)


def _cutter(tokenizer: Tokenizer, *, rules: Any) -> Tokenizer:
    """Return the tokenizer without its last step, which looks at the text as a whole.

    In it abbreviations that were cut are joined again. Those that could be cut are looked for once,
    when it is made.

    Args:
        rules: Words that are not cut as others.
    """
    search, suffix, infixes = (
        cast(Callable[[str], Any], x)
        for x in (tokenizer.prefix_search, tokenizer.suffix_search, tokenizer.infix_finditer)
    )
    made = False
    cutter = Tokenizer(
        tokenizer.vocab,
        rules=rules,
        prefix_search=lambda x: search(x) if made else None,
        suffix_search=lambda x: suffix(x) if made else None,
        infix_finditer=lambda x: infixes(x) if made else [],
        token_match=tokenizer.token_match,
        url_match=tokenizer.url_match,
    )
    made = True
    return cutter


def _blank(piece: str) -> int:
    if piece == "\n":
        return BREAK
    return BLANK * (not piece or any(map(str.isspace, piece)))


class _Rows:
    """Rows of numbers, to which more are added."""

    def __init__(self, width: int) -> None:
        self._kept = np.zeros((1024, width), dtype=np.int64)
        self.all = self._kept[:0]

    def add(self, rows: Sequence[tuple[int, ...]]) -> None:
        before, after = len(self.all), len(self.all) + len(rows)
        if after > len(self._kept):
            self._kept = np.concatenate(
                [self._kept, np.zeros_like(self._kept, shape=(after, self._kept.shape[1]))]
            )
        if rows:
            self._kept[before:after] = rows
        self.all = self._kept[:after]


def _starts(sizes: Integers) -> Integers:
    return np.concatenate([[0], np.cumsum(sizes)])
