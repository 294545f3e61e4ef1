"""`extract`: from an image to a template."""

from __future__ import annotations

import json
import math
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from biometrics.commands.terminal import one_line_errors


class RecordFormat(StrEnum):
    """As `biometrics.finger.records.Format`, which would load numba with it."""

    ISO_19794_2 = "iso19794-2"
    ISO_19794_2_2011 = "iso19794-2:2011"
    ANSI_378_2004 = "ansi378-2004"
    ANSI_378_2009 = "ansi378-2009"
    CARD_NORMAL = "card-normal"
    CARD_COMPACT = "card-compact"
    CARD_2011 = "card-2011"


def extract(
    image: Annotated[Path, typer.Argument(help="An image, a finger image record or an AN2K transaction.")],
    out: Annotated[Optional[Path], typer.Option(help="Where the record goes.")] = None,  # noqa: UP045 - typer reads it
    format: Annotated[RecordFormat, typer.Option(help="Of the record.")] = RecordFormat.ISO_19794_2,
    dpi: Annotated[Optional[int], typer.Option(help="Instead of what the file says.")] = None,  # noqa: UP045
    view: Annotated[int, typer.Option(min=1, help="Which picture of a record or transaction.")] = 1,
    trace: Annotated[Optional[Path], typer.Option(help="A folder for a picture of every step.")] = None,  # noqa: UP045
    as_json: Annotated[bool, typer.Option("--json", help="List minutiae and quality.")] = False,
) -> None:
    """A fingerprint's template.

    Example: python -m biometrics extract print.png --format iso19794-2 --out print.fmr
    """
    from biometrics.finger import image_source  # here: compiled kernels would slow every other command's start
    from biometrics.finger.extract import extract as extracted
    from biometrics.finger.records import Format, Record, View, write

    with one_line_errors():
        pixels, stated = image_source.read(image, view=view, dpi=dpi)
        template = extracted(pixels, stated) if trace is None else _traced(pixels, stated, trace)
        if out is not None:
            out.write_bytes(write(Record((View(template),)), Format(format.value)))
    if as_json:
        typer.echo(json.dumps(listed(template), indent=2))
    else:
        advice = f", {template.quality.advice}" if template.quality.advice else ""
        typer.echo(f"{len(template.minutiae)} minutiae, quality {template.quality.value} of 100{advice}")


def _traced(pixels: Any, dpi: int, folder: Path) -> Any:
    from biometrics.finger.extract import extract as extracted
    from biometrics.finger.pictures import PictureTrace

    return extracted(pixels, dpi, trace=PictureTrace(folder))


def listed(template: Any) -> dict[str, Any]:
    """A template as JSON has it."""
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
        "singular_points": [
            {
                "x": round(point.x, 1),
                "y": round(point.y, 1),
                "type": point.kind.value,
                "direction": round(math.degrees(point.direction), 1),
                "strength": round(100 * point.strength),
            }
            for point in template.singular
        ],
    }
