"""Pictures of a data page as a page reader's camera gives them: the page on the bed of a scanner, more or less worn.

Sizes and places follow Doc 9303-3 §4 and Doc 9303-4, -5, -6 (the figures of the zone); lengths are millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from .issuing import Passport
from .issuing.states import STATES

Rgb = npt.NDArray[np.uint8]
FONT = Path("/usr/share/fonts/opentype/ocr-b/OCRB.otf")
DPI = 300
_SCALE = DPI / 25.4
_PITCH = 2.54  # Doc 9303-3 §4.5: ten characters an inch
_LINE_SPACING = 6.35
_MRZ_HEIGHT = 23.2
_BED_MARGIN = 8.0
_INK, _LABEL = (24, 22, 30), (96, 92, 110)


class FontMissing(RuntimeError):
    """The OCR-B typeface is not installed."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """`first_line`: from the top of the zone to the first line's centre. A TD1 card carries its zone on the back."""

    width: float
    height: float
    first_line: float
    portrait: tuple[float, float, float, float] | None
    """Left, top, width, height."""
    fields: tuple[float, float]
    """Left and top of the visual zone's text."""


_LAYOUTS = {
    "TD3": _Layout(125.0, 88.0, 7.0, (6.0, 14.0, 35.0, 45.0), (47.0, 12.0)),
    "TD2": _Layout(105.0, 74.0, 7.0, (5.0, 10.0, 29.0, 37.0), (39.0, 8.0)),
    "TD1": _Layout(85.6, 54.0, 5.0, None, (6.0, 4.0)),
}


def render_page(passport: Passport, *, seed: int = 0, wear: float = 0.0) -> Rgb:
    """The page on its bed at 300 dpi, RGB; `wear` from 0 (new, laid straight) to 1 (worn, noisy, 5 degrees askew).

    The same passport, seed and wear give the same picture. Raises FontMissing where fonts-ocr-b is not installed.
    """
    rng = np.random.default_rng(seed)
    layout = _LAYOUTS[passport.holder.format]
    page = Image.fromarray(_ground(layout, rng))
    _print_visual_zone(page, passport, layout)
    _print_zone(page, passport.mrz_lines, layout)
    worn = _worn(np.asarray(page), rng, wear)
    return _laid_down(worn, rng, wear)


@cache
def _ocr_b() -> ImageFont.FreeTypeFont:
    if not FONT.exists():
        raise FontMissing(f"no OCR-B typeface at {FONT}: install it with apt-get install fonts-ocr-b")
    nominal = ImageFont.truetype(FONT, 1000).getlength("H") / 1000
    return ImageFont.truetype(FONT, _PITCH * _SCALE / nominal)


@cache
def _plain_font(millimetres: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(millimetres * _SCALE)


def _pixels(millimetres: float) -> int:
    return round(millimetres * _SCALE)


def _ground(layout: _Layout, rng: np.random.Generator) -> Rgb:
    """Tinted paper with a guilloche of a few waves; the zone below is left nearly white (Doc 9303-3 §4.3)."""
    height, width = _pixels(layout.height), _pixels(layout.width)
    y, x = (axis / _SCALE for axis in np.mgrid[0:height:2, 0:width:2].astype(np.float32))  # fine enough for waves
    waves = np.zeros_like(x)
    for _ in range(3):
        angle, period, phase = rng.uniform(0, np.pi), rng.uniform(0.9, 2.5), rng.uniform(0, 6.28)
        bend = 1.5 * np.sin(x * rng.uniform(0.05, 0.2) + phase)
        waves += np.sin((x * np.cos(angle) + y * np.sin(angle) + bend) * 6.28 / period)
    strength = np.where(y > layout.height - _MRZ_HEIGHT, 1.5, 7.0)[..., None]
    tint = np.array([232, 238, 242], np.float32) + rng.uniform(-8, 8, 3).astype(np.float32)
    coloured = tint + strength * waves[..., None] / 3 * rng.uniform(0.4, 1.0, 3).astype(np.float32)
    half = np.clip(coloured, 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(half, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _print_visual_zone(page: Image.Image, passport: Passport, layout: _Layout) -> None:
    draw = ImageDraw.Draw(page)
    if layout.portrait:
        left, top, width, height = layout.portrait
        page.paste(_portrait(passport.portrait, _pixels(width), _pixels(height)), (_pixels(left), _pixels(top)))
    left, top = layout.fields
    step = min((layout.height - _MRZ_HEIGHT - top - 2) / len(_fields(passport)), 5.5)
    for number, (label, value) in enumerate(_fields(passport)):
        place = top + number * step
        draw.text((_pixels(left), _pixels(place)), label, font=_plain_font(step * 0.28), fill=_LABEL)
        draw.text((_pixels(left), _pixels(place + step * 0.32)), value, font=_plain_font(step * 0.48), fill=_INK)


def _portrait(jpeg: bytes, width: int, height: int) -> Image.Image:
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("the portrait cannot be decoded")
    resized = cv2.resize(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), (width, height), interpolation=cv2.INTER_AREA)
    return Image.fromarray(resized)


def _fields(passport: Passport) -> list[tuple[str, str]]:
    holder = passport.holder
    issuer = STATES[holder.issuing_state].name
    return [
        (f"{issuer.upper()} · SIMULATED DOCUMENT · CAN {passport.can}", f"Document No. {holder.document_number}"),
        ("Surname / Nom", holder.surname.upper()),
        ("Given names / Prenoms", holder.given_names.upper()),
        ("Nationality / Nationalite", holder.nationality),
        ("Date of birth / Date de naissance", f"{holder.birth_date:%d %b %Y}".upper()),
        ("Sex / Sexe", holder.sex),
        ("Date of expiry / Date d'expiration", f"{holder.expiry_date:%d %b %Y}".upper()),
    ]


def _print_zone(page: Image.Image, lines: tuple[str, ...], layout: _Layout) -> None:
    """Each character in its own cell, the zone centred on the page's width."""
    draw, font = ImageDraw.Draw(page), _ocr_b()
    capital = font.getbbox("H", anchor="ls")
    for row, line in enumerate(lines):
        centre = layout.height - _MRZ_HEIGHT + layout.first_line + row * _LINE_SPACING
        baseline = centre * _SCALE - (capital[1] + capital[3]) / 2
        left = (layout.width - len(line) * _PITCH) / 2
        for column, character in enumerate(line):
            draw.text(((left + column * _PITCH) * _SCALE, baseline), character, font=font, fill=_INK, anchor="ls")


def _worn(page: Rgb, rng: np.random.Generator, wear: float) -> Rgb:
    """Ink rubbed off in blotches, scratches, and light falling unevenly."""
    height, width = page.shape[:2]
    worn = page.astype(np.float32)
    if wear > 0:
        rubbed = np.clip((_blotches(rng, height, width, 8) - 2.6 + wear) * 1.2, 0, 0.85)[..., None]
        worn += rubbed * (235 - worn)
        for _ in range(rng.poisson(4 * wear)):
            ends = rng.uniform(0, [width, height], (2, 2)).astype(int)
            cv2.line(worn, ends[0].tolist(), ends[1].tolist(), (245.0, 245.0, 245.0), 1, cv2.LINE_AA)
    slope = rng.uniform(-1, 1, 2) * (0.03 + 0.15 * wear)
    light = 1 + slope[0] * np.linspace(-1, 1, width) + slope[1] * np.linspace(-1, 1, height)[:, None]
    return np.asarray(cv2.multiply(worn, cv2.merge([light.astype(np.float32)] * 3), dtype=cv2.CV_8U), np.uint8)


def _blotches(rng: np.random.Generator, height: int, width: int, size: int) -> npt.NDArray[np.float32]:
    """Smooth noise of unit variance with features of about `size` pixels."""
    coarse = rng.standard_normal((height // size + 2, width // size + 2)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def _laid_down(page: Rgb, rng: np.random.Generator, wear: float) -> Rgb:
    """On the dark bed: a little askew and off its centre, blurred by the lens, with the sensor's noise."""
    height, width = page.shape[:2]
    margin = _pixels(_BED_MARGIN)
    bed_width, bed_height = width + 2 * margin, height + 2 * margin
    angle = rng.uniform(-1, 1) * (0.5 + 4.5 * wear)
    placing = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    placing = placing + np.array([[0, 0, margin], [0, 0, margin]]) * rng.uniform(0.7, 1.3, (2, 1))
    bed = cv2.warpAffine(
        page,
        placing,
        (bed_width, bed_height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(52, 54, 58),
    )
    blurred = cv2.GaussianBlur(bed, (0, 0), 0.5 + 0.8 * wear)
    noise = rng.standard_normal((bed_height, bed_width), np.float32) * np.float32(1.5 + 6 * wear)
    return np.asarray(cv2.add(blurred, cv2.merge([noise] * 3), dtype=cv2.CV_8U), np.uint8)
