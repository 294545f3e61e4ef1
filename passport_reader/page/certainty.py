"""How certain each character of a reading is, once its check digits are found to fit (Doc 9303-3 §4.9).

A reading whose digits fit is the likelier for it: most other readings of the same picture would not fit. By how much
follows from the probabilities alone: they are summed over all readings that fit, for each character apart. Two
characters with values ten apart, as G and 6, fit alike, and neither becomes more certain.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from passport_reader.mrz import Check, checks
from passport_reader.page.glyphs import ALPHABET, Floats

_VALUES: Final = np.array([0 if one == "<" else int(one, 36) for one in ALPHABET])
_WEIGHTS: Final = (7, 3, 1)


def confirmed(probabilities: Floats, form: str) -> Floats:
    """Probabilities (cells, 37) given that every check digit fits.

    A cell under its field's own digit and the composite's counts the first alone; the names stand under none.
    """
    result = probabilities.copy()
    counted: set[int] = set()
    for check in checks(form):
        places = [*check.covered, check.digit]
        if check.field == "document_number" and ALPHABET[int(probabilities[check.digit].argmax())] == "<":
            continue  # a long number, which goes on elsewhere (Doc 9303-5 §4.2.2 note j): the composite still covers it
        given = _given_fit(probabilities[places], check)
        for row, place in enumerate(places):
            if place not in counted:
                result[place] = given[row]
        counted.update(places)
    return result


def _given_fit(probabilities: Floats, check: Check) -> Floats:
    """Rows: what is covered, then the digit. Each conditioned on the weighted sum being the digit, modulo ten."""
    weights = [_WEIGHTS[row % 3] for row in range(len(check.covered))] + [
        9
    ]  # less the digit: nine times it, modulo ten
    residues = [(_VALUES * weight) % 10 for weight in weights]
    spread = np.stack(
        [np.bincount(of, row, 10).astype(np.float32) for of, row in zip(residues, probabilities, strict=True)]
    )
    before, after = _sums(spread), _sums(spread[::-1])[::-1]
    given = np.empty_like(probabilities)
    for row, of in enumerate(residues):
        others = _convolved(before[row], after[row])
        joint = probabilities[row] * others[(-of) % 10]
        # What the field forbids was ruled out by the caller: the rest keeps the certainty it had in all.
        given[row] = joint / max(float(joint.sum()), 1e-12) * min(float(probabilities[row].sum()), 1.0)
    return given


def _sums(spread: Floats) -> list[Floats]:
    """How the sum of the rows before each is spread over 0 to 9."""
    sums = [np.eye(10, dtype=np.float32)[0]]
    for row in spread[:-1]:
        sums.append(_convolved(sums[-1], row))
    return sums


def _convolved(one: Floats, other: Floats) -> Floats:
    """The spread of a sum modulo ten."""
    return np.array([float((one * other[(total - np.arange(10)) % 10]).sum()) for total in range(10)], np.float32)
