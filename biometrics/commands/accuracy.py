"""`scores` and `evaluate`: error rates of pair lists."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from biometrics import evaluation
from biometrics.commands.terminal import Advance, one_line_errors, progress_bar
from biometrics.det_plot import det_svg
from biometrics.evaluation import Evaluation, Pair


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
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Error rates by data set and pooled (ISO/IEC 19795-1), and a DET plot.

    Example: python -m biometrics evaluate pairs.csv scores.csv --plot det.svg
    """
    with one_line_errors():
        listed, known = evaluation.read_pairs(pairs), evaluation.read_scores(scores)
        found = evaluation.evaluate(listed, known)
        if plot is not None:
            plot.write_text(det_svg(found), encoding="utf-8")
    missing = sum(pair.key not in known for pair in listed)
    typer.echo(json.dumps(_as_data(found, missing), indent=2) if as_json else _table(found, missing))


def _table(found: list[Evaluation], missing: int) -> str:
    heads = ("EER", "FMR100", "FMR1000", "FMR10000", "ZeroFMR")
    lines = [f"{'set':20}{'mated':>8}{'others':>9}" + "".join(f"{head:>10}" for head in heads)]
    for one in found:
        rates = "".join(f"{100 * rate:10.2f}" for rate in _rates(one).values())
        lines.append(f"{one.name:20}{len(one.mated):8}{len(one.non_mated):9}{rates}")
    return "\n".join((*lines, f"rates in per cent; pairs without a score: {missing}"))


def _as_data(found: list[Evaluation], missing: int) -> dict[str, Any]:
    return {
        "missing_scores": missing,
        "sets": [
            {"set": one.name, "mated": len(one.mated), "non_mated": len(one.non_mated), **_rates(one)} for one in found
        ],
    }


def _rates(one: Evaluation) -> dict[str, float]:
    rates = one.rates
    return {
        "eer": rates.eer,
        "fmr100": rates.fmr100,
        "fmr1000": rates.fmr1000,
        "fmr10000": rates.fmr10000,
        "zero_fmr": rates.zero_fmr,
    }
