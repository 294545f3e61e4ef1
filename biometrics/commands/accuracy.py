"""`scores` and `evaluate`: error rates of pair lists."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Optional

import numpy as np
import typer

from biometrics import evaluation
from biometrics.bootstrap import Interval, interval
from biometrics.commands.terminal import Advance, one_line_errors, progress_bar
from biometrics.det_plot import det_svg
from biometrics.evaluation import ErrorRates, Evaluation, Pair


class Protocol(StrEnum):
    ALL = "all"
    FVC = "fvc"


class Modality(StrEnum):
    FINGER = "finger"
    FACE = "face"


def scores(
    modality: Annotated[Modality, typer.Argument()],
    pairs: Annotated[Path, typer.Option(help="CSV with columns set,a,b,mated.")],
    root: Annotated[Path, typer.Option(help="The image of `a` in `set` is ROOT/set/a.EXT.")],
    out: Annotated[Path, typer.Option(help="CSV to write: set,a,b,score; higher = more alike.")],
    embedder: Annotated[str, typer.Option(help="For faces.")] = "dlib-resnet-29",
    processes: Annotated[Optional[int], typer.Option(min=1, help="For fingers; one a core.")] = None,  # noqa: UP045
) -> None:
    """Scores a pair list. A pair with an unusable image gets no score.

    Example: python -m biometrics scores finger --pairs pairs.csv --root fingerprints --out scores.csv
    """
    with one_line_errors():
        listed = evaluation.read_pairs(pairs)
        if not root.is_dir():
            raise typer.BadParameter(f"{root} is no folder")
        with progress_bar() as progress:
            scored = list(_scored(modality, listed, root, embedder, processes, progress))
        evaluation.write_scores(out, scored)
    typer.echo(f"{len(scored)} of {len(listed)} pairs scored")


def _scored(
    modality: Modality, pairs: list[Pair], root: Path, embedder: str, processes: int | None, progress: Advance
) -> Iterable[tuple[str, str, str, float]]:
    keys = [pair.key for pair in pairs]
    if modality is Modality.FINGER:
        from biometrics.finger.scores import score_pairs as score_fingers

        return score_fingers(keys, root, processes=processes, progress=progress)
    from biometrics.face.compare import score_pairs as score_faces
    from biometrics.face.embed import EMBEDDERS

    if embedder not in EMBEDDERS:
        raise typer.BadParameter(f"there is no embedder {embedder}; there are {', '.join(EMBEDDERS)}")
    return score_faces(keys, root, embedder=embedder, progress=progress)


def evaluate(
    pairs: Annotated[Path, typer.Argument(help="CSV with columns set,a,b,mated.")],
    scores: Annotated[Path, typer.Argument(help="CSV with columns set,a,b,score.")],
    plot: Annotated[Optional[Path], typer.Option(help="DET curves as SVG.")] = None,  # noqa: UP045 - typer reads it
    protocol: Annotated[Protocol, typer.Option(help="fvc: the pairs that the list marks as FVC's own.")] = Protocol.ALL,
    resamples: Annotated[int, typer.Option(min=0, help="For the intervals, drawn over fingers; 0 for none.")] = 1000,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Error rates by data set and pooled (ISO/IEC 19795-1) with 95 % intervals, and a DET plot.

    Example: python -m biometrics evaluate pairs.csv scores.csv --plot det.svg
    """
    with one_line_errors():
        listed = evaluation.read_pairs(pairs, fvc=protocol is Protocol.FVC)
        known = evaluation.read_scores(scores)
        found = evaluation.evaluate(listed, known)
        if plot is not None:
            plot.write_text(det_svg(found), encoding="utf-8")
    missing = sum(pair.key not in known for pair in listed)
    intervals = _intervals(listed, known, found, resamples) if resamples else {}
    shown = json.dumps(_as_data(found, missing, intervals), indent=2) if as_json else _table(found, missing, intervals)
    typer.echo(shown)


def _intervals(
    pairs: list[Pair], known: dict[tuple[str, str, str], float], found: list[Evaluation], resamples: int
) -> dict[str, Interval]:
    """By data set, and pooled."""
    given = {}
    for one in found:
        chosen = [pair for pair in pairs if one.name in (pair.set, evaluation.POOLED)]
        scores = np.array([known.get(pair.key, -math.inf) for pair in chosen])
        given[one.name] = interval(chosen, scores, resamples=resamples)
    return given


def _table(found: list[Evaluation], missing: int, intervals: dict[str, Interval]) -> str:
    heads = ("EER", "FMR100", "FMR1000", "FMR10000", "ZeroFMR")
    lines = [f"{'set':20}{'mated':>8}{'others':>9}" + "".join(f"{head:>13}" for head in heads)]
    for one in found:
        rates = "".join(f"{100 * rate:13.2f}" for rate in _rates(one.rates).values())
        lines.append(f"{one.name:20}{len(one.mated):8}{len(one.non_mated):9}{rates}")
        if one.name in intervals:
            lines.append(_range(intervals[one.name]))
    note = "; under them 95 % intervals, by drawing fingers anew" if intervals else ""
    return "\n".join((*lines, f"rates in per cent{note}; pairs without a score: {missing}"))


def _range(given: Interval) -> str:
    both = zip(_rates(given.lower).values(), _rates(given.upper).values(), strict=True)
    rates = "".join(f"{f'{100 * low:.2f}-{100 * high:.2f}':>13}" for low, high in both)
    return f"{f'  {given.subjects} fingers or people':37}{rates}"


def _as_data(found: list[Evaluation], missing: int, intervals: dict[str, Interval]) -> dict[str, Any]:
    return {
        "missing_scores": missing,
        "sets": [
            {
                "set": one.name,
                "mated": len(one.mated),
                "non_mated": len(one.non_mated),
                **_rates(one.rates),
                **_bounds(intervals.get(one.name)),
            }
            for one in found
        ],
    }


def _bounds(given: Interval | None) -> dict[str, Any]:
    if given is None:
        return {}
    lower, upper = _rates(given.lower), _rates(given.upper)
    return {"interval": {name: [lower[name], upper[name]] for name in lower}, "subjects": given.subjects}


def _rates(rates: ErrorRates) -> dict[str, float]:
    return {
        "eer": rates.eer,
        "fmr100": rates.fmr100,
        "fmr1000": rates.fmr1000,
        "fmr10000": rates.fmr10000,
        "zero_fmr": rates.zero_fmr,
    }
