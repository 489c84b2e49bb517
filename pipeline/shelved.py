"""The folder ``models/`` on disk: models, their promotions, and the floors they must reach."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import CorpusError, ModelNotFound, UntrustedModel
from pipeline.plain import model_name, read_text, to_json
from pipeline.writing import write_atomic


class ModelFolder:
    """The shelf of one home; :class:`pipeline.store.Store` holds all of it.

    Args:
        home: Folder that holds ``models/``.
    """

    def __init__(self, home: Path) -> None:
        self.home = home

    @property
    def models(self) -> Path:
        """The shelf of models."""
        return self.home / "models"

    def has_model(self, model_id: str) -> bool:
        """Whether there is a model of this id on the shelf."""
        return (self.models / model_name(model_id) / "card.json").is_file()

    def model_files(self, model_id: str) -> dict[str, bytes]:
        """Read the files of a model, by name.

        Raises:
            ModelNotFound: There is no such model.
            UntrustedModel: Its id is a path, or it lies elsewhere.
        """
        folder = self.models / model_name(model_id)
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
            write_atomic(self.models / model_name(model_id) / name, files[name])

    def promotions(self) -> list[str]:
        """Read the history of promotions, one line of JSON each, the last one in force."""
        path = self.models / "promotions.jsonl"
        return read_text(path, "no promotions").splitlines() if path.is_file() else []

    def write_promotions(self, lines: Iterable[str]) -> None:
        """Write the history of promotions."""
        text = "".join(f"{line}\n" for line in lines)
        write_atomic(self.models / "promotions.jsonl", text.encode())

    def floors(self) -> dict[str, Any]:
        """Read the floors that a model must reach to be promoted.

        Raises:
            CorpusError: There are none.
        """
        path = self.models / "floors.json"
        try:
            return dict(json.loads(read_text(path, "no floors")))
        except (ValueError, TypeError) as error:
            raise CorpusError(
                f"{path} is not an object in JSON: {error}", hint="Restore it from git."
            ) from None

    def write_floors(self, floors: Mapping[str, object]) -> None:
        """Write the floors."""
        write_atomic(self.models / "floors.json", to_json(floors))
