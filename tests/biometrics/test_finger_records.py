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
    RecordError,
    TruncatedRecord,
    UnusableRecord,
    View,
    from_iso19794_2,
    to_iso19794_2,
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
