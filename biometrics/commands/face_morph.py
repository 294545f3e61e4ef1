"""`face morph`: is a passport's portrait a mixture of the traveller and somebody else?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from biometrics.commands.terminal import one_line_errors

if TYPE_CHECKING:
    from biometrics.face.morphing import MorphFinding, PageFinding

NOTE = "A finding is a reason to look at the portrait, never one to refuse. It was fitted on morphs of one kind."
_SHOWN = 4
_WHY = {
    "no_match": "the portrait does not match the live face, so nothing can be said",
    "face_too_small": "a face is too small to be examined",
    "other_embedder": "the templates are not of the network this was fitted to",
    "no_face_on_page": "no face was found on the page",
    "unusable_page": "the page's picture cannot be used",
}


def morph(
    reference: Annotated[Path, typer.Argument(help="The portrait of the chip: JPEG, JPEG 2000 or PNG.")],
    live: Annotated[Path, typer.Argument(help="A picture of the traveller.")],
    page: Annotated[Optional[Path], typer.Option(help="The data page, compared with the chip.")] = None,  # noqa: UP045
    as_json: Annotated[bool, typer.Option("--json", help="Every cue with its value and contribution.")] = False,
) -> None:
    """Is the reference a morph of the traveller and somebody else (ISO/IEC 20059)? A finding, no verdict.

    Example: python -m biometrics face morph portrait.jpg live.jpg
    """
    from biometrics.face.compare import verifier
    from biometrics.face.morphing import compare_with_chip, examine
    from biometrics.picture import decode

    with one_line_errors():
        pictures = [decode(file.read_bytes()) for file in (reference, live)]
        templates = [verifier().template(picture) for picture in pictures]
        found = examine(pictures[0], templates[0], pictures[1], templates[1])
        printed = None if page is None else compare_with_chip(decode(page.read_bytes()), templates[0])
    typer.echo(json.dumps(_as_data(found, printed), indent=2) if as_json else _in_words(found, printed))


def _as_data(found: MorphFinding, page: PageFinding | None) -> dict[str, Any]:
    data: dict[str, Any] = {
        "note": NOTE,
        "outcome": found.outcome.value,
        "code": found.code,
        "score": found.score,
        "threshold": found.threshold,
        "reasons": [
            {"cue": one.cue.value, "value": one.value, "usual": one.usual, "contribution": one.contribution}
            for one in found.reasons
        ],
    }
    if page is not None:
        data["page"] = {
            "outcome": page.outcome.value,
            "code": page.code,
            "score": page.score,
            "threshold": page.threshold,
        }
    return data


def _in_words(found: MorphFinding, page: PageFinding | None) -> str:
    lines = [f"{found.outcome.value}: {_verdict(found)}"]
    lines += [
        f"  {one.cue.value} {one.value:.2f} (usual {one.usual:.2f}) adds {one.contribution:.2f}"
        for one in (found.reasons[:_SHOWN] if found.suspicious else ())
    ]
    if page is not None:
        told = _WHY[page.code] if page.score is None else f"score {page.score:.4f}, threshold {page.threshold:.4f}"
        lines.append(f"page and chip {page.outcome.value}: {told}")
    return "\n".join([*lines, NOTE])


def _verdict(found: MorphFinding) -> str:
    if found.score is None:
        return _WHY[found.code]
    return f"score {found.score:.2f}, a reason to look from {found.threshold:.2f} on"
