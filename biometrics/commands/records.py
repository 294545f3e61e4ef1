"""`convert` and `record`: minutiae records of other formats."""

from __future__ import annotations

import json
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

    with one_line_errors():
        found = read(source.read_bytes())
    views = [_view(view) for view in found.views]
    if as_json:
        about = {"format": found.format, "equipment": found.equipment, "owner": found.owner, "product": found.product}
        typer.echo(json.dumps({**about, "views": views}, indent=2))
        return
    typer.echo(f"{found.format}, {len(views)} views")
    for one in views:
        typer.echo(f"{one['position']}: {len(one['minutiae'])} minutiae, quality {one['quality']['value']} of 100")


def _view(view: Any) -> dict[str, Any]:
    return {
        "position": view.position or (f"code {view.several}" if view.several else "unknown"),
        "view": view.number,
        "impression": view.impression,
        "ridge_counts": [[one.start, one.end, one.count] for one in view.ridge_counts],
        "extended": [{"identifier": one.identifier, "octets": one.data.hex()} for one in view.extended],
        **listed(view.template),
    }
