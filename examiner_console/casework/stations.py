"""Enrolled stations and the keys they sign with.

StationError                code, sentence
└── NotThisStation          the message speaks for another station, port side or kind than its key
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, delete, insert, select

from examiner_console.contract import Direction, StationKind
from examiner_console.database import Store
from examiner_console.tables import stations

FRESH_SECONDS: Final = 5.0
"""How long a key is trusted without asking the database again: a withdrawn station is out within this time."""
IMPATIENT_SECONDS: Final = 0.5
"""Unknown keys ask again sooner, for stations just enrolled; not at every request, or strangers would load us."""


class StationError(Exception):
    code = "station_error"


class NotThisStation(StationError):
    code = "station_mismatch"


@dataclass(frozen=True, slots=True)
class Station:
    name: str
    kind: StationKind
    direction: Direction
    public_key: bytes
    """Ed25519, 32 bytes (RFC 8032)."""


def enrol(connection: Connection, station: Station, at: datetime) -> None:
    """Put a station under its name; enrolling it again replaces its key. ValueError where the key is not a point."""
    Ed25519PublicKey.from_public_bytes(station.public_key)
    connection.execute(delete(stations).where(stations.c.name == station.name))
    connection.execute(
        insert(stations).values(
            name=station.name,
            kind=station.kind.value,
            direction=station.direction.value,
            public_key=station.public_key,
            enrolled_at=at,
        )
    )


def enrolled(connection: Connection) -> dict[str, Station]:
    rows = connection.execute(select(stations).where(stations.c.withdrawn_at.is_(None)))
    return {
        row.name: Station(row.name, StationKind(row.kind), Direction(row.direction), row.public_key) for row in rows
    }


class Enrolment:
    """The stations of the database, remembered for a few seconds."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stations: Mapping[str, Station] = {}
        self._keys: Mapping[str, Ed25519PublicKey] = {}
        self._asked = float("-inf")
        self._asking = asyncio.Lock()

    @property
    def keys(self) -> Mapping[str, Ed25519PublicKey]:
        """By station name, as of the last `refresh`."""
        return self._keys

    def station(self, name: str) -> Station:
        return self._stations[name]

    async def refresh(self, *, older_than: float = FRESH_SECONDS) -> None:
        """Ask the database where its last answer is older than that many seconds; who comes meanwhile waits for it."""
        if time.monotonic() - self._asked < older_than:
            return
        async with self._asking:
            if time.monotonic() - self._asked >= older_than:
                self._stations = await self._store.read(enrolled)
                self._keys = {name: _public_key(station) for name, station in self._stations.items()}
                self._asked = time.monotonic()


def _public_key(station: Station) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(station.public_key)
