"""Recognises single characters of OCR-B (ISO 1073-2) in the cells of a machine readable zone.

Nothing learned is shipped: a classifier is made from glyphs rendered with the installed typeface, in some ten seconds,
and kept in the user's cache (XDG_CACHE_HOME). A machine that has the cached file needs no typeface.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from passport_reader.document import PassportError

Floats = npt.NDArray[np.float32]

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"
HEIGHT, WIDTH = 28, 20
"""Pixels of a cell's picture: one pitch (2.54 mm) wide and 1.4 pitches high about the cell's centre."""
FONTS = (
    Path("/usr/share/fonts/opentype/ocr-b/OCRB.otf"),  # Debian's fonts-ocr-b
    Path("/usr/share/fonts/opentype/ocr-b/OCRBL.otf"),
)
_VERSION = 7  # of the recipe in training.py; a cached classifier of another version is made anew
_ARRAYS = ("hidden", "hidden_bias", "output", "output_bias", "usual")


class TypefaceMissing(PassportError):
    """Neither a made classifier nor the OCR-B typeface to make one from."""

    code = "typeface_missing"


@dataclass(frozen=True, slots=True)
class Classifier:
    """A network of one hidden layer; `usual` shows each character's ink in its cell, (37, HEIGHT, WIDTH), 0 to 1."""

    hidden: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: Floats
    usual: Floats

    def log_probabilities(self, cells: npt.NDArray[np.generic]) -> Floats:
        """For pictures (n, HEIGHT, WIDTH), dark on light: (n, 37) in the order of ALPHABET."""
        hidden = np.maximum(features(cells) @ self.hidden + self.hidden_bias, 0.0)
        scores = hidden @ self.output + self.output_bias
        scores -= scores.max(axis=1, keepdims=True)
        return np.asarray(scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)), np.float32)


def _pooling(size: int, bins: int) -> Floats:
    """Overlapping triangles: (size, bins)."""
    centres = (np.arange(bins) + 0.5) * size / bins
    distance = np.abs(np.arange(size)[:, None] + 0.5 - centres) * bins / size
    return np.maximum(0.0, 1.0 - distance).astype(np.float32)


_ROWS, _COLUMNS = _pooling(HEIGHT - 2, 9), _pooling(WIDTH - 2, 6)
_DIRECTIONS = np.array([[np.cos(a), np.sin(a)] for a in np.arange(8) * np.pi / 4], np.float32)


def features(cells: npt.NDArray[np.generic]) -> Floats:
    """Signed edge directions pooled over 9 by 6 places: (n, 432), each row of unit length."""
    pictures = np.asarray(cells, np.float32)
    across = pictures[:, 1:-1, 2:] - pictures[:, 1:-1, :-2]
    down = pictures[:, 2:, 1:-1] - pictures[:, :-2, 1:-1]
    pooled = [np.matmul(np.matmul(_ROWS.T, np.maximum(x * across + y * down, 0.0)), _COLUMNS) for x, y in _DIRECTIONS]
    flat = np.sqrt(np.stack(pooled, axis=1).reshape(len(pictures), -1))
    return np.asarray(flat / (np.linalg.norm(flat, axis=1, keepdims=True) + 1e-6), np.float32)


def train(fonts: tuple[Path, ...] = FONTS) -> Classifier:
    """Makes the classifier from rendered glyphs. Raises TypefaceMissing."""
    from passport_reader.page import training  # it stands on this module, and is needed once in a machine's life

    return training.train(_typeface(fonts))


def _typeface(fonts: tuple[Path, ...]) -> Path:
    for font in fonts:
        if font.exists():
            return font
    raise TypefaceMissing(
        "the page reader has no OCR-B typeface: run once with Debian's fonts-ocr-b installed "
        f"(apt-get install fonts-ocr-b), or bring the file {_cache_file()}"
    )


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
            made = Classifier(*(np.asarray(arrays[name], np.float32) for name in _ARRAYS))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    sizes = _ROWS.shape[1] * _COLUMNS.shape[1] * len(_DIRECTIONS), len(made.hidden_bias), len(ALPHABET)
    shapes = made.hidden.shape, made.output.shape, made.output_bias.shape, made.usual.shape
    fitting = (sizes[:2], sizes[1:], sizes[2:], (len(ALPHABET), HEIGHT, WIDTH))
    return made if shapes == fitting else None


def _cache_file() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "sekisho" / f"ocr-b-{_VERSION}.npz"


def _keep(made: Classifier, file: Path) -> None:
    """Renamed into place, so that two processes may do it at once; a cache that cannot be written is done without."""
    part = file.with_suffix(f".{os.getpid()}.npz")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(part, **{name: getattr(made, name) for name in _ARRAYS})
        part.replace(file)
    except OSError:
        part.unlink(missing_ok=True)
