"""The same person on another day: what passes in a moment, what is worn, and what years and hairdressers change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from simulators.face_traits import RANGES, Colour, Person

MASKS: Final[dict[str, Colour]] = {
    "white": np.array([238, 240, 240], np.float32),
    "blue": np.array([150, 188, 214], np.float32),
    "black": np.array([42, 42, 46], np.float32),
}


@dataclass(frozen=True, slots=True)
class Look:
    """Expression from 0 (at rest) to 1, and what covers the face. `mask` is one of `MASKS`."""

    mouth_open: float = 0.0
    eyes_closed: float = 0.0
    brows_up: float = 0.0
    mask: str | None = None
    under_nose: bool = False
    """The mask leaves the nose free."""
    sunglasses: bool = False
    hat: bool = False


PLAIN: Final = Look()


def with_glasses(person: Person, *, on: bool) -> Person:
    """Who wears glasses keeps their own; who puts some on gets what the traits say of their shape."""
    worn = person.traits.glasses > 0
    return person if on == worn else _changed(person, glasses=0.3 if on else -1.0)


def older(person: Person, years: float) -> Person:
    """Some years later: deeper folds, and hair that recedes and, past the middle of life, greys."""
    t = person.traits
    return _changed(person, age=t.age + years / 50, hair_line=t.hair_line + years / 150)


def tanned(person: Person, amount: float = 1.0) -> Person:
    """After a summer in the sun; a negative amount after a winter without."""
    t = person.traits
    return _changed(person, skin_light=t.skin_light - 0.15 * amount, skin_strength=t.skin_strength + 0.2 * amount)


def with_hair(person: Person, *, length: float | None = None, light: float | None = None) -> Person:
    """Cut or grown (`length` below 0 is short, 1.8 to the chest), bleached or dyed (`light` 0 to 1)."""
    t = person.traits
    return _changed(
        person,
        hair_length=t.hair_length if length is None else length,
        hair_light=t.hair_light if light is None else light,
    )


def _changed(person: Person, **traits: float) -> Person:
    """Within the ranges of the traits."""
    kept = {name: float(np.clip(value, *RANGES[name])) for name, value in traits.items()}
    return replace(person, traits=replace(person.traits, **kept))
