"""The server half, put together: what routes and pages are built on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from examiner_console.casework.ingest import Ingest
from examiner_console.casework.pictures import Pictures
from examiner_console.casework.referrals import Referrals
from examiner_console.casework.stations import Enrolment
from examiner_console.casework.telemetry import Telemetry
from examiner_console.database import Store
from examiner_console.law.statuses import STATUSES, Status
from examiner_console.record.evidence import Vault, load_or_create_secret
from examiner_console.settings import Settings
from examiner_console.upkeep import Clock, open_store, utc_now

log = structlog.get_logger(__name__)


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
    store = open_store(settings, clock, _log_failure)
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


def _log_failure(error: Exception, writes: int) -> None:
    cause = type(getattr(error, "orig", None) or error).__name__
    log.error("store_unavailable", cause=cause, writes=writes)
