"""Error rates of the shipped face backend on LFW: its pair list, all pairs its pictures make, and several pictures as
one.

    python -m benchmarks.face_accuracy [--plot FILE] [--backend TOML]

The two chips' padding was chosen, and the thresholds were taken, on these same pictures.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from biometrics.bootstrap import Interval, interval
from biometrics.det_plot import det_svg
from biometrics.evaluation import (
    Evaluation,
    Failures,
    Pair,
    error_rates,
    failures,
    read_pairs,
)
from biometrics.face.backend import Backend, loaded
from biometrics.face.calibration import Calibration
from biometrics.face.fusion import fused_template
from biometrics.face.scores import all_pairs, folder_of_people, templates_of
from biometrics.face.template import FaceTemplate

Scores = npt.NDArray[np.float64]

DATA = Path(os.environ.get("SEKISHO_DATA", Path(__file__).parents[2] / "shared" / "data")) / "faces"
PAIRS = DATA / "pairs.csv"
SET = "lfw"
FUSED = (1, 2, 3)
"""Probes made into one template."""


@dataclass(frozen=True, slots=True)
class People:
    """Templates of pictures, by the pair list's names and with whose they are; None where no face was found."""

    names: list[str]
    people: list[str]
    templates: list[FaceTemplate | None]

    @property
    def by_name(self) -> dict[str, FaceTemplate | None]:
        return dict(zip(self.names, self.templates, strict=True))

    @property
    def missing(self) -> float:
        return sum(one is None for one in self.templates) / len(self.templates)


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plot", type=Path, help="DET curves as SVG, and nothing else")
    parser.add_argument("--backend", type=Path, help="a TOML file instead of the shipped one")
    given = parser.parse_args(arguments)
    backend = loaded(given.backend)
    found, pairs = _people(backend), read_pairs(PAIRS)
    scores = _scores(pairs, found)
    drawn = interval(pairs, scores)
    if given.plot is not None:
        given.plot.write_text(_plot(pairs, scores, found, drawn), encoding="utf-8")
        return
    _print_pairs(pairs, scores, found, drawn)
    mated, others = all_pairs(found.templates, found.people)
    _print_all(mated, others, len(set(found.people)))
    if backend.calibration is not None:
        _print_threshold(pairs, scores, (mated, others), backend.calibration)
        _print_fused(found, backend.calibration)


def _people(backend: Backend) -> People:
    files, people = folder_of_people(DATA / SET)
    names = [f"{file.parent.name}/{file.stem}" for file in files]
    return People(names, people, templates_of(files, backend, progress=_progress))


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done} of {total} pictures", end="" if done < total else "\r", file=sys.stderr)


def _scores(pairs: Sequence[Pair], found: People) -> Scores:
    """-inf where a picture had no face: it matches at no threshold."""
    known = found.by_name
    return np.array([_score(known[pair.a], known[pair.b]) for pair in pairs])


def _score(a: FaceTemplate | None, b: FaceTemplate | None) -> float:
    return float(a.vector @ b.vector) if a and b else -np.inf


def _split(pairs: Sequence[Pair], scores: Scores) -> tuple[Scores, Scores]:
    mated = np.array([pair.mated for pair in pairs])
    return scores[mated], scores[~mated]


def _print_pairs(pairs: Sequence[Pair], scores: Scores, found: People, drawn: Interval) -> None:
    mated, others = _split(pairs, scores)
    rates, low, high = error_rates(mated, others), drawn.lower, drawn.upper
    print(f"LFW, {len(mated)} mated and {len(others)} other pairs of the list; 95 % intervals by drawing people anew")
    print(f"{'per cent':34}{'measured':>10}{'interval':>18}{'target':>10}{'beyond':>10}")
    spans = f"{100 * low.eer:.2f} to {100 * high.eer:.2f}"
    print(f"{'EER':34}{100 * rates.eer:10.2f}{spans:>18}{'1.3':>10}{'1.0':>10}")
    spans = f"{100 - 100 * high.fmr1000:.2f} to {100 - 100 * low.fmr1000:.2f}"
    print(f"{'TAR at a FAR of 0.1 %':34}{100 - 100 * rates.fmr1000:10.2f}{spans:>18}{'95':>10}{'97':>10}")
    print(f"{'pictures without a face':34}{100 * found.missing:10.2f}{'':18}{'0.3':>10}{'0':>10}")


def _print_all(mated: Scores, others: Scores, people: int) -> None:
    rates = error_rates(mated, others)
    print(f"\nall {len(mated):,} mated and {len(others):,} other pairs of {people} people, per cent")
    print(f"{'EER':>10}{'FNMR at an FMR of 1 %':>24}{'0.1 %':>10}{'0.01 %':>10}")
    print(f"{100 * rates.eer:10.2f}{100 * rates.fmr100:24.2f}{100 * rates.fmr1000:10.2f}{100 * rates.fmr10000:10.2f}")


def _print_threshold(
    pairs: Sequence[Pair], scores: Scores, every: tuple[Scores, Scores], calibration: Calibration
) -> None:
    threshold = calibration.threshold_at(0.001)
    print(f"\nat the threshold {threshold:.4f} (FMR 0.1 %), per cent{'FNMR':>15}{'FMR':>10}")
    for name, (mated, others) in (("pair list", _split(pairs, scores)), ("all pairs", every)):
        print(f"{name:44}{100 * (mated < threshold).mean():10.2f}{100 * (others >= threshold).mean():10.3f}")


def _print_fused(found: People, calibration: Calibration) -> None:
    """One picture of everybody is the reference; other pictures of a person, as one template, are the probe."""
    print("\nseveral pictures made into one probe, against one reference; per cent")
    print(f"{'':34}{'EER':>8}{'FNMR at FMR 0.1 %':>20}{'at the threshold: FNMR':>25}{'FMR':>8}")
    threshold = calibration.threshold_at(0.001)
    for pictures in FUSED[1:]:
        for probes in FUSED[:pictures]:
            mated, others = _fused_scores(found, pictures, probes)
            rates = error_rates(mated, others)
            name = f"{len(mated)} people, {probes} {'picture' if probes == 1 else 'pictures'}"
            errors = 100 * (mated < threshold).mean(), 100 * (others >= threshold).mean()
            print(f"{name:34}{100 * rates.eer:8.2f}{100 * rates.fmr1000:20.2f}{errors[0]:25.2f}{errors[1]:8.3f}")


def _fused_scores(found: People, pictures: int, probes: int) -> tuple[Scores, Scores]:
    """Of those with a reference and as many pictures beside it; `probes` of them are fused."""
    of: dict[str, list[FaceTemplate]] = {}
    for who, template in zip(found.people, found.templates, strict=True):
        if template is not None:
            of.setdefault(who, []).append(template)
    references = np.array([known[0].vector for known in of.values()])
    probe = {who: fused_template(known[1 : 1 + probes]) for who, known in of.items() if len(known) > pictures}
    scores = (np.array([one.vector for one in probe.values()]) @ references.T).astype(np.float64)
    same = np.array([[who == other for other in of] for who in probe])
    return scores[same], scores[~same]


def _plot(pairs: Sequence[Pair], scores: Scores, found: People, drawn: Interval) -> str:
    mated, others = _split(pairs, scores)
    known = {pair.key: float(score) for pair, score in zip(pairs, scores, strict=True) if np.isfinite(score)}
    listed = _evaluation("pair list", mated, others, failures(pairs, known))
    every = _evaluation("all pairs", *all_pairs(found.templates, found.people), Failures(0, 0, len(found.names), 0))
    return det_svg([every, listed], {listed.name: drawn}, title="Faces of LFW, one picture against one")


def _evaluation(name: str, mated: Scores, others: Scores, failed: Failures) -> Evaluation:
    return Evaluation(name, np.sort(mated), np.sort(others), error_rates(mated, others), failed)


if __name__ == "__main__":
    main(sys.argv[1:])
