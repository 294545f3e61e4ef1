"""Pictures whose headers ask for more than a portrait needs are refused before a decoder sees them."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from passport_reader.data_groups import picture
from passport_reader.data_groups.picture import Picture
from passport_reader.document import UnusableData

Compose = Callable[..., bytes]


def codestream(
    size: tuple[int, int] = (413, 531),
    *,
    tile: tuple[int, int] | None = None,
    components: int = 3,
    depth: int = 7,
    layers: int = 1,
    blocks: tuple[int, int] = (4, 4),
    precincts: bytes = b"",
) -> bytes:
    """A JPEG 2000 main header and an empty tile (ISO/IEC 15444-1 §A.5, §A.6)."""
    extent = struct.pack(">HIIIIIIIIH", 0, *size, 0, 0, *(tile or size), 0, 0, components)
    siz = extent + bytes([depth, 1, 1]) * components
    style = bytes([len(precincts) - 1 if precincts else 5, *blocks, 0, 1]) + precincts
    cod = struct.pack(">BBHB", bool(precincts), 0, layers, 1) + style
    segments = b"".join(
        marker + struct.pack(">H", len(body) + 2) + body for marker, body in [(b"\xff\x51", siz), (b"\xff\x52", cod)]
    )
    tile_part = b"\xff\x90" + struct.pack(">HHIBB", 10, 0, 14, 0, 1) + b"\xff\x93"
    return b"\xff\x4f" + segments + tile_part + b"\xff\xd9"


BOMBS = {
    "pixels": codestream((60_000, 60_000)),
    "no pixels": codestream((0, 531)),
    "tiles": codestream(tile=(1, 1)),
    "tiles of no size": codestream(tile=(0, 0)),
    "components": codestream(components=16_384),
    "depth": codestream(depth=37),
    "layers": codestream(layers=65_535),
    "code blocks": codestream(blocks=(0, 0)),
    "precincts": codestream((2000, 2000), precincts=b"\x11\x11"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_jpeg_2000_bomb_is_refused_unopened(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "open", None)
    with pytest.raises(UnusableData):
        picture.decoded(picture.of(BOMBS[name]))


COD = b"\xff\x52" + struct.pack(">HBBHB", 12, 0, 0, 65_535, 1) + bytes([5, 4, 4, 0, 1])
COC = b"\xff\x53" + struct.pack(">HBB", 9, 0, 0) + bytes([5, 0, 0, 0, 1])


@pytest.mark.parametrize("override", [COD, COC])
def test_a_bomb_in_a_tile_header_is_refused_too(override: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "open", None)
    data = codestream().replace(b"\xff\x93", override + b"\xff\x93")
    with pytest.raises(UnusableData, match="asks for"):
        picture.decoded(picture.of(data))


@pytest.mark.parametrize("boxes", [
    b"",  # no codestream
    bytes(8),  # a box that does not go on
    struct.pack(">I4sQ", 1, b"free", 16) * 5000,  # boxes without end
])  # fmt: skip
def test_boxes_that_lead_nowhere_are_refused(boxes: bytes) -> None:
    with pytest.raises(UnusableData):
        picture.decoded(picture.of(b"\0\0\0\x0cjP  \r\n\x87\n" + boxes))


def test_markers_without_end_are_refused() -> None:
    remark = b"\xff\x64\0\2" * 5000
    with pytest.raises(UnusableData, match="segments"):
        picture.decoded(picture.of(codestream().replace(b"\xff\x90", remark + b"\xff\x90", 1)))


@pytest.mark.parametrize("options", [
    {},
    {"codeblock_size": (32, 32), "num_resolutions": 6},
    {"precinct_size": (256, 256), "num_resolutions": 6, "progression": "RPCL"},
    {"tile_size": (256, 256)},
    {"quality_layers": [40, 20, 10], "quality_mode": "rates", "irreversible": True},
    {"no_jp2": True},
])  # fmt: skip
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_the_ways_encoders_write_jpeg_2000_are_let_through(options: dict[str, object], mode: str) -> None:
    file = io.BytesIO()
    Image.radial_gradient("L").resize((413, 531)).convert(mode).save(file, "JPEG2000", **options)
    found = picture.of(file.getvalue())
    assert picture.size(found) == (413, 531)
    assert picture.decoded(found).shape == ((531, 413) if mode == "L" else (531, 413, 3))


def test_a_progressive_jpeg_of_a_thousand_scans_is_refused(encoded_picture: Compose) -> None:
    jpeg = encoded_picture("JPEG")
    scan = jpeg[jpeg.index(b"\xff\xda") : -2]
    with pytest.raises(UnusableData, match="scans"):
        picture.decoded(picture.of(jpeg[:-2] + scan * 1000 + jpeg[-2:]))


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8\xff", b"GIF89a", b"\x89PNG" + zlib.compress(bytes(99)), b"\xff\xa0\xff"]
)
def test_what_has_no_header_of_a_known_kind_is_refused(data: bytes) -> None:
    with pytest.raises(UnusableData):
        picture.decoded(picture.of(data))


def test_a_file_that_lies_about_its_size_outside_the_codestream_is_refused(encoded_picture: Compose) -> None:
    data = bytearray(encoded_picture("JPEG2000"))
    at = data.index(b"ihdr") + 4
    data[at : at + 8] = struct.pack(">II", 60_000, 60_000)
    with pytest.raises(UnusableData):
        picture.decoded(picture.of(bytes(data)))


@pytest.mark.parametrize("format", ["JPEG", "JPEG2000", "WSQ"])
def test_a_picture_cut_short_is_refused_or_shown_at_its_size(encoded_picture: Compose, format: str) -> None:
    whole = encoded_picture(format, "L", (96, 128))
    for share in (0.1, 0.5, 0.9):
        try:
            assert picture.decoded(Picture(whole[: int(len(whole) * share)], picture.media_type(whole))).shape == (
                128,
                96,
            )
        except UnusableData:
            continue
