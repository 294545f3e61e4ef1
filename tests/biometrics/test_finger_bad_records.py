"""Minutiae records that lie: read or refused by type, and whatever is read matches nobody else."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biometrics.capture import Quality
from biometrics.finger.an2k import minutiae_record, tagged
from biometrics.finger.compare import LOWEST, Prepared, compare, prepare, score
from biometrics.finger.extract import FingerTemplate, extract
from biometrics.finger.image import LARGEST_SIDE
from biometrics.finger.image import read as read_image
from biometrics.finger.minutiae import Minutiae
from biometrics.finger.records import (
    ExtendedArea,
    Format,
    Record,
    RecordError,
    TruncatedRecord,
    UnusableRecord,
    View,
    card,
    from_iso19794_2,
    read,
    write,
)

WITH_HEADER = [Format.ISO_2005, Format.ISO_2011, Format.ANSI_2004, Format.ANSI_2009]
MOST = 255
INDEX = np.arange(MOST)
RNG = np.random.default_rng(5)


def template(x: object, y: object, direction: object = 0.0, *, size: tuple[int, int] = (400, 500)) -> FingerTemplate:
    columns = np.broadcast_arrays(*(np.asarray(one, np.float32) for one in (x, y, direction, 0.5)))
    minutiae = Minutiae(*(np.ascontiguousarray(one) for one in columns), np.ones(columns[0].shape, np.uint8))
    return FingerTemplate(minutiae, *size, Quality(50))


def turns() -> np.ndarray:
    return RNG.uniform(0, 6.28, MOST)


def crowded() -> dict[str, FingerTemplate]:
    """As many minutiae as a record holds, where no finger has them."""
    return {
        "one point": template(100 + 0 * INDEX, 100),
        "one point, all directions": template(100 + 0 * INDEX, 100, turns()),
        "two points": template(100 + 40 * (INDEX % 2), 100),
        "a line": template(INDEX, 100),
        "a grid": template(INDEX % 16 * 20, INDEX // 16 * 20),
        "a grid, all directions": template(INDEX % 16 * 20, INDEX // 16 * 20, turns()),
        "anywhere": template(RNG.uniform(0, 400, MOST), RNG.uniform(0, 500, MOST), turns()),
        "a heap": template(RNG.uniform(0, 60, MOST), RNG.uniform(0, 60, MOST), turns()),
        "outside": template(RNG.uniform(1500, 2000, MOST), RNG.uniform(1500, 2000, MOST), turns()),
        "far apart": template(np.linspace(0, LARGEST_SIDE, MOST), np.linspace(0, LARGEST_SIDE, MOST)),
        "no size": template(RNG.uniform(0, 400, MOST), RNG.uniform(0, 500, MOST), turns(), size=(0, 0)),
    }


@pytest.fixture(scope="module")
def somebody(data: Path) -> list[Prepared]:
    """Three fingers, each as an image gives it and as a record does."""
    names = ("uareu/012_3_1", "uareu/013_3_1", "fvc2004_db1_b/101_1")
    found = [extract(*read_image(data / "fingerprints" / f"{name}.tif")) for name in names]
    bare = [read(write(Record((View(one),)), Format.ISO_2005)).views[0].template for one in found]
    return [prepare(one) for one in [*found, *bare]]


def test_minutiae_where_no_finger_has_them_match_nobody(somebody: list[Prepared]) -> None:
    for form in WITH_HEADER:
        views = tuple(View(one) for one in crowded().values())
        for name, view in zip(crowded(), read(write(Record(views), form)).views, strict=True):
            assert len(view.template.minutiae) == MOST
            ready = prepare(view.template)
            assert not any(compare(ready, one).matched for one in somebody), (form, name)


def test_minutiae_where_no_finger_has_them_do_not_match_each_other() -> None:
    ready = {name: prepare(one) for name, one in crowded().items()}
    for a, b in combinations(ready, 2):
        assert not compare(ready[a], ready[b]).matched, (a, b)


def test_a_template_costs_little_memory_whatever_size_its_record_states() -> None:
    for size in ((0, 0), (1, 1), (LARGEST_SIDE, LARGEST_SIDE), (65535, 65535)):
        for one in (template(INDEX, INDEX, size=size), template(65_000 + INDEX, 65_000 + INDEX, size=size)):
            assert prepare(one).octets < 150_000


@pytest.mark.parametrize("name", ["one point", "one point, all directions", "two points"])
def test_minutiae_on_one_point_are_one_and_prove_nothing(name: str) -> None:
    ready = prepare(crowded()[name])
    assert score(ready, ready) == LOWEST


def test_a_minutia_said_three_times_counts_once(somebody: list[Prepared]) -> None:
    first, second = somebody[3], somebody[4]
    thrice = [
        prepare(template(*(np.tile(one, 3) for one in (*ready.points[:2], -ready.points[2]))))
        for ready in (first, second)
    ]
    assert score(*thrice) == pytest.approx(score(first, second), abs=0.5)


@pytest.mark.parametrize("side", [40, 60, 100, 150])
@pytest.mark.parametrize("count", [90, 120, MOST])
def test_two_heaps_of_minutiae_do_not_match(side: int, count: int) -> None:
    """Among so many any minutia finds one near it."""
    rng = np.random.default_rng(count)
    drawn = [rng.uniform((0, 0, 0), (side, side, 6.28), (count, 3)).T for _ in range(6)]
    heaps = [prepare(template(100 + x, 100 + y, direction)) for x, y, direction in drawn]
    assert not any(compare(a, b).matched for a, b in combinations(heaps, 2))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4])
def test_a_record_of_a_few_minutiae_matches_nobody_itself_included(count: int, somebody: list[Prepared]) -> None:
    few = prepare(template(40 + 30 * np.arange(count), 50 + 17 * np.arange(count) ** 2, np.arange(count)))
    assert not any(compare(few, one).matched for one in [few, *somebody])


def test_the_same_record_twice_has_a_high_and_repeatable_score(somebody: list[Prepared]) -> None:
    for one in somebody[3:]:
        assert 40 < score(one, one) == score(one, one) <= 60


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, LARGEST_SIDE), st.integers(0, LARGEST_SIDE), st.floats(0, 6.28)), max_size=MOST),
    st.sampled_from([1, 8, 40]),
)
def test_no_record_of_chance_crashes_a_comparison_or_matches(
    somebody: list[Prepared], rows: list[tuple[int, int, float]], nearer: int
) -> None:
    """`nearer` crowds them."""
    x, y, direction = np.array(rows, np.float64).reshape(-1, 3).T
    drawn = prepare(template(x // nearer, y // nearer, direction))
    for one in somebody:
        result = compare(drawn, one)
        assert math.isfinite(result.score)
        assert not result.matched


def small() -> Record:
    """Twelve minutiae, ridge counts and a core."""
    step = np.arange(12)
    found = template(60 + 23 * (step % 4), 60 + 31 * (step // 4) + 3 * step, step * 0.5)
    areas = ExtendedArea(1, bytes([0, 0, 1, 2])), ExtendedArea(2, bytes([1, 0, 90, 0, 95, 0]))
    return Record((View(found, extended=areas),))


def flipped(octets: bytes) -> list[bytes]:
    return [
        octets[:at] + bytes([octets[at] ^ 1 << bit]) + octets[at + 1 :] for at in range(len(octets)) for bit in range(8)
    ]


@pytest.mark.parametrize("form", WITH_HEADER)
def test_any_bit_may_be_flipped(form: Format, somebody: list[Prepared]) -> None:
    """What still reads is a template like any other, and matches nobody."""
    octets = write(Record(small().views, format=form), form)
    refused = 0
    for damaged in flipped(octets):
        try:
            views = read(damaged).views
        except RecordError:
            refused += 1
            continue
        for view in views:
            assert not compare(prepare(view.template), somebody[0]).matched
    assert 0.1 < refused / (8 * len(octets)) < 0.9


@pytest.mark.parametrize("form", WITH_HEADER)
def test_every_truncation_of_a_small_record_is_noticed(form: Format) -> None:
    octets = write(Record(small().views, format=form), form)
    for length in range(len(octets)):
        with pytest.raises(TruncatedRecord):
            read(octets[:length])


SMALL = write(Record(small().views, format=Format.ISO_2005), Format.ISO_2005)
AREAS = SMALL.index(bytes([0, 18, 0, 1]))


@pytest.mark.parametrize(
    ("at", "octets", "why"),
    [
        (10, b"\xff\xff", "has 120"),
        (14, b"\xff\xff", "larger than a print"),
        (18, b"\0\1\0\1", "resolution"),
        (18, b"\xff\xff\xff\xff", "resolution"),
        (18, b"\0\xc5\0\0", "no resolution"),
        (22, b"\xff", "ends early"),
        (27, b"\xff", "ends early"),
        (27, b"\x00", "ends early"),
        (28, b"\x7f\xff", "farther out"),
        (30, b"\x3f\xff", "farther out"),
        (AREAS, b"\xff\xff", "ends early"),
        (AREAS, b"\0\x01", "do not fill"),
        (AREAS + 4, b"\xff\xff", "do not fill"),
        (AREAS + 4, b"\0\0", "do not fill"),
    ],
)
def test_a_number_that_lies_is_said_to(at: int, octets: bytes, why: str) -> None:
    with pytest.raises(RecordError, match=why) as raised:
        from_iso19794_2(SMALL[:at] + octets + SMALL[at + len(octets) :])
    assert str(raised.value).count("\n") == 0


def test_certificates_are_kept_and_a_representation_too_short_for_them_is_refused() -> None:
    (view,) = small().views
    octets = write(Record((replace(view, certificates=((5, 2), (700, 1))),)), Format.ISO_2011)
    assert read(octets).views[0].certificates == ((5, 2), (700, 1))
    at = octets.index(bytes([2, 0, 5, 2, 2]))
    with pytest.raises(RecordError):
        read(octets[:at] + b"\xff" + octets[at + 1 :])


def test_more_than_any_record_or_card_holds_is_refused_at_once() -> None:
    with pytest.raises(UnusableRecord, match="too long"):
        read(SMALL + bytes(1 << 20))
    with pytest.raises(UnusableRecord, match="at most 255"):
        card.read(bytes(3 * 256), Format.CARD_2011, width=400, height=500)
    assert len(card.read(bytes(3 * 255), Format.CARD_2011, width=400, height=500).template.minutiae) == MOST


def test_an_angle_beyond_the_turn_of_ansi_is_read_in_the_unit_of_iso() -> None:
    octets = bytearray(write(Record(small().views, format=Format.ANSI_2004), Format.ANSI_2004))
    octets[30 + 4] = 255
    found = read(bytes(octets)).views[0].template.minutiae
    assert math.degrees(float(found.direction.max())) == pytest.approx(255 * 360 / 256, abs=0.01)


@pytest.mark.parametrize(
    "changed",
    [
        {128: b"999999999"},
        {131: b"1", 132: b"1"},
        {131: b"99999999"},
        {137: b"001\x1f999999999\x1f1\x1f1\x1f1\x1f50"},
        {137: b"001\x1f1\x1f1\x1f180\x1f1\x1f50"},
        {137: b"001\x1f1\x1f-1\x1f1\x1f1\x1f50"},
        {137: b"001"},
        {137: b"\x1e".join([b"001\x1f1\x1f1\x1f1\x1f1\x1f50"] * 1001)},
    ],
    ids=["size", "1 dpi", "99999999 dpi", "place", "angle", "below zero", "no place", "1001 minutiae"],
)
def test_a_block_of_a_transaction_that_lies_is_refused(changed: dict[int, bytes]) -> None:
    values = {2: b"01", 3: b"0", 128: b"300", 129: b"400", 130: b"1", 131: b"500", 132: b"500", 134: b"02", 136: b"1"}
    with pytest.raises(UnusableRecord):
        minutiae_record(tagged(9, values | {137: b"001\x1f1\x1f1\x1f1\x1f1\x1f50"} | changed))
