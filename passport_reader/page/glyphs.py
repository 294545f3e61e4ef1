"""Recognises single characters of OCR-B (ISO 1073-2) in the cells of a machine readable zone.

Nothing learned is shipped: a classifier is made from glyphs rendered with the installed typeface, in about two seconds,
and kept in the user's cache (XDG_CACHE_HOME). A machine that has the cached file needs no typeface.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zipfile import BadZipFile

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from passport_reader.document import PassportError

Floats = npt.NDArray[np.float32]

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"
HEIGHT, WIDTH = 28, 20
"""Pixels of a cell's picture: one pitch (2.54 mm) wide and 1.4 pitches high about the cell's centre."""
FONTS = (
    Path("/usr/share/fonts/opentype/ocr-b/OCRB.otf"),  # Debian's fonts-ocr-b
    Path("/usr/share/fonts/opentype/ocr-b/OCRBL.otf"),
)
_VERSION = 2  # of the recipe below; a cached classifier of another version is made anew
_SEED = 1073  # the recipe is the same on every machine
_SAMPLES = 260  # renderings of each character
_HIDDEN = 900
_RIDGE = 0.3
_SHARPNESS = 14.0  # of the softmax: a regressed 1 against 0s then comes out as 0.99997
_ARRAYS = ("project", "offset", "weights")
_FINE = 60  # pixels of a pitch in the master renderings


class TypefaceMissing(PassportError):
    """Neither a made classifier nor the OCR-B typeface to make one from."""

    code = "typeface_missing"


@dataclass(frozen=True, slots=True)
class Classifier:
    """A layer of fixed random features, then ridge regression onto the characters."""

    project: Floats
    offset: Floats
    weights: Floats

    def probabilities(self, cells: npt.NDArray[np.generic]) -> Floats:
        """For pictures (n, HEIGHT, WIDTH), dark on light: (n, 37) in the order of ALPHABET, each row summing to 1."""
        hidden = np.maximum(features(cells) @ self.project + self.offset, 0.0)
        scores = _SHARPNESS * (hidden @ self.weights)
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def _pooling(size: int, bins: int) -> Floats:
    """Overlapping triangles: (size, bins)."""
    centres = (np.arange(bins) + 0.5) * size / bins
    distance = np.abs(np.arange(size)[:, None] + 0.5 - centres) * bins / size
    return np.maximum(0.0, 1.0 - distance).astype(np.float32)


_ROWS, _COLUMNS = _pooling(HEIGHT - 2, 7), _pooling(WIDTH - 2, 5)
_DIRECTIONS = np.array([[np.cos(a), np.sin(a)] for a in np.arange(8) * np.pi / 4], np.float32)


def features(cells: npt.NDArray[np.generic]) -> Floats:
    """Signed edge directions pooled over 7 by 5 places: (n, 280), each row of unit length."""
    pictures = np.asarray(cells, np.float32)
    across = pictures[:, 1:-1, 2:] - pictures[:, 1:-1, :-2]
    down = pictures[:, 2:, 1:-1] - pictures[:, :-2, 1:-1]
    pooled = [np.matmul(np.matmul(_ROWS.T, np.maximum(x * across + y * down, 0.0)), _COLUMNS) for x, y in _DIRECTIONS]
    flat = np.sqrt(np.stack(pooled, axis=1).reshape(len(pictures), -1))
    return np.asarray(flat / (np.linalg.norm(flat, axis=1, keepdims=True) + 1e-6), np.float32)


def train(fonts: tuple[Path, ...] = FONTS) -> Classifier:
    """Makes the classifier from rendered glyphs. Raises TypefaceMissing."""
    rng = np.random.default_rng(_SEED)
    pictures, labels = _samples(fonts, rng)
    inputs = features(pictures)
    project = rng.standard_normal((inputs.shape[1], _HIDDEN)).astype(np.float32) * 2.0
    offset = rng.standard_normal(_HIDDEN).astype(np.float32) * 0.5
    hidden = np.maximum(inputs @ project + offset, 0.0)
    wanted = np.where(labels[:, None] == np.arange(len(ALPHABET)), 1.0, 0.0).astype(np.float32)
    gram = hidden.T @ hidden + _RIDGE * np.eye(_HIDDEN, dtype=np.float32)
    weights = np.linalg.solve(gram.astype(np.float64), hidden.T @ wanted).astype(np.float32)
    return Classifier(project, offset, weights)


def _samples(fonts: tuple[Path, ...], rng: np.random.Generator) -> tuple[Floats, npt.NDArray[np.int64]]:
    pictures: list[Floats] = []
    for character in ALPHABET:
        master = _master(character, _typeface(fonts))
        strokes = [cv2.GaussianBlur(_stroked(master, pixels), (0, 0), 1.2) for pixels in range(-3, 4)]
        pictures += [_sample(np.asarray(strokes[rng.integers(7)], np.uint8), rng) for _ in range(_SAMPLES)]
    return np.stack(pictures), np.repeat(np.arange(len(ALPHABET)), _SAMPLES)


def _typeface(fonts: tuple[Path, ...]) -> Path:
    for font in fonts:
        if font.exists():
            return font
    raise TypefaceMissing(
        "the page reader has no OCR-B typeface: run once with Debian's fonts-ocr-b installed "
        f"(apt-get install fonts-ocr-b), or bring the file {_cache_file()}"
    )


def _master(character: str, font: Path) -> npt.NDArray[np.uint8]:
    """Ink (0 to 255) on a square of three pitches, the cell's centre in the middle."""
    nominal = ImageFont.truetype(font, 1000).getlength("H") / 1000
    face = ImageFont.truetype(font, _FINE / nominal)
    _, top, _, bottom = face.getbbox("H", anchor="ls")
    canvas = Image.new("L", (3 * _FINE, 3 * _FINE))
    place = (_FINE, 1.5 * _FINE - (top + bottom) / 2)
    ImageDraw.Draw(canvas).text(place, character, font=face, fill=255, anchor="ls")
    return np.asarray(canvas)


def _sample(master: npt.NDArray[np.uint8], rng: np.random.Generator) -> Floats:
    """One cell as a page reader may see it: shifted, turned, blurred, noisy, faded in places."""
    scale = np.exp(rng.normal(0, 0.04, 2)) * WIDTH / _FINE
    turn, shear = rng.normal(0, 0.03), rng.normal(0, 0.03)
    linear = np.diag(scale) @ np.array([[np.cos(turn), -np.sin(turn) + shear], [np.sin(turn), np.cos(turn)]])
    centre = np.array([WIDTH / 2, HEIGHT / 2]) - 0.5 + rng.normal(0, [0.9, 1.0])
    placing = np.column_stack([linear, centre - linear @ np.full(2, 1.5 * _FINE - 0.5)])
    sharp = cv2.warpAffine(master, placing, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
    ink = cv2.GaussianBlur(sharp.astype(np.float32) / 255, (0, 0), rng.uniform(0.2, 1.1))
    if rng.random() < 0.35:
        ink *= np.clip(1.2 - 1.1 * np.exp(-_spot(rng)), 0, 1)
    noise = rng.standard_normal((HEIGHT, WIDTH)) * rng.uniform(0.0, 0.08)
    return (255 * (1 - rng.uniform(0.5, 1.0) * ink + noise)).astype(np.float32)


def _stroked(master: npt.NDArray[np.uint8], pixels: int) -> npt.NDArray[np.uint8]:
    """With strokes so much thicker, or thinner."""
    side = abs(pixels) + 1
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.dilate(master, brush) if pixels > 0 else cv2.erode(master, brush), np.uint8)


def _spot(rng: np.random.Generator) -> Floats:
    """Squared distance from a random place, in spot radii: ink is rubbed off there."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    centre, radius = rng.uniform(0, [HEIGHT, WIDTH]), rng.uniform(1.0, 2.5)
    return np.asarray(((y - centre[0]) ** 2 + (x - centre[1]) ** 2) / radius**2, np.float32)


@cache
def classifier() -> Classifier:
    """From the user's cache, else made now and kept there. Raises TypefaceMissing where neither can be."""
    file = _cache_file()
    kept = _kept(file)
    if kept is None:
        kept = train()
        _keep(kept, file)
    return kept


def _kept(file: Path) -> Classifier | None:
    """None where the file is missing, cut short, or not of this recipe."""
    try:
        with file.open("rb") as stream, np.load(stream) as arrays:
            project, offset, weights = (np.asarray(arrays[name], np.float32) for name in _ARRAYS)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    shapes = (_ROWS.shape[1] * _COLUMNS.shape[1] * len(_DIRECTIONS), _HIDDEN), (_HIDDEN,), (_HIDDEN, len(ALPHABET))
    return Classifier(project, offset, weights) if (project.shape, offset.shape, weights.shape) == shapes else None


def _cache_file() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "sekisho" / f"ocr-b-{_VERSION}.npz"


def _keep(made: Classifier, file: Path) -> None:
    """Renamed into place, so that two processes may do it at once; a cache that cannot be written is done without."""
    part = file.with_suffix(f".{os.getpid()}.npz")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(part, project=made.project, offset=made.offset, weights=made.weights)
        part.replace(file)
    except OSError:
        part.unlink(missing_ok=True)
