"""`quality`: how good prints are, why, and what the traveller can do about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from biometrics.commands.terminal import one_line_errors


def quality(
    images: Annotated[list[Path], typer.Argument(help="Images, finger image records or AN2K transactions.")],
    as_json: Annotated[bool, typer.Option("--json", help="A list, one entry an image.")] = False,
) -> None:
    """How well prints will compare, 0 to 100, what that is made of, and what to tell the traveller.

    Example: python -m biometrics quality print.png --json
    """
    rated = []
    with one_line_errors():
        for path in images:
            rated.append((path, _rated(path)))
            if not as_json:
                _tell(path, rated[-1][1])
    if as_json:
        typer.echo(json.dumps([_as_data(path, one) for path, one in rated], indent=2, ensure_ascii=False))


def _rated(path: Path) -> Any:
    from biometrics.finger import image_source  # here: compiled kernels would slow every other command's start
    from biometrics.finger.extract import extract

    return extract(*image_source.read(path)).quality


def _tell(path: Path, rated: Any) -> None:
    from biometrics.finger.advice import SENTENCES, Advice

    said = f"; {SENTENCES[Advice(rated.advice)]}" if rated.advice else ""
    typer.echo(f"{path.name}: quality {rated.value} of 100{said}")
    for part in rated.components:
        raw = f"{part.raw:.0f}" if part.raw >= 10 else f"{part.raw:.2f}"
        typer.echo(f"  {part.name.replace('_', ' '):30}{part.value:4}   {raw} {part.unit}".rstrip())


def _as_data(path: Path, rated: Any) -> dict[str, Any]:
    from biometrics.finger.advice import SENTENCES, Advice

    return {
        "image": path.name,
        "value": rated.value,
        "advice": rated.advice,
        "sentence": SENTENCES[Advice(rated.advice)] if rated.advice else None,
        "components": {
            part.name: {"value": part.value, "raw": round(part.raw, 4), "unit": part.unit} for part in rated.components
        },
    }
