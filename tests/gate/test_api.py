"""The gate's HTTP: what the screen reads, what the attendant may do, and nothing of the traveller but the mirror."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from biometrics.capture import Frame
from biometrics.picture import decode
from gate import api
from gate.journey import Event, State
from gate.passport_desk import Placing
from gate.screen import Hints, Screen, prompt
from gate.view import Prompt

TOKEN = "of this test"


class Keeper:
    def __init__(self) -> None:
        self.state = State.READY
        self.pressed = False
        self.told: list[Event] = []
        self.service: list[bool] = []
        self.noted: list[str] = []


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


@pytest.fixture
def client(keeper: Keeper) -> Iterator[TestClient]:
    controls = api.Controls(
        tell=keeper.told.append,
        serve=keeper.service.append,
        state=lambda: keeper.state,
        pressed=lambda: keeper.pressed,
        note=keeper.noted.append,
    )
    app = api.application(
        screen=Screen("gate-1", 1, "departure"),
        controls=controls,
        mirror=lambda: None,
        token=TOKEN,
        stopping=asyncio.Event(),
    )
    with TestClient(app) as client:
        yield client


def order(client: TestClient, command: str, token: str = TOKEN) -> Any:
    return client.post("/v1/attendant", json={"command": command}, headers={"x-attendant-token": token})


def test_the_state_is_a_view_without_personal_data(client: TestClient) -> None:
    view = client.get("/v1/state").json()
    assert view["station"] == "gate-1"
    assert view["prompt"] == "closed"


def test_help_reaches_the_journey_and_the_record(client: TestClient, keeper: Keeper) -> None:
    assert client.post("/v1/help").status_code == 204
    assert keeper.told == [Event.HELP]
    assert keeper.noted == ["help"]


@pytest.mark.parametrize("token", ["", "guess", "of this tesт"])
def test_a_wrong_token_moves_nothing(client: TestClient, keeper: Keeper, token: str) -> None:
    answer = client.post(
        "/v1/attendant", json={"command": "release_back"}, headers={"x-attendant-token": token.encode()}
    )
    assert answer.status_code == 403
    assert keeper.told == keeper.noted == []


def test_the_attendant_releases_opens_and_closes(client: TestClient, keeper: Keeper) -> None:
    for command in ("release_back", "close_service", "open_service"):
        assert order(client, command).status_code == 204
    assert keeper.told == [Event.ATTENDANT]
    assert keeper.service == [False, True]


def test_an_emergency_is_ended_only_when_there_is_one_and_the_button_is_free(
    client: TestClient, keeper: Keeper
) -> None:
    assert order(client, "reset_emergency").status_code == 409
    keeper.state, keeper.pressed = State.EMERGENCY, True
    assert order(client, "reset_emergency").status_code == 409
    keeper.pressed = False
    assert order(client, "reset_emergency").status_code == 204
    assert keeper.told == [Event.RESET]


@pytest.mark.parametrize("body", ["{}", '{"command": "open_exit"}', "[", '{"command": "release_back", "more": 1}'])
def test_an_order_nobody_understands_is_refused(client: TestClient, keeper: Keeper, body: str) -> None:
    headers = {"x-attendant-token": TOKEN, "content-type": "application/json"}
    assert client.post("/v1/attendant", content=body, headers=headers).status_code == 422
    assert keeper.told == []


def test_every_change_is_sent_once_with_a_rising_sequence() -> None:
    async def listen() -> list[tuple[int, str]]:
        screen, seen = Screen("gate-1", 1, "departure"), []
        screen.show(State.READY, Hints())
        async for view in screen.views(heart_beat=5.0):
            assert view is not None
            seen.append((view.sequence, view.state))
            if view.state == State.READY:
                screen.show(State.READY, Hints(), seconds_left=3.0)
                screen.show(State.ENTERING, Hints())
            else:
                return seen
        raise AssertionError

    assert asyncio.run(listen()) == [(2, "ready"), (3, "entering")]


def test_the_mirror_is_blank_unless_a_traveller_is_asked_to_look() -> None:
    async def first_picture(state: State) -> bytes:
        screen = Screen("gate-1", 1, "departure")
        screen.show(state, Hints())
        frame = Frame(np.zeros((48, 64, 3), np.uint8), 0.0, 1)
        pictures = api._preview(screen, lambda: frame, asyncio.Event())
        picture = await anext(pictures)
        await pictures.aclose()
        return picture

    assert api.BLANK in asyncio.run(first_picture(State.READY))
    assert api.BLANK not in asyncio.run(first_picture(State.READING))


def test_the_preview_is_as_the_camera_sees_it_for_the_screen_makes_it_a_mirror() -> None:
    async def first_picture() -> bytes:
        screen = Screen("gate-1", 1, "departure")
        screen.show(State.READING, Hints())
        image = np.zeros((48, 64, 3), np.uint8)
        image[:, :32] = 255
        pictures = api._preview(screen, lambda: Frame(image, 0.0, 1), asyncio.Event())
        picture = await anext(pictures)
        await pictures.aclose()
        return picture

    part = asyncio.run(first_picture())
    seen = decode(part[part.index(b"\r\n\r\n") + 4 : -2])
    assert seen[:, :30].mean() > 200
    assert seen[:, 34:].mean() < 50


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_sentence_and_help_answers_at_once(state: State) -> None:
    assert isinstance(prompt(state, Hints()), Prompt)
    helped = prompt(state, Hints(help_called=True))
    assert helped is Prompt.STAFF_COMING or state in (State.EMERGENCY, State.LEAVING)


@pytest.mark.parametrize(
    ("hints", "expected"),
    [
        (Hints(), Prompt.PLACE_PASSPORT),
        (Hints(placing=Placing.LAID), Prompt.KEEP_PASSPORT_STILL),
        (Hints(placing=Placing.READING, advice="come_closer"), Prompt.COME_CLOSER),
        (Hints(placing=Placing.READING, face_done=True), Prompt.KEEP_PASSPORT_STILL),
        (Hints(placing=Placing.AGAIN, advice="come_closer"), Prompt.PLACE_PASSPORT_AGAIN),
        (Hints(placing=Placing.DONE, advice="look_at_camera"), Prompt.LOOK_AT_CAMERA),
    ],
)
def test_while_reading_the_passport_has_the_word_before_the_face(hints: Hints, expected: Prompt) -> None:
    assert prompt(State.READING, hints) is expected


def test_the_view_on_the_wire_is_what_the_screen_parses(client: TestClient) -> None:
    assert set(json.loads(client.get("/v1/state").content)) >= {"station", "number", "state", "prompt", "sequence"}
