"""Presentation attack detection for faces: APCER by simulated species, BPCER, and what each layer alone notices.

Clips of two seconds before a simulated camera (`benchmarks.face_liveness_clips`); the same lenses, sensors and
compression for people and attacks. APCER is the share of a species that is called living, BPCER the share of living
people that are not (ISO/IEC 30107-3): by cross-validated scores of a fit that saw neither the victim nor the
instrument, with a colour camera alone, with a picture of the empty place too, and with near-infrared; then by the
shipped weights with the empty place, at their threshold and at the simulated hall's. Attacks whose face was not even
found are left out. What was simulated says nothing about real attacks or people, and this is no evaluation under
ISO/IEC 30107-3.

--clips N     numbers of clips: each is four living people and one attack of each species (15 minutes of a core for 20)
--first N     the first of them; the shipped weights were fitted on 0 to 29
--save FILE   keep what was measured; --evidence FILE starts from that instead
--fit         print weights.json for these clips
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks.face_accuracy import DATA
from benchmarks.face_liveness_clips import LIVING, STANDING, STILL, WALKING, Clip, clips, load, save, stills
from benchmarks.face_liveness_training import TARGET, cross_validated, fitted, known, threshold
from biometrics.face.liveness.fusion import CERTAIN, Weights, shipped
from biometrics.face.liveness.layers import LAYERS, SECOND_STREAM
from simulators.face_attacks import Species
from simulators.subject import LIVENESS_THRESHOLD

STILLS: Final = 400
Scores = npt.NDArray[np.float64]
MADE_OF: Final = "benchmarks.face_liveness --fit"


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=12)
    parser.add_argument("--first", type=int, default=5000)
    parser.add_argument("--save", type=Path)
    parser.add_argument("--evidence", type=Path)
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args(arguments)
    made = load(options.evidence) if options.evidence else _made(range(options.first, options.first + options.clips))
    if options.save:
        save(made, options.save)
    scores = cross_validated(made)
    at = threshold(made, scores)
    if options.fit:
        print(json.dumps(_record(made, fitted(made), at), indent=1))
        return
    print_species(made, scores)
    print_layers(made)
    print_stills(made)
    times = [one.ms for one in made if one.ms]
    print(f"\n  {np.mean(times):.1f} ms of one core a frame, as measured under whatever load there was")


def _made(numbers: range) -> list[Clip]:
    lfw = DATA / "lfw"
    bona_fide = list(stills(lfw, STILLS)) if lfw.is_dir() else []
    return [*clips(numbers), *bona_fide]


def print_species(made: Sequence[Clip], colour: Scores) -> None:
    own = shipped()
    whole = np.array([own.score(known(one.evidence, SECOND_STREAM)) if one.evidence else math.nan for one in made])
    beside = (cross_validated(made, SECOND_STREAM), cross_validated(made, frozenset()))
    columns = [(scores, threshold(made, scores)) for scores in (colour, *beside)]
    columns += [(whole, own.threshold), (whole, LIVENESS_THRESHOLD)]
    heads = ("colour camera", "and the empty place", "and near-infrared", "shipped", "in the hall")
    print(f"  called living, % [95 % interval]{'':11}n   " + "".join(f"{head:21}" for head in heads))
    for kind in (STANDING, WALKING, *(one.value for one in Species)):
        chosen = np.array([one.kind == kind for one in made]) & ~np.isnan(colour)
        if not chosen.any():
            continue
        shares = [_share(scores[chosen] >= limit) for scores, limit in columns]
        lost = sum(one.kind == kind and not one.evidence for one in made)
        note = f"  ({lost} without a face)" if lost else ""
        print(f"    {kind:36}{chosen.sum():5}   " + "".join(f"{one:21}" for one in shares) + note)
    print(f"    {'thresholds':44}" + "".join(f"{limit:+.2f}{'':16}" for _, limit in columns))


def print_layers(made: Sequence[Clip]) -> None:
    """The share of each species that a layer alone tells from all but 5 % of living people."""
    own = shipped()
    names = [name for name in LAYERS if any(name in one.evidence for one in made if one.kind in LIVING)]
    print(
        "\n  noticed by one layer alone at a BPCER of 5 %, %\n"
        + " " * 24
        + "".join(f"{name[:10]:>11}" for name in names)
    )
    limits = {
        name: float(
            np.quantile(
                [
                    own.part(name, one.evidence.get(name, math.nan))
                    for one in made
                    if one.kind in LIVING and one.evidence
                ],
                TARGET,
            )
        )
        for name in names
    }
    for species in Species:
        those = [one.evidence for one in made if one.kind == species and one.evidence]
        if those:
            shares = [
                np.mean([own.part(name, one.get(name, math.nan)) < min(limits[name], -1e-9) for one in those])
                for name in names
            ]
            print(f"    {species.value:20}" + "".join(f"{100 * share:11.0f}" for share in shares))


def print_stills(made: Sequence[Clip]) -> None:
    """One picture never clears anybody; how often is a bona fide one called an attack?"""
    known = np.array([shipped().score(one.evidence) for one in made if one.kind == STILL])
    if len(known):
        print(f"\n  LFW stills called an attack: {_share(known <= -CERTAIN)} of {len(known)}; ", end="")
        print(f"under the threshold: {_share(known < shipped().threshold)} (they were part of the fit)")


def _share(flags: npt.NDArray[np.bool_]) -> str:
    """Per cent with Wilson's interval."""
    n, p, z = len(flags), float(flags.mean()), 1.96
    middle, half = (p + z * z / 2 / n), z * math.sqrt(p * (1 - p) / n + z * z / 4 / n / n)
    low, high = (100 * (middle - half) / (1 + z * z / n), 100 * (middle + half) / (1 + z * z / n))
    return f"{100 * p:5.1f} [{max(low, 0):.1f}, {high:.1f}]"


def _record(made: Sequence[Clip], weights: Weights, at: float) -> dict[str, object]:
    counts = {kind: sum(one.kind == kind and bool(one.evidence) for one in made) for kind in {one.kind for one in made}}
    return {
        "made_of": f"{MADE_OF}; clips: " + ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items())),
        "constant": round(weights.constant, 3),
        "threshold": round(at, 3),
        "layers": {
            name: {key: round(value, 4) for key, value in asdict(weight).items()}
            for name, weight in weights.layers.items()
        },
    }


if __name__ == "__main__":
    main(sys.argv[1:])
