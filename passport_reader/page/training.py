"""Makes the character classifier from glyphs of OCR-B (ISO 1073-2), rendered as a page reader may come to see them.

    python -m passport_reader.page.training      about two minutes on one core; writes the file that is shipped

Everything follows from the typeface (Debian's fonts-ocr-b) and one seed: the same machine makes the same file again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from passport_reader.page.glyphs import ALPHABET, HEIGHT, LEARNED, WIDTH, Classifier, Floats, features, keep

Labels = npt.NDArray[np.int64]
Ink = npt.NDArray[np.uint8]

FONT = Path("/usr/share/fonts/opentype/ocr-b/OCRB.otf")
"""Debian's fonts-ocr-b."""
_SEED = 1073
_FINE = 40  # pixels of a pitch in the master renderings
_TALL, _WIDE = 2 * _FINE, _FINE * 3 // 2  # a cell, and as much about it as it may be off its place
_MIDDLE = np.array([_WIDE, _TALL]) / 2 - 0.5
_CENTRE = np.array([WIDTH, HEIGHT]) / 2 - 0.5
_STROKES = range(-3, 4)  # pixels thicker, or thinner
_SAMPLES = 2000  # renderings of each character
_HIDDEN = 160
_EPOCHS = 20
_BATCH = 256
_RATE, _DECAY = 3e-3, 3e-4
_SMOOTHING = 0.005  # share of a label spread over the others
_HELD_BACK = 0.1  # share of the samples that the temperature is fitted on
_TEMPERATURES = np.geomspace(0.4, 2.5, 40)
_UNSETTLED = 0.12  # share of the samples as far off their place as before a zone is settled
_ROW = 32  # samples side by side while compressed together


def train(font: Path) -> Classifier:
    """In about two minutes on one core."""
    rng = np.random.default_rng(_SEED)
    pictures, labels = _samples(font, rng)
    inputs = features(pictures)
    order = rng.permutation(len(labels))
    held = round(_HELD_BACK * len(order))
    network = _Network.new(inputs.shape[1], rng)
    network.fit(inputs[order[held:]], labels[order[held:]], rng)
    temperature = _temperature(network.scores(inputs[order[:held]]), labels[order[:held]])
    network.output /= temperature
    network.output_bias /= temperature
    return Classifier(network.hidden, network.hidden_bias, network.output, network.output_bias, _usual(font))


def _temperature(scores: Floats, labels: Labels) -> float:
    """What scores are to be divided by to be right as often as they say: least surprise on samples not learned from.

    Temperature scaling, Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, §4.2.
    """

    def surprise(temperature: float) -> float:
        scaled = scores / np.float32(temperature)
        scaled -= scaled.max(axis=1, keepdims=True)
        logs = scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))
        return float(-logs[np.arange(len(labels)), labels].mean())

    return float(min(_TEMPERATURES, key=surprise))


@dataclass(slots=True)
class _Network:
    """One hidden layer, cross entropy, Adam."""

    hidden: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: Floats

    @classmethod
    def new(cls, inputs: int, rng: np.random.Generator) -> _Network:
        def layer(rows: int, columns: int) -> Floats:
            return np.asarray(rng.standard_normal((rows, columns)) * np.sqrt(2 / rows), np.float32)

        hidden = layer(inputs, _HIDDEN) * np.float32(
            np.sqrt(inputs) / 2
        )  # the features are of unit length, not variance
        zeros = np.zeros(_HIDDEN, np.float32), np.zeros(len(ALPHABET), np.float32)
        return cls(hidden, zeros[0], layer(_HIDDEN, len(ALPHABET)), zeros[1])

    def scores(self, inputs: Floats) -> Floats:
        hidden = np.maximum(inputs @ self.hidden + self.hidden_bias, 0)
        return np.asarray(hidden @ self.output + self.output_bias, np.float32)

    def fit(self, inputs: Floats, labels: Labels, rng: np.random.Generator) -> None:
        parameters = [self.hidden, self.hidden_bias, self.output, self.output_bias]
        means, squares = ([np.zeros_like(one) for one in parameters] for _ in range(2))
        steps = _EPOCHS * (len(labels) // _BATCH)
        step = 0
        for _ in range(_EPOCHS):
            for batch in np.array_split(rng.permutation(len(labels)), len(labels) // _BATCH):
                step += 1
                rate = _RATE * 0.5 * (1 + np.cos(np.pi * step / (steps + 1)))
                slopes = self._slopes(inputs[batch], labels[batch])
                for one, slope, mean, square in zip(parameters, slopes, means, squares, strict=True):
                    mean += 0.1 * (slope - mean)
                    square += 0.001 * (slope**2 - square)
                    corrected = np.sqrt(square / (1 - 0.999**step)) + 1e-8
                    one -= np.float32(rate) * (mean / (1 - 0.9**step) / corrected + _DECAY * one)

    def _slopes(self, inputs: Floats, labels: Labels) -> tuple[Floats, ...]:
        hidden = np.maximum(inputs @ self.hidden + self.hidden_bias, 0)
        scores = hidden @ self.output + self.output_bias
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        wanted = np.full_like(powers, _SMOOTHING / len(ALPHABET))
        wanted[np.arange(len(labels)), labels] += 1 - _SMOOTHING
        error = (powers / powers.sum(axis=1, keepdims=True) - wanted) / np.float32(len(labels))
        back = (error @ self.output.T) * (hidden > 0)
        slopes = inputs.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0)
        return tuple(np.asarray(slope, np.float32) for slope in slopes)


def _usual(font: Path) -> Floats:
    """Each character as it stands in its cell, ink 0 to 1: (37, HEIGHT, WIDTH)."""
    scale = WIDTH / _FINE
    placing = np.array([[scale, 0, 0], [0, scale, 0]])
    placing[:, 2] = _CENTRE - scale * _MIDDLE
    drawn = [cv2.GaussianBlur(_master(character, font), (0, 0), 1.3) for character in ALPHABET]
    cells = [cv2.warpAffine(ink, placing, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR) for ink in drawn]
    return np.stack(cells).astype(np.float32) / np.float32(255)


def _master(character: str, font: Path) -> Ink:
    """Ink (0 to 255), the cell's centre in the middle."""
    nominal = ImageFont.truetype(font, 1000).getlength("H") / 1000
    face = ImageFont.truetype(font, _FINE / nominal)
    _, top, _, bottom = face.getbbox("H", anchor="ls")
    canvas = Image.new("L", (_WIDE, _TALL))
    place = ((_WIDE - _FINE) / 2, (_TALL - top - bottom) / 2)
    ImageDraw.Draw(canvas).text(place, character, font=face, fill=255, anchor="ls")
    return np.asarray(canvas)


def _samples(font: Path, rng: np.random.Generator) -> tuple[Floats, Labels]:
    """Compressed together in sheets, as the cells of a page are."""
    labels = np.repeat(np.arange(len(ALPHABET)), _SAMPLES)
    rng.shuffle(labels)
    masters = [[_stroked(_master(character, font), pixels) for pixels in _STROKES] for character in ALPHABET]
    texture = _Texture.new(rng)
    drawn = [_sample(masters[label][rng.integers(len(_STROKES))], texture, rng) for label in labels]
    sheets = [_compressed(np.stack(drawn[start : start + _ROW]), rng) for start in range(0, len(drawn), _ROW)]
    return np.concatenate(sheets), labels


def _compressed(pictures: Floats, rng: np.random.Generator) -> Floats:
    """Side by side, at the camera's resolution, as JPEG, and back."""
    strip = np.clip(pictures.transpose(1, 0, 2).reshape(HEIGHT, -1), 0, 255).astype(np.uint8)
    seen = cv2.resize(strip, None, fx=(factor := rng.uniform(1.0, 2.0)), fy=factor, interpolation=cv2.INTER_LINEAR)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(40, 97))]
    decoded = cv2.imdecode(cv2.imencode(".jpg", seen, quality)[1], cv2.IMREAD_GRAYSCALE)
    back = cv2.resize(np.asarray(decoded), strip.shape[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(back.reshape(HEIGHT, -1, WIDTH).transpose(1, 0, 2), np.float32)


def _stroked(master: Ink, pixels: int) -> Ink:
    """With strokes so much thicker, or thinner."""
    side = abs(pixels) + 1
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.dilate(master, brush) if pixels > 0 else cv2.erode(master, brush), np.uint8)


@dataclass(frozen=True, slots=True)
class _Texture:
    """Smooth noise of unit variance, to be cut from: of the size of a stroke, and of a character."""

    fine: Floats
    coarse: Floats

    @classmethod
    def new(cls, rng: np.random.Generator) -> _Texture:
        def smooth(grain: int) -> Floats:
            seeds = rng.standard_normal((1600 // grain, 1600 // grain), np.float32)
            return np.asarray(cv2.resize(seeds, (1600, 1600), interpolation=cv2.INTER_CUBIC), np.float32)

        return cls(smooth(5), smooth(_FINE))

    def cut(self, rng: np.random.Generator, coarse: float = 0.0) -> Floats:
        fine, large = (self._piece(noise, rng) for noise in (self.fine, self.coarse))
        return fine + np.float32(coarse) * large

    @staticmethod
    def _piece(noise: Floats, rng: np.random.Generator) -> Floats:
        top, left = rng.integers(0, 1600 - _TALL, 2)
        return noise[top : top + _TALL, left : left + _WIDE]


def _sample(master: Ink, texture: _Texture, rng: np.random.Generator) -> Floats:
    """One cell as it may be seen: printed badly, rubbed, scratched, off its place, on a pattern, lit and blurred."""
    ink: Floats = master.astype(np.float32) / np.float32(255)
    if rng.random() < 0.7:
        ink = ink * _rubbed(texture, rng)
    for _ in range(rng.poisson(0.35)):
        _scratch(ink, rng)
    spread = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.8, 2.1))
    placed = cv2.warpAffine(spread, _placing(rng), (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
    ground, contrast = rng.uniform(150, 245), rng.uniform(0.35, 1.0)
    lit = (ground + _pattern(rng)) * (1 - contrast * placed) + _light(rng)
    blurred = cv2.GaussianBlur(lit.astype(np.float32), (0, 0), rng.uniform(0.2, 1.6))
    return np.asarray(blurred + rng.standard_normal((HEIGHT, WIDTH), np.float32) * rng.uniform(0.5, 7), np.float32)


def _rubbed(texture: _Texture, rng: np.random.Generator) -> Floats:
    """What share of the ink is left in each place."""
    threshold = rng.uniform(0.8, 2.4)
    left = 1 - 1.5 * (texture.cut(rng, 0.8) - np.float32(threshold))
    return np.asarray(np.clip(left, rng.uniform(0.05, 0.4), 1), np.float32)


def _scratch(ink: Floats, rng: np.random.Generator) -> None:
    """A line without ink, now and then with some."""
    middle, angle = rng.uniform(0, [_WIDE, _TALL]), rng.uniform(-0.8, 0.8)
    reach = np.array([np.cos(angle), np.sin(angle)]) * _TALL
    start, end = (np.rint(middle + side * reach).astype(int).tolist() for side in (-1, 1))
    cv2.line(ink, start, end, 0.0 if rng.random() < 0.7 else 0.7, int(rng.uniform(1, 4)), cv2.LINE_AA)


def _placing(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """(2, 3), from a master to its cell: a zone is found to a tenth of a pitch and settled to a fiftieth."""
    loose = 1.0 if rng.random() < _UNSETTLED else 0.4
    scale = np.exp(rng.normal(0, 0.03 * loose, 2)) * WIDTH / _FINE
    turn, shear = rng.normal(0, 0.025 * loose), rng.normal(0, 0.05 * loose)
    linear = np.diag(scale) @ np.array([[np.cos(turn), -np.sin(turn) + shear], [np.sin(turn), np.cos(turn)]])
    centre = _CENTRE + rng.normal(0, [0.9 * loose, 1.0 * loose])
    return np.column_stack([linear, centre - linear @ _MIDDLE])


_Y, _X = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)


def _pattern(rng: np.random.Generator) -> Floats:
    """Lines of a guilloche, lighter or darker than the ground."""
    if rng.random() < 0.3:
        return np.zeros((HEIGHT, WIDTH), np.float32)
    angle, period, phase = rng.uniform(-0.9, 0.9), rng.uniform(4, 14), rng.uniform(0, 1)
    across = (_X * np.sin(angle) + _Y * np.cos(angle)) / period + phase + 0.02 * _X * rng.uniform(-1, 1)
    distance = (across - np.round(across)) / rng.uniform(0.1, 0.25)
    return np.asarray(rng.uniform(-50, 15) * np.exp(-(distance**2)), np.float32)


def _light(rng: np.random.Generator) -> Floats:
    """A slope, and now and then glare."""
    slope = rng.normal(0, 0.6, 2)
    light = slope[0] * (_X - WIDTH / 2) + slope[1] * (_Y - HEIGHT / 2)
    if rng.random() < 0.12:
        centre, reach = rng.uniform(-WIDTH, 2 * WIDTH, 2), rng.uniform(8, 60, 2)
        light = light + rng.uniform(40, 220) * np.exp(
            -(((_X - centre[0]) / reach[0]) ** 2) - ((_Y - centre[1]) / reach[1]) ** 2
        )
    return np.asarray(light, np.float32)


if __name__ == "__main__":
    keep(train(FONT), LEARNED)
