"""`compare` and `thresholds`: two prints, why they score as they do, and what scores mean."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from biometrics.commands.terminal import one_line_errors


def compare(
    a: Annotated[Path, typer.Argument(help="An image, an image record or transaction, or a minutiae record.")],
    b: Annotated[Path, typer.Argument(help="Another.")],
    plot: Annotated[Optional[Path], typer.Option(help="A picture (PNG) of what was matched.")] = None,  # noqa: UP045
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Two prints: the score, whether they match at a false match rate of 0.1 %, and why.

    Example: python -m biometrics compare chip.fmr live.png --plot match.png
    """
    from biometrics.finger.explanation import explain
    from biometrics.finger.template_source import load

    with one_line_errors():
        first, second = load(a), load(b)
        said = explain(first.template, second.template)
        same = _same_image(first, second)
        if plot is not None:
            _plot(plot, first, second, said)
    if as_json:
        typer.echo(json.dumps(_as_data(said) | {"same_image": same}, indent=2))
    else:
        _tell(said)
        if same:
            typer.echo("both are the same picture, copied: no two presentations of a finger are")


def _same_image(first: Any, second: Any) -> bool | None:
    """None where a record gave minutiae alone: its coordinates may be anybody's rounding."""
    from biometrics.finger.duplicates import digest, same_image

    if first.pixels is None or second.pixels is None:
        return None
    return same_image(digest(first.template), digest(second.template))


def _plot(path: Path, first: Any, second: Any, said: Any) -> None:
    from biometrics.finger.compare import prepare
    from biometrics.finger.match_plot import drawn
    from biometrics.finger.pictures import written

    ready = prepare(first.template), prepare(second.template)
    written(drawn((first.pixels, second.pixels), ready, said.evidence), path)


def _as_data(said: Any) -> dict[str, Any]:
    from biometrics.finger.explanation import SENTENCES

    found = said.evidence
    seen = {}
    if found is not None:
        seen = {
            "matched": found.matched,
            "shared": list(found.shared),
            "coherence": round(found.coherence, 3),
            "ridges": round(found.ridges, 3),
            "stretch": round(found.stretch, 3),
            "turn": round(math.degrees(found.motion.turn), 1),
            "pairs": [[int(i), int(j)] for i, j in zip(*found.pairs, strict=True)],
        }
    return {
        "score": said.comparison.score,
        "threshold": said.comparison.threshold,
        "fmr": said.comparison.fmr,
        "matched": said.comparison.matched,
        "backend": said.comparison.backend,
        "areas_mm2": [round(area) for area in said.areas],
        "common_mm2": round(said.common),
        "evidence": seen,
        "reasons": [{"code": reason.value, "sentence": SENTENCES[reason]} for reason in said.reasons],
    }


def _tell(said: Any) -> None:
    from biometrics.finger.explanation import SENTENCES

    result, found = said.comparison, said.evidence
    verdict = "they match" if result.matched else "no match"
    typer.echo(f"score {result.score:.1f}, threshold {result.threshold:.1f} at a false match rate of 0.1 %: {verdict}")
    if found is not None:
        typer.echo(
            f"{found.matched} minutiae coincide, of {found.shared[0]} and {found.shared[1]} on common ground; "
            f"{said.common:.0f} mm² in common of {said.areas[0]:.0f} and {said.areas[1]:.0f}; "
            f"ridges keep in step by {100 * found.coherence:.0f} %"
        )
    for reason in said.reasons:
        typer.echo(SENTENCES[reason])


def thresholds() -> None:
    """The score that stands for each false match rate, from images and from records of minutiae alone.

    Example: python -m biometrics thresholds
    """
    from biometrics.finger.calibration import MEASURED_TO, WITH_FIELDS, WITHOUT_FIELDS

    typer.echo(f"{'false match rate':20}{'from images':>14}{'from records':>14}")
    for power, (image, record) in enumerate(zip(WITH_FIELDS.thresholds, WITHOUT_FIELDS.thresholds, strict=True), 1):
        rate = 10.0**-power
        note = "" if rate >= MEASURED_TO else "   extrapolated"
        typer.echo(f"{rate:<20g}{image:14.2f}{record:14.2f}{note}")
    typer.echo("measured on 28,160 non-mated pairs of FVC2004 DB1-4 B and U.are.U, on which the scores were fitted")
