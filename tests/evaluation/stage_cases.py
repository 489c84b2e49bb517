"""Cases made by hand: what people said, what a model chose, and how sure it was."""

from pipeline.evaluation.cases import Case
from pipeline.records import Judgement


def judgement(degree, forms=()):
    """Return a judgement of a degree; what is innovation-oriented asks for a solution."""
    if degree == "none":
        return Judgement(degree="none", aspect=(), openness="closed", forms=tuple(forms))
    return Judgement(degree=degree, aspect=("solution",), openness="asked", forms=tuple(forms))


def make(codebook, number, true, chosen, *, p=0.9, forms=(), chosen_forms=None, **rest):
    """Return a case; ``p`` is the probability of innovation, spread evenly over its degrees."""
    innovation = dict.fromkeys(codebook.degrees[1:], p / 3)
    probabilities = {label.label_id: 0.0 for label in codebook.labels} | innovation
    probabilities |= {"none": 1 - p, "closed": 1 - p, "asked": p, "solution": p}
    given = tuple(forms if chosen_forms is None else chosen_forms)
    probabilities |= dict.fromkeys(given, 1.0)
    defaults = {"group": number, "facts": {}, "probabilities": probabilities}
    return Case(
        notice_id=f"n{number:03d}",
        truth=judgement(true, forms),
        chosen=judgement(chosen, given),
        **defaults | rest,
    )
