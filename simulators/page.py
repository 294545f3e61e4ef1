"""Pictures of a data page or a visa as a page reader's camera gives them, more or less worn.

Sizes and places follow Doc 9303-3 §4 and Doc 9303-4, -5, -6, -7 (the figures of the zone); lengths are millimetres.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .issuing import Passport
from .issuing.states import STATES
from .page_view import STRAIGHT, View, photographed
from .page_wear import WEAR, Rgb, Singles, Wear, guilloche, rubbed, stained
from .visas import Visa

FONT = Path("/usr/share/fonts/opentype/ocr-b/OCRB.otf")
_FINER = 1.5  # pixels printed for each that the camera sees: its own pixels do not lie on the printer's
_PITCH = 2.54  # Doc 9303-3 §4.5: ten characters an inch
_LINE_SPACING = 6.35
_MRZ_HEIGHT = 23.2
_OFF_PLACE = (0.8, 1.0)  # across and down at most, where a page is not new: within the figures' tolerances
_LABEL_INK = 0.65  # of the zone's


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

    @property
    def zone_top(self) -> float:
        return self.height - _MRZ_HEIGHT


_LAYOUTS = {
    "TD3": _Layout(125.0, 88.0, 7.0, (6.0, 14.0, 35.0, 45.0), (47.0, 12.0)),
    "TD2": _Layout(105.0, 74.0, 7.0, (5.0, 10.0, 29.0, 37.0), (39.0, 8.0)),
    "TD1": _Layout(85.6, 54.0, 5.0, None, (6.0, 4.0)),
    "MRV-A": _Layout(120.0, 80.0, 7.0, (5.0, 10.0, 29.0, 37.0), (42.0, 8.0)),
    "MRV-B": _Layout(105.0, 74.0, 7.0, (5.0, 10.0, 29.0, 37.0), (39.0, 8.0)),
}
_VISA_PAGE = (125.0, 88.0)  # a sticker lies on a page of a passport book (Doc 9303-4 §3)


def render_page(
    document: Passport | Visa,
    *,
    seed: int = 0,
    shot: int = 0,
    wear: str | Wear = "new",
    view: View = STRAIGHT,
    dpi: int = 300,
) -> Rgb:
    """One picture, RGB. The seed decides how the page is worn, seed and shot how it lies and how it is lit.

    The same arguments give the same picture. Raises FontMissing where fonts-ocr-b is not installed, KeyError for a
    level that `page_wear.WEAR` does not have.
    """
    return next(iter(render_shots(document, [shot], seed=seed, wear=wear, view=view, dpi=dpi)))


def render_shots(
    document: Passport | Visa,
    shots: Iterable[int],
    *,
    seed: int = 0,
    wear: str | Wear = "new",
    view: View = STRAIGHT,
    dpi: int = 300,
) -> Iterator[Rgb]:
    """Pictures of one page, as `render_page` makes each of them, in half the time."""
    level = WEAR[wear] if isinstance(wear, str) else wear
    width, page = _worn_page(document, level, _FINER * dpi / 25.4, np.random.default_rng(seed))
    for shot in shots:
        yield photographed(page, width, view, level, dpi, np.random.default_rng([seed, shot]))


def _worn_page(document: Passport | Visa, wear: Wear, scale: float, rng: np.random.Generator) -> tuple[float, Singles]:
    """Millimetres across, and the page (height, width, 3), 0 to 255."""
    layout = _LAYOUTS[document.holder.format]
    ink = _ink(document, layout, wear, scale, rng)
    left = rubbed(ink, wear, scale, layout.zone_top, rng)
    colour = (np.array([22, 20, 27]) + (rng.uniform(-8, 38) if wear.scratches else 0)).astype(np.float32)
    paper = stained(_paper(layout, wear, scale, rng), wear, scale, rng)
    page = paper + left[..., None] * (colour - paper)
    _paste_portrait(page, document.portrait, layout, scale)
    return (layout.width, page) if isinstance(document, Passport) else (_VISA_PAGE[0], _stuck(page, scale, rng))


def _stuck(sticker: Singles, scale: float, rng: np.random.Generator) -> Singles:
    """The sticker on a page of another pattern, near its lower edge."""
    width, height = _VISA_PAGE
    rows, columns = round(height * scale), round(width * scale)
    pattern = guilloche(width, height, scale / 3, rng)
    page = 225 + 0.15 * cv2.resize(pattern, (columns, rows), interpolation=cv2.INTER_LINEAR)
    spare = np.array([rows - sticker.shape[0], columns - sticker.shape[1]])
    top, left = (spare * rng.uniform(0.6, 1.0), spare * rng.uniform(0.2, 0.8))[0].astype(int)
    page[top : top + sticker.shape[0], left : left + sticker.shape[1]] = sticker
    return np.asarray(page, np.float32)


@cache
def _ocr_b(scale: float) -> ImageFont.FreeTypeFont:
    if not FONT.exists():
        raise FontMissing(f"no OCR-B typeface at {FONT}: install it with apt-get install fonts-ocr-b")
    nominal = ImageFont.truetype(FONT, 1000).getlength("H") / 1000
    return ImageFont.truetype(FONT, _PITCH * scale / nominal)


@cache
def _plain_font(pixels: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(pixels)


def _paper(layout: _Layout, wear: Wear, scale: float, rng: np.random.Generator) -> Singles:
    """Tinted, with a guilloche that is stronger above the zone (Doc 9303-3 §4.3)."""
    rows, columns = round(layout.height * scale), round(layout.width * scale)
    coarse = min(scale, 6.0)  # a line of the pattern is a sixth of a millimetre wide
    pattern = guilloche(layout.width, layout.height, coarse, rng)
    above = np.arange(pattern.shape[0]) < layout.zone_top * coarse
    pattern *= np.where(above, max(wear.pattern, 0.08), wear.pattern).astype(np.float32)[:, None, None]
    tint = rng.uniform(205, 245, 3) if wear.scratches else np.array([232, 238, 242]) + rng.uniform(-8, 8, 3)
    whole = cv2.resize(pattern, (columns, rows), interpolation=cv2.INTER_LINEAR)
    return np.asarray(whole + tint.astype(np.float32), np.float32)


def _ink(document: Passport | Visa, layout: _Layout, wear: Wear, scale: float, rng: np.random.Generator) -> Singles:
    """All that is printed in black, 0 to 1."""
    page = Image.new("L", (round(layout.width * scale), round(layout.height * scale)))
    _print_visual_zone(page, document, layout, scale)
    _print_zone(page, document.mrz_lines, layout, wear, scale, rng)
    return np.asarray(page, np.float32) / np.float32(255)


def _print_visual_zone(page: Image.Image, document: Passport | Visa, layout: _Layout, scale: float) -> None:
    draw = ImageDraw.Draw(page)
    left, top = layout.fields
    fields = _fields(document)
    step = min((layout.zone_top - top - 2) / len(fields), 5.5)
    for number, (label, value) in enumerate(fields):
        place = top + number * step
        faint = round(255 * _LABEL_INK)
        draw.text((left * scale, place * scale), label, font=_plain_font(step * 0.28 * scale), fill=faint)
        draw.text((left * scale, (place + step * 0.32) * scale), value, font=_plain_font(step * 0.48 * scale), fill=255)


def _paste_portrait(page: Singles, jpeg: bytes, layout: _Layout, scale: float) -> None:
    if layout.portrait is None:
        return
    left, top, width, height = (round(side * scale) for side in layout.portrait)
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("the portrait cannot be decoded")
    resized = cv2.resize(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), (width, height), interpolation=cv2.INTER_AREA)
    page[top : top + height, left : left + width] = resized


def _fields(document: Passport | Visa) -> list[tuple[str, str]]:
    holder = document.holder
    issuer = STATES[holder.issuing_state].name.upper()
    title = f"{issuer} · SIMULATED DOCUMENT" + (
        f" · CAN {document.can}" if isinstance(document, Passport) else " · VISA"
    )
    return [
        (title, f"Document No. {holder.document_number}"),
        ("Surname / Nom", holder.surname.upper()),
        ("Given names / Prenoms", holder.given_names.upper()),
        ("Nationality / Nationalite", holder.nationality),
        ("Date of birth / Date de naissance", f"{holder.birth_date:%d %b %Y}".upper()),
        ("Sex / Sexe", holder.sex),
        ("Date of expiry / Date d'expiration", f"{holder.expiry_date:%d %b %Y}".upper()),
    ]


def _print_zone(
    page: Image.Image, lines: tuple[str, ...], layout: _Layout, wear: Wear, scale: float, rng: np.random.Generator
) -> None:
    """Each character in its own cell, the zone centred on the page's width but for the printer's tolerance."""
    draw, font = ImageDraw.Draw(page), _ocr_b(scale)
    capital = font.getbbox("H", anchor="ls")
    aside, down = rng.uniform(-1, 1, 2) * _OFF_PLACE * (wear.misprint > 0)
    for row, line in enumerate(lines):
        centre = layout.zone_top + layout.first_line + down + row * _LINE_SPACING
        baseline = centre * scale - (capital[1] + capital[3]) / 2
        left = (layout.width - len(line) * _PITCH) / 2 + aside
        for column, character in enumerate(line):
            off = rng.normal(0, 1, 2) * wear.misprint * scale
            place = ((left + column * _PITCH) * scale + off[0], baseline + off[1])
            draw.text(place, character, font=font, fill=255, anchor="ls")
