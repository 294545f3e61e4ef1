"""Pictures to look at: everybody's portrait on one sheet, and one person in many ways on another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np

from simulators.face_looks import Look, older, tanned, with_glasses, with_hair
from simulators.face_render import Rgb
from simulators.face_traits import Person
from simulators.faces import BACK, DIM, SIDE, people, portrait, view

ACROSS: Final = 16
TILE: Final = (70, 90)
"""Of the sheet of everybody: 16 by 10 people are 1,120 x 900 pixels."""
LARGE: Final = (210, 210)
SEED: Final = 1

WAYS: Final[Mapping[str, Callable[[Person], Rgb]]] = MappingProxyType(
    {
        "portrait": portrait,
        "at the gate": lambda who: view(who, seed=SEED),
        "glasses on or off": lambda who: view(with_glasses(who, on=who.traits.glasses <= 0), seed=SEED),
        "sunglasses": lambda who: view(who, seed=SEED, look=Look(sunglasses=True)),
        "white mask": lambda who: view(who, seed=SEED, look=Look(mask="white")),
        "blue mask": lambda who: view(who, seed=SEED, look=Look(mask="blue")),
        "mask under the nose": lambda who: view(who, seed=SEED, look=Look(mask="black", under_nose=True)),
        "hat": lambda who: view(who, seed=SEED, look=Look(hat=True)),
        "smile": lambda who: view(who, seed=SEED, smile=1.0),
        "mouth open": lambda who: view(who, seed=SEED, look=Look(mouth_open=1.0)),
        "eyes closed": lambda who: view(who, seed=SEED, look=Look(eyes_closed=1.0)),
        "brows up": lambda who: view(who, seed=SEED, look=Look(brows_up=1.0)),
        "5 years later": lambda who: view(older(who, 5), seed=SEED),
        "25 years later": lambda who: view(older(who, 25), seed=SEED),
        "tanned": lambda who: view(tanned(who), seed=SEED),
        "long hair": lambda who: view(with_hair(who, length=1.2), seed=SEED),
        "hair bleached": lambda who: view(with_hair(who, light=0.95), seed=SEED),
        "turned 10 left": lambda who: view(who, seed=SEED, yaw=-10),
        "looking up 10": lambda who: view(who, seed=SEED, pitch=-10),
        "looking away": lambda who: view(who, seed=SEED, yaw=26),
        "light from the side": lambda who: view(who, seed=SEED, lamp=SIDE),
        "window behind": lambda who: view(who, seed=SEED, lamp=BACK),
        "dim": lambda who: view(who, seed=SEED, lamp=DIM),
        "far away": lambda who: view(who, seed=SEED, distance=1.9),
    }
)
"""What to call it, and the picture."""


def everybody() -> Rgb:
    """All portraits in rows of `ACROSS`, in the order of their numbers."""
    return _rows((_small(portrait(who)) for who in people()), ACROSS, TILE)


def in_many_ways(who: Person) -> Rgb:
    """One person, each picture with what was done written below."""
    tiles = (_titled(picture(who), title) for title, picture in WAYS.items())
    return _rows(tiles, 8, (LARGE[0], LARGE[1] + 24))


def write(picture: Rgb, file: Path) -> None:
    """PNG or JPEG by the file's name. Raise ValueError for another, OSError where it cannot be written."""
    if file.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        raise ValueError(f"{file.name} is neither .png nor .jpg")
    options = [] if file.suffix.lower() == ".png" else [cv2.IMWRITE_JPEG_QUALITY, 82]
    _, data = cv2.imencode(file.suffix, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), options)
    file.write_bytes(data.tobytes())


def _titled(picture: Rgb, title: str) -> Rgb:
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 3, (width - side) // 2
    square = cv2.resize(picture[top : top + side, left : left + side], LARGE, interpolation=cv2.INTER_AREA)
    tile = cv2.copyMakeBorder(square, 0, 24, 0, 0, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    where = (6, LARGE[1] + 17)
    return np.asarray(cv2.putText(tile, title, where, cv2.FONT_HERSHEY_SIMPLEX, 0.45, (30, 30, 30), 1, cv2.LINE_AA))


def _rows(tiles: Iterable[Rgb], across: int, size: tuple[int, int]) -> Rgb:
    placed = list(tiles)
    placed += [np.full((size[1], size[0], 3), 255, np.uint8)] * (-len(placed) % across)
    rows = [np.hstack(placed[start : start + across]) for start in range(0, len(placed), across)]
    return np.asarray(np.vstack(rows), np.uint8)


def _small(picture: Rgb) -> Rgb:
    return np.asarray(cv2.resize(picture, TILE, interpolation=cv2.INTER_AREA), np.uint8)
