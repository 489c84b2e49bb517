"""What cues and fields alone would say: the rules, held against the model."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.codebook import Codebook
from pipeline.records import Judgement, Reading


def judge(reading: Reading, codebook: Codebook, *, settled: Iterable[str]) -> Judgement:
    """Judge a notice by its asserted cues and its fields, without a model.

    The highest degree that a cue points to counts. A degree without a cue for aspect or
    openness is a solution that is asked for, the most frequent case.

    Args:
        settled: Forms that a field settles.
    """
    found = {hit.label for hit in reading.hits if hit.status == "asserted"}
    forms = tuple(sorted((found & set(codebook.forms)) | set(settled)))
    degree = max(found & set(codebook.degrees), key=codebook.degrees.index, default="none")
    if degree == "none":
        return Judgement(degree=degree, aspect=(), openness="closed", forms=forms)
    aspect = tuple(sorted(found & set(codebook.of("aspect")))) or ("solution",)
    openness = "room" if "room" in found and "asked" not in found else "asked"
    return Judgement(degree=degree, aspect=aspect, openness=openness, forms=forms)
