"""`scores` and `evaluate`: error rates of pair lists."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Optional

import typer

from biometrics import evaluation
from biometrics.bootstrap import intervals
from biometrics.commands.rates import Evaluated, as_data, table
from biometrics.commands.terminal import Advance, one_line_errors, progress_bar
from biometrics.det_plot import det_svg
from biometrics.evaluation import Pair


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
        with progress_bar("images and comparisons") as progress:
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
    threshold: Annotated[Optional[float], typer.Option(help="FMR and FNMR at this score too.")] = None,  # noqa: UP045
    resamples: Annotated[int, typer.Option(min=0, help="For the intervals, drawn over fingers; 0 for none.")] = 1000,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Error rates by data set and pooled (ISO/IEC 19795-1) with 95 % intervals, and a DET plot.

    Example: python -m biometrics evaluate pairs.csv scores.csv --plot det.svg
    """
    with one_line_errors():
        if threshold is not None and not math.isfinite(threshold):
            raise typer.BadParameter("a threshold is a finite number")
        listed = evaluation.read_pairs(pairs, fvc=protocol is Protocol.FVC)
        known = evaluation.read_scores(scores)
        found = evaluation.evaluate(listed, known)
        given = intervals(listed, known, found, resamples=resamples) if resamples else {}
        if plot is not None:
            plot.write_text(det_svg(found, given), encoding="utf-8")
        stray = len(known.keys() - {pair.key for pair in evaluation.read_pairs(pairs)})
    result = Evaluated(found, given, stray, threshold)
    typer.echo(json.dumps(as_data(result), indent=2) if as_json else table(result))
