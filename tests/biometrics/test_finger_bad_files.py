"""Files that are no picture, hold less than they claim, or hold a print in an odd way."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from biometrics.capture import Gray, UnusableImage
from biometrics.finger import image_wsq
from biometrics.finger.compare import Prepared, compare, prepare
from biometrics.finger.extract import extract
from biometrics.finger.image import decode
from simulators.fingers import finger, impression

KINDS = ("TIFF", "PNG", "BMP", "JPEG", "JPEG2000", "WSQ")
MEGABYTES = 64
"""Of memory that refusing any file may take."""


@pytest.fixture(scope="module")
def pixels() -> Gray:
    return impression(finger(3, "right_index"), seed=1)


@pytest.fixture(scope="module")
def mate() -> Prepared:
    return prepare(extract(impression(finger(3, "right_index"), seed=2)))


@pytest.fixture(scope="module")
def other() -> Prepared:
    return prepare(extract(impression(finger(4, "right_index"), seed=1)))


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    if kind == "WSQ":
        return image_wsq.encode(np.asarray(picture))
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def odd(pixels: Gray) -> dict[str, tuple[Image.Image, str]]:
    grey, level = Image.fromarray(pixels), pixels.astype(np.float32)
    return {
        "palette": (grey.convert("P"), "PNG"),
        "few colours": (grey.convert("RGB").quantize(16), "PNG"),
        "colour": (grey.convert("RGB"), "BMP"),
        "transparent": (grey.convert("RGBA"), "PNG"),
        "CMYK": (grey.convert("RGB").convert("CMYK"), "JPEG"),
        "CMYK TIFF": (grey.convert("RGB").convert("CMYK"), "TIFF"),
        "YCbCr": (grey.convert("RGB").convert("YCbCr"), "JPEG"),
        "16 bits": (Image.fromarray(pixels.astype(np.uint16) * 257), "PNG"),
        "12 of 16 bits": (Image.fromarray(pixels.astype(np.uint16) * 16), "TIFF"),
        "32 bits": (Image.fromarray(pixels.astype(np.int32) * 70_000), "TIFF"),
        "1 bit": (grey.convert("1", dither=Image.Dither.NONE), "TIFF"),
        "0 to 1": (Image.fromarray(level / 255), "TIFF"),
        "around 0": (Image.fromarray((level - level.mean()) / level.std()), "TIFF"),
        "huge": (Image.fromarray((level - 128) * np.float32(2.6e36)), "TIFF"),
    }


def test_a_print_kept_in_an_odd_way_is_the_same_finger(pixels: Gray, mate: Prepared, other: Prepared) -> None:
    for name, (picture, kind) in odd(pixels).items():
        found = prepare(extract(*decode(encoded(picture, kind))))
        assert compare(found, mate).matched, name
        assert not compare(found, other).matched, name


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_anywhere_is_a_typed_error_or_the_picture_it_was(pixels: Gray, kind: str) -> None:
    """What ends a file may be missing where nothing depends on it; a shorter file never gives another picture."""
    whole = encoded(Image.fromarray(pixels), kind)
    expected, lengths = decode(whole)[0], np.unique(np.geomspace(1, len(whole) - 1, 40).astype(int))
    refused = 0
    for length in lengths:
        try:
            assert np.array_equal(decode(whole[:length])[0], expected)
        except UnusableImage:
            refused += 1
    assert refused >= 0.8 * len(lengths)


@pytest.mark.parametrize(
    "octets",
    [b"", b"\0", b"\xff\xa0", b"\x89PNG\r\n\x1a\n", b"BM", b"II*\0", b"\xff\xd8\xff", b"P5 9 9 255 ", b"\0" * 1000],
)
def test_what_is_no_picture_is_a_typed_error(octets: bytes) -> None:
    with pytest.raises(UnusableImage):
        decode(octets)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, squeezed: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", squeezed) + chunk(b"IEND", b"")


def tiff(width: int, height: int, compression: int, strip: bytes, claimed: int) -> bytes:
    """One strip that claims `claimed` octets."""
    values = {256: width, 257: height, 258: 8, 259: compression, 262: 1, 273: 200, 277: 1, 278: height, 279: claimed}
    fields = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(values.items()))
    return (b"II*\0\x08\0\0\0" + struct.pack("<H", len(values)) + fields + bytes(4)).ljust(200, b"\0") + strip


def jpeg_of(width: int, height: int, kind: str) -> bytes:
    """A small picture whose frame header claims another size."""
    octets = bytearray(encoded(Image.new("L", (64, 64), 200), kind))
    if kind == "JPEG":
        at = octets.index(b"\xff\xc0") + 5
        octets[at : at + 4] = struct.pack(">HH", height, width)
    else:
        at = octets.index(b"\xff\x51") + 6
        octets[at : at + 8] = struct.pack(">II", width, height)
        at = octets.index(b"ihdr") + 4
        octets[at : at + 8] = struct.pack(">II", height, width)
    return bytes(octets)


def bombs() -> dict[str, bytes]:
    """Small files that claim many million pixels, or unpack to more than they claim."""
    zeros = zlib.compress(bytes(64 << 20), 9)
    wsq = image_wsq.encode(np.full((64, 64), 200, np.uint8))
    at = wsq.index(b"\xff\xa2\x00\x11") + 6
    return {
        "png 10000": png(10_000, 10_000, zeros),
        "png 2^31": png(2**31 - 1, 2**31 - 1, zeros),
        "png that unpacks to more": png(64, 64, zeros),
        "png of text": png(64, 64, b"")[:-12] + chunk(b"zTXt", b"x\0\0" + zeros) + chunk(b"IEND", b""),
        "tiff 10000": tiff(10_000, 10_000, 8, zeros, len(zeros)),
        "tiff 60000 raw": tiff(60_000, 60_000, 1, bytes(10), 2**32 - 1),
        "tiff that lies": tiff(4000, 4000, 1, bytes(10), 16_000_000),
        "jpeg 10000": jpeg_of(10_000, 10_000, "JPEG"),
        "jpeg2000 10000": jpeg_of(10_000, 10_000, "JPEG2000"),
        "jpeg2000 2^31": jpeg_of(2**31 - 1, 2**31 - 1, "JPEG2000"),
        "bmp 10000": b"BM" + struct.pack("<IIIIiiHHIIiiII", 100, 0, 54, 40, 10_000, 10_000, 1, 8, 0, 0, 0, 0, 0, 0),
        "bmp below zero": b"BM" + struct.pack("<IIIIiiHHIIiiII", 100, 0, 54, 40, -9, -(2**31), 1, 8, 0, 0, 0, 0, 0, 0),
        "wsq 10000": wsq[:at] + struct.pack(">HH", 10_000, 10_000) + wsq[at + 4 :],
        "wsq that lies": wsq[:at] + struct.pack(">HH", 4000, 4000) + wsq[at + 4 :],
    }


CHILD = """
import json, resource, sys
from pathlib import Path
from biometrics.capture import UnusableImage
from biometrics.finger.image import decode
said = {}
for file in sorted(Path(sys.argv[1]).iterdir()):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        said[file.name] = ["read", *decode(file.read_bytes())[0].shape]
    except UnusableImage as error:
        said[file.name] = [str(error)]
    said[file.name].append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
print(json.dumps(said))
"""


def test_a_small_file_that_claims_much_is_refused_in_little_memory(tmp_path: Path) -> None:
    made = bombs()
    for number, octets in enumerate(made.values()):
        (tmp_path / f"{number:02}").write_bytes(octets)
    done = subprocess.run([sys.executable, "-c", CHILD, str(tmp_path)], capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    for name, (*what, kilobytes) in zip(made, said.values(), strict=True):
        assert kilobytes < MEGABYTES << 10, name
        assert len(what) == 1 or what[1:] == [64, 64] or name == "wsq that lies", (name, what)  # its decoder fills up
