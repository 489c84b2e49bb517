"""The codebook: the judgements, their labels, and the cues that point to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import CorpusError
from pipeline.records import Notice
from pipeline.store import Store


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
        judgement: ``degree``, ``aspect``, ``openness`` or ``forms``.
        name: Dutch, as a reader sees it.
        definition: Dutch, as an annotator sees it.
        rank: Order within ``degree``; ``None`` elsewhere.
        fields: Notice field to the values that settle the label.
        implies: Aspects that go with it where the degree is above ``none``.
    """

    label_id: str
    judgement: str
    name: str
    definition: str
    rank: int | None = None
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    implies: tuple[str, ...] = ()
    cues: tuple[Cue, ...] = ()

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Codebook:
    """All labels of one version."""

    version: int
    judgements: Mapping[str, str]
    labels: tuple[Label, ...]

    def of(self, judgement: str) -> tuple[str, ...]:
        """Return the label ids of a judgement, in the codebook's order."""
        return tuple(x.label_id for x in self.labels if x.judgement == judgement)

    def label(self, label_id: str) -> Label:
        """Look a label up.

        Raises:
            CorpusError: The codebook does not have it.
        """
        for label in self.labels:
            if label.label_id == label_id:
                return label
        known = ", ".join(x.label_id for x in self.labels)
        raise CorpusError(f"unknown label {label_id!r}; version {self.version} has {known}")

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
            labels=tuple(_label(x) for x in table["label"]),
        )
    except (KeyError, TypeError) as error:
        raise CorpusError(
            f"{store.codebook_path.name}: missing or unknown member {error}"
        ) from None
    _check(book)
    return book


def _label(table: dict[str, Any]) -> Label:
    rest = dict(table)
    return Label(
        label_id=rest.pop("id"),
        fields={name: tuple(values) for name, values in rest.pop("fields", {}).items()},
        implies=tuple(rest.pop("implies", ())),
        cues=tuple(
            Cue(**(cue | {"unless": tuple(cue.get("unless", ()))})) for cue in rest.pop("cue", [])
        ),
        **rest,
    )


def _check(book: Codebook) -> None:
    ids = [label.label_id for label in book.labels]
    twice = sorted({x for x in ids if ids.count(x) > 1})
    if twice:
        raise CorpusError(f"labels defined twice: {', '.join(twice)}")
    homeless = [x.label_id for x in book.labels if x.judgement not in book.judgements]
    if homeless:
        raise CorpusError(f"labels without a judgement: {', '.join(homeless)}")
    ranks = [book.label(x).rank for x in book.degrees]
    if ranks != list(range(len(ranks))):
        raise CorpusError(f"degrees must stand in order of rank 0, 1, ...; found {ranks}")
