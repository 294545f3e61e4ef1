"""Slaps: each finger is found, cut out, upright and by its name, or it is said that it was not."""

from __future__ import annotations

import json
import math
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import Result
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from typer.testing import CliRunner

from biometrics.__main__ import app
from biometrics.capture import FingerPosition, Gray, OnPlate, UnusableImage
from biometrics.finger import image_source
from biometrics.finger.an2k import finger_picture, from_an2k, header, slaps, to_an2k
from biometrics.finger.an2k.transaction import TaggedRecord, Transaction
from biometrics.finger.compare import Prepared, compare, prepare
from biometrics.finger.extract import extract
from biometrics.finger.image_records import CodedImage
from biometrics.finger.slap import FINGERS, Box, Finding, Slap, segment
from simulators import fingers as invented
from simulators.slaps import Arrangement, Pose, TrueBox
from simulators.slaps import Slap as Laid
from simulators.slaps import slap as laid

RING = FingerPosition.RIGHT_RING


@pytest.fixture(scope="module")
def right() -> Laid:
    return laid(2, Arrangement.RIGHT_FOUR, seed=1, pose=Pose(lean=8, gap=2, below=15))


@pytest.fixture(scope="module")
def left() -> Laid:
    return laid(3, Arrangement.LEFT_FOUR, seed=1, pose=Pose(lean=-5, gap=-0.5, below=20), card=True)


@pytest.fixture(scope="module")
def three() -> Laid:
    return laid(2, Arrangement.RIGHT_FOUR, seed=4, missing=(RING,), pose=Pose(lean=0, gap=1, below=5))


@pytest.fixture(scope="module")
def thumbs() -> Laid:
    return laid(2, Arrangement.THUMBS, seed=1)


@pytest.fixture(scope="module")
def found(right: Laid) -> Slap:
    return segment(right.pixels)


def named(one: Slap) -> list[str | None]:
    return [finger.position for finger in one.fingers]


def names(one: Laid) -> list[str]:
    return [finger.position for finger in one.fingers]


def apart(box: Box, true: TrueBox) -> float:
    """Millimetres at 500 dpi between the worst pair of corners."""
    corners = Box(true.x, true.y, true.width, true.height, true.angle).corners()
    return float(np.hypot(*(box.corners() - corners).T).max() * 25.4 / 500)


def test_fingers_of_a_right_hand_are_found_and_named(right: Laid, found: Slap) -> None:
    assert named(found) == names(right)
    assert found.on_plate is OnPlate.RIGHT
    assert found.findings == ()
    assert max(apart(one.box, true) for one, true in zip(found.fingers, right.fingers, strict=True)) < 4


def test_touching_fingers_of_a_left_hand_on_a_card_are_found_and_named(left: Laid) -> None:
    found = segment(left.pixels)
    assert named(found) == names(left)
    assert found.on_plate is OnPlate.LEFT
    assert max(apart(one.box, true) for one, true in zip(found.fingers, left.fingers, strict=True)) < 5


@pytest.mark.parametrize(("pressure", "dryness"), [(1.2, 0.05), (-0.6, 0.8)])
def test_blots_and_dry_fingers_are_found(pressure: float, dryness: float) -> None:
    pose = Pose(lean=4, gap=1, below=10, pressure=pressure, dryness=dryness)
    plate = laid(2, Arrangement.RIGHT_FOUR, seed=6, pose=pose)
    assert named(segment(plate.pixels)) == names(plate)


def test_two_thumbs_are_named_by_their_side(thumbs: Laid) -> None:
    found = segment(thumbs.pixels, on_plate=OnPlate.THUMBS)
    assert named(found) == ["left_thumb", "right_thumb"]
    assert found.right == 0.5


def test_a_finger_cut_out_matches_itself_and_no_other(right: Laid, found: Slap) -> None:
    mates = [prepare(extract(invented.impression(invented.finger(2, name), seed=1))) for name in names(right)]
    views = [prepare(extract(one.pixels)) for one in found.fingers]
    assert [[compare(mate, view).matched for mate in mates] for view in views] == np.eye(4, dtype=bool).tolist()


@pytest.mark.parametrize("dpi", [250, 1000])
def test_boxes_are_in_pixels_of_the_image_and_fingers_at_500_dpi(right: Laid, found: Slap, dpi: int) -> None:
    scaled = cv2.resize(right.pixels, None, fx=dpi / 500, fy=dpi / 500, interpolation=cv2.INTER_AREA)
    other = segment(np.asarray(scaled, np.uint8), dpi)
    assert named(other) == named(found)
    for one, same in zip(other.fingers, found.fingers, strict=True):
        assert one.box.x * 500 / dpi == pytest.approx(same.box.x, abs=16)
        assert one.box.y * 500 / dpi == pytest.approx(same.box.y, abs=16)
        assert one.pixels.shape == pytest.approx(same.pixels.shape, abs=30)


def test_white_ridges_on_black_are_the_same_hand(right: Laid, found: Slap) -> None:
    assert named(segment(255 - right.pixels)) == named(found)


@pytest.mark.parametrize(("quarters", "angle"), [(2, math.pi), (1, -math.pi / 2), (3, math.pi / 2)])
def test_a_hand_from_any_side_is_named_and_its_fingers_are_upright(
    right: Laid, found: Slap, quarters: int, angle: float
) -> None:
    turned = segment(np.rot90(right.pixels, quarters).copy())
    assert named(turned) == named(found)
    assert (Finding.UPSIDE_DOWN in turned.findings) == (abs(turned.lean) > math.pi / 2)
    assert abs(math.remainder(turned.lean - found.lean - angle, 2 * math.pi)) < math.radians(8)
    again, once = (prepare(extract(one.fingers[0].pixels)) for one in (turned, found))
    assert compare(once, again).matched


def test_a_missing_finger_that_is_declared_moves_no_name(three: Laid) -> None:
    found = segment(three.pixels, missing=[RING])
    assert named(found) == ["right_index", "right_middle", "right_little"]
    assert (found.on_plate, found.expected, found.missing) == (OnPlate.RIGHT, 3, (RING,))
    assert Finding.TOO_FEW not in found.findings


def test_a_missing_finger_that_is_not_declared_is_a_finding_and_nothing_is_named(three: Laid) -> None:
    found = segment(three.pixels, on_plate=OnPlate.RIGHT)
    assert named(found) == [None] * 3
    assert Finding.TOO_FEW in found.findings


def test_a_number_alone_does_not_say_which_fingers_they_are(three: Laid) -> None:
    found = segment(three.pixels, on_plate=OnPlate.RIGHT, fingers=3)
    assert named(found) == [None] * 3
    assert Finding.TOO_FEW not in found.findings


def test_more_fingers_than_expected_are_a_finding_and_nothing_is_named(right: Laid) -> None:
    found = segment(right.pixels, missing=[RING])
    assert Finding.TOO_MANY in found.findings
    assert named(found) == [None] * 4


def test_the_other_hand_is_noticed(right: Laid) -> None:
    found = segment(right.pixels, on_plate=OnPlate.LEFT)
    assert found.findings == (Finding.OTHER_HAND,)
    assert found.right > 0.95
    assert named(found) == list(FINGERS[OnPlate.LEFT])


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_blank_plate_holds_nothing(level: int) -> None:
    found = segment(np.full((750, 800), level, np.uint8))
    assert found.findings == (Finding.BLANK, Finding.TOO_FEW)
    assert found.fingers == ()
    assert found.on_plate is OnPlate.UNKNOWN


def test_one_finger_is_one_finger() -> None:
    plate = np.full((750, 800), 240, np.uint8)
    plate[150:566, 200:520] = invented.impression(invented.finger(5, "right_index"), seed=2)
    found = segment(plate)
    assert len(found.fingers) == 1
    assert named(found) == [None]
    assert Finding.TOO_FEW in found.findings
    assert found.fingers[0].box.x == pytest.approx(360, abs=60)


def test_a_palm_names_no_finger() -> None:
    y, x = np.mgrid[0:1500, 0:1600]
    ridges = 128 + 90 * np.sin((y + 30 * np.sin(x / 150)) * 0.65)
    palm = np.where(np.hypot((x - 800) / 700, (y - 750) / 650) < 1, ridges, 240).astype(np.uint8)
    found = segment(palm)
    assert named(found) == [None] * len(found.fingers)
    assert {Finding.NO_FINGER, Finding.TOO_FEW} & set(found.findings)


def test_a_finger_over_the_edge_is_a_finding(right: Laid) -> None:
    left_edge = round(right.fingers[0].x - 0.2 * right.fingers[0].width)
    assert Finding.CUT_OFF in segment(right.pixels[:, left_edge:].copy()).findings


@pytest.mark.parametrize("shape", [(20, 20), (47, 800), (2600, 900), (0, 10), (6000, 6000)])
def test_what_no_plate_can_be_is_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(UnusableImage):
        segment(np.full(shape, 255, np.uint8))


def test_fingers_that_would_not_lie_there_cannot_be_missing(right: Laid) -> None:
    with pytest.raises(ValueError, match="left_ring"):
        segment(right.pixels, on_plate=OnPlate.RIGHT, missing=[FingerPosition.LEFT_RING])
    with pytest.raises(ValueError, match="would not lie"):
        segment(right.pixels, missing=[FingerPosition.LEFT_RING, RING])


@settings(deadline=None, max_examples=40)
@given(
    st.tuples(st.integers(48, 400), st.integers(48, 400)),
    st.integers(0, 2**32 - 1),
    st.floats(0.3, 12),
    st.sampled_from(OnPlate),
)
def test_noise_gives_fingers_that_can_be_worked_on_or_none(
    shape: tuple[int, int], seed: int, scale: float, on_plate: OnPlate
) -> None:
    noise = np.random.default_rng(seed).normal(128, 500, shape)
    pixels = np.clip(cv2.GaussianBlur(noise, (0, 0), scale), 0, 255).astype(np.uint8)
    found = segment(pixels, on_plate=on_plate)
    assert 0 <= found.right <= 1
    assert (Finding.TOO_FEW in found.findings) == (len(found.fingers) < found.expected)
    for one in found.fingers:
        assert min(one.box.width, one.box.height) > 0
        assert extract(one.pixels).quality.value >= 0


def rolled_and_slaps(data: Path) -> tuple[list[Prepared], list[tuple[FingerPosition | None, Gray]]]:
    file = data / "fingerprints" / "an2k" / "type-14-tpcard-nqm.an2"
    read = from_an2k(file.read_bytes())
    rolled, plain = [], []
    for number, record in enumerate(read.of_type(14), 1):
        on_plate, missing = slaps.asked_for(finger_picture(record))
        pixels, dpi = image_source.read(file, view=number)
        if number <= 10:
            rolled.append(prepare(extract(pixels, dpi)))
        elif on_plate is not OnPlate.UNKNOWN:
            found = segment(pixels, dpi, on_plate=on_plate, missing=missing)
            plain += [(one.position, one.pixels) for one in found.fingers]
    return rolled, plain


def test_inked_slaps_of_the_nists_card_match_the_rolled_prints_of_the_fingers_they_are_named(data: Path) -> None:
    rolled, plain = rolled_and_slaps(data)
    assert [position for position, _ in plain] == [*FINGERS[OnPlate.LEFT], *FINGERS[OnPlate.RIGHT]]
    matched = 0
    for position, pixels in plain:
        view = prepare(extract(pixels))
        for code, other in enumerate(rolled, 1):
            same = compare(other, view).matched
            assert not same or code == (position.code if position else 0)
            matched += same
    assert matched >= 7


def test_the_amputated_finger_of_the_nists_record_moves_no_name(data: Path) -> None:
    file = data / "fingerprints" / "an2k" / "type-14-amp-nqm-utf8.an2"
    picture = finger_picture(from_an2k(file.read_bytes()).records[3])
    on_plate, missing = slaps.asked_for(picture)
    found = segment(picture.image.pixels(), on_plate=on_plate, missing=missing)
    assert named(found) == ["left_little", "left_middle", "left_index"]


def test_the_crease_of_a_whole_finger_is_where_the_nists_record_ends_the_distal_phalanx(data: Path) -> None:
    file = data / "fingerprints" / "an2k" / "type-14-tip-eji-wsq.an2"
    record = from_an2k(file.read_bytes()).of_type(14)[3]
    assert isinstance(record, TaggedRecord)
    left, right, top, bottom = (int(value) for value in record.rows(15)[1][2:])
    found = segment(*image_source.read(file, view=4), fingers=1)
    (corners,) = (one.box.corners() for one in found.fingers)
    assert abs(corners[:, 0].min() - left) < 32
    assert abs(corners[:, 0].max() - right) < 32
    assert abs(corners[:, 1].min() - top) < 32
    assert abs(corners[:, 1].max() - bottom) < 64


def test_inked_thumbs_match_the_rolled_ones(data: Path) -> None:
    folder = data / "fingerprints" / "an2k"
    found = segment(*image_source.read(folder / "type-14-amp-nqm-utf8.an2", view=1), on_plate=OnPlate.THUMBS)
    assert named(found) == ["left_thumb", "right_thumb"]
    for one in found.fingers:
        code = one.position.code if one.position else 0
        rolled = extract(*image_source.read(folder / "type-14-tpcard-nqm.an2", view=code))
        assert compare(prepare(rolled), prepare(extract(one.pixels))).matched


def test_segments_and_missing_fingers_survive_a_transaction(three: Laid) -> None:
    found = segment(three.pixels, missing=[RING])
    record = slaps.slap_record(found, CodedImage.of(three.pixels), 1, agency="XX0", date="20261126", bandaged=[RING])
    whole = Transaction(header([record], version="0500", kind="AMN"), (record,))
    picture = finger_picture(from_an2k(to_an2k(whole)).records[0])
    assert (picture.code, picture.missing) == (13, ((4, "UP"),))
    assert slaps.asked_for(picture) == (OnPlate.RIGHT, (RING,))
    assert [one.code for one in picture.segments] == [2, 3, 5]
    for one, finger in zip(picture.segments, found.fingers, strict=True):
        assert one.left < finger.box.x < one.right < found.width
        assert one.top < finger.box.y < one.bottom < found.height
        assert one.right - one.left >= finger.box.width - 2


def test_a_slap_of_an_unknown_hand_and_another_picture_are_not_recorded(three: Laid, right: Laid) -> None:
    image = CodedImage.of(three.pixels)
    with pytest.raises(ValueError, match="unknown hand"):
        slaps.slap_record(segment(three.pixels), image, 1, agency="XX0", date="20261126")
    with pytest.raises(ValueError, match="not the one"):
        slaps.slap_record(segment(right.pixels[:900]), image, 1, agency="XX0", date="20261126")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["slap", *map(str, arguments)])


def test_the_command_lists_draws_and_writes_the_fingers(right: Laid, tmp_path: Path) -> None:
    Image.fromarray(right.pixels).save(tmp_path / "slap.png", dpi=(500, 500))
    told = run(tmp_path / "slap.png", "--out", tmp_path / "out", "--plot", tmp_path / "plot.png", "--json")
    assert told.exit_code == 0
    listed = json.loads(told.stdout)
    assert listed["hand"] == "right"
    assert [one["code"] for one in listed["fingers"]] == [2, 3, 4, 5]
    for one in listed["fingers"]:
        with Image.open(one["file"]) as picture:
            assert picture.size == pytest.approx((one["box"]["width"], one["box"]["height"]), abs=20)
    with Image.open(tmp_path / "plot.png") as plot:
        assert plot.size == right.pixels.shape[::-1]
    assert "right_ring" in run(tmp_path / "slap.png").stdout


def test_the_command_believes_a_transaction_about_hand_and_missing_fingers(three: Laid, tmp_path: Path) -> None:
    found = segment(three.pixels, missing=[RING])
    record = slaps.slap_record(found, CodedImage.of(three.pixels), 1, agency="XX0", date="20261126")
    whole = Transaction(header([record], version="0500", kind="AMN"), (record,))
    (tmp_path / "slap.an2").write_bytes(to_an2k(whole))
    listed = json.loads(run(tmp_path / "slap.an2", "--json").stdout)
    assert (listed["hand"], listed["missing"]) == ("right", ["right_ring"])
    assert [one["code"] for one in listed["fingers"]] == [2, 3, 5]


def test_the_command_says_in_one_line_what_is_wrong(tmp_path: Path) -> None:
    Image.fromarray(np.full((300, 300), 255, np.uint8)).save(tmp_path / "blank.png", dpi=(500, 500))
    assert "no skin on the plate" in run(tmp_path / "blank.png").stdout
    for refused in (
        run(tmp_path / "none.png"),
        run(tmp_path / "blank.png", "--hand", "right", "--missing", 9),
        run(tmp_path / "blank.png", "--view", 2),
    ):
        assert refused.exit_code == 2
        assert refused.stderr.startswith("biometrics: ")
        assert refused.stderr.count("\n") == 1
