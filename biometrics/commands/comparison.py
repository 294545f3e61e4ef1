"""`compare` and `thresholds`: two prints, why they score as they do, and what scores mean."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Optional

import typer

from biometrics.commands.terminal import one_line_errors

MEASURED_ON: Final = "28,160 non-mated pairs of FVC2004 DB1-4 B and U.are.U"
COPIED: Final = "both are the same picture, copied: no two presentations of a finger are"


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
        typer.echo("\n".join([*_told(said), *([COPIED] if same else [])]))


def _same_image(first: Any, second: Any) -> bool | None:
    """None where a record gave minutiae alone: its coordinates may be anybody's rounding."""
    from biometrics.finger.duplicates import digest, same_image

    if first.pixels is None or second.pixels is None:
        return None
    return same_image(digest(first.template), digest(second.template))


def _plot(path: Path, first: Any, second: Any, said: Any) -> None:
    from biometrics.finger.compare import prepare
    from biometrics.finger.match_plot import drawn
    from biometrics.finger.sheet import written

    ready = prepare(first.template), prepare(second.template)
    written(drawn((first.pixels, second.pixels), ready, said), path)


def _as_data(said: Any) -> dict[str, Any]:
    """Angles in degrees, counter-clockwise as seen; pixels at 500 dpi; a and b of a match count minutiae from 0."""
    result = said.comparison
    return {
        "score": result.score,
        "threshold": result.threshold,
        "fmr": result.fmr,
        "matched": result.matched,
        "backend": result.backend,
        "prints": [_print(one) for one in said.prints],
        "evidence": _evidence(said),
        "matches": [
            {
                "a": one.a,
                "b": one.b,
                "at_a": [round(value, 1) for value in one.at_a],
                "at_b": [round(value, 1) for value in one.at_b],
                "distance_mm": round(one.distance, 3),
                "turn": round(one.turn, 1),
            }
            for one in said.matches
        ],
        "reasons": [
            {
                "code": one.reason.value,
                "of": one.of,
                "value": None if one.value is None else round(one.value, 3),
                "limit": None if one.limit is None else round(one.limit, 3),
                "sentence": one.sentence,
            }
            for one in said.findings
        ],
    }


def _print(one: Any) -> dict[str, Any]:
    return {
        "minutiae": one.minutiae,
        "on_common_ground": one.shared,
        "area_mm2": round(one.area),
        "quality": one.quality.value,
        "advice": one.quality.advice,
        "ridges_known": one.ridges,
    }


def _evidence(said: Any) -> dict[str, Any] | None:
    found = said.evidence
    if found is None:
        return None
    return {
        "matched": found.matched,
        "common_mm2": round(said.fit.common),
        "turn": round(said.fit.turn, 1),
        "off_rigid_mm": round(said.fit.off, 3),
        "coherence": round(found.coherence, 3),
        "ridges": round(found.ridges, 3),
        "stretch": round(found.stretch, 3),
    }


def _told(said: Any) -> Iterator[str]:
    result = said.comparison
    verdict = "they match" if result.matched else "no match"
    yield f"score {result.score:.1f}, threshold {result.threshold:.1f} at a false match rate of 0.1 %: {verdict}"
    if said.findings:
        yield "what speaks against a match:" if result.matched else "why the score is low:"
        for one in said.findings:
            yield from textwrap.wrap(one.sentence, 80, initial_indent="  - ", subsequent_indent="    ")
    elif not result.matched:
        yield "nothing measured is unusual for one finger: all of it together is too little"
    first, second = said.prints
    yield f"{'':26}{'A':>8}{'B':>8}"
    yield f"{'minutiae':26}{first.minutiae:>8}{second.minutiae:>8}"
    yield f"{'on common ground':26}{first.shared:>8}{second.shared:>8}"
    yield f"{'area, mm²':26}{first.area:>8.0f}{second.area:>8.0f}"
    yield f"{'quality, of 100':26}{first.quality.value:>8}{second.quality.value:>8}"
    if said.fit is not None:
        yield from _laid(said)


def _laid(said: Any) -> Iterator[str]:
    """What is known once B is laid on A."""
    found, fit = said.evidence, said.fit
    yield f"{'common ground, mm²':26}{fit.common:>8.0f}"
    yield f"{'turn of B, degrees':26}{fit.turn:>8.1f}"
    if all(one.ridges for one in said.prints):
        yield f"{'ridges in step, %':26}{100 * found.coherence:>8.0f}"
    yield f"{'minutiae that match':26}{found.matched:>8}"
    yield f"{'off one rigid motion, mm':26}{fit.off:>8.2f}"
    yield f"{'':4}{'A x':>6}{'y':>6}{'B x':>8}{'y':>6}{'mm apart':>11}{'degrees turned':>17}"
    for number, one in enumerate(said.matches, start=1):
        places = f"{one.at_a[0]:>6.0f}{one.at_a[1]:>6.0f}{one.at_b[0]:>8.0f}{one.at_b[1]:>6.0f}"
        yield f"{number:>4}{places}{one.distance:>11.2f}{one.turn:>17.1f}"


def thresholds(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """The score that stands for each false match rate, from images and from records of minutiae alone.

    Example: python -m biometrics thresholds --json
    """
    from biometrics.finger.calibration import MEASURED_TO, WITH_FIELDS, WITHOUT_FIELDS
    from biometrics.finger.compare import BACKEND

    rows = [
        {"fmr": 10.0**-power, "images": image, "records": record, "extrapolated": 10.0**-power < MEASURED_TO}
        for power, (image, record) in enumerate(zip(WITH_FIELDS.thresholds, WITHOUT_FIELDS.thresholds, strict=True), 1)
    ]
    if as_json:
        typer.echo(json.dumps({"backend": BACKEND, "measured_on": MEASURED_ON, "thresholds": rows}, indent=2))
        return
    typer.echo(f"{'false match rate':20}{'from images':>14}{'from records':>14}")
    for row in rows:
        note = "   extrapolated" if row["extrapolated"] else ""
        typer.echo(f"{row['fmr']:<20g}{row['images']:14.2f}{row['records']:14.2f}{note}")
    typer.echo(f"measured on {MEASURED_ON}, on which the scores were fitted")
