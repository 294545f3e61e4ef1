"""Where a gallery is kept: one file, a record a person, written at its end and mapped into memory.

A record counts once it is wholly there (its checksum says so), so a person is enrolled with all fingers or not at all,
whenever the power fails; a torn end is cut off by the next writer. Removing marks the record, then overwrites it with
zeros; a writer that finds a marked one not yet overwritten finishes that. Readers see the file as it was when they
last looked. One writer at a time: a lock on the file says so.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from biometrics.capture import FingerPosition
from biometrics.finger.compare import Prepared
from biometrics.finger.gallery.packing import packed
from biometrics.gallery import UnusableGallery
from biometrics.gallery_file import lock

MAGIC: Final = b"SKFG\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
"""Name, version 1, and what may come."""
_HEAD: Final = struct.Struct("<IBBHIIQ")
"""Mark, state, nothing, octets of the identifier, octets of the body (a multiple of 8), checksum, nothing."""
_MARK: Final = 0x31505246
LIVE: Final = 1
ERASED: Final = 0
MOST_IDENTIFIER: Final = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """A record: where it and its body lie in the file. An erased one has no identifier."""

    identifier: str
    offset: int
    body: int
    end: int
    length: int


class PrintLog:
    """Raises `UnusableGallery` for a file that is no gallery, is damaged before its end, or that another writer has."""

    def __init__(self, path: Path, *, writable: bool) -> None:
        self.path = path
        self._file = os.open(path, (os.O_RDWR | os.O_CREAT) if writable else os.O_RDONLY, 0o600)
        self._map: mmap.mmap | None = None
        self._seen = len(MAGIC)
        try:
            if writable:
                self._take_over()
            if os.pread(self._file, len(MAGIC), 0) != MAGIC:
                raise UnusableGallery(f"{path.name} is no gallery of this version")
        except BaseException:
            self.close()
            raise

    def _take_over(self) -> None:
        lock(self._file, self.path.name)
        if os.fstat(self._file).st_size < len(MAGIC):
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, MAGIC, 0)
            os.fsync(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._file >= 0:
            fcntl.flock(self._file, fcntl.LOCK_UN)  # mappings hold the file open for as long as they are looked at
            os.close(self._file)
            self._file = -1

    def view(self) -> memoryview:
        """The file as last seen; a private mapping, so that nobody's writing shows in it by accident."""
        assert self._map is not None, "nothing was read yet"
        return memoryview(self._map)

    def fresh(self, *, mend: bool = False) -> Iterator[Entry]:
        """The records written since the last call. `mend` (the writer's) cuts a torn end and finishes removals."""
        size = os.fstat(self._file).st_size
        self._map = mmap.mmap(self._file, size, access=mmap.ACCESS_COPY)
        view = memoryview(self._map)
        while self._seen < size:
            entry = self._record(view, self._seen, size)
            if entry is None:
                if mend:
                    os.ftruncate(self._file, self._seen)
                    os.fsync(self._file)
                return
            self._seen += entry.length
            if entry.identifier:
                yield entry
            elif mend and any(view[entry.body : entry.offset + entry.length]):
                self._overwrite(entry)

    def _record(self, view: memoryview, offset: int, size: int) -> Entry | None:
        """None for a torn one at the end; an erased one has no identifier."""
        if offset + _HEAD.size > size:
            return None
        mark, state, _, name, length, checksum, _ = _HEAD.unpack_from(view, offset)
        whole = _HEAD.size + name + length
        if mark != _MARK or offset + whole > size:
            return None
        start = offset + _HEAD.size
        if state == ERASED:
            return Entry("", offset, start, start + length, whole)
        if zlib.crc32(view[start : offset + whole]) != checksum:
            if offset + whole < size:
                raise UnusableGallery(f"{self.path.name} is damaged at octet {offset}")
            return None
        identifier = bytes(view[start + length : start + length + name]).rstrip(b"\0").decode()
        return Entry(identifier, offset, start, start + length, whole)

    def append(self, identifier: str, samples: Mapping[FingerPosition | None, Prepared]) -> None:
        """On the disk after `sync`."""
        name = identifier.encode()
        name += bytes(-len(name) % 8)
        body = packed(samples)
        head = _HEAD.pack(_MARK, LIVE, 0, len(name), len(body), zlib.crc32(body + name), 0)
        os.pwrite(self._file, head + body + name, os.fstat(self._file).st_size)

    def sync(self) -> None:
        os.fsync(self._file)

    def erase(self, entry: Entry) -> None:
        """On the disk when it returns: first that it is gone, then that nothing is left of it."""
        os.pwrite(self._file, bytes([ERASED]), entry.offset + 4)
        os.fsync(self._file)
        self._overwrite(entry)

    def _overwrite(self, entry: Entry) -> None:
        os.pwrite(self._file, bytes(entry.offset + entry.length - entry.body), entry.body)
        os.fsync(self._file)
