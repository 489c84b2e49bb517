"""Reading bytes from strangers: what a stream holds, and how much of it we are willing to read."""

from __future__ import annotations

import io
import zlib
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO
from zipfile import BadZipFile

from pipeline.errors import NoticeError

# Real notices are below 1 MB, the longest with hundreds of lots perhaps ten; more than this is a
# mistake or an attack.
MOST_NOTICE_BYTES = 50_000_000

# Deflate packs at most 1032:1 and notices pack 5:1 to 20:1; 200:1 leaves room for spreadsheets
# full of blanks and stops what was made to fill the memory.
MOST_EXPANSION = 200

# What stays below this fills no memory: an empty tar is 10,240 NULs, which pack to 45 bytes.
SMALL_BYTES = 1_000_000

# Zip, XLSX and Parquet are read from their end. Where the bytes come from a pipe or from another
# archive they are kept in memory, so that nothing of a stranger is ever written to disk.
MOST_BYTES_IN_MEMORY = 256_000_000

HEAD_BYTES = 65_536

# What the standard library raises on damaged or truncated packing.
FAULTS = (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError, zlib.error)


class UnreadRest(NoticeError):
    """Of a file that holds many notices, a part went unread; nobody knows how many that were."""


class Gauge(io.RawIOBase):
    """A stream that counts what is read and refuses to go past its limits.

    Args:
        inner: The stream to read.
        packed: The gauge of the packed bytes that ``inner`` unpacks; reading stops when more
            than ``MOST_EXPANSION`` times the bytes read there come out. Sizes that an archive
            states about itself are never trusted.
        limit: Bytes that may be read between two calls of :meth:`reset`.
    """

    def __init__(
        self, inner: BinaryIO, *, packed: Gauge | None = None, limit: int | None = None
    ) -> None:
        super().__init__()
        self.count = 0
        self._inner = inner
        self._packed = packed
        self._fault: Exception | None = None
        self._packed_start = packed.count if packed else 0
        self.reset(limit)

    def reset(self, limit: int | None = MOST_NOTICE_BYTES) -> None:
        """Start counting towards a limit afresh: a notice has been read."""
        self._limit = limit
        self._since = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """As the inner stream."""
        try:
            return self._inner.seekable()
        except AttributeError:  # a member of a tar that is read as a stream
            return False

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As the inner stream; what is skipped is not counted."""
        return self._inner.seek(offset, whence)

    def tell(self) -> int:
        """As the inner stream."""
        return self._inner.tell()

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Read and count.

        Raises:
            NoticeError: A limit is passed.
        """
        chunk = self._chunk(len(buffer))
        buffer[: len(chunk)] = chunk
        self.count += len(chunk)
        self._since += len(chunk)
        if self._limit is not None and self._since > self._limit:
            raise NoticeError(f"more than {self._limit:,} bytes for one notice or heading")
        if self._packed:
            taken = self._packed.count - self._packed_start
            if self.count > max(MOST_EXPANSION * taken, SMALL_BYTES):
                raise NoticeError(f"unpacks to more than {MOST_EXPANSION} times its size")
        return len(chunk)

    def _chunk(self, size: int) -> bytes:
        """Read up to a size; what came before damage is given first, the damage then told."""
        if self._fault:
            raise self._fault
        read = getattr(self._inner, "read1", self._inner.read)
        chunk = b""
        try:
            while len(chunk) < size and (piece := read(size - len(chunk))):
                chunk += piece
        except FAULTS as error:
            self._fault = error
            if not chunk:
                raise
        return chunk


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A stream under a name.

    Attributes:
        source_id: As in :class:`pipeline.records.RawNotice`.
        url: The outermost path.
        depth: Number of archives around it.
    """

    source_id: str
    url: str
    gauge: Gauge
    stream: io.BufferedReader[Gauge]
    depth: int

    @property
    def head(self) -> bytes:
        """The first bytes, which stay unread; at most ``HEAD_BYTES``."""
        return self.stream.peek(HEAD_BYTES)


def content(
    inner: BinaryIO, source_id: str, *, url: str, depth: int = 0, packed: Gauge | None = None
) -> Content:
    """Put a gauge and a buffer around a stream."""
    gauge = Gauge(inner, packed=packed)
    stream = io.BufferedReader(gauge, HEAD_BYTES)
    return Content(source_id=source_id, url=url, gauge=gauge, stream=stream, depth=depth)


def seekable(source: Content) -> BinaryIO:
    """Return a stream that can be read from its end, in memory where need be.

    Raises:
        NoticeError: It does not fit in memory.
    """
    # What is unpacked claims to be seekable, but would be unpacked anew for each step back.
    if source.depth == 0 and source.gauge.seekable():
        source.gauge.reset(None)
        return source.stream
    source.gauge.reset(MOST_BYTES_IN_MEMORY)
    return io.BytesIO(source.stream.read())


def bytes_left(source: Content) -> int:
    """Read a stream to its end, as far as that goes; return the number of bytes."""
    source.gauge.reset(None)
    count = 0
    with suppress(NoticeError, *FAULTS):
        while chunk := source.stream.read(HEAD_BYTES):
            count += len(chunk)
    return count


def content_kind(head: bytes) -> str:
    """Recognise content by its first bytes, never by its name.

    Returns:
        ``empty``, ``gzip``, ``zip`` (also XLSX), ``parquet``, ``tar``, ``xml``, ``json`` or
        ``text`` (a table, or nothing we know).
    """
    magic = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"PK\x05\x06": "zip", b"PAR1": "parquet"}
    for start, name in magic.items():
        if head.startswith(start):
            return name
    if head[257:262] == b"ustar":
        return "tar"
    # Byte order marks and the NULs of UTF-16 may stand before and between the first characters.
    first = head.lstrip(b"\xef\xbb\xbf\xfe\xff\x00 \t\r\n")[:1]
    names = {b"<": "xml", b"{": "json", b"[": "json", b"": "empty"}
    return names.get(first, "text")
