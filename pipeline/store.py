"""The only module that knows ``corpora/`` and ``models/`` on disk.

Files are written whole (``pipeline.writing``): a reader sees the old file or the new one, never
half of either. Who writes what it has read, holds :meth:`Store.exclusive` in between.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal

from pipeline.errors import CorpusError, ModelNotFound, SettingsError, UntrustedModel
from pipeline.writing import locked, write_atomic

# Windows, where checkouts may lie, takes some names for devices, whatever their extension.
DEVICE = r"(?i:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)"
MODEL_ID = re.compile(rf"(?!{DEVICE})[A-Za-z0-9][A-Za-z0-9_-]{{0,99}}")
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

FILE_NAME = re.compile(rf"(?!{DEVICE})\w[\w.-]{{0,99}}")
VERSION_LINE = re.compile(r"^version = \d+$", re.MULTILINE)


def sha256(body: bytes) -> str:
    """Return the fingerprint of some bytes as 64 hexadecimal characters."""
    return hashlib.sha256(body).hexdigest()


def short_hash(text: str) -> str:
    """Return 16 hexadecimal characters that identify a text: enough among millions."""
    return sha256(text.encode())[:16]


def canonical(value: object) -> str:
    """Write JSON in the one way in which equal values give equal text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def to_json(value: object) -> bytes:
    """Write JSON for people and for comparison: sorted, indented, ending in a line break."""
    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)
    return text.encode() + b"\n"


def _one_name(model_id: str) -> str:
    """Refuse an id that would lead out of its folder."""
    if not MODEL_ID.fullmatch(model_id):
        raise UntrustedModel(f"{model_id!r} is not a model's id; expected one such as m-1a2b3c4d")
    return model_id


def _all_lines(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for path in paths:
        yield from _lines(path)


def _file_name(name: str) -> str:
    """Refuse a name that would lead out of its folder."""
    if not FILE_NAME.fullmatch(name):
        raise SettingsError(f"{name!r} is not the name of a file; expected one such as 2026Q3")
    return name


def _text(path: Path, absent: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CorpusError(f"{absent} at {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path} cannot be read: {error}") from None


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(_text(path, "nothing").split("\n"), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise CorpusError(f"{path.name}, line {number}: {error}") from None


class Store:
    """The folders of one home.

    Args:
        home: Folder that holds ``corpora/`` and ``models/``.

    Raises:
        SettingsError: It does not hold a codebook.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
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
    def models(self) -> Path:
        """The shelf of models."""
        return self.home / "models"

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
            return tomllib.loads(_text(self.codebook_path, "no codebook"))
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
            f"version = {version}", _text(self.codebook_path, "no codebook"), count=1
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
        return _text(self.annotations_path(name), "no annotations")

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
        return self.corpora / "annotations" / f"{_file_name(name)}.csv"

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

    def has_model(self, model_id: str) -> bool:
        """Whether there is a model of this id on the shelf."""
        return (self.models / _one_name(model_id) / "card.json").is_file()

    def model_files(self, model_id: str) -> dict[str, bytes]:
        """Read the files of a model, by name.

        Raises:
            ModelNotFound: There is no such model.
            UntrustedModel: Its id is a path, or it lies elsewhere.
        """
        folder = self.models / _one_name(model_id)
        if not (folder / "card.json").is_file():
            known = ", ".join(sorted(x.parent.name for x in self.models.glob("*/card.json")))
            raise ModelNotFound(
                f"no model {model_id!r} in {self.models}; there are: {known or 'none'}",
                hint="Make one: `innovatiemonitor train`.",
            )
        links = [path for path in (folder, *folder.iterdir()) if path.is_symlink()]
        if links:
            raise UntrustedModel(f"{links[0]} is a link; a model lies on the shelf itself")
        # Tools leave folders and files of their own, such as .ipynb_checkpoints.
        files = [x for x in folder.iterdir() if x.is_file() and not x.name.startswith(".")]
        try:
            return {path.name: path.read_bytes() for path in sorted(files)}
        except OSError as error:
            raise UntrustedModel(f"{error.filename} cannot be read: {error.strerror}") from None

    def write_model(self, model_id: str, files: Mapping[str, bytes]) -> None:
        """Write the files of a model; the card last, so that half a model is no model."""
        for name in sorted(files, key=lambda x: x == "card.json"):
            write_atomic(self.models / _one_name(model_id) / name, files[name])

    def promotions(self) -> list[str]:
        """Read the history of promotions, one line of JSON each, the last one in force."""
        path = self.models / "promotions.jsonl"
        return _text(path, "no promotions").splitlines() if path.is_file() else []

    def write_promotions(self, lines: Iterable[str]) -> None:
        """Write the history of promotions."""
        text = "".join(f"{line}\n" for line in lines)
        write_atomic(self.models / "promotions.jsonl", text.encode())

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
        return list(_lines(path))

    def floors(self) -> dict[str, Any]:
        """Read the floors that a model must reach to be promoted.

        Raises:
            CorpusError: There are none.
        """
        path = self.models / "floors.json"
        try:
            return dict(json.loads(_text(path, "no floors")))
        except (ValueError, TypeError) as error:
            raise CorpusError(
                f"{path} is not an object in JSON: {error}", hint="Restore it from git."
            ) from None

    def write_floors(self, floors: Mapping[str, object]) -> None:
        """Write the floors."""
        write_atomic(self.models / "floors.json", to_json(floors))

    def annotations_state(self) -> dict[str, tuple[int, int]]:
        """Return size and time of each file of human judgements, by name: whether it changed."""
        paths = sorted((self.corpora / "annotations").glob("*.csv"))
        facts = ((path.stem, path.stat()) for path in paths)
        return {name: (fact.st_size, fact.st_mtime_ns) for name, fact in facts}

    def annotation_files(self) -> dict[str, str]:
        """Read all files of human judgements, by name, sorted."""
        paths = sorted((self.corpora / "annotations").glob("*.csv"))
        return {path.stem: _text(path, "no annotations") for path in paths}

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
        return _text(path, "no reference table")

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
        return self.corpora / "scores" / _one_name(model_id) / codebook_fingerprint

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
