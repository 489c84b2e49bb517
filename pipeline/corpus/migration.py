"""Judgements from one version of the codebook to the next: all files, or none."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.codebook import Codebook
from pipeline.corpus import annotations as judging
from pipeline.corpus import dutch_excel, missions
from pipeline.errors import CorpusError
from pipeline.records import Annotation
from pipeline.spreadsheet import labels_cell, labels_of_cell

# What a file of before fingerprints lacks; the migration fills it in.
FINGERPRINT = "codebook_fingerprint"

Line = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Renames:
    """What is to be done with labels that one version has and the other has not.

    Attributes:
        absent: New labels that no earlier judgement has: nobody was asked, and it counts as no.
        renamed: Old label id to new one.
    """

    absent: Collection[str] = ()
    renamed: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MigratedFile:
    """A file of judgements as it would be written.

    Attributes:
        changed: Judgements of another version or without a fingerprint.
        renamed: Old label id to how many judgements had it.
    """

    name: str
    annotations: tuple[Annotation, ...]
    changed: int
    renamed: Mapping[str, int]


def migrate(
    files: Mapping[str, str], codebook: Codebook, renames: Renames
) -> tuple[MigratedFile, ...]:
    """Take judgements of earlier versions over to the codebook's.

    Args:
        files: Name to CSV; ``codebook_fingerprint`` may be missing.
        codebook: The new one.

    Raises:
        CorpusError: A label is unknown and not renamed, or occurs in no judgement and is not
            named in ``absent``; a judgement is of a later version; or of this one, but of
            other labels, definitions or fields.
    """
    for label in (*renames.absent, *renames.renamed.values()):
        codebook.label(label)
    migrated = tuple(_file(name, text, codebook, renames) for name, text in files.items())
    _require_said(migrated, codebook, renames)
    return migrated


def migrate_missions(
    files: Mapping[str, str], codebook: Codebook, renamed: Mapping[str, str]
) -> dict[str, str]:
    """Take judgements of missions over to the codebook's version; name to CSV.

    Raises:
        CorpusError: A mission is unknown and not renamed, or see :func:`migrate`.
    """
    return {name: _missions(name, text, codebook, renamed) for name, text in files.items()}


def _missions(name: str, text: str, codebook: Codebook, renamed: Mapping[str, str]) -> str:
    lines = dutch_excel.table(text, missions.COLUMNS)
    out = io.StringIO()
    migrated = csv.DictWriter(out, missions.COLUMNS, lineterminator="\n")
    migrated.writeheader()
    for line in lines:
        with judging.numbered(f"missions/{name}, line {lines.line_num}"):
            if _is_old(line, codebook):
                given = dict.fromkeys(renamed.get(x, x) for x in labels_of_cell(line["missions"]))
                line |= {
                    "missions": labels_cell(given),
                    "codebook_version": str(codebook.version),
                    FINGERPRINT: codebook.meaning,
                }
        migrated.writerow(line)
    return missions.write(missions.read(out.getvalue(), codebook, name=name))


def _file(name: str, text: str, codebook: Codebook, renames: Renames) -> MigratedFile:
    found, changed, counts = [], 0, Counter[str]()
    for number, line in judging.cells(text, name=name, optional=(FINGERPRINT,)):
        with judging.numbered(f"{name}, line {number}"):
            old = _is_old(line, codebook)
            counts.update(set(_labels(line)) & set(renames.renamed) if old else ())
            found.append(
                judging.annotation(_new(line, codebook, renames) if old else line, codebook)
            )
            changed += old
    return MigratedFile(
        name=name, annotations=tuple(found), changed=changed, renamed=dict(sorted(counts.items()))
    )


def _is_old(line: Line, codebook: Codebook) -> bool:
    """Whether a judgement must be taken over; one that nobody can vouch for is refused."""
    version, judged_by = int(line["codebook_version"]), line.get(FINGERPRINT, "")
    if version > codebook.version:
        raise CorpusError(f"judged by codebook version {version}; this is {codebook.version}")
    return version < codebook.version or not judged_by


def _new(line: Line, codebook: Codebook, renames: Renames) -> Line:
    """Return the cells of a judgement under the new codebook; evidence is renamed with it."""
    new = renames.renamed
    judged = {
        name: labels_cell(dict.fromkeys(new.get(x, x) for x in labels_of_cell(line[name])))
        for name in codebook.judgements
    }
    evidence = judging.listed(line["evidence"])
    for one in evidence:
        if isinstance(one, dict) and one.get("label") in new:
            one["label"] = new[one["label"]]
    return {
        **line,
        **judged,
        "evidence": judging.joined(evidence),
        "codebook_version": str(codebook.version),
        FINGERPRINT: codebook.meaning,
    }


def _labels(line: Line) -> Iterable[str]:
    names = ("degree", "aspect", "openness", "forms")
    return (x for name in names for x in labels_of_cell(line[name]))


def _require_said(migrated: Sequence[MigratedFile], codebook: Codebook, renames: Renames) -> None:
    """A label that nobody was asked about must be named: its absence is no judgement."""
    judged = [one for file in migrated for one in file.annotations]
    given = {label for one in judged for label in one.judgement.labels}
    silent = [x.label_id for x in codebook.labels if x.label_id not in given | {*renames.absent}]
    if judged and silent:
        raise CorpusError(
            f"none of {len(judged)} judgements has {', '.join(silent)}; nobody may have been asked",
            hint="Say so: " + " ".join(f"--default {x}=no" for x in silent),
        )


def of_version(codebook: Codebook, version: int) -> Codebook:
    """Return the codebook under its next version.

    Raises:
        CorpusError: It is of a later version, or a version would be skipped.
    """
    if not codebook.version <= version <= codebook.version + 1:
        raise CorpusError(
            f"the codebook is version {codebook.version}; expected --to {codebook.version} or "
            f"{codebook.version + 1}, not {version}"
        )
    return replace(codebook, version=version)
