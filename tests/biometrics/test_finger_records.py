"""ISO/IEC 19794-2:2005 records: read as the samples say, written so that they can be read, never trusted."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometrics.capture import FingerPosition, Quality
from biometrics.finger.extract import FingerTemplate
from biometrics.finger.minutiae import Minutiae, MinutiaKind
from biometrics.finger.records import (
    ForeignRecord,
    Format,
    Record,
    RecordError,
    TruncatedRecord,
    UnusableRecord,
    View,
    card,
    from_iso19794_2,
    fuzz_targets,
    read,
    to_iso19794_2,
    write,
)


@st.composite
def templates(draw: st.DrawFn) -> FingerTemplate:
    rows = draw(
        st.lists(
            st.tuples(
                st.floats(0, 400, width=32),
                st.floats(0, 500, width=32),
                st.floats(0, 6.25, width=32),
                st.integers(1, 100),
                st.sampled_from(MinutiaKind),
            ),
            max_size=60,
        )
    )
    rows.sort(key=lambda row: -row[3])
    x, y, direction, quality, kind = np.array(rows, np.float64).reshape(-1, 5).T
    minutiae = Minutiae(
        x.astype(np.float32),
        y.astype(np.float32),
        direction.astype(np.float32),
        (quality / 100).astype(np.float32),
        kind.astype(np.uint8),
    )
    return FingerTemplate(minutiae, 400, 500, Quality(draw(st.integers(0, 100))))


@pytest.fixture(scope="module")
def sample(data: Path) -> bytes:
    return (data / "fingerprints" / "iso_templates" / "iso19794p2v2005-sample.dat").read_bytes()


def test_the_sample_reads_as_expected(data: Path, sample: bytes) -> None:
    expected = json.loads((data / "fingerprints" / "iso_templates" / "iso19794p2v2005-sample.json").read_text())
    record = from_iso19794_2(sample)
    for view, finger in zip(record.views, expected["fingerprints"], strict=True):
        assert view.position is FingerPosition[finger["position"]]
        assert view.template.quality.value == finger["quality"]
        assert (view.template.width, view.template.height) == (expected["width"], expected["height"])
        listed = ((m["type"], m["positionX"], m["positionY"], m["angle"]) for m in finger["minutiae"])
        assert as_recorded(view.template.minutiae) == sorted(listed)


def as_recorded(found: Minutiae) -> list[tuple[str, int, int, int]]:
    return sorted(
        (MinutiaKind(int(kind)).name, round(float(x)), round(float(y)), round(float(angle) * 128 / math.pi))
        for x, y, angle, kind in zip(found.x, found.y, found.direction, found.kind, strict=True)
    )


@given(st.lists(templates(), min_size=1, max_size=3))
def test_what_was_written_is_read_again(written: list[FingerTemplate]) -> None:
    views = [View(one, position) for one, position in zip(written, FingerPosition, strict=False)]
    for view, one in zip(from_iso19794_2(to_iso19794_2(views)).views, views, strict=True):
        here, there = one.template.minutiae, view.template.minutiae
        assert view.position is one.position
        assert view.template.quality.value == one.template.quality.value
        assert np.array_equal(here.kind, there.kind)
        assert np.allclose(here.x, there.x, atol=0.501)
        assert np.allclose(here.y, there.y, atol=0.501)
        assert np.allclose(np.cos(here.direction - there.direction), 1, atol=1e-3)
        assert np.allclose(here.quality, there.quality, atol=1e-6)


def test_every_truncation_is_noticed(sample: bytes) -> None:
    for length in range(len(sample)):
        with pytest.raises(TruncatedRecord):
            from_iso19794_2(sample[:length])


def test_the_truncated_samples_are_refused(data: Path) -> None:
    for file in (data / "fingerprints" / "iso_invalid").iterdir():
        with pytest.raises(TruncatedRecord):
            from_iso19794_2(file.read_bytes())


@given(st.binary(max_size=200))
def test_no_octets_do_more_than_raise_a_record_error(octets: bytes) -> None:
    for data in (octets, b"FMR\0 20\0" + octets):
        assert refusal_of(data) in (None, "truncated_record", "foreign_record", "unusable_record")


def refusal_of(data: bytes) -> str | None:
    try:
        from_iso19794_2(data)
    except RecordError as error:
        return error.code if 0 <= error.offset <= len(data) else f"offset {error.offset}"
    return None


@given(st.data())
def test_a_record_with_damaged_octets_is_read_or_refused(sample: bytes, data: st.DataObject) -> None:
    damaged = bytearray(sample)
    for place in data.draw(st.lists(st.integers(0, len(sample) - 1), max_size=5)):
        damaged[place] = data.draw(st.integers(0, 255))
    assert refusal_of(bytes(damaged)) in (None, "truncated_record", "foreign_record", "unusable_record")


SAMPLES = ["iso19794p2v2005", "iso19794p2v2011", "ansi378v2004", "ansi378v2009", "ansi378v2009am1"]
WITH_HEADER = [Format.ISO_2005, Format.ISO_2011, Format.ANSI_2004, Format.ANSI_2009]


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_of_every_format_read_as_expected(data: Path, name: str) -> None:
    folder = data / "fingerprints" / "iso_templates"
    expected = json.loads((folder / f"{name}-sample.json").read_text())
    record = read((folder / f"{name}-sample.dat").read_bytes())
    turn = 90 if name.startswith("ansi378v2009") else 128
    for view, finger in zip(record.views, expected["fingerprints"], strict=True):
        assert view.position is FingerPosition[finger["position"]]
        assert view.number == finger["view"]
        assert view.template.quality.value == (finger["quality"] if "quality" in finger else view.qualities[0].value)
        assert view.template.width == finger.get("width", expected.get("width"))
        names = {"EITHER": "OTHER"}  # type 0 by its name in 2009
        wanted = sorted(
            (names.get(m["type"], m["type"]), m["positionX"], m["positionY"], m["angle"], m["quality"])
            for m in finger["minutiae"]
        )
        assert exactly(view.template.minutiae, turn) == wanted
        counted = finger["counts"]["edges"] if finger["counts"] else []
        in_record = sorted(range(len(wanted)), key=lambda one: -finger["minutiae"][one]["quality"])
        ends = dict(enumerate(in_record))
        listed = [(ends.get(c.start, c.start), ends.get(c.end, c.end), c.count) for c in view.ridge_counts]
        assert listed == [(edge["from"], edge["to"], edge["count"]) for edge in counted]


def exactly(found: Minutiae, half_turn: int) -> list[tuple[str, int, int, int, int]]:
    columns = zip(found.x, found.y, found.direction, found.quality, found.kind, strict=True)
    return sorted(
        (
            MinutiaKind(int(k)).name,
            round(float(x)),
            round(float(y)),
            round(float(a) * half_turn / math.pi),
            round(float(q) * 100),
        )
        for x, y, a, q, k in columns
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_every_truncation_of_every_format_is_noticed(data: Path, name: str) -> None:
    octets = (data / "fingerprints" / "iso_templates" / f"{name}-sample.dat").read_bytes()
    for length in range(len(octets)):
        with pytest.raises(TruncatedRecord):
            read(octets[:length])


@pytest.mark.parametrize("name", SAMPLES[:4])
def test_a_sample_is_written_as_it_was_read(data: Path, name: str) -> None:
    record = read((data / "fingerprints" / "iso_templates" / f"{name}-sample.dat").read_bytes())
    assert record.format is not None
    again = read(write(record, record.format))
    assert [v.extended for v in again.views] == [v.extended for v in record.views]
    assert [(v.qualities, v.captured, v.device) for v in again.views] == [
        (v.qualities, v.captured, v.device) for v in record.views
    ]
    assert (again.owner, again.product, again.equipment) == (record.owner, record.product, record.equipment)


@given(st.lists(templates(), min_size=1, max_size=3), st.sampled_from(WITH_HEADER), st.sampled_from(WITH_HEADER))
def test_minutiae_survive_every_format_and_every_conversion(
    written: list[FingerTemplate], first: Format, second: Format
) -> None:
    views = tuple(View(one, position) for one, position in zip(written, FingerPosition, strict=False))
    record = read(write(read(write(Record(views, owner=66), first)), second))
    assert record.format is second
    for view, one in zip(record.views, views, strict=True):
        here, there = one.template.minutiae, view.template.minutiae
        assert np.allclose(here.x, there.x, atol=0.501)
        assert np.allclose(here.y, there.y, atol=0.501)
        assert np.all(np.cos(here.direction - there.direction) > math.cos(math.radians(1.71)))
        assert np.array_equal(here.kind, there.kind)
        assert np.allclose(here.quality, there.quality, atol=1e-6)


@given(templates(), st.sampled_from(list(card.Order)))
def test_cards_keep_minutiae_within_their_units(template: FingerTemplate, order: card.Order) -> None:
    for form, unit in ((Format.CARD_NORMAL, card.NORMAL_UNIT), (Format.CARD_COMPACT, card.COMPACT_UNIT)):
        octets = card.written(template, form, order=order)
        there = card.read(octets, form, width=400, height=500).template.minutiae
        assert len(there) == len(template.minutiae)
        for x, y, kind in zip(there.x, there.y, there.kind, strict=True):
            near = np.hypot(template.minutiae.x - x, template.minutiae.y - y) <= unit * 0.71
            assert kind in template.minutiae.kind[near]
        if order is card.Order.Y_DOWN:
            assert np.all(np.diff(there.y) <= 0)
        if order is card.Order.X_Y:
            assert np.all(np.diff(there.x) >= 0)


def test_half_a_minutia_on_a_card_is_refused() -> None:
    with pytest.raises(TruncatedRecord):
        card.read(bytes(7), Format.CARD_COMPACT, width=400, height=500)


@given(draws=st.data(), name=st.sampled_from(SAMPLES))
def test_damage_to_any_format_is_no_crash(data: Path, draws: st.DataObject, name: str) -> None:
    damaged = bytearray((data / "fingerprints" / "iso_templates" / f"{name}-sample.dat").read_bytes())
    for place in draws.draw(st.lists(st.integers(0, len(damaged) - 1), max_size=5)):
        damaged[place] = draws.draw(st.integers(0, 255))
    for target in fuzz_targets.TARGETS:
        target(bytes(damaged))


def test_another_format_is_named_as_such(data: Path) -> None:
    for name in ("iso19794p2v2011-sample.dat", "ansi378v2004-sample.dat"):
        with pytest.raises(ForeignRecord):
            from_iso19794_2((data / "fingerprints" / "iso_templates" / name).read_bytes())


def test_a_record_without_resolution_is_refused(sample: bytes) -> None:
    with pytest.raises(UnusableRecord, match="no resolution"):
        from_iso19794_2(sample[:18] + b"\0\0\0\0" + sample[22:])


def test_a_record_at_another_resolution_is_converted(sample: bytes) -> None:
    twice = from_iso19794_2(sample[:18] + (394).to_bytes(2) * 2 + sample[22:]).views[0].template
    once = from_iso19794_2(sample).views[0].template
    assert np.allclose(twice.minutiae.x * 2, once.minutiae.x, rtol=0.002)
    assert twice.width == pytest.approx(once.width / 2, abs=1)


def test_padding_behind_the_stated_length_is_passed_over(sample: bytes) -> None:
    assert len(from_iso19794_2(sample + bytes(44)).views) == len(from_iso19794_2(sample).views)


def test_a_record_needs_a_view() -> None:
    with pytest.raises(ValueError, match="1 to 255"):
        to_iso19794_2([])
