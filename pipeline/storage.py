"""Places by address: paths of this machine, and objects in storage that several machines share.

``s3://`` and ``memory://`` go through fsspec, which is loaded when one is named; a path, and
``file://``, stays a path. Credentials come from the environment of each process, never from an
address; what a library says of a failure is not repeated, for it may quote them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from pipeline.errors import PipelineError, SettingsError
from pipeline.writing import write_atomic

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.:-]*)://")

# Those that were tried; the first speaks to whatever has the interface of S3.
REMOTE = ("s3", "memory")


@dataclass(frozen=True, slots=True)
class Remote:
    """A file or folder in shared storage, by its address without a slash at the end.

    Raises:
        PipelineError: From each method, when the storage does not answer or refuses.
        SettingsError: The library for it is not installed.
    """

    address: str

    def __str__(self) -> str:
        return self.address

    def __truediv__(self, name: str) -> Remote:
        return Remote(f"{self.address}/{name}")

    @property
    def name(self) -> str:
        """The last part of the address."""
        return self.address.rpartition("/")[2]

    def resolve(self) -> Remote:
        """As it is: there are no links."""
        return self

    def exists(self) -> bool:
        """Whether a file or folder is there."""
        with self._told() as system:
            return bool(system.exists(self.address))

    def is_dir(self) -> bool:
        """Whether files lie below it."""
        with self._told() as system:
            return bool(system.isdir(self.address))

    def files(self) -> list[Remote]:
        """Return all files below it, those of a folder before its folders."""
        with self._told() as system:
            scheme = urlsplit(self.address).scheme
            found = sorted(system.find(self.address), key=_as_walked)
            # A key that ends in a slash is a folder that some programs leave behind.
            return [Remote(f"{scheme}://{x.lstrip('/')}") for x in found if x[-1:] != "/"]

    def state(self) -> tuple[int, str]:
        """Return its size in bytes, and what changes when it is written anew."""
        with self._told() as system:
            return int(system.size(self.address)), str(system.ukey(self.address))

    def open(self, _mode: str = "rb") -> BinaryIO:
        """Open it for reading, from anywhere in it."""
        with self._told() as system:
            stream = _Stream(self, system.open(self.address, "rb"))
        return io.BufferedReader(stream, 1 << 20)

    def read_bytes(self) -> bytes:
        """Read all of it."""
        with self._told() as system:
            return bytes(system.cat_file(self.address))

    def write_bytes(self, body: bytes) -> None:
        """Put a whole file there; readers see the old one or the new one."""
        with self._told() as system:
            system.pipe_file(self.address, body)

    def unlink(self) -> None:
        """Take it away."""
        with self._told() as system:
            system.rm_file(self.address)

    @contextmanager
    def _told(self) -> Iterator[Any]:
        scheme = urlsplit(self.address).scheme
        try:
            import fsspec

            # Other machines write there too, so what was listed before is not kept.
            yield fsspec.filesystem(scheme, use_listings_cache=False)
        except ImportError:
            raise SettingsError(
                f"{self.address} needs a library that is not installed",
                hint="Install it: pip install 'innovatiemonitor[storage]'.",
            ) from None
        except FileNotFoundError:
            raise PipelineError(f"no file or folder at {self.address}") from None
        except PipelineError:
            raise
        except Exception as error:
            # Of five libraries, which quote requests: the kind of error is all that is safe.
            raise PipelineError(
                f"{self.address} cannot be reached: {type(error).__name__}",
                hint="Look at the address and the credentials in the environment, and run again.",
            ) from None


Place = Path | Remote


def _as_walked(key: str) -> list[tuple[bool, str]]:
    """Sort as the same folder on disk is walked."""
    *folders, name = key.split("/")
    return [*((True, x) for x in folders), (False, name)]


class _Stream(io.RawIOBase):
    """A remote file, whose failures are ours to tell and no damage of the file."""

    def __init__(self, remote: Remote, inner: Any) -> None:
        super().__init__()
        self._remote, self._inner = remote, inner

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._inner.seek(offset, whence))

    def tell(self) -> int:
        return int(self._inner.tell())

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        with self._remote._told():
            chunk = self._inner.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._inner.close()
        super().close()


def place(name: str | Path | Remote) -> Place:
    """Return the path or the remote file that a user names.

    Raises:
        SettingsError: An address of another kind, or one that holds a user or password; it is
            not repeated.
    """
    if isinstance(name, Remote):
        return name
    found = SCHEME.match(text := str(name))
    if found is None:
        return Path(name)
    scheme = found[1].lower()
    if scheme == "file":
        return Path(text[found.end() :])
    if scheme not in REMOTE:
        known = ", ".join(f"{x}://" for x in (*REMOTE, "file"))
        raise SettingsError(f"addresses of {scheme}:// are not known; expected {known} or a path")
    if "@" in urlsplit(text).netloc:
        raise SettingsError(
            f"an address of {scheme}:// holds a user or password",
            hint="Give credentials by the environment: AWS_PROFILE, or AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY.",
        )
    return Remote(f"{scheme}://{text[found.end() :].strip('/')}")


def put(target: Place, body: bytes) -> None:
    """Write a whole file, or nothing.

    Raises:
        PipelineError: The disk or the storage does not take it.
    """
    if isinstance(target, Remote):
        target.write_bytes(body)
    else:
        write_atomic(target, body)


def file_state(target: Place) -> tuple[int, object]:
    """Return the size of a file, and what changes when it is written anew.

    Raises:
        SettingsError: It is not there.
    """
    if isinstance(target, Remote):
        return target.state()
    if not target.exists():
        raise SettingsError(f"no such input: {target}")
    state = target.stat()
    return state.st_size, state.st_mtime_ns
