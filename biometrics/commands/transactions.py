"""`transaction`: what an ANSI/NIST-ITL file holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from biometrics.capture import BiometricError
from biometrics.commands.terminal import one_line_errors

if TYPE_CHECKING:
    from biometrics.finger.an2k import Transaction
    from biometrics.finger.an2k.transaction import AnyRecord


def transaction(
    file: Annotated[Path, typer.Argument(help="ANSI/NIST-ITL, traditional encoding (.an2, .eft, .nist).")],
    as_json: Annotated[bool, typer.Option("--json", help="Everything that is told of each record.")] = False,
    out: Annotated[Optional[Path], typer.Option(help="Where pictures go, as PNG.")] = None,  # noqa: UP045 - typer reads it
) -> None:
    """List the records of a transaction, and take its pictures out.

    Example: python -m biometrics transaction card.an2 --json --out pictures
    """
    from biometrics.finger.an2k import from_an2k
    from biometrics.finger.image import file_bytes

    with one_line_errors():
        read = from_an2k(file_bytes(file))
        listed = [_told(number, record, read, out) for number, record in enumerate(read.records, 2)]
    if as_json:
        kind, version = read.header.text(4), read.header.text(2)
        typer.echo(json.dumps({"version": version, "kind": kind, "records": listed}, indent=2))
    else:
        for told in listed:
            typer.echo("  ".join(f"{name} {value}" for name, value in told.items()))


def _told(number: int, record: AnyRecord, read: Transaction, out: Path | None) -> dict[str, Any]:
    """A record that is damaged or of no known kind is listed all the same."""
    told: dict[str, Any] = {"record": number, "type": record.type, "idc": record.idc, "octets": len(record.octets)}
    try:
        if record.type in (4, 13, 14):
            told |= _picture(number, record, read, out)
        elif record.type == 9:
            told |= _minutiae(record, read)
    except BiometricError as error:
        told["error"] = str(error)
    return told


def _picture(number: int, record: AnyRecord, read: Transaction, out: Path | None) -> dict[str, Any]:
    from biometrics.finger.an2k import finger_picture

    found = finger_picture(record, read.header.text(12))
    image = found.image
    told: dict[str, Any] = {"position": found.code, "impression": found.impression, "coding": str(image.coding)}
    told |= {"width": image.width, "height": image.height, "dpi": image.dpi}
    if found.nfiq:
        told["nfiq"] = dict(found.nfiq)
    if found.missing:
        told["missing"] = dict(found.missing)
    if out is not None:
        told["file"] = str(
            _saved(out, f"{number:03}_type{record.type}_finger{found.code}.png", image.pixels(), image.dpi)
        )
    return told


def _saved(folder: Path, name: str, pixels: Any, dpi: int) -> Path:
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(folder / name, dpi=(dpi, dpi))
    return folder / name


def _minutiae(record: AnyRecord, read: Transaction) -> dict[str, Any]:
    from biometrics.finger.an2k import minutiae_in

    found = minutiae_in(read, record)
    return {"position": found.code, "impression": found.impression, "minutiae": len(found.template.minutiae)}
