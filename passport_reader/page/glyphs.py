"""Recognises single characters of OCR-B (ISO 1073-2) in the cells of a machine readable zone.

What it has learned comes with it: a network trained on glyphs that `training` renders from the typeface, by a command
that makes the same file again.
"""

from __future__ import annotations

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
LEARNED = Path(__file__).with_name("ocr_b.npz")
"""Made by `python -m passport_reader.page.training` from the typeface alone (docs/decisions/0008)."""
_ARRAYS = ("hidden", "hidden_bias", "output", "output_bias", "usual")


class ClassifierMissing(PassportError):
    """The file of the learned classifier is not there, or not of this recipe."""

    code = "classifier_missing"


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


@cache
def classifier() -> Classifier:
    """Raise `ClassifierMissing`."""
    return load(LEARNED)


def load(file: Path) -> Classifier:
    """Raise `ClassifierMissing` where the file is missing, cut short, or not of this recipe."""
    try:
        with file.open("rb") as stream, np.load(stream) as arrays:
            made = Classifier(*(np.asarray(arrays[name], np.float32) for name in _ARRAYS))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        raise ClassifierMissing(f"the page reader's classifier {file.name} is damaged: install it anew") from None
    sizes = _ROWS.shape[1] * _COLUMNS.shape[1] * len(_DIRECTIONS), len(made.hidden_bias), len(ALPHABET)
    shapes = made.hidden.shape, made.output.shape, made.output_bias.shape, made.usual.shape
    if shapes != (sizes[:2], sizes[1:], sizes[2:], (len(ALPHABET), HEIGHT, WIDTH)):
        raise ClassifierMissing(f"the page reader's classifier {file.name} is of another recipe: install it anew")
    return made


def keep(made: Classifier, file: Path) -> None:
    """In half precision, which changes no character's probability by a thousandth."""
    np.savez_compressed(file, **{name: getattr(made, name).astype(np.float16) for name in _ARRAYS})
