"""`face`: what can be done with pictures of faces."""

from __future__ import annotations

import typer

from biometrics.commands import face_gallery, face_liveness, face_morph, face_quality, face_recognition

app = typer.Typer(no_args_is_help=True, help="Pictures of faces.")
for command in (
    face_recognition.find,
    face_quality.quality,
    face_recognition.compare,
    face_recognition.thresholds,
    face_recognition.calibrate,
    face_morph.morph,
    face_liveness.liveness,
):
    app.command()(command)
app.add_typer(face_gallery.app, name="gallery")
