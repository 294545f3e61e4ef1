"""The gate's own HTTP, on loopback: its state and preview for the screen beside it, and the attendant's commands.

No personal data leaves here but the mirror, and that only while the traveller is asked to look into it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from enum import StrEnum
from typing import Annotated, Final

import msgspec
import numpy as np
from fastapi import FastAPI, Header, HTTPException, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from biometrics.capture import Frame, Rgb
from biometrics.picture import to_jpeg
from examiner_console.contract import GateCommand

from .journey import EMPTY, Event, State
from .screen import Screen

PREVIEW_SECONDS: Final = 0.1
"""Ten pictures a second: a mirror that lags no more than a blink, at a tenth of a core."""
BOUNDARY: Final = "frame"
BLANK: Final = to_jpeg(np.full((48, 64, 3), 255, np.uint8))


class Command(StrEnum):
    RELEASE_BACK = "release_back"
    RESET_EMERGENCY = "reset_emergency"
    OPEN_SERVICE = "open_service"
    CLOSE_SERVICE = "close_service"


class AttendantOrder(BaseModel, extra="forbid"):
    command: Command


class NotNow(Exception):
    """The command makes no sense in this state; `code` is stable, the message one sentence for who gave it."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class Controls:
    """What people may do at a gate: the traveller, the attendant beside it, and the monitoring officer."""

    def __init__(
        self,
        *,
        tell: Callable[[Event], None],
        serve: Callable[[bool], None],
        state: Callable[[], State],
        pressed: Callable[[], bool],
        note: Callable[[str], None],
    ) -> None:
        self._tell, self._serve, self._state, self._pressed, self._note = tell, serve, state, pressed, note

    def help(self) -> None:
        self._note("help")
        self._tell(Event.HELP)

    def obey(self, command: Command) -> None:
        """The attendant's. Raise `NotNow`."""
        self._note(f"attendant_{command.value}")
        if command is Command.RELEASE_BACK:
            self._tell(Event.ATTENDANT)
        elif command is Command.RESET_EMERGENCY:
            self._reset()
        else:
            self._serve(command is Command.OPEN_SERVICE)

    def order(self, command: GateCommand) -> None:
        """The monitoring officer's. Raise `NotNow`."""
        self._note(f"ordered_{command.value}")
        if command is GateCommand.RESET:
            self._reset()
        elif command is GateCommand.EVACUATE:
            self._tell(Event.EMERGENCY)
        elif command is GateCommand.RETRY:
            if self._state() is not State.READING:
                raise NotNow("nothing_to_retry", "No passport is being read here.")
            self._tell(Event.RETRY)
        elif self._state() in EMPTY | {State.EMERGENCY}:
            raise NotNow("nobody_inside", "Nobody is inside who could be referred.")
        else:
            self._tell(Event.ATTENDANT)

    def _reset(self) -> None:
        if self._state() is not State.EMERGENCY:
            raise NotNow("no_emergency", "There is no emergency to end.")
        if self._pressed():
            raise NotNow("button_pressed", "The emergency button is still pressed: release it first.")
        self._tell(Event.RESET)


def application(
    *,
    screen: Screen,
    controls: Controls,
    mirror: Callable[[], Frame | None],
    token: str,
    stopping: asyncio.Event,
) -> FastAPI:
    app = FastAPI(title="Sekisho gate", docs_url=None, redoc_url=None)

    @app.get("/v1/state")
    async def state() -> Response:
        return Response(msgspec.json.encode(screen.view), media_type="application/json")

    @app.get("/v1/events")
    async def events() -> StreamingResponse:
        return StreamingResponse(_events(screen, stopping), media_type="text/event-stream")

    @app.get("/v1/preview")
    async def preview() -> StreamingResponse:
        media = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
        return StreamingResponse(_preview(screen, mirror, stopping), media_type=media)

    @app.post("/v1/help", status_code=204)
    async def help() -> None:
        controls.help()

    @app.post("/v1/attendant", status_code=204)
    async def attendant(order: AttendantOrder, x_attendant_token: Annotated[str, Header()] = "") -> None:
        if not secrets.compare_digest(x_attendant_token.encode(), token.encode()):
            raise HTTPException(403, "This token does not open the gate's controls.")
        try:
            controls.obey(order.command)
        except NotNow as error:
            raise HTTPException(409, str(error)) from None

    return app


async def _events(screen: Screen, stopping: asyncio.Event) -> AsyncIterator[bytes]:
    async for view in screen.views():
        if stopping.is_set():
            return
        yield b": still here\n\n" if view is None else b"event: view\ndata: " + msgspec.json.encode(view) + b"\n\n"


async def _preview(screen: Screen, mirror: Callable[[], Frame | None], stopping: asyncio.Event) -> AsyncIterator[bytes]:
    """MJPEG as the camera sees it: the screen makes it a mirror. A blank picture while nobody is asked to look."""
    while not stopping.is_set():
        frame = mirror() if screen.view.mirror else None
        picture = BLANK if frame is None else await asyncio.to_thread(_preview_jpeg, frame.image)
        head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
        yield head.encode() + picture + b"\r\n"
        await asyncio.sleep(PREVIEW_SECONDS)


def _preview_jpeg(image: Rgb) -> bytes:
    return to_jpeg(image, quality=75)
