"""All steps of a period, from what the store holds to the files of the report."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.estimates import published, reference
from pipeline.estimates.figured import diagnostics
from pipeline.estimates.published import Published
from pipeline.estimates.series import Quarter
from pipeline.estimates.work import PeriodFigures
from pipeline.notices.indicators import read_indicator
from pipeline.notices.period import (
    counted_indicators,
)
from pipeline.report.assembled import Background, assemble_facts, beside_published, inputs
from pipeline.report.build import build
from pipeline.report.consultation_lines import consultation_lines
from pipeline.report.consultations import (
    ENDINGS,
    NAME,
    until_of,
    write_consultations,
)
from pipeline.report.facts import Facts, Imprint, Reconciled
from pipeline.stamps import stamp
from pipeline.store import sha256


@dataclass(kw_only=True)
class PeriodWork(PeriodFigures):
    """One period, with its report; each step is made when it is asked for, and once."""

    def to_publish(self, day: dt.date) -> Published:
        """Return the figures as they would be published.

        Raises:
            NoDraw: There is no judged draw.
            TooFewLabels: Too little of it is judged.
        """
        return Published.of(
            self.period,
            self.figured,
            self.material.lots,
            day=day,
            model_id=self.scores.model_id,
            inputs=self.inputs,
        )

    @cached_property
    def inputs(self) -> dict[str, str]:
        """SHA-256 of what the figures rest on."""
        return inputs(self.material, self.scores, self.judged_draw[1])

    def facts(self, day: dt.date) -> Facts:
        """Put the facts of the report together."""
        figured = diagnostics(self.basis) if self.missing else self.figured
        return assemble_facts(
            self.material,
            figured,
            self.scores,
            self.judged_draw[1],
            background=Background(
                codebook=self.codebook,
                as_of=day,
                settings_fingerprint=self.settings.fingerprint,
                before=self.before,
                revised=self._revised(day),
                elsewhere=self.elsewhere,
                indicators=self.indicators,
                checks=self.checks,
                imprint=Imprint.of(self.settings, self.period),
                yardsticks=reference.yardsticks(self._yardsticks, of=self.country.reference),
            ),
        )

    @cached_property
    def elsewhere(self) -> Mapping[str, int]:
        """Lots of tenders that do not touch the period, by why they are out."""
        if self.material.rest is None:
            return {}
        with self.show("link what changed elsewhere") as tell:
            return self.material.rest.lots(tell=tell)

    @property
    def _indicators(self) -> dict[str, dict[str, Any]]:
        return self.store.indicators(of=self.country.reference)

    @property
    def _yardsticks(self) -> str:
        return self.store.reference("yardsticks", of=self.country.reference)

    @cached_property
    def indicators(self) -> list[Reconciled]:
        """Counts that others published, with ours."""
        known = {
            name: read_indicator(table, name, self.country)
            for name, table in self._indicators.items()
        }
        forms = self.scores.forms()
        counts = counted_indicators(known, overview=self.overview, forms_by_notice=forms)
        return list(beside_published(known, counts, self.overview.published))

    def _revised(self, day: dt.date) -> list[tuple[Published, Published]]:
        """Publications of this and earlier quarters that no longer hold, with what does."""
        found = published.revised_before(self.store, self.before)
        last = published.latest(self.store, self.period)
        if last is not None and not self.missing:
            now = self.to_publish(day)
            if last.figures.estimates != now.figures.estimates:
                found.append((last, now))
        return found

    @cached_property
    def before(self) -> list[Quarter]:
        """The published quarters that run up to this one; none where it is no quarter."""
        return published.run_up(self.store, self.period) if self.period.is_quarter else []

    def report(self, folder: Path, *, day: dt.date) -> Report:
        """Write the report, and keep its figures as published unless a check forbids it.

        Args:
            folder: For the files.
            day: Of the report.
        """
        touched = self.touched
        written = self.facts(day)
        paths = [*build(written, folder), *self.list_consultations(folder)]
        new = (
            written.draw is not None
            and not written.failed
            and published.publish(self.to_publish(day), self.store)
        )
        # A draft is looked at again, so that its checks are heard again.
        self._keep_state(day.isoformat(), paths, "" if written.failed else touched)
        return Report(facts=written, paths=paths, published=new)

    def list_consultations(self, folder: Path) -> list[Path]:
        """Write the market consultations of all time into a folder, and return the files."""
        lines = consultation_lines(self, self.overview, model_id=self.model)
        paths = [folder / f"{NAME}{ending}" for ending in ENDINGS]
        for path in paths:
            write_consultations(lines, path, until=until_of(self.overview), country=self.country)
        return paths

    def _keep_state(self, day: str, paths: Sequence[Path], touched: str) -> None:
        facts = {"made_of": self.made_of, "touched": touched, "day": day}
        files = [str(path.resolve()) for path in paths]
        self.store.keep("state", f"report-{self.period}", {**facts, "paths": files})

    @property
    def made_of(self) -> str:
        """SHA-256 of all that the report shows."""
        facts = [
            self.inputs,
            self.settings.fingerprint,
            self.codebook.fingerprint,
            [each.finding for each in self.checks],
            repr(self.before),
            self._indicators,
            self._yardsticks,
        ]
        return sha256(json.dumps(facts, sort_keys=True, default=str).encode())

    @cached_property
    def touched(self) -> str:
        """Fingerprint of names, sizes and times of all files that a report may rest on.

        It is taken before any of them is read: what changes meanwhile is seen by the next run.
        What a run itself writes does not count: scores, and publications of the period.
        """
        corpora, package = self.store.corpora, Path(__file__).parent
        own = [corpora / name for name in ("scores", "state")]
        own.append(corpora / "published" / str(self.period))
        roots = (corpora, package, self.store.models)
        return sha256(
            f"{stamp(roots, apart=own)} {self.settings.fingerprint} {self.model}".encode()
        )

    def is_untouched(self, folder: Path) -> bool:
        """Whether the report is in a folder and no file was touched since: nothing is read."""
        state = self._reported(folder)
        return bool(state) and state.get("touched") == self.touched

    def is_reported(self, folder: Path) -> bool:
        """Whether the report of exactly these inputs is already in a folder."""
        state = self._reported(folder)
        if not state or state["made_of"] != self.made_of:
            return False
        # Files were touched, and their contents are the same: the next run need not read them.
        self._keep_state(state["day"], list(map(Path, state["paths"])), self.touched)
        return True

    def _reported(self, folder: Path) -> dict[str, Any]:
        """Return what is known of the last report; nothing where a file of it is gone."""
        name = f"report-{self.period}"
        state: dict[str, Any] = self.store.kept("state", name).get(name, {})
        paths = [Path(path) for path in state.get("paths", ())]
        there = all(path.is_file() and path.parent == folder.resolve() for path in paths)
        return state if there else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What reporting did.

    Attributes:
        paths: Of the files, the page first.
        published: Whether new figures were kept as published.
    """

    facts: Facts
    paths: Sequence[Path]
    published: bool
