"""What every command opens: the settings, the store they point at, and the codebook in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pipeline import codebook as codebooks
from pipeline.codebook import Codebook
from pipeline.countries import NETHERLANDS, Country, country_of
from pipeline.errors import SettingsError
from pipeline.settings import Settings
from pipeline.store import Store

if TYPE_CHECKING:
    from pipeline.rawstore import RawStore


def remembered(store: Store) -> dict[str, str]:
    """Return the settings ``country`` and ``language`` of the last fetch; none before the first."""
    facts: dict[str, str] = store.kept("state", "country").get("country", {})
    return facts


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
        """Raw and collected notices.

        Raises:
            SettingsError: They are of another country than the settings name.
        """
        # Imported here: most commands about models need no pyarrow.
        from pipeline.rawstore import RawStore

        raw = RawStore(self.store, settings_fingerprint=self.settings.fingerprint)
        held = remembered(self.store).get("country")
        # Draws and published figures go by their period: those of two countries would be mixed.
        # What was fetched before this was kept, was fetched for the Netherlands.
        if (held := held or (NETHERLANDS.alpha_3 if raw.sources() else None)) is None:
            return raw
        if held != self.settings.country:
            raise SettingsError(
                f"country is {self.settings.country!r}, but {self.store.home} holds {held}",
                hint="One home holds one country: leave --country and the setting `country` out, "
                "or set INNOVATIEMONITOR_HOME to another home.",
            )
        return raw

    def settle(self) -> None:
        """Remember whose notices this home holds, before any of them is fetched.

        Raises:
            SettingsError: It holds those of another country.
        """
        _ = self.raw
        facts = {"country": self.settings.country, "language": self.settings.language}
        if remembered(self.store) != facts:
            self.store.keep("state", "country", facts)

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
