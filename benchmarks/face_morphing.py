"""Morphs of people who look alike: how many fool the verifier, and how many of those the examination finds.

    python -m benchmarks.face_morphing [--pairs N] [--weights]

Photographs are LFW's: press pictures years and lights apart, harder than a passport against a gate's camera. The most
frontal picture of each becomes the portrait, as made (digital), as JPEG of 15 kB (chip), or printed and scanned before
that (printed), bona fide and morphed alike. Examined are the pairs that match, for the others are refused anyway.
Weights are fitted on other people than they are judged on, in eight parts; intervals (95 %) by drawing pairs of people
anew. All morphs are of one kind, the same in fit and test. `--weights` prints the shipped weights from all of them.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from benchmarks.face_accuracy import DATA
from biometrics.capture import CaptureFailed, Rgb
from biometrics.face.compare import template_of, verifier
from biometrics.face.morphing import Cue, examine
from biometrics.face.morphing.cues import Values, measured
from biometrics.face.morphing.examination import FARTHEST
from biometrics.face.template import FaceTemplate
from biometrics.picture import decode
from simulators import faces
from simulators.morph_sets import (
    PROCESSES,
    WHOLE,
    Fooled,
    Picture,
    Reference,
    contributors,
    fools,
    look_alikes,
    references,
    report,
)

PAIRS: Final = 100
PARTS: Final = 8
SOFT: Final = 3.0
"""Of the penalty on weights in spreads, as many attempts' worth."""
BONA_FIDE: Final = 0.0
TARGET: Final = 0.01
"""BPCER that the threshold is set for: a gate that refers more honest travellers is switched off."""
MOST_LIVE: Final = 3
"""Live pictures of one reference: a few people have many."""
DRAWINGS: Final = 400
ROUNDS: Final = 15
TARGET_MS: Final = 30
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One reference against one live face of the criminal, or bona fide of its holder (`share` 0)."""

    pair: int
    share: float
    process: str
    matched: bool
    values: Values


@dataclass(frozen=True, slots=True)
class Fit:
    usual: Values
    spread: Values
    weights: Values
    bias: float

    def scores(self, values: Values) -> Values:
        off = np.clip((values - self.usual) / self.spread, -FARTHEST, FARTHEST)
        return np.asarray(off @ self.weights + self.bias)


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=PAIRS, help="of people, each morphed both ways")
    parser.add_argument("--weights", action="store_true", help="print weights and threshold fitted on all")
    given = parser.parse_args(arguments)
    if not (DATA / "lfw").is_dir():
        print(f"face morphing: left out, no photographs at {DATA} (set SEKISHO_DATA)")
        return
    cv2.setNumThreads(1)
    fooled: dict[tuple[float, str], Fooled] = defaultdict(Fooled)
    begun = time.process_time()
    attempts = list(collected(given.pairs, fooled))
    print(f"{given.pairs} pairs of people, {len(attempts)} attempts, {time.process_time() - begun:.0f} s of CPU\n")
    print(report(dict(sorted(fooled.items()))))
    table(attempts)
    print(f"\none examination: {_milliseconds():.0f} ms of one core (target {TARGET_MS}), both templates at hand")
    if given.weights:
        print_weights(attempts)


def collected(pairs: int, fooled: dict[tuple[float, str], Fooled]) -> Iterator[Attempt]:
    chosen = look_alikes(contributors(DATA / "lfw", progress=_progress), pairs)
    for number, pair in enumerate(chosen):
        for reference in references(pair, seed=number):
            try:
                template = verifier().template(reference.image, alone=False)
            except CaptureFailed:
                continue
            if reference.criminal is not None:
                _counted(reference, template, fooled[reference.share, reference.process])
            yield from _attempts(number, reference, template)
        _progress(number + 1, len(chosen))


def _counted(reference: Reference, template: FaceTemplate, into: Fooled) -> None:
    accomplice, criminal = fools(reference, template, verifier())
    into.morphs += 1
    into.both += accomplice and criminal
    into.criminal += criminal


def _attempts(pair: int, reference: Reference, template: FaceTemplate) -> Iterator[Attempt]:
    for live in (reference.criminal or reference.accomplice).others[:MOST_LIVE]:
        matched = verifier().compare(template, live.template).matched
        if matched:
            values = measured(reference.image, template, _pixels(live), live.template)
            yield Attempt(pair, reference.share, reference.process, matched, values)


def _pixels(picture: Picture) -> Rgb:
    return decode(picture.file.read_bytes())


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done} of {total}   ", end="" if done < total else "\r", file=sys.stderr)


def _milliseconds() -> float:
    reference, live = faces.portrait(faces.person(0)), faces.view(faces.person(0), seed=1)
    templates = template_of(reference), template_of(live)
    taken = []
    for _ in range(ROUNDS):
        begun = time.thread_time()
        examine(reference, templates[0], live, templates[1])
        taken.append(time.thread_time() - begun)
    return 1000 * float(np.median(taken))


def fitted(values: Values, attack: Flags) -> Fit:
    """A logistic regression, both kinds weighing as much; spreads are those of bona fide pairs."""
    genuine = values[~attack]
    usual, spread = genuine.mean(0), genuine.std(0) + 1e-6
    off = np.clip((values - usual) / spread, -FARTHEST, FARTHEST)
    share = np.where(attack, 0.5 / max(attack.mean(), 1e-9), 0.5 / max((~attack).mean(), 1e-9))

    def loss(guess: Values) -> tuple[float, Values]:
        at = off @ guess[:-1] + guess[-1]
        error = share * (1 / (1 + np.exp(-at)) - attack)
        cost = float((share * (np.logaddexp(0, at) - attack * at)).sum() + SOFT * (guess[:-1] ** 2).sum() / 2)
        return cost, np.append(off.T @ error + SOFT * guess[:-1], error.sum())

    found = minimize(loss, np.zeros(len(Cue) + 1), jac=True, method="L-BFGS-B").x
    return Fit(usual, spread, found[:-1], float(found[-1]))


@dataclass(frozen=True, slots=True)
class Judged:
    """Attempts with a score of a fit that saw none of their people."""

    pair: npt.NDArray[np.int64]
    share: Values
    process: npt.NDArray[np.str_]
    score: Values


def judged(attempts: Sequence[Attempt], *, learnt_from: Sequence[str] = PROCESSES) -> Judged:
    values = np.array([one.values for one in attempts])
    pair, share = np.array([one.pair for one in attempts]), np.array([one.share for one in attempts])
    process = np.array([one.process for one in attempts])
    score = np.zeros(len(attempts))
    for part in range(PARTS):
        here = pair % PARTS == part
        seen = ~here & np.isin(process, learnt_from)
        if here.any():
            score[here] = fitted(values[seen], share[seen] > BONA_FIDE).scores(values[here])
    return Judged(pair, share, process, score)


def table(attempts: Sequence[Attempt]) -> None:
    alone = np.array([one.values[list(Cue).index(Cue.UNLIKENESS)] for one in attempts])
    found = judged(attempts)
    heads = f"{'bona fide':>10}{'morphs':>8}{'D-EER':>16}{'BPCER at APCER 10, 5, 1 %':>28}{'found at BPCER 1 %':>21}"
    print(f"\n{'':22}{heads}")
    for process, share in sorted({(one.process, one.share) for one in attempts if one.share > BONA_FIDE}):
        if process != WHOLE:
            _row(f"{process}, share {share}", found, process, share)
    print("\na kind that was not fitted to: hair and ground mixed too, JPEG of 15 kB")
    _row("whole, share 0.5", found, WHOLE, 0.5)
    print("\nfitted to digital morphs alone, and what is left of it")
    digital = judged(attempts, learnt_from=("digital",))
    for process in PROCESSES:
        _row(f"{process}, share 0.5", digital, process, 0.5)
    print("\nthe comparison score alone")
    for process in PROCESSES:
        _row(f"{process}, share 0.5", Judged(found.pair, found.share, found.process, alone), process, 0.5)


def _row(name: str, found: Judged, process: str, share: float) -> None:
    genuine = (found.process == ("chip" if process == WHOLE else process)) & (found.share == BONA_FIDE)
    attack = (found.process == process) & (found.share == share)
    if not genuine.any() or not attack.any():
        return
    cells = [f"{name:22}{genuine.sum():>10}{attack.sum():>8}"]
    cells.append(f"{_with_interval(found, genuine, attack, equal_error):>16}")
    at = [f"{100 * bpcer_at(found.score[genuine], found.score[attack], bound):.0f}" for bound in (0.1, 0.05, 0.01)]
    cells.append(f"{', '.join(at):>28}")
    cells.append(f"{_with_interval(found, genuine, attack, found_at_target):>21}")
    print("".join(cells))


def _with_interval(found: Judged, genuine: Flags, attack: Flags, rate: Callable[[Values, Values], float]) -> str:
    random = np.random.default_rng(1)
    pairs = np.unique(found.pair)
    by_pair = [tuple(found.score[kind & (found.pair == one)] for kind in (genuine, attack)) for one in pairs]
    drawn = []
    for _ in range(DRAWINGS):
        chosen = [by_pair[k] for k in random.integers(len(by_pair), size=len(by_pair))]
        bona, morphed = (np.concatenate([one[side] for one in chosen]) for side in (0, 1))
        if len(bona) and len(morphed):
            drawn.append(rate(bona, morphed))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return f"{100 * rate(found.score[genuine], found.score[attack]):.1f} ({100 * low:.0f}-{100 * high:.0f})"


def equal_error(genuine: Values, attack: Values) -> float:
    """Where the share of bona fide referred and that of morphs passed are nearest, their mean."""
    at = np.sort(np.concatenate([genuine, attack]))
    bpcer = 1 - np.searchsorted(np.sort(genuine), at, "left") / len(genuine)
    apcer = np.searchsorted(np.sort(attack), at, "left") / len(attack)
    nearest = int(np.argmin(np.abs(bpcer - apcer)))
    return float(bpcer[nearest] + apcer[nearest]) / 2


def bpcer_at(genuine: Values, attack: Values, apcer: float) -> float:
    """Bona fide referred at the highest threshold that passes at most a share `apcer` of the morphs."""
    passed = int(apcer * len(attack))
    return float((genuine >= np.sort(attack)[min(passed, len(attack) - 1)]).mean())


def threshold_for(genuine: Values, bpcer: float = TARGET) -> float:
    """The lowest that refers at most a share `bpcer` of bona fide pairs."""
    falling = np.sort(genuine)[::-1]
    return float(np.nextafter(falling[min(int(bpcer * len(falling)), len(falling) - 1)], np.inf))


def found_at_target(genuine: Values, attack: Values) -> float:
    return float((attack >= threshold_for(genuine)).mean())


def print_weights(attempts: Sequence[Attempt]) -> None:
    """Threshold by attempts' scores from fits that had not seen them, so that it is not set too low."""
    found = judged(attempts)
    known = found.process != WHOLE
    fit = fitted(np.array([one.values for one in attempts])[known], (found.share > BONA_FIDE)[known])
    print(f"\nTHRESHOLD: Final = {threshold_for(found.score[found.share == BONA_FIDE]):.2f}")
    print(f"BIAS: Final = {fit.bias:.3f}")
    for cue, *numbers in zip(Cue, fit.usual.tolist(), fit.spread.tolist(), fit.weights.tolist(), strict=True):
        print(f"    Cue.{cue.name}: Weight({', '.join(f'{number:.3f}' for number in numbers)}),")


if __name__ == "__main__":
    main(sys.argv[1:])
