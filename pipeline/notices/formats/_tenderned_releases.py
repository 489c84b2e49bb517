"""OCDS releases of the TenderNed dataset: one per lot and winner, put together per publication.

The transformer that makes them turns each line of the workbook into a release of its own.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline.errors import NoticeError
from pipeline.notices.formats import ocds
from pipeline.notices.formats._json import unique
from pipeline.records import Amount, Notice, RawNotice

Release = Mapping[str, Any]


def read_releases(raw: RawNotice, releases: Sequence[Release]) -> Notice:
    """Read the releases of one publication as one notice.

    Raises:
        NoticeError: A field that must be there is missing, or a field has a wrong type.
    """
    remarks: list[str] = []
    try:
        whole = dict(releases[0]) if len(releases) == 1 else _merged(releases, remarks)
    except (AttributeError, TypeError) as error:
        raise NoticeError(f"{raw.source_id}: a release is not shaped as OCDS: {error}") from None
    body = json.dumps(whole).encode()
    notice = ocds.read(replace(raw, media_type="application/json", body=body))
    notice = replace(
        notice,
        notice_id=raw.source_id.rpartition("/")[2],
        format="tenderned_dataset",
        remarks=unique([*notice.remarks, *remarks]),
    )
    return _with_total(notice) if len(releases) > 1 else notice


def _merged(releases: Sequence[Release], remarks: list[str]) -> dict[str, Any]:
    tenders = [release.get("tender") or {} for release in releases]
    tender = _first_of_each(tenders)
    tender["lots"] = _lots(tenders, remarks)
    tender["items"] = list(
        {_whole(x): x for each in tenders for x in each.get("items") or ()}.values()
    )
    tender["value"] = _agreed((each.get("value") for each in tenders), "tender", remarks)
    return {
        **_first_of_each(releases),
        "tag": list(dict.fromkeys(tag for x in releases for tag in x.get("tag") or ())),
        "tender": tender,
        "awards": _awards(releases, remarks),
    }


def _first_of_each(values: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for value in values:
        merged = {**value, **{k: v for k, v in merged.items() if v not in (None, "", [], {})}}
    return merged


def _lots(tenders: Iterable[Mapping[str, Any]], remarks: list[str]) -> list[dict[str, Any]]:
    groups: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for tender in tenders:
        for lot in tender.get("lots") or ():
            groups[str(lot.get("id"))].append(lot)
    return [
        {**_first_of_each(lots), "value": _agreed((x.get("value") for x in lots), name, remarks)}
        for name, lots in groups.items()
    ]


def _whole(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True)


def _awards(releases: Sequence[Release], remarks: list[str]) -> list[dict[str, Any]]:
    """One award per lot: each winner's line repeats what was awarded for the lot."""
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for release in releases:
        for award in release.get("awards") or ():
            lots = award.get("relatedLots") or ()
            groups[(lots,) if isinstance(lots, str) else tuple(map(str, lots))].append(award)
    return [
        {
            **_first_of_each(group),
            "value": _agreed((x.get("value") for x in group), " ".join(lots) or "award", remarks),
        }
        for lots, group in groups.items()
    ]


def _agreed(
    values: Iterable[Mapping[str, Any] | None], place: str, remarks: list[str]
) -> dict[str, Any] | None:
    """The value that all lines agree on; a remark where they do not."""
    found = {_whole(x): dict(x) for x in values if x and x.get("amount") is not None}
    if len(found) > 1:
        seen = ", ".join(sorted(str(x["amount"]) for x in found.values()))
        remarks.append(f"lines contradict each other: {place}={seen}")
    return next(iter(found.values())) if len(found) == 1 else None


def _with_total(notice: Notice) -> Notice:
    """Take one value that stands at every lot for the total, as it was repeated on every line."""
    values: set[Amount | None] = {lot.awarded for lot in notice.lots}
    total = next(iter(values))
    if len(notice.lots) < 2 or len(values) > 1 or total is None:
        return notice
    return replace(
        notice,
        awarded=notice.awarded or total,
        lots=tuple(replace(lot, awarded=None) for lot in notice.lots),
        remarks=(
            *notice.remarks,
            f"the same value for all {len(notice.lots)} lots, read as the total: awarded",
        ),
    )
