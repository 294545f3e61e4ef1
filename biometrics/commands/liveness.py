"""`liveness`: cues to a presentation attack in pictures of prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from biometrics.commands.terminal import one_line_errors

if TYPE_CHECKING:
    from biometrics.finger.liveness import Finding

NOTE = (
    "A finding is a reason to look at the finger, never one to refuse it. The limits hold for the scanners of FVC2004 "
    "and U.are.U alone, and were tried on simulated instruments only."
)


def liveness(
    images: Annotated[list[Path], typer.Argument(help="Images, finger image records or AN2K transactions.")],
    dpi: Annotated[Optional[int], typer.Option(help="Instead of what the files say.")] = None,  # noqa: UP045
    as_json: Annotated[bool, typer.Option("--json", help="Every cue with its value, limits and score.")] = False,
) -> None:
    """Cues to a presentation attack (ISO/IEC 30107-1): findings, no verdict.

    Example: python -m biometrics liveness print.png
    """
    from biometrics.finger import image_source  # here: compiled kernels would slow every other command's start
    from biometrics.finger.liveness import findings

    shown = []
    with one_line_errors():
        for image in images:
            found = findings(*image_source.read(image, dpi=dpi))
            if as_json:
                shown.append({"image": str(image), "measured": bool(found), "cues": [_as_data(one) for one in found]})
            else:
                typer.echo(f"{image}: {_in_words(found)}")
    typer.echo(json.dumps({"note": NOTE, "images": shown}, indent=2) if as_json else NOTE)


def _as_data(finding: Finding) -> dict[str, Any]:
    low, usual, high = finding.limits
    return {
        "cue": finding.cue.value,
        "value": round(finding.value, 2),
        "score": finding.score,
        "raised": finding.raised,
        "limits": {"low": low, "usual": usual, "high": high},
    }


def _in_words(found: tuple[Finding, ...]) -> str:
    if not found:
        return "too little print to measure anything"
    raised = [one for one in found if one.raised]
    if not raised:
        return f"no finding in {len(found)} cues"
    return ", ".join(
        f"{one.cue.value} {one.value:.2f} (usual {one.limits.usual:.2f}, {one.limits.low:.2f} to {one.limits.high:.2f})"
        for one in raised
    )
