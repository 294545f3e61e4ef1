"""What pictures show of a zone: for every cell, how likely every character is. Pictures of one page strengthen each other.

No check digit is looked at here, and nothing is judged: `reader` does both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from passport_reader.page.fields import SHAPES, allowed, formats_of
from passport_reader.page.glyphs import ALPHABET, HEIGHT, WIDTH, Classifier, Floats
from passport_reader.page.ink import Gray
from passport_reader.page.settling import settled
from passport_reader.page.zone import Zone, find_zones

Rgb = npt.NDArray[np.uint8]

_CLEAR = 0.9  # geometric mean of the characters' probabilities: a zone upside down, or beside its print, stays below a half
_LEAST_LIKE = 0.2  # the same mean: less is no print at all
_MOST_TRIED = 4  # zones of one picture: the right one is first or second in all but one of a thousand
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


def seen(image: Rgb, classifier: Classifier) -> Sighting | None:
    """The clearest zone of an RGB picture (height, width, 3), uint8; None where there is none."""
    gray = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
    best: Sighting | None = None
    for zone in find_zones(gray)[:_MOST_TRIED]:
        found = _read(zone, gray, classifier)
        if best is None or found.clearness > best.clearness:
            best = found
        if best.clearness > _CLEAR:
            break
    return best if best is not None and best.clearness > _LEAST_LIKE else None


def _read(zone: Zone, gray: Gray, classifier: Classifier) -> Sighting:
    """Turned where it reads better so, then settled."""
    upright = _classified(zone, gray, classifier)
    turned = _classified(zone.turned(), gray, classifier, upside_down=True) if upright.clearness < _CLEAR else upright
    upside_down = turned.clearness > upright.clearness
    exact = settled(zone.turned() if upside_down else zone, gray, classifier)
    return _classified(exact, gray, classifier, upside_down=upside_down)


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
    another shape than the clearest are left out.
    """
    clearest = max(sightings, key=lambda one: one.clearness)
    alike = [one for one in sightings if SHAPES[one.form] == SHAPES[clearest.form]]
    logs = sum(np.log(np.exp(one.logs) + _FLOOR) for one in alike) / np.sqrt(len(alike))
    scaled = logs - logs.max(axis=1, keepdims=True)
    scaled -= np.log(np.exp(scaled).sum(axis=1, keepdims=True))
    return Sighting(clearest.form, np.asarray(scaled, np.float32), sightings[0].upside_down, len(alike))
