"""Text analysis by spaCy, and the language of a notice.

Two ways for Dutch, the same output: a trained pipeline such as ``nl_core_news_md``, or the embedded
one (blank tokenizer, sentencizer, lookup lemmatizer), which needs no download and is the only one
of the other languages. Documents carry the analyzer's name and version, because lemmas of one mean
nothing to a model of another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import util
from typing import Protocol

import numpy as np

from pipeline.corpus.cleaning import clean
from pipeline.corpus.languages import Language, languages
from pipeline.corpus.languages.nl import LANGUAGE as DUTCH
from pipeline.records import Document, Lexicon, Notice, Section, Tokens

PREFERRED = "nl_core_news_md"

# Below this many characters identification errs: of 2,289 titles on TenderNed one in four is
# taken for another language. A verdict counts then only from this certainty: above 0.9, against a
# declaration, four of those titles differ, all of them rightly.
SHORTEST_IDENTIFIABLE = 200
SURE, SURE_AGAINST_DECLARATION = 0.5, 0.9
# Of these a notice may say so and yet be written in another; other declarations are believed.
CONFUSED = frozenset({"nl", "en", "fr", "de"})
# The beginning tells the language; reading on only costs time.
LANGUAGE_SAMPLE = 600

# Of a text in a language that nobody described.
_NONE = np.zeros(0, dtype=np.int64)
NO_TOKENS = Tokens(
    lexicon=Lexicon(),
    numbers=_NONE.astype(np.int32),
    starts=_NONE,
    ends=_NONE,
    sentences=np.zeros(1, dtype=np.int64),
    apart=True,
)


class _Pipeline(Protocol):
    def tokens(self, texts: Sequence[str]) -> list[Tokens]: ...


class Analyzer:
    """Turns notices into documents.

    Args:
        name: ``auto``, ``embedded``, or the name or path of a spaCy pipeline.

    Attributes:
        name: What documents carry, for example ``embedded-1+lookups1.0``.

    Raises:
        SettingsError: There is no such pipeline, or it is not Dutch or has no lemmatizer.
    """

    def __init__(self, name: str = "auto") -> None:
        if name == "auto":
            name = PREFERRED if util.find_spec(PREFERRED) else "embedded"
        self._pipelines: dict[str, _Pipeline] = {}
        # Importing spaCy takes more than a second, and a text is put together without it.
        if name == "embedded":
            from pipeline.corpus.embedded import embedded_name

            self.name = embedded_name()
        else:
            from pipeline.corpus.trained import Trained

            trained = self._pipelines[DUTCH.code] = Trained(name, DUTCH)
            self.name = trained.name

    def tokens(self, texts: Sequence[str], language: Language = DUTCH) -> list[Tokens]:
        """Cut texts of a language into tokens, with sentences and lemmas.

        Args:
            texts: A batch; a batch takes a fraction of the time of its texts one by one.
        """
        if language.code not in self._pipelines:
            # Made when it is first used: that takes half a second.
            from pipeline.corpus.embedded import Embedded

            self._pipelines[language.code] = Embedded(language)
        return self._pipelines[language.code].tokens(texts)

    def analyze(self, notices: Sequence[Notice]) -> Iterator[Document]:
        """Make one document per notice, in order.

        Args:
            notices: A batch; see ``tokens``.
        """
        parts = [assemble(notice) for notice in notices]
        known = languages()
        found = [
            identify(text, notice.language)
            for (text, _), notice in zip(parts, notices, strict=True)
        ]
        tokens = {
            code: iter(
                self.tokens(
                    [text for (text, _), lang in zip(parts, found, strict=True) if lang == code],
                    known[code],
                )
            )
            for code in known.keys() & set(found)
        }
        for notice, (text, sections), language in zip(notices, parts, found, strict=True):
            yield Document(
                notice=notice,
                text=text,
                tokens=next(tokens[language]) if language in tokens else NO_TOKENS,
                sections=sections,
                language=language,
                analyzer=self._name_of(language),
            )

    def _name_of(self, code: str | None) -> str:
        if code == DUTCH.code or code not in self._pipelines:
            return self.name
        from pipeline.corpus.embedded import embedded_name

        return f"{code}_{embedded_name()}"


def assemble(notice: Notice) -> tuple[str, tuple[Section, ...]]:
    """Join the cleaned text fields of a notice; a text that stands there twice is taken once.

    Returns:
        The text, and its sections in order, separated by line breaks.
    """
    parts: list[str] = []
    sections: list[Section] = []
    seen: set[str] = set()
    start = 0
    for name, raw in _texts(notice):
        text = clean(raw)
        if not text or text.casefold() in seen:
            continue
        seen.add(text.casefold())
        parts.append(text)
        sections.append(Section(name=name, start=start, end=start + len(text)))
        start += len(text) + 1
    return "\n".join(parts), tuple(sections)


def identify(text: str, declared: str | None) -> str | None:
    """Tell the language of a text, among all that the identifier knows.

    Args:
        text: Cleaned text.
        declared: ISO 639-1 code the notice gives; believed where the text is short and not
            surely of another language, and where it is none of those that buyers confuse.

    Returns:
        ISO 639-1 code, for example ``nl``; the declared one where there are no letters.
    """
    if (declared and declared not in CONFUSED) or not any(map(str.isalpha, text)):
        return declared
    # Imported here: a language that is declared is mostly believed.
    from pipeline.corpus.identifier import identifier

    language, certainty = identifier().classify(text[:LANGUAGE_SAMPLE])
    needed = SURE_AGAINST_DECLARATION if declared else SURE
    if len(text) < SHORTEST_IDENTIFIABLE and certainty < needed:
        return declared or DUTCH.code
    return next((x.code for x in languages().values() if language in x.near), str(language))


def _texts(notice: Notice) -> Iterator[tuple[str, str]]:
    if notice.title:
        yield "title", notice.title
    if notice.description:
        yield "description", notice.description
    for number, lot in enumerate(notice.lots, 1):
        prefix = f"lot:{lot.lot_id or number}"
        for field in ("title", "description", "purpose_text"):
            if text := getattr(lot, field):
                yield f"{prefix}:{field}", text
        if lot.criteria:
            yield f"{prefix}:criteria", "\n".join(lot.criteria)
    if notice.criteria:
        yield "criteria", "\n".join(notice.criteria)
