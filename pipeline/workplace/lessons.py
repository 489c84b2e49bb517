"""What the model may be taught here: judgements of lists, and where their notices are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pipeline.corpus.draws import drawn_ids
from pipeline.records import Period
from pipeline.workplace.duties import TAKEN
from pipeline.workplace.visit import Workplace


def teaching(work: Workplace) -> list[tuple[str, int]]:
    """Return the files of judgements that may teach the model, and how many notices are in each."""
    drawn, found = drawn_ids(work.store), []
    for name in sorted(work.store.annotations_state()):
        ours = () if name in TAKEN else work.annotations(name)
        if ours and not any(x.draw_id or x.notice_id in drawn for x in ours):
            found.append((name, len({x.notice_id for x in ours})))
    return found


def lesson_options(work: Workplace) -> tuple[Sequence[str], Sequence[str]]:
    """Return the options by which commands find the judgements, and the notices they are of."""
    files = [name for name, _ in teaching(work)]
    return (
        [x for name in files for x in ("--annotations", str(work.store.annotations_path(name)))],
        [x for place in _places(work, files) for x in ("--input", place)],
    )


def _places(work: Workplace, files: list[str]) -> list[str]:
    """Return where the commands find the judged notices: files, and collected quarters."""
    judged = {x.notice_id for name in files for x in work.annotations(name)}
    collected = set(work.raw.sources())
    quarters = set()
    for row in work.rows("SELECT notice_id, source, published_on FROM notices"):
        if row["notice_id"] in judged and row["source"] in collected and row["published_on"]:
            day = datetime.fromisoformat(row["published_on"]).date()
            quarters.add(str(Period.quarter_of(day)))
    return [*map(str, work.inputs), *sorted(quarters)]
