"""The server half, put together: what routes and pages are built on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from examiner_console.casework.ingest import Ingest
from examiner_console.casework.pictures import Pictures
from examiner_console.casework.referrals import Referrals
from examiner_console.casework.stations import Enrolment
from examiner_console.casework.telemetry import Telemetry
from examiner_console.database import Store
from examiner_console.law.statuses import STATUSES, Status
from examiner_console.record.evidence import Vault, load_or_create_secret
from examiner_console.record.ledger import Sealer
from examiner_console.settings import Settings

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Console:
    """One per process. `close()` finishes what waits to be written."""

    settings: Settings
    store: Store
    referrals: Referrals
    statuses: Mapping[str, Status]
    clock: Clock
    enrolment: Enrolment
    ingest: Ingest
    pictures: Pictures
    telemetry: Telemetry

    def close(self) -> None:
        self.store.close()


def open_console(settings: Settings, clock: Clock = utc_now) -> Console:
    """Keys are made on first use. The database must have been migrated. Raises ValueError for an unusable key file."""
    vault = Vault(load_or_create_secret(settings.master_key))
    store = open_store(settings, clock)
    return Console(
        settings=settings,
        store=store,
        referrals=Referrals(store, vault, clock),
        statuses=STATUSES,
        clock=clock,
        enrolment=Enrolment(store),
        ingest=Ingest(clock, settings.booths),
        pictures=Pictures(vault, clock),
        telemetry=Telemetry(clock),
    )


def open_store(settings: Settings, clock: Clock = utc_now) -> Store:
    """The store alone, sealing its ledger: what upkeep commands need."""
    return Store(settings.database, before_commit=Sealer(ledger_key(settings), clock))


def ledger_key(settings: Settings) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(load_or_create_secret(settings.ledger_key))
