"""Detectors and embedders of others, as TOML files describe them: what they give, and every way to get them wrong."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from biometrics.capture import FaceModelUnusable, OtherBackend, Rgb, UnusableImage
from biometrics.face import compare
from biometrics.face.align import chip
from biometrics.face.backend import loaded
from biometrics.face.compare import FaceVerifier
from biometrics.face.detect import detect, landmarks
from biometrics.face.onnx_embedder import ARCFACE
from biometrics.face.template import FaceBox
from biometrics.picture import decode
from tests.biometrics.face_networks import (
    CALIBRATION,
    MARKS,
    backend,
    detector_section,
    embedder_section,
    fake_arcface,
    fake_yunet,
    sha256,
)


@pytest.fixture
def arcface(tmp_path: Path) -> Path:
    file = tmp_path / "arcface.onnx"
    fake_arcface(file)
    return file


@pytest.fixture
def yunet(tmp_path: Path) -> Path:
    file = tmp_path / "yunet.onnx"
    fake_yunet(file)
    return file


@pytest.fixture(scope="module")
def portrait(data: Path) -> Rgb:
    return decode((data / "faces/portraits/obama-480p.jpg").read_bytes())


def problems(file: Path) -> list[str]:
    with pytest.raises(FaceModelUnusable) as refused:
        FaceVerifier.from_toml(file)
    return refused.value.problems


class TestEmbedder:
    def test_a_template_of_a_plug_in_carries_its_name_and_is_decided_by_its_threshold(
        self, tmp_path: Path, arcface: Path, portrait: Rgb
    ) -> None:
        verifier = FaceVerifier.from_toml(backend(tmp_path, embedder_section(arcface), CALIBRATION))
        template = verifier.template(portrait)
        result = verifier.compare(template, template)
        assert (template.backend, template.vector.shape) == ("fake", (48,))
        assert (result.backend, result.threshold, result.fmr) == ("fake", 0.99, 0.001)
        assert result.score == pytest.approx(1)

    def test_templates_of_two_backends_never_become_a_score(self, tmp_path: Path, arcface: Path, portrait: Rgb) -> None:
        other = FaceVerifier.from_toml(backend(tmp_path, embedder_section(arcface), CALIBRATION))
        verifier = FaceVerifier()
        theirs, ours = other.template(portrait), verifier.template(portrait)
        for judge in (verifier, other):
            with pytest.raises(OtherBackend, match="does not compare"):
                judge.compare(ours, theirs)

    @pytest.mark.parametrize("batch", [1, "n"])
    def test_a_mirrored_average_knows_no_left_and_right(self, tmp_path: Path, batch: int | str) -> None:
        file = tmp_path / "a.onnx"
        fake_arcface(file, batch=batch)
        embedder = loaded(backend(tmp_path, embedder_section(file))).embedder
        chips = np.random.default_rng(1).integers(0, 255, (3, 1, 112, 112, 3)).astype(np.uint8)
        tiles = embedder.many(list(chips)).reshape(3, 3, 4, 4)
        assert np.allclose(tiles, tiles[..., ::-1], atol=1e-6)
        assert np.allclose((tiles**2).sum((1, 2, 3)), 1, atol=1e-5)

    def test_colours_mean_and_scale_are_as_described(self, tmp_path: Path, arcface: Path) -> None:
        file = backend(tmp_path, embedder_section(arcface, colour="bgr", mean=[10, 20, 30], scale=0.5))
        chip = np.zeros((1, 112, 112, 3), np.uint8) + np.array([90, 60, 20], np.uint8)
        vector = loaded(file).embedder.many([chip])[0].reshape(3, 16)[:, 0]
        expected = np.array([20 - 10, 60 - 20, 90 - 30]) / 2
        assert np.allclose(vector, expected / np.linalg.norm(expected) / 4, atol=1e-5)

    def test_a_vector_without_direction_is_no_template(self, tmp_path: Path, arcface: Path) -> None:
        embedder = loaded(backend(tmp_path, embedder_section(arcface))).embedder
        with pytest.raises(UnusableImage, match="another picture"):
            embedder.many([np.zeros((1, 112, 112, 3), np.uint8)])

    def test_values_that_are_no_numbers_are_the_networks_fault(self, tmp_path: Path) -> None:
        file = tmp_path / "nan.onnx"
        fake_arcface(file, factor=float("inf"))
        assert "no numbers" in problems(backend(tmp_path, embedder_section(file), CALIBRATION))[0]

    def test_arcfaces_chip_has_the_marks_where_it_expects_them(self, tmp_path: Path, arcface: Path) -> None:
        image = np.zeros((300, 300, 3), np.uint8)
        marks = ARCFACE * 2 + (30, 40)
        for x, y in marks:
            image[round(y) - 2 : round(y) + 3, round(x) - 2 : round(x) + 3] = 255
        embedder = loaded(backend(tmp_path, embedder_section(arcface))).embedder
        (chip,) = embedder.crops(image, np.zeros((5, 2)), marks)
        assert all(chip[round(y), round(x)].min() > 100 for x, y in ARCFACE)

    def test_without_marks_the_eyes_lie_there_too(self, tmp_path: Path, arcface: Path, portrait: Rgb) -> None:
        box = detect(portrait)[0]
        points = landmarks(portrait, box)
        embedder = loaded(backend(tmp_path, embedder_section(arcface))).embedder
        (chip,) = embedder.crops(portrait, points, None)
        again = landmarks(chip, FaceBox(6, 6, 100, 100, 0))
        eyes = np.array([again[2:4].mean(0), again[0:2].mean(0)])
        assert np.abs(eyes - ARCFACE[:2]).max() < 6

    def test_dlibs_layout_is_met_by_dlibs_chip(self, tmp_path: Path, portrait: Rgb) -> None:
        file = tmp_path / "d.onnx"
        fake_arcface(file, side=150, batch=1)
        embedder = loaded(backend(tmp_path, embedder_section(file, kind="dlib"))).embedder
        points = landmarks(portrait, detect(portrait)[0])
        assert np.array_equal(embedder.crops(portrait, points, None)[0], chip(portrait, points))


class TestDetector:
    def test_yunets_face_is_found_where_its_maps_say(self, tmp_path: Path, yunet: Path) -> None:
        used = loaded(backend(tmp_path, detector_section(yunet)))
        (box,) = used.detector(np.zeros((128, 96, 3), np.uint8))
        assert box.marks is not None
        assert np.allclose(box.marks, 2 * np.array(MARKS), atol=1e-3)
        assert box.score == pytest.approx(0.9)
        x, y = box.centre
        assert box.width == pytest.approx(2.56 * 48)
        assert 60 < x < 72
        assert 60 < y < 72

    def test_faces_smaller_than_asked_for_are_passed_over(self, tmp_path: Path, yunet: Path) -> None:
        detector = loaded(backend(tmp_path, detector_section(yunet))).detector
        assert detector(np.zeros((64, 64, 3), np.uint8), smallest=80) == []

    def test_a_detector_alone_leaves_the_embedder_and_its_calibration(self, tmp_path: Path, yunet: Path) -> None:
        verifier = FaceVerifier.from_toml(backend(tmp_path, detector_section(yunet), name="yunet"))
        assert verifier.backend.name == FaceVerifier().backend.name
        assert verifier.threshold == FaceVerifier().threshold


class TestMistakes:
    def test_everything_wrong_in_the_file_is_named_at_once(self, tmp_path: Path) -> None:
        file = backend(tmp_path, '[embedder]\nkind = "cosface"\nsha256 = "12"\ndimension = 1\nsurprise = 2', name="")
        told = problems(file)
        for key in ("name", "kind", "file", "sha256", "dimension", "surprise"):
            assert any(key in one for one in told), key

    def test_another_file_than_the_calibrated_one_is_refused(self, tmp_path: Path, arcface: Path) -> None:
        file = backend(tmp_path, embedder_section(arcface), CALIBRATION)
        arcface.write_bytes(arcface.read_bytes() + b" ")
        (told,) = problems(file)
        assert sha256(arcface) in told
        assert "calibrate" in told

    def test_a_missing_network_is_named(self, tmp_path: Path, arcface: Path) -> None:
        file = backend(tmp_path, embedder_section(arcface), CALIBRATION)
        arcface.unlink()
        assert "arcface.onnx cannot be read" in problems(file)[0]

    def test_what_is_no_onnx_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "a.onnx").write_bytes(b"not a network")
        told = problems(backend(tmp_path, embedder_section(tmp_path / "a.onnx"), CALIBRATION))
        assert "not an ONNX model" in told[0]

    @pytest.mark.parametrize(
        ("change", "advice"),
        [
            ({"input": 128}, "change `input`"),
            ({"dimension": 512}, "change `dimension`"),
            ({"output": "embedding"}, "name one of them as `output`"),
        ],
    )
    def test_a_network_of_another_shape_is_refused_with_advice(
        self, tmp_path: Path, arcface: Path, change: dict[str, object], advice: str
    ) -> None:
        assert advice in problems(backend(tmp_path, embedder_section(arcface, **change), CALIBRATION))[0]

    @pytest.mark.parametrize(
        ("change", "advice"),
        [
            ({"input": [96, 96]}, "change `input`"),
            ({"input": [64, 60]}, "multiples of every stride"),
            ({"strides": [8, 16]}, "change `outputs`"),
            ({"outputs": ["bbox_{stride}", "cls_{stride}", "obj_{stride}", "kps_{stride}"]}, "not in YuNet's layout"),
        ],
    )
    def test_a_detector_of_another_layout_is_refused_with_advice(
        self, tmp_path: Path, yunet: Path, change: dict[str, object], advice: str
    ) -> None:
        assert advice in problems(backend(tmp_path, detector_section(yunet, **change)))[0]

    def test_an_embedder_that_is_not_calibrated_decides_nothing(self, tmp_path: Path, arcface: Path) -> None:
        assert "face calibrate" in problems(backend(tmp_path, embedder_section(arcface)))[0]

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ("[0.1, 0.01, 0.001]", "[0.1, 0.01]", "as many"),
            ("[0.1, 0.01, 0.001]", "[0.001, 0.01, 0.1]", "must fall"),
            ("[0.5, 0.9, 0.99]", "[0.5, 0.99, 0.9]", "must rise"),
            ("weight = 100.0", "weight = nan", "weight"),
        ],
    )
    def test_a_calibration_that_makes_no_sense_is_refused(
        self, tmp_path: Path, arcface: Path, old: str, new: str, said: str
    ) -> None:
        assert said in problems(backend(tmp_path, embedder_section(arcface), CALIBRATION.replace(old, new)))[0]

    @pytest.mark.parametrize("content", ["not = = toml", 'name = "empty"'])
    def test_a_file_that_describes_nothing_is_refused(self, tmp_path: Path, content: str) -> None:
        (tmp_path / "b.toml").write_text(content)
        assert "b.toml" in problems(tmp_path / "b.toml")[0]

    def test_a_refusal_comes_whole_out_of_a_worker(self) -> None:
        error = pickle.loads(pickle.dumps(FaceModelUnusable(["one", "two"])))
        assert error.problems == ["one", "two"]
        assert str(error) == "one; two"


def test_a_process_uses_the_backend_it_was_told(tmp_path: Path, arcface: Path, portrait: Rgb) -> None:
    file = backend(tmp_path, embedder_section(arcface), CALIBRATION)
    try:
        compare.warm_up(file)
        assert compare.template_of(portrait).backend == "fake"
    finally:
        compare.choose(None)
    assert compare.template_of(portrait).backend == "dlib-resnet-29"


def test_a_backend_that_cannot_be_used_leaves_the_one_before(tmp_path: Path) -> None:
    with pytest.raises(FaceModelUnusable):
        compare.choose(tmp_path / "none.toml")
    assert compare.verifier().backend.name == "dlib-resnet-29"
