"""How often copies of a picture are found, and how often two presentations are taken for one picture.

Copies are made of every eighth reference print; presentations are all mated pairs of the list, and the other pairs.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import cv2
import numpy as np
from PIL import Image

from benchmarks.fingers import DATA, Key, extracted, pairs_of_reference
from biometrics.capture import Gray
from biometrics.evaluation import Pair
from biometrics.finger import image_wsq
from biometrics.finger.duplicates import MINUTIAE, Digest, coincidence, digest
from biometrics.finger.extract import extract
from biometrics.finger.image import at_working_resolution, decode, read

EVERY: Final = 8


def main(arguments: Sequence[str] = ()) -> None:
    if not DATA.is_dir():
        print(f"finger_duplicates: left out, no reference data at {DATA} (set SEKISHO_DATA)")
        return
    cv2.setNumThreads(1)
    pairs = pairs_of_reference()
    digests = {key: digest(template) for key, template in extracted(pairs).items()}
    print(f"finger_duplicates, {len(digests)} prints, {4 * MINUTIAE} octets a digest at most")
    print_presentations(pairs, digests)
    print_copies(digests)


def print_presentations(pairs: Sequence[Pair], digests: Mapping[Key, Digest]) -> None:
    start = time.perf_counter()
    found = [coincidence(digests[pair.set, pair.a], digests[pair.set, pair.b]) for pair in pairs]
    print(f"  {1e6 * (time.perf_counter() - start) / len(pairs):.0f} µs a comparison")
    for name, mated in (("mated", True), ("other", False)):
        here = [one for one, pair in zip(found, pairs, strict=True) if pair.mated is mated]
        taken, most = sum(one.same_image for one in here), max(one.share for one in here)
        print(f"  {taken} of {len(here)} {name} pairs taken for one picture; highest share {most:.2f}")


def print_copies(digests: Mapping[Key, Digest]) -> None:
    keys = sorted(digests)[::EVERY]
    print(f"  copies of {len(keys)} prints:")
    for name, copied in COPIES.items():
        found = [coincidence(digests[key], digest(extract(copied(_picture(key))))) for key in keys]
        lowest = min(one.share for one in found)
        print(f"  {name:34}{sum(one.same_image for one in found):5} found, lowest share {lowest:.2f}")


def _picture(key: Key) -> Gray:
    return at_working_resolution(*read(next((DATA / key[0]).glob(f"{key[1]}.*"))))


def encoded(kind: str, **options: object) -> Callable[[Gray], Gray]:
    def copied(pixels: Gray) -> Gray:
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, kind, **options)
        return decode(file.getvalue())[0]

    return copied


def cropped(left: int, top: int, right: int, bottom: int) -> Callable[[Gray], Gray]:
    return lambda pixels: np.ascontiguousarray(pixels[top : len(pixels) - bottom, left : pixels.shape[1] - right])


def brightened(share: float) -> Callable[[Gray], Gray]:
    return lambda pixels: np.clip(np.rint(pixels * share), 0, 255).astype(np.uint8)


def rescaled(pixels: Gray) -> Gray:
    """To 1000 dpi and back."""
    fine = cv2.resize(pixels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    return at_working_resolution(np.asarray(fine, np.uint8), 1000)


COPIES: Final[Mapping[str, Callable[[Gray], Gray]]] = {
    "PNG": encoded("PNG"),
    "JPEG, quality 90": encoded("JPEG", quality=90),
    "JPEG, quality 50": encoded("JPEG", quality=50),
    "JPEG 2000, 15:1": encoded("JPEG2000", quality_mode="rates", quality_layers=[15]),
    "WSQ": lambda pixels: image_wsq.decode(image_wsq.encode(pixels)),
    "8 px off the left and the top": cropped(8, 8, 0, 0),
    "8 px off every side": cropped(8, 8, 8, 8),
    "5 % brighter": brightened(1.05),
    "5 % darker": brightened(0.95),
    "to 1000 dpi and back": rescaled,
    "cropped, rescaled, JPEG 75": lambda pixels: encoded("JPEG", quality=75)(rescaled(cropped(5, 7, 3, 2)(pixels))),
}


if __name__ == "__main__":
    main(sys.argv[1:])
