"""A template out of whatever file holds one: a minutiae record as it comes, anything else as a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from biometrics.capture import Gray, UnusableImage
from biometrics.finger import image_source
from biometrics.finger.extract import FingerTemplate, extract
from biometrics.finger.image import at_working_resolution, file_bytes
from biometrics.finger.records import read

MAGIC = b"FMR\0"


@dataclass(frozen=True, slots=True)
class Source:
    """`pixels` at 500 dpi; None where a record gave minutiae alone."""

    template: FingerTemplate
    pixels: Gray | None


def load(path: Path, *, view: int = 1, dpi: int | None = None) -> Source:
    """View or picture `view`, counted from 1. Raises `UnusableImage`, and `RecordError` for damaged records."""
    data = file_bytes(path)
    if data.startswith(MAGIC):
        views = read(data).views
        if not 1 <= view <= len(views):
            raise UnusableImage(f"the record holds no view {view}")
        return Source(views[view - 1].template, None)
    pixels, stated = image_source.read(path, view=view, dpi=dpi)
    return Source(extract(pixels, stated), at_working_resolution(pixels, stated))
