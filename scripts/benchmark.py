"""Whole-process figures: classifying, reading, linking, fetching; see docs/performance.md.

Classification runs over two materials: an archive of XML, made by repeating the bundled fictional
notices and, where present, the real ones in ../shared/notices, each under a number of its own; and
a table of stretches of 60 words from the authored notices. Seconds of the clock depend on what else
runs on the machine; seconds of processor time, of all processes together, do so less.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from functools import cache, partial
from itertools import count as count_by
from itertools import cycle, islice
from pathlib import Path

from pipeline import parallel, settings, store
from pipeline.corpus.analyzer import assemble
from pipeline.labels import output
from pipeline.notices import collect
from pipeline.sources.files import raw_notices
from pipeline.writing import write_atomic

# Of a table of many notices, by how many.
LARGE = "table: ours, of "
NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
HOME = settings.load().home
SHARED = HOME.parent / "shared"
NUMBER = re.compile(rb"0*(\d{1,8})-(20\d\d)")
UUID = re.compile(rb'(<cbc:ID schemeName="notice-id">)[^<]+')


def sources() -> list[Path]:
    folders = [HOME / "corpora" / "demo" / name for name in ("eforms", "ted_export", "tenderned")]
    if SHARED.is_dir():
        folders += [SHARED / "notices" / name for name in ("eforms", "ted_export")]
    return [path for folder in folders for path in sorted(folder.iterdir())]


def renumbered(body: bytes, number: int) -> bytes:
    """Give a notice a publication number, or publicatieId, of its own."""
    if body.lstrip()[:1] == b"{":
        return re.sub(rb'("publicatieId"\s*:\s*"?)\d+', rb"\g<1>%d" % (10**9 + number), body)
    body = UUID.sub(rb"\g<1>00000000-0000-4000-8000-%012d" % number, body)
    body = re.sub(rb"(NoticePublicationID[^>]*>)[^<]+", rb"\g<1>%08d-2026" % number, body)
    body = re.sub(rb'(DOC_ID=")[^"]+', rb"\g<1>%06d-2026" % number, body)
    return re.sub(
        rb"(<NO_DOC_OJS>)20\d\d/S [^<]+", rb"\g<1>2026/S 001-%06d" % number, body, count=1
    )


def make_archive(path: Path, count: int) -> None:
    one_notice = [p for p in sources() if b'"content"' not in p.read_bytes()[:4000]]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number, source in enumerate(islice(cycle(one_notice), count), 1):
            archive.writestr(
                f"{number:07d}{source.suffix}", renumbered(source.read_bytes(), number)
            )


def make_table(path: Path, count: int) -> None:
    """Write notices of about 60 words: a text that is longer gives several."""
    texts = [(x["title"], x["description"].split()) for x in store.Store(HOME).authored()]
    with path.open("w", encoding="utf-8", newline="") as handle:
        table = csv.writer(handle)
        table.writerow(["notice_id", "title", "description"])
        number = 0
        for start in count_by(0, 15):
            for title, words in texts:
                at = start % max(1, len(words) - 40)
                number += 1
                table.writerow([f"short-{number}", title, " ".join(words[at : at + 55])])
                if number == count:
                    return


def measured(command: list[str]) -> dict[str, float]:
    """Run a command; return seconds and peak memory in MB, over all its processes."""
    # Processes of their own must find the functions of this file by name.
    environment = {**os.environ, "PYTHONPATH": str(HOME / "scripts")}
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment
    )
    peak, done = [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            peak[0] = max(peak[0], tree_memory(process.pid))

    watcher = threading.Thread(target=watch)
    started, before = time.monotonic(), cpu_seconds()
    watcher.start()
    _, errors = process.communicate()
    seconds, cpu = time.monotonic() - started, cpu_seconds() - before
    done.set()
    watcher.join()
    if process.returncode:
        sys.exit(f"{command} failed:\n{errors.decode()}")
    return {"seconds": round(seconds, 2), "cpu": round(cpu, 2), "peak_mb": round(peak[0])}


def cpu_seconds() -> float:
    """Of all processes that this one has waited for, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def fastest(times: int, command: list[str]) -> dict[str, float]:
    """Run a command several times; whatever else ran on the machine made the others slower."""
    return min((measured(command) for _ in range(times)), key=lambda x: x["cpu"])


def tree_memory(pid: int) -> float:
    """Proportional memory of a process and its descendants, in MB; shared pages count once."""
    total, waiting = 0.0, [pid]
    while waiting:
        one = waiting.pop()
        try:
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
            waiting += map(int, Path(f"/proc/{one}/task/{one}/children").read_text().split())
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        total += int(re.search(r"Pss:\s+(\d+)", rollup)[1]) / 1024
    return total


def classify(material: Path, jobs: int) -> list[str]:
    command = [sys.executable, "-m", "pipeline", "classify", str(material)]
    return [*command, "-o", str(material.parent / "labels.csv"), "--jobs", str(jobs)]


# The two things our figure is held against; each is a process of its own, like ours.


def full_pipeline(archive: Path, name: str, jobs: int, count: int) -> None:
    # Loaded before processes are forked, as ours is.
    trained(name)
    run_batches(archive, partial(full_batch, name), jobs, count)


def raw_text(archive: Path, jobs: int) -> None:
    raw_model()
    run_batches(archive, raw_batch, jobs, None)


def run_batches(archive: Path, function, jobs: int, count: int | None) -> None:
    raws = islice(raw_notices([archive], now=NOW), count)
    with tempfile.TemporaryFile() as lines:
        for encoded in parallel.ordered(function, parallel.batches(raws, 128), jobs=jobs):
            lines.write(encoded)


def full_batch(name: str, batch) -> bytes:
    """All components of a trained pipeline, as delivered, then the same judge."""
    nlp, classifier = trained(name)
    from pipeline.corpus.trained import tokens_of
    from pipeline.records import Document, Lexicon, Reading

    notices = [collect.read_notice(raw) for raw in batch]
    parts = [assemble(notice) for notice in notices]
    docs = nlp.pipe(text for text, _ in parts)
    readings, lexicon = [], Lexicon()
    for notice, (text, sections), doc in zip(notices, parts, docs, strict=True):
        document = Document(
            notice=notice,
            text=text,
            tokens=tokens_of(doc, lexicon),
            sections=sections,
            language="nl",
            analyzer=name,
        )
        readings.append(classifier.read(document))
    assert all(isinstance(x, Reading) for x in readings)
    probabilities = classifier.scorer.predict_proba(readings)
    return b"".join(
        output.encode("csv", {"notice_id": n.notice_id, "p": ";".join(map(str, p))})
        for n, p in zip(notices, probabilities.tolist(), strict=True)
    )


@cache
def trained(name: str):
    import spacy

    from pipeline import Classifier

    return spacy.load(name), Classifier.load()


def raw_batch(batch) -> bytes:
    """scikit-learn on raw text: TF-IDF and one logistic regression per label, no spaCy."""
    vectorizer, models = raw_model()
    notices = [collect.read_notice(raw) for raw in batch]
    matrix = vectorizer.transform([assemble(notice)[0] for notice in notices])
    columns = [model.predict_proba(matrix)[:, 1].tolist() for model in models]
    return b"".join(
        output.encode("csv", {"notice_id": n.notice_id, "p": ";".join(map(str, p))})
        for n, *p in zip(notices, *columns, strict=True)
    )


@cache
def raw_model():
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    from pipeline import codebook
    from pipeline.corpus import annotations

    house = store.Store(HOME)
    book = codebook.load(house)
    judged = annotations.final(
        annotations.read(house.annotations("authored"), book, name="authored.csv")
    )
    texts = {x["notice_id"]: f"{x['title']}\n{x['description']}" for x in house.authored()}
    ids = sorted(judged)
    vectorizer = TfidfVectorizer()
    matrix = vectorizer.fit_transform(texts[x] for x in ids)
    answers = [[judged[x].judgement.innovation_oriented for x in ids]]
    answers += [[form in judged[x].judgement.forms for x in ids] for form in book.forms]
    return vectorizer, [LogisticRegression(max_iter=1000).fit(matrix, y) for y in answers]


def reading() -> dict[str, float]:
    """XML to notice on one core, the real files where present."""
    folders = [SHARED / "notices" / x for x in ("eforms", "ted_export", "other_languages")]
    places = [x for x in folders if x.is_dir()] or sources()
    raws = list(raw_notices(places, now=NOW))
    raws = [x for x in raws if x.body.lstrip()[:1] == b"<"]
    for raw in raws:
        collect.read_notice(raw)
    started, rounds = time.process_time(), 5
    for _ in range(rounds):
        for raw in raws:
            collect.read_notice(raw)
    seconds = time.process_time() - started
    return {"notices": len(raws), "per_second": round(rounds * len(raws) / seconds)}


def facts_of(archive: Path, count: int) -> dict[str, float]:
    """Count tokens of the archive's texts, with the embedded tokenizer."""
    import spacy

    nlp = spacy.blank("nl")
    sample = list(islice(raw_notices([archive], now=NOW), min(count, 2000)))
    tokens = sum(len(nlp.make_doc(assemble(collect.read_notice(raw))[0])) for raw in sample)
    return {"tokens_per_notice": round(tokens / len(sample), 1)}


def said(script: str, *arguments: object) -> str:
    """What a script of this folder prints; it measures itself, in a process of its own."""
    command = [sys.executable, str(Path(__file__).parent / script), *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def linking(count: int) -> dict[str, float]:
    found = re.search(r": ([\d.]+) s, (\d+) MB", said("histories.py", count))
    return {"notices": count, "seconds": float(found[1]), "peak_mb": float(found[2])}


def steps(options: argparse.Namespace) -> Iterator[tuple[str, dict[str, float]]]:
    yield "one notice", starting(options)
    if options.notices:
        yield from classifying(options)
    yield from growing(options)
    yield "reading", reading()
    if options.histories:
        yield "linking", linking(options.histories)
    if options.fetched:
        yield "fetching", json.loads(said("fetching.py", "notices", options.fetched))
    if options.package:
        yield "package", json.loads(said("fetching.py", "package", options.package))
    yield "help", measured([str(HOME / ".venv/bin/innovatiemonitor"), "--help"])


def classifying(options: argparse.Namespace) -> Iterator[tuple[str, dict[str, float]]]:
    with tempfile.TemporaryDirectory() as name:
        table, archive = Path(name) / "notices.csv", Path(name) / "notices.zip"
        make_table(table, options.notices)
        if "xml" in options.kinds:
            make_archive(archive, options.notices)
        materials = {"table": table, "xml": archive}
        for kind, material in ((x, materials[x]) for x in options.kinds):
            facts = facts_of(material, options.notices)
            yield f"{kind}: material", {"notices": options.notices, **facts}
            for told in compared(options, material):
                yield f"{kind}: {told[0]}", rate(told[1], facts)


def growing(options: argparse.Namespace) -> Iterator[tuple[str, dict[str, float]]]:
    with tempfile.TemporaryDirectory() as name:
        table = Path(name) / "notices.csv"
        for count in options.large:
            make_table(table, count)
            told = {"notices": count, **measured(classify(table, options.jobs))}
            yield f"{LARGE}{count}", rate(told, facts_of(table, count))


def compared(options: argparse.Namespace, material: Path) -> Iterator[tuple[str, dict[str, float]]]:
    """Ours, and what it is held against, on the same texts."""
    count, times = options.notices, options.times
    for jobs in sorted({1, options.jobs}):
        told = fastest(times, classify(material, jobs))
        yield f"ours, {jobs} processes", {"notices": count, **told}
    me = [sys.executable, "-c", "import benchmark; benchmark.main()", "--archive", str(material)]
    me += ["--jobs", str(options.jobs)]
    yield "raw_text", {"notices": count, **fastest(times, [*me, "--only", "raw_text"])}
    if (SHARED / "spacy" / "nl_ud").is_dir():
        few = min(count, options.full)
        told = fastest(times, [*me, "--only", "full_pipeline", "--notices", str(few)])
        yield "full_pipeline", {"notices": few, **told}


def draw(figures: dict[str, dict[str, float]], path: Path) -> None:
    """Draw what a notice costs, and the memory it takes, against how many there are."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "cost"
    points = sorted(
        (told["notices"], told["cpu_ms_per_notice"], told["peak_mb"])
        for name, told in figures.items()
        if name.startswith(LARGE)
    )
    counts, costs, memories = zip(*points, strict=True)
    figure = Figure(figsize=(7, 2.6), layout="constrained")
    panels = (
        ("processor time per notice, ms", costs),
        ("peak memory of all processes, MB", memories),
    )
    for axes, (title, values) in zip(figure.subplots(1, 2), panels, strict=True):
        axes.plot(counts, values, "o-", color="#0072B2")
        axes.set(title=title, xlabel="notices", xscale="log", ylim=(0, 1.25 * max(values)))
        for count, value in zip(counts, values, strict=True):
            axes.annotate(
                f"{value:.3g}", (count, value), (0, 6), textcoords="offset points", ha="center"
            )
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})


def rate(told: dict[str, float], facts: dict[str, float]) -> dict[str, float]:
    per_second = told["notices"] / told["seconds"]
    return {
        **told,
        "per_second": round(per_second, 1),
        "cpu_ms_per_notice": round(1000 * told["cpu"] / told["notices"], 3),
        "tokens_per_second": round(per_second * facts["tokens_per_notice"]),
    }


def starting(options: argparse.Namespace) -> dict[str, float]:
    """One notice, with everything prepared and the disk warm."""
    command = [sys.executable, "-m", "pipeline", "explain", str(sources()[0])]
    measured(command)
    return fastest(max(3, options.times), command)


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notices", type=int, default=10_000, help="0 classifies nothing")
    parser.add_argument("--kinds", nargs="*", default=["table", "xml"], help="of material")
    parser.add_argument("--large", type=int, nargs="*", default=[], help="also these many")
    parser.add_argument("--plot", type=Path, help="of the large ones, as SVG")
    parser.add_argument("--full", type=int, default=1_000, help="most through the full pipeline")
    parser.add_argument("--times", type=int, default=1, help="runs, of which the fastest counts")
    parser.add_argument("--histories", type=int, default=0, help="also link this many notices")
    parser.add_argument("--fetched", type=int, default=0, help="also fetch this many, one by one")
    parser.add_argument("--package", type=int, default=0, help="also a package of this many")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", choices=["raw_text", "full_pipeline"])
    parser.add_argument("--archive", type=Path)
    options = parser.parse_args()
    if options.plot and not options.large:
        parser.error("--plot draws what --large measures")
    return options


def main() -> None:
    options = asked()
    if options.only == "raw_text":
        return raw_text(options.archive, options.jobs)
    if options.only == "full_pipeline":
        name = str(SHARED / "spacy" / "nl_ud")
        return full_pipeline(options.archive, name, options.jobs, options.notices)
    figures = {}
    for name, told in steps(options):
        figures[name] = told
        print(name, json.dumps(told), flush=True)
    for kind in ("table", "xml"):
        for name in ("raw_text", "full_pipeline"):
            if (other := figures.get(f"{kind}: {name}")) is not None:
                ours = figures[f"{kind}: ours, {options.jobs} processes"]
                ratio = other["cpu_ms_per_notice"] / ours["cpu_ms_per_notice"]
                print(f"{kind}: ours / {name}, by processor time: {ratio:.2f}")
    print(f"load of the machine: {os.getloadavg()}")
    write_atomic(HOME / "out" / "benchmark.json", store.to_json(figures))
    if options.plot:
        draw(figures, options.plot)
    return None


if __name__ == "__main__":
    main()
