"""The hall's account of a run: what became of every traveller, and whether doors, events and record agree."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from examiner_console.client import ConsoleClient, TlsFiles, deliver_once
from examiner_console.outbox import Outbox
from simulators.history import History
from simulators.stations import GateStation, Station
from simulators.visits import Visit, percentile


@dataclass(frozen=True, slots=True)
class Audit:
    """Counted after all programs have ended. An exit door that opened during a fire is no grant, and none is needed."""

    doors_opened_without_grant: int
    sent: int
    stored: int
    duplicated: int

    @property
    def lost(self) -> int:
        return self.sent - self.stored


def audit(stations: Sequence[Station], visits: Iterable[Visit], history: History) -> Audit:
    """Hold the doors' own record against the console's decisions, and the stations' event counts against its store."""
    opened = sum(
        opening.door == "exit" and not opening.emergency
        for station in stations
        if isinstance(station, GateStation)
        for opening in station.lane.history
    )
    rightly = sum(min(visit.exits, 1) for visit in visits if visit.granted)
    stored, duplicated = history.events()
    return Audit(opened - rightly, sum(map(_events_made, stations)), stored, duplicated)


async def deliver_the_rest(station: Station) -> None:
    """Open the outbox of a stopped station and deliver all of it. Raise ConsoleError where the console will not."""
    if not station.outbox_file.exists():
        return
    key = load_pem_private_key(station.keys.private.read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    tls = TlsFiles(station.keys.certificate, station.keys.tls_key, station.surroundings.site.authority_file)
    client = ConsoleClient(
        station.surroundings.console_url, station=station.name, private_key=key, tls=tls, seconds=10.0
    )
    outbox = Outbox(station.outbox_file, station=station.name, private_key=key)
    try:
        while await deliver_once(outbox, client):
            pass
    finally:
        outbox.close()
        await client.close()


def _events_made(station: Station) -> int:
    """The highest event number the station's outbox ever gave out."""
    file: Path = station.outbox_file
    if not file.exists():
        return 0
    connection = sqlite3.connect(file)
    try:
        return int(connection.execute("SELECT value FROM counter WHERE name='event'").fetchone()[0])
    finally:
        connection.close()


def summarise(seed: int, visits: Sequence[Visit], found: Audit) -> dict[str, Any]:
    totals = [visit.seconds["total"] for visit in visits if "total" in visit.seconds]
    return {
        "seed": seed,
        "travellers": [visit.summary() for visit in visits],
        "unexpected": sum(visit.unexpected or not visit.done for visit in visits),
        "doors_opened_without_grant": found.doors_opened_without_grant,
        "events": {"sent": found.sent, "stored": found.stored, "lost": found.lost, "duplicated": found.duplicated},
        "seconds": {"p50": percentile(totals, 50), "p95": percentile(totals, 95)},
    }
