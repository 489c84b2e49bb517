"""Cards: what a model is, its id, and what binds its figures to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING, Any

from pipeline import __version__
from pipeline.codebook import Codebook
from pipeline.learning.sealing import seal_of
from pipeline.records import Judgement, ModelCard
from pipeline.sourcecode import code_fingerprint, modules_behind
from pipeline.store import canonical, sha256

if TYPE_CHECKING:
    # A card is read by every command; what it takes to train is not.
    from pipeline.learning.sets import TrainingSet
    from pipeline.learning.train import Recipe

LIBRARIES = ("numpy", "scikit-learn", "scipy", "skops", "spacy", "spacy-lookups-data")

# Where the code of features and of learning stands; what it learned from has its own fingerprint.
LEARNING = (
    "pipeline.corpus.analyzer",
    "pipeline.corpus.cleaning",
    "pipeline.corpus.languages",
    "pipeline.features.",
    "pipeline.learning.",
)

# A member of each set of figures: the identity of the model that was measured.
OF_MODEL = "of_model"

WRITTEN_ONLY = "Trained on notices that were written for this project, not on published ones."
CAVEATS = (
    "Probabilities are calibrated for the mix of the training notices, of which almost half are "
    "innovation-oriented; among published notices a few per cent are. Shares must be estimated "
    "with a random draw of judged notices, never by counting labels.",
    "Both readings of the authored notices were made in the same manner; their agreement is an "
    "upper bound of what independent experts would reach.",
    "Forms that are described without their name are often missed.",
    "Not for decisions about a single buyer, supplier or procedure.",
)


def card(
    learned: TrainingSet, recipe: Recipe, codebook: Codebook, *, analyzer: str, created: str
) -> ModelCard:
    """Describe a model; metrics and files are added later.

    Args:
        analyzer: Name and version the documents carry.
        created: Date, ISO 8601; no part of the id.
    """
    unnamed = ModelCard(
        model_id="",
        recipe=asdict(recipe),
        analyzer=analyzer,
        codebook_version=codebook.version,
        codebook_fingerprint=codebook.fingerprint,
        codebook_parts=codebook.parts,
        created=created,
        training=_training(learned),
        metrics={},
        thresholds=recipe.thresholds_of(codebook),
        files={},
        versions={"innovatiemonitor": __version__, "code": learning_code()}
        | {name: metadata.version(name) for name in LIBRARIES},
        caveats=tuple(_caveats(learned)),
    )
    return replace(unnamed, model_id=id_of(unnamed))


@cache
def learning_code() -> str:
    """Return 16 hexadecimal characters for the code that makes features and learns from them."""
    return code_fingerprint(modules_of_learning())[:16]


def modules_of_learning() -> set[str]:
    """Return the modules that put together what is learned from, make features, and learn."""
    roots = ("pipeline.learning.examples", "pipeline.learning.train")
    return set().union(*(modules_behind(root, within=LEARNING) for root in roots))


def id_of(card: ModelCard) -> str:
    """Return the id that follows from what a model was made of: the same on any machine."""
    made_of = [
        card.recipe,
        card.thresholds,
        card.training["data"],
        card.codebook_fingerprint,
        card.analyzer,
        card.versions,
    ]
    return f"m-{sha256(canonical(made_of).encode())[:8]}"


def identity(card: ModelCard) -> str:
    """Return the SHA-256 of a model as it was trained: its card without its figures."""
    return seal_of(asdict(replace(card, metrics={})))


def measured(card: ModelCard, sets: Mapping[str, Mapping[str, Any]]) -> ModelCard:
    """Add figures to a card, bound to this very model.

    Sets that were not measured this time keep their figures: the model is the same.
    """
    bound = {name: {**figures, OF_MODEL: identity(card)} for name, figures in sets.items()}
    return replace(card, metrics={**card.metrics, **bound})


def _training(learned: TrainingSet) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "data": learned.data_fingerprint,
        "fingerprint": learned.fingerprint,
        "notices": len(learned.judgements),
        **_counts(learned.judgements),
    }
    if learned.added.annotations:
        facts["added"] = {
            "files": list(learned.added.files),
            "annotators": dict(sorted(Counter(_annotators(learned)).items())),
            "judgements": len(learned.added.annotations),
            "unsure": sum(one.unsure for one in learned.added.annotations),
        }
    if learned.silver.examples:
        facts["silver"] = {
            "fingerprint": learned.silver.fingerprint,
            "notices": len(learned.silver.examples),
            "suggestions": len(learned.silver.judgements),
        }
    return facts


def _annotators(learned: TrainingSet) -> list[str]:
    return [one.annotator for one in learned.added.annotations]


def _caveats(learned: TrainingSet) -> Iterator[str]:
    added = len(learned.added.annotations)
    if not added and not learned.silver.examples:
        yield WRITTEN_ONLY
    if added:
        yield (
            f"{added} of its training judgements were added to those of the notices written for "
            f"this project, from {', '.join(learned.added.files)}."
        )
    if silver := len(learned.silver.examples):
        yield f"It also learned, with less weight, from fields and cues of {silver} notices."
    yield from CAVEATS


def _counts(judgements: Sequence[Judgement]) -> dict[str, dict[str, int]]:
    return {
        "degree": dict(sorted(Counter(x.degree for x in judgements).items())),
        "forms": dict(sorted(Counter(f for x in judgements for f in x.forms).items())),
    }
