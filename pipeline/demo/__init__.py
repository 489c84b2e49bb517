"""The demonstration: the bundled fictional notices, labelled, and a fictional quarter's report."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.demo.fictional import fictional
from pipeline.labels.batches import predictions_of
from pipeline.labels.classify import Classifier
from pipeline.labels.run import Run
from pipeline.notices.consultations import consultations_among
from pipeline.notices.procedures import procedures
from pipeline.notices.relations import relations
from pipeline.records import Prediction
from pipeline.report.build import build
from pipeline.report.consultation_lines import FORM, written_consultation
from pipeline.report.consultations import write_consultations
from pipeline.report.pages import labels_page
from pipeline.store import Store

FICTIONAL = "Alle aankondigingen en inkopers op deze pagina zijn verzonnen."


def run_demo(classifier: Classifier, folder: Path, *, now: dt.datetime) -> Iterator[str]:
    """Label the fictional notices, and write the report of a fictional quarter.

    Writes ``labels.csv``, ``labels.parquet``, ``report.html``, the list of consultations and the
    files of the report.

    Yields:
        Lines to show: a table of degrees by form, and where the files are.
    """
    inputs = Store(classifier.settings.home).demo_notices()
    for name in ("labels.csv", "labels.parquet"):
        Run(inputs=inputs, path=folder / name, classifier=classifier, now=now).go()
    found = predictions_of(classifier, inputs)
    page = labels_page(
        found, classifier.codebook, title="Demonstratie: fictieve aankondigingen", notes=[FICTIONAL]
    )
    (folder / "report.html").write_text(page, encoding="utf-8")
    yield f"{len(found)} fictional notices"
    yield from _table(found, classifier)
    for name in ("labels.csv", "labels.parquet", "report.html"):
        yield f"written: {folder / name}"
    yield _consultations(found, classifier, folder)
    yield from _quarter(classifier, folder)


def _consultations(found: Sequence[Prediction], classifier: Classifier, folder: Path) -> str:
    said = relations(x.notice for x in found)
    by_text = {x.notice.notice_id for x in found if FORM in x.forms}
    listed = consultations_among(procedures(said), said.notices, by_text=by_text)
    book = classifier.codebook
    lines = [written_consultation(x, book, {}, fictional=True) for x in listed]
    path = folder / "marktconsultaties.html"
    write_consultations(lines, path, until=None, fictional=True)
    return f"written: {path}"


def _quarter(classifier: Classifier, folder: Path) -> Iterator[str]:
    made_up = fictional(
        Store(classifier.settings.home),
        classifier.codebook,
        settings_fingerprint=classifier.settings.fingerprint,
    )
    yield f"a fictional quarter, {made_up.period}: {made_up.frame.sizes['all'].lots} award lots"
    paths = build(made_up, folder)
    charts = [path for path in paths if path.suffix in {".svg", ".png"}]
    for path in paths:
        if path not in charts:
            yield f"written: {path}"
    yield f"written: {len(charts)} charts beside it, as SVG and PNG"


def _table(found: Sequence[Prediction], classifier: Classifier) -> Iterator[str]:
    """Cross forms (down) with degrees (across); a notice counts under each of its forms."""
    degrees = [*classifier.codebook.degrees, "abstained"]
    degree = [x.judgement.degree if x.judgement else "abstained" for x in found]
    counts = Counter(
        (form, y)
        for x, y in zip(found, degree, strict=True)
        for form in x.forms or ("conventional" if x.conventional else "unknown",)
    )
    totals = Counter(degree)
    yield f"{'':26s}" + "".join(f"{degree:>16s}" for degree in degrees)
    for form in [*classifier.codebook.forms, "conventional", "unknown"]:
        if any(counts[form, degree] for degree in degrees):
            yield f"{form:26s}" + "".join(f"{counts[form, degree]:16d}" for degree in degrees)
    yield f"{'all notices':26s}" + "".join(f"{totals[degree]:16d}" for degree in degrees)
