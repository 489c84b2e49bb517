"""What people decided about values that are too large to be believed unseen.

``corpora/decisions/values.csv``, one line per lot: ``keep`` (it is right), ``drop`` (it is not, and
nobody knows the right one: the value is missing and is imputed) or ``value`` (the right one).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Literal, cast, get_args

from pipeline.errors import CorpusError
from pipeline.estimates._values import Valued
from pipeline.estimates.scenarios import Volume

Choice = Literal["keep", "drop", "value"]

SUSPECT = "suspect"
FLAGS: Mapping[Choice, str] = {
    "keep": "value_kept",
    "drop": "value_dropped",
    "value": "value_decided",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What somebody decided about the value of a lot.

    Attributes:
        value_eur: The right value; exactly with ``value``.
        who: A pseudonym or a role.
    """

    lot_key: str
    decision: Choice
    value_eur: float | None = None
    reason: str
    who: str
    on: dt.date

    def __post_init__(self) -> None:
        if self.decision not in get_args(Choice):
            known = ", ".join(get_args(Choice))
            raise CorpusError(f"decision is {self.decision!r}; expected one of {known}")
        if (self.decision == "value") != (self.value_eur is not None):
            raise CorpusError(
                f"decision {self.decision!r} with value_eur {self.value_eur}; "
                "expected a value with `value`, and only there"
            )
        if self.value_eur is not None and not 0 < self.value_eur < math.inf:
            raise CorpusError(f"value_eur is {self.value_eur}; expected euro above 0")
        for name in ("lot_key", "reason", "who"):
            if not getattr(self, name).strip():
                raise CorpusError(f"{name} is empty; a decision says which lot, why, and by whom")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """From where values are suspect, and what was decided.

    Attributes:
        largest: Euro.
        decisions: By ``lot_key``.
    """

    largest: float = math.inf
    decisions: Mapping[str, Decision] = field(default_factory=dict)

    def applied(self, lot_key: str, valued: Valued) -> Valued:
        """Return the value as it was decided, or marked as suspect."""
        decided = self.decisions.get(lot_key)
        if decided is None:
            suspect = valued.euro is not None and valued.euro > self.largest
            return _flagged(valued, SUSPECT) if suspect else valued
        flagged = _flagged(valued, FLAGS[decided.decision])
        if decided.decision == "keep":
            return flagged
        return replace(
            flagged,
            euro=decided.value_eur,
            rung=valued.rung if decided.decision == "value" else "missing",
            not_taken=(*valued.not_taken, f"{valued.rung} {valued.euro} EUR"),
        )


def largest_value(volumes: Mapping[int, Volume], year: int, *, fraction: float) -> float:
    """Return the value above which a lot is suspect: a part of what is bought in a year.

    Of the years with a total the last one up to ``year`` is taken, else the first one.
    """
    known = [x for x in volumes if x <= year] or [min(volumes)]
    return volumes[max(known)].total * fraction


def read_decisions(text: str) -> dict[str, Decision]:
    """Read ``values.csv``; of several decisions about a lot the last one holds.

    Raises:
        CorpusError: A column or value is wrong; the message names the line.
    """
    names = [x.name for x in fields(Decision)]
    lines = csv.DictReader(io.StringIO(text, newline=""))
    if text and lines.fieldnames != names:
        raise CorpusError(f"decisions/values.csv: columns {lines.fieldnames}; expected {names}")
    found = {}
    for line in lines:
        try:
            one = _decision(line)
        except (CorpusError, ValueError, TypeError) as error:
            raise CorpusError(f"decisions/values.csv, line {lines.line_num}: {error}") from None
        found[one.lot_key] = one
    return found


def _decision(line: Mapping[str, str]) -> Decision:
    return Decision(
        lot_key=line["lot_key"],
        decision=cast("Choice", line["decision"]),
        value_eur=float(line["value_eur"]) if line["value_eur"] else None,
        reason=line["reason"],
        who=line["who"],
        on=dt.date.fromisoformat(line["on"]),
    )


def with_decision(text: str, decision: Decision) -> str:
    """Return the file with a decision added; earlier ones remain."""
    out = io.StringIO()
    lines = csv.DictWriter(out, [x.name for x in fields(Decision)], lineterminator="\n")
    if not text:
        lines.writeheader()
    lines.writerow(asdict(decision))
    return text + out.getvalue()


def _flagged(valued: Valued, flag: str) -> Valued:
    return replace(valued, flags=tuple(sorted({*valued.flags, flag})))
