"""The codebook: the judgements, their labels, and the cues that point to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from pipeline.errors import CorpusError
from pipeline.records import Notice
from pipeline.store import Store, canonical, short_hash

# What a person who judges never sees, so that it changes no judgement.
CUES = "cues"

# Of the cues that stand beside the definitions; those of others stand in corpora/languages.
OWN_LANGUAGE = "nl"

# The question what is bought for; asked of any notice, beside the judgements of innovation.
MISSION = "mission"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """Words that point to a label.

    Attributes:
        pattern: Words that match a lemma or a form; ``a|b`` either, ``woord*`` a beginning,
            ``*woord`` an ending, ``..`` up to three words in between.
        names: Whether it is the label's own name rather than a description.
        unless: Words that, in the same sentence, show that something else is meant.
    """

    pattern: str
    names: bool = False
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One category of one judgement.

    Attributes:
        label_id: Used in code and files.
        judgement: ``degree``, ``aspect``, ``openness`` or ``forms``; ``mission`` of a mission.
        name: Dutch, as a reader sees it.
        definition: Dutch, as an annotator sees it.
        rank: Order within ``degree``; ``None`` elsewhere.
        fields: Notice field to the values that settle the label.
        doubted: Procedures with which such a field settles nothing unless a cue in the text says
            so too: buyers pick the wrong form.
        implies: Aspects that go with it where the degree is above ``none``.
        least_degree: The lowest degree a notice with this label can have; ``None`` where any.
        excludes: Labels that never go with it.
        words: Of a mission: single words in lower case that show it, with ``*`` for what may stand
            before or behind in a compound.
        title_words: The same, of words that show it in a title and not in a text.
        cpv: Beginnings of CPV codes that often go with a mission.
    """

    label_id: str
    judgement: str
    name: str
    definition: str
    rank: int | None = None
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    doubted: tuple[str, ...] = ()
    implies: tuple[str, ...] = ()
    least_degree: str | None = None
    excludes: tuple[str, ...] = ()
    cues: tuple[Cue, ...] = ()
    words: tuple[str, ...] = ()
    title_words: tuple[str, ...] = ()
    cpv: tuple[str, ...] = ()

    def settled_by(self, notice: Notice) -> tuple[str, str] | None:
        """Return the structured field and value that settle this label, if any.

        ``variants`` looks at the lots; the other fields at the notice.
        """
        for name, values in self.fields.items():
            holders = notice.lots if name == "variants" else (notice,)
            for holder in holders:
                if (value := getattr(holder, name)) in values:
                    return name, str(value)
        return None


# What one judgement or label is made of: ``label`` to its id, and a hash per part.
Parts = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Codebook:
    """All labels of one version: a contract between those who judge and every model.

    Attributes:
        judgements: Id to Dutch name.
        questions: Judgement id to the definition that an annotator sees.
        missions: Societal missions that any notice may serve, whether or not it asks for
            innovation; no part of the four judgements of ``labels``.
        translated: Per other language (ISO 639-1) its cues, by label id: forms only.
    """

    version: int
    judgements: Mapping[str, str]
    labels: tuple[Label, ...]
    questions: Mapping[str, str] = field(default_factory=dict)
    missions: tuple[Label, ...] = ()
    translated: Mapping[str, Mapping[str, tuple[Cue, ...]]] = field(default_factory=dict)

    @cached_property
    def parts(self) -> tuple[Parts, ...]:
        """What each judgement and label is made of, in the codebook's order.

        Dutch names are for readers of a report and are no part of it.
        """
        judged = (
            {"label": name, "definition": short_hash(self.questions.get(name, ""))}
            for name in self.judgements
        )
        return (*judged, *map(_parts, (*self.labels, *self.missions)))

    @cached_property
    def fingerprint(self) -> str:
        """16 hexadecimal characters for all that a model depends on, cues and order included."""
        return short_hash(canonical(self.parts))

    def cues_in(self, language: str) -> Iterator[tuple[str, Cue]]:
        """Return the cues in a language, each with its label; of an unknown language none."""
        own = {x.label_id: x.cues for x in self.labels}
        cues = own if language == OWN_LANGUAGE else self.translated.get(language, {})
        return ((label_id, cue) for label_id, some in cues.items() for cue in some)

    def fingerprint_in(self, language: str | None) -> str:
        """``fingerprint``, and that of a language's own cues: ``0123456789abcdef+fr-fedcba…``."""
        if language is None or language not in self.translated:
            return self.fingerprint
        cues = [[label_id, asdict(cue)] for label_id, cue in self.cues_in(language)]
        return f"{self.fingerprint}+{language}-{short_hash(canonical(cues))}"

    @cached_property
    def fingerprints(self) -> frozenset[str]:
        """``fingerprint_in`` every language."""
        return frozenset(map(self.fingerprint_in, [OWN_LANGUAGE, *self.translated]))

    @cached_property
    def whole(self) -> str:
        """16 hexadecimal characters for the codebook with the cues of all languages."""
        return short_hash(canonical(sorted(self.fingerprints)))

    @cached_property
    def meaning(self) -> str:
        """16 hexadecimal characters for what a person judges by: everything but the cues."""
        seen = [{name: x for name, x in one.items() if name != CUES} for one in self.parts]
        return short_hash(canonical(seen))

    def changes(self, before: Sequence[Parts]) -> tuple[str, ...]:
        """Say what changed since another codebook, such as ``sbir: cues changed``.

        Args:
            before: The other one's ``parts``.
        """
        return tuple(_changes({x["label"]: x for x in before}, {x["label"]: x for x in self.parts}))

    def require_same_meaning(self, version: int, meaning: str) -> None:
        """Refuse what was judged by other labels, definitions or fields; cues may differ.

        Raises:
            CorpusError: It was judged by another version, or by another meaning of this one.
        """
        # What was judged before fingerprints only lacks one; what was judged by another meaning
        # needs a version of its own.
        to, told = self.version, f"version {version}"
        if version == self.version and meaning == self.meaning:
            return
        if version == self.version:
            to += bool(meaning)
            told += f" with fingerprint {meaning or 'unknown'}"
            expected = f"{self.meaning}: labels, definitions or fields have changed"
        else:
            expected = f"{self.version}"
        raise CorpusError(
            f"judged by codebook {told}; expected {expected}",
            hint=f"Take the judgements over: `innovatiemonitor annotations migrate --to {to}`.",
        )

    def of(self, judgement: str) -> tuple[str, ...]:
        """Return the label ids of a judgement, or of ``mission``, in the codebook's order."""
        return self._ids.get(judgement, ())

    @cached_property
    def _ids(self) -> dict[str, tuple[str, ...]]:
        # Asked ten times of every notice.
        every = (*self.labels, *self.missions)
        kinds = dict.fromkeys(x.judgement for x in every)
        return {x: tuple(y.label_id for y in every if y.judgement == x) for x in kinds}

    def label(self, label_id: str) -> Label:
        """Look a label up.

        Raises:
            CorpusError: The codebook does not have it.
        """
        if label_id not in self._by_id:
            known = ", ".join(self._by_id)
            raise CorpusError(f"unknown label {label_id!r}; version {self.version} has {known}")
        return self._by_id[label_id]

    @cached_property
    def _by_id(self) -> dict[str, Label]:
        return {x.label_id: x for x in (*self.labels, *self.missions)}

    def contradiction(self, labels: Collection[str]) -> tuple[str, str] | None:
        """Return two labels of a judgement that do not go together; ``None`` where all do.

        A form may need a degree, aspects, or the absence of another form.
        """
        degree = next((x for x in self.degrees if x in labels), self.degrees[0])
        for label in map(self.label, labels):
            least = label.least_degree
            if least and self.degrees.index(degree) < self.degrees.index(least):
                return label.label_id, degree
            if other := next((x for x in label.excludes if x in labels), None):
                return label.label_id, other
            other = next((x for x in label.implies if x not in labels), None)
            if other and degree != self.degrees[0]:
                return label.label_id, other
        return None

    @property
    def degrees(self) -> tuple[str, ...]:
        """The degrees by rank, ``none`` first."""
        return self.of("degree")

    @property
    def forms(self) -> tuple[str, ...]:
        """The procurement forms."""
        return self.of("forms")


def load(store: Store) -> Codebook:
    """Read the codebook of a store.

    Raises:
        CorpusError: A member is missing or unknown, or an id is used twice.
    """
    table = store.codebook()
    try:
        book = Codebook(
            version=table["version"],
            judgements={x["id"]: x["name"] for x in table["judgement"]},
            questions={x["id"]: x.get("definition", "") for x in table["judgement"]},
            labels=tuple(_label(x) for x in table["label"]),
            missions=tuple(_label(x | {"judgement": MISSION}) for x in table.get("mission", ())),
            translated={
                code: {label_id: _cues(words["cue"]) for label_id, words in table.items()}
                for code, table in store.language_cues().items()
            },
        )
    except (KeyError, TypeError) as error:
        where = "codebook.toml or corpora/languages"
        raise CorpusError(f"{where}: missing or unknown member {error}") from None
    _check(book)
    return book


def _label(table: dict[str, Any]) -> Label:
    rest = dict(table)
    return Label(
        label_id=rest.pop("id"),
        fields={name: tuple(values) for name, values in rest.pop("fields", {}).items()},
        doubted=tuple(rest.pop("doubted", ())),
        implies=tuple(rest.pop("implies", ())),
        excludes=tuple(rest.pop("excludes", ())),
        words=tuple(rest.pop("words", ())),
        title_words=tuple(rest.pop("title_words", ())),
        cpv=tuple(rest.pop("cpv", ())),
        cues=_cues(rest.pop("cue", [])),
        **rest,
    )


def _cues(tables: Sequence[dict[str, Any]]) -> tuple[Cue, ...]:
    return tuple(Cue(**(cue | {"unless": tuple(cue.get("unless", ()))})) for cue in tables)


def _parts(label: Label) -> Parts:
    parts = {
        "definition": (label.judgement, label.rank, label.definition),
        "fields": [{name: list(values) for name, values in label.fields.items()}, label.doubted],
        "implies": [label.implies, label.least_degree, label.excludes],
        CUES: [*(asdict(cue) for cue in label.cues), *label.words, *label.title_words, *label.cpv],
    }
    hashes = {name: short_hash(canonical(part)) for name, part in parts.items()}
    return {"label": label.label_id, **hashes}


def _changes(before: Mapping[str, Parts], now: Mapping[str, Parts]) -> Iterator[str]:
    for name in [*before, *(x for x in now if x not in before)]:
        if name not in now:
            yield f"{name}: removed"
        elif name not in before:
            yield f"{name}: added"
        elif changed := [x for x, part in now[name].items() if part != before[name].get(x)]:
            yield f"{name}: {', '.join(changed)} changed"
    if [x for x in before if x in now] != [x for x in now if x in before]:
        yield "order of the labels changed"


def _check(book: Codebook) -> None:
    ids = [label.label_id for label in (*book.labels, *book.missions)]
    if twice := sorted({x for x in ids if ids.count(x) > 1}):
        raise CorpusError(f"labels defined twice: {', '.join(twice)}")
    if homeless := [x.label_id for x in book.labels if x.judgement not in book.judgements]:
        raise CorpusError(f"labels without a judgement: {', '.join(homeless)}")
    named = {x for label in book.labels for x in (*label.implies, *label.excludes)}
    named |= {label.least_degree for label in book.labels if label.least_degree}
    if unknown := sorted(named - set(ids)):
        raise CorpusError(f"labels that others name but nobody defines: {', '.join(unknown)}")
    for language, cues in book.translated.items():
        # What a text in another language says of degree nobody has measured.
        if other := sorted(set(cues) - set(book.forms)):
            raise CorpusError(f"languages/{language}.toml has cues of {other}; expected forms only")
    ranks = [book.label(x).rank for x in book.degrees]
    if ranks != list(range(len(ranks))):
        raise CorpusError(f"degrees must stand in order of rank 0, 1, ...; found {ranks}")
