"""`slap`: the fingers of several pressed together."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from biometrics.capture import FingerPosition, OnPlate
from biometrics.commands.terminal import one_line_errors

if TYPE_CHECKING:
    from biometrics.capture import Gray
    from biometrics.finger.slap import Slap


def slap(
    image: Annotated[Path, typer.Argument(help="An image, a finger image record or an AN2K transaction.")],
    hand: Annotated[OnPlate, typer.Option(help="What lies on the plate.")] = OnPlate.UNKNOWN,
    fingers: Annotated[Optional[int], typer.Option(min=1, max=4, help="How many there should be.")] = None,  # noqa: UP045 - typer reads it
    missing: Annotated[Optional[list[int]], typer.Option(min=1, max=10, help="Absent finger, 1 to 10.")] = None,  # noqa: UP045
    dpi: Annotated[Optional[int], typer.Option(help="Instead of what the file says.")] = None,  # noqa: UP045
    view: Annotated[int, typer.Option(min=1, help="Which picture of a record or transaction.")] = 1,
    out: Annotated[Optional[Path], typer.Option(help="A folder for each finger as PNG at 500 dpi.")] = None,  # noqa: UP045
    plot: Annotated[Optional[Path], typer.Option(help="The slap (PNG) with its fingers framed.")] = None,  # noqa: UP045
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """The fingers of a slap: which they are, where they lie, how good they are. Codes as in ISO/IEC 19794-4.

    Without --hand and --missing, a transaction's own record says what lies on the plate.

    Example: python -m biometrics slap right.png --hand right --missing 4 --out fingers --plot framed.png
    """
    from biometrics.finger import image_source
    from biometrics.finger.slap import segment

    with one_line_errors():
        pixels, stated = image_source.read(image, view=view, dpi=dpi)
        laid, absent = hand, tuple(list(FingerPosition)[code - 1] for code in missing or ())
        if laid is OnPlate.UNKNOWN and not absent:
            laid, absent = _stated(image, view)
        try:
            found = segment(pixels, stated, on_plate=laid, missing=absent, fingers=fingers)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
        listed = _listed(found, out)
        if plot is not None:
            _framed(pixels, found, plot)
    if as_json:
        typer.echo(json.dumps(_as_data(found, listed), indent=2))
    else:
        _tell(found, listed)


def _stated(file: Path, view: int) -> tuple[OnPlate, tuple[FingerPosition, ...]]:
    """What a transaction says of its picture `view`; of other files nothing is known."""
    from biometrics.finger.an2k import finger_picture, from_an2k, slaps
    from biometrics.finger.image import file_bytes

    data = file_bytes(file)
    if not data.startswith((b"1.001:", b"1.01:")):
        return OnPlate.UNKNOWN, ()
    read = from_an2k(data)
    return slaps.asked_for(finger_picture(read.of_type(4, 13, 14)[view - 1], read.header.text(12)))


def _listed(found: Slap, out: Path | None) -> list[dict[str, Any]]:
    from PIL import Image

    from biometrics.finger.extract import extract

    listed = []
    for number, one in enumerate(found.fingers, 1):
        quality = extract(one.pixels).quality
        told: dict[str, Any] = {"finger": one.position, "code": one.position.code if one.position else 0}
        told["box"] = {name: round(getattr(one.box, name), 1) for name in ("x", "y", "width", "height")}
        told["box"]["angle"] = round(math.degrees(one.box.angle), 1)
        told["quality"] = {"value": quality.value, "advice": quality.advice}
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            file = out / f"{number}_{one.position or 'unknown'}.png"
            Image.fromarray(one.pixels).save(file, dpi=(500, 500))
            told["file"] = str(file)
        listed.append(told)
    return listed


def _as_data(found: Slap, listed: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "hand": found.on_plate.value,
        "right_hand_probability": round(found.right, 4),
        "lean": round(math.degrees(found.lean), 1),
        "expected": found.expected,
        "missing": [finger.value for finger in found.missing],
        "findings": [finding.value for finding in found.findings],
        "fingers": listed,
    }


def _tell(found: Slap, listed: list[dict[str, Any]]) -> None:
    from biometrics.finger.slap import SENTENCES

    for told in listed:
        box, quality = told["box"], told["quality"]
        advice = f", {quality['advice']}" if quality["advice"] else ""
        typer.echo(
            f"{told['finger'] or 'unknown':14} at {box['x']:.0f}, {box['y']:.0f}  {box['width']:.0f} x "
            f"{box['height']:.0f} px  turned {box['angle']:.0f}°  quality {quality['value']} of 100{advice}"
        )
    if found.on_plate is OnPlate.UNKNOWN:
        typer.echo("the hand could not be told")
    for finding in found.findings:
        typer.echo(SENTENCES[finding])


def _framed(pixels: Gray, found: Slap, file: Path) -> None:
    import cv2
    import numpy as np

    from biometrics.finger.sheet import BLUE, VERMILION, written

    picture = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB), np.uint8)
    stroke = max(round(found.dpi / 160), 1)
    for one in found.fingers:
        corners = np.rint(one.box.corners()).astype(np.int32)
        cv2.polylines(picture, [corners], True, BLUE, stroke, cv2.LINE_AA)
        # the side of the tip, so that a hand upside down shows
        cv2.line(picture, corners[0].tolist(), corners[1].tolist(), VERMILION, 2 * stroke, cv2.LINE_AA)
        name = f"{one.position.code} {one.position.value}" if one.position else "unknown"
        at = int(one.box.x - one.box.width / 2), int(one.box.y)
        for ink, width in (((255, 255, 255), 4 * stroke), (VERMILION, stroke)):  # readable over ridges
            cv2.putText(picture, name, at, cv2.FONT_HERSHEY_SIMPLEX, found.dpi / 550, ink, width, cv2.LINE_AA)
    written(picture, file)
