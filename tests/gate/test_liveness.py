"""What a gate tells the console about the face before its camera: alive, a picture, or not known."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np

from examiner_console.contract import CheckOutcome, Finding
from simulators import faces
from simulators.camera import CameraServer
from simulators.face_attacks import Species, presented
from simulators.face_lens import Lens, Sensor, linear
from simulators.face_standing import SIZE, backdrop
from simulators.subject import Manner, Subject

HOLDER = 3
Gate = Any  # RunningGate of the conftest
Site = Any
Play = Callable[[Callable[[Gate], Awaitable[None]]], None]


def told(site: Site, play: Play, check: str, printed: int | None = None) -> Finding:
    """The finding of one traveller who lays the holder's passport and is sent wherever; `printed` is whom its page
    shows, where that is another person."""

    async def journey(gate: Gate) -> None:
        site.lane.enter()
        await gate.prompt("place_passport")
        site.lay(site.passport(HOLDER), printed=None if printed is None else site.passport(printed))
        await gate.prompt("go_through")
        site.lift()
        site.lane.leave_by_exit()
        await gate.state("ready")

    play(journey)
    (inspection, _), *_ = site.console.inspections
    (finding,) = [found for found in inspection.findings if found.check == check]
    assert isinstance(finding, Finding)
    return finding


def test_somebody_who_walks_up_is_alive_and_the_portrait_is_theirs_alone(play: Play, site: Site) -> None:
    site.camera.show(Subject(faces.person(HOLDER), seed=1))
    assert told(site, play, "face_liveness").outcome is CheckOutcome.SUCCESSFUL
    (inspection, _), *_ = site.console.inspections
    for check in ("face_morphing", "page_portrait"):
        assert Finding(check, CheckOutcome.SUCCESSFUL) in inspection.findings


def test_a_page_with_another_persons_picture_is_told_from_the_chips(play: Play, site: Site) -> None:
    site.camera.show(Subject(faces.person(HOLDER), seed=1))
    found = told(site, play, "page_portrait", printed=8)
    assert found == Finding("page_portrait", CheckOutcome.FAILED, "another_person")


def test_a_portrait_on_a_telephone_is_not_alive(play: Play, site: Site) -> None:
    shown = faces.portrait(faces.person(HOLDER))
    site.camera.show(Subject(faces.person(8), seed=1, manner=Manner(holds=shown)))
    assert told(site, play, "face_liveness").outcome is not CheckOutcome.SUCCESSFUL


def test_what_is_held_up_hides_the_hall_that_the_gate_saw_when_it_was_empty(play: Play, site: Site) -> None:
    """The gate has seen its lane with nobody in it before the first traveller came."""
    shown, seed = faces.portrait(faces.person(HOLDER)), 4
    site.camera.show(Sensor(Lens.drawn(seed), seed)(linear(backdrop(seed, SIZE))))
    held_up = presented(shown, Species.TABLET, seed=seed)

    async def journey(gate: Gate) -> None:
        await gate.state("ready")
        site.camera.show(held_up)
        site.lane.enter()
        await gate.prompt("place_passport")
        site.lay(site.passport(HOLDER))
        await gate.prompt("go_through")
        site.lift()
        site.lane.leave_by_exit()
        await gate.state("ready")

    play(journey)
    (inspection, _), *_ = site.console.inspections
    (found,) = [one for one in inspection.findings if one.check == "face_liveness"]
    assert found.outcome is CheckOutcome.FAILED
    assert "something is held up" in found.detail


def test_a_face_that_near_infrared_does_not_show_is_a_screens(play: Play, site: Site) -> None:
    """A second camera beside the first; what it sees goes with the frame of the same moment."""
    subject = Subject(faces.person(HOLDER), seed=1, manner=Manner(walks_up=False))
    dark = np.full((480, 640, 3), 14, np.uint8)
    with CameraServer() as second:
        second.show(dark)
        site.config.write_text(site.config.read_text() + f'face_camera_infrared = "{second.url}"\n')
        site.camera.show(subject)
        found = told(site, play, "face_liveness")
    assert found.outcome is CheckOutcome.FAILED
    assert "near-infrared" in found.detail
