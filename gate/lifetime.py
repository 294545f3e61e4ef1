"""A gate from start to stop: every device supervised, every task in one group, closed in good order."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog
from fastapi import FastAPI

from biometrics.camera import UrlCamera
from biometrics.capture import Camera
from biometrics.face import compare
from biometrics.workers import Workers
from examiner_console.client import ConsoleClient, TlsFiles, deliver
from examiner_console.outbox import Outbox, OutboxError
from passport_reader.document import PassportError
from passport_reader.trust import TrustStore

from . import api
from .door import Door
from .effects import Effects
from .face_desk import FaceDesk
from .feed import CameraFeed
from .gatekeeper import Gatekeeper
from .passport_desk import CardReader, PassportDesk
from .screen import Screen
from .settings import GateSettings, SettingsUnusable
from .station import Condition, Health, Supervisor
from .telemetry import Telemetry
from .visit import Examination, Place

M = TypeVar("M")
log = structlog.get_logger("gate.lifetime")


class Devices:
    """The cameras, the reader and the door. `on_health` is called from their owner threads."""

    def __init__(self, given: GateSettings, on_health: Callable[[Health], None], door_key: bytes) -> None:
        self.door = Door(given.door_device, door_key, on_health=on_health)
        self.page = CameraFeed("page_camera", camera_at(given.page_camera), on_health=on_health)
        self.face = CameraFeed("face_camera", camera_at(given.face_camera), on_health=on_health)
        self.reader: Supervisor[CardReader] = Supervisor(
            "card_reader", card_reader(given), lambda reader: reader.close(), on_health=on_health
        )

    def health(self) -> tuple[Health, ...]:
        return (self.page.health, self.face.health, self.reader.health)

    def __enter__(self) -> Devices:
        for device in (self.door, self.page, self.face, self.reader):
            device.start()
        return self

    def __exit__(self, *_: object) -> None:
        threads = [threading.Thread(target=d.stop) for d in (self.door, self.page, self.face, self.reader)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def camera_at(source: str) -> Callable[[], Camera]:
    """A URL, a path, or the number of a device."""
    return lambda: UrlCamera(int(source) if source.isdigit() else source)


def card_reader(given: GateSettings) -> Callable[[], CardReader]:
    if given.reader is not None:
        from passport_reader.pcsc import PcscReader

        name = given.reader
        return lambda: PcscReader(name)
    from passport_reader.vpcd import VpcdReader

    return lambda: VpcdReader(given.vpcd_host, given.vpcd_port)


def trust_store(given: GateSettings) -> TrustStore:
    """Raise `SettingsUnusable`."""
    roots = (given.master_list_root.read_bytes(),) if given.master_list_root is not None else ()
    try:
        return TrustStore.from_master_list(given.master_list.read_bytes(), roots=roots)
    except PassportError as error:
        raise SettingsUnusable([f"master_list: {error}"]) from None


def tls_files(given: GateSettings) -> TlsFiles | None:
    if given.tls_certificate is None or given.tls_key is None or given.tls_authority is None:
        return None
    return TlsFiles(given.tls_certificate, given.tls_key, given.tls_authority)


def utc_now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def _console(given: GateSettings) -> AsyncIterator[tuple[ConsoleClient, Outbox]]:
    """Raise `SettingsUnusable` where the outbox cannot be opened."""
    key = given.private_key()
    try:
        outbox = Outbox(given.outbox, station=given.station, private_key=key)
    except OutboxError as error:
        raise SettingsUnusable([f"outbox: {error}"]) from None
    client = ConsoleClient(given.console_url, station=given.station, private_key=key, tls=tls_files(given))
    try:
        yield client, outbox
    finally:
        await client.close()
        outbox.close()


async def serve(
    given: GateSettings, stop: asyncio.Event, *, on_serving: Callable[[int], None] = lambda port: None
) -> None:
    """Run until `stop` is set; `on_serving` hears the HTTP port. Raise `SettingsUnusable` for what cannot be used."""
    trust, door_key = trust_store(given), given.door_key()
    token = given.attendant_token_file.read_text("utf-8").strip()
    try:
        listening = api.listen(given.http_port)
    except OSError as error:
        raise SettingsUnusable([f"http_port: {error.strerror}"]) from None
    with contextlib.closing(listening):
        async with _console(given) as (client, outbox), Workers(1, warm=(compare.warm_up,)) as workers:
            telemetry = Telemetry(outbox, utc_now)
            devices = Devices(given, _from_thread(lambda health: note_health(telemetry, health)), door_key)
            gate = _Gate(given, devices, telemetry, client, trust, workers, stop)
            on_serving(listening.getsockname()[1])
            try:
                await gate.run(api.server(gate.application(token)), listening, deliver(outbox, client, stop))
            finally:
                await telemetry.flush()
    log.info("stopped")


class _Gate:
    """The parts of one gate, put together."""

    def __init__(
        self,
        given: GateSettings,
        devices: Devices,
        telemetry: Telemetry,
        client: ConsoleClient,
        trust: TrustStore,
        workers: Workers,
        stop: asyncio.Event,
    ) -> None:
        self._devices, self._telemetry, self._stop = devices, telemetry, stop
        self._group = asyncio.TaskGroup()
        self.screen = Screen(given.station, given.number, given.direction.value)
        self.keeper = Gatekeeper(
            door=devices.door, devices=devices.health, telemetry=telemetry, screen=self.screen, clock=time.monotonic
        )
        desk = PassportDesk(devices.page, devices.reader, trust, workers, now=utc_now)
        effects = Effects(
            place=Place(given.station, given.direction, given.port_name),
            door=devices.door,
            examination=Examination(desk, FaceDesk(devices.face, workers), workers),
            client=client,
            telemetry=telemetry,
            alone=lambda: self.keeper.alone,
            tell=self.keeper.tell,
            spawn=self._group.create_task,
            now=utc_now,
            clock=time.monotonic,
            booth=given.booth,
        )
        self.keeper.attach(effects)
        devices.door.listen(_from_thread(self.keeper.tell))

    def application(self, token: str) -> FastAPI:
        controls = api.Controls(
            tell=self.keeper.tell,
            serve=self._serve,
            state=lambda: self.keeper.state,
            pressed=lambda: self.keeper.button_pressed,
            note=self._telemetry.note,
        )
        return api.application(
            screen=self.screen,
            controls=controls,
            mirror=lambda: self._devices.face.newest,
            token=token,
            stopping=self._stop,
        )

    async def run(self, http: api.Server, listening: socket.socket, delivering: Coroutine[Any, Any, None]) -> None:
        """Until `stop`: then the screen's connections end, the tasks are cancelled, the doors close."""
        with self._devices:
            async with self._group as group:
                tasks = [group.create_task(work) for work in (self._telemetry.run(), self.keeper.run(), delivering)]
                serving = group.create_task(http.serve(sockets=[listening]))
                log.info("serving", port=listening.getsockname()[1])
                await self._stop.wait()
                http.should_exit = True
                await serving
                for task in (*tasks, *self.keeper.tasks):
                    task.cancel()

    def _serve(self, in_service: bool) -> None:
        self.keeper.in_service = in_service


def note_health(telemetry: Telemetry, health: Health) -> None:
    if health.condition is Condition.LOST:
        telemetry.note("device_lost", device=health.device, reason=health.reason)
    elif health.condition is Condition.READY:
        telemetry.note("device_back", device=health.device)


def _from_thread(call: Callable[[M], None]) -> Callable[[M], None]:
    """The same, called in this loop from any thread; nothing once the loop has closed."""
    loop = asyncio.get_running_loop()

    def schedule(message: M) -> None:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(call, message)

    return schedule
