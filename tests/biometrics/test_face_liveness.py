"""Signs of a presentation attack: each layer on what it is for, the sum that is reported, and bad input."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper
from typer.testing import CliRunner

from biometrics.capture import FaceModelUnusable, Frame, NoFace
from biometrics.commands.faces import app
from biometrics.face.liveness import stills
from biometrics.face.liveness.border import enclosure
from biometrics.face.liveness.captures import watched
from biometrics.face.liveness.eyes import relief
from biometrics.face.liveness.fusion import BOUND, report, scaled, shipped, sides
from biometrics.face.liveness.layers import LAYERS, MOTION
from biometrics.face.liveness.motion import KeyFrame, flicker
from biometrics.face.liveness.plugin import LivenessNetwork
from biometrics.face.liveness.second_stream import depth_relief, infrared_contrast, infrared_level
from biometrics.face.liveness.streams import Companion, EmptyPlace
from biometrics.face.liveness.surroundings import hidden
from biometrics.face.liveness.watch import LivenessWatch
from biometrics.face.liveness.window import SIDE, Window
from biometrics.face.template import FaceBox
from biometrics.outcome import Outcome
from biometrics.picture import to_jpeg

RNG = np.random.default_rng(3)
BOX = FaceBox(220, 140, 160, 160, 1.0)
POINTS = np.array([(350.0, 190), (320, 192), (250, 190), (280, 192), (300, 240)])
TEXTURE = cv2.GaussianBlur(RNG.uniform(0, 255, (480, 640, 3)), (0, 0), 2.5)
FACE = np.clip(130 + 3 * (TEXTURE - TEXTURE.mean()), 0, 255).astype(np.uint8)
REPORT_VALUES = st.dictionaries(st.sampled_from(list(LAYERS)), st.floats(-1e6, 1e6) | st.just(math.nan))


@given(REPORT_VALUES, st.booleans())
def test_the_score_is_the_sum_of_its_findings(evidence: dict[str, float], enough: bool) -> None:
    found = report(evidence, enough=enough)
    assert found.score == pytest.approx(shipped().constant + sum(one.score for one in found.findings))
    assert all(one.detail for one in found.findings)


@given(REPORT_VALUES)
def test_nobody_is_called_living_without_motion(evidence: dict[str, float]) -> None:
    still = {name: value for name, value in evidence.items() if name not in MOTION}
    assert report(still, enough=True).live is not True
    assert report(evidence, enough=False).live is not True


@given(st.sampled_from(list(LAYERS)), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_more_of_what_speaks_for_an_attack_never_raises_a_layers_part(name: str, a: float, b: float) -> None:
    weight = shipped().layers.get(name)
    if weight is None:
        return
    worse, better = sorted((a, b), key=lambda one: -sides(name, (scaled(name, one) - weight.usual) / weight.spread)[0])
    assert shipped().part(name, worse) <= shipped().part(name, better) + 1e-9 or sides(name, 0) == (0, 0)
    assert shipped().part(name, a) >= weight.suspect * BOUND - 1e-9


def test_weights_keep_their_signs_and_know_only_layers_there_are() -> None:
    for name, weight in shipped().layers.items():
        assert name in LAYERS
        assert weight.suspect <= 0 <= weight.alive
        assert weight.spread > 0


def test_a_watch_that_saw_nothing_says_so() -> None:
    found = LivenessWatch().report()
    assert found.live is None
    assert {one.outcome for one in found.findings} <= {Outcome.UNDETERMINED}


def test_a_lost_track_is_left_out() -> None:
    watch = LivenessWatch()
    watch.add(FACE, BOX, np.zeros((5, 2)), 0.0)
    watch.add(FACE, FaceBox(0, 0, 10, 10, 0), POINTS, 0.1)
    assert watch.frames == 0


def test_a_picture_moved_before_a_standing_hall_betrays_itself() -> None:
    """The texture is both face and surroundings: moved along it is a picture, moved alone it is a face."""
    evidence = {}
    for kind in ("held", "alone"):
        watch = LivenessWatch()
        for number in range(12):
            shift = np.array([[1, 0, 4 * math.sin(number)], [0, 1, 3 * math.cos(number)]])
            moved = np.asarray(cv2.warpAffine(FACE, shift, (640, 480), borderMode=cv2.BORDER_REFLECT), np.uint8)
            image = moved if kind == "held" else FACE.copy()
            image[150:290, 230:370] = moved[150:290, 230:370]
            watch.add(image, BOX, POINTS, number / 8)
        evidence[kind] = watch.evidence()
    assert evidence["alone"]["around"] < 0.2 < 1 < evidence["held"]["around"]


def test_who_stands_before_a_known_place_hides_a_heads_breadth_and_what_is_held_up_more() -> None:
    place = np.asarray(cv2.cvtColor(FACE, cv2.COLOR_RGB2GRAY), np.uint8)
    head, tablet, aside = place.copy(), place.copy(), place.copy()
    cv2.ellipse(head, (300, 220), (110, 140), 0, 0, 360, 90, -1)
    cv2.rectangle(tablet, (130, 0), (470, 479), 16, -1)
    cv2.ellipse(aside, (490, 220), (60, 140), 0, 0, 360, 90, -1)
    assert hidden(place, place, BOX) == 0
    assert hidden(place, head, BOX) < 0.1 < 0.5 < hidden(place, tablet, BOX)
    assert hidden(place, aside, BOX) > 0.2, "somebody beside is seen too"
    darker = np.asarray(cv2.convertScaleAbs(head, alpha=0.8), np.uint8)
    assert hidden(place, darker, BOX) < 0.15, "another exposure hides nothing"
    watch = LivenessWatch(empty=np.zeros((10, 10), np.uint8))
    watch.add(FACE, BOX, POINTS, 0.0)
    assert math.isnan(watch.evidence().get("hidden", math.nan)), "a picture of another size is left out"


def test_the_empty_place_is_kept_only_of_a_time_that_was_empty_before_and_after() -> None:
    inside = False
    place = EmptyPlace(lambda: not inside)
    frames = [Frame(np.full((1, 1, 3), n, np.uint8), n / 8, n) for n in range(30)]
    for frame in frames[:7]:
        place.add(frame)
    assert place.picture(0.7) is None, "not yet seen to stay empty"
    inside = True
    place.add(frames[7])
    inside = False
    for frame in frames[8:20]:
        place.add(frame)
    kept = place.picture(2.0)
    assert kept is not None
    assert kept.at == 1.5
    inside = True
    place.add(frames[20])
    assert place.picture(2.0) is kept, "who enters does not take it away"
    assert place.picture(4000.0) is None, "too old to tell anything"


def test_a_planes_motion_leaves_no_residual_and_a_solids_does() -> None:
    window = Window.about(BOX).of(np.asarray(cv2.cvtColor(FACE, cv2.COLOR_RGB2GRAY), np.uint8))
    key = KeyFrame(window, np.zeros((2, 2)))
    tilted = np.array([[1.02, 0.01, -2], [0.0, 1.01, 1], [1e-4, 5e-5, 1]])
    plane = np.asarray(cv2.warpPerspective(window, tilted, (SIDE, SIDE)), np.uint8)
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    nose = 3 * np.exp(-((x - SIDE / 2) ** 2 + (y - SIDE / 2) ** 2) / 400)
    solid = np.asarray(cv2.remap(window, x + nose.astype(np.float32), y, cv2.INTER_LINEAR), np.uint8)
    assert key.shift(plane).residual < 0.003 < 0.006 < key.shift(solid).residual


def test_a_grid_of_pixels_is_seen_in_the_spectrum() -> None:
    face = FACE[140:300, 220:380]
    x = np.arange(160)[None, :, None]
    shown = np.clip(face * (1 + 0.15 * np.cos(2 * np.pi * x / 3.3)), 0, 255).astype(np.uint8)
    assert stills.moire(shown) > stills.moire(face) + 0.8


def test_a_copy_is_softer_paler_and_its_black_is_not_black() -> None:
    face = FACE[140:300, 220:380]
    grey = face.mean(2, keepdims=True)
    pale = np.clip(60 + 0.6 * (grey + 0.5 * (face - grey)), 0, 255).astype(np.uint8)
    sharp = np.clip(face + RNG.normal(0, 4, face.shape), 0, 255).astype(np.uint8)
    assert stills.black_level(pale) > stills.black_level(face)
    assert stills.saturation(pale) < stills.saturation(face)
    assert stills.softness(np.asarray(cv2.GaussianBlur(sharp, (0, 0), 2), np.uint8)) < stills.softness(sharp)


def test_a_frame_encloses_and_one_door_post_does_not() -> None:
    plain = np.full((SIDE, SIDE), 120, np.uint8)
    framed, post = plain.copy(), plain.copy()
    cv2.rectangle(framed, (50, 40), (SIDE - 50, SIDE - 20), 20, 6)
    cv2.rectangle(post, (40, 0), (46, SIDE), 20, -1)
    assert enclosure(framed) > 2
    assert enclosure(post) == enclosure(plain) == 0


def test_rows_that_dim_are_a_display() -> None:
    window = np.full((SIDE, SIDE), 150, np.uint8)
    bands = np.sin(np.arange(SIDE) / 9)[:, None]
    dimmed = np.clip(window * (1 + 0.08 * bands), 0, 255).astype(np.uint8)
    assert flicker(window, window) < 0.1 < 2 < flicker(window, dimmed)


def test_a_nose_that_moves_against_the_eyes_stands_out() -> None:
    times = np.linspace(0, 2, 20)
    jitter = RNG.normal(0, 0.003, (20, 2))
    still, turning = jitter, jitter + np.stack([0.04 * np.sin(3 * times), 0 * times], 1)
    unmoved, moved = (list(places @ np.array([1, 1j])) for places in (still, turning))
    assert relief(unmoved) < 1 < 2 < relief(moved)
    assert math.isnan(relief(unmoved[:3]))


def test_the_second_camera_tells_screens_sheets_and_faces_apart() -> None:
    screen = np.full((480, 640), 12, np.uint8)
    assert infrared_level(screen, BOX) < 0.1
    assert infrared_contrast(np.full((480, 640), 200, np.uint8), BOX, POINTS) < 0.05
    holes = np.full((480, 640), 200, np.uint8)
    for x in (265, 335):
        cv2.ellipse(holes, (x, 191), (22, 14), 0, 0, 360, 40, -1)
    assert infrared_contrast(holes, BOX, POINTS) < 0.1, "a sheet of paper with holes for the eyes has no features"
    y, x = np.mgrid[0:480, 0:640].astype(np.float32)
    noise = RNG.normal(0, 1, (480, 640))
    bent = (500 + (x - 300) ** 2 / 400 + noise).astype(np.float32)
    nose = bent - (25 * np.exp(-((x - 300) ** 2 + (y - 225) ** 2) / 500)).astype(np.float32)
    assert depth_relief(bent, BOX) < 1.5 < 2.5 < depth_relief(nose, BOX)
    assert math.isnan(depth_relief(np.zeros((480, 640), np.float32), BOX))


@settings(max_examples=50)
@given(st.lists(st.floats(0, 2), max_size=20), st.floats(0, 2))
def test_a_frame_is_paired_with_the_nearest_or_with_none(times: list[float], at: float) -> None:
    companion = Companion()
    ordered = sorted(times)[-8:]
    for number, time in enumerate(ordered):
        companion.add(Frame(np.zeros((1, 1, 3), np.uint8), time, number))
    near = [time for time in ordered if abs(time - at) <= 0.06]
    found = companion.nearest(at)
    assert (found is None) == (not near)
    assert found is None or abs(found.at - at) == min(abs(time - at) for time in near)


@pytest.fixture
def network(tmp_path: Path) -> Path:
    """Its outputs are 0 and the input's mean: 1 of 2 is live."""
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["mean"], keepdims=0),
        helper.make_node("Reshape", ["mean", "shape"], ["one"]),
        helper.make_node("Concat", ["zero", "one"], ["scores"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "fake",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 80, 80])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 2])],
        [
            helper.make_tensor("shape", TensorProto.INT64, [2], [1, 1]),
            helper.make_tensor("zero", TensorProto.FLOAT, [1, 1], [0.0]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    data = model.SerializeToString()
    (tmp_path / "fake.onnx").write_bytes(data)
    onnx.checker.check_model(model)
    toml = tmp_path / "fake.toml"
    toml.write_text(
        f'name = "fake"\nfile = "fake.onnx"\nsha256 = "{hashlib.sha256(data).hexdigest()}"\ninput = [80, 80]\n'
        'crop = 2.7\ncolour = "bgr"\nmean = [128, 128, 128]\nscale = 0.03125\nlive = 1\nsoftmax = true\n'
    )
    return toml


def test_a_network_is_heard(network: Path) -> None:
    judge = LivenessNetwork(network)
    assert judge(np.full((480, 640, 3), 192, np.uint8), BOX) == pytest.approx(2.0, abs=0.01)
    watch = LivenessWatch(judge)
    watch.add(FACE, BOX, POINTS, 0.0)
    assert not math.isnan(watch.evidence()["network"])


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("input = [80, 80]", "input = [64, 80]", "change `input`"),
        ("live = 1", "live = 7", "no output number 7"),
        ("live = 1", "", "live: Field required"),
        ('colour = "bgr"', 'colour = "grey"\nextra = 1', "(?s)colour: Input should be.*extra: Extra inputs"),
        ("fake.onnx", "other.onnx", "cannot be read"),
        ("sha256 =", "sha256 = 'a'\n#", "sha256: String should match"),
        ("name =", "name", "TOML"),
    ],
)
def test_a_wrong_description_is_named(network: Path, before: str, after: str, says: str) -> None:
    network.write_text(network.read_text().replace(before, after))
    with pytest.raises(FaceModelUnusable, match=says):
        LivenessNetwork(network)


def test_another_file_than_described_is_refused(network: Path) -> None:
    (network.parent / "fake.onnx").write_bytes(b"no network")
    with pytest.raises(FaceModelUnusable, match="SHA-256"):
        LivenessNetwork(network)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_what_shows_no_face_gives_no_answer(level: int) -> None:
    with pytest.raises(NoFace):
        watched([to_jpeg(np.full((200, 200, 3), level, np.uint8))], rate=8)


def test_the_command_answers_for_a_still_of_a_person_and_says_how_little_it_knows(data: Path) -> None:
    image = sorted((data / "faces" / "lfw").glob("*/*_0001.jpg"))[3]
    found = CliRunner().invoke(app, ["liveness", str(image), "--json"])
    answer = json.loads(found.stdout)
    assert found.exit_code == 0
    assert answer["live"] is None
    assert {one["code"] for one in answer["findings"]} >= {"moire", "no_blink"}


def test_the_command_names_a_bad_file_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "broken.jpg"
    file.write_bytes(b"\xff\xd8\xff nothing")
    found = CliRunner().invoke(app, ["liveness", str(file)])
    assert found.exit_code == 2
    assert found.stderr.count("\n") == 1
