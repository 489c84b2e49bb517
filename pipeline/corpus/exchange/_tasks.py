"""What leaves for a tool: notices with their text, and what is already said about them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.codebook import Codebook
from pipeline.corpus.analyzer import assemble
from pipeline.corpus.annotations import check
from pipeline.errors import CorpusError
from pipeline.records import Annotation, Draw, Evidence, Judgement, Notice, Prediction, Section
from pipeline.spreadsheet import CONVENTIONAL
from pipeline.store import short_hash

Facts = dict[str, object]

# The box that is ticked next to the labels of the codebook.
UNSURE = "unsure"

# The fact that names passages which a tool cannot show.
UNSHOWN = "unshown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """How one tool is written and read; see ``EXCHANGES``.

    Attributes:
        beside: Gives the files that set the tool up, by how their names end.
        steps: What to do in the tool, one line each.
        lost: Counts the passages of some tasks that the tool cannot show.
    """

    export: Callable[[Iterable[Task], Codebook], bytes]
    import_: Callable[..., tuple[Annotation, ...]]
    beside: Callable[[Codebook], Mapping[str, bytes]] = lambda _: {}
    steps: tuple[str, ...] = ()
    lost: Callable[[Iterable[Task]], int] = lambda _: 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One notice to judge, or with its judgements.

    Attributes:
        text: As it was cleaned; what a tool shows, and in which it counts.
        draw_id, inclusion_probability: Of the draw it came in by; ``None`` when it was chosen.
    """

    notice: Notice
    text: str
    sections: tuple[Section, ...] = field(repr=False)
    annotations: tuple[Annotation, ...]
    prediction: Prediction | None
    draw_id: str | None
    inclusion_probability: float | None

    @property
    def facts(self) -> Facts:
        """What a new judgement of this notice must know, and a tool does not."""
        return {
            "text_hash": short_hash(self.text),
            "draw_id": self.draw_id,
            "inclusion_probability": self.inclusion_probability,
        }

    @property
    def entries(self) -> tuple[Annotation | None, ...]:
        """One per judgement, or one ``None`` for a notice that nobody judged."""
        return self.annotations or (None,)

    def spans(self, evidence: Iterable[Evidence]) -> list[tuple[int, int, str]]:
        """Return start, end and label of the passages, counted in the text."""
        starts = {section.name: section.start for section in self.sections}
        return [
            (starts[x.section] + x.start, starts[x.section] + x.end, x.label)
            for x in evidence
            if x.section is not None and x.start is not None and x.end is not None
        ]


def tasks(
    notices: Iterable[Notice],
    judged: Iterable[Annotation | Prediction] = (),
    *,
    draw: Draw | None = None,
) -> Iterator[Task]:
    """Put notices and what is said about them together, in the order of the notices.

    Args:
        notices: To export; judgements of other notices are left out.
        judged: Judgements by people, predictions, or both.
        draw: Where the notices come from, if they were drawn. A notice with several drawn lots
            gets the largest of their probabilities, below which its own cannot lie. What the
            model thinks of a drawn notice is never shown to whoever judges it.

    Raises:
        CorpusError: A judgement is about another text, or contradicts its own evidence.
    """
    annotations: defaultdict[str, list[Annotation]] = defaultdict(list)
    predictions: dict[str, Prediction] = {}
    for one in judged:
        if isinstance(one, Prediction):
            predictions[one.notice.notice_id] = one
        else:
            annotations[one.notice_id].append(one)
    chances = probabilities(draw) if draw else {}
    for notice in notices:
        text, sections = assemble(notice)
        for one in annotations[notice.notice_id]:
            _check(one, notice)
        drawn = notice.notice_id in chances
        yield Task(
            notice=notice,
            text=text,
            sections=sections,
            annotations=tuple(annotations[notice.notice_id]),
            prediction=None if drawn else predictions.get(notice.notice_id),
            draw_id=draw.draw_id if draw and drawn else None,
            inclusion_probability=chances.get(notice.notice_id),
        )


def facts(one: Annotation) -> Facts:
    """What a judgement holds that is no label and no passage."""
    return {
        "text_hash": one.text_hash,
        "annotator": one.annotator,
        "annotated_at": one.annotated_at.isoformat(),
        "codebook_version": one.codebook_version,
        "codebook_fingerprint": one.codebook_fingerprint,
        "round": one.round,
        "draw_id": one.draw_id,
        "inclusion_probability": one.inclusion_probability,
        "evidence": [x.as_dict() for x in one.evidence],
        # What was ticked: whoever changes it in a tool makes a judgement of their own.
        "judged": chosen(one),
    }


def labels(judgement: Judgement) -> list[str]:
    """The labels of a judgement, degree first; no form is ``conventional``."""
    forms = judgement.forms or (CONVENTIONAL,)
    return [judgement.degree, *judgement.aspect, judgement.openness, *forms]


def chosen(one: Annotation) -> list[str]:
    """What was ticked: the labels, and ``unsure``."""
    return labels(one.judgement) + [UNSURE] * one.unsure


def suggested(prediction: Prediction | None) -> list[str]:
    """The labels that a prediction suggests; only forms when the model abstained."""
    if prediction is None:
        return []
    return labels(prediction.judgement) if prediction.judgement else list(prediction.forms)


def options(codebook: Codebook) -> dict[str, str]:
    """All that can be ticked, with the name that people read."""
    names = {label.label_id: label.name for label in codebook.labels}
    return names | {CONVENTIONAL: "conventioneel", UNSURE: "twijfel"}


def jsonl(entries: Iterable[Mapping[str, object]]) -> bytes:
    """Write one JSON object per line, in ASCII: doccano guesses at other encodings."""
    return b"".join(json.dumps(x).encode() + b"\n" for x in entries)


def _check(one: Annotation, notice: Notice) -> None:
    check(one, notice)
    judged = chosen(one)
    for each in one.evidence:
        # A tool shows no fields: they come back with their label, and only with it.
        if each.field is not None and each.label not in judged:
            raise CorpusError(
                f"{one.notice_id}: field {each.field} is evidence for {each.label}, "
                f"which was not judged so"
            )


def probabilities(draw: Draw) -> dict[str, float]:
    """Return the inclusion probability of each drawn notice: the largest of those of its lots."""
    chances: dict[str, float] = {}
    for notice_id, chance in zip(draw.text_notice_ids, draw.probabilities, strict=True):
        chances[notice_id] = max(chance, chances.get(notice_id, 0))
    return chances
