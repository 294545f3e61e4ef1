"""What a record does not know of qualities stays unknown, and is not the worst quality."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from biometrics.capture import Quality
from biometrics.finger.extract import FingerTemplate
from biometrics.finger.minutiae import Minutiae
from biometrics.finger.records import Format, QualityBlock, Rating, Record, View, card, read, write

WITH_HEADER = [Format.ISO_2005, Format.ISO_2011, Format.ANSI_2004, Format.ANSI_2009]
SAYS_SO = [Format.ISO_2011, Format.ANSI_2004, Format.ANSI_2009]
"""Formats with a code for a view's quality that is not known."""


def view(value: int = 50, rating: Rating = Rating.GIVEN, unrated: tuple[int, ...] = ()) -> View:
    minutiae = Minutiae(
        np.array([10, 60, 110], np.float32),
        np.array([20, 90, 50], np.float32),
        np.array([0, 1, 2], np.float32),
        np.array([0.8, 0.5, 0.3], np.float32),
        np.array([1, 2, 1], np.uint8),
    )
    return View(FingerTemplate(minutiae, 400, 500, Quality(value)), rating=rating, unrated=unrated)


def again(one: View, form: Format, source: Format | None = None) -> View:
    return read(write(Record((one,), format=source), form)).views[0]


@pytest.mark.parametrize("form", WITH_HEADER)
@pytest.mark.parametrize("value", [0, 1, 100])
def test_a_quality_of_0_is_one(form: Format, value: int) -> None:
    found = again(view(value), form)
    assert (found.rating, found.template.quality.value) == (Rating.GIVEN, value)


@pytest.mark.parametrize("form", SAYS_SO)
@pytest.mark.parametrize("rating", [Rating.NOT_GIVEN, Rating.FAILED])
def test_a_view_s_quality_that_is_not_known_stays_so(form: Format, rating: Rating) -> None:
    for second in SAYS_SO:
        found = again(again(view(rating=rating), form), second, form)
        assert (found.rating, found.template.quality.value) == (rating, 50)


@pytest.mark.parametrize("rating", [Rating.NOT_GIVEN, Rating.FAILED])
def test_2005_keeps_what_vendors_wrote_and_invents_no_code(rating: Rating) -> None:
    assert again(view(rating=rating), Format.ISO_2005, Format.ANSI_2004).rating is Rating.GIVEN
    assert again(view(rating=rating), Format.ISO_2005, Format.ISO_2005).rating is rating


def test_2011_says_nothing_of_a_quality_that_is_not_given() -> None:
    assert again(view(rating=Rating.NOT_GIVEN), Format.ISO_2011).qualities == ()
    named = replace(view(rating=Rating.NOT_GIVEN), qualities=(QualityBlock(254, 6, 55),))
    assert again(named, Format.ISO_2011).qualities == ()
    failed = replace(view(rating=Rating.FAILED), qualities=(QualityBlock(255, 6, 55),))
    assert again(failed, Format.ISO_2011).qualities == (QualityBlock(255, 6, 55),)


@pytest.mark.parametrize("form", WITH_HEADER)
@pytest.mark.parametrize("second", WITH_HEADER)
def test_minutiae_without_a_quality_stay_without(form: Format, second: Format) -> None:
    found = again(again(view(unrated=(1,)), form), second, form)
    assert found.unrated == (1,)
    assert found.template.minutiae.quality.tolist() == pytest.approx([0.8, 0.5, 0.3])


@pytest.mark.parametrize(("form", "octet"), [(Format.ISO_2005, 0), (Format.ANSI_2004, 0), (Format.ANSI_2009, 254)])
def test_the_octet_is_the_standard_s(form: Format, octet: int) -> None:
    octets = write(Record((view(unrated=(0, 1, 2)),)), form)
    assert [octets[at] for at in (-15, -9, -3)] == [octet] * 3


@pytest.mark.parametrize("octet", [0, 254, 255])
@pytest.mark.parametrize("form", WITH_HEADER)
def test_every_code_of_no_quality_is_read(form: Format, octet: int) -> None:
    octets = bytearray(write(Record((view(),)), form))
    octets[-15] = octet
    assert len(read(bytes(octets)).views[0].unrated) == 1


def test_cards_give_no_quality() -> None:
    for form in card.OCTETS:
        found = card.read(card.written(view().template, form), form, width=400, height=500)
        assert (found.rating, found.unrated) == (Rating.NOT_GIVEN, (0, 1, 2))
        assert again(found, Format.ISO_2005).unrated == (0, 1, 2)


def scattered(count: int, qualities: np.ndarray) -> FingerTemplate:
    places = np.random.default_rng(3).uniform(0, 700, (2, count)).astype(np.float32)
    minutiae = Minutiae(*places, np.zeros(count, np.float32), qualities.astype(np.float32), np.ones(count, np.uint8))
    return FingerTemplate(minutiae, 700, 700, Quality(50))


def test_a_card_of_2011_takes_the_60_best_and_of_equals_the_inner_ones() -> None:
    whole = scattered(200, np.full(200, 0.5))
    kept = card.read(card.written(whole, Format.CARD_2011), Format.CARD_2011, width=700, height=700).template.minutiae
    here = whole.minutiae.chosen((whole.minutiae.x < 502) & (whole.minutiae.y < 502))
    middle = here.x.mean(), here.y.mean()
    farthest = np.hypot(kept.x - middle[0], kept.y - middle[1]).max()
    assert len(kept) == card.MOST_2011
    assert (np.hypot(here.x - middle[0], here.y - middle[1]) < farthest - 2).sum() <= 60
    rated = scattered(200, np.linspace(1, 0.01, 200))
    held = rated.minutiae.chosen((rated.minutiae.x < 502) & (rated.minutiae.y < 502)).chosen(np.arange(60))
    best = card.written(replace(rated, minutiae=held), Format.CARD_COMPACT)
    assert sorted(triples(card.written(rated, Format.CARD_2011))) == sorted(triples(best))


def triples(octets: bytes) -> list[bytes]:
    return [octets[at : at + 3] for at in range(0, len(octets), 3)]


def test_the_octets_of_2011_are_tenths_of_a_millimetre_and_64ths_of_a_turn() -> None:
    """As NIST's converter writes them: type in the upper two bits, 5.625° a unit."""
    minutiae = Minutiae(
        np.array([19.685, 501.0], np.float32),
        np.array([39.37, 0.0], np.float32),
        np.radians([90.0, 359.0]).astype(np.float32),
        np.array([0.9, 0.5], np.float32),
        np.array([1, 2], np.uint8),
    )
    octets = card.written(FingerTemplate(minutiae, 510, 400, Quality(50)), Format.CARD_2011)
    assert octets == bytes([10, 20, 1 << 6 | 16, 255, 0, 2 << 6 | 0])
