"""Feeding a surface: by atheris where it is installed, which follows the coverage, else by plain mutation.

A finding is an exception that is no `PassportError` or `BiometricError`, an input that takes too long, or one that
takes too much memory. Its input is kept under `var/fuzz`, one for each place in the code; the run goes on.
"""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import process_time

from biometrics.capture import BiometricError
from passport_reader.document import PassportError
from tests.fuzz.surfaces import Surface
from tests.fuzz.verdicts import require

Change = Callable[[bytes, list[bytes], Random], bytes]

SECONDS_AN_INPUT = 5
"""Of processor time. An honest passport takes a twentieth of one."""


@dataclass
class Findings:
    """By place: the last line of the product that an exception went through, or none where it took too long."""

    folder: Path
    name: str
    told: Callable[[str], None] = lambda line: None
    seen: dict[str, str] = field(default_factory=dict)

    def observe(self, surface: Surface, data: bytes) -> None:
        started = process_time()
        try:
            surface.feed(data)
        except (PassportError, BiometricError):
            pass
        except Exception as error:
            self._keep(_place(error), data, "".join(traceback.format_exception(error)))
        if (took := process_time() - started) > SECONDS_AN_INPUT:
            self._keep("too slow", data, f"{took:.1f} s")

    def _keep(self, place: str, data: bytes, why: str) -> None:
        if place in self.seen:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        stem = f"{self.name.replace(' ', '-')}-{hashlib.sha256(data).hexdigest()[:12]}"
        (self.folder / f"{stem}.bin").write_bytes(data)
        (self.folder / f"{stem}.txt").write_text(why)
        self.seen[place] = f"{stem}: {place}"
        self.told(self.seen[place])


def _place(error: Exception) -> str:
    """Where it was raised, or where a lie was noticed; without the words, which hold numbers of the input."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.name != require.__name__]
    own = [
        frame for frame in frames if any(part in frame.filename for part in ("passport_reader", "biometrics", "fuzz"))
    ]
    frame = (own or list(frames))[-1]
    return f"{type(error).__name__} in {Path(frame.filename).name}:{frame.lineno}"


def plain(surface: Surface, count: int, seed: int, findings: Findings) -> None:
    """Seeds, each as it is; then seeds damaged at random."""
    start, random = surface.seeds(), Random(seed)
    for turn in range(count):
        data = start[turn] if turn < len(start) else damaged(random.choice(start), start, random)
        findings.observe(surface, data)


def damaged(data: bytes, others: list[bytes], random: Random) -> bytes:
    """One to four changes: of a bit, a byte, a length, an end, or a piece of another seed."""
    for change in _changes(random):
        data = change(data, others, random)
    return data


def _changes(random: Random) -> Iterator[Change]:
    for _ in range(random.randint(1, 4)):
        yield random.choice((_bit, _byte, _length, _cut, _twice, _spliced))


def _bit(data: bytes, _: list[bytes], random: Random) -> bytes:
    at = random.randrange(len(data)) if data else 0
    return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :] if data else b"\0"


def _byte(data: bytes, _: list[bytes], random: Random) -> bytes:
    at = random.randint(0, len(data))
    return (
        data[:at] + bytes([random.choice((0, 1, 0x30, 0x7F, 0x80, 0x84, 0xFF, random.randrange(256)))]) + data[at + 1 :]
    )


def _length(data: bytes, _: list[bytes], random: Random) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + random.choice((b"\x84\xff\xff\xff\xff", b"\x83\xff\xff\xff", b"\x80", b"\x81\xff")) + data[at:]


def _cut(data: bytes, _: list[bytes], random: Random) -> bytes:
    first, last = sorted(random.randint(0, len(data)) for _ in range(2))
    return data[:first] + (data[last:] if random.random() < 0.7 else b"")


def _twice(data: bytes, _: list[bytes], random: Random) -> bytes:
    first, last = sorted(random.randint(0, min(len(data), 4096)) for _ in range(2))
    return data[:last] + data[first:last] * random.randint(1, 3) + data[last:]


def _spliced(data: bytes, others: list[bytes], random: Random) -> bytes:
    other = random.choice(others)
    return data[: random.randint(0, len(data))] + other[random.randint(0, len(other)) :]
