"""Whose faces and fingers the travellers have: rendered people, or photographs and prints from folders.

A cast gives, for person 0 to `people` - 1, the portrait for a chip (JPEG), the person before a camera at another
moment, and prints by finger position (gray, dark ridges, 500 dpi).
"""

from __future__ import annotations

import random
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from simulators import faces, fingers
from simulators.subject import Manner, Subject

Image = npt.NDArray[np.uint8]

FRAME_WIDTH: Final = 640
FRAME_HEIGHT: Final = 480
INDEX_FINGERS: Final = ("right_index", "left_index")


class UnusableFolder(Exception):
    """A folder of pictures that cannot make a cast; the message says what is missing."""


class Standing(Protocol):
    """A source for `CameraServer.show`; `obey` takes any prompt of a screen."""

    def __call__(self, seconds: float) -> Image: ...
    def obey(self, prompt: str) -> None: ...


class Cast(Protocol):
    @property
    def people(self) -> int: ...
    @property
    def certain(self) -> bool:
        """Whether a person's views always match their own portrait; photographs of real people do not."""
        ...

    def portrait(self, person: int) -> bytes: ...
    def before_camera(self, person: int, *, seed: int, manner: Manner) -> Standing: ...
    def prints(self, person: int) -> dict[str, Image]: ...


def jpeg(image: Image, quality: int = 90) -> bytes:
    """Encode RGB or gray."""
    ordered = cv2.cvtColor(image, cv2.COLOR_RGB2BGR) if image.ndim == 3 else image
    done, data = cv2.imencode(".jpg", ordered, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError("image cannot be encoded")
    return data.tobytes()


class RenderedCast:
    """The simulators' own people, pairwise further apart than the comparison's threshold."""

    @property
    def people(self) -> int:
        return len(faces.people())

    @property
    def certain(self) -> bool:
        return True

    @lru_cache(maxsize=256)  # noqa: B019 - one cast lives as long as its hall
    def portrait(self, person: int) -> bytes:
        return jpeg(faces.portrait(faces.person(person)))

    def before_camera(self, person: int, *, seed: int, manner: Manner) -> Standing:
        return Subject(faces.person(person), seed=seed, manner=manner)

    def prints(self, person: int) -> dict[str, Image]:
        return {
            position: fingers.impression(fingers.finger(person, position), seed=person) for position in INDEX_FINGERS
        }


class PhotographedCast:
    """A folder of faces (PERSON/PICTURE.jpg) and, where given, one of prints (PERSON_FINGER_IMPRESSION.tif).

    A person's first picture is in the chip, another comes from the camera. Who has one picture only is left out.
    """

    def __init__(self, face_folder: Path, finger_folder: Path | None = None) -> None:
        pictures = {folder: sorted(folder.glob("*.jpg")) for folder in sorted(face_folder.iterdir()) if folder.is_dir()}
        self._pictures = [found for found in pictures.values() if len(found) > 1]
        if len(self._pictures) < 2:
            raise UnusableFolder(f"{face_folder} needs folders of two or more .jpg pictures for at least two people")
        self._prints = _by_finger(finger_folder) if finger_folder else []

    @property
    def people(self) -> int:
        return len(self._pictures)

    @property
    def certain(self) -> bool:
        return False

    def portrait(self, person: int) -> bytes:
        return jpeg(_head(self._pictures[person][0]))

    def before_camera(self, person: int, *, seed: int, manner: Manner) -> Standing:
        """A photograph has no manner."""
        return Photograph(_frame(_head(self._pictures[person][1])))

    def prints(self, person: int) -> dict[str, Image]:
        if not self._prints:
            return RenderedCast().prints(person % len(faces.people()))
        return {
            position: _gray(random.Random(person).choice(self._prints[(2 * person + number) % len(self._prints)]))
            for number, position in enumerate(INDEX_FINGERS)
        }


class Photograph:
    """Somebody who does not move."""

    def __init__(self, picture: Image) -> None:
        self._picture = picture

    def __call__(self, seconds: float) -> Image:
        return self._picture

    def obey(self, prompt: str) -> None:
        """Cannot."""


def _by_finger(folder: Path) -> list[list[Path]]:
    fingers_found: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.glob("*_*_*.tif")):
        fingers_found[path.stem.rsplit("_", 1)[0]].append(path)
    if len(fingers_found) < 2:
        raise UnusableFolder(f"{folder} needs prints named PERSON_FINGER_IMPRESSION.tif of at least two fingers")
    return list(fingers_found.values())


def _read(path: Path, flags: int) -> Image:
    image = cv2.imread(str(path), flags)
    if image is None:
        raise UnusableFolder(f"{path} is not a picture")
    return np.asarray(image, np.uint8)


def _gray(path: Path) -> Image:
    return _read(path, cv2.IMREAD_GRAYSCALE)


def _head(path: Path) -> Image:
    """The middle of a picture that is centred on one face, so that bystanders at its edge are not in it."""
    image = np.asarray(cv2.cvtColor(_read(path, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), np.uint8)
    height, width = image.shape[:2]
    return np.ascontiguousarray(image[height // 12 : height - height // 12, width // 6 : width - width // 6])


def _frame(head: Image) -> Image:
    """A camera frame, (480, 640, 3), with the head in front of a plain wall of its own border's colour."""
    scale = FRAME_HEIGHT / head.shape[0]
    scaled = cv2.resize(head, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    left = (FRAME_WIDTH - scaled.shape[1]) // 2
    right = FRAME_WIDTH - scaled.shape[1] - left
    return np.asarray(cv2.copyMakeBorder(scaled, 0, 0, left, right, cv2.BORDER_CONSTANT, value=(141, 148, 155)))
