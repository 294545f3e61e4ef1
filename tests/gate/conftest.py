"""A gate with its devices at the wire; the console that answers it is in `answering`."""

from __future__ import annotations

import asyncio
import json
import struct
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import cv2
import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from simulators import faces
from simulators.camera import CameraServer
from simulators.chip import SimulatedChip
from simulators.issuing import Holder, Passport, World
from simulators.lane_apart import LaneApart
from simulators.link import PresentedChip, present
from simulators.page import render_page
from simulators.site import free_port
from simulators.stations import face_camera
from simulators.subject import Manner, Subject
from tests.gate.answering import STATION, AnsweringConsole
from tests.gate.gate_on_clocks import LAYOUT

ON_CLOCKS = Path(__file__).with_name("gate_on_clocks.py")
TOKEN = "attendant of this test"


class Clocks:
    """The gate's two clocks, in a file that its process maps: `wall` is how far the wall clock is off, `waited` the
    seconds a journey need not wait."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.file.write_bytes(struct.pack(LAYOUT, 0.0, 0.0))
        self._wall, self._waited = timedelta(), 0.0

    @property
    def wall(self) -> timedelta:
        return self._wall

    @wall.setter
    def wall(self, off: timedelta) -> None:
        self._wall = off
        self._write()

    @property
    def waited(self) -> float:
        return self._waited

    @waited.setter
    def waited(self, seconds: float) -> None:
        self._waited = seconds
        self._write()

    def _write(self) -> None:
        with self.file.open("r+b") as file:
            file.write(struct.pack(LAYOUT, self._wall.total_seconds(), self._waited))


@dataclass
class Site:
    """One gate's surroundings: devices, console, settings file."""

    folder: Path
    lane: LaneApart
    page: CameraServer
    camera: CameraServer
    console: AnsweringConsole
    config: Path
    vpcd_port: int
    http_port: int
    world: World
    clocks: Clocks
    laid: list[PresentedChip] = field(default_factory=list)

    def passport(self, person: int, **given: Any) -> Passport:
        portrait = cv2.imencode(".jpg", cv2.cvtColor(faces.portrait(faces.person(person)), cv2.COLOR_RGB2BGR))[1]
        holder = Holder(
            surname="YAMADA",
            given_names="HANAKO",
            nationality="JPN",
            issuing_state="JPN",
            birth_date=date(1980, 5, 17),
            sex="F",
            expiry_date=date(2031, 5, 17),
            document_number="TR1234567",
            portrait_jpeg=portrait.tobytes(),
        )
        return self.world.issue(holder, **given)

    def lay(self, passport: Passport, *, tear_after: int | None = None, printed: Passport | None = None) -> None:
        """`printed` is the passport whose page is seen, where that is not the chip's own."""
        self.page.show(render_page(printed or passport))
        self.laid.append(present(SimulatedChip(passport), "127.0.0.1", self.vpcd_port, tear_after=tear_after))

    def lift(self) -> None:
        self.page.show(None)
        while self.laid:
            self.laid.pop().remove()

    def face(self, person: int) -> None:
        self.camera.show(Subject(faces.person(person), seed=1, manner=Manner(walks_up=False)))

    def close(self) -> None:
        self.lift()
        for device in (self.lane, self.page, self.camera, self.console):
            device.close()


@pytest.fixture(scope="session")
def world() -> World:
    return World(11)


@pytest.fixture
def site(tmp_path: Path, world: World) -> Iterator[Site]:
    key = Ed25519PrivateKey.generate()
    lane, page, camera, console = LaneApart(), CameraServer(), face_camera(), AnsweringConsole(key)
    http_port, vpcd_port = free_port(), free_port()
    files = {
        "key_file": ("station.key", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())),
        "door_key_file": ("door.key", lane.key.hex().encode()),
        "master_list": ("list.ml", world.master_list()),
        "master_list_root": ("root.cer", world.master_list_root),
        "attendant_token_file": ("token", TOKEN.encode()),
    }
    given: dict[str, object] = {
        "station": STATION,
        "number": 1,
        "direction": "departure",
        "port_name": "Tokyo Haneda",
        "console_url": console.url,
        "outbox": "outbox.db",
        "vpcd_port": vpcd_port,
        "page_camera": page.url,
        "face_camera": camera.url,
        "door_device": lane.device,
        "http_port": http_port,
        "booth": "9",
        "revocation_lists": "crl",
    }
    for name, (file, content) in files.items():
        (tmp_path / file).write_bytes(content)
        given[name] = file
    (tmp_path / "crl").mkdir()
    for number, revoked in enumerate(world.revocation_lists()):
        (tmp_path / "crl" / f"{number:02}.crl").write_bytes(revoked)
    config = tmp_path / "gate.toml"
    config.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in given.items()))
    site = Site(tmp_path, lane, page, camera, console, config, vpcd_port, http_port, world, Clocks(tmp_path / "clocks"))
    yield site
    site.close()


@dataclass
class RunningGate:
    site: Site
    url: str
    view: dict[str, Any] = field(default_factory=dict)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    prompts: list[str] = field(default_factory=list)

    async def until(self, condition: Callable[[dict[str, Any]], bool], seconds: float = 30.0) -> dict[str, Any]:
        async with self.changed:
            try:
                await asyncio.wait_for(self.changed.wait_for(lambda: bool(self.view) and condition(self.view)), seconds)
            except TimeoutError:
                raise AssertionError(f"still {self.view} after {self.prompts}") from None
        return self.view

    async def state(self, *names: str) -> dict[str, Any]:
        return await self.until(lambda view: view["state"] in names)

    async def prompt(self, *names: str) -> dict[str, Any]:
        return await self.until(lambda view: view["prompt"] in names)

    async def empty(self) -> None:
        await asyncio.to_thread(self.site.lane.wait_for, lambda lane: lane.inside == 0)

    async def order(self, command: str, token: str = TOKEN) -> int:
        """The attendant presses a key; the status of the answer."""
        return await self.post("/v1/attendant", json={"command": command}, headers={"x-attendant-token": token})

    async def post(self, path: str, **request: Any) -> int:
        async with httpx2.AsyncClient(trust_env=False) as client:
            return (await client.post(self.url + path, **request)).status_code

    async def hear(self, view: dict[str, Any]) -> None:
        async with self.changed:
            self.view = view
            self.prompts.append(view["prompt"])
            self.changed.notify_all()


async def _listen(gate: RunningGate) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", gate.site.http_port)
    writer.write(b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    try:
        while line := await reader.readline():
            if line.startswith(b"data: "):
                await gate.hear(json.loads(line[6:]))
    finally:
        writer.close()


@asynccontextmanager
async def started(site: Site, *command: str) -> AsyncIterator[tuple[RunningGate, asyncio.subprocess.Process]]:
    """The gate as a process of its own; it is killed, if need be, when the block ends."""
    program = await asyncio.create_subprocess_exec(sys.executable, *command, stderr=asyncio.subprocess.PIPE)
    assert program.stderr is not None
    gate = RunningGate(site, f"http://127.0.0.1:{site.http_port}")
    while b"serving" not in (line := await program.stderr.readline()):
        assert line, "the gate ended before it served"
    reading = [asyncio.create_task(program.stderr.read()), asyncio.create_task(_listen(gate))]
    try:
        yield gate, program
    finally:
        if program.returncode is None:
            program.kill()
        await program.wait()
        await asyncio.wait(reading)


@pytest.fixture
def gate_process(site: Site) -> Callable[[], Any]:
    return lambda: started(site, "-m", "gate", "--config", str(site.config))


Journey = Callable[[RunningGate], Awaitable[None]]


@pytest.fixture
def play_from_start(site: Site) -> Callable[[Journey], None]:
    """Start the gate, play a journey from its first moment on, stop it in good order."""

    def begin(journey: Journey) -> None:
        async def whole() -> None:
            command = (str(ON_CLOCKS), str(site.config), str(site.clocks.file))
            async with started(site, *command) as (gate, program):
                await journey(gate)
                program.terminate()
                assert await program.wait() == 0

        asyncio.run(whole())

    return begin


@pytest.fixture
def play(play_from_start: Callable[[Journey], None]) -> Callable[[Journey], None]:
    """The same, from the moment on when the gate is ready."""

    def begin(journey: Journey) -> None:
        async def once_ready(gate: RunningGate) -> None:
            await gate.state("ready")
            await journey(gate)

        play_from_start(once_ready)

    return begin
