"""Documents as texts for a vectorizer: their lemmas, those of the title, or words as written."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.features.stateless import Stateless
from pipeline.features.worded import Worded
from pipeline.records import Reading


class LemmaText(Stateless):
    """Each document as one string of lemmas, separated by spaces, ready for a vectorizer.

    The buyer's name becomes ``KOPER``, numbers ``GETAL``; punctuation and links fall away, and
    so do the forms' own names (``innovatiepartnerschap``): those reach a model as cues only,
    which know whether the name is negated, history or another's.
    """

    def transform(self, readings: Sequence[Reading]) -> list[str]:
        """Write each document as its lemmas.

        Args:
            readings: Length n_documents.

        Returns:
            Strings, length n_documents.
        """
        return Worded(readings).lemmas.texts()


class TitleText(Stateless):
    """The title of each document as one string of lemmas: it mostly names what is bought."""

    def transform(self, readings: Sequence[Reading]) -> list[str]:
        """Write each title as its lemmas.

        Args:
            readings: Length n_documents.

        Returns:
            Strings, length n_documents.
        """
        return Worded(readings).titles.texts()


class WrittenText(Stateless):
    """Each document as one string of the words as they are written, function words included.

    "Voor ons nieuw" and "zoals bij ons" differ in nothing that ``LemmaText`` keeps.
    """

    def transform(self, readings: Sequence[Reading]) -> list[str]:
        """Write each document as its words.

        Args:
            readings: Length n_documents.

        Returns:
            Strings, length n_documents.
        """
        return Worded(readings).words.texts()
