"""`face quality`: what is wrong with a picture of a face, and what its owner can do about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from biometrics.commands.rated import components_data, rate_each, tell_components

if TYPE_CHECKING:
    from biometrics.face.quality_portrait import PortraitQuality


def quality(
    images: Annotated[list[Path], typer.Argument(help="JPEG, JPEG 2000 or PNG pictures.")],
    as_json: Annotated[bool, typer.Option("--json", help="A list, one entry a picture.")] = False,
) -> None:
    """Each component 0 to 100 (50 where it begins to matter), and what to tell the person.

    Example: python -m biometrics face quality portrait.jpg --json
    """
    rate_each(images, _rated, tell=_tell, as_data=_as_data, as_json=as_json)


def _rated(path: Path) -> PortraitQuality:
    from biometrics.face.quality_portrait import assess_portrait  # here: models would slow every other command's start
    from biometrics.picture import decode

    return assess_portrait(decode(path.read_bytes()))


def _tell(path: Path, rated: PortraitQuality) -> None:
    sentence, found = _said(rated)
    typer.echo(f"{path.name}: {sentence or 'nothing to advise'}{''.join(f'; {one}' for one in found)}")
    tell_components(rated.components)


def _as_data(path: Path, rated: PortraitQuality) -> dict[str, Any]:
    sentence, found = _said(rated)
    return {
        "image": path.name,
        "advice": rated.face.advice,
        "sentence": sentence,
        "findings": list(found),
        "components": components_data(rated.components),
    }


def _said(rated: PortraitQuality) -> tuple[str | None, tuple[str, ...]]:
    """To the person; and what staff can mend."""
    from biometrics.face.guidance import SENTENCES, Advice
    from biometrics.face.quality import findings

    advice, measures = rated.face.advice, rated.face.measures
    return SENTENCES[Advice(advice)] if advice else None, findings(measures) if measures else ()
