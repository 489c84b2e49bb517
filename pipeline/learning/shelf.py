"""The shelf of models: save and load.

Models are stored with skops and loaded with the types named here and no others; a pickle is
never opened. The card is sealed and holds the SHA-256 of each file, its id follows from what it
says, and its figures name the model they were measured on: whatever was edited, renamed or
copied from another model is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, is_zipfile

from pipeline.codebook import Codebook
from pipeline.corpus import annotations as judging
from pipeline.errors import ModelMismatch, UntrustedModel
from pipeline.learning import weak
from pipeline.learning.card import OF_MODEL, id_of, identity
from pipeline.learning.describe import describe
from pipeline.learning.promotions import champion
from pipeline.learning.sealing import sealed, unsealed
from pipeline.prepared import prepared, source_of
from pipeline.records import ModelCard
from pipeline.store import Store, sha256, to_json

if TYPE_CHECKING:
    from pipeline.learning.judge import Judge
    from pipeline.learning.scorer import Scorer
    from pipeline.learning.sets import TrainingSet

MODEL = "model.skops"

# What a model learned beside the corpus: it is kept, so that it can be measured on it.
ADDED, SILVER = "added.csv", "silver.csv"

# All that a judge is made of, beyond what skops itself trusts.
TRUSTED = [
    "pipeline.features.names.NameScope",
    "pipeline.features.passages.PassageScores",
    "pipeline.features.structured.CpvCodes",
    "pipeline.features.structured.CueCounts",
    "pipeline.features.structured.MissionWords",
    "pipeline.features.structured.StructuredFields",
    "pipeline.features.terms.HashedTerms",
    "pipeline.features.text.LemmaText",
    "pipeline.features.text.TitleText",
    "pipeline.features.text.WrittenText",
    "pipeline.learning.heads.Heads",
    "pipeline.learning.judge.Judge",
]


def save(store: Store, judge: Judge, card: ModelCard, learned: TrainingSet) -> ModelCard:
    """Put a model on the shelf, with what it learned beside the corpus.

    Returns:
        The card, with the fingerprints of the model's files.
    """
    import skops.io

    files = {MODEL: skops.io.dumps(judge, compression=ZIP_DEFLATED)}
    if learned.added.annotations:
        files[ADDED] = judging.write(learned.added.annotations).encode()
    if learned.silver.judgements:
        files[SILVER] = weak.write(learned.silver.judgements).encode()
    complete = replace(card, files={name: sha256(body) for name, body in files.items()})
    with store.exclusive("models"):
        # Two runs that train the same model at once differ in bytes; the first one stays whole.
        if store.has_model(card.model_id):
            return read_card(card.model_id, store.model_files(card.model_id))
        store.write_model(card.model_id, files | written(complete))
    return complete


def written(card: ModelCard) -> dict[str, bytes]:
    """Write a card for the program and for people."""
    return {
        "card.json": to_json(sealed(asdict(card))),
        "card.md": describe(card).encode(),
    }


def read_card(model_id: str, files: Mapping[str, bytes]) -> ModelCard:
    """Read a model's card and hold it against its seal, its folder and its files.

    Args:
        model_id: Of the folder.
        files: By name, as the store gives them.

    Raises:
        ModelMismatch: It is a card of an earlier version of the program.
        UntrustedModel: The card was edited, renamed or copied; or a file is missing, changed,
            or of a kind that is never loaded.
    """
    name = f"{model_id}/card.json"
    try:
        table = dict(json.loads(files["card.json"]))
    except (ValueError, TypeError, RecursionError) as error:
        raise UntrustedModel(
            f"{name} is not an object in JSON: {error}", hint="Restore it from version control."
        ) from None
    values = unsealed(table, name=name)
    try:
        card = ModelCard(
            **values | {name: tuple(values[name]) for name in ("caveats", "codebook_parts")}
        )
    except (TypeError, KeyError) as error:
        raise ModelMismatch(
            f"{model_id} has a card that this version does not know: {error}",
            hint="Train it again.",
        ) from None
    _require_own(model_id, card)
    _require_files(card, files)
    return card


def _require_own(model_id: str, card: ModelCard) -> None:
    if not model_id == card.model_id == id_of(card):
        raise UntrustedModel(
            f"{model_id} holds the card of {card.model_id!r}; of what the card says, it is "
            f"{id_of(card)}"
        )
    foreign = [x for x, told in card.metrics.items() if told.get(OF_MODEL) != identity(card)]
    if foreign:
        raise UntrustedModel(
            f"{model_id}: its figures on {', '.join(foreign)} were measured on another model",
            hint="Measure it: `innovatiemonitor evaluate`.",
        )


def _require_files(card: ModelCard, files: Mapping[str, bytes]) -> None:
    for name, fingerprint in card.files.items():
        if name not in files or sha256(files[name]) != fingerprint:
            raise UntrustedModel(
                f"{card.model_id}/{name} is not the file its card describes",
                hint="Restore it from version control, or train again.",
            )
    if MODEL not in card.files or not set(card.files) <= {MODEL, ADDED, SILVER}:
        raise UntrustedModel(
            f"{card.model_id} names {sorted(card.files)}; only {MODEL} is ever loaded"
        )


def load(store: Store, model_id: str | None = None) -> tuple[Judge, ModelCard]:
    """Take a model from the shelf.

    Args:
        model_id: Without one, the promoted model.

    Raises:
        ModelNotFound: There is no such model.
        UntrustedModel: Its files were changed, hold types that are not ours, or are not those
            that were promoted.
    """
    name, files, card = _verified(store, model_id)
    return _judge(name, files[MODEL]), card


def load_scorer(
    store: Store, model_id: str | None = None, *, codebook: Codebook
) -> tuple[Scorer, ModelCard]:
    """Take a model from the shelf to judge with; it is as much as ``load`` and ten times faster.

    Args:
        model_id: Without one, the promoted model.

    Raises:
        ModelNotFound: There is no such model.
        ModelMismatch: It was made for another codebook.
        UntrustedModel: See ``load``.
    """
    from pipeline.learning.packing import packed, unpacked

    name, files, card = _verified(store, model_id)
    # First: a model of another codebook may be made of what this version does not know.
    require_fit(card, analyzer=card.analyzer, codebook=codebook)
    here = Path(__file__).parent
    made_from = (card.files[MODEL], source_of(here, here.parent / "features"))
    arrays = prepared("scorer", made_from, lambda: packed(_judge(name, files[MODEL]).scorer()))
    return unpacked(arrays), card


def _verified(store: Store, model_id: str | None) -> tuple[str, Mapping[str, bytes], ModelCard]:
    promoted = champion(store) if model_id is None else None
    name = promoted.model_id if promoted else str(model_id)
    files = store.model_files(name)
    card = read_card(name, files)
    if promoted and promoted.card != identity(card):
        raise UntrustedModel(
            f"{name} is not the model that was promoted on {promoted.on}",
            hint="Restore it from version control, or promote it again.",
        )
    return name, files, card


def _judge(name: str, body: bytes) -> Judge:
    # Imported here: who has the scorer needs neither skops nor scikit-learn.
    import skops.io

    from pipeline.learning.judge import Judge

    if not is_zipfile(BytesIO(body)):
        raise UntrustedModel(f"{name}/{MODEL} is not a skops file")
    try:
        foreign = sorted(set(skops.io.get_untrusted_types(data=body)) - set(TRUSTED))
        if foreign:
            raise UntrustedModel(f"{name} holds {', '.join(foreign)}, which is never loaded")
        judge = skops.io.loads(body, trusted=TRUSTED)
    except UntrustedModel:
        raise
    except Exception as error:
        # A damaged schema fails in whatever way skops happens to stumble over it.
        raise UntrustedModel(
            f"{name}/{MODEL} cannot be read: {type(error).__name__}: {error}",
            hint="Restore it from version control, or train again.",
        ) from None
    if not isinstance(judge, Judge):
        raise UntrustedModel(f"{name}/{MODEL} holds a {type(judge).__name__}, not a judge")
    return judge


def learned_beside(store: Store, card: ModelCard, name: str) -> str | None:
    """Return what a model learned beside the corpus: ``ADDED`` or ``SILVER``, as CSV."""
    return store.model_files(card.model_id)[name].decode() if name in card.files else None


def require_fit(card: ModelCard, *, analyzer: str, codebook: Codebook) -> None:
    """Refuse a model that was made for other documents or another codebook.

    Raises:
        ModelMismatch: The analyzer or the codebook differs; it says what changed.
    """
    if card.analyzer != analyzer:
        raise ModelMismatch(
            f"model {card.model_id} was made for analyzer {card.analyzer}; this is {analyzer}",
            hint="Retrain: `innovatiemonitor train --analyzer NAME`, then promote.",
        )
    ours = (card.codebook_version, card.codebook_fingerprint)
    here = (codebook.version, codebook.fingerprint)
    if ours != here:
        changed = "; ".join(codebook.changes(card.codebook_parts)) or "only its version"
        raise ModelMismatch(
            f"model {card.model_id} was made for codebook version {ours[0]} ({ours[1]}); this is "
            f"version {here[0]} ({here[1]}). Changed: {changed}",
            hint="Retrain: `innovatiemonitor train`, `evaluate`, `promote`.",
        )
