"""`python -m biometrics`: templates, scores of pair lists, error rates.

Exit status 0 when the command ran, 2 for unusable arguments or input, with one line that says what and why.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Optional

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from biometrics import evaluation
from biometrics.capture import BiometricError
from biometrics.det_plot import det_svg
from biometrics.evaluation import Evaluation, EvaluationError, Pair

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Fingerprints and faces."
)


class Modality(StrEnum):
    FINGER = "finger"
    FACE = "face"


class RecordFormat(StrEnum):
    ISO_19794_2 = "iso19794-2"


@app.command()
def extract(
    image: Annotated[Path, typer.Argument(help="TIFF, PNG, BMP, JPEG or WSQ; dark ridges on light.")],
    out: Annotated[Optional[Path], typer.Option(help="Where the record goes.")] = None,  # noqa: UP045 - typer reads it
    format: Annotated[RecordFormat, typer.Option(help="Of the record.")] = RecordFormat.ISO_19794_2,
    dpi: Annotated[Optional[int], typer.Option(help="Instead of what the file says.")] = None,  # noqa: UP045
    as_json: Annotated[bool, typer.Option("--json", help="List minutiae and quality.")] = False,
) -> None:
    """A fingerprint's template.

    Example: python -m biometrics extract print.png --format iso19794-2 --out print.fmr
    """
    from biometrics.finger import image as images  # here: compiled kernels would slow every other command's start
    from biometrics.finger.extract import extract as extracted
    from biometrics.finger.records import to_iso19794_2

    with _one_line_errors():
        pixels, stated = images.read(image, dpi=dpi)
        template = extracted(pixels, stated)
        if out is not None:
            out.write_bytes(to_iso19794_2([template]))
    if as_json:
        typer.echo(json.dumps(_listed(template), indent=2))
    else:
        advice = f", {template.quality.advice}" if template.quality.advice else ""
        typer.echo(f"{len(template.minutiae)} minutiae, quality {template.quality.value} of 100{advice}")


def _listed(template: Any) -> dict[str, Any]:
    from biometrics.finger.minutiae import MinutiaKind

    found = template.minutiae
    columns = zip(found.x, found.y, found.direction, found.quality, found.kind, strict=True)
    return {
        "width": template.width,
        "height": template.height,
        "dpi": 500,
        "quality": {"value": template.quality.value, "advice": template.quality.advice},
        "minutiae": [
            {
                "x": round(float(x), 1),
                "y": round(float(y), 1),
                "direction": round(math.degrees(float(direction)), 1),
                "quality": round(100 * float(quality)),
                "type": MinutiaKind(int(kind)).name.lower(),
            }
            for x, y, direction, quality, kind in columns
        ],
    }


@app.command()
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
    with _one_line_errors():
        listed = evaluation.read_pairs(pairs)
        if not root.is_dir():
            raise typer.BadParameter(f"{root} is no folder")
        with _progress() as progress:
            scored = list(_scored(modality, listed, root, embedder, processes, progress))
        evaluation.write_scores(out, scored)
    typer.echo(f"{len(scored)} of {len(listed)} pairs scored")


Advance = Callable[[int, int], None]


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


@app.command()
def evaluate(
    pairs: Annotated[Path, typer.Argument(help="CSV with columns set,a,b,mated.")],
    scores: Annotated[Path, typer.Argument(help="CSV with columns set,a,b,score.")],
    plot: Annotated[Optional[Path], typer.Option(help="DET curves as SVG.")] = None,  # noqa: UP045 - typer reads it
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Error rates by data set and pooled (ISO/IEC 19795-1), and a DET plot.

    Example: python -m biometrics evaluate pairs.csv scores.csv --plot det.svg
    """
    with _one_line_errors():
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


@contextmanager
def _one_line_errors() -> Iterator[None]:
    """What is wrong with arguments or input becomes one line and exit status 2."""
    try:
        yield
    except (BiometricError, EvaluationError) as error:
        typer.echo(f"biometrics: {error}", err=True)
    except typer.BadParameter as error:
        typer.echo(f"biometrics: {error.message}", err=True)
    except OSError as error:
        typer.echo(f"biometrics: {error.filename}: {error.strerror}", err=True)
    else:
        return
    raise typer.Exit(2)


@contextmanager
def _progress() -> Iterator[Advance]:
    """A bar on standard error; nothing where that is no terminal."""
    console = Console(stderr=True)
    columns = TextColumn("images and comparisons"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


if __name__ == "__main__":
    app(prog_name="python -m biometrics")
