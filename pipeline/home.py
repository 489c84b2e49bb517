"""What every command opens: the settings, the store they point at, and the codebook in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pipeline import codebook as codebooks
from pipeline.codebook import Codebook
from pipeline.countries import Country, country_of
from pipeline.settings import Settings
from pipeline.store import Store

if TYPE_CHECKING:
    from pipeline.rawstore import RawStore


@dataclass(kw_only=True)
class Home:
    """A home by its settings; each part is opened when it is asked for, and once."""

    settings: Settings

    @cached_property
    def store(self) -> Store:
        """Models, judgements and figures."""
        return Store(self.settings.home)

    @cached_property
    def raw(self) -> RawStore:
        """Raw and collected notices."""
        # Imported here: most commands about models need no pyarrow.
        from pipeline.rawstore import RawStore

        return RawStore(self.store, settings_fingerprint=self.settings.fingerprint)

    @cached_property
    def country(self) -> Country:
        """Whose procurement this home is about.

        Raises:
            SettingsError: The country has no file.
        """
        return country_of(self.settings.country, language=self.settings.language)

    @cached_property
    def codebook(self) -> Codebook:
        """The labels."""
        return codebooks.load(self.store)
