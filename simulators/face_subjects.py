"""Groups of the rendered people, as `python -m biometrics evaluate --subjects` reads them.

They are traits that the drawings were made with. Of real people's groups this tree knows nothing, and invents nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from simulators.face_traits import RANGES, Person

COLUMNS: Final = ("subject", "skin", "age", "glasses")
SKINS: Final = ("dark", "medium", "light")
AGES: Final = ("young", "middle", "old")


def subject_name(number: int) -> str:
    """Of the samples `person003_1` and so on."""
    return f"person{number:03}"


def groups(person: Person) -> tuple[str, str, str]:
    """Thirds of the traits' ranges; glasses are worn from 0 on."""
    traits = person.traits
    glasses = "yes" if traits.glasses > 0 else "no"
    return _third("skin_light", traits.skin_light, SKINS), _third("age", traits.age, AGES), glasses


def _third(trait: str, value: float, names: tuple[str, ...]) -> str:
    low, high = RANGES[trait]
    return names[min(int(3 * (value - low) / (high - low)), 2)]


def write_subjects(people: Iterable[Person], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        rows.writerows((subject_name(number), *groups(person)) for number, person in enumerate(people))
