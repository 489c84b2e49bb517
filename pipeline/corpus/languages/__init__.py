"""How notices are written in a language: one module per language, its words and their order.

A module of this folder that ends in ``LANGUAGE = Language(...)`` is a language; nothing else needs
to know of it. How far a negation or a past tense reaches is worked out for all of them alike, in
``pipeline/features``; which words tell of it is said here. There is no parser: words are compared
as they are written, in lower case.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

WordSet = frozenset[str]


def word_set(text: str) -> WordSet:
    """Return the words of a text as a set."""
    return frozenset(text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Clauses:
    """The small words by which the clause around a cue is found.

    Attributes:
        borders: End a clause wherever they stand.
        conjunctions: Begin a clause after a comma.
        joining: Begin one where a finite verb follows at once.
        relatives: Begin one where a verb is still to come.
        asides: Open an aside between commas, after which the clause goes on.
        finite: Finite verbs.
        demonstratives: With them a cue is the notice's own.
        definite: Articles and what stands for them, demonstratives included.
        indefinite: Articles, a negating one included.
        places: What is said "in" or "during" a form is not said of the form.
        prepositions: All, places included.
        allowing: A verb of allowing, choosing, asking or taking place, whole; denied, it denies
            its subject.
    """

    borders: WordSet
    conjunctions: WordSet
    joining: WordSet
    relatives: WordSet
    asides: WordSet
    finite: WordSet
    demonstratives: WordSet
    definite: WordSet
    indefinite: WordSet
    places: WordSet
    prepositions: WordSet
    allowing: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Negation:
    """What denies a cue.

    Attributes:
        prefixes: Of a word that denies itself, such as ``non-``.
        words: Of all kinds that stand before what they deny.
        adverbs: Of these, those that stand before what they deny, or near its verb.
        always: Of these, those that reach over whatever stands in between.
        determiners: Of these, those that may deny with a noun behind the cue.
        denied_places: What is denied with a cue ("no room for variants").
        parts: Of these, those that deny a part of something, and not the thing itself.
        no_denial: Per word what follows where it denies nothing ("not only").
        excluding: Say behind the cue that it is out.
        undoing: Within two words before these, undo them ("not excluded").
        elsewhere: What is dropped or left to others, behind the cue and in a later clause too.
        away: What is done instead of the cue; stands within six words before it.
        throughout: Denies all of a clause.
    """

    prefixes: tuple[str, ...]
    words: WordSet
    adverbs: WordSet
    always: WordSet
    determiners: WordSet
    denied_places: WordSet
    parts: WordSet
    no_denial: Mapping[str, WordSet]
    excluding: WordSet
    undoing: WordSet
    elsewhere: re.Pattern[str]
    away: re.Pattern[str]
    throughout: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What says that a cue lies behind the notice.

    Attributes:
        tense: Finite verbs in the past tense.
        perfect: Auxiliaries of the perfect.
        participle: A participle, whole.
        done: A participle of what was carried out, whole.
        done_at_once: Whether such a participle right behind the cue needs no auxiliary.
        future: Verbs of what is still to come.
        announcing: Of these, those that leave no doubt.
        not_yet: What was not done yet, or is a condition.
        long_ago: Tell the past by themselves.
        earlier: An earlier one, whole; stands near before the cue.
        beforehand: The same, anywhere in the clause.
        said_after: "Of last year", "was held", at the beginning of what follows.
        of_year: "Of 2019", at the beginning of what follows; group 1 is the year.
        out_of: Prepositions; with a verb of ``told`` behind the cue "it appeared from".
        told: See ``out_of``.
        following: What comes from the cue; ends where the cue begins.
        after: "After completion of"; ends where the cue begins.
        deciding: Words of a decision: what follows a cue is then still to come.
    """

    tense: WordSet
    perfect: WordSet
    participle: re.Pattern[str]
    done: re.Pattern[str]
    done_at_once: bool
    future: WordSet
    announcing: WordSet
    not_yet: WordSet
    long_ago: WordSet
    earlier: re.Pattern[str]
    beforehand: WordSet
    said_after: re.Pattern[str]
    of_year: re.Pattern[str]
    out_of: WordSet
    told: WordSet
    following: re.Pattern[str]
    after: re.Pattern[str]
    deciding: WordSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """What makes a cue a part of somebody's name.

    Attributes:
        named: What has a name: departments, buildings, firms, events.
        programmes: The same, but these may be what the notice carries out.
        heads: Of a compound that is the form itself; at its beginning.
        company: Legal forms of firms.
        titles: Before quotation marks that hold a title, and no name.
        at: Prepositions before the name of a place or firm.
        fillers: Words that an abbreviation passes over, with what parts them from the next; a
            pattern.
    """

    named: WordSet
    programmes: WordSet
    heads: re.Pattern[str]
    company: WordSet
    titles: WordSet
    at: WordSet
    fillers: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language in which notices are written.

    Attributes:
        code: ISO 639-1; the name of its module.
        in_dutch: As the report calls it.
        near: ISO 639 codes of what the identifier takes it for.
        function_words: Tell the writer's style, not what is bought; no negations.
        sentence_ends: Tokens that end a sentence.
        cue_negations: A cue that has one of them is not denied by another.
        cue_borders: No gap in a cue crosses them.
    """

    code: str
    in_dutch: str
    near: WordSet
    function_words: WordSet
    sentence_ends: tuple[str, ...]
    cue_negations: WordSet
    cue_borders: WordSet
    clauses: Clauses
    negation: Negation
    past: Past
    naming: Naming


@cache
def languages() -> Mapping[str, Language]:
    """Every language by its code: all modules of this folder that end in ``LANGUAGE``."""
    folder = Path(__file__).parent
    names = sorted(x.stem for x in folder.glob("[a-z]*.py") if "\nLANGUAGE = " in x.read_text())
    return {name: importlib.import_module(f"{__name__}.{name}").LANGUAGE for name in names}
