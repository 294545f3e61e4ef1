"""Who stands where: travellers queue for a free station, and some scenarios want the hall for themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from simulators.stations import Station
from simulators.travellers import Scenario


class NoSuchStation(Exception):
    """The hall has no station at which this scenario could play."""


class Floor:
    """Hands out stations, the longest idle first."""

    def __init__(self, stations: Sequence[Station]) -> None:
        self._all = list(stations)
        self._free = list(stations)
        self._alone = False
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def station(self, scenario: Scenario) -> AsyncIterator[Station]:
        """A station for the scenario, for as long as the block lasts. Raise `NoSuchStation`."""
        if not any(_suits(station, scenario) for station in self._all):
            raise NoSuchStation(f"no {scenario.direction or ''} {scenario.station} in this hall for {scenario.name}")
        async with self._changed:
            await self._changed.wait_for(lambda: self._room_for(scenario))
            station = next(free for free in self._free if _suits(free, scenario))
            self._free.remove(station)
            self._alone = scenario.alone
        try:
            yield station
        finally:
            async with self._changed:
                self._free.append(station)
                self._alone = False
                self._changed.notify_all()

    def _room_for(self, scenario: Scenario) -> bool:
        if self._alone or (scenario.alone and len(self._free) < len(self._all)):
            return False
        return any(_suits(station, scenario) for station in self._free)


def _suits(station: Station, scenario: Scenario) -> bool:
    return station.kind == scenario.station and scenario.direction in (None, station.direction)
