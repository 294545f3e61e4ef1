"""`python -m biometrics`: templates, scores of pair lists, error rates.

Exit status 0 when the command ran, 2 for unusable arguments or input, with one line that says what and why.
"""

from __future__ import annotations

import typer

from biometrics.commands import (
    accuracy,
    comparison,
    extraction,
    faces,
    galleries,
    liveness,
    quality,
    records,
    slaps,
    transactions,
)

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Fingerprints and faces."
)
for command in (
    extraction.extract,
    quality.quality,
    comparison.compare,
    comparison.thresholds,
    liveness.liveness,
    records.convert,
    records.record,
    transactions.transaction,
    slaps.slap,
    accuracy.scores,
    accuracy.evaluate,
):
    app.command()(command)
app.add_typer(galleries.app, name="gallery")
app.add_typer(faces.app, name="face")

if __name__ == "__main__":
    app(prog_name="python -m biometrics")
