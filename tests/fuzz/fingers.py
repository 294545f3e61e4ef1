"""Where bytes of strangers enter the fingerprint core: records, transactions, pictures.

A surface may end in a `BiometricError`; `Lied` is what read differently when written again.
"""

from __future__ import annotations

import io
from contextlib import suppress
from functools import cache

import numpy as np
from PIL import Image

from biometrics.capture import BiometricError, Gray, Quality
from biometrics.finger import an2k, image_wsq
from biometrics.finger.compare import Prepared, compare, prepare, warm_up
from biometrics.finger.extract import FingerTemplate
from biometrics.finger.image import decode
from biometrics.finger.image_records import CodedImage, Coding, ImageView, Version, from_iso19794_4, to_iso19794_4
from biometrics.finger.minutiae import Minutiae
from biometrics.finger.records import ExtendedArea, Format, Record, RecordError, View, card, read, write
from biometrics.finger.records.landmarks import Landmark, area, landmarks
from tests.fuzz.surfaces import Surface
from tests.fuzz.verdicts import require


def minutiae_record(data: bytes) -> None:
    """What was read is written in every dialect and read again, with as many minutiae and landmarks."""
    found = read(data)
    assert found.format is not None
    for view in found.views:
        at = view.template.minutiae
        require(bool(np.isfinite(at.x).all() and np.isfinite(at.y).all()), "a minutia nowhere")
    for form in (found.format, Format.ISO_2011):
        again = read(write(found, form))
        require(
            [len(v.template.minutiae) for v in again.views] == [len(v.template.minutiae) for v in found.views], "lost"
        )
        require([v.unrated for v in again.views] == [v.unrated for v in found.views], "a quality that nobody gave")
        require([_points(v, form) for v in again.views] == [_points(v, found.format) for v in found.views], "landmarks")


def _points(view: View, form: Format) -> list[tuple[int, int, bool]]:
    return sorted((one.x, one.y, one.delta) for one in landmarks(view, form))


def card_minutiae(data: bytes) -> None:
    for form in card.OCTETS:
        with suppress(RecordError):
            view = card.read(data, form, width=400, height=500)
            octets = card.written(view.template, form)
            again = card.written(card.read(octets, form, width=400, height=500).template, form)
            require(sorted(_cut(again, form)) == sorted(_cut(octets, form)), "other minutiae")


def _cut(octets: bytes, form: Format) -> list[bytes]:
    size = card.OCTETS[form]
    return [octets[at : at + size] for at in range(0, len(octets), size)]


def compared(data: bytes) -> None:
    """Nothing is matched by what a finger was damaged into, but the finger itself."""
    for view in read(data).views:
        require(not compare(view.template, _stranger()).matched, "a stranger was matched")


@cache
def _stranger() -> Prepared:
    rows = np.random.default_rng(8).uniform((0, 0, 0), (300, 400, 6.28), (30, 3)).astype(np.float32)
    drawn = Minutiae(*rows.T, np.full(30, 0.5, np.float32), np.ones(30, np.uint8))
    return prepare(FingerTemplate(drawn, 300, 400, Quality(50)))


def image_record(data: bytes) -> None:
    for view in from_iso19794_4(data).views:
        require(len(view.image.data) <= len(data), "a picture that is not in its record")
        _looked_at(view.image)


def transaction(data: bytes) -> None:
    read = an2k.from_an2k(data)
    require(an2k.to_an2k(read) == data, "a transaction that reads differently when written again")
    for record in read.records:
        try:
            if record.type == 9:
                an2k.minutiae_record(record)
            else:
                _looked_at(an2k.finger_picture(record, read.header.text(12)).image)
        except BiometricError:
            continue  # one record's damage hides no other's


def _looked_at(image: CodedImage) -> None:
    if image.coding is not Coding.WSQ:  # a process each: has a surface of its own
        require(image.pixels().shape == (image.height, image.width), "a picture of another size")


def picture(data: bytes) -> None:
    if not data.startswith(image_wsq.START):
        pixels, dpi = decode(data)
        require(pixels.dtype == np.uint8 and 200 <= dpi <= 2000, "no grey picture, or of no resolution")


def wsq_tables(data: bytes) -> None:
    width, height = image_wsq.size(data)
    require(0 < width * height <= image_wsq.MOST_PIXELS, "a size that must be refused")


def wsq_picture(data: bytes) -> None:
    width, height = image_wsq.size(data)
    require(image_wsq.decode(data).shape == (height, width), "a picture of another size than its frame")


@cache
def _print() -> Gray:
    y, x = np.mgrid[-30:30, -32:32]
    return (127 - 110 * np.cos(np.hypot(x, y) * 0.7)).astype(np.uint8)


def _minutiae() -> list[bytes]:
    """One record a format, with ridge counts, cores and a delta."""
    template = an2k.minutiae_record(_block()).template
    points = (Landmark(90, 95, directions=(1.0,)), Landmark(5, 6, delta=True, directions=(1.0, 2.0, 3.0)))
    made = []
    for form in (Format.ISO_2005, Format.ISO_2011, Format.ANSI_2004, Format.ANSI_2009):
        view = View(template, extended=(ExtendedArea(1, bytes([0, 0, 1, 2])), area(points, form)), unrated=(3,))
        made.append(write(Record((view,), format=form), form))
    return made


def _compared() -> list[bytes]:
    """Compiles what a comparison needs first: no input pays for that."""
    warm_up()
    return _minutiae()


def _cards() -> list[bytes]:
    return [card.written(an2k.minutiae_record(_block()).template, form) for form in card.OCTETS]


def _block() -> an2k.TaggedRecord:
    rows = "\x1e".join(f"{n:03}\x1f{20 + 7 * n}\x1f{30 + 5 * n}\x1f{11 * n}\x1f{n % 3}\x1f80" for n in range(1, 15))
    values = {2: "01", 3: "0", 4: "U", 128: "300", 129: "400", 130: "1", 131: "500", 132: "500", 134: "02"}
    return an2k.tagged(9, {tag: value.encode() for tag, value in (values | {136: "14", 137: rows}).items()})


def _image_records() -> list[bytes]:
    codings = (Coding.RAW, Coding.PNG, Coding.JPEG, Coding.JPEG_2000)
    views = [[ImageView(CodedImage.of(_print(), coding=coding), code=2, quality=70)] * 2 for coding in codings]
    return [to_iso19794_4(view, version) for view in views for version in Version]


def _transactions() -> list[bytes]:
    png, raw = CodedImage.of(_print(), coding=Coding.PNG), CodedImage.of(_print())
    standard = b"001\x1f21952030101\x1f00\x1fD\x1e002\x1f11952030301\x1f05\x1fA"
    records = (
        an2k.tagged(2, {2: b"00", 3: b"text"}),
        _block(),
        an2k.tagged(9, {2: b"02", 3: b"0", 4: b"S", 6: b"08", 10: b"2", 12: standard}),
        an2k.type_14(png, 1, 2, agency="XX", date="20260101"),
        an2k.type_4(raw, 2, 7),
    )
    return [an2k.to_an2k(an2k.Transaction(an2k.header(part, kind="AMN"), part)) for part in (records, records[:3])]


def _pictures() -> list[bytes]:
    made = []
    for kind in ("TIFF", "PNG", "BMP", "JPEG", "JPEG2000"):
        out = io.BytesIO()
        Image.fromarray(_print()).save(out, kind)
        made.append(out.getvalue())
    return made


def _wsq() -> list[bytes]:
    return [image_wsq.encode(_print())]


FINGERS: dict[str, Surface] = {
    "minutiae record": Surface(_minutiae, minutiae_record, 200_000),
    "card minutiae": Surface(_cards, card_minutiae, 40_000),
    "record compared": Surface(_compared, compared, 10_000),
    "image record": Surface(_image_records, image_record, 249_500),
    "transaction": Surface(_transactions, transaction, 250_000),
    "finger picture": Surface(_pictures, picture, 100_000),
    "wsq tables": Surface(_wsq, wsq_tables, 150_000),
    "finger wsq": Surface(_wsq, wsq_picture, 500),
}
