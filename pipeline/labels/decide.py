"""From probabilities and fields to the chosen labels."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from pipeline.codebook import MISSION, OWN_LANGUAGE, Codebook
from pipeline.learning.scorer import Scorer
from pipeline.records import INNOVATION, Document, Evidence, Judgement, Reading

# A title alone shows no degree. A text of fewer words is judged only by the forms that it names.
FEWEST_WORDS = 12
TOO_LITTLE = "too little text"
# Before the code of the language. Of one that has cues, and no model, the forms that they name.
NOT_DUTCH, ONLY_FORMS = "text is not Dutch", "forms by rules only, text is not Dutch"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenLabels:
    """What is chosen for one notice.

    Attributes:
        judgement: ``None`` where the text does not allow one.
        forms: Also given without a judgement: those that fields or names settle, and in a
            language that no model knows those that cues find.
        settled: Forms that a field settles, with that field.
        missions: Also given without a judgement; ``None`` where the text is not Dutch, or the
            model knows none.
        probabilities: What the model gave, per label id; empty where it was not asked.
        abstained: Why there is no judgement; ``None`` where there is one.
    """

    judgement: Judgement | None
    forms: tuple[str, ...]
    settled: Mapping[str, Evidence]
    probabilities: Mapping[str, float]
    missions: tuple[str, ...] | None = None
    abstained: str | None = None


def unreadable(document: Document, codebook: Codebook) -> str | None:
    """Say why the model cannot judge a document by its text at all, if so."""
    if not any(character.isalpha() for character in document.text):
        return "no text"
    if document.language != OWN_LANGUAGE:
        has_cues = document.language in codebook.translated
        return f"{ONLY_FORMS if has_cues else NOT_DUTCH}: {document.language or 'unknown'}"
    return None


def choose(
    scorer: Scorer,
    readings: Sequence[Reading],
    codebook: Codebook,
    *,
    thresholds: Mapping[str, float],
) -> Iterator[ChosenLabels]:
    """Choose the labels of some notices, in order; the model is asked of those that can be read.

    Args:
        thresholds: See :func:`decide`.
    """
    reasons = [unreadable(reading.document, codebook) for reading in readings]
    able = [x for x, reason in zip(readings, reasons, strict=True) if reason is None]
    rows = iter(scorer.predict_proba(able).tolist() if able else [])
    for reading, reason in zip(readings, reasons, strict=True):
        if reason:
            yield _left_open(reading, codebook, reason)
        else:
            given = dict(zip(scorer.labels, next(rows), strict=True))
            yield _decided(reading, given, codebook, thresholds)


def decide(
    reading: Reading,
    probabilities: Mapping[str, float],
    codebook: Codebook,
    *,
    thresholds: Mapping[str, float],
) -> ChosenLabels:
    """Choose all labels of a notice.

    Args:
        probabilities: Per label id, between 0 and 1; empty where the text is unreadable.
        thresholds: Per form, per mission and for ``innovation_oriented``, the probability from
            which it is chosen.
    """
    if reason := unreadable(reading.document, codebook):
        return _left_open(reading, codebook, reason)
    return _decided(reading, probabilities, codebook, thresholds)


def _left_open(reading: Reading, codebook: Codebook, reason: str) -> ChosenLabels:
    by_field = settled(reading, codebook)
    little = _has_little(reading.document)
    cued = (x for x in reading.hits if x.status == "asserted" and (x.names or not little))
    found = by_field.keys() | {hit.label for hit in cued}.intersection(codebook.forms)
    return ChosenLabels(
        judgement=None,
        forms=_together(found, by_field, dict.fromkeys(found, 0.0), codebook),
        settled=by_field,
        probabilities={},
        abstained=reason,
    )


def _decided(
    reading: Reading,
    probabilities: Mapping[str, float],
    codebook: Codebook,
    thresholds: Mapping[str, float],
) -> ChosenLabels:
    by_field = settled(reading, codebook)
    likely = {form for form in codebook.forms if probabilities[form] >= thresholds[form]}
    little = _has_little(reading.document)
    if little:
        likely &= {hit.label for hit in reading.hits if hit.names}
    forms = _together(likely | set(by_field), by_field, probabilities, codebook)
    least = _least_rank(forms, codebook)
    found = None
    if least or not little:
        innovative = bool(least) or 1 - probabilities["none"] >= thresholds[INNOVATION]
        rank = max(least, _median_rank(probabilities, codebook) if not little else 0)
        found = judgement(probabilities, forms, codebook, rank=rank if innovative else 0)
    return ChosenLabels(
        judgement=found,
        forms=forms,
        settled=by_field,
        probabilities=probabilities,
        missions=_missions(probabilities, codebook, thresholds),
        abstained=None if found else TOO_LITTLE,
    )


def _missions(
    probabilities: Mapping[str, float], codebook: Codebook, thresholds: Mapping[str, float]
) -> tuple[str, ...] | None:
    """Return the missions that are likely enough; ``None`` of a model that was taught none."""
    known = [x for x in codebook.of(MISSION) if x in probabilities]
    return tuple(x for x in known if probabilities[x] >= thresholds[x]) if known else None


def nothing_but(forms: tuple[str, ...]) -> Judgement:
    """Return what an abstaining model has found: the forms that fields and names settle."""
    return Judgement(degree="none", aspect=(), openness="closed", forms=forms)


def settled(reading: Reading, codebook: Codebook) -> dict[str, Evidence]:
    """Return the forms that a structured field settles, with that field.

    A notice of the innovation partnership procedure is one, unless its text denies it. A field
    that buyers often fill in wrongly settles a form only where a cue says so too (``doubted``).
    """
    notice = reading.document.notice
    said = {hit.label for hit in reading.hits if hit.status == "asserted"}
    denied = {hit.label for hit in reading.hits if hit.names and hit.status == "negated"} - said
    found = {}
    for form in codebook.forms:
        label = codebook.label(form)
        doubtful = notice.procedure in label.doubted and form not in said
        if (by := label.settled_by(notice)) and not doubtful and form not in denied:
            found[form] = Evidence(label=form, field=by[0], value=by[1])
    return found


def judgement(
    probabilities: Mapping[str, float], forms: tuple[str, ...], codebook: Codebook, *, rank: int
) -> Judgement:
    """Choose aspect and openness for a degree.

    Args:
        probabilities: Per label id, between 0 and 1.
        forms: The chosen forms.
        rank: Of the chosen degree; 0 is ``none``.
    """
    if not rank:
        return Judgement(degree=codebook.degrees[0], aspect=(), openness="closed", forms=forms)
    implied = {aspect for form in forms for aspect in codebook.label(form).implies}
    likely = _aspects(probabilities, codebook.of("aspect"))
    return Judgement(
        degree=codebook.degrees[rank],
        aspect=tuple(sorted(implied.union(likely))),
        openness="asked" if probabilities["asked"] >= probabilities["room"] else "room",
        forms=forms,
    )


def _has_little(document: Document) -> bool:
    words = (word for word in document.text.split() if any(map(str.isalpha, word)))
    return sum(1 for _ in islice(words, FEWEST_WORDS)) < FEWEST_WORDS


def _together(
    forms: Collection[str],
    by_field: Collection[str],
    probabilities: Mapping[str, float],
    codebook: Codebook,
) -> tuple[str, ...]:
    """Of forms that exclude each other the surest stays: a field's, else the likeliest.

    Without probabilities the first by name: what is called both SBIR and precommercial is the
    latter (codebook).
    """
    kept: list[str] = []
    for form in sorted(forms, key=lambda x: (x not in by_field, -probabilities[x], x)):
        label = codebook.label(form)
        if not any(x in label.excludes or form in codebook.label(x).excludes for x in kept):
            kept.append(form)
    return tuple(sorted(kept))


def _least_rank(forms: Collection[str], codebook: Codebook) -> int:
    least = (codebook.label(form).least_degree for form in forms)
    return max((codebook.degrees.index(degree) for degree in least if degree), default=0)


def _median_rank(probabilities: Mapping[str, float], codebook: Codebook) -> int:
    """The lowest rank at which at least half of the probability above ``none`` is reached.

    Doubt falls to the lower rank.
    """
    above = codebook.degrees[1:]
    half = sum(probabilities[degree] for degree in above) / 2
    reached = 0.0
    for rank, degree in enumerate(above, 1):
        reached += probabilities[degree]
        if reached >= half:
            return rank
    return len(above)


def _aspects(probabilities: Mapping[str, float], aspects: tuple[str, ...]) -> tuple[str, ...]:
    half = (1 - probabilities["none"]) / 2
    likely = [x for x in aspects if probabilities[x] >= half]
    # What is innovation-oriented has at least one aspect.
    return tuple(sorted(likely or [max(aspects, key=lambda x: probabilities[x])]))
