"""`face liveness`: signs of a presentation attack in stills of one capture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from biometrics.commands.terminal import one_line_errors

if TYPE_CHECKING:
    from biometrics.face.liveness.report import LivenessFinding, LivenessReport

NOTE = "Tried on simulated attacks only: a reason to look at the traveller, no proof, and no claim of ISO/IEC 30107-3."


def liveness(
    images: Annotated[list[Path], typer.Argument(help="Frames of one capture, in order.")],
    rate: Annotated[float, typer.Option(min=1, max=60, help="Frames a second.")] = 8.0,
    network: Annotated[Optional[Path], typer.Option(help="TOML of an ONNX network to be heard, too.")] = None,  # noqa: UP045
    as_json: Annotated[bool, typer.Option("--json", help="Every layer with its value and part of the score.")] = False,
) -> None:
    """Was a living face before the camera? One picture cannot show it: the answer is then unknown, or attack.

    Example: python -m biometrics face liveness frame-*.png
    """
    from biometrics.face.liveness.captures import watched  # here: the models would slow every other command's start

    with one_line_errors():
        found = watched([image.read_bytes() for image in images], rate=rate, network=network)
        typer.echo(json.dumps(_as_data(found), indent=2) if as_json else "\n".join(_in_words(found)))


def _as_data(found: LivenessReport) -> dict[str, Any]:
    return {
        "note": NOTE,
        "live": found.live,
        "score": round(found.score, 2),
        "threshold": round(found.threshold, 2),
        "explanation": found.explanation,
        "findings": [
            {
                "layer": one.layer,
                "value": None if one.value != one.value else round(one.value, 3),
                "score": round(one.score, 2),
                "code": one.code,
                "outcome": one.outcome.value,
                "detail": one.detail,
            }
            for one in found.findings
        ],
    }


def _in_words(found: LivenessReport) -> list[str]:
    answer = {True: "living face", False: "attack", None: "unknown"}[found.live]
    head = f"{answer}: log-odds {found.score:+.2f}, threshold {found.threshold:+.2f}. {found.explanation}"
    return [head, *(_line(one) for one in sorted(found.findings, key=lambda one: one.score)), NOTE]


def _line(one: LivenessFinding) -> str:
    value = "-" if one.value != one.value else f"{one.value:.2f}"
    return f"  {one.score:+6.2f}  {one.code:18}{value:>8}  {one.detail}"
