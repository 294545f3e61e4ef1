"""Reads the machine readable zone from pictures of a data page or a visa (Doc 9303-3 §4).

Pixels to text; the text is judged by `mrz.parse`. No character is ever repaired by a check digit: `proposals` says
what a repair might be, for an officer to look at.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from passport_reader import mrz
from passport_reader.document import Mrz, PageReading, UnusableMrz
from passport_reader.page.certainty import confirmed
from passport_reader.page.fields import SHAPES
from passport_reader.page.glyphs import classifier
from passport_reader.page.sighting import Sighting, fused, seen

Rgb = npt.NDArray[np.uint8]
Characters = tuple[tuple[float, ...], ...]

LEAST_CONFIDENCE = 0.85
"""A character less certain makes the page unusable, for the name line has no check digit.

Of 250 heavily worn pages 183 are accepted and right, 3 with a wrong letter in a name; at 0.9 it would be 165 and 2.
"""
LEAST_CHECKED = 0.97
"""The same in a field with a check digit: what it tells apart lies far above, what it does not, as G and 6, may not."""
LEAST_BESIDE_FILLER = 0.995
"""The same of A, K or U beside a filler there, and of a filler before something else: all count nothing modulo ten, and
one scratch makes a K of a filler or a filler of a K."""


def prepare() -> None:
    """Loads the classifier, so that the first page need not wait for it. Raises ClassifierMissing."""
    classifier()


def read_page(image: Rgb) -> PageReading:
    """The zone of an RGB picture (height, width, 3), uint8, of 200 to 600 dots an inch, up to 15 degrees askew.

    A page laid upside down is read, and its picture turned. Raises UnusableMrz: no zone, an uncertain character, a
    wrong check digit; ClassifierMissing.
    """
    return read_frames([image])


def read_frames(images: Sequence[Rgb]) -> PageReading:
    """Several pictures of one page, read as one; the reading's picture is the first. Raises as `read_page`."""
    sighting = sight(images)
    zone, characters = judge(sighting)
    least = min(min(line) for line in characters)
    if not clear_enough(zone, characters):
        raise UnusableMrz("the machine readable zone is not clear enough", confidence_percent=int(100 * least))
    image = np.rot90(images[0], 2).copy() if sighting.upside_down else images[0]
    return PageReading(zone, image, least, characters)


def judge(sighting: Sighting) -> tuple[Mrz, Characters]:
    """The zone, and how certain each character is, line by line. Raises UnusableMrz where a check digit is wrong."""
    zone = mrz.parse("\n".join(sighting.lines))
    probabilities = sighting.probabilities
    certain = confirmed(probabilities, sighting.form)[np.arange(len(zone.text)), probabilities.argmax(axis=1)]
    return zone, tuple(tuple(float(one) for one in line) for line in certain.reshape(SHAPES[sighting.form]))


def clear_enough(zone: Mrz, characters: Characters) -> bool:
    """Whether every character is certain enough for where it stands."""
    checked = {place for check in mrz.checks(zone.format) for place in (*check.covered, check.digit)}
    certain = [one for line in characters for one in line]
    return all(
        one >= (_least_checked(zone.text, at) if at in checked else LEAST_CONFIDENCE) for at, one in enumerate(certain)
    )


def _least_checked(text: str, at: int) -> float:
    lone = "<" in text[max(at - 1, 0) : at + 2] if text[at] in "AKU" else text[at] == "<" != text[at + 1 : at + 2]
    return LEAST_BESIDE_FILLER if lone else LEAST_CHECKED


def sight(images: Sequence[Rgb]) -> Sighting:
    """What the pictures show of one zone, unjudged. Raises UnusableMrz where no picture shows any."""
    sightings = [found for image in images if (found := seen(image, classifier())) is not None]
    if not sightings:
        raise UnusableMrz("no machine readable zone in the picture")
    return fused(sightings)
