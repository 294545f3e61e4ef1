"""What a station still owes the console: kept on disk, sealed, delivered in order, exactly once.

SQLite in WAL mode with synchronous=FULL: what a method returned from survives `kill -9` and a cut of power. Payloads
rest encrypted (AES-256-GCM) under a key derived from the station's private key: a stolen disk without it shows nothing.

An inspection is first *held* (written, while the station asks the console live), then either *settled* (the console
answered) or *deferred* (the station gave up and referred the traveller). Whatever is found held at the next start was
interrupted: nobody heard an answer, so it is deferred.

    OutboxError
    ├── OutboxUnavailable    disk full or damaged; nothing was acknowledged
    └── OutboxLocked         another process has this outbox open
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from uuid6 import uuid7

from examiner_console.contract import Delivery, EventData, EvidenceBundle, Inspection, StationEvent, encode

T = TypeVar("T")

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS entry (
    number INTEGER PRIMARY KEY AUTOINCREMENT, purpose TEXT NOT NULL, id TEXT NOT NULL, delivery TEXT NOT NULL,
    state TEXT NOT NULL, sealed BLOB NOT NULL, refusal TEXT, UNIQUE (purpose, id)
);
CREATE INDEX IF NOT EXISTS entry_state ON entry (state, number);
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT OR IGNORE INTO counter VALUES ('event', 0);
"""
_HELD, _WAITING, _REFUSED = "held", "waiting", "refused"
_NONCE_BYTES: Final = 12  # NIST SP 800-38D §8.2


class OutboxError(Exception):
    code = "outbox_error"


class OutboxUnavailable(OutboxError):
    code = "outbox_unavailable"


class OutboxLocked(OutboxError):
    code = "outbox_locked"


@dataclass(frozen=True, slots=True)
class Entry:
    """One undelivered message; `payload` is its JSON as `contract.encode` wrote it."""

    number: int
    purpose: str
    id: UUID
    delivery: Delivery
    payload: bytes


class Outbox:
    """Safe to use from several threads of one process. Methods block for a disk write, a few milliseconds."""

    def __init__(self, path: Path, *, station: str, private_key: Ed25519PrivateKey) -> None:
        self.station = station
        self._cipher = AESGCM(HKDF(SHA256(), 32, None, b"sekisho outbox 1").derive(private_key.private_bytes_raw()))
        self._lock = threading.Lock()
        self._connection = _open(path)
        self._run(lambda c: c.execute("UPDATE entry SET state='waiting', delivery='deferred' WHERE state='held'"))

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def hold(self, inspection: Inspection) -> None:
        """Before asking live. Holding the same inspection twice changes nothing."""
        self._insert("inspection", inspection.id, encode(inspection), _HELD)

    def settle(self, inspection: UUID) -> None:
        """The console answered and the station heard it: nothing is owed."""
        self._run(lambda c: c.execute("DELETE FROM entry WHERE purpose='inspection' AND id=?", (str(inspection),)))

    def defer(self, inspection: UUID) -> None:
        """The station referred the traveller by itself; the console is to learn of it as deferred."""
        statement = "UPDATE entry SET state='waiting', delivery='deferred' WHERE purpose='inspection' AND id=?"
        self._run(lambda c: c.execute(statement, (str(inspection),)))

    def put_evidence(self, bundle: EvidenceBundle) -> None:
        self._insert("evidence", bundle.inspection, encode(bundle), _WAITING)

    def add_event(
        self, kind: str, at: datetime, *, inspection: UUID | None = None, data: EventData | None = None
    ) -> StationEvent:
        """Number, store and return an event; numbers of one station have no gap and no repeat, over restarts."""

        def insert(connection: sqlite3.Connection) -> StationEvent:
            connection.execute("UPDATE counter SET value = value + 1 WHERE name = 'event'")
            (number,) = connection.execute("SELECT value FROM counter WHERE name = 'event'").fetchone()
            event = StationEvent(uuid7(), self.station, number, kind, at, inspection, data or {})
            self._write(connection, "event", event.id, encode(event), _WAITING)
            return event

        return self._run(insert)

    def waiting(self, limit: int = 100) -> list[Entry]:
        """The oldest entry to deliver; where it is an event, with the run of events behind it, at most `limit`."""
        query = "SELECT number, purpose, id, delivery, sealed FROM entry WHERE state='waiting' ORDER BY number LIMIT ?"
        entries: list[Entry] = []
        for number, purpose, name, delivery, sealed in self._run(lambda c: c.execute(query, (limit,)).fetchall()):
            if entries and (purpose != "event" or entries[0].purpose != "event"):
                break
            payload = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], f"{purpose} {name}".encode())
            entries.append(Entry(number, purpose, UUID(name), Delivery(delivery), payload))
        return entries

    def delivered(self, entries: Sequence[Entry]) -> None:
        numbers = [(entry.number,) for entry in entries]
        self._run(lambda c: c.executemany("DELETE FROM entry WHERE number=?", numbers))

    def refused(self, entries: Sequence[Entry], code: str) -> None:
        """The console will never take these: they stay, apart, for a technician, and no longer block the rest."""
        numbers = [(code, entry.number) for entry in entries]
        self._run(lambda c: c.executemany("UPDATE entry SET state='refused', refusal=? WHERE number=?", numbers))

    def counts(self) -> dict[str, int]:
        """Entries by state (held, waiting, refused), and `events`, the number of events ever made."""

        def count(connection: sqlite3.Connection) -> dict[str, int]:
            states = dict(connection.execute("SELECT state, count(*) FROM entry GROUP BY state").fetchall())
            (events,) = connection.execute("SELECT value FROM counter WHERE name='event'").fetchone()
            return {_HELD: 0, _WAITING: 0, _REFUSED: 0} | states | {"events": events}

        return self._run(count)

    def _insert(self, purpose: str, name: UUID, payload: bytes, state: str) -> None:
        self._run(lambda connection: self._write(connection, purpose, name, payload, state))

    def _write(self, connection: sqlite3.Connection, purpose: str, name: UUID, payload: bytes, state: str) -> None:
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, payload, f"{purpose} {name}".encode())
        connection.execute(
            "INSERT OR IGNORE INTO entry (purpose, id, delivery, state, sealed) VALUES (?, ?, 'live', ?, ?)",
            (purpose, str(name), state, sealed),
        )

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """One transaction: all of it is on disk when this returns, or none."""
        try:
            with self._lock, self._connection:
                self._connection.execute("BEGIN IMMEDIATE")
                return work(self._connection)
        except sqlite3.Error as error:
            raise OutboxUnavailable(f"the outbox cannot be written: {error}") from error


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=2.0)
    try:
        # One owner: EXCLUSIVE is kept until the connection closes, and the system drops it when the process dies.
        for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.executescript(_SCHEMA)
    except sqlite3.OperationalError as error:
        connection.close()
        if "locked" in str(error):
            raise OutboxLocked(f"another process uses the outbox {path.name}") from error
        raise OutboxUnavailable(f"the outbox {path.name} cannot be opened: {error}") from error
    return connection
