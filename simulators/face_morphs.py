"""Morphs: one portrait in which two people are known (ISO/IEC 20059 calls them contributors), to test the check with.

The accomplice applies for the passport, the criminal travels with it. Both portraits are brought into the frame of Doc
9303-3 by their eyes; dense optical flow between them (Kroeger et al., DIS, ECCV 2016), smoothed as far as two faces
agree, tells where each point of one lies in the other. Both are bent half way, mixed, and set into the accomplice's
head with a soft edge. That needs five points alone, so nothing with other terms than the verifier's own.

These are morphs of one kind. They say nothing about others: generative ones, or those touched up by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.capture import Rgb, UnusableImage
from biometrics.face.align import similarity
from biometrics.face.compare import template_of
from biometrics.face.template import Points
from biometrics.picture import decode, to_jpeg

Field = npt.NDArray[np.float32]

FRAME: Final = (413, 531)
"""Width and height: 35 x 45 mm at 300 dpi, as the rendered people's portraits."""
EYES: Final = 100.0
"""Pixels between the middles of the eyes: Doc 9303-9 asks for 90 and more."""
EYE_LEVEL: Final = 0.44
"""Of the height from the top, within ISO/IEC 19794-5's 30 to 50 %."""
CHIP_OCTETS: Final = 15_000
"""A portrait in a chip has 15 to 20 kB (Doc 9303-9 §3.1)."""
SMOOTH: Final = 9.0
"""Pixels by which the flow is smoothed: finer, it carries one face's creases into the other."""
COARSE: Final = 2
"""Pixels of the frame to one of masks and flow, which are smooth."""
FARTHEST: Final = 14.0
"""Pixels: two noses or mouths in this frame lie no farther apart, and a longer flow is mistaken."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """A picture of `FRAME` and the five points in it."""

    image: Rgb
    points: Points


def framed(image: Rgb, points: Points) -> Portrait:
    """Upright, the eyes in their place. What lies outside the picture is its border, drawn out."""
    width, height = FRAME
    eyes = _eyes(points)
    target = np.array([[width / 2 + EYES / 2, EYE_LEVEL * height], [width / 2 - EYES / 2, EYE_LEVEL * height]])
    move = similarity(eyes, target)
    enlarging = float(np.hypot(move[0, 0], move[1, 0])) > 1
    picture = cv2.warpAffine(
        *(image, move, FRAME),
        flags=cv2.INTER_CUBIC if enlarging else cv2.INTER_AREA,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return Portrait(np.asarray(picture, np.uint8), points @ move[:, :2].T + move[:, 2])


def morphs(
    accomplice: Portrait, criminal: Portrait, shares: Sequence[float] = (0.5,), *, whole: bool = False
) -> list[Rgb]:
    """One a share, the criminal's part of the face, 0 to 1; hair, neck and ground are the accomplice's, or mixed too
    where the morph is `whole`, and then look like it."""
    face, flow = _oval(accomplice.points, feather=0.16), _agreement(accomplice, criminal)
    if not whole:
        flow *= _oval(accomplice.points, feather=0.45, wider=1.2)
    where = np.ones_like(face) if whole else face
    return [_mixed(accomplice.image, criminal.image, flow, face, share, where) for share in shares]


def _mixed(accomplice: Rgb, criminal: Rgb, flow: Field, face: Field, share: float, where: Field) -> Rgb:
    """Colours are matched in the `face`, and mixed `where`."""
    start = _backwards(flow, share)
    mine = _sampled(accomplice, start)
    theirs = _coloured(_sampled(criminal, start + _flow_at(flow, start)), mine, face[..., 0])
    mixed = mine + share * where * (theirs - mine)
    return np.asarray(np.clip(np.rint(mixed), 0, 255), np.uint8)


def _eyes(points: Points) -> Points:
    """Middles of the eye at the right of the image and of that at its left: (2, 2)."""
    return np.array([points[0:2].mean(0), points[2:4].mean(0)])


def _oval(points: Points, *, feather: float, wider: float = 1.0) -> Field:
    """1 in the face from brows to chin, 0 outside, (height, width, 1); `feather` in distances of the eyes."""
    eyes = _eyes(points)
    middle, apart = eyes.mean(0) / COARSE, float(np.linalg.norm(eyes[0] - eyes[1])) / COARSE
    mask = np.zeros(_coarse_size()[::-1], np.float32)
    centre = (round(float(middle[0])), round(float(middle[1]) + 0.42 * apart))
    cv2.ellipse(mask, centre, (round(0.88 * wider * apart), round(1.16 * wider * apart)), 0, 0, 360, 1.0, -1)
    return _enlarged(np.asarray(cv2.GaussianBlur(mask, (0, 0), feather * apart), np.float32))[..., None]


def _agreement(one: Portrait, other: Portrait) -> Field:
    """Where each point of `one` lies in `other`, as a shift in pixels, (height, width, 2).

    First from the five points, falling off around each; then what dense flow finds beyond that, of pictures freed of
    their light.
    """
    rough = _enlarged(_by_points(one.points, other.points))
    here, there = _structure(one.image), _structure(_sampled(other.image, _grid() + rough))
    dense: Any = cv2
    flow = dense.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flow.setFinestScale(1)
    found = COARSE * cv2.GaussianBlur(flow.calc(here, there, None), (0, 0), SMOOTH / COARSE)
    length = np.maximum(np.linalg.norm(found, axis=2, keepdims=True), 1e-6)
    return rough + _enlarged(found * np.minimum(1, FARTHEST / length))


def _by_points(one: Points, other: Points) -> Field:
    """A weighted mean of the points' shifts, nearer points weighing more (Shepard); coarse."""
    width, height = _coarse_size()
    apart = COARSE * np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=2)[:, :, None, :] - one
    weight = 1 / (np.sum(apart**2, axis=3) + (0.3 * EYES) ** 2) ** 2
    return np.asarray(weight @ (other - one) / weight.sum(axis=2, keepdims=True), np.float32)


def _structure(image: Field | Rgb) -> npt.NDArray[np.uint8]:
    """Coarse grey by its surroundings' mean and contrast: a shadow on one face is no part of its shape."""
    small = cv2.resize(image, _coarse_size(), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(np.clip(small, 0, 255).astype(np.uint8), cv2.COLOR_RGB2GRAY).astype(np.float32)
    level = grey - cv2.blur(grey, (33, 33))
    contrast = np.sqrt(np.maximum(cv2.blur(level * level, (33, 33)), 0)) + 6
    return np.asarray(np.clip(128 + 50 * cv2.GaussianBlur(level / contrast, (0, 0), 0.8), 0, 255), np.uint8)


def _coarse_size() -> tuple[int, int]:
    return FRAME[0] // COARSE, FRAME[1] // COARSE


def _enlarged(coarse: Field) -> Field:
    return np.asarray(cv2.resize(coarse, FRAME, interpolation=cv2.INTER_LINEAR), np.float32)


def _grid() -> Field:
    """x and y of every pixel."""
    width, height = FRAME
    return np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=2).astype(np.float32)


def _backwards(flow: Field, share: float) -> Field:
    """For every pixel of the morph the place in the accomplice's picture it comes from: y = x + share * flow(x)."""
    target = _grid()
    place = target
    for _ in range(4):
        place = target - share * _flow_at(flow, place)
    return np.asarray(place, np.float32)


def _flow_at(flow: Field, place: Field) -> Field:
    return np.asarray(
        cv2.remap(flow, place[..., 0], place[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32
    )


def _sampled(image: Rgb, place: Field) -> Field:
    bent = cv2.remap(image, place[..., 0], place[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(bent, np.float32)


def _coloured(image: Field, like: Field, where: Field) -> Field:
    """Colours moved and stretched to those of `like`, both measured in the face, in L*a*b* (Reinhard et al. 2001)."""
    source, target = (_lab(picture) for picture in (image, like))
    inside = where > 0.5
    have, want = source[inside], target[inside]
    stretch = np.clip(want.std(0) / np.maximum(have.std(0), 1e-3), 0.6, 1.6)
    moved = (source - have.mean(0)) * stretch + want.mean(0)
    return np.asarray(255 * cv2.cvtColor(moved.astype(np.float32), cv2.COLOR_LAB2RGB), np.float32)


def _lab(image: Field) -> Field:
    return np.asarray(cv2.cvtColor(np.clip(image, 0, 255) / np.float32(255), cv2.COLOR_RGB2LAB), np.float32)


def on_chip(image: Rgb, *, octets: int = CHIP_OCTETS) -> bytes:
    """The best JPEG of no more octets. Raise `UnusableImage` where the poorest has more."""
    low, high, best = 5, 95, b""
    while low <= high:
        quality = (low + high) // 2
        data = to_jpeg(image, quality=quality)
        if len(data) <= octets:
            low, best = quality + 1, data
        else:
            high = quality - 1
    if not best:
        raise UnusableImage("The portrait does not fit into a chip.")
    return best


def printed_and_scanned(image: Rgb, random: np.random.Generator) -> Rgb:
    """As an application by paper: printed dots and a scanner's lens blur it, paper adds grain, software sharpens."""
    small = cv2.resize(image, None, fx=0.85, fy=0.85, interpolation=cv2.INTER_AREA)
    grained: Field = small.astype(np.float32) + 3 * random.standard_normal(small.shape, np.float32)
    tone: Field = 255 * np.power(np.clip(grained, 0, 255) / 255, np.float32(random.uniform(0.9, 1.1)))
    soft = cv2.GaussianBlur(tone, (0, 0), float(random.uniform(0.6, 1.0)))
    sharp = soft + 0.7 * (soft - cv2.GaussianBlur(soft, (0, 0), 1.5))
    scanned = np.asarray(np.clip(sharp, 0, 255), np.uint8)
    return np.asarray(cv2.resize(scanned, image.shape[1::-1], interpolation=cv2.INTER_CUBIC), np.uint8)


def as_issued(image: Rgb, process: str, random: np.random.Generator) -> Rgb:
    """`process`: digital (as it was made), chip (JPEG of 15 kB), printed (printed, scanned, and then the chip)."""
    if process == "digital":
        return image
    return decode(on_chip(printed_and_scanned(image, random) if process == "printed" else image))


def morphed_jpeg(accomplice: bytes, criminal: bytes, *, share: float = 0.5) -> bytes:
    """Two encoded portraits to the morph as a chip holds it. Raise `NoFace`, `SeveralFaces`, `UnusableImage`."""
    images = [decode(data) for data in (accomplice, criminal)]
    portraits = [framed(image, template_of(image).landmarks) for image in images]
    (mixed,) = morphs(portraits[0], portraits[1], (share,))
    return on_chip(mixed)
