"""`convert` and `record`: minutiae records of other formats."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Annotated, Any

import typer

from biometrics.commands.extraction import RecordFormat, listed
from biometrics.commands.terminal import one_line_errors


def convert(
    source: Annotated[Path, typer.Argument(help="A minutiae record, ISO/IEC 19794-2 or ANSI INCITS 378.")],
    to: Annotated[RecordFormat, typer.Option(help="The format wanted; a card format takes the first view.")],
    out: Annotated[Path, typer.Option(help="Where it goes.")],
) -> None:
    """A minutiae record in another format.

    Example: python -m biometrics convert theirs.fmr --to ansi378-2009 --out ours.fmr
    """
    from biometrics.finger.records import Format, read, write

    with one_line_errors():
        octets = write(read(source.read_bytes()), Format(to.value))
        out.write_bytes(octets)
    typer.echo(f"{len(octets)} octets")


def record(
    source: Annotated[Path, typer.Argument(help="A minutiae record, ISO/IEC 19794-2 or ANSI INCITS 378.")],
    as_json: Annotated[bool, typer.Option("--json", help="List everything.")] = False,
) -> None:
    """What a minutiae record says.

    Example: python -m biometrics record theirs.fmr --json
    """
    from biometrics.finger.records import read
    from biometrics.finger.records.landmarks import landmarks

    with one_line_errors():
        found = read(source.read_bytes())
    views = [_view(view, landmarks(view, found.format) if found.format else ()) for view in found.views]
    if as_json:
        about = {"format": found.format, "equipment": found.equipment, "owner": found.owner, "product": found.product}
        typer.echo(json.dumps({**about, "views": views}, indent=2))
        return
    typer.echo(f"{found.format}, {len(views)} views")
    for one in views:
        typer.echo(f"{one['position']}: {len(one['minutiae'])} minutiae, {_rated(one)}")


def _rated(one: dict[str, Any]) -> str:
    words = {"not_given": "quality not given", "failed": "quality could not be computed"}
    return words.get(one["rating"], f"quality {one['quality']['value']} of 100")


def _view(view: Any, points: tuple[Any, ...]) -> dict[str, Any]:
    return {
        "position": view.position or (f"code {view.several}" if view.several else "unknown"),
        "view": view.number,
        "impression": view.impression,
        "rating": view.rating,
        "ridge_counts": [[one.start, one.end, one.count] for one in view.ridge_counts],
        "cores": [_point(one) for one in points if not one.delta],
        "deltas": [_point(one) for one in points if one.delta],
        "extended": [{"identifier": one.identifier, "octets": one.data.hex()} for one in view.extended],
        **listed(view.template),
    }


def _point(landmark: Any) -> dict[str, Any]:
    directions = [round(math.degrees(one), 1) for one in landmark.directions]
    return {"x": landmark.x, "y": landmark.y, "directions": directions}
