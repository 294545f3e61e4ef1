"""The scenario of a traveller whose portrait is a morph."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from biometrics.face.compare import template_of
from biometrics.face.morphing import examine
from biometrics.picture import decode
from simulators import faces, travellers
from simulators.cast import RenderedCast
from simulators.issuing import World
from simulators.wallet import issue

CAST = RenderedCast()
HALL_THRESHOLD = -1.0
"""Of 108 pairs of a rendered person and the own portrait none reaches -3.4."""


def invented(seed: int) -> travellers.Traveller:
    return travellers.cast(seed, CAST.people, today=date(2026, 5, 4)).invent("morphed_passport")


def test_the_chip_holds_a_mixture_of_the_traveller_and_the_applicant() -> None:
    traveller = invented(1)
    assert traveller.morphed
    assert traveller.person != traveller.portrait_of
    portrait = decode(issue(traveller, World(7), CAST).portrait)
    mixed, own, others = (
        template_of(image).vector
        for image in (portrait, *(decode(CAST.portrait(one)) for one in (traveller.person, traveller.portrait_of)))
    )
    assert min(mixed @ own, mixed @ others) > own @ others


def test_everybody_elses_portrait_is_their_own() -> None:
    traveller = replace(invented(1), morphed=False)
    assert issue(traveller, World(7), CAST).portrait == CAST.portrait(traveller.portrait_of)


def test_most_such_travellers_are_referred_at_a_threshold_set_on_this_halls_people() -> None:
    """By the comparison, or by the examination: a threshold under which all 27 rendered people's own portraits lie."""
    referred = []
    for seed in range(6):
        traveller = invented(seed)
        portrait = decode(issue(traveller, World(7), CAST).portrait)
        live = faces.view(faces.person(traveller.person), seed=seed, yaw=4)
        finding = examine(portrait, template_of(portrait), live, template_of(live), threshold=HALL_THRESHOLD)
        referred.append(finding.suspicious or finding.code == "no_match")
    assert sum(referred) > len(referred) / 2
