"""The only module that knows ``corpora/`` and ``models/`` on disk.

Files are written whole (``pipeline.writing``): a reader sees the old file or the new one, never
half of either. Who writes what it has read, holds :meth:`Store.exclusive` in between.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal

from pipeline.errors import CorpusError, SettingsError
from pipeline.plain import (
    MODEL_ID,
    canonical,
    json_lines,
    model_name,
    one_file_name,
    read_text,
    sha256,
    short_hash,
    to_json,
)
from pipeline.shelved import ModelFolder
from pipeline.writing import locked, write_atomic

__all__ = ["MODEL_ID", "Store", "canonical", "sha256", "short_hash", "to_json"]

# What several processes may want to change at once.
Shared = Literal[
    "annotations",
    "decisions",
    "draws",
    "floors",
    "index",
    "lists",
    "models",
    "people",
    "promotions",
    "published",
]
# What is kept as JSON, by name.
Kept = Literal["draws", "lists", "published", "state"]

VERSION_LINE = re.compile(r"^version = \d+$", re.MULTILINE)


def _all_lines(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for path in paths:
        yield from json_lines(path)


class Store(ModelFolder):
    """The folders of one home.

    Args:
        home: Folder that holds ``corpora/`` and ``models/``.

    Raises:
        SettingsError: It does not hold a codebook.
    """

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        if not self.codebook_path.is_file():
            raise SettingsError(
                f"no codebook at {self.codebook_path}",
                hint="Set INNOVATIEMONITOR_HOME to a checkout of innovatiemonitor.",
            )

    @property
    def corpora(self) -> Path:
        """The folder of notices, texts and judgements."""
        return self.home / "corpora"

    @property
    def codebook_path(self) -> Path:
        """The codebook."""
        return self.corpora / "codebook.toml"

    def exclusive(self, what: Shared) -> AbstractContextManager[None]:
        """Let one process at a time read and then write something; others wait.

        Raises:
            PipelineError: Another process holds it for a minute.
        """
        return locked(self.corpora / "state" / what)

    def demo_notices(self) -> list[Path]:
        """Return the files and folders of fictional notices, all but their LEESMIJ."""
        return sorted(x for x in (self.corpora / "demo").iterdir() if x.suffix != ".md")

    def codebook(self) -> dict[str, Any]:
        """Read the codebook's tables.

        Raises:
            CorpusError: It is not TOML.
        """
        try:
            return tomllib.loads(read_text(self.codebook_path, "no codebook"))
        except tomllib.TOMLDecodeError as error:
            raise CorpusError(f"{self.codebook_path} is not TOML: {error}") from None

    def language_cues(self) -> dict[str, dict[str, Any]]:
        """Read the cues in other languages: per language (ISO 639-1) a table per label id.

        Raises:
            CorpusError: One is not TOML.
        """
        return self._tables("languages")

    def write_codebook_version(self, version: int) -> None:
        """Raise the codebook's version and leave the rest of the file as it is.

        Raises:
            CorpusError: It has no line for the version.
        """
        text, found = VERSION_LINE.subn(
            f"version = {version}", read_text(self.codebook_path, "no codebook"), count=1
        )
        if not found:
            raise CorpusError(f"{self.codebook_path}: no line `version = ...`")
        write_atomic(self.codebook_path, text.encode())

    def indicators(self, *, of: str = "") -> dict[str, dict[str, Any]]:
        """Read the tables of saved indicators, by file name, sorted.

        Args:
            of: A country's folder within them.

        Raises:
            CorpusError: One is not TOML.
        """
        return self._tables(f"indicators/{of}")

    def _tables(self, folder: str) -> dict[str, dict[str, Any]]:
        tables = {}
        for path in sorted((self.corpora / folder).glob("*.toml")):
            try:
                tables[path.stem] = tomllib.loads(path.read_text(encoding="utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise CorpusError(f"{path} is not TOML: {error}") from None
        return tables

    def annotations(self, name: str) -> str:
        """Read a file of human judgements.

        Raises:
            CorpusError: There is none.
            SettingsError: The name is no name of a file.
        """
        return read_text(self.annotations_path(name), "no annotations")

    def has_annotations(self, name: str) -> bool:
        """Whether there is a file of human judgements of this name."""
        return self.annotations_path(name).is_file()

    def write_annotations(self, name: str, text: str) -> None:
        """Write a file of human judgements, whole."""
        write_atomic(self.annotations_path(name), text.encode())

    def annotations_path(self, name: str) -> Path:
        """The file of human judgements of this name.

        Raises:
            SettingsError: It is no name of a file.
        """
        return self.corpora / "annotations" / f"{one_file_name(name)}.csv"

    def missions(self, name: str) -> str:
        """Read a file of judgements of missions.

        Raises:
            CorpusError: There is none.
            SettingsError: The name is no name of a file.
        """
        return read_text(self._missions_path(name), "no judgements of missions")

    def has_missions(self, name: str) -> bool:
        """Whether there is a file of judgements of missions of this name."""
        return self._missions_path(name).is_file()

    def mission_files(self) -> dict[str, str]:
        """Read all files of judgements of missions, by name, sorted."""
        paths = sorted((self.corpora / "missions").glob("*.csv"))
        return {path.stem: read_text(path, "no judgements of missions") for path in paths}

    def write_missions(self, name: str, text: str) -> None:
        """Write a file of judgements of missions, whole."""
        write_atomic(self._missions_path(name), text.encode())

    def _missions_path(self, name: str) -> Path:
        return self.corpora / "missions" / f"{one_file_name(name)}.csv"

    def add_migration(self, facts: Mapping[str, object]) -> None:
        """Add to the record of how judgements went from one codebook to the next."""
        path = self.corpora / "migrations.jsonl"
        before = path.read_bytes() if path.is_file() else b""
        write_atomic(path, before + canonical(facts).encode() + b"\n")

    def add_withdrawals(self, lines: Iterable[Mapping[str, object]]) -> None:
        """Add to the record of judgements that were withdrawn."""
        path = self.corpora / "withdrawn.jsonl"
        before = path.read_bytes() if path.is_file() else b""
        write_atomic(path, before + b"".join(canonical(x).encode() + b"\n" for x in lines))

    def authored(self) -> Iterator[dict[str, Any]]:
        """Read the authored notices, in order of file and line.

        Raises:
            CorpusError: A line is not JSON.
        """
        return _all_lines(sorted((self.corpora / "authored").glob("*.jsonl")))

    def passages(self) -> Iterator[dict[str, Any]]:
        """Read the authored passages, in order of file and line.

        Raises:
            CorpusError: A line is not JSON.
        """
        return _all_lines(sorted((self.corpora / "passages").glob("*.jsonl")))

    def subjects(self) -> Iterator[dict[str, Any]]:
        """Read the short texts of what is bought, in order of file and line.

        Raises:
            CorpusError: A line is not JSON.
        """
        return _all_lines(sorted((self.corpora / "subjects").glob("*.jsonl")))

    def boilerplate(self) -> Iterator[dict[str, Any]]:
        """Read the paragraphs that stand around the authored notices, and those kept apart.

        Raises:
            CorpusError: A line is not JSON.
        """
        return _all_lines(self.corpora.glob("boilerplate.jsonl"))

    def write_silver(self, name: str, text: str) -> None:
        """Write a file of silver judgements."""
        write_atomic(self.corpora / "silver" / f"{name}.csv", text.encode())

    def traps(self) -> list[dict[str, Any]]:
        """Read the passages that a list of words would judge wrongly.

        Raises:
            CorpusError: There are none.
        """
        path = self.home / "tests" / "traps.jsonl"
        return list(json_lines(path))

    def annotations_state(self) -> dict[str, tuple[int, int]]:
        """Return size and time of each file of human judgements, by name: whether it changed."""
        paths = sorted((self.corpora / "annotations").glob("*.csv"))
        facts = ((path.stem, path.stat()) for path in paths)
        return {name: (fact.st_size, fact.st_mtime_ns) for name, fact in facts}

    def annotation_files(self) -> dict[str, str]:
        """Read all files of human judgements, by name, sorted."""
        paths = sorted((self.corpora / "annotations").glob("*.csv"))
        return {path.stem: read_text(path, "no annotations") for path in paths}

    def reference(self, name: str, *, of: str = "") -> str:
        """Read a table of reference: exchange rates, volumes.

        Args:
            of: A country's folder within them; where it has no such table, nothing is known, and
                the text is empty.

        Raises:
            CorpusError: There is none, and no country's was asked for.
        """
        path = self.corpora / "reference" / of / f"{name}.toml"
        if of and not path.is_file():
            return ""
        return read_text(path, "no reference table")

    def write_reference(self, name: str, text: str) -> Path:
        """Write a table of reference, whole."""
        path = self.corpora / "reference" / f"{name}.toml"
        write_atomic(path, text.encode())
        return path

    def decisions(self) -> str:
        """Read what people decided about values; empty where nobody did."""
        path = self.corpora / "decisions" / "values.csv"
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def write_decisions(self, text: str) -> None:
        """Write what people decided about values, whole."""
        write_atomic(self.corpora / "decisions" / "values.csv", text.encode())

    def scores(self, model_id: str, codebook_fingerprint: str) -> Path:
        """The folder of the probabilities that a model gave under one codebook."""
        return self.corpora / "scores" / model_name(model_id) / codebook_fingerprint

    @property
    def index_path(self) -> Path:
        """The search index: made of all the rest, and made anew when it is gone."""
        return self.corpora / "state" / "workplace.sqlite"

    @property
    def reports(self) -> Path:
        """The folder of reports that were made in the workplace."""
        return self.corpora / "state" / "reports"

    def kept(self, kind: Kept, pattern: str) -> dict[str, Any]:
        """Read what was kept of a kind, by name, sorted.

        Args:
            pattern: Of the names, as in ``glob``.

        Raises:
            CorpusError: A file is not JSON.
        """
        found = {}
        for path in sorted((self.corpora / kind).glob(f"{pattern}.json")):
            try:
                found[path.stem] = json.loads(path.read_bytes())
            except ValueError as error:
                raise CorpusError(f"{path} is not JSON: {error}") from None
        return found

    def keep(self, kind: Kept, name: str, value: object) -> Path:
        """Keep something of a kind as JSON."""
        path = self.corpora / kind / f"{name}.json"
        write_atomic(path, to_json(value))
        return path
