"""Which mishaps the advice on a print tells apart: invented fingers laid badly, each in the ways of `finger_mishaps`.

Part of `python -m benchmarks.finger_quality`. Advice is only given on poor prints, so only those count; the ramps of
`biometrics.finger.advice` were set on other invented fingers. How real skin looks when wet or dry these do not know:
beside them stands what is advised on the poor prints of the reference sets, of which nobody wrote down what went wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from biometrics.finger.advice import Advice, advised
from biometrics.finger.extract import extract
from biometrics.finger.quality import GOOD, FingerQuality, unified
from biometrics.finger.quality_measures import Measures
from simulators.finger_mishaps import Mishap, laid
from simulators.fingers import POSITIONS, finger

FINGERS: Final = 60
FIRST: Final = 8000
"""Seed of the first; the ramps were set on fingers from 7000 on."""
RIGHT: Final = {
    Mishap.LIGHT: Advice.PRESS_HARDER,
    Mishap.HARD: Advice.PRESS_LESS,
    Mishap.DRY: Advice.TOO_DRY,
    Mishap.WET: Advice.TOO_WET,
    Mishap.ASIDE: Advice.CENTRE,
    Mishap.TIP: Advice.LAY_FLAT,
    Mishap.MOVED: Advice.MOVE_LESS,
}


def print_advice(sets: Sequence[str], reference: Sequence[Measures]) -> None:
    prints = list(mishaps(FINGERS))
    print(f"\n  advice on invented fingers laid badly, {FINGERS} of each kind; of those below {GOOD}:")
    print(f"  {'':10}{'poor':>6}{'right':>8}{'none':>7}  wrong")
    poor = [(mishap, advised(one)) for mishap, one in prints if unified(one) < GOOD]
    for mishap in Mishap:
        print_row(mishap, [advice for kind, advice in poor if kind is mishap])
    given = Counter(advice for _, advice in poor if advice is not None)
    true = Counter(advice for mishap, advice in poor if advice is not None and RIGHT.get(mishap) is advice)
    print("  of each advice given, right: " + ", ".join(f"{a} {true[a]} of {n}" for a, n in sorted(given.items())))
    print(f"\n  advice on the reference prints below {GOOD}:")
    for group in sorted(set(sets)):
        here = [m for name, m in zip(sets, reference, strict=True) if name == group and unified(m) < GOOD]
        print(f"  {group:14}{len(here):4}  {_listed(map(advised, here))}")


def print_row(mishap: Mishap, given: Sequence[Advice | None]) -> None:
    right = sum(advice is not None and advice is RIGHT.get(mishap) for advice in given)
    wrong = [advice for advice in given if advice is not None and advice is not RIGHT.get(mishap)]
    print(f"  {mishap:10}{len(given):6}{right:8}{given.count(None):7}  {_listed(wrong)}")


def mishaps(fingers: int, *, first: int = FIRST) -> Iterator[tuple[Mishap, Measures]]:
    """Every mishap of every finger, as measured."""
    for seed in range(first, first + fingers):
        hand = [finger(seed, POSITIONS[(seed + step) % len(POSITIONS)]).ridges for step in (0, 1)]
        for kind, mishap in enumerate(Mishap):
            pixels = laid(hand[0], mishap, np.random.default_rng([seed, kind]), former=hand[1])
            quality = extract(pixels).quality
            yield mishap, quality.measures if isinstance(quality, FingerQuality) else Measures()


def _listed(advice: Iterable[Advice | None]) -> str:
    counted = Counter("none" if one is None else one.value for one in advice)
    return ", ".join(f"{name} {count}" for name, count in counted.most_common())
