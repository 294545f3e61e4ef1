"""Pictures that hold no one face, and files that hold it oddly: a typed failure with advice, or the right face."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from biometrics.capture import CaptureFailed, NoFace, Rgb, SeveralFaces, UnusableImage
from biometrics.face.compare import FaceVerifier
from biometrics.face.detect import detect
from biometrics.picture import decode, to_jpeg

FACE = (378, 56, 140)
"""Left, top and side of the face in the portrait of 480 lines."""


@pytest.fixture(scope="module")
def portrait(data: Path) -> Rgb:
    return decode((data / "faces/portraits/obama-480p.jpg").read_bytes())


@pytest.fixture(scope="module")
def verifier() -> FaceVerifier:
    return FaceVerifier()


@pytest.fixture(scope="module")
def face(portrait: Rgb) -> Rgb:
    left, top, side = FACE
    return np.ascontiguousarray(portrait[top - 50 : top + side + 60, left - 50 : left + side + 60])


def on_grey(picture: Rgb, height: int, width: int) -> Rgb:
    field = np.full((height, width, 3), 120, np.uint8)
    top, left = (height - picture.shape[0]) // 2, (width - picture.shape[1]) // 2
    field[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return field


def resized(picture: Rgb, factor: float) -> Rgb:
    return np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)


@pytest.mark.parametrize("level", [0, 255, 120])
def test_one_colour_has_no_face(verifier: FaceVerifier, level: int) -> None:
    with pytest.raises(NoFace) as failed:
        verifier.template(np.full((480, 640, 3), level, np.uint8))
    assert failed.value.advice == "come_closer"


def test_noise_has_no_face(verifier: FaceVerifier) -> None:
    with pytest.raises(NoFace):
        verifier.template(np.random.default_rng(1).integers(0, 256, (480, 640, 3)).astype(np.uint8))


def test_twenty_pixels_are_too_few_and_the_message_says_what_to_do(verifier: FaceVerifier, face: Rgb) -> None:
    with pytest.raises(NoFace, match="come closer") as failed:
        verifier.template(on_grey(resized(face, 20 / 140), 480, 640))
    assert failed.value.advice == "come_closer"


def test_a_face_of_four_thousand_pixels_is_found_and_is_the_same_person(
    verifier: FaceVerifier, face: Rgb, portrait: Rgb
) -> None:
    large = np.asarray(cv2.resize(face, (5600, 5600), interpolation=cv2.INTER_LINEAR), np.uint8)
    template = verifier.template(large)
    assert 2500 < template.box.width < 4800
    assert verifier.compare(template, verifier.template(portrait)).matched


@pytest.mark.parametrize("half", ["left", "right", "upper", "lower"])
def test_half_a_face_is_no_face(verifier: FaceVerifier, portrait: Rgb, half: str) -> None:
    x, y = FACE[0] + FACE[2] // 2, FACE[1] + FACE[2] // 2
    cut = {"left": portrait[:, :x], "right": portrait[:, x:], "upper": portrait[:y], "lower": portrait[y:]}[half]
    with pytest.raises(CaptureFailed) as failed:
        verifier.template(np.ascontiguousarray(cut))
    assert failed.value.advice in ("come_closer", "centre_face")


def test_a_picture_that_is_only_the_face_is_enough(verifier: FaceVerifier, portrait: Rgb) -> None:
    left, top, side = FACE
    tight = np.ascontiguousarray(portrait[top : top + side, left : left + side])
    assert verifier.compare(verifier.template(tight), verifier.template(portrait)).matched


def test_a_face_that_the_first_detector_misses_is_found_by_the_second(verifier: FaceVerifier, portrait: Rgb) -> None:
    """Leaning by sixty degrees."""
    turn = cv2.getRotationMatrix2D((FACE[0] + FACE[2] / 2, FACE[1] + FACE[2] / 2), 60, 1)
    leaning = np.asarray(cv2.warpAffine(portrait, turn, (portrait.shape[1], portrait.shape[0])), np.uint8)
    assert detect(leaning, thorough=False) == []
    assert verifier.compare(verifier.template(leaning), verifier.template(portrait)).matched


def test_two_faces_are_several_and_one_is_asked_to_step_aside(verifier: FaceVerifier, face: Rgb) -> None:
    with pytest.raises(SeveralFaces) as failed:
        verifier.template(np.hstack([face, np.ascontiguousarray(face[:, ::-1])]))
    assert failed.value.advice == "one_person"


@pytest.mark.parametrize("share", [1.0, 0.75])
def test_a_second_face_that_matters_is_noticed_beside_a_large_one(
    verifier: FaceVerifier, face: Rgb, share: float
) -> None:
    near, other = resized(face, 1.5), resized(face, 1.5 * share)
    with pytest.raises(SeveralFaces):
        verifier.template(np.hstack([near, on_grey(other, near.shape[0], other.shape[1])]))


class TestFiles:
    def encoded(self, picture: Image.Image, form: str = "PNG") -> bytes:
        out = io.BytesIO()
        picture.save(out, form)
        return out.getvalue()

    def test_sixteen_bits_of_grey_keep_their_shades(self, portrait: Rgb) -> None:
        grey = np.asarray(cv2.cvtColor(portrait, cv2.COLOR_RGB2GRAY), np.uint16) * 257
        read = decode(self.encoded(Image.fromarray(grey)))
        assert np.array_equal(read[..., 1], grey >> 8)

    def test_a_grey_face_is_the_same_person(self, verifier: FaceVerifier, portrait: Rgb) -> None:
        grey = decode(self.encoded(Image.fromarray(portrait).convert("L")))
        assert grey.shape == portrait.shape
        assert verifier.compare(verifier.template(grey), verifier.template(portrait)).matched

    @pytest.mark.parametrize("hidden", [0, 255])
    def test_what_transparent_pixels_hide_is_not_seen(self, portrait: Rgb, hidden: int) -> None:
        see_through = np.dstack([np.full_like(portrait, hidden), np.zeros(portrait.shape[:2], np.uint8)])
        see_through[100:200, 100:200, :3], see_through[100:200, 100:200, 3] = portrait[100:200, 100:200], 255
        read = decode(self.encoded(Image.fromarray(see_through)))
        assert np.array_equal(read[100:200, 100:200], portrait[100:200, 100:200])
        assert set(np.unique(read[:90])) == {128}

    def test_a_palette_is_read(self, portrait: Rgb) -> None:
        read = decode(self.encoded(Image.fromarray(portrait).convert("P", palette=Image.Palette.ADAPTIVE)))
        assert np.abs(read.astype(int) - portrait).mean() < 10

    def test_printers_colours_are_read(self, portrait: Rgb) -> None:
        read = decode(self.encoded(Image.fromarray(portrait).convert("CMYK"), "JPEG"))
        assert np.abs(read.astype(int) - portrait).mean() < 6

    @pytest.mark.parametrize("at", [2, 160])
    def test_a_jpeg_with_damaged_tables_is_refused(self, portrait: Rgb, at: int) -> None:
        raw = bytearray(to_jpeg(portrait))
        raw[at : at + 40] = bytes(40)
        with pytest.raises(UnusableImage):
            decode(bytes(raw))
