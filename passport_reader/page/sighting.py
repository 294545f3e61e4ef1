"""What pictures show of a zone: how likely each character is in each cell. Pictures of one page strengthen each other.

No check digit is looked at here, and nothing is judged: `reader` does both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from passport_reader.document import UnusableMrz
from passport_reader.page.fields import SHAPES, allowed, formats_of
from passport_reader.page.glyphs import ALPHABET, HEIGHT, WIDTH, Classifier, Floats
from passport_reader.page.ink import Gray
from passport_reader.page.settling import settled
from passport_reader.page.zone import Zone, find_zones

Rgb = npt.NDArray[np.uint8]

# Of the geometric mean of a reading's probabilities, which stays below a half upside down or a column aside:
_UPRIGHT = 0.6  # not worth turning
_CLEAR = 0.9  # no other zone will be clearer
_LEAST_LIKE = 0.2  # less is no print at all
_SPEAKING = 0.3  # probability: of cells beside the print, four of five stay below
_MOST_SETTLED = 2  # zones of one picture, whatever their shape: nearly always the first is clear
_SURE = float(np.log(0.95))
_MOST_CONTRADICTIONS = 3  # cells: a scratch or glare may forge so many in one picture; another page differs in a dozen
_FLOOR = 1e-7  # no single picture rules a character out more firmly


@dataclass(frozen=True, slots=True)
class Sighting:
    """A zone as seen. `logs`: natural logarithms of probabilities (cells, 37) in the order of ALPHABET, each row of
    probabilities summing to 1, whatever the field allows. `upside_down`: so the page lay in its first picture."""

    form: str
    """TD1, TD2, TD3, MRV-A or MRV-B."""
    logs: Floats
    upside_down: bool = False
    pictures: int = 1

    @property
    def probabilities(self) -> Floats:
        """(cells, 37) of what the fields allow; what is left is made no more certain than twice its own probability."""
        within = np.exp(self.logs) * allowed(self.form)
        return np.asarray(within / np.maximum(within.sum(axis=1, keepdims=True), 0.5), np.float32)

    @property
    def text(self) -> str:
        return "".join(ALPHABET[index] for index in self.probabilities.argmax(axis=1))

    @property
    def lines(self) -> tuple[str, ...]:
        text, (rows, columns) = self.text, SHAPES[self.form]
        return tuple(text[row * columns : (row + 1) * columns] for row in range(rows))

    @property
    def clearness(self) -> float:
        """Geometric mean of the characters' probabilities."""
        return float(np.exp(np.log(self.probabilities.max(axis=1) + 1e-6).mean()))

    @property
    def evidence(self) -> float:
        """How much is read, and how clearly: a cell speaks for the zone from `_SPEAKING` on, and against it below."""
        return float(np.log((self.probabilities.max(axis=1) + 1e-6) / _SPEAKING).sum())


def seen(image: Rgb, classifier: Classifier) -> Sighting | None:
    """The clearest zone of an RGB picture (height, width, 3), uint8; None where there is none."""
    gray = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
    rough: list[tuple[Sighting, Zone]] = []
    for zone in find_zones(gray):
        rough.append(_way_up(zone, gray, classifier))
        if rough[-1][0].clearness > _CLEAR:
            break
    best = None
    for needed, (first, zone) in _in_turn(sorted(rough, key=lambda one: -one[0].evidence)):
        if not needed and best is not None and best.clearness > _CLEAR:
            break
        one = _classified(settled(zone, gray, classifier), gray, classifier, upside_down=first.upside_down)
        best = one if best is None or one.evidence > best.evidence else best
    return best if best is not None and best.clearness > _LEAST_LIKE else None


def _in_turn(rough: list[tuple[Sighting, Zone]]) -> Iterator[tuple[bool, tuple[Sighting, Zone]]]:
    """The likeliest, and the likeliest of every other shape, are settled in any case: as roughly laid, a zone of fewer
    columns may read better. Then the others, as long as nothing is clear."""
    shapes = [(zone.rows, zone.columns) for _, zone in rough]
    needed = [at < _MOST_SETTLED or shape not in shapes[:at] for at, shape in enumerate(shapes)]
    for wanted in (True, False):
        yield from ((wanted, one) for one, first in zip(rough, needed, strict=True) if first is wanted)


def _way_up(zone: Zone, gray: Gray, classifier: Classifier) -> tuple[Sighting, Zone]:
    """Turned where it reads better so."""
    upright = _classified(zone, gray, classifier)
    if upright.clearness > _UPRIGHT:
        return upright, zone
    turned = _classified(zone.turned(), gray, classifier, upside_down=True)
    return (turned, zone.turned()) if turned.clearness > upright.clearness else (upright, zone)


def _classified(zone: Zone, gray: Gray, classifier: Classifier, *, upside_down: bool = False) -> Sighting:
    logs = classifier.log_probabilities(zone.cells(gray, HEIGHT, WIDTH))
    return Sighting(_form(logs, zone), logs, upside_down)


def _form(logs: Floats, zone: Zone) -> str:
    """A visa is told apart by its first letter (Doc 9303-7 §4.2.2)."""
    forms = formats_of(zone.rows, zone.columns)
    return max(forms, key=lambda form: float((np.exp(logs[0]) * allowed(form)[0]).max()))


def fused(sightings: Sequence[Sighting]) -> Sighting:
    """Pictures of one page as one: probabilities are multiplied, cell by cell, and tempered.

    Pictures of a worn character are wrong together, so n of them count as √n that know nothing of each other. Those of
    another shape than the clearest, or unclear and at odds with it, are left out. Raises UnusableMrz where two clear
    ones show different pages.
    """
    clearest = max(sightings, key=lambda one: one.clearness)
    alike = []
    for one in sightings:
        if SHAPES[one.form] != SHAPES[clearest.form]:
            continue
        logs = _aligned(one, clearest)
        if _contradictions(logs, clearest.logs) <= _MOST_CONTRADICTIONS:
            alike.append(logs)
        elif one.clearness > _CLEAR:
            raise UnusableMrz("the pictures show different pages", pictures=len(sightings))
    summed = np.sum([np.log(np.exp(logs) + _FLOOR) for logs in alike], axis=0) / np.sqrt(len(alike))
    summed -= summed.max(axis=1, keepdims=True)
    summed -= np.log(np.exp(summed).sum(axis=1, keepdims=True))
    return Sighting(clearest.form, np.asarray(summed, np.float32), sightings[0].upside_down, len(alike))


def _aligned(one: Sighting, other: Sighting) -> Floats:
    """The logs of one, its columns moved to agree with the other's: wear at a row's end can hide a column."""
    rows, columns = SHAPES[one.form]
    cells = one.logs.reshape(rows, columns, -1)
    unknown = np.full_like(cells[:, :1], -np.log(len(ALPHABET)))
    later = np.concatenate([unknown, cells[:, :-1]], axis=1)
    earlier = np.concatenate([cells[:, 1:], unknown], axis=1)
    moved = [option.reshape(one.logs.shape) for option in (cells, later, earlier)]
    return max(moved, key=lambda logs: float((np.exp(logs) * np.exp(other.logs)).sum()))


def _contradictions(one: Floats, other: Floats) -> int:
    """Cells in which two pictures are sure of different characters."""
    sure = (one.max(axis=1) > _SURE) & (other.max(axis=1) > _SURE)
    return int(np.count_nonzero(sure & (one.argmax(axis=1) != other.argmax(axis=1))))
