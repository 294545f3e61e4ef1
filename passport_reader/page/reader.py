"""Reads the machine readable zone from pictures of a data page or a visa (Doc 9303-3 §4).

Pixels to text; the text is judged by `mrz.parse`. No character is ever repaired by a check digit: `proposals` says
what a repair might be, for an officer to look at.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from passport_reader import mrz
from passport_reader.document import PageReading, UnusableMrz
from passport_reader.page.certainty import confirmed
from passport_reader.page.fields import SHAPES
from passport_reader.page.glyphs import Floats, classifier
from passport_reader.page.sighting import Sighting, fused, seen

Rgb = npt.NDArray[np.uint8]

LEAST_CONFIDENCE = 0.8
"""A character less certain makes the page unusable, for the name line has no check digit."""


def prepare() -> None:
    """Loads or makes the classifier, so that the first page need not wait seconds for it. Raises TypefaceMissing."""
    classifier()


def read_page(image: Rgb) -> PageReading:
    """The zone of an RGB picture (height, width, 3), uint8, of 200 to 600 dots an inch, up to 15 degrees askew.

    A page laid upside down is read, and its picture turned. Raises UnusableMrz: no zone, an uncertain character, a
    wrong check digit; TypefaceMissing where no classifier can be had.
    """
    return read_frames([image])


def read_frames(images: Sequence[Rgb]) -> PageReading:
    """Several pictures of one page, read as one; the reading's picture is the first. Raises as `read_page`."""
    sighting = sight(images)
    zone = mrz.parse("\n".join(sighting.lines))
    probabilities = sighting.probabilities
    certain = confirmed(probabilities, sighting.form)[np.arange(len(zone.text)), probabilities.argmax(axis=1)]
    least = float(certain.min())
    if least < LEAST_CONFIDENCE:
        raise UnusableMrz("the machine readable zone is not clear enough", confidence_percent=int(100 * least))
    image = np.rot90(images[0], 2).copy() if sighting.upside_down else images[0]
    return PageReading(zone, image, least, _by_line(certain, sighting.form))


def sight(images: Sequence[Rgb]) -> Sighting:
    """What the pictures show of one zone, unjudged. Raises UnusableMrz where no picture shows any."""
    sightings = [found for image in images if (found := seen(image, classifier())) is not None]
    if not sightings:
        raise UnusableMrz("no machine readable zone in the picture")
    return fused(sightings)


def read_lines(image: Rgb) -> tuple[tuple[str, ...], list[npt.NDArray[np.float32]]]:
    """The zone's lines as seen, unchecked, and each character's probability. Raises UnusableMrz where no zone is."""
    sighting = sight([image])
    rows, columns = SHAPES[sighting.form]
    return sighting.lines, list(sighting.probabilities.max(axis=1).reshape(rows, columns))


def _by_line(certain: Floats, form: str) -> tuple[tuple[float, ...], ...]:
    rows, columns = SHAPES[form]
    return tuple(tuple(float(one) for one in line) for line in certain.reshape(rows, columns))
