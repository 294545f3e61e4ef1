"""Reads the machine readable zone from a picture of a data page (Doc 9303-3 §4).

Pixels to text here; the text is judged by `mrz.parse`. No character is ever repaired by a check digit.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from passport_reader import mrz
from passport_reader.document import PageReading, UnusableMrz
from passport_reader.page.glyphs import ALPHABET, HEIGHT, WIDTH, classifier
from passport_reader.page.zone import find_zone

Rgb = npt.NDArray[np.uint8]

LEAST_CONFIDENCE = 0.8
"""A character less certain makes the page unusable, for the name line has no check digit.

Of 120 heavily worn simulated pages 2 fall below; the wrong characters seen while this was built had 0.5 to 0.65.
"""
_CLEAR = 0.9  # mean certainty; a zone upside down stays below a half, and only below this it is tried turned
_FIELDS = {
    "TD3": ("L" + "F" * 43, "A" * 9 + "D" + "F" * 3 + "D" * 7 + "S" + "D" * 7 + "A" * 14 + "CD"),
    "TD2": ("L" + "F" * 35, "A" * 9 + "D" + "F" * 3 + "D" * 7 + "S" + "D" * 7 + "A" * 7 + "D"),
    "TD1": (
        "L" + "F" * 4 + "A" * 9 + "C" + "A" * 15,
        "D" * 7 + "S" + "D" * 7 + "F" * 3 + "A" * 11 + "D",
        "F" * 30,
    ),
}
"""What may stand where: Letter, letter or Filler, Digit, digit or filler (C), Sex, Any (Doc 9303-4, -5, -6 §4.2.2)."""
_LETTERS, _DIGITS = ALPHABET[:26], ALPHABET[26:36]
_ALLOWED = {
    kind: np.array([character in allowed for character in ALPHABET], np.float32)
    for kind, allowed in {
        "L": _LETTERS,
        "F": _LETTERS + "<",
        "D": _DIGITS,
        "C": _DIGITS + "<",
        "S": "MF<",
        "A": ALPHABET,
    }.items()
}


def prepare() -> None:
    """Loads or makes the classifier, so that the first page need not wait seconds for it. Raises TypefaceMissing."""
    classifier()


def read_page(image: Rgb) -> PageReading:
    """The zone of an RGB picture (height, width, 3), uint8, of 200 to 400 dots an inch, up to 15 degrees askew.

    A page laid upside down is read, and its picture turned. Raises UnusableMrz: no zone, an uncertain character, a
    wrong check digit; TypefaceMissing where no classifier can be had.
    """
    lines, confidences, upside_down = _read(image)
    least = float(min(confidence.min() for confidence in confidences))
    if least < LEAST_CONFIDENCE:
        raise UnusableMrz("the machine readable zone is not clear enough", confidence_percent=int(100 * least))
    return PageReading(mrz.parse("\n".join(lines)), np.rot90(image, 2).copy() if upside_down else image, least)


def read_lines(image: Rgb) -> tuple[tuple[str, ...], list[npt.NDArray[np.float32]]]:
    """The zone's lines as seen, unchecked, and each character's probability. Raises UnusableMrz where no zone is."""
    lines, confidences, _ = _read(image)
    return lines, confidences


def _read(image: Rgb) -> tuple[tuple[str, ...], list[npt.NDArray[np.float32]], bool]:
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    zone = find_zone(np.asarray(gray, np.uint8))
    if zone is None:
        raise UnusableMrz("no machine readable zone in the picture")
    cells, kinds = zone.cells(np.asarray(gray, np.uint8), HEIGHT, WIDTH), "".join(_FIELDS[zone.format])
    chosen, upside_down = _classified(cells, kinds), False
    if _clearness(chosen) < _CLEAR:
        turned = _classified(cells[::-1, ::-1, ::-1], kinds)
        upside_down = _clearness(turned) > _clearness(chosen)
        chosen = turned if upside_down else chosen
    text = "".join(ALPHABET[index] for index in chosen.argmax(axis=1))
    starts = range(0, len(text), zone.columns)
    lines = tuple(text[start : start + zone.columns] for start in starts)
    return lines, [chosen.max(axis=1)[start : start + zone.columns] for start in starts], upside_down


def _clearness(reading: npt.NDArray[np.float32]) -> float:
    """Geometric mean of the characters' probabilities."""
    return float(np.exp(np.log(reading.max(axis=1) + 1e-6).mean()))


def _classified(cells: npt.NDArray[np.uint8], kinds: str) -> npt.NDArray[np.float32]:
    """What the field forbids is ruled out; what is left is not made more certain than twice its own probability."""
    allowed = classifier().probabilities(cells) * np.stack([_ALLOWED[kind] for kind in kinds])
    return np.asarray(allowed / np.maximum(allowed.sum(axis=1, keepdims=True), 0.5), np.float32)
