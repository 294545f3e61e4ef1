"""`quality`: how good prints are, why, and what the traveller can do about it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from biometrics.commands.rated import components_data, rate_each, tell_components


def quality(
    images: Annotated[list[Path], typer.Argument(help="Images, finger image records or AN2K transactions.")],
    as_json: Annotated[bool, typer.Option("--json", help="A list, one entry an image.")] = False,
) -> None:
    """How well prints will compare, 0 to 100, what that is made of, and what to tell the traveller.

    Example: python -m biometrics quality print.png --json
    """
    rate_each(images, _rated, tell=_tell, as_data=_as_data, as_json=as_json)


def _rated(path: Path) -> Any:
    from biometrics.finger import image_source  # here: compiled kernels would slow every other command's start
    from biometrics.finger.extract import extract

    return extract(*image_source.read(path)).quality


def _tell(path: Path, rated: Any) -> None:
    from biometrics.finger.advice import SENTENCES, Advice

    said = f"; {SENTENCES[Advice(rated.advice)]}" if rated.advice else ""
    typer.echo(f"{path.name}: quality {rated.value} of 100{said}")
    tell_components(rated.components)


def _as_data(path: Path, rated: Any) -> dict[str, Any]:
    from biometrics.finger.advice import SENTENCES, Advice

    return {
        "image": path.name,
        "value": rated.value,
        "advice": rated.advice,
        "sentence": SENTENCES[Advice(rated.advice)] if rated.advice else None,
        "components": components_data(rated.components),
    }
