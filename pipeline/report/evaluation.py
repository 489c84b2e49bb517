"""The page about a model's quality, for those who keep the model: tables and plots, in English."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.records import ModelCard, Suspect
from pipeline.report.charts import COLOURS, SOFT, STYLE
from pipeline.report.pages import TEMPLATES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SETS = {
    "authored": "Authored notices, judged out of fold",
    "authored_masked": "Authored notices, out of fold, the forms' own names hidden",
    "buyers": "Authored notices in the style of buyers, judged out of fold",
    "added": "Notices added later, judged out of fold",
    "real": "Real notices, never trained on",
    "cases": "Judged cases that no model learned from",
}
JUDGEMENTS = {
    "innovation_oriented": "innovation-oriented",
    "degree": "degree",
    "aspect": "aspect",
    "openness": "openness",
    "forms": "forms",
}
MOST_SUSPECTS = 100

Table = dict[str, Any]
Line = Sequence[object]


def evaluation_page(card: ModelCard, suspects: Sequence[Suspect]) -> str:
    """Write the page of a model that was measured.

    Args:
        card: With the figures of ``pipeline.evaluation.figures``.
        suspects: Judgements that look wrong, most doubtful first.

    Returns:
        One HTML page that needs no other file; the same bytes from the same figures.
    """
    measured = {name: card.metrics[name] for name in SETS if name in card.metrics}
    return TEMPLATES.get_template("evaluation.html").render(
        card=card,
        sets=[_set(name, figures) for name, figures in measured.items()],
        traps=_traps(card.metrics["traps"]) if "traps" in card.metrics else None,
        suspects=_table(
            f"The {min(len(suspects), MOST_SUSPECTS)} most doubtful of {len(suspects)} labels",
            ("notice", "label", "people say", "confidence in that"),
            [
                (x.notice_id, x.label, "yes" if x.given else "no", f"{x.confidence:.3f}")
                for x in suspects[:MOST_SUSPECTS]
            ],
            words=3,
        ),
    )


def metric_text(found: Mapping[str, float | None] | None) -> str:
    """Write a figure with its interval: "0.912 (0.900 to 0.923)"; "–" where undefined."""
    if found is None or found["value"] is None:
        return "–"
    if found["low"] is None or found["high"] is None:
        return f"{found['value']:.3f}"
    return f"{found['value']:.3f} ({found['low']:.3f} to {found['high']:.3f})"


def _set(name: str, figures: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": SETS[name],
        "summary": f"{figures['notices']} notices in {figures['groups']} groups, "
        f"{figures['abstained']} of them not judged. Set {figures['fingerprint']}.",
        "tables": [
            _table("In short", ("figure", "value (95%)"), list(_headlines(figures))),
            *(
                _table(title, LABEL_HEAD, list(_labels(figures[judgement])))
                for judgement, title in JUDGEMENTS.items()
                if judgement != "innovation_oriented"
            ),
            *(
                [_table("Missions", LABEL_HEAD, list(_labels(figures["missions"])))]
                if figures["missions"]
                else []
            ),
            _confusion(figures["degree"]),
            _declared(figures["declared"]),
            *(
                _table(f"By {fact}", SLICE_HEAD, [_slice(*x) for x in values.items()])
                for fact, values in figures["slices"].items()
            ),
        ],
        "plots": list(_plots(name, figures)),
    }


LABEL_HEAD = ("label", "true", "chosen", "precision", "recall", "F1")
SLICE_HEAD = (
    *("value", "notices", "innovation-oriented", "false alarms"),
    *("innovation-oriented F1", "degree right", "forms micro-F1"),
)


def _headlines(figures: Mapping[str, Any]) -> Iterator[Line]:
    for name in ("precision", "recall", "f1"):
        yield f"innovation-oriented, {name}", metric_text(figures["innovation_oriented"][name])
    yield "degree, quadratic kappa", metric_text(figures["degree"]["kappa"])
    for judgement in ("degree", "aspect", "openness", "forms"):
        for average in ("macro", "micro"):
            found = figures[judgement][f"{average}_f1"]
            yield f"{judgement}, {average}-F1", metric_text(found)
    if found := figures["missions"]:
        for average in ("macro", "micro"):
            told = f"missions, {average}-F1 on {found['notices']} notices"
            yield told, metric_text(found[f"{average}_f1"])
    yield "false alarms per 1,000 notices", metric_text(figures["false_alarms"]["per_1000"])
    for judgement, found in figures["calibration"].items():
        yield f"{JUDGEMENTS[judgement]}, Brier score", metric_text(found["brier"])
        yield (
            f"{JUDGEMENTS[judgement]}, calibration error (10 equal bins)",
            metric_text(found["ece"]),
        )


def _labels(judgement: Mapping[str, Any]) -> Iterator[Line]:
    for label, found in judgement["labels"].items():
        shown = (metric_text(found[name]) for name in ("precision", "recall", "f1"))
        yield label, found["true"], found["chosen"], *shown


def _slice(value: str, found: Mapping[str, Any]) -> Line:
    shown = (metric_text(found[name]) for name in ("f1", "degree_accuracy", "forms_micro_f1"))
    return value, found["notices"], found["true"], found["false_alarms"], *shown


def _confusion(degree: Mapping[str, Any]) -> Table:
    labels = list(degree["labels"])
    lines = [(label, *counts) for label, counts in zip(labels, degree["confusion"], strict=True)]
    return _table("Degree: true down, chosen across", ("degree", *labels), lines)


def _declared(declared: Mapping[str, Mapping[str, int]]) -> Table:
    names = {"declared": "innovation ticked", "none": "declared, but not innovation"}
    return _table(
        "What the buyer declared (BT-06, BT-776)",
        ("buyer", "notices", "model says innovation-oriented", "people say so"),
        [
            (name, *(declared[state][x] for x in ("notices", "chosen", "truth")))
            for state, name in names.items()
        ],
    )


def _traps(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "summary": f"{metric_text(found['right'])} of {found['notices']} passages are judged "
        f"rightly. Set {found['fingerprint']}.",
        "table": _table(
            "By reason",
            ("why it is a trap", "passages", "right"),
            [(why, x["notices"], x["right"]) for why, x in found["by_reason"].items()],
        ),
        "wrong": ", ".join(found["wrong"]) or "none",
    }


def _table(caption: str, head: Sequence[str], lines: Sequence[Line], *, words: int = 1) -> Table:
    """Describe a table; the first ``words`` columns hold words, the others numbers."""
    return {"caption": caption, "head": head, "lines": lines, "words": words}


def _plots(name: str, figures: Mapping[str, Any]) -> Iterator[str]:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    if not figures["calibration"]:
        return
    with mpl.rc_context({**STYLE, "svg.hashsalt": name}):
        drawing = Figure(figsize=(9.5, 2.4), layout="constrained")
        panels = drawing.subplots(1, len(JUDGEMENTS), sharey=True)
        for axes, (judgement, title) in zip(panels, JUDGEMENTS.items(), strict=True):
            _reliability(axes, figures["calibration"][judgement]["curve"], title)
        panels[0].set_ylabel("share that is true")
        yield _svg(drawing, f"{name}-reliability", "Reliability: probability against share")
        drawing = Figure(figsize=(5, 3), layout="constrained")
        _risk_coverage(drawing.subplots(), figures["risk_coverage"])
        yield _svg(drawing, f"{name}-risk", "Risk against coverage")


def _reliability(axes: Axes, curve: Sequence[Mapping[str, float]], title: str) -> None:
    largest = max(point["answers"] for point in curve)
    axes.plot([0, 1], [0, 1], color=SOFT, linestyle=(0, (4, 3)), linewidth=1)
    axes.scatter(
        [point["mean"] for point in curve],
        [point["share"] for point in curve],
        s=[8 + 60 * point["answers"] / largest for point in curve],
        color=COLOURS[0],
        alpha=0.8,
    )
    axes.set(title=title, xlabel="probability", xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))


def _risk_coverage(axes: Axes, curves: Mapping[str, Sequence[Sequence[float]]]) -> None:
    styles = zip(curves.items(), COLOURS, ("-", "--"), strict=True)
    for (name, curve), colour, line in styles:
        coverage, risk = zip(*curve, strict=True)
        axes.plot(coverage, risk, label=JUDGEMENTS[name], color=colour, linestyle=line)
    axes.set(xlabel="part of the notices that is judged", ylabel="part of those wrong")
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)


def _svg(drawing: Figure, key: str, alternative: str) -> str:
    out = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    drawing.savefig(out, format="svg", metadata=nothing)
    # Ids must differ between the plots of one page.
    text = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{key}-", out.getvalue())
    element = text[text.index("<svg") :]
    return element.replace("<svg ", f'<svg role="img" aria-label="{alternative}" ', 1)
