"""From probabilities and fields to the chosen labels."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.codebook import Codebook
from pipeline.records import INNOVATION, Evidence, Judgement, Notice


def settled(notice: Notice, codebook: Codebook) -> dict[str, Evidence]:
    """Return the forms that a structured field settles by itself, with that field.

    A notice of the innovation partnership procedure is one, whatever its text says.
    """
    found = {}
    for form in codebook.forms:
        if by := codebook.label(form).settled_by(notice):
            found[form] = Evidence(label=form, field=by[0], value=by[1])
    return found


def chosen(
    notice: Notice,
    probabilities: Mapping[str, float],
    codebook: Codebook,
    *,
    thresholds: Mapping[str, float],
) -> Judgement:
    """Choose all labels of a notice that was judged by its text.

    Args:
        probabilities: Per label id, between 0 and 1.
        thresholds: Per form and for ``innovation_oriented``, the probability from which it is
            chosen.
    """
    likely = {form for form in codebook.forms if probabilities[form] >= thresholds[form]}
    forms = tuple(sorted(likely | set(settled(notice, codebook))))
    return judgement(probabilities, forms, codebook, threshold=thresholds[INNOVATION])


def judgement(
    probabilities: Mapping[str, float],
    forms: tuple[str, ...],
    codebook: Codebook,
    *,
    threshold: float,
) -> Judgement:
    """Choose degree, aspect and openness.

    The degree above ``none`` is the median one: the lowest rank at which at least half of the
    probability above ``none`` is reached, so that doubt falls to the lower rank.

    Args:
        probabilities: Per label id, between 0 and 1.
        forms: The chosen forms.
        threshold: Probability of innovation from which a notice is innovation-oriented.
    """
    innovation = 1 - probabilities["none"]
    if innovation < threshold:
        return Judgement(degree="none", aspect=(), openness="closed", forms=forms)
    implied = {aspect for form in forms for aspect in codebook.label(form).implies}
    likely = _aspects(probabilities, codebook.of("aspect"), innovation)
    return Judgement(
        degree=_median(probabilities, codebook.degrees[1:]),
        aspect=tuple(sorted(implied.union(likely))),
        openness="asked" if probabilities["asked"] >= probabilities["room"] else "room",
        forms=forms,
    )


def _median(probabilities: Mapping[str, float], degrees: tuple[str, ...]) -> str:
    half = sum(probabilities[degree] for degree in degrees) / 2
    reached = 0.0
    for degree in degrees:
        reached += probabilities[degree]
        if reached >= half:
            return degree
    return degrees[-1]


def _aspects(
    probabilities: Mapping[str, float], aspects: tuple[str, ...], innovation: float
) -> tuple[str, ...]:
    likely = [x for x in aspects if probabilities[x] >= innovation / 2]
    # What is innovation-oriented has at least one aspect.
    return tuple(sorted(likely or [max(aspects, key=lambda x: probabilities[x])]))
