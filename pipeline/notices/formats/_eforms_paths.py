"""How the eForms reader walks: short paths, and texts in the chosen language."""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence

from pipeline.notices.formats._xml import Element, Remarks, amount, tidy, xml_line
from pipeline.records import Amount

NAMESPACES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "ext": "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2",
    "efext": "http://data.europa.eu/p27/eforms-ubl-extensions/1",
    "efac": "http://data.europa.eu/p27/eforms-ubl-extension-aggregate-components/1",
    "efbc": "http://data.europa.eu/p27/eforms-ubl-extension-basic-components/1",
}
EXTENSION = "ext:UBLExtensions/ext:UBLExtension/ext:ExtensionContent/efext:EformsExtension"
WITHHELD = "unpublished"


@functools.cache
def _tags(path: str) -> tuple[str, ...]:
    pairs = (step.split(":") for step in path.split("/"))
    return tuple(f"{{{NAMESPACES[prefix]}}}{name}" for prefix, name in pairs)


def find_all(element: Element | None, path: str) -> list[Element]:
    """Return the elements at a path such as ``cac:Party/cbc:Name``, in document order."""
    found = [] if element is None else [element]
    for tag in _tags(path):
        found = [child for parent in found for child in parent.iterchildren(tag)]
    return found


def find_first(element: Element | None, path: str) -> Element | None:
    """Return the first element at a path."""
    return next(iter(find_all(element, path)), None)


def text_at(element: Element | None, path: str) -> str | None:
    """Return the text of the first element at a path, on one line."""
    return xml_line(find_first(element, path))


class Reader:
    """One notice being read.

    Attributes:
        root: The root element.
        remarks: What was noticed so far.
        language: ISO 639-2 code of the texts that are taken.
    """

    def __init__(self, root: Element, remarks: Remarks) -> None:
        self.root = root
        self.remarks = remarks
        self.language: str | None = None

    def choose_language(self, texts: Sequence[Element]) -> None:
        """Take Dutch where it is an official language of the notice, else the notice's own.

        Args:
            texts: The title in all its languages, which has the last word.
        """
        own = text_at(self.root, "cbc:NoticeLanguageCode")
        more = [xml_line(x) for x in find_all(self.root, "cac:AdditionalNoticeLanguage/cbc:ID")]
        written = [x.get("languageID") for x in texts]
        wanted = "NLD" if "NLD" in (own, *more) else own
        self.language = wanted if wanted in written or not any(written) else written[0]

    def text_of(self, elements: Sequence[Element]) -> str | None:
        """Return the text in the chosen language, else the first; line breaks are kept."""
        chosen = [x for x in elements if x.get("languageID") == self.language] or elements
        return tidy("".join(map(str, chosen[0].itertext()))) if chosen else None

    def text(self, element: Element | None, path: str) -> str | None:
        """Return the text at a path in the chosen language."""
        return self.text_of(find_all(element, path))

    def code(self, field: str, value: str | None, known: Collection[str]) -> str | None:
        """Return a code as it stands; an unknown one is kept and noted."""
        if value == WITHHELD:
            self.remarks.append(f"withheld: {field}")
            return None
        if value and value not in known:
            self.remarks.unknown(field, value)
        return value

    def amount(self, element: Element | None, path: str, field: str) -> Amount | None:
        """Read the sum of money at a path."""
        found = find_first(element, path)
        if found is None:
            return None
        return amount(xml_line(found), found.get("currencyID"), field, self.remarks)
