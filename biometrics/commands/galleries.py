"""`gallery`: fingers one to many, in a file."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from biometrics.capture import FingerPosition
from biometrics.commands.gallery_file import opened

if TYPE_CHECKING:
    from biometrics.finger.gallery import FingerGallery

app = typer.Typer(no_args_is_help=True, help="Fingers one to many, in a file.")

At = Annotated[Path, typer.Argument(help="The gallery's file.")]
Prints = Annotated[
    list[str], typer.Argument(help="Images or records, each alone or as position=file (right_index=print.png).")
]


@app.command()
def enrol(gallery: At, identifier: Annotated[str, typer.Argument()], prints: Prints) -> None:
    """A person's fingers into the gallery, which is made where there is none.

    Example: python -m biometrics gallery enrol watchlist case-17 right_index=a.png right_middle=b.png
    """
    with _opened(gallery, new=True) as known:
        known.enrol(identifier, _samples(prints))
        typer.echo(f"{identifier} enrolled; {len(known)} people")


@app.command()
def remove(gallery: At, identifier: Annotated[str, typer.Argument()]) -> None:
    """A person out of the gallery; what it held of them is overwritten."""
    with _opened(gallery) as known:
        known.remove(identifier)
        typer.echo(f"{identifier} removed; {len(known)} people")


@app.command()
def identify(
    gallery: At,
    prints: Prints,
    most: Annotated[int, typer.Option(min=1, help="Candidates shown.")] = 10,
    processes: Annotated[int, typer.Option(min=0, help="That share the search.")] = 0,
    fpir: Annotated[float, typer.Option(help="Share of searches for strangers that may end in a hit.")] = 0.01,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Who resembles these fingers. A hit is a reason to look, never a conclusion.

    Example: python -m biometrics gallery identify watchlist live.png
    """
    with _opened(gallery, processes=processes) as known:
        threshold = known.threshold(fpir)
        found = known.identify(_samples(prints), most=most)
    if as_json:
        candidates = [_as_data(one, threshold) for one in found]
        typer.echo(json.dumps({"threshold": threshold, "fpir": fpir, "candidates": candidates}, indent=2))
        return
    for one in found:
        typer.echo(f"{one.score:8.1f}  {'hit' if one.score >= threshold else '   '}  {one.identifier}")
    said = f"A hit scores {threshold:.1f} or more, as one search for a stranger in {1 / fpir:.0f} would."
    typer.echo(said if found else f"Nobody is alike. {said}")


@app.command()
def info(gallery: At) -> None:
    """How many people it holds, and how large it is."""
    with _opened(gallery) as known:
        typer.echo(f"{len(known)} people, {gallery.stat().st_size} octets")


def _opened(path: Path, *, new: bool = False, processes: int = 0) -> AbstractContextManager[FingerGallery]:
    from biometrics.finger.gallery import FingerGallery

    return opened(path, lambda: FingerGallery(path, processes=processes), new=new)


def _samples(prints: list[str]) -> dict[FingerPosition | None, Any]:
    from biometrics.finger.template_source import load

    samples: dict[FingerPosition | None, Any] = {}
    for one in prints:
        name, equals, file = one.partition("=")
        position = _position(name) if equals else None
        if position in samples:
            raise typer.BadParameter("each position is given once, and one print at most without")
        samples[position] = load(Path(file if equals else one)).template
    return samples


def _position(name: str) -> FingerPosition:
    try:
        return FingerPosition(name)
    except ValueError:
        raise typer.BadParameter(f"{name} is no finger; there are {', '.join(FingerPosition)}") from None


def _as_data(one: Any, threshold: float) -> dict[str, Any]:
    parts = [{"position": position, "score": score} for position, score in one.parts]
    return {"identifier": one.identifier, "score": one.score, "hit": one.score >= threshold, "fingers": parts}
