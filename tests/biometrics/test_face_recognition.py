"""The second detector against dlib's own, templates of faces that are known already, and large faces first."""

from __future__ import annotations

import os
from pathlib import Path

import dlib
import numpy as np
import pytest

from biometrics.capture import Rgb
from biometrics.face import models
from biometrics.face.compare import FaceVerifier
from biometrics.face.detect import detect, landmarks
from biometrics.face.dlib_networks import read_detection
from biometrics.face.mmod import hard_faces
from biometrics.face.template import FaceBox
from biometrics.picture import decode

NAMES = ("Aaron_Sorkin/Aaron_Sorkin_0001", "Abel_Pacheco/Abel_Pacheco_0001")
"""Two pictures of the reference data."""


@pytest.fixture(scope="module")
def pictures(data: Path) -> list[Rgb]:
    return [decode((data / "faces/lfw" / f"{name}.jpg").read_bytes()) for name in NAMES]


@pytest.fixture(scope="module")
def verifier() -> FaceVerifier:
    return FaceVerifier()


class TestSecondDetector:
    def test_it_finds_what_dlibs_own_finds_as_certainly(self, pictures: list[Rgb]) -> None:
        """dlib lays all sizes on one sheet and steps by eight pixels of each; a place may differ by such a step."""
        original = dlib.cnn_face_detection_model_v1(str(models.model_file(models.DETECTION)))
        for picture in pictures:
            (theirs,) = original(picture, 0)
            (ours,) = hard_faces(picture, smallest=80)
            assert ours.score == pytest.approx(theirs.confidence, abs=0.06)
            centre = theirs.rect.center()
            assert abs(ours.centre[0] - centre.x) < 0.25 * ours.width
            assert abs(ours.centre[1] - centre.y) < 0.25 * ours.width
            assert 0.75 < theirs.rect.width() / ours.width < 1.35

    def test_its_layers_are_those_of_the_paper(self) -> None:
        network = read_detection(models.model_file(models.DETECTION).read_bytes())
        assert [layer.weights.shape for layer in network.layers] == [
            *((16, 3, 5, 5), (32, 16, 5, 5), (32, 32, 5, 5)),
            *((45, 32, 5, 5), (45, 45, 5, 5), (45, 45, 5, 5), (1, 45, 9, 9)),
        ]
        assert all(np.isfinite(layer.weights).all() for layer in network.layers)

    def test_its_boxes_serve_the_points_as_hogs_do(self, pictures: list[Rgb]) -> None:
        for picture in pictures:
            (frontal,), (hard,) = detect(picture), hard_faces(picture, smallest=80)
            apart = landmarks(picture, frontal) - landmarks(picture, hard)
            assert np.hypot(*apart.T).mean() < 0.05 * frontal.width


class TestKnownFaces:
    def test_a_face_known_by_box_and_points_has_the_template_that_a_search_gives(
        self, pictures: list[Rgb], verifier: FaceVerifier
    ) -> None:
        for picture in pictures:
            found = verifier.template(picture)
            known = verifier.template_at(picture, found.box, found.landmarks)
            assert np.allclose(known.vector, found.vector, atol=1e-5)
            assert known.quality == found.quality

    def test_several_in_one_run_are_what_each_is_alone(self, pictures: list[Rgb], verifier: FaceVerifier) -> None:
        sightings = [(picture, one.box, one.landmarks) for picture in pictures for one in [verifier.template(picture)]]
        together = verifier.templates_at(sightings)
        for one, sighting in zip(together, sightings, strict=True):
            assert np.allclose(one.vector, verifier.template_at(*sighting).vector, atol=1e-5)
        assert verifier.templates_at([]) == []

    def test_a_picture_and_its_mirror_image_give_nearly_one_template(
        self, pictures: list[Rgb], verifier: FaceVerifier
    ) -> None:
        for picture in pictures:
            mirrored = verifier.template(np.ascontiguousarray(picture[:, ::-1]))
            assert verifier.compare(verifier.template(picture), mirrored).score > 0.98


def test_nothing_is_written_where_a_capture_fails(
    verifier: FaceVerifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with pytest.raises(Exception, match="No face"):
        verifier.template(np.full((300, 300, 3), 200, np.uint8))
    assert os.listdir(tmp_path) == []


def test_a_thorough_search_costs_nothing_where_a_face_is_found(pictures: list[Rgb]) -> None:
    assert detect(pictures[0], thorough=True) == detect(pictures[0], thorough=False)
    assert all(isinstance(box, FaceBox) and box.marks is None for box in detect(pictures[0]))
