"""`scores` and `evaluate`: error rates of pair lists."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Optional

import typer

from biometrics import evaluation
from biometrics.bootstrap import intervals
from biometrics.commands import differential_rates
from biometrics.commands.rates import Evaluated, as_data, table
from biometrics.commands.terminal import Advance, one_line_errors, progress_bar
from biometrics.det_plot import det_svg
from biometrics.differentials import Attribute, differentials
from biometrics.evaluation import Key, Pair
from biometrics.subjects import read_subjects

USUAL_FMR: Final = 0.001
"""Of the one threshold for all groups where none is given: a gate's."""


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
    backend: Annotated[Optional[Path], typer.Option(help="For faces: a TOML file.")] = None,  # noqa: UP045
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
            scored = list(_scored(modality, listed, root, backend, processes, progress))
        evaluation.write_scores(out, scored)
    typer.echo(f"{len(scored)} of {len(listed)} pairs scored")


def _scored(
    modality: Modality, pairs: list[Pair], root: Path, backend: Path | None, processes: int | None, progress: Advance
) -> Iterable[tuple[str, str, str, float]]:
    keys = [pair.key for pair in pairs]
    if modality is Modality.FINGER:
        from biometrics.finger.scores import score_pairs as score_fingers

        return score_fingers(keys, root, processes=processes, progress=progress)
    from biometrics.face.scores import score_pairs as score_faces

    return score_faces(keys, root, backend=backend, progress=progress)


def evaluate(
    pairs: Annotated[Path, typer.Argument(help="CSV with columns set,a,b,mated.")],
    scores: Annotated[Path, typer.Argument(help="CSV with columns set,a,b,score.")],
    plot: Annotated[Optional[Path], typer.Option(help="DET curves as SVG.")] = None,  # noqa: UP045 - typer reads it
    protocol: Annotated[Protocol, typer.Option(help="fvc: the pairs that the list marks as FVC's own.")] = Protocol.ALL,
    threshold: Annotated[Optional[float], typer.Option(help="FMR and FNMR at this score too.")] = None,  # noqa: UP045
    subjects: Annotated[Optional[Path], typer.Option(help="CSV: subject, and columns of groups.")] = None,  # noqa: UP045
    by: Annotated[str, typer.Option(help="Columns of --subjects, commas between; all unless stated.")] = "",
    resamples: Annotated[int, typer.Option(min=0, help="For the intervals, drawn over fingers; 0 for none.")] = 1000,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Error rates by data set and pooled (ISO/IEC 19795-1) with 95 % intervals, and a DET plot.

    With --subjects also by group, all at one threshold: --threshold, or the lowest of which 1 in 1,000 of all non-mated
    pairs would match.

    Example: python -m biometrics evaluate pairs.csv scores.csv --plot det.svg

    Example: python -m biometrics evaluate pairs.csv scores.csv --subjects subjects.csv --by sex,age_band
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
        grouped = None
        if subjects is not None:
            at = evaluation.threshold_at(found[-1].non_mated, USUAL_FMR) if threshold is None else threshold
            grouped = at, _by_group(listed, known, subjects, by, at, resamples)
    result = Evaluated(found, given, stray, threshold)
    if as_json:
        more = {"by_group": differential_rates.as_data(grouped[1], grouped[0])} if grouped else {}
        typer.echo(json.dumps(as_data(result) | more, indent=2))
    else:
        typer.echo(table(result) + (f"\n\n{differential_rates.table(grouped[1], grouped[0])}" if grouped else ""))


def _by_group(
    pairs: list[Pair], scores: Mapping[Key, float], subjects: Path, by: str, threshold: float, resamples: int
) -> list[Attribute]:
    listed = read_subjects(subjects)
    columns = [name.strip() for name in by.split(",")] if by else list(listed.columns)
    return differentials(pairs, scores, listed, columns, threshold, resamples=resamples)
