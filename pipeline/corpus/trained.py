"""A trained pipeline of spaCy, of which only the lemmas are asked."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np
import spacy
from spacy.attrs import IDX, LEMMA, LENGTH, ORTH, SENT_START
from spacy.language import Language as Pipeline
from spacy.tokens import Doc

from pipeline.corpus.languages import Language
from pipeline.corpus.written import bounded, rows_apart
from pipeline.errors import SettingsError
from pipeline.records import Lexicon, Tokens

# `collect` refuses notices of more than a million characters; cleaning may lengthen a text
# a little (composed characters), so spaCy's own limit must lie above that.
LONGEST_TEXT = 2_000_000

# A trained pipeline is never made anew: it works in zones, after which spaCy forgets. It learns
# words anew in each, which costs as much as analysing a few batches.
BATCHES_PER_ZONE = 50
MOST_TOKENS = 200_000

# Lemmas need these and nothing else: parsing and entity recognition are left out.
LEMMA_FACTORIES = {"tok2vec", "transformer", "trainable_lemmatizer", "lemmatizer"}
# A rule lemmatizer looks at parts of speech, so those must be assigned before it.
RULE_FACTORIES = LEMMA_FACTORIES | {"tagger", "morphologizer", "attribute_ruler"}


class Trained:
    """A pipeline such as ``nl_core_news_md``.

    Args:
        name: Of the package, or its path.
        language: In which it must be.

    Attributes:
        name: What documents carry, with the pipeline's version.

    Raises:
        SettingsError: There is no such pipeline, or it is not Dutch or has no lemmatizer.
    """

    def __init__(self, name: str, language: Language) -> None:
        self.nlp = _loaded(name, language)
        self.name = f"{self.nlp.lang}_{self.nlp.meta['name']}-{self.nlp.meta['version']}"
        self._lexicon = Lexicon()
        self._zone = ExitStack()
        self._batches = 0

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Cut texts into tokens, with sentences and lemmas.

        Args:
            texts: A batch; it takes a fraction of the time of its texts one by one.
        """
        if self._batches % BATCHES_PER_ZONE == 0:
            self._zone.close()
            self._zone.enter_context(self.nlp.memory_zone())
        self._batches += 1
        if len(self._lexicon) > MOST_TOKENS:
            self._lexicon = Lexicon()
        return [tokens_of(doc, self._lexicon) for doc in self.nlp.pipe(texts)]


def tokens_of(doc: Doc, lexicon: Lexicon) -> Tokens:
    """Take the tokens of a document of spaCy, which may then be forgotten."""
    strings = doc.vocab.strings
    # spaCy's stubs say that these are floats; they are unsigned numbers of 64 bits.
    found: Any = doc.to_array([ORTH, LEMMA, IDX, LENGTH, SENT_START])
    pairs = list(map(tuple, found[:, :2].tolist()))
    numbers = {
        (form, lemma): lexicon.number(strings[form], strings[lemma] if lemma else "")
        for form, lemma in set(pairs)
    }
    starts = found[:, 2].astype(np.int64)
    sentences = np.flatnonzero(found[:, 4] == 1)
    later = sentences[sentences > 0]
    return Tokens(
        lexicon=lexicon,
        numbers=np.array([numbers[x] for x in pairs], dtype=np.int32),
        starts=starts,
        ends=starts + found[:, 3].astype(np.int64),
        sentences=bounded(np.array([*([0] if len(doc) else []), *later, len(doc)], dtype=np.int64)),
        apart=rows_apart(doc.text, [x.text for x in doc]),
    )


def _loaded(name: str, language: Language) -> Pipeline:
    try:
        nlp = spacy.load(name, exclude=["ner"])
    except OSError:
        raise SettingsError(
            f"no spaCy pipeline {name!r}",
            hint="Install it, give a path, or use --analyzer embedded.",
        ) from None
    factories = {pipe: nlp.get_pipe_meta(pipe).factory for pipe in nlp.pipe_names}
    if nlp.lang != language.code or not {"trainable_lemmatizer", "lemmatizer"} & set(
        factories.values()
    ):
        raise SettingsError(
            f"{name} is a pipeline for {nlp.lang!r} with {nlp.pipe_names}; "
            "expected Dutch with a lemmatizer"
        )
    needed = RULE_FACTORIES if "lemmatizer" in factories.values() else LEMMA_FACTORIES
    for pipe, factory in factories.items():
        if factory not in needed:
            nlp.remove_pipe(pipe)
    nlp.add_pipe("sentencizer", first=True, config={"punct_chars": list(language.sentence_ends)})
    nlp.max_length = LONGEST_TEXT
    return nlp
