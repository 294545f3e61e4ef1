"""What a wrong check digit may come from: single characters that, read otherwise, would make every digit fit.

A proposal is for a person who looks at the picture. It is never a reading: modulo ten, some character always fits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from passport_reader.mrz import checks, wrong_checks
from passport_reader.page.fields import SHAPES
from passport_reader.page.glyphs import ALPHABET
from passport_reader.page.sighting import Sighting

_LEAST_LIKELY = 1e-4  # in the picture: below, nothing speaks for the character but the arithmetic
_MOST = 5


@dataclass(frozen=True, slots=True)
class Proposal:
    """`position`: line and column, from zero. `probability` is the picture's for what is proposed, 0 to 1."""

    position: tuple[int, int]
    seen: str
    proposed: str
    why: str
    """The fields whose check digits would fit."""
    probability: float


def propose(sighting: Sighting) -> tuple[Proposal, ...]:
    """The likeliest repairs of one character each; empty where every digit fits, or none is like the picture."""
    text, probabilities = sighting.text, sighting.probabilities
    wrong = wrong_checks(text)
    places = {place for check in checks(sighting.form) for place in (*check.covered, check.digit)} if wrong else set()
    found = [
        (float(probabilities[place, index]), place, ALPHABET[index])
        for place in sorted(places)
        for index in np.flatnonzero(probabilities[place] > _LEAST_LIKELY)
        if ALPHABET[index] != text[place] and not wrong_checks(text[:place] + ALPHABET[index] + text[place + 1 :])
    ]
    _, columns = SHAPES[sighting.form]
    return tuple(
        Proposal(divmod(place, columns), text[place], character, ", ".join(wrong), probability)
        for probability, place, character in sorted(found, reverse=True)[:_MOST]
    )
