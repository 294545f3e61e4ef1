"""A hall to walk about in: everything runs, travellers come by themselves, and a panel sends more by choice."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Final

import uvicorn

from simulators.cast import Cast
from simulators.hall import Hall, Plan, open_hall
from simulators.panel import Place, create_panel
from simulators.site import free_port
from simulators.stations import GateStation

PANEL_PORT: Final = 8400
"""Where the panel is found when nothing else listens there."""
BETWEEN_TRAVELLERS_SECONDS: Final = 12.0
_FIRST: Final = ("national", "visitor_arrives", "swapped_passports")


async def run_demo(plan: Plan, people: Cast, say: Callable[[str], object] = sys.stdout.write) -> None:
    """Until Ctrl-C or SIGTERM; all programs are ended before this returns."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        say("Opening the hall; the first time takes longest …\n")
        async with open_hall(plan, people) as hall, asyncio.TaskGroup() as group:
            send = _sender(hall, group)
            server = _panel(hall, send)
            group.create_task(server.serve())
            say(_welcome(hall, server.config.port))
            for scenario in _FIRST:
                await send(scenario)
            while True:
                await asyncio.sleep(BETWEEN_TRAVELLERS_SECONDS)
                for traveller in list(hall.director.draw(1)):
                    await send(traveller.scenario.name)
    say("The hall is closed.\n")


def _sender(hall: Hall, group: asyncio.TaskGroup) -> Callable[[str], Awaitable[None]]:
    async def send(scenario: str) -> None:
        traveller = hall.director.invent(scenario)
        await hall.announce([traveller])
        group.create_task(hall.send(traveller))

    return send


class _Server(uvicorn.Server):
    """Leaves signals to the hall, which has programs to end."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _panel(hall: Hall, send: Callable[[str], Awaitable[None]]) -> uvicorn.Server:
    app = create_panel(hall.visits, send, places(hall))
    config = uvicorn.Config(app, host="127.0.0.1", port=_free_or(PANEL_PORT), log_level="error", lifespan="off")
    return _Server(config)


def _free_or(port: int) -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return free_port()
    return port


def places(hall: Hall) -> list[Place]:
    found = [Place("Officers", hall.console.url)]
    for station in hall.stations:
        if isinstance(station, GateStation):
            found.append(Place(f"Gate {station.number} ({station.direction})", station.screen_url))
        else:
            found.append(Place(f"Bio-cart {station.number}", station.url))
    return found


def _welcome(hall: Hall, panel_port: int) -> str:
    lines = ["", "Sekisho: the hall is open.", "", f"  {'Send travellers':24} http://127.0.0.1:{panel_port}"]
    lines += [f"  {place.title:24} {place.url}" for place in places(hall)]
    lines += ["", "  Officers of this run:"]
    lines += [f"    {account.name:12} {account.password:16} {account.role}" for account in hall.console.officers]
    lines += [
        "",
        "  Try: send a visitor who arrives, watch the bio-cart, then log in as the inspector and grant landing (F1).",
        "  Try: send swapped passports to a gate, and find out in the referral queue why the gate did not open.",
        f"  Logs and databases: {hall.plan.folder}",
        "  Ctrl-C closes the hall.",
        "",
        "",
    ]
    return "\n".join(lines)
