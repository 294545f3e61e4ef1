"""Data pages are read from pictures: every character right, or a plain refusal."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from passport_reader import mrz
from passport_reader.document import UnusableMrz
from passport_reader.page import glyphs, sighting, training
from passport_reader.page.certainty import confirmed
from passport_reader.page.proposals import propose
from passport_reader.page.reader import LEAST_CONFIDENCE, read_frames, read_page, sight
from passport_reader.page.zone import Zone
from simulators.issuing import Holder, Passport, World
from simulators.page import FONT, render_page
from simulators.page_view import View
from simulators.visas import Visa, issue_visa
from tests.conftest import require

Rgb = npt.NDArray[np.uint8]
WORLD = World(7)
TD2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<D231458907UTO7408122F1204159<<<<<<<6"
BED = (52, 54, 58)
ASKEW = View(degrees=10, perspective=0.04, glare=1, bed=None)
FAR_ASKEW = View(degrees=15, perspective=0.07, glare=2, bed=None)


@pytest.fixture(scope="module", autouse=True)
def typeface() -> None:
    require(FONT.exists(), "OCR-B typeface (apt-get install fonts-ocr-b)")


@cache
def passport(seed: int, form: str = "TD3") -> Passport:
    return WORLD.issue(holder(seed, form))


@cache
def visa(seed: int, form: str = "MRV-A") -> Visa:
    return issue_visa(holder(seed, form))


def holder(seed: int, form: str) -> Holder:
    draw = random.Random(seed)

    def word(shortest: int, longest: int) -> str:
        return "".join(draw.choices(string.ascii_uppercase, k=draw.randint(shortest, longest)))

    return Holder(
        surname=word(2, 14),
        given_names=f"{word(2, 9)} {word(2, 7)}",
        nationality=draw.choice(["JPN", "UTO", "D", "THA"]),
        issuing_state=draw.choice(["JPN", "UTO", "D"]),
        birth_date=date(draw.randint(1930, 2020), draw.randint(1, 12), draw.randint(1, 28)),
        sex=draw.choice("MFX"),
        expiry_date=date(draw.randint(2027, 2036), draw.randint(1, 12), draw.randint(1, 28)),
        document_number="".join(draw.choices(string.ascii_uppercase + string.digits, k=9)),
        portrait_jpeg=portrait(seed),
        format=form,
    )


def portrait(seed: int) -> bytes:
    blotches = np.random.default_rng(seed).integers(0, 255, (12, 10, 3)).astype(np.uint8)
    return cv2.imencode(".jpg", cv2.resize(blotches, (413, 531), interpolation=cv2.INTER_CUBIC))[1].tobytes()


@cache
def lightly_worn(form: str) -> Rgb:
    return render_page(passport(3, form), seed=3, wear="light")


def turned(image: Rgb, degrees: float) -> Rgb:
    height, width = image.shape[:2]
    placing = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 0.85)
    return cv2.warpAffine(image, placing, (width, height), borderValue=BED)


def tilted(image: Rgb) -> Rgb:
    height, width = image.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + np.array([[0.04 * width, 0.03 * height], [-0.04 * width, 0], [0, 0], [0, 0]], np.float32)
    return cv2.warpPerspective(image, cv2.getPerspectiveTransform(corners, moved), (width, height), borderValue=BED)


def as_jpeg(image: Rgb) -> Rgb:
    return cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 75])[1], cv2.IMREAD_COLOR)


def resized(image: Rgb, factor: float) -> Rgb:
    return cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize("form", ["TD1", "TD2", "TD3"])
@pytest.mark.parametrize("wear", ["new", "light"])
def test_a_clean_or_lightly_worn_page_is_read_wholly_right(form: str, wear: str) -> None:
    reading = read_page(render_page(passport(1, form), seed=1, wear=wear))
    assert reading.mrz.lines == passport(1, form).mrz_lines
    assert reading.mrz.format == form
    assert LEAST_CONFIDENCE <= reading.confidence <= 1.0


def test_no_shape_is_given_up_before_it_was_laid_exactly() -> None:
    """Roughly laid, 36 of the 44 columns of a zone may read better than all of them."""
    long, short = Zone(2, 44, np.eye(3), 0.0), Zone(2, 36, np.eye(3), 0.0)
    rough = [(f"reading {number}", zone) for number, zone in enumerate([short, short, short, long, long])]
    turns = [(needed, name) for needed, (name, _) in sighting._in_turn(rough)]  # type: ignore[arg-type]
    assert turns == [
        (True, "reading 0"), (True, "reading 1"), (True, "reading 3"), (False, "reading 2"), (False, "reading 4"),
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["MRV-A", "MRV-B"])
def test_a_visa_sticker_is_read_and_told_apart_from_a_page_of_its_shape(form: str) -> None:
    reading = read_page(render_page(visa(1, form), seed=1, wear="light", view=ASKEW))
    assert reading.mrz.format == form
    assert reading.mrz.lines == visa(1, form).mrz_lines


@pytest.mark.parametrize("seed", range(4))
def test_a_worn_page_askew_under_a_lamp_is_read(seed: int) -> None:
    form = ("TD1", "TD2", "TD3", "TD3")[seed]
    page = render_page(passport(seed, form), seed=seed, wear="medium", view=ASKEW)
    assert read_page(page).mrz.lines == passport(seed, form).mrz_lines


@pytest.mark.parametrize("seed", range(6))
def test_what_a_check_digit_covers_is_right_on_a_badly_worn_page_or_the_page_is_refused(seed: int) -> None:
    """The name line has none: there one letter may be wrong, and the chip tells."""
    try:
        reading = read_page(render_page(passport(seed), seed=seed, wear="heavy", view=FAR_ASKEW))
    except UnusableMrz:
        return
    assert reading.mrz.lines[1] == passport(seed).mrz_lines[1]


def glaring(picture: Rgb, across: float) -> Rgb:
    """With a lamp's reflection on both lines of the zone, so far along them."""
    lit = picture.copy()
    height, width = picture.shape[:2]
    cv2.circle(lit, (round(across * width), round(0.84 * height)), height // 8, (255, 255, 255), -1)
    return lit


def test_pictures_that_each_lack_a_part_are_read_together() -> None:
    page = render_page(passport(2), seed=2)
    frames = [glaring(page, across) for across in (0.25, 0.5, 0.75)]
    for frame in frames:
        with pytest.raises(UnusableMrz):
            read_page(frame)
    assert read_frames(frames).mrz.lines == passport(2).mrz_lines


def test_a_picture_without_a_page_takes_nothing_from_the_others() -> None:
    reading = read_frames([empty_bed(4), render_page(passport(2), seed=2), empty_bed(4)])
    assert reading.mrz.lines == passport(2).mrz_lines


def test_pictures_of_two_pages_are_never_read_as_one() -> None:
    with pytest.raises(UnusableMrz, match="different pages"):
        read_frames([render_page(passport(1), seed=1), render_page(passport(2), seed=2)])


def test_every_character_has_a_certainty_and_the_least_is_the_pages() -> None:
    reading = read_page(lightly_worn("TD1"))
    assert [len(line) for line in reading.characters] == [30, 30, 30]
    assert min(min(line) for line in reading.characters) == reading.confidence


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(lambda page: turned(page, 8), id="turned to the left"),
        pytest.param(lambda page: turned(page, -12), id="turned to the right"),
        pytest.param(tilted, id="tilted"),
        pytest.param(as_jpeg, id="compressed"),
        pytest.param(lambda page: resized(page, 0.6), id="180 dots an inch"),
        pytest.param(lambda page: resized(page, 2.0), id="600 dots an inch"),
        pytest.param(lambda page: (page * 0.35).astype(np.uint8), id="dark"),
        pytest.param(lambda page: (page * 0.4 + 120).astype(np.uint8), id="pale"),
    ],
)
def test_a_page_is_read_however_it_is_seen(seen: Callable[[Rgb], Rgb]) -> None:
    for form in ("TD1", "TD3"):
        page = lightly_worn(form)
        assert read_page(seen(page)).mrz.lines == passport(3, form).mrz_lines


def test_a_page_laid_upside_down_is_read_and_its_picture_turned() -> None:
    page = render_page(passport(1), seed=1)
    reading = read_page(np.ascontiguousarray(page[::-1, ::-1]))
    assert reading.mrz.lines == passport(1).mrz_lines
    assert np.array_equal(reading.image, page)


def empty_bed(noise: float) -> Rgb:
    bed = np.full((1227, 1664, 3), BED, np.float32)
    return np.clip(bed + np.random.default_rng(1).standard_normal(bed.shape) * noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(empty_bed(0), id="an empty bed"),
        pytest.param(empty_bed(12), id="an empty bed in poor light"),
        pytest.param(np.full((1227, 1664, 3), 255, np.uint8), id="a blank sheet"),
        pytest.param(np.random.default_rng(2).integers(0, 255, (600, 800, 3)).astype(np.uint8), id="noise"),
        pytest.param(np.zeros((1, 1, 3), np.uint8), id="one pixel"),
        pytest.param(np.zeros((4, 3000, 3), np.uint8), id="a thin strip"),
    ],
)
def test_nothing_is_read_where_no_page_lies(image: Rgb) -> None:
    with pytest.raises(UnusableMrz, match="no machine readable zone"):
        read_page(image)


def test_half_a_page_is_refused() -> None:
    page = render_page(passport(2), seed=2)
    height, width = page.shape[:2]
    for part in (page[:, : width // 2], page[:, width // 3 :], page[: height // 2]):
        with pytest.raises(UnusableMrz):
            read_page(np.ascontiguousarray(part))


def test_a_thumb_on_the_zone_is_refused() -> None:
    page = render_page(passport(2), seed=2)
    cv2.circle(page, (900, 1020), 90, (205, 160, 140), -1)
    with pytest.raises(UnusableMrz):
        read_page(page)


def test_a_wrong_check_digit_is_refused_and_never_repaired() -> None:
    genuine = passport(4)
    first, second = genuine.mrz_lines
    digit = str((int(second[9]) + 1) % 10)
    forged = Passport(
        genuine.holder, (first, second[:9] + digit + second[10:]), genuine.chip_mrz_lines, genuine.can, genuine.files
    )
    page = render_page(forged, seed=4)
    assert sight([page]).lines == forged.mrz_lines
    with pytest.raises(mrz.CheckDigitWrong):
        read_page(page)
    assert propose(sight([page])) == ()  # nothing in the picture speaks for another digit


def test_a_repair_by_check_digit_is_proposed_with_its_place_and_reason() -> None:
    sighting = sight([render_page(passport(4), seed=4)])
    place = 44 + 5
    wrong = next(at for at in range(26, 36) if glyphs.ALPHABET[at] != sighting.text[place])
    likely = np.full(37, -20.0, np.float32)
    likely[wrong], likely[glyphs.ALPHABET.index(sighting.text[place])] = np.log(0.6), np.log(0.4)
    logs = sighting.logs.copy()
    logs[place] = likely
    first, *_ = propose(replace(sighting, logs=logs))
    assert (first.position, first.seen, first.proposed) == ((1, 5), glyphs.ALPHABET[wrong], sighting.text[place])
    assert first.why == "document_number, composite"


def test_check_digits_make_a_character_certain_only_against_those_they_tell_apart() -> None:
    cells = np.zeros((72, 37), np.float32)
    for cell, character in enumerate(TD2):
        cells[cell, glyphs.ALPHABET.index(character)] = 1.0
    doubtful = {one: TD2.index("D231458907") + at for one, at in (("3", 2), ("8", 6))}
    cells[doubtful["3"], [29, 31]] = 0.6, 0.4  # 3 or 5: told apart
    certain = confirmed(cells, "TD2")
    assert certain[doubtful["3"], 29] > 0.999
    cells[doubtful["3"], [29, 31]] = 1.0, 0.0
    cells[doubtful["8"], [34, 18]] = 0.6, 0.4  # 8 or S, ten apart: not
    assert confirmed(cells, "TD2")[doubtful["8"], 34] == pytest.approx(0.6, abs=0.01)


def test_what_was_learned_is_damaged_or_of_another_recipe(tmp_path: Path) -> None:
    whole = glyphs.LEARNED.read_bytes()
    other = replace(glyphs.classifier(), output=np.zeros((3, 37), np.float32))
    file = tmp_path / "ocr_b.npz"
    for damage in (b"", b"PK\x03\x04 not a whole archive", whole[:2000]):
        file.write_bytes(damage)
        with pytest.raises(glyphs.ClassifierMissing, match="install it anew"):
            glyphs.load(file)
    glyphs.keep(other, file)
    with pytest.raises(glyphs.ClassifierMissing, match="another recipe"):
        glyphs.load(file)


def test_the_recipe_learns(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a fiftieth of the samples, and much of what it tells of fresh ones is right."""
    monkeypatch.setattr(training, "_SAMPLES", 40)
    monkeypatch.setattr(training, "_EPOCHS", 8)
    made = training.train(training.FONT)
    cells, labels = training._samples(training.FONT, np.random.default_rng(5))
    assert np.mean(made.log_probabilities(cells).argmax(axis=1) == labels) > 0.6
    assert np.mean(glyphs.classifier().log_probabilities(cells).argmax(axis=1) == labels) > 0.9


def test_the_same_page_is_drawn_from_the_same_seed_and_lies_otherwise_in_each_shot() -> None:
    first = render_page(passport(5), seed=9, wear="heavy", view=ASKEW)
    assert np.array_equal(first, render_page(passport(5), seed=9, wear="heavy", view=ASKEW))
    assert first.shape != render_page(passport(5), seed=9, wear="heavy", view=ASKEW, shot=1).shape
