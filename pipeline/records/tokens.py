"""Texts as numbers: what a token is stands in a lexicon, once for all texts."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

# Records are read by every command; what takes long to load is not.
if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import DTypeLike, NDArray

T = TypeVar("T")

# What stands where a word is hidden begins with this; no text has it, for cleaning takes it out.
MASK = "\0"


class Lexicon:
    """The distinct tokens that an analyzer has met, numbered as they come.

    Attributes:
        forms: Each as it is written.
        lemmas: Of each; empty where there is none.
    """

    def __init__(self) -> None:
        self.forms: list[str] = []
        self.lemmas: list[str] = []
        self._numbers: dict[tuple[str, str], int] = {}
        self._columns: dict[Hashable, list[Any]] = {}
        self._arrays: dict[Hashable, NDArray[Any]] = {}
        # The workplace asks from several threads.
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self.lemmas)

    def number(self, form: str, lemma: str) -> int:
        """Return the number of a token."""
        number = self._numbers.get((form, lemma))
        if number is not None:
            return number
        with self._lock:
            if (form, lemma) not in self._numbers:
                self.forms.append(form)
                self.lemmas.append(lemma)
                # Last: who finds the number must find the rest.
                self._numbers[form, lemma] = len(self.lemmas) - 1
            return self._numbers[form, lemma]

    def column(self, tell: Callable[[str, str], T]) -> list[T]:
        """Return what a function says of the form and lemma of each; it is asked once of each."""
        found = self._columns.setdefault(tell, [])
        if len(found) < len(self):
            with self._lock:
                known, all_of_them = len(found), len(self.lemmas)
                pairs = zip(self.forms[known:all_of_them], self.lemmas[known:], strict=False)
                found.extend(tell(*pair) for pair in pairs)
        return found

    def array(self, tell: Callable[[str, str], Any], dtype: DTypeLike) -> NDArray[Any]:
        """Return the same as an array."""
        import numpy as np

        values = self.column(tell)
        found = self._arrays.get(tell, np.zeros(0, dtype=dtype))
        if len(found) < len(values):
            found = np.concatenate([found, np.array(values[len(found) :], dtype=dtype)])
            self._arrays[tell] = found
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """The tokens of a text.

    Attributes:
        lexicon: Whose numbers they are.
        numbers: Of each token; shape (n_tokens,).
        starts, ends: Characters of each in the text, the end excluded; shape (n_tokens,).
        sentences: The first token of each sentence, and the number of tokens at the end; shape
            (n_sentences + 1,).
        apart: Whether no word, a row of letters or of digits, goes on from one token to the next.
        kept: What others worked out of the text and keep with it.
    """

    lexicon: Lexicon
    numbers: NDArray[np.int32]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    sentences: NDArray[np.int64]
    apart: bool
    kept: dict[str, Any] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.numbers)

    def forms(self, first: int = 0, last: int | None = None) -> list[str]:
        """Return some tokens as they are written; all of them when not told which."""
        return [self.lexicon.forms[x] for x in self.numbers[first:last].tolist()]

    def lemmas(self) -> list[str]:
        """Return the lemma of each token."""
        return [self.lexicon.lemmas[x] for x in self.numbers.tolist()]

    def covering(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the tokens of some characters: the first, and one past the last.

        Returns:
            ``None`` where no token has one of them.
        """
        first = self.at(start)
        last = bisect_left(self.starts, end)
        return (first, last) if first < last else None

    def at(self, character: int) -> int:
        """Return the token that has a character, or else the one behind it."""
        return bisect_right(self.ends, character)

    def sentence(self, token: int) -> tuple[int, int]:
        """Return the sentence of a token: its first token, and one past its last."""
        place = bisect_right(self.sentences, token)
        first, last = self.sentences[place - 1 : place + 1].tolist()
        return first, last
