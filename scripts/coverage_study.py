"""Do the intervals cover as often as they say? Populations x designs x estimators.

Makes fictional frames with a known share, draws from them, estimates, and counts how often the
interval holds the truth. Writes the tables and the plot of docs/statistics.md.

    .venv/bin/python scripts/coverage_study.py --populations 400
"""

from __future__ import annotations

import argparse
import functools
from pathlib import Path

import numpy as np
from populations import SCENARIOS, STRESS, Quality, despite_all_truths, study
from rare_positives import LABELS, MODELS, QUANTITIES, Cell, rare_cells

from pipeline.estimates.estimators import ESTIMATORS, PUBLISHED

PAGE = Path(__file__).parent.parent / "docs" / "statistics.md"
PLOT = PAGE.with_name("coverage.svg")

Results = dict[str, dict[tuple[str, str, bool], Quality]]


def table(heading: list[str], lines: list[list[str]]) -> str:
    """Write a Markdown table; the first column is text."""
    rule = ["---", *("---:" for _ in heading[1:])]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [heading, rule, *lines])


def coverage(quality: Quality) -> str:
    """Write a coverage; estimators without an interval have none."""
    return f"{100 * quality.coverage:.1f}%" if quality.half_width else "none"


def published_table(results: Results) -> str:
    """Write the goals: published design and estimator in every scenario."""
    lines = []
    for scenario, found in results.items():
        value, number = (found["strata", PUBLISHED, by_value] for by_value in (True, False))
        met = 0.92 <= value.coverage <= 0.98 and value.rmse < 1.5
        cells = [f"{value.bias:+.2f}", f"{value.rmse:.2f}", coverage(value)]
        cells += [
            f"{value.half_width:.1f}",
            "stress" if scenario in STRESS else "yes" * met or "NO",
        ]
        cells += [f"{number.rmse:.2f}", coverage(number)]
        lines.append([f"`{scenario}`: {(SCENARIOS | STRESS)[scenario]}", *cells])
    heading = ["scenario", "bias", "RMSE", "coverage", "half-width", "goals met"]
    return table([*heading, "RMSE by number", "coverage by number"], lines)


def design_table(results: Results) -> str:
    """Write the reference table of the specification, over scenarios with known values."""
    scenarios = ["base", "value", "useless", "shift"]
    rows = [
        ("classify and count", "strata", "classify_and_count", "5-11", "none"),
        ("simple random draw + difference", "srs", PUBLISHED, "4-8", "67-75%"),
        ("systematic pi-ps + difference", "pips", PUBLISHED, "", ""),
        ("take-all + strata + difference", "strata", PUBLISHED, "0.7-0.9", "93-94%"),
    ]
    lines = []
    for title, design, name, rmse, covers in rows:
        found = [results[scenario][design, name, True] for scenario in scenarios]
        per = " / ".join(f"{each.rmse:.2f}" for each in found)
        lines.append([title, per, " / ".join(map(coverage, found)), rmse, covers])
    return table(
        ["estimator", f"RMSE ({' / '.join(scenarios)})", "coverage", "RMSE asked", "asked"], lines
    )


def estimator_table(results: Results, *, by_value: bool) -> str:
    """Write RMSE and coverage of every estimator in every scenario, published design."""
    lines = []
    for name, estimator in ESTIMATORS.items():
        if by_value and not estimator.by_value:
            continue
        cells = [f"`{name}`"]
        has_interval = results["base"]["strata", name, by_value].half_width > 0
        for found in results.values():
            quality = found.get(("strata", name, by_value))
            covers = coverage(quality) if quality and has_interval else "none"
            cells.append(f"{quality.rmse:.2f} ({covers})" if quality else "refuses")
        lines.append(cells)
    return table(["estimator", *(f"`{scenario}`" for scenario in results)], lines)


def few_table(populations: int, workers: int) -> str:
    """Write what fewer or more labels give."""
    lines = []
    for labels in (100, 200, 400, 800):
        cells = [str(labels)]
        for scenario in ("base", "useless", "rare"):
            found = study(
                scenario,
                populations=populations,
                labels=labels,
                designs=("strata",),
                workers=workers,
            )["strata", PUBLISHED, True]
            cells.append(f"{found.rmse:.2f} ({coverage(found)}, half-width {found.half_width:.1f})")
        lines.append(cells)
    return table(["labels", "`base`", "`useless`", "`rare`"], lines)


RareCells = dict[tuple[str, int], dict[tuple[str, bool], Cell]]


def rare_table(cells: RareCells, *, half_widths: bool = False) -> str:
    """Write coverage, or median half-width, per quantity, model and number of labels."""
    lines = []
    for name in QUANTITIES:
        for by_value in (True, False):
            line = [f"{name}, by {'value' if by_value else 'number'}"]
            for model in MODELS:
                row = [cells[model, labels][name, by_value] for labels in LABELS]
                shown = [
                    f"{each.half_width:.2f}" if half_widths else f"{100 * each.coverage:.1f}"
                    for each in row
                ]
                line.append(" / ".join(shown))
            lines.append(line)
    return table(["quantity", *MODELS], lines)


def rare_summary(cells: RareCells) -> str:
    """Write the extremes that the goals are about."""
    every = [each for found in cells.values() for each in found.values()]
    many = [each for each in every if each.found >= 10]
    lowest, highest = (100 * f(each.coverage for each in every) for f in (min, max))
    among = [100 * f(each.coverage for each in many) for f in (min, max)]
    return (
        f"Lowest {lowest:.1f}%, highest {highest:.1f}%; in the {len(many)} cells in which ten or "
        f"more positives are judged on average {among[0]:.1f} to {among[1]:.1f}%."
    )


def plot(results: Results) -> None:
    """Draw coverage and RMSE of the published estimator per scenario."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "coverage"
    from matplotlib import pyplot as plt

    found = [each["strata", PUBLISHED, True] for each in results.values()]
    places = np.arange(len(found))
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
    error = [196 * (q.coverage * (1 - q.coverage) / q.times) ** 0.5 for q in found]
    left.axvspan(92, 98, color="#56B4E9", alpha=0.3, label="goal: 92-98%")
    left.errorbar(
        [100 * q.coverage for q in found], places, xerr=error, fmt="o", color="#0072B2", capsize=3
    )
    left.axvline(95, color="black", linewidth=0.8, linestyle=":")
    left.set(xlabel="coverage of the 95% interval (%)", yticks=places)
    left.set_yticklabels(results)
    left.invert_yaxis()
    left.legend(loc="upper left")
    right.barh(places, [q.rmse for q in found], color="#E69F00", edgecolor="black", linewidth=0.5)
    right.axvline(1.5, color="black", linewidth=0.8, linestyle="--", label="goal: below 1.5")
    right.set(xlabel="RMSE (percentage points)")
    right.legend(loc="upper right")
    figure.savefig(PLOT, metadata={"Date": None})


def fill(page: str, tables: dict[str, str]) -> str:
    """Replace what stands between the markers of each table.

    Raises:
        ValueError: A marker is missing.
    """
    for name, text in tables.items():
        start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, found, rest = page.partition(start)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            raise ValueError(f"{PAGE.name} has no {start} ... {end}")
        inside = f"\n{text}\n" if "\n" in text else text
        page = f"{before}{start}{inside}{end}{after}"
    return page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--populations", type=int, default=600, help="for the published design")
    parser.add_argument("--others", type=int, default=200, help="for the designs held against it")
    parser.add_argument("--repetitions", type=int, default=1000, help="per cell of rare positives")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    results = {}
    for scenario in SCENARIOS | STRESS:
        run = functools.partial(study, scenario, labels=400, workers=options.workers)
        results[scenario] = run(populations=options.populations, designs=("strata",))
        if scenario in {"base", "value", "useless", "shift"}:
            results[scenario] |= run(populations=options.others, designs=("srs", "pips"))
        print(scenario, results[scenario]["strata", PUBLISHED, True], flush=True)
    tables = {
        "published": published_table(results),
        "designs": design_table(results),
        "by-value": estimator_table(results, by_value=True),
        "by-number": estimator_table(results, by_value=False),
        "few": few_table(options.populations, options.workers),
    }
    tables["despite"] = (
        f"With every lot of the frame judged, missing values alone leave an RMSE of "
        f"{despite_all_truths(populations=options.others):.1f} points."
    )
    cells = {
        (model, labels): rare_cells(
            model, labels=labels, repetitions=options.repetitions, workers=options.workers
        )
        for model in MODELS
        for labels in LABELS
    }
    tables |= {
        "rare-coverage": rare_table(cells),
        "rare-width": rare_table(cells, half_widths=True),
        "rare-summary": rare_summary(cells),
    }
    plot(results)
    PAGE.write_text(fill(PAGE.read_text(encoding="utf-8"), tables), encoding="utf-8")


if __name__ == "__main__":
    main()
