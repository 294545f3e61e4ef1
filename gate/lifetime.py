"""A gate from start to stop: every device supervised, every task in one group, closed in good order."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

import structlog
from fastapi import FastAPI

from biometrics.workers import Workers
from examiner_console.client import ConsoleClient, deliver
from passport_reader.pki.trust import TrustStore

from . import api
from .door import Door
from .effects import Effects
from .equipment import Equipment, Matching, at_work, console, from_thread, health_to, trust_store, utc_now
from .gatekeeper import Gatekeeper
from .journey import EMPTY
from .orders import Condition, Orders
from .passport_desk import PassportDesk
from .screen import Screen
from .serving import Server, listen, server
from .settings import GateSettings
from .sights import Sights
from .station import Clock, Health
from .telemetry import Now, Telemetry
from .visit import Examination, Place

log = structlog.get_logger("gate.lifetime")

LOOPBACK: Final = "127.0.0.1"
GRACE_SECONDS: Final = 1


@dataclass(frozen=True, slots=True)
class Times:
    """The wall clock that records carry, and the monotonic one that the journey's deadlines run by."""

    now: Now = utc_now
    clock: Clock = time.monotonic


ON_TIME: Final = Times()


async def serve(
    given: GateSettings,
    workers: Workers,
    stop: asyncio.Event,
    *,
    on_serving: Callable[[int], None] = lambda port: None,
    times: Times = ON_TIME,
) -> None:
    """Run until `stop` is set; `on_serving` hears the HTTP port. Raise `SettingsUnusable` for what cannot be used."""
    trust, door_key, token = trust_store(given), given.door_key(), given.attendant_token()
    with contextlib.closing(listen(LOOPBACK, given.http_port)) as listening:
        async with console(given) as (client, outbox):
            telemetry = Telemetry(outbox, times.now)
            gate = _Gate(given, door_key, telemetry, client, trust, workers, stop, times)
            on_serving(listening.getsockname()[1])
            try:
                await gate.run(
                    server(gate.application(token), grace=GRACE_SECONDS), listening, deliver(outbox, client, stop)
                )
            finally:
                await telemetry.flush()
    log.info("stopped")


class _Gate:
    """The parts of one gate, put together."""

    def __init__(
        self,
        given: GateSettings,
        door_key: bytes,
        telemetry: Telemetry,
        client: ConsoleClient,
        trust: TrustStore,
        workers: Workers,
        stop: asyncio.Event,
        times: Times,
    ) -> None:
        on_health = health_to(telemetry)
        self._matching = Matching(workers, on_health)
        self._equipment = Equipment(given, on_health)
        self._door = Door(given.door_device, door_key, on_health=on_health)
        self._telemetry, self._stop, self._times = telemetry, stop, times
        self._group = asyncio.TaskGroup()
        self.screen = Screen(given.station, given.number, given.direction.value)
        self.keeper = Gatekeeper(
            door=self._door, devices=self._health, telemetry=telemetry, screen=self.screen, clock=times.clock
        )
        effects = self._effects(given, client, trust, workers)
        self.keeper.attach(effects)
        self._controls = api.Controls(
            tell=self.keeper.tell,
            serve=self._serve,
            state=lambda: self.keeper.state,
            pressed=lambda: self.keeper.button_pressed,
            note=telemetry.note,
        )
        sights = Sights(
            workers,
            occupied=lambda: self.keeper.state not in EMPTY,
            newest=lambda: self._equipment.face.newest,
            portrait=lambda: effects.portrait,
        )
        self._orders = self._ordered_by(client, given, sights)
        self.keeper.may_serve = lambda: self._orders.may_serve
        self._door.listen(from_thread(self.keeper.tell))

    def _ordered_by(self, client: ConsoleClient, given: GateSettings, sights: Sights) -> Orders:
        return Orders(
            client,
            condition=self._condition,
            obey=self._controls.order,
            monitored=given.monitored,
            now=self._times.now,
            clock=self._times.clock,
            sights=sights.now,
        )

    def _effects(self, given: GateSettings, client: ConsoleClient, trust: TrustStore, workers: Workers) -> Effects:
        equipment = self._equipment
        face = equipment.face_desk(workers, nobody=lambda: self.keeper.nobody_inside)
        desk = PassportDesk(equipment.page, equipment.reader, trust, workers, now=self._times.now)
        return Effects(
            place=Place(given.station, given.direction, given.port_name),
            door=self._door,
            examination=Examination(desk, face, workers, morphing_threshold=given.morphing_threshold),
            client=client,
            telemetry=self._telemetry,
            alone=lambda: self.keeper.alone,
            tell=self.keeper.tell,
            refresh=self.keeper.refresh,
            refers_all=lambda: self._orders.refers_all,
            spawn=self._group.create_task,
            now=self._times.now,
            clock=time.monotonic,
            booth=given.booth,
        )

    def _health(self) -> tuple[Health, ...]:
        equipment = self._equipment
        return (equipment.page.health, equipment.face.health, equipment.reader.health, self._matching.health)

    def _condition(self) -> Condition:
        keeper, view = self.keeper, self.screen.view
        return Condition(
            state=keeper.state.value,
            seconds=max(0.0, self._times.clock() - keeper.entered_at),
            prompt=view.prompt.value,
            booth=view.booth or "",
            in_service=keeper.in_service,
            lost=tuple(health.device for health in (*self._health(), self._door.health) if not health.ready),
        )

    def application(self, token: str) -> FastAPI:
        return api.application(
            screen=self.screen,
            controls=self._controls,
            mirror=lambda: self._equipment.face.newest,
            token=token,
            stopping=self._stop,
        )

    async def run(self, http: Server, listening: socket.socket, delivering: Coroutine[Any, Any, None]) -> None:
        """Until `stop`: then the screen's connections end, the tasks are cancelled, the doors close.

        The screen is served from the first moment on; the gate is out of service until every device is there.
        """
        beside = (self._matching.run(), self._telemetry.run(), self.keeper.run(), self._orders.run(), delivering)
        with at_work((self._door, *self._equipment.devices)):
            async with self._group as group:
                tasks = [group.create_task(work) for work in beside]
                serving = group.create_task(http.serve(sockets=[listening]))
                log.info("serving", port=listening.getsockname()[1])
                await self._stop.wait()
                http.should_exit = True
                await serving
                for task in (*tasks, *self.keeper.tasks):
                    task.cancel()

    def _serve(self, in_service: bool) -> None:
        self.keeper.in_service = in_service
