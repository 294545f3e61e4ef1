"""How a page lies before the camera, and what the camera makes of it: one picture, a shot."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from .page_wear import Rgb, Singles, Wear

Floats = npt.NDArray[np.float64]

DARK_BED = (52, 54, 58)
_BED_MARGIN = 8.0  # millimetres about a page that lies straight


@dataclass(frozen=True, slots=True)
class View:
    """`degrees`: the page is turned by at most so much; `perspective`: each corner moves by at most that share of the
    page's width; `glare`: mean number of reflections on the lower half; `upside_down`; `bed`: its colour, None for any.
    """

    degrees: float = 0.5
    perspective: float = 0.0
    glare: float = 0.0
    upside_down: bool = False
    bed: tuple[int, int, int] | None = DARK_BED


STRAIGHT = View()


def photographed(page: Singles, width: float, view: View, wear: Wear, dpi: int, rng: np.random.Generator) -> Rgb:
    """A page (height, width, 3), `width` millimetres wide, seen at so many dots an inch."""
    scale = dpi / 25.4
    placing, size = _placing(page, width * scale, view, scale, rng)
    rate = page.shape[1] / (width * scale)
    ready = cv2.GaussianBlur(page, (0, 0), 0.4 * rate) if rate > 1.2 else page  # a pixel gathers what falls on it
    bed = view.bed or tuple(rng.uniform(30, 200, 3))
    seen = cv2.warpPerspective(
        ready, placing, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=bed
    )
    lit = _lit(np.asarray(seen, np.float32), placing, page.shape, view, wear, scale, rng)
    blurred = cv2.GaussianBlur(lit, (0, 0), max(0.3, wear.blur * scale * rng.uniform(0.6, 1.3)))
    grain = rng.standard_normal(blurred.shape, np.float32) * np.float32(wear.noise)
    picture = np.clip(blurred + grain, 0, 255).astype(np.uint8)
    if view.upside_down:
        picture = np.ascontiguousarray(picture[::-1, ::-1])
    return _compressed(picture, wear.quality)


def _placing(
    page: Singles, width: float, view: View, scale: float, rng: np.random.Generator
) -> tuple[Floats, tuple[int, int]]:
    """The homography from the page's pixels to the picture's, and the picture's (width, height): all is seen."""
    height = width * page.shape[0] / page.shape[1]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]])
    angle = np.radians(rng.uniform(-view.degrees, view.degrees))
    turning = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    seen = (corners - [width / 2, height / 2]) @ turning.T + rng.uniform(-1, 1, (4, 2)) * view.perspective * width
    margin = _BED_MARGIN * scale * rng.uniform(0.7, 1.3, 2) if view.bed else np.full(2, 0.03 * width)
    seen = seen - seen.min(axis=0) + margin
    size = seen.max(axis=0) + margin
    source = np.array([[0, 0], [page.shape[1], 0], [page.shape[1], page.shape[0]], [0, page.shape[0]]], np.float32)
    placing = cv2.getPerspectiveTransform(source, seen.astype(np.float32))
    return np.asarray(placing, np.float64), (int(size[0]), int(size[1]))


def _lit(
    seen: Singles,
    placing: Floats,
    page: tuple[int, ...],
    view: View,
    wear: Wear,
    scale: float,
    rng: np.random.Generator,
) -> Singles:
    """Light that falls off to one side, and reflections of lamps on the laminate."""
    height, width = seen.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    across = np.cos(angle) * (x / width - 0.5) + np.sin(angle) * (y / height - 0.5)
    lit = seen * (1 + np.float32(1.8 * wear.shade) * across)[..., None]
    for _ in range(rng.poisson(view.glare)):
        on_page = np.array([rng.uniform(0, page[1]), rng.uniform(0.45, 1) * page[0], 1.0])
        at = placing @ on_page
        reach = rng.uniform([2, 2], [10, 7]) * scale
        spot = np.exp(-(((x - at[0] / at[2]) / reach[0]) ** 2) - ((y - at[1] / at[2]) / reach[1]) ** 2)
        lit += np.float32(rng.uniform(60, 230)) * spot[..., None]
    return np.asarray(lit, np.float32)


def _compressed(picture: Rgb, quality: int) -> Rgb:
    if not quality:
        return picture
    data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
