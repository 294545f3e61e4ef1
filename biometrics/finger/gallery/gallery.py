"""Fingers one to many.

    with FingerGallery(path) as gallery:
        gallery.enrol("case-17", {FingerPosition.RIGHT_INDEX: template})
        gallery.identify({FingerPosition.RIGHT_INDEX: probe})

Three stages, each over fewer: the compact scan sees everybody, relaxation the best share of that, and the whole
comparison, with its calibrated score, the best few. Fingers of one person are added up at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

from biometrics.capture import FingerPosition
from biometrics.finger.calibration import WITH_FIELDS, WITHOUT_FIELDS
from biometrics.finger.compare import LOWEST, Prepared, prepare
from biometrics.finger.extract import FingerTemplate
from biometrics.finger.gallery.log import MOST_IDENTIFIER, PrintLog
from biometrics.finger.gallery.processes import ShardProcess
from biometrics.finger.gallery.shard import Finger, Shard
from biometrics.fusion import fused
from biometrics.gallery import AlreadyEnrolled, Candidate, NothingToCompare, UnknownIdentifier

SHARE: Final = 0.01
"""Of all fingers go from the first stage to the second. Measured: loses next to no mates."""
FEWEST: Final = 200
"""But so many at least."""
MOST_FINGERS: Final = 20
"""Ten, and one more of each."""
FINALISTS: Final = 50
"""Go from the second to the third. Measured."""

FPIR: Final = 0.01
"""A false alarm in a hundred searches: what a busy hall can still look into."""

Samples = Mapping[FingerPosition | None, FingerTemplate | Prepared]


class FingerGallery:
    """A `biometrics.gallery.Gallery`. With `processes`, that many more share the search; results are the same."""

    def __init__(self, path: Path, *, processes: int = 0) -> None:
        self._log = PrintLog(path, writable=True)
        self._all = Shard(self._log)
        try:
            self._all.refresh(mend=True)
        except BaseException:
            self._log.close()
            raise
        self._numbers = {entry.identifier: person for person, entry in self._all.entries.items()}
        self._others = [ShardProcess(path, number, processes) for number in range(processes)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for other in self._others:
            other.close()
        self._log.close()

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, identifier: str) -> bool:
        return identifier in self._numbers

    def enrol(self, identifier: str, samples: Samples) -> None:
        """On the disk when it returns, with all fingers. Raises `AlreadyEnrolled`, `NothingToCompare`, and `ValueError`
        for an identifier that is empty, too long or holds a NUL."""
        self.enrol_all([(identifier, samples)])

    def enrol_all(self, people: Iterable[tuple[str, Samples]]) -> None:
        """A whole list, synced once; what comes before one that cannot be enrolled stays."""
        try:
            for identifier, samples in people:
                self._append(identifier, samples)
        finally:
            self._log.sync()
            first = self._all.people
            self._all.refresh()
            self._numbers.update({entry.identifier: k for k, entry in self._all.since(first).items()})
            self._everywhere("refresh")

    def _append(self, identifier: str, samples: Samples) -> None:
        if not identifier or "\0" in identifier or len(identifier.encode()) > MOST_IDENTIFIER:
            raise ValueError(f"an identifier has 1 to {MOST_IDENTIFIER} octets")
        if identifier in self._numbers:
            raise AlreadyEnrolled(f"{identifier} is enrolled already")
        ready = _ready(samples)
        if len(ready) > MOST_FINGERS:
            raise ValueError(f"a person has up to {MOST_FINGERS} fingers")
        self._log.append(identifier, ready)
        self._numbers[identifier] = -1

    def remove(self, identifier: str) -> None:
        """Overwritten on the disk when it returns. Raises `UnknownIdentifier`."""
        person = self._numbers.pop(identifier, None)
        if person is None:
            raise UnknownIdentifier(f"nobody is enrolled as {identifier}")
        self._log.erase(self._all.entries[person])
        self._all.forget(person)
        self._everywhere("forget", person)

    def identify(self, probe: Samples, *, most: int = 10) -> list[Candidate]:
        """Everybody whose whole comparison was made, the best `most`, best first. Raises `NothingToCompare`."""
        ready = _ready(probe)
        people = {finger[0] for position, sample in ready.items() for finger in self._finalists(sample, position)}
        found = [self._candidate(person, ready) for person in sorted(people)]
        return sorted(found, key=lambda one: -one.score)[:most]

    def threshold(self, fpir: float = FPIR) -> float:
        """The score from which a candidate is a hit, for a gallery as large as this one is now: somebody who is not
        enrolled reaches it in a share `fpir` of the searches, be its prints images or records. Fused scores of several
        fingers reach it more rarely. Raises `ValueError` for a share that is not above 0 and 0.1 at most."""
        fingers = max(len(self._all), 1)
        return max(scale.threshold_among(fingers, fpir) for scale in (WITH_FIELDS, WITHOUT_FIELDS))

    def _finalists(self, probe: Prepared, position: FingerPosition | None) -> list[Finger]:
        most = max(FEWEST, round(SHARE * len(self._all)))
        scanned = self._everywhere("scan", probe, position, most) or [self._all.scan(probe, position, most)]
        near = [finger for _, finger in sorted((one for part in scanned for one in part), key=_falling)[:most]]
        relaxed = sorted(zip(self._shared("relax", probe, near), near, strict=True), key=_falling)
        return [finger for _, finger in relaxed[:FINALISTS]]

    def _candidate(self, person: int, probe: Mapping[FingerPosition | None, Prepared]) -> Candidate:
        """Each finger of the probe against that of the same position, or the most alike where positions are unknown."""
        held = self._all.fingers_of(person)
        parts = []
        for position, sample in probe.items():
            fitting = [finger for other, finger in held if None in (position, other) or other == position]
            if fitting:
                parts.append((position, max(self._all.compare(sample, fitting))))
        entry = self._all.entries[person]
        return Candidate(entry.identifier, fused([part for _, part in parts], lowest=LOWEST), tuple(parts))

    def _shared(self, stage: str, probe: Prepared, fingers: Sequence[Finger]) -> list[float]:
        """Each process its own people; in the order asked."""
        if not self._others:
            local: Callable[[Prepared, Sequence[Finger]], list[float]] = getattr(self._all, stage)
            return local(probe, fingers)
        parts = [[f for f in fingers if f[0] % len(self._others) == k] for k in range(len(self._others))]
        for other, part in zip(self._others, parts, strict=True):
            other.ask(stage, probe, part)
        scores: dict[Finger, float] = {}
        for other, part in zip(self._others, parts, strict=True):
            scores.update(zip(part, other.answer(), strict=True))
        return [scores[finger] for finger in fingers]

    def _everywhere(self, method: str, *arguments: Any) -> list[Any]:
        for other in self._others:
            other.ask(method, *arguments)
        return [other.answer() for other in self._others]


def _falling(scored: tuple[float, Finger]) -> tuple[float, Finger]:
    return -scored[0], scored[1]


def _ready(samples: Samples) -> dict[FingerPosition | None, Prepared]:
    ready = {p: prepare(one) if isinstance(one, FingerTemplate) else one for p, one in samples.items()}
    if not ready or any(len(one.cylinders.of) < 2 for one in ready.values()):
        raise NothingToCompare("a print has too few minutiae to be told from others")
    return ready
