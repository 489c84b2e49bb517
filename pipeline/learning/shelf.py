"""The shelf of models: save, load, promote.

Models are stored with skops and loaded with the types named here and no others; a pickle is
never opened. The card holds the SHA-256 of each file, so a changed file is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, is_zipfile

import skops.io

from pipeline.errors import ModelMismatch, UntrustedModel
from pipeline.learning.judge import Judge
from pipeline.records import ModelCard
from pipeline.store import Store, sha256, to_json

MODEL = "model.skops"

# All that a judge is made of, beyond what skops itself trusts.
TRUSTED = [
    "pipeline.features.passages.PassageScores",
    "pipeline.features.structured.CueCounts",
    "pipeline.features.structured.StructuredFields",
    "pipeline.features.text.LemmaText",
    "pipeline.features.text.TermWeights",
    "pipeline.learning.heads.Heads",
    "pipeline.learning.judge.Judge",
]


def save(store: Store, judge: Judge, card: ModelCard) -> ModelCard:
    """Put a model on the shelf.

    Returns:
        The card, with the fingerprint of the model's file.
    """
    body = skops.io.dumps(judge, compression=ZIP_DEFLATED)
    complete = replace(card, files={MODEL: sha256(body)})
    store.write_model(
        card.model_id,
        {
            MODEL: body,
            "card.json": to_json(asdict(complete)),
            "card.md": describe(complete).encode(),
        },
    )
    return complete


def read_card(files: dict[str, bytes]) -> ModelCard:
    """Read a model's card and hold its fingerprints against the files.

    Args:
        files: By name, as the store gives them.

    Raises:
        UntrustedModel: A file is missing, changed, or of a kind that is never loaded.
    """
    values = json.loads(files["card.json"])
    card = ModelCard(**(values | {"caveats": tuple(values["caveats"])}))
    for name, fingerprint in card.files.items():
        if name not in files or sha256(files[name]) != fingerprint:
            raise UntrustedModel(
                f"{card.model_id}/{name} is not the file its card describes",
                hint="Restore it from version control, or train again.",
            )
    if set(card.files) != {MODEL}:
        raise UntrustedModel(
            f"{card.model_id} names {sorted(card.files)}; only {MODEL} is ever loaded"
        )
    return card


def load(store: Store, model_id: str | None = None) -> tuple[Judge, ModelCard]:
    """Take a model from the shelf.

    Args:
        model_id: Without one, the promoted model.

    Raises:
        ModelNotFound: There is no such model.
        UntrustedModel: Its files were changed, or hold types that are not ours.
    """
    files = store.model_files(model_id or store.champion())
    card = read_card(files)
    if not is_zipfile(BytesIO(files[MODEL])):
        raise UntrustedModel(f"{card.model_id}/{MODEL} is not a skops file")
    foreign = sorted(set(skops.io.get_untrusted_types(data=files[MODEL])) - set(TRUSTED))
    if foreign:
        raise UntrustedModel(f"{card.model_id} holds {', '.join(foreign)}, which is never loaded")
    return skops.io.loads(files[MODEL], trusted=TRUSTED), card


def require_fit(card: ModelCard, *, analyzer: str, codebook_version: int) -> None:
    """Refuse a model that was made for other documents or other labels.

    Raises:
        ModelMismatch: The analyzer or the codebook differs.
    """
    for what, of_model, here in (
        ("analyzer", card.analyzer, analyzer),
        ("codebook version", str(card.codebook_version), str(codebook_version)),
    ):
        if of_model != here:
            raise ModelMismatch(
                f"model {card.model_id} was made for {what} {of_model}; this is {here}",
                hint="Retrain: `innovatiemonitor train --analyzer NAME`, then promote.",
            )


def describe(card: ModelCard) -> str:
    """Write the card for people, as Markdown."""
    training = card.training
    lines = [
        f"# Model {card.model_id}",
        "",
        f"Made on {card.created} for codebook version {card.codebook_version} and the documents "
        f"of analyzer `{card.analyzer}`.",
        "",
        "## What it was trained on",
        "",
        f"{training['notices']} judged notices (fingerprint `{training['fingerprint']}`).",
        "",
        *_table("degree", training["degree"]),
        *_table("form", training["forms"]),
        *_figures(card.metrics),
        "## What it must not be used for",
        "",
        *(f"- {caveat}" for caveat in card.caveats),
        "",
        "## Made with",
        "",
        *(f"- {name} {version}" for name, version in sorted(card.versions.items())),
        f"- recipe `{card.recipe}`",
    ]
    return "\n".join(lines) + "\n"


# What a reader asks first, as paths into the metrics; evaluation.html has the rest.
HEADLINES = {
    "innovation-oriented, precision": ("innovation_oriented", "precision"),
    "innovation-oriented, recall": ("innovation_oriented", "recall"),
    "innovation-oriented, F1": ("innovation_oriented", "f1"),
    "degree, macro-F1": ("degree", "macro_f1"),
    "degree, quadratic kappa": ("degree", "kappa"),
    "forms, micro-F1": ("forms", "micro_f1"),
    "forms, macro-F1": ("forms", "macro_f1"),
    "calibration error, innovation-oriented": ("calibration", "innovation_oriented", "ece"),
    "false alarms per 1,000 notices": ("false_alarms", "per_1000"),
}


def _figures(metrics: Mapping[str, Any]) -> list[str]:
    if not metrics:
        return ["## How good it is", "", "Not measured yet: `innovatiemonitor evaluate`.", ""]
    lines = ["## How good it is", ""]
    for name, told in sorted(metrics.items()):
        lines += [f"### {name}", ""]
        if "right" in told:
            right, count = told["right"]["value"], told["notices"]
            lines += [f"{right:.1%} of {count} passages judged right.", ""]
            continue
        lines += ["| figure | value | 95% interval |", "|---|---:|---|"]
        for title, path in HEADLINES.items():
            found: Any = told
            for step in path:
                found = found.get(step, {})
            if found.get("value") is not None:
                interval = f"{found['low']:.3f} to {found['high']:.3f}"
                lines.append(f"| {title} | {found['value']:.3f} | {interval} |")
        lines.append("")
    return lines


def _table(name: str, counts: Mapping[str, int]) -> list[str]:
    lines = [f"| {name} | notices |", "|---|---:|"]
    return [*lines, *(f"| {key} | {value} |" for key, value in counts.items()), ""]
