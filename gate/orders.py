"""The gate under its monitoring officer: it says how it is, and obeys what it is told.

The gate asks the console and waits for the answer; nobody connects to a gate. An order is obeyed once, within the
seconds it is good for. Where gates are to be watched, an officer's word runs out by the gate's own clock: a console
that is gone, or an officer who is, ends the taking of new travellers the same way. Whoever is inside is seen through.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog
from msgspec import structs

from examiner_console.client import ConsoleClient, ConsoleError, ConsoleRefused
from examiner_console.contract import GateCommand, GateOrder, GateReport, ObeyedOrder, StandingOrders

from .api import NotNow
from .sights import NOTHING
from .station import Clock
from .telemetry import Now

log = structlog.get_logger("gate.orders")

WAIT_SECONDS: Final = 15.0
"""How long the console may hold a question; also how often a gate where nothing happens says a word."""
SIGHT_SECONDS: Final = 0.5
"""Between two pictures of whoever is inside, while the officer looks."""
LOOK_SECONDS: Final = 0.2
"""Between two looks at the state: a report follows a change within this time."""
RETRY_SECONDS: Final = 1.0
REFUSED_SECONDS: Final = 30.0
"""Before a console is asked again that knows no gates' orders, or not this gate."""
REMEMBERED: Final = 64


async def _nothing_to_see() -> tuple[bytes, bytes]:
    return NOTHING


@dataclass(frozen=True, slots=True)
class Condition:
    """What of a gate is told; a report is due when any of it but `seconds` changes."""

    state: str
    seconds: float
    prompt: str
    booth: str
    in_service: bool
    lost: tuple[str, ...]

    def says(self) -> tuple[object, ...]:
        return self.state, self.prompt, self.booth, self.in_service, self.lost


class Orders:
    """`obey` carries out a command or raises `NotNow`. `monitored` gates serve only while an officer watches."""

    def __init__(
        self,
        client: ConsoleClient,
        *,
        condition: Callable[[], Condition],
        obey: Callable[[GateCommand], None],
        monitored: bool,
        now: Now,
        clock: Clock = time.monotonic,
        sights: Callable[[], Awaitable[tuple[bytes, bytes]]] = _nothing_to_see,
    ) -> None:
        self._client, self._condition, self._obey = client, condition, obey
        self._monitored, self._now, self._clock = monitored, now, clock
        self._sights, self._wants_pictures = sights, False
        self._heard = ""
        self._may_serve = True
        self.refers_all = False
        """Everybody is sent to a booth, however well the gate read them; as last heard."""
        self._watched_until = clock()
        self._done: OrderedDict[UUID, str] = OrderedDict()
        """Orders obeyed or refused, with the code of the refusal: none is carried out twice."""
        self._untold: list[ObeyedOrder] = []

    @property
    def may_serve(self) -> bool:
        watched = not self._monitored or self._clock() < self._watched_until
        return self._may_serve and watched

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._wait_for_orders())
            group.create_task(self._report_changes())

    async def _wait_for_orders(self) -> None:
        while True:
            await self._ask(WAIT_SECONDS)

    async def _report_changes(self) -> None:
        said: tuple[object, ...] = ()
        seen_at = self._clock()
        while True:
            says = self._condition().says()
            sees = self._wants_pictures and self._clock() - seen_at >= SIGHT_SECONDS
            if says != said or self._untold or sees:
                seen_at = self._clock()
                pictures = await self._sights() if self._wants_pictures else NOTHING
                said = says if await self._ask(0.0, pictures) else said
            await asyncio.sleep(LOOK_SECONDS)

    async def _ask(self, wait: float, pictures: tuple[bytes, bytes] = NOTHING) -> bool:
        """Whether the console answered."""
        telling = tuple(self._untold[:16])
        report = structs.replace(self._report(wait, telling), live=pictures[0], chip=pictures[1])
        try:
            answer = await self._client.orders(report)
        except ConsoleError as error:
            if wait:
                log.warning("orders_not_heard", code=error.code)
            refused = isinstance(error, ConsoleRefused)
            await asyncio.sleep(REFUSED_SECONDS if refused else RETRY_SECONDS)
            return False
        self._untold = [one for one in self._untold if one not in telling]
        self._take(answer)
        return True

    def _report(self, wait: float, telling: tuple[ObeyedOrder, ...]) -> GateReport:
        now = self._condition()
        return GateReport(
            station=self._client.station,
            at=self._now(),
            state=now.state,
            seconds=now.seconds,
            prompt=now.prompt,
            in_service=now.in_service,
            booth=now.booth,
            lost=now.lost,
            obeyed=telling,
            heard=self._heard,
            wait_seconds=wait,
        )

    def _take(self, answer: StandingOrders) -> None:
        self._heard, self._may_serve = answer.version, answer.in_service
        self.refers_all, self._wants_pictures = answer.refers_all, answer.wants_pictures
        self._watched_until = self._clock() + answer.watched_seconds
        for order in answer.orders:
            if order.id not in self._done and order.seconds > 0:
                self._carry_out(order)

    def _carry_out(self, order: GateOrder) -> None:
        why = ""
        try:
            self._obey(order.command)
        except NotNow as error:
            why = error.code
        log.info("ordered", command=order.command.value, refused=why)
        self._done[order.id] = why
        while len(self._done) > REMEMBERED:
            self._done.popitem(last=False)
        self._untold.append(ObeyedOrder(order.id, why))
