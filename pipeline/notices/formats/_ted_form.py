"""The form of a TED notice that is read, and the coded data beside it."""

from __future__ import annotations

import re

from pipeline.errors import NoticeError
from pipeline.notices.formats._ted_codes import OLD_FORMS
from pipeline.notices.formats._ted_scopes import Scope, survey
from pipeline.notices.formats._xml import Element, Remarks, local, parse
from pipeline.records import RawNotice

FORM = re.compile(r"(F\d\d)_\d{4}")


class Ted:
    """One notice being read: its form, its coded data, and what was noticed.

    Attributes:
        body: The form in the language that is taken, as an element.
        form: The same, cut into the whole, lots and awards.
        coded: The coded data; empty in TED_ESENDERS.
        subtype: ``F02`` for example; the bodies of 2004 keep their name, ``CONTRACT``.
        number: ``F02`` for both.

    Raises:
        NoticeError: It is not well-formed or holds no form.
    """

    def __init__(self, raw: RawNotice) -> None:
        self.raw = raw
        self.root = parse(raw)
        self.remarks = Remarks()
        sections = {local(child): child for child in self.root.iterchildren()}
        self.body, original = _choose_form(sections.get("FORM_SECTION"), raw)
        if self.body is not original:
            self.remarks.append(f"read in a translation; the original is in {original.get('LG')}")
        self.form = survey(self.body)
        coded = sections.get("CODED_DATA_SECTION")
        self.coded = Scope(self.root) if coded is None else survey(coded)
        if not self.form.has("CPV_CODE"):
            self.form.elements["CPV_CODE"] = self.coded.all("ORIGINAL_CPV")
        self.subtype, self.number = self._names()

    def _names(self) -> tuple[str, str]:
        name = local(self.body)
        if match := FORM.fullmatch(name):
            return match[1], match[1]
        if name == "MOVE" and (number := self.body.get("FORM")):
            return number, number
        if name not in OLD_FORMS:
            self.remarks.unknown("form", name)
        return name, OLD_FORMS.get(name, name)


def _choose_form(section: Element | None, raw: RawNotice) -> tuple[Element, Element]:
    """The form to read, and the original.

    That is the original in Dutch, else a translation into Dutch of all its parts, as the notices
    of the Union's institutions have, else the first original.
    """
    forms = [] if section is None else [x for x in section if x.get("LG")]
    originals = [x for x in forms if x.get("CATEGORY") == "ORIGINAL"] or forms
    if not originals:
        raise NoticeError(f"{raw.source_id}: no form with a language in FORM_SECTION")
    original = next((x for x in originals if x.get("LG") == "NL"), originals[0])
    parts = set(map(local, original.iter()))
    whole = (x for x in forms if x.get("LG") == "NL" and parts <= set(map(local, x.iter())))
    return (original if original.get("LG") == "NL" else next(whole, original)), original
