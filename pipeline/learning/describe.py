"""Cards as people read them: Markdown beside the JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.records import INNOVATION, ModelCard

# What a reader asks first, as paths into the metrics; evaluation.html has the rest.
HEADLINES = {
    "innovation-oriented, precision": ("innovation_oriented", "precision"),
    "innovation-oriented, recall": ("innovation_oriented", "recall"),
    "innovation-oriented, F1": ("innovation_oriented", "f1"),
    "degree, macro-F1": ("degree", "macro_f1"),
    "degree, quadratic kappa": ("degree", "kappa"),
    "forms, micro-F1": ("forms", "micro_f1"),
    "forms, macro-F1": ("forms", "macro_f1"),
    "missions, macro-F1": ("missions", "macro_f1"),
    "missions, micro-F1": ("missions", "micro_f1"),
    "calibration error, innovation-oriented": ("calibration", "innovation_oriented", "ece"),
    "false alarms per 1,000 notices": ("false_alarms", "per_1000"),
}


def describe(card: ModelCard) -> str:
    """Write the card for people, as Markdown."""
    training = card.training
    lines = [
        f"# Model {card.model_id}",
        "",
        f"Made on {card.created} for codebook version {card.codebook_version} (fingerprint "
        f"`{card.codebook_fingerprint}`) and the documents of analyzer `{card.analyzer}`.",
        "",
        "## What it was trained on",
        "",
        f"{training['notices']} judged notices (fingerprint `{training['fingerprint']}`).",
        "",
        *_added(training),
        *_table("degree", training["degree"]),
        *_table("form", training["forms"]),
        *_figures(card.metrics),
        "## What it must not be used for",
        "",
        *(f"- {caveat}" for caveat in (*card.caveats, *caveats_of_measuring(card.metrics))),
        "",
        "## Made with",
        "",
        *(f"- {name} {version}" for name, version in sorted(card.versions.items())),
        *(f"- {name}: `{value}`" for name, value in sorted(card.recipe.items())),
    ]
    return "\n".join(lines) + "\n"


def caveats_of_measuring(metrics: Mapping[str, Any]) -> Iterator[str]:
    """Say what the figures on published notices are worth; nothing where there are none."""
    if "real" not in metrics:
        return
    real, told = metrics["real"], metrics["real"][INNOVATION]
    yield (
        f"Of the {real['notices']} published notices it was held against, {told['true']} are "
        "innovation-oriented, most of them doubtful cases. They tell how often the model raises a "
        "false alarm, and next to nothing about what it misses; its recall on them is "
        f"{told['recall']['value'] or 0:.2f}."
    )
    yield (
        "The published notices were looked at during development and the threshold for listing "
        "was set with them in view, so their figures are no independent test."
    )


def _added(training: Mapping[str, Any]) -> Iterator[str]:
    if added := training.get("added"):
        people = ", ".join(f"{name} {count}" for name, count in added["annotators"].items())
        yield (
            f"Of these, {added['judgements'] - added['unsure']} are of judgements that were added "
            f"({', '.join(added['files'])}; {people})."
        )
        yield ""
    if silver := training.get("silver"):
        yield f"Beside these {silver['notices']} notices that only fields and cues speak of."
        yield ""


def _figures(metrics: Mapping[str, Any]) -> list[str]:
    if not metrics:
        return ["## How good it is", "", "Not measured yet: `innovatiemonitor evaluate`.", ""]
    lines = ["## How good it is", ""]
    for name, told in sorted(metrics.items()):
        lines += [f"### {name}", ""]
        if "right" in told:
            right, count = told["right"]["value"], told["notices"]
            interval = f"{told['right']['low']:.1%} to {told['right']['high']:.1%}"
            lines += [f"{right:.1%} of {count} passages judged right (95%: {interval}).", ""]
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
