"""Text analysis by spaCy, and the language of a notice.

Two ways for Dutch, the same output: a trained pipeline such as ``nl_core_news_md``, or the embedded
one (blank tokenizer, sentencizer, lookup lemmatizer), which needs no download and is the only one
of the other languages. Documents carry the analyzer's name and version, because lemmas of one mean
nothing to a model of another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import cached_property, partial
from importlib import util
from typing import TYPE_CHECKING

from pipeline.corpus.cleaning import clean
from pipeline.corpus.languages import Language, languages
from pipeline.corpus.languages.nl import LANGUAGE as DUTCH
from pipeline.errors import SettingsError
from pipeline.records import Document, Notice, Section

if TYPE_CHECKING:
    from spacy.language import Language as Pipeline

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
# `collect` refuses notices of more than a million characters; cleaning may lengthen a text
# a little (composed characters), so spaCy's own limit must lie above that.
LONGEST_TEXT = 2_000_000

# A trained pipeline is never made anew: it works in zones, after which spaCy forgets. It learns
# words anew in each, which costs as much as analysing a few batches.
BATCHES_PER_ZONE = 50

# spaCy knows words for ever; after so many the embedded pipeline is made anew, in half a second.
MOST_WORDS = 120_000

# Lemmas need these and nothing else: parsing and entity recognition are left out.
LEMMA_FACTORIES = {"tok2vec", "transformer", "trainable_lemmatizer", "lemmatizer"}
# A rule lemmatizer looks at parts of speech, so those must be assigned before it.
RULE_FACTORIES = LEMMA_FACTORIES | {"tagger", "morphologizer", "attribute_ruler"}


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
        self._remade = name == "embedded"
        self._zone = ExitStack()
        self._batches = 0
        self._others: dict[str, Pipeline] = {}
        if self._remade:
            # Importing spaCy takes more than a second, and a text is put together without it.
            from pipeline.corpus.embedded import embedded, embedded_name

            self._make: Callable[[], Pipeline] = partial(embedded, DUTCH)
            self.name = embedded_name()
        else:
            nlp = _trained(name)
            self._make, self.name = (
                (lambda: nlp),
                f"{nlp.lang}_{nlp.meta['name']}-{nlp.meta['version']}",
            )

    @cached_property
    def nlp(self) -> Pipeline:
        """The spaCy pipeline of Dutch, made when it is first used: that takes half a second."""
        nlp = self._make()
        nlp.max_length = LONGEST_TEXT
        return nlp

    def nlp_of(self, language: Language) -> Pipeline:
        """The spaCy pipeline of a language, made when it is first used."""
        if language.code == DUTCH.code:
            return self.nlp
        if language.code not in self._others:
            from pipeline.corpus.embedded import embedded

            self._others[language.code] = embedded(language)
            self._others[language.code].max_length = LONGEST_TEXT
        return self._others[language.code]

    def forget(self) -> None:
        """Let spaCy forget, now and then, the words it has seen, so that memory does not grow.

        To be called before each batch; documents of before it may be used no more.
        """
        for code in [x for x, nlp in self._others.items() if len(nlp.vocab) > MOST_WORDS]:
            del self._others[code]
        if not self._remade:
            if self._batches % BATCHES_PER_ZONE == 0:
                self.keep()
                self._zone.enter_context(self.nlp.memory_zone())
            self._batches += 1
        elif len(self.nlp.vocab) > MOST_WORDS:
            del self.nlp

    def keep(self) -> None:
        """Make documents from here on that may be kept."""
        self._zone.close()
        self._batches = 0

    def analyze(self, notices: Sequence[Notice]) -> Iterator[Document]:
        """Make one document per notice, in order.

        Text in an unknown language is tokenized as if it were Dutch, and not analysed.

        Args:
            notices: A batch; a trained pipeline is several times faster on batches than on
                single texts.
        """
        parts = [assemble(notice) for notice in notices]
        known = languages()
        found = [
            identify(text, notice.language)
            for (text, _), notice in zip(parts, notices, strict=True)
        ]
        docs = {
            code: self.nlp_of(known[code]).pipe(
                [text for (text, _), lang in zip(parts, found, strict=True) if lang == code]
            )
            for code in known.keys() & set(found)
        }
        for notice, (text, sections), language in zip(notices, parts, found, strict=True):
            yield Document(
                notice=notice,
                text=text,
                doc=next(docs[language]) if language in docs else self.nlp.make_doc(text),
                sections=sections,
                language=language,
                analyzer=self._name_of(language),
            )

    def _name_of(self, code: str | None) -> str:
        if code not in self._others:
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


def _trained(name: str) -> Pipeline:
    import spacy

    try:
        nlp = spacy.load(name, exclude=["ner"])
    except OSError:
        raise SettingsError(
            f"no spaCy pipeline {name!r}",
            hint="Install it, give a path, or use --analyzer embedded.",
        ) from None
    factories = {pipe: nlp.get_pipe_meta(pipe).factory for pipe in nlp.pipe_names}
    if nlp.lang != "nl" or not {"trainable_lemmatizer", "lemmatizer"} & set(factories.values()):
        raise SettingsError(
            f"{name} is a pipeline for {nlp.lang!r} with {nlp.pipe_names}; "
            "expected Dutch with a lemmatizer"
        )
    needed = RULE_FACTORIES if "lemmatizer" in factories.values() else LEMMA_FACTORIES
    for pipe, factory in factories.items():
        if factory not in needed:
            nlp.remove_pipe(pipe)
    nlp.add_pipe("sentencizer", first=True, config={"punct_chars": list(DUTCH.sentence_ends)})
    return nlp
