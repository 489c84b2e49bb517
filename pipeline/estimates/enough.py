"""Whether there is enough for a share: lots to draw from, lots to draw, judgements of them.

The number that a share needs is ``FEWEST_LABELS``. Each refusal says what leads to it, so that
nobody judges a draw from which no figure can come.
"""

from __future__ import annotations

from pipeline.errors import TooFewLabels
from pipeline.estimates.arrays import Basis, Work
from pipeline.estimates.estimators import FEWEST_LABELS, LONGER
from pipeline.estimates.material import Material
from pipeline.records import INNOVATION


def require_lots(material: Material) -> None:
    """Refuse a frame that is too small, and say what made it so.

    Raises:
        TooFewLabels: It has fewer than ``FEWEST_LABELS`` lots.
    """
    number, period, country = len(material.lots), material.period, material.country
    if number >= FEWEST_LABELS:
        return
    others = sum(lot.excluded == "other_language" for lot in material.frame.lots)
    hint = LONGER
    if others > number:
        hint = (
            f"{others} lots have notices in other languages than {country.language}: see "
            f"`innovatiemonitor audit {period}{country.options} --output lots.csv`."
        )
    raise TooFewLabels(
        f"the frame of {period} has {number} lots; at least {FEWEST_LABELS} must be judged",
        hint=hint,
    )


def require_enough(labels: int, material: Material) -> None:
    """Refuse to draw fewer lots than a share needs.

    Raises:
        TooFewLabels: They are fewer than ``FEWEST_LABELS``, or the frame has no more.
    """
    require_lots(material)
    if labels < FEWEST_LABELS:
        raise TooFewLabels(
            f"{labels} labels asked; a share needs at least {FEWEST_LABELS}",
            hint=f"How many: `innovatiemonitor plan {material.period}{material.country.options} "
            "--half-width 2`.",
        )


def require_judged(work: Work) -> None:
    """Refuse too few judgements of a draw, and say whether the rest of it would do.

    Raises:
        TooFewLabels: They are fewer than ``FEWEST_LABELS``.
    """
    basis, number = work.basis, len(work.judged(INNOVATION)[0].drawn)
    if number >= FEWEST_LABELS:
        return
    inside = {lot.lot_key for lot in basis.lots}
    drawn = sum(key in inside for each in basis.draws for key in each.lot_keys)
    if drawn >= FEWEST_LABELS:
        hint = f"Judge the rest of the draw, then: {judged_command(basis)}."
    elif len(inside) >= FEWEST_LABELS:
        hint = (
            f"The draw has {drawn} lots of the frame; draw more: `innovatiemonitor draw "
            f"{basis.period}{basis.country.options} --labels {FEWEST_LABELS} "
            f"--seed {basis.draws[0].seed} --output more.csv`."
        )
    else:
        hint = f"The frame has {len(inside)} lots. {LONGER}"
    raise TooFewLabels(
        f"{number} lots of the draw are judged; at least {FEWEST_LABELS} are needed", hint=hint
    )


def judged_command(basis: Basis) -> str:
    """Write the command that takes judgements over."""
    return f"`innovatiemonitor judged {basis.period}{basis.country.options} FILE`"
