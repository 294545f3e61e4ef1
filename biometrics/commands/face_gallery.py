"""`face gallery`: faces one to many, in a file."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from biometrics.commands.gallery_file import opened
from biometrics.commands.terminal import one_line_errors, progress_bar

if TYPE_CHECKING:
    from biometrics.face.gallery import FaceGallery

app = typer.Typer(no_args_is_help=True, help="Faces one to many, in a file.")

At = Annotated[Path, typer.Argument(help="The gallery's file.")]
Pictures = Annotated[list[Path], typer.Argument(help="Pictures with one face each.")]


@app.command()
def enrol(gallery: At, identifier: Annotated[str, typer.Argument()], pictures: Pictures) -> None:
    """A person's faces into the gallery, which is made where there is none.

    Example: python -m biometrics face gallery enrol watchlist case-17 portrait.jpg visa.jpg
    """
    templates = _templates(pictures)
    with _opened(gallery, new=True) as known:
        known.enrol(identifier, {None: templates})
        typer.echo(f"{identifier} enrolled; {len(known)} people")


@app.command()
def remove(gallery: At, identifier: Annotated[str, typer.Argument()]) -> None:
    """A person out of the gallery; what it held of them is overwritten.

    Example: python -m biometrics face gallery remove watchlist case-17
    """
    with _opened(gallery) as known:
        known.remove(identifier)
        typer.echo(f"{identifier} removed; {len(known)} people")


@app.command()
def identify(
    gallery: At,
    pictures: Pictures,
    most: Annotated[int, typer.Option(min=1, help="Candidates shown.")] = 10,
    threads: Annotated[int, typer.Option(min=1, help="That share the search.")] = 1,
    fpir: Annotated[float, typer.Option(help="Share of searches for strangers that may end in a hit.")] = 0.01,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Who resembles the face in each picture. A hit is a reason to look, never a conclusion.

    Example: python -m biometrics face gallery identify watchlist live.png
    """
    with _opened(gallery, threads=threads) as known:
        threshold, probes = known.threshold(fpir), _templates(pictures)
        found = known.identify_many([{None: probe} for probe in probes], most=most)
    if as_json:
        limit = {"threshold": threshold.score, "fpir": fpir, "extrapolated": threshold.extrapolated}
        searches = [
            {"picture": str(picture), "candidates": [_as_data(one, threshold.score) for one in candidates]}
            for picture, candidates in zip(pictures, found, strict=True)
        ]
        typer.echo(json.dumps({**limit, "searches": searches}, indent=2))
        return
    for picture, candidates in zip(pictures, found, strict=True):
        typer.echo(f"{picture}:" if candidates else f"{picture}: nobody is enrolled")
        for one in candidates:
            typer.echo(f"{one.score:8.4f}  {'hit' if one.score >= threshold.score else '   '}  {one.identifier}")
    said = f"A hit scores {threshold.score:.4f} or more, as one search for a stranger in {1 / fpir:.0f} would"
    typer.echo(f"{said}{' (extrapolated)' if threshold.extrapolated else ''}.")


@app.command()
def info(gallery: At, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """How many people it holds, how large it is, and from which score a candidate is a hit.

    Example: python -m biometrics face gallery info watchlist
    """
    with _opened(gallery) as known:
        people, threshold = len(known), known.threshold()
    size = gallery.stat().st_size
    if as_json:
        limit = {"threshold": threshold.score, "fmr": threshold.fmr, "extrapolated": threshold.extrapolated}
        typer.echo(json.dumps({"people": people, "octets": size, **limit}, indent=2))
        return
    how = "extrapolated" if threshold.extrapolated else "measured"
    typer.echo(f"{people} people, {size} octets; a hit scores {threshold.score:.4f} or more ({how})")


def _opened(path: Path, *, new: bool = False, threads: int = 1) -> AbstractContextManager[FaceGallery]:
    from biometrics.face.gallery import FaceGallery

    return opened(path, lambda: FaceGallery(path, threads=threads), new=new)


def _templates(pictures: list[Path]) -> list[Any]:
    from biometrics.face.compare import FaceVerifier
    from biometrics.picture import decode

    with one_line_errors(), progress_bar("faces") as advance:
        verifier = FaceVerifier()
        templates = []
        for done, picture in enumerate(pictures, 1):
            templates.append(verifier.template(decode(picture.read_bytes())))
            advance(done, len(pictures))
    return templates


def _as_data(one: Any, threshold: float) -> dict[str, Any]:
    return {"identifier": one.identifier, "score": one.score, "hit": one.score >= threshold}
