"""All that the index is made of, and whether it is as new as that."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import shown
from pipeline.errors import ModelNotFound
from pipeline.learning import promotions
from pipeline.notices.outlines import collected_files, every_notice, without_texts
from pipeline.records import Notice
from pipeline.store import canonical, sha256
from pipeline.workplace import catalogue
from pipeline.workplace.catalogue import Contents, write_catalogue
from pipeline.workplace.duties import unshown
from pipeline.workplace.visit import Workplace

# Named and not imported: what stands in it takes seconds to load.
LINES = Path(catalogue.__file__).parents[1] / "report" / "consultation_lines.py"
UNREAD = ("unreadable_files", "unreadable")

# What makes the index takes seconds to import; whether it is as new as it should be does not.
if TYPE_CHECKING:
    from pipeline.labels.scores import Scores


def refresh(work: Workplace, *, tell: Callable[[int], None] = lambda _: None) -> bool:
    """Make the index anew where something is newer, and return whether it was made."""
    now = freshness(work)
    if catalogue.fact(work.store.index_path, "made_of") == now:
        return False
    with work.store.exclusive("index"):
        write_catalogue(work.store.index_path, contents(work, made_of=now), tell=tell)
    return True


def read_unread(
    work: Workplace, *, jobs: int = 1, tell: Callable[[int], None] = lambda _: None
) -> int:
    """Ask the model in use of every notice that it has not read, and keep what it says.

    Args:
        jobs: Processes, at least 1.
        tell: Hears how many notices have been looked at.

    Returns:
        How many it read.
    """
    from pipeline.labels import scores as scoring
    from pipeline.labels.classify import Classifier
    from pipeline.parallel import batches

    classifier = Classifier.load(settings=work.settings)
    known = scoring.known(work.store, classifier.card.model_id, work.codebook)
    read = looked = 0
    for part in batches(contents(work).notices, scoring.PER_FILE):
        if unread := scoring.missing(part, known, work.codebook):
            scoring.score(unread, store=work.store, classifier=classifier, jobs=jobs)
        read, looked = read + len(unread), looked + len(part)
        tell(looked)
    return read


def freshness(work: Workplace) -> str:
    """SHA-256 of what the index is made of: names, sizes and times of files, and open draws."""
    model = _model(work)
    files = [x for name in work.raw.sources() for x in collected_files(name, store=work.raw)]
    if model:
        files += sorted(work.store.scores(model, work.codebook.fingerprint).glob("*.parquet"))
    files += [x for name in work.inputs for x in _inside(Path(name))]
    files += [Path(catalogue.__file__), Path(shown.__file__), LINES]
    facts = [(str(x), x.stat().st_size, x.stat().st_mtime_ns) for x in files]
    asked = [work.settings.country, work.settings.language]
    # When a draw closes, what the model said of it may be shown.
    drawn = sorted(unshown(work.store, work.annotations()))
    return sha256(canonical([model, work.codebook.fingerprint, asked, drawn, facts]).encode())


def unread_files(work: Workplace) -> tuple[int, Sequence[str]]:
    """Return how many of the given files could not be read, and of the first ones why."""
    facts = {name: catalogue.fact(work.store.index_path, name) for name in UNREAD}
    return int(facts["unreadable_files"] or 0), json.loads(facts["unreadable"] or "[]")


def _inside(path: Path) -> list[Path]:
    found = path.rglob("*") if path.is_dir() else [path]
    return sorted(x for x in found if x.is_file())


def contents(work: Workplace, *, made_of: str = "") -> Contents:
    """Gather what goes into the index.

    Raises:
        CorpusError: A file is damaged.
    """
    from pipeline.estimates import drawing
    from pipeline.estimates.frame import read_rates
    from pipeline.estimates.material import assembled
    from pipeline.labels.batches import MOST_TOLD
    from pipeline.labels.find import notices_of
    from pipeline.notices.period import ALL_TIME, all_outlines
    from pipeline.workplace.consulting import HIDDEN, consulted, without_opinion
    from pipeline.workplace.drifting import DRIFT

    unread: list[str] = []
    given = (
        notices_of(list(work.inputs), home=work, now=work.clock(), tell=unread.append)
        if work.inputs
        else {}
    )
    collected = [x.notice for x in all_outlines(ALL_TIME, store=work.raw)]
    outlines = [*collected, *map(without_texts, given.values())]
    judged = drawing.judgements(work.store, work.codebook)
    scores, withheld = _scores(work), unshown(work.store, judged)
    linked = assembled(
        outlines,
        ALL_TIME,
        rates=read_rates(work.store.reference("ecb_rates")),
        readings=[],
        quarantined={},
        country=work.country,
    )
    every = list(consulted(linked, work.codebook, scores, fictional=work.fictional))
    told = [x for one in every if (x := without_opinion(one, withheld))]
    return Contents(
        notices=_once(_whole(work, given.values()), outlines),
        linked=linked,
        consultations=told,
        scores=scores,
        annotations=judged,
        codebook=work.codebook,
        withheld=withheld,
        facts={
            "made_of": made_of,
            "made_on": work.clock().isoformat(),
            "model": scores.model_id if scores else "",
            "codebook": f"{work.codebook.version} {work.codebook.fingerprint}",
            "fictional": "yes" if work.fictional else "",
            HIDDEN: str(len(every) - len(told)),
            DRIFT: _drift(work, collected, scores),
            "unreadable": json.dumps(unread[:MOST_TOLD]),
            "unreadable_files": str(len(unread)),
        },
    )


def _drift(work: Workplace, collected: Iterable[Notice], scores: Scores | None) -> str:
    from pipeline.workplace.drifting import drift_fact

    if scores is None:
        return "[]"
    since = dt.date.fromisoformat(promotions.champion(work.store).on[:10])
    return drift_fact(collected, scores, since=since)


def _whole(work: Workplace, given: Iterable[Notice]) -> Iterator[Notice]:
    for name in work.raw.sources():
        yield from every_notice(name, store=work.raw)
    yield from given


def _once(notices: Iterable[Notice], outlines: Iterable[Notice]) -> Iterator[Notice]:
    """Yield each notice once; of several readings the one that the frame takes as well."""
    from pipeline.notices.relations import one_reading

    times = Counter(x.notice_id for x in outlines)
    several: defaultdict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        if times[notice.notice_id] == 1:
            yield notice
            continue
        several[notice.notice_id].append(notice)
        if len(several[notice.notice_id]) == times[notice.notice_id]:
            yield one_reading(several.pop(notice.notice_id))


def _scores(work: Workplace) -> Scores | None:
    from pipeline.labels import scores as scoring

    model = _model(work)
    return scoring.known(work.store, model, work.codebook) if model else None


def _model(work: Workplace) -> str | None:
    try:
        return promotions.champion(work.store).model_id
    except ModelNotFound:
        return None
