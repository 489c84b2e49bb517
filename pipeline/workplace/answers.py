"""From a form to a judgement, and where each person stands."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from pipeline.codebook import Codebook
from pipeline.corpus import annotations as judging
from pipeline.corpus import missions
from pipeline.corpus.adjudication import supersede
from pipeline.errors import CorpusError, PipelineError
from pipeline.records import Annotation, Evidence, Judgement, MissionReading, Notice
from pipeline.shown import masked
from pipeline.spreadsheet import NO_MISSION
from pipeline.store import Store
from pipeline.workplace.duties import Duty

# The codebook's practice: a passage is at most so long.
LONGEST_PASSAGE = 200
# Who takes longer was away.
LONGEST_SECONDS = 600.0
FEWEST_PACED = 3
UNSURE_KEY = "t"

Form = Mapping[str, Sequence[str]]


class Contradiction(PipelineError):
    """What was sent cannot be said: two labels do not go together, or one is missing."""


def label_keys(codebook: Codebook) -> dict[str, str]:
    """Return the key of each label: digits for degrees, else a letter of its Dutch name."""
    found = {label: str(rank) for rank, label in enumerate(codebook.degrees)}
    free = [x for x in "abcdefghijklmnopqrstuvwxyz" if x != UNSURE_KEY]
    for label in codebook.labels:
        if label.judgement != "degree":
            own = [x for x in label.name.lower() if x in free]
            letter = next(iter(own or free))
            free.remove(letter)
            found[label.label_id] = letter
    return found


def mission_keys(codebook: Codebook) -> dict[str, str]:
    """Return the key of each mission, and of serving none: a capital of its Dutch name."""
    found: dict[str, str] = {}
    for name, words in (
        *((x.label_id, x.name) for x in codebook.missions),
        (NO_MISSION, "niet voor een opgave"),
    ):
        own = (x for x in words.upper() if x.isalpha() and x not in found.values())
        found[name] = next(own)
    return found


def missions_sent(form: Form, codebook: Codebook) -> tuple[str, ...] | None:
    """Read the missions; ``None`` where the question was left open.

    Raises:
        Contradiction: It is said to serve a mission, and to serve none.
    """
    chosen = set(form.get("missions", ()))
    if not chosen:
        return None
    if NO_MISSION in chosen and len(chosen) > 1:
        raise Contradiction("Deze keuzes gaan niet samen: een opgave, en geen opgave.")
    try:
        return missions.missions_in(";".join(sorted(chosen)), codebook)
    except CorpusError as error:
        raise Contradiction(f"Een opgave is onbekend: {error}") from None


def judgement_of(form: Form, codebook: Codebook) -> Judgement:
    """Read the four judgements.

    Raises:
        Contradiction: They cannot be said together.
    """
    values = {name: ";".join(form.get(name, ())) for name in codebook.judgements}
    try:
        judged = judging.judgement(values, codebook)
    except (CorpusError, ValueError):
        raise Contradiction(
            "Kies een graad; bij een graad boven geen ook minstens één soort en een openheid."
        ) from None
    if both := codebook.contradiction(judged.labels):
        one, other = (codebook.label(x).name for x in both)
        raise Contradiction(f"Deze keuzes gaan niet samen of missen elkaar: {one}, {other}.")
    return judged


def evidence_of(form: Form, judged: Judgement, codebook: Codebook) -> tuple[Evidence, ...]:
    """Read the passages, each for a label that was given.

    Raises:
        Contradiction: One is no passage, is too long, or is for another label.
    """
    try:
        sent = judging.listed(next(iter(form.get("evidence", ())), ""))
        found = tuple(judging.evidence(x, codebook) for x in sent)
    except (*judging.FAULTS, CorpusError) as error:
        raise Contradiction(f"Een passage is onleesbaar: {error}") from None
    for one in found:
        name = codebook.label(one.label).name
        if one.label not in judged.labels:
            raise Contradiction(f"Er is een passage voor {name}, maar dat is niet gekozen.")
        if (one.end or 0) - (one.start or 0) > LONGEST_PASSAGE:
            raise Contradiction(f"De passage voor {name} is langer dan {LONGEST_PASSAGE} tekens.")
    return found


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What one person says of one notice."""

    duty: Duty
    notice: Notice
    person: str
    form: Form
    now: dt.datetime
    round: str

    def annotation(self, codebook: Codebook) -> Annotation:
        """Make the judgement.

        Raises:
            Contradiction: It cannot be said.
            CorpusError: It is about another text than the notice has.
        """
        judged = judgement_of(self.form, codebook)
        chances = self.duty.chances or {}
        drawn = self.notice.notice_id in chances
        one = Annotation(
            notice_id=self.notice.notice_id,
            text_hash=next(iter(self.form.get("text_hash", ())), "") or None,
            judgement=judged,
            evidence=evidence_of(self.form, judged, codebook),
            annotator=self.person,
            annotated_at=self.now.replace(microsecond=0),
            codebook_version=codebook.version,
            codebook_fingerprint=codebook.meaning,
            round=self.round,
            draw_id=self.duty.name if drawn else None,
            inclusion_probability=chances.get(self.notice.notice_id),
            unsure="unsure" in self.form,
        )
        judging.check(one, self.notice)
        return one

    def missions(self, codebook: Codebook) -> MissionReading | None:
        """Make the reading of the missions; ``None`` where that question was left open.

        Raises:
            Contradiction: It cannot be said.
        """
        found = missions_sent(self.form, codebook)
        if found is None:
            return None
        return MissionReading(
            notice_id=self.notice.notice_id,
            text_hash=judging.text_hash(self.notice),
            missions=found,
            annotator=self.person,
            annotated_at=self.now.date(),
            codebook_version=codebook.version,
            codebook_fingerprint=codebook.meaning,
            round=self.round,
        )


def read_missions(store: Store, file: str, codebook: Codebook) -> tuple[MissionReading, ...]:
    """Read what was said of the missions of a list or draw; nothing where nobody was asked."""
    if not store.has_missions(file):
        return ()
    return missions.read(store.missions(file), codebook, name=f"missions/{file}.csv")


def keep_missions(store: Store, file: str, one: MissionReading, codebook: Codebook) -> None:
    """Keep a reading of missions; it takes the place of what this person said before."""
    with store.exclusive("annotations"):
        known = {missions.key_of(x): x for x in read_missions(store, file, codebook)}
        store.write_missions(file, missions.write((known | {missions.key_of(one): one}).values()))


def keep_answer(store: Store, file: str, one: Annotation, codebook: Codebook) -> None:
    """Keep a judgement; one that is there already, sent again, is kept once."""
    held = store.has_annotations(file)
    known = judging.read(store.annotations(file), codebook, name=file) if held else ()
    for other in known:
        same_place = judging.key(other) == judging.key(one)
        if same_place and replace(other, annotated_at=one.annotated_at) == one:
            return
    supersede(store, file, [one], codebook)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Where one person stands in a duty.

    Attributes:
        done: Notices they judged.
        left: Notices that are their turn.
        seconds: Per judgement; ``None`` until a few were made.
    """

    done: int
    left: int
    seconds: float | None

    @property
    def minutes_left(self) -> int | None:
        """Minutes for what is left, at this pace."""
        return None if self.seconds is None else max(1, round(self.left * self.seconds / 60))


def progress_of(duty: Duty, person: str, readings: Mapping[str, Sequence[Annotation]]) -> Pace:
    """Say how far a person is."""
    own = [one for several in readings.values() for one in several if one.annotator == person]
    moments = sorted(x.annotated_at for x in own if isinstance(x.annotated_at, dt.datetime))
    gaps = [(b - a).total_seconds() for a, b in pairwise(moments)]
    paced = [x for x in gaps if 0 < x <= LONGEST_SECONDS]
    return Pace(
        done=len(own),
        left=len(duty.turns(person, readings)),
        seconds=median(paced) if len(paced) >= FEWEST_PACED else None,
    )


def passage_cell(annotation: Annotation | None) -> str:
    """Write the passages of a judgement for a form."""
    found = [x for x in annotation.evidence if x.section] if annotation else []
    return json.dumps([x.as_dict() | {"text": masked(x.text or "")} for x in found])
