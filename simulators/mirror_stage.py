"""The way from a face camera to a gate's screen and nothing else of a gate: for measuring it, and for looking at it.

    async with MirrorStage() as stage:
        stage.camera.show(picture)
        ...                          # open stage.url in a browser: the mirror, with live advice

Camera, watchdog, face desk with its matching process, the gate's events and preview, the kiosk's page are the real
ones, in one process beside the worker; journey, lane and passport are left out.
"""

from __future__ import annotations

import asyncio
import contextlib
from types import TracebackType
from typing import Any, Self

import httpx2

from biometrics.camera import UrlCamera
from biometrics.capture import BiometricError
from gate import api, matching
from gate.face_desk import FaceDesk
from gate.feed import CameraFeed
from gate.journey import State
from gate.passport_desk import Placing
from gate.screen import Hints, Screen
from gate.serving import Server, listen, server
from kiosk import languages
from kiosk.floor import Floor
from kiosk.gate_screen import GateScreen
from kiosk.screens import Painter
from kiosk.site import site
from simulators.camera import CameraServer

NEVER_ENOUGH = 101
"""Of 100: the capture looks on for as long as somebody stands there."""


class MirrorStage:
    """Enter to start everything; `url` is the page of the screen."""

    def __init__(self, *, fps: float = 25.0, language: str = "en") -> None:
        self.camera = CameraServer(fps=fps)
        self._language = language
        self._feed = CameraFeed("face_camera", lambda: UrlCamera(self.camera.url))
        self._workers = matching.process()
        self._stopping = asyncio.Event()
        self._screen = Screen("gate-1", 1, "departure")
        self._served: list[tuple[Server, asyncio.Task[None]]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        await self._workers.start()
        self._feed.start()
        gate_url = self._serve(self._gate())
        spoken = languages.load()
        self._client = httpx2.AsyncClient(base_url=gate_url, trust_env=False)
        floor = Floor(("1",), ("9",), 30)
        self._scene = GateScreen(self._client, spoken, floor, default_language=self._language)
        self.url = self._serve(site(self._scene, Painter(spoken, boot="stage", shape="portrait"), boot="stage"))
        self._tasks = [asyncio.create_task(self._scene.run()), asyncio.create_task(self._capture())]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._scene.change.close()
        for task in self._tasks:
            task.cancel()
        for http, serving in self._served:
            http.should_exit = True
            with contextlib.suppress(asyncio.CancelledError):
                await serving
        await self._client.aclose()
        await asyncio.to_thread(self._feed.stop)
        await asyncio.to_thread(self._workers.close)
        await asyncio.to_thread(self.camera.close)

    def _serve(self, app: Any) -> str:
        listener = listen("127.0.0.1", 0)
        http = server(app, grace=1)
        self._served.append((http, asyncio.create_task(http.serve(sockets=[listener]))))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    def _gate(self) -> Any:
        controls = api.Controls(
            tell=lambda event: None,
            serve=lambda in_service: None,
            state=lambda: State.READING,
            pressed=lambda: False,
            note=lambda *facts, **more: None,
        )
        return api.application(
            screen=self._screen,
            controls=controls,
            mirror=lambda: self._feed.newest,
            token="stage",  # noqa: S106 - nothing is behind it
            stopping=self._stopping,
        )

    async def _capture(self) -> None:
        self._show(None)
        desk = FaceDesk(self._feed, self._workers)
        while True:
            with contextlib.suppress(BiometricError):
                await desk.capture(seconds=600, enough=NEVER_ENOUGH, acceptable=NEVER_ENOUGH, advise=self._show)

    def _show(self, advice: str | None) -> None:
        self._screen.show(State.READING, Hints(placing=Placing.DONE, advice=advice, language=self._language))
