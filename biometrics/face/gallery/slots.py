"""Where a gallery of faces is kept: one file of slots of one size, a sample of a person each, written at its end.

A slot counts once it is wholly there (its checksum says so), and a person once all their slots are: enrolled with all
samples or not at all, whenever the power fails; a torn end is cut off by the next to open. Removing marks the slots,
then overwrites them with zeros; whoever opens a file with marked slots not yet overwritten finishes that. A lock on
the file says that one process has it. Without a path the slots lie in memory and nothing is written to a disk.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from biometrics.capture import OtherBackend
from biometrics.compiled import compiled
from biometrics.gallery import UnusableGallery
from biometrics.gallery_file import lock

MAGIC: Final = b"SKFV\x00\x01\x00\x00"
"""Name, version 1, and what may come."""
_HEADER: Final = struct.Struct("<8sI52s64x")
"""Magic, dimension, name of the backend whose vectors these are, nothing."""
LIVE: Final = 0x4C
ERASED: Final = 0
MOST_IDENTIFIER: Final = 64
MOST_SAMPLES: Final = 16
CHUNK: Final = 32_768
"""Slots read at a time: 19 MB."""

Slots = npt.NDArray[np.void]
"""Of `slot_type`."""
Rows = npt.NDArray[np.int64]
"""Numbers of slots in the file."""


def slot_type(dimension: int) -> np.dtype[np.void]:
    """`number` is which of its person's `of` samples; the checksum covers all that follows it."""
    return np.dtype(
        [
            *(("checksum", "<u8"), ("state", "u1"), ("number", "u1"), ("of", "u1"), ("nothing", "u1", 5)),
            *(("identifier", f"S{MOST_IDENTIFIER}"), ("vector", "<f4", dimension)),
        ]
    )


class SlotFile:
    """Raises `UnusableGallery` for a file that is no gallery, is damaged before its end, or that another process has;
    `OtherBackend` where its vectors are another embedder's."""

    def __init__(self, path: Path | None, backend: str, dimension: int) -> None:
        self.type = slot_type(dimension)
        self._name = path.name if path else "the gallery in memory"
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600) if path else os.memfd_create("face-gallery")
        self._count = 0
        try:
            lock(self._file, self._name)
            self._begin(_HEADER.pack(MAGIC, dimension, backend.encode()))
        except BaseException:
            self.close()
            raise

    def _begin(self, header: bytes) -> None:
        size = os.fstat(self._file).st_size
        found = os.pread(self._file, _HEADER.size, 0)
        if size < _HEADER.size and found == header[:size]:
            os.pwrite(self._file, header, 0)
            self.sync()
        elif found[: len(MAGIC)] != MAGIC or len(found) < len(header):
            raise UnusableGallery(f"{self._name} is no gallery of faces of this version")
        elif found != header:
            _, dimension, name = _HEADER.unpack(found)
            made_by = name.rstrip(b"\0").decode(errors="replace")
            raise OtherBackend(f"{self._name} holds templates of {made_by} with {dimension} numbers")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __len__(self) -> int:
        """Slots, those of removed people among them."""
        return self._count

    def recover(self) -> None:
        """Call once, before anything else: every checksum is verified, what was interrupted is undone or finished."""
        size = os.fstat(self._file).st_size - _HEADER.size
        self._count = size // self.type.itemsize
        heads = np.concatenate([self._heads(first) for first in range(0, self._count, CHUNK)] or [_HEADS[:0]])
        lost = np.flatnonzero(_unfinished(heads))
        keep = _torn_from(heads, lost)
        self._cut(keep)
        self.erase(lost[lost < keep])

    def chunks(self) -> Iterator[Slots]:
        """All slots in order, erased ones among them."""
        for first in range(0, self._count, CHUNK):
            yield self.read_from(first, CHUNK)

    def _heads(self, first: int) -> npt.NDArray[np.void]:
        """States and numbers of a chunk; slots marked as erased are overwritten on the way."""
        slots = self.read_from(first, CHUNK)
        live, erased = slots["state"] == LIVE, slots["state"] == ERASED
        heads = np.zeros(len(slots), _HEADS.dtype)
        for field in ("state", "number", "of"):
            heads[field] = slots[field]
        heads["whole"] = erased | (live & (checksums(slots) == slots["checksum"]))
        left = slots.view(np.uint8).reshape(-1, self.type.itemsize).any(axis=1)
        self._overwrite(first + np.flatnonzero(erased & left))
        return heads

    def _cut(self, keep: int) -> None:
        if keep < 0:
            raise UnusableGallery(f"{self._name} is damaged at octet {_HEADER.size + (-keep - 1) * self.type.itemsize}")
        size = _HEADER.size + keep * self.type.itemsize
        if os.fstat(self._file).st_size != size:
            os.ftruncate(self._file, size)
            self.sync()
        self._count = keep

    def read_from(self, first: int, count: int) -> Slots:
        count = max(0, min(count, self._count - first))
        wanted = count * self.type.itemsize
        data = os.pread(self._file, wanted, _HEADER.size + first * self.type.itemsize)
        return np.frombuffer(data, self.type)

    def read(self, rows: Rows) -> tuple[Rows, Slots]:
        """Those that are still live, and their rows. Raises `UnusableGallery` where one is damaged."""
        size, read = self.type.itemsize, os.pread
        data = b"".join([read(self._file, size, _HEADER.size + row * size) for row in rows.tolist()])
        slots = np.frombuffer(data, self.type)
        live = slots["state"] == LIVE
        for k in np.flatnonzero(live & (checksums(slots) != slots["checksum"])):
            # Being overwritten while it was read is no damage: the mark comes first.
            if self.read_from(int(rows[k]), 1)["state"] == LIVE:
                raise UnusableGallery(f"{self._name} is damaged at octet {_HEADER.size + int(rows[k]) * size}")
            live[k] = False
        return rows[live], slots[live]

    def append(self, slots: Slots) -> None:
        """On the disk after `sync`. Checksums are filled in here."""
        slots["checksum"] = checksums(slots)
        data = memoryview(slots.tobytes())
        at = _HEADER.size + self._count * self.type.itemsize
        while data:
            written = os.pwrite(self._file, data, at)
            data, at = data[written:], at + written
        self._count += len(slots)

    def forget_from(self, count: int) -> None:
        """What was appended beyond so many slots was never acknowledged."""
        os.ftruncate(self._file, _HEADER.size + count * self.type.itemsize)
        self._count = count

    def sync(self) -> None:
        os.fsync(self._file)

    def erase(self, rows: Rows) -> None:
        """On the disk when it returns: first that they are gone, then that nothing is left of them."""
        if len(rows):
            for row in rows.tolist():
                os.pwrite(self._file, bytes([ERASED]), _HEADER.size + row * self.type.itemsize + 8)
            self.sync()
            self._overwrite(rows)

    def _overwrite(self, rows: Rows) -> None:
        for row in rows.tolist():
            os.pwrite(self._file, bytes(self.type.itemsize), _HEADER.size + row * self.type.itemsize)
        if len(rows):
            self.sync()


_HEADS: Final = np.zeros(0, [("state", "u1"), ("number", "u1"), ("of", "u1"), ("whole", "?")])


def _unfinished(heads: npt.NDArray[np.void]) -> npt.NDArray[np.bool_]:
    """Slots of people of whom not every slot is live and whole; erased ones are none of them."""
    live = heads["state"] == LIVE
    starts = np.flatnonzero(live & (heads["number"] == 0) & (heads["of"] > 0))
    whole = np.ones(len(starts), bool)
    for k in range(MOST_SAMPLES):
        wanted = heads["of"][starts] > k
        at = np.minimum(starts + k, len(heads) - 1)
        fits = live[at] & heads["whole"][at] & (heads["number"][at] == k) & (starts + k < len(heads))
        whole &= fits | ~wanted
    finished = np.zeros(len(heads), bool)
    for k in range(MOST_SAMPLES):
        finished[starts[whole & (heads["of"][starts] > k)] + k] = True
    return np.asarray((live | ~heads["whole"]) & ~finished, np.bool_)


def _torn_from(heads: npt.NDArray[np.void], lost: Rows) -> int:
    """How many slots stay; negative where a damaged one, number -1 - result, stands before the end."""
    keep = len(heads)
    unfinished = set(lost[-MOST_SAMPLES:].tolist())
    while keep - 1 in unfinished:
        keep -= 1
    damaged = lost[(lost < keep) & ~heads["whole"][lost]]
    return -1 - int(damaged[0]) if len(damaged) else keep


def checksums(slots: Slots) -> npt.NDArray[np.uint64]:
    """A multiplication and a shift a word of 8 octets: one changed word always changes the sum."""
    words = np.frombuffer(np.ascontiguousarray(slots), np.uint64).reshape(len(slots), slots.dtype.itemsize // 8)
    return _checksums(words)


@compiled
def _checksums(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    sums = np.empty(len(words), np.uint64)
    for row in range(len(words)):
        mixed = np.uint64(14695981039346656037)  # FNV-1a's offset and, below, its prime
        for k in range(1, words.shape[1]):
            mixed = (mixed ^ words[row, k]) * np.uint64(1099511628211)
            mixed ^= mixed >> np.uint64(29)
        sums[row] = mixed
    return sums


def filled(
    kind: np.dtype[np.void], identifiers: Sequence[bytes], counts: Sequence[int], vectors: npt.NDArray[np.float32]
) -> Slots:
    """Live slots of whole people: `counts[k]` of the rows of `vectors`, in order, are `identifiers[k]`'s."""
    slots: Any = np.zeros(len(vectors), kind)
    slots["state"] = LIVE
    slots["identifier"] = np.repeat(np.array(identifiers, f"S{MOST_IDENTIFIER}"), counts)
    slots["of"] = np.repeat(counts, counts)
    slots["number"] = np.arange(len(vectors)) - np.repeat(np.cumsum(counts) - counts, counts)
    slots["vector"] = vectors
    return np.asarray(slots)
