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


# What goes by its period, so that two countries would be mixed in it: within ``corpora``.
OF_ONE_COUNTRY = {
    "raw": "*/*/*/*.parquet",
    "notices": "*/*/*.parquet",
    "draws": "*.json",
    "published": "**/*.json",
}


def is_empty(store: Store) -> bool:
    """Whether nothing of any country is kept: no notices, draws or published figures."""
    return not any(
        next((store.corpora / folder).glob(files), None) for folder, files in OF_ONE_COUNTRY.items()
    )


def remembered(store: Store) -> dict[str, str]:
    """Return the settings ``country`` and ``language`` of the last fetch.

    None where nothing is kept: a fetch that brought nothing binds a home to no country.
    """
    facts: dict[str, str] = store.kept("state", "country").get("country", {})
    return {} if is_empty(store) else facts


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
        # What was fetched before a home remembered this, was fetched for the Netherlands.
        held = remembered(self.store).get("country", NETHERLANDS.alpha_3)
        if held != self.settings.country and not is_empty(self.store):
            raise SettingsError(
                f"country is {self.settings.country!r}, but {self.store.home} holds {held}",
                hint="One home holds one country: leave --country and the setting `country` out, "
                "or set INNOVATIEMONITOR_HOME to another home. To empty this one, move "
                f"{', '.join(OF_ONE_COUNTRY)} out of {self.store.corpora}.",
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
