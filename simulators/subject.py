"""A person before a station's camera, from walking up to walking off: a source for `CameraServer.show`.

    subject = Subject(person(3), seed=1, manner=Manner(mask="white"))
    camera.show(subject)
    subject.obey("take_off_mask")           # any prompt of a screen; what it does not ask for changes nothing

The subject is never quite still: sways, breathes, blinks, and turns the head a little, in three dimensions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from simulators.camera import Source
from simulators.face_figure import Figure
from simulators.face_lens import encoded, linear, near_infrared
from simulators.face_looks import Look, with_glasses
from simulators.face_render import Rgb, Shot
from simulators.face_traits import Person
from simulators.faces import COARSE, hall

LIVENESS_THRESHOLD: Final = -2.0
"""For gates that see rendered people: some are paler than skin and darker nowhere, and would be taken for prints. Who
does not lie well above is not cast."""
WALK_SECONDS: Final = 1.5
"""Two steps, from `FAR` to the mark."""
FAR: Final = 2.0
"""Times the distance of the mark: two metres where that is one."""
USUAL: Final = 170.0
"""Centimetres: this height has the face where the camera looks."""
DROP: Final = 0.0035
"""Of the picture's height for each centimetre less: a child of 100 cm is a quarter of it lower."""
AWAY: Final = 32.0
"""Degrees of yaw of somebody who looks at something else, and down at it by a third as many."""
TURN, TURN_SECONDS = 14.0, 2.4
"""Degrees of yaw to each side, and seconds from one side to the other and back, of somebody asked to turn the head."""
REACTION: Final = 0.7
"""Seconds in which a person follows a prompt."""
BLINK_EVERY, BLINK_SECONDS = 3.4, 0.18
THOUGHT: Final = 3.0
"""Seconds until somebody takes off a mask that no screen has mentioned."""
LEAVES: Final = frozenset({"go_through", "go_to_booth", "staff_coming", "emergency"})


@dataclass(frozen=True, slots=True)
class Manner:
    """How somebody comes and stands. `height` in cm; the rest until a screen says otherwise."""

    height: float = USUAL
    looks_away: float = 0.0
    """Seconds at the mark before they look at the camera unasked."""
    mask: str | None = None
    under_nose: bool = False
    sunglasses: bool = False
    eyes_closed: bool = False
    hat: bool = False
    stops_short: float = 1.0
    """Where they stop, in distances of the mark: 1.6 is too far away, 0.7 too near."""
    talks: bool = False
    turns: tuple[float, ...] = ()
    """Seconds at which they turn to somebody for a moment."""
    companion: Person | None = None
    """Steps in beside them at the mark."""
    holds: Source = None
    """A picture or film that is held before the face on a telephone."""
    stock_still: bool = False
    """Moves nothing but the eyelids, until asked to turn the head."""
    walks_up: bool = True
    """Otherwise they stand at the mark from the first frame on."""


class Subject:
    """`Subject(...)(seconds)` is the frame (height, width, 3). One thread makes frames; any may call `obey`. `place` is
    the number of the `faces.hall` behind."""

    def __init__(
        self,
        who: Person,
        *,
        seed: int,
        manner: Manner = Manner(),
        light: float = 1.0,
        place: int = 0,
        size: tuple[int, int] = (640, 480),
    ) -> None:
        random = np.random.default_rng((seed, 17))
        lamp = float(random.uniform(-0.5, 0.5)), float(random.uniform(-0.6, -0.2)), 0.85
        self.manner, self.size = manner, size
        self._figure = Figure(who, lamp, float(random.uniform(0.42, 0.52)), light)
        self._bare = Figure(with_glasses(who, on=False), lamp, self._figure.ambient, light)
        self._beside = manner.companion and Figure(manner.companion, lamp, self._figure.ambient, light)
        self._phase = random.uniform(0, 2 * np.pi, 8)
        self._wide = float(random.uniform(0.6, 1.0)) * (not manner.stock_still)
        self._scene = np.asarray(np.clip(hall(size, place) * np.float32(light), 0, 255), np.uint8)
        self._at_mark = WALK_SECONDS if manner.walks_up else 0.0
        self._told: dict[str, float] = {}
        self._now = 0.0

    def obey(self, prompt: str) -> None:
        """Follow what a screen says (the names of `gate.view.Prompt`), from now on. The same again changes nothing.

        Who is asked to look at the camera thinks, after a while, of what covers the face.
        """
        self._told.setdefault(prompt, self._now)
        if prompt == "look_at_camera":
            for unsaid in self._hidden_by():
                self._told.setdefault(unsaid, self._now + THOUGHT)

    def _hidden_by(self) -> Iterator[str]:
        """The prompts that would uncover the face."""
        if self.manner.mask:
            yield "take_off_mask"
        if self.manner.sunglasses:
            yield "take_off_glasses"
        if self.manner.eyes_closed:
            yield "open_eyes"

    def __call__(self, seconds: float) -> Rgb:
        self._now = seconds
        image = self._scene.copy()
        if self._beside and self.arrived(seconds):
            self._beside.draw(self._companion(seconds), image)
        figure = self._bare if self._since("take_off_glasses", seconds) > 0.5 else self._figure
        figure.draw(shot := self.shot(seconds), image)
        if self.manner.holds is not None and self.arrived(seconds):
            hold_up(self.manner.holds, seconds, shot, image)
        return np.asarray(cv2.GaussianBlur(image, (0, 0), 0.6), np.uint8)

    def infrared(self, seconds: float) -> Rgb:
        """(height, width), as a near-infrared camera beside the other sees it: lit from the lens, so that what is
        behind is dark; what a telephone shows is not to be seen."""
        image = np.full_like(self._scene, 14)
        self._figure.draw(shot := self.shot(seconds), image)
        if self.manner.holds is not None and self.arrived(seconds):
            hold_up(np.zeros((4, 3, 3), np.uint8), seconds, shot, image)
        return encoded(near_infrared(linear(image[..., 0])))

    def arrived(self, seconds: float) -> bool:
        return seconds >= self._at_mark

    def shot(self, seconds: float) -> Shot:
        """Where the head is and how it is turned."""
        yaw, pitch, roll, sway, breath = self._motion(seconds)
        distance, (width, height) = self._distance(seconds), self.size
        below = (USUAL - self.manner.height) * DROP * (1 - 0.7 * self._since("centre_face", seconds))
        leaving = self._leaving(seconds)
        scale = height / 4.1 / distance * (0.85 + 0.15 * min(self.manner.height / USUAL, 1.0))
        step = 0.012 * np.sin(2 * np.pi * 2 * seconds) * (not self.arrived(seconds))
        return Shot(
            scale=scale,
            centre=(
                width * (0.5 + 0.012 * sway + 0.9 * leaving),
                height * (0.47 + 0.07 * (distance - 1) + below / distance + 0.004 * breath + step),
            ),
            yaw=yaw + AWAY * self._attention(seconds) + 15 * leaving,
            pitch=pitch + AWAY / 3 * self._attention(seconds),
            roll=roll,
            look=self._look(seconds),
            finest=1 if scale > COARSE else 2,
        )

    def _motion(self, seconds: float) -> tuple[float, float, float, float, float]:
        """Yaw, pitch, roll in degrees, sway and breath from -1 to 1: each of two waves that never fall together."""
        p, t = self._phase, 2 * np.pi * seconds
        yaw = 2.6 * np.sin(0.23 * t + p[0]) + 1.4 * np.sin(0.61 * t + p[1])
        pitch = 1.5 * np.sin(0.19 * t + p[2]) + 1.0 * np.sin(0.53 * t + p[3])
        roll = 1.2 * np.sin(0.17 * t + p[4])
        sway = 0.7 * np.sin(0.31 * t + p[5]) + 0.3 * np.sin(0.83 * t + p[6])
        wide = self._wide
        return (
            wide * yaw + self._turned(seconds),
            wide * pitch,
            wide * roll,
            wide * sway,
            float(np.sin(0.27 * t + p[7])),
        )

    def _turned(self, seconds: float) -> float:
        """Degrees to one side and the other, of who was asked to turn the head."""
        into = seconds - self._told.get("turn_head", seconds) - REACTION
        return TURN * float(np.sin(2 * np.pi * into / TURN_SECONDS)) if 0 < into < 2 * TURN_SECONDS else 0.0

    def _distance(self, seconds: float) -> float:
        short = self.manner.stops_short
        told = "come_closer" if short > 1 else "step_back"
        mark = short + (1 - short) * self._since(told, seconds)
        return mark + (FAR - mark) * (1 - self._walked(seconds)) + 0.2 * self._leaving(seconds)

    def _walked(self, seconds: float) -> float:
        return _smooth(seconds / WALK_SECONDS) if self.manner.walks_up else 1.0

    def _attention(self, seconds: float) -> float:
        """0 looks at the camera, 1 at something beside it."""
        back = max(
            _smooth((seconds - self._at_mark - self.manner.looks_away) / 0.5), self._since("look_at_camera", seconds)
        )
        aside = max((_smooth(1 - abs(seconds - at - 0.75) / 0.75) for at in self.manner.turns), default=0.0)
        return max((1 - back) * (self.manner.looks_away > 0), aside)

    def _look(self, seconds: float) -> Look:
        """In few steps, for each is a sheet to paint."""
        manner = self.manner
        masked = manner.mask and self._since("take_off_mask", seconds) < 0.5
        dark = manner.sunglasses and self._since("take_off_glasses", seconds) < 0.5
        asleep = manner.eyes_closed and self._since("open_eyes", seconds) < 0.5
        speech = abs(np.sin(2 * np.pi * 1.7 * seconds) * np.sin(2 * np.pi * 0.4 * seconds + self._phase[0]))
        return Look(
            eyes_closed=1.0 if asleep else 0.0 if dark else self._lids(seconds),
            mouth_open=round(2 * speech) / 4 if manner.talks and not masked else 0.0,
            mask=manner.mask if masked else None,
            under_nose=manner.under_nose,
            sunglasses=dark,
            hat=manner.hat,
        )

    def _lids(self, seconds: float) -> float:
        """0 open, 0.5 on the way, 1 closed; not quite regularly."""
        beat = BLINK_EVERY * (1 + 0.25 * np.sin(1.7 * seconds // BLINK_EVERY + self._phase[1]))
        into = (seconds + self._phase[2]) % beat
        if into > BLINK_SECONDS:
            return 0.0
        return 1.0 if BLINK_SECONDS / 4 < into < 3 * BLINK_SECONDS / 4 else 0.5

    def _leaving(self, seconds: float) -> float:
        return max((self._since(prompt, seconds, over=1.2) for prompt in LEAVES & self._told.keys()), default=0.0)

    def _since(self, prompt: str, seconds: float, over: float = REACTION) -> float:
        """0 until told, then rising to 1 while the person follows."""
        told = self._told.get(prompt)
        return 0.0 if told is None else _smooth((seconds - told) / over)

    def _companion(self, seconds: float) -> Shot:
        """A little behind and beside, stepping in from the side; gone when one person is asked for."""
        near = _smooth(seconds - self._at_mark) * (1 - self._since("one_person", seconds))
        shot = self.shot(seconds + 5.0)
        centre = self.size[0] * (1.4 - 0.6 * near), self.size[1] * 0.45
        return replace(shot, centre=centre, scale=self.size[1] / 4.6, look=Look(), yaw=shot.yaw - 6)


def hold_up(source: Source, seconds: float, shot: Shot, image: Rgb) -> None:
    """A telephone before the face, in place: a black frame about the picture, which is as wide as a head."""
    picture = source(seconds) if callable(source) else source
    assert picture is not None
    half_width, half_height = int(0.95 * shot.scale), int(1.45 * shot.scale)
    x, y = (int(value) for value in shot.centre)
    left, top = max(x - half_width, 0), max(y - half_height, 0)
    part = image[top : y + half_height, left : x + half_width]
    rim = int(0.06 * shot.scale)
    part[...] = 16
    inside = part[2 * rim : -2 * rim, rim:-rim]
    if inside.size:
        inside[...] = cv2.resize(_cut(picture, inside.shape), inside.shape[1::-1], interpolation=cv2.INTER_AREA)


def _cut(picture: Rgb, shape: tuple[int, ...]) -> Rgb:
    """The middle of a picture, in the proportions of `shape`."""
    height, width = picture.shape[:2]
    wide = min(width, round(height * shape[1] / shape[0]))
    high = min(height, round(width * shape[0] / shape[1]))
    left, top = (width - wide) // 2, (height - high) // 2
    return picture[top : top + high, left : left + wide]


def _smooth(share: float) -> float:
    """From 0 to 1, without a jolt."""
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)
