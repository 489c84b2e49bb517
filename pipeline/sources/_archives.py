"""Archives: members as streams, one at a time, never extracted to disk."""

from __future__ import annotations

import gzip
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath, PureWindowsPath
from typing import BinaryIO, cast

from pipeline.errors import NoticeError
from pipeline.records import Unreadable
from pipeline.sources._streams import FAULTS, Content, Gauge, content

# An archive of monthly archives is common, and so is a packed file in one; deeper is a trap.
MOST_DEPTH = 2

# A year of all notices of the EU, one per file, stays below this.
MOST_MEMBERS = 1_000_000

# Long names of tar members stand in headings that tarfile reads whole.
MOST_HEADING_BYTES = 1_000_000

OF_PROGRAMS = {"thumbs.db", "desktop.ini", "_manifest.json", "_success", "_metadata"}

PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 0x1

Member = Content | Unreadable


def gunzip(outer: Content) -> Content:
    """Look inside a gzip file; a tar inside is the same archive, so it keeps its depth.

    Raises:
        NoticeError: It lies too deep.
    """
    packed = Gauge(outer.stream)
    unpacked = cast("BinaryIO", gzip.GzipFile(fileobj=packed, mode="rb"))
    outer.gauge.reset(None)
    return content(unpacked, outer.source_id, url=outer.url, depth=deeper(outer), packed=packed)


def deeper(outer: Content) -> int:
    """Return the depth of what is inside an archive.

    Raises:
        NoticeError: It would be more than ``MOST_DEPTH``.
    """
    if outer.depth >= MOST_DEPTH:
        raise NoticeError(f"an archive inside {MOST_DEPTH} archives; expected at most that many")
    return outer.depth + 1


def unzip(outer: Content, file: BinaryIO, *, chosen: slice = slice(None)) -> Iterator[Member]:
    """Yield the members of a zip archive; damaged ones do not stop the others.

    Args:
        chosen: Which of :func:`members_of`.

    Raises:
        NoticeError: It is too deep.
        FAULTS: It is no zip archive, or a truncated one.
    """
    depth = deeper(outer)
    packed = Gauge(file)
    with zipfile.ZipFile(cast("BinaryIO", packed)) as archive:
        for info in members_of(archive)[chosen]:
            fault = _zip_member_fault(info)
            source_id = member_id(outer, info.filename)
            if fault:
                yield Unreadable(source_id=source_id, reason=fault)
                continue
            try:
                with archive.open(info) as member:
                    inner = cast("BinaryIO", member)
                    yield content(inner, source_id, url=outer.url, depth=depth, packed=packed)
            except FAULTS as error:
                yield Unreadable(source_id=source_id, reason=f"damaged in the archive: {error}")


def members_of(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the members that are files for a reader; what is wrong with one is told later."""
    return [
        x
        for x in archive.infolist()
        if not x.filename.endswith("/") and (_zip_member_fault(x) or not is_hidden(x.filename))
    ]


def _zip_member_fault(info: zipfile.ZipInfo) -> str:
    return _name_fault(info.filename) or _zip_fault(info)


def untar(outer: Content, *, in_gzip: bool) -> Iterator[Member]:
    """Yield the members of a tar archive in one pass; links and devices are refused.

    Raises:
        NoticeError: It is too deep, or a heading is too long.
        FAULTS, tarfile.TarError: It is damaged or truncated.
    """
    depth = outer.depth if in_gzip else deeper(outer)
    outer.gauge.reset(MOST_HEADING_BYTES)
    with tarfile.open(fileobj=outer.stream, mode="r|") as archive:
        while info := archive.next():
            outer.gauge.reset(None)
            fault = _name_fault(info.name) or _tar_fault(info)
            if fault and not info.isdir():
                yield Unreadable(source_id=member_id(outer, info.name), reason=fault)
            elif not (info.isdir() or is_hidden(info.name)):
                inner = cast("BinaryIO", archive.extractfile(info))
                source_id = member_id(outer, info.name)
                yield content(inner, source_id, url=outer.url, depth=depth)
            _skip(archive)
            outer.gauge.reset(MOST_HEADING_BYTES)


def _skip(archive: tarfile.TarFile) -> None:
    """Go to the last byte before the next heading; tarfile reads that one to see a truncation."""
    stream = archive.fileobj
    if stream and archive.offset > stream.tell():
        stream.seek(archive.offset - 1)
    # tarfile keeps every member it has seen, and memory would grow with the archive.
    archive.members = []  # type: ignore[attr-defined]


def is_hidden(name: str) -> bool:
    """Whether a file is for the system, not for the reader: ``.git/x``, ``__MACOSX/x``."""
    parts = PurePosixPath(name).parts
    return any(x == "__MACOSX" or (x.startswith(".") and x != "..") for x in parts)


def is_of_the_system(name: str) -> bool:
    """Whether a program put a file there for itself: ``Thumbs.db``, ``~$open.xlsx``.

    Beside parts of Parquet lies what was written of them: by us, by Spark, by Dask.
    """
    last = PurePosixPath(name).name
    return last.casefold() in OF_PROGRAMS or last.startswith(("~$", "_quarantine-"))


def member_id(outer: Content, name: str) -> str:
    """Name a member; what cannot be printed (it may steer a terminal) becomes ``?``."""
    return f"{outer.source_id}!{printable(name)}"


def printable(name: str) -> str:
    """Write a name with ``?`` for what cannot be printed, half of a character for example."""
    return "".join(x if x.isprintable() else "?" for x in name)


def _name_fault(name: str) -> str:
    if not name:
        return "it has no name"
    paths = PurePosixPath(name), PureWindowsPath(name)
    if any(path.is_absolute() or path.drive or ".." in path.parts for path in paths):
        return "its name points outside the archive"
    return ""


def _zip_fault(info: zipfile.ZipInfo) -> str:
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
        return "a link or device, not a file"
    if info.flag_bits & ENCRYPTED:
        return "encrypted"
    if info.compress_type not in PLAIN:
        return f"compression method {info.compress_type}; expected stored or deflated"
    return ""


def _tar_fault(info: tarfile.TarInfo) -> str:
    # The size of a sparse file is a promise, not bytes in the archive.
    if not info.isreg() or info.issparse():
        return "a link, device or sparse file, not a plain file"
    return ""


def is_workbook(file: BinaryIO) -> bool:
    """Whether a zip archive is an XLSX workbook; the stream is left at its start."""
    with zipfile.ZipFile(file) as archive:
        found = "xl/workbook.xml" in archive.namelist()
    file.seek(0)
    return found
