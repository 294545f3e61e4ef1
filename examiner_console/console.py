"""The server half, put together: what routes and pages are built on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from examiner_console.casework.gate_board import GateBoard
from examiner_console.casework.hearings import Hearings
from examiner_console.casework.ingest import Ingest
from examiner_console.casework.own_registrations import OwnRegistrations
from examiner_console.casework.pictures import Pictures
from examiner_console.casework.referrals import Referrals
from examiner_console.casework.registrations import Registrations
from examiner_console.casework.stations import Enrolment
from examiner_console.casework.telemetry import Telemetry
from examiner_console.database import Store
from examiner_console.law.statuses import STATUSES, Status
from examiner_console.record.evidence import Vault, load_or_create_secret
from examiner_console.registries.desk import Beside, Desk, Place, desk_of
from examiner_console.registries.port import Registry
from examiner_console.registries.wire import Address, tls_files
from examiner_console.running.measures import Measures
from examiner_console.settings import RegistryPlace, Settings
from examiner_console.upkeep import Clock, open_store, utc_now
from examiner_console.watchlist.own_list import Both, OwnList

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Console:
    """One per process. `close()` finishes what waits to be written."""

    settings: Settings
    store: Store
    referrals: Referrals
    registrations: Registrations
    hearings: Hearings
    statuses: Mapping[str, Status]
    clock: Clock
    enrolment: Enrolment
    ingest: Ingest
    registries: Desk
    pictures: Pictures
    telemetry: Telemetry
    gates: GateBoard
    measures: Measures

    def hang_up(self) -> None:
        """Who waits for news is told that there is no more."""
        self.referrals.hang_up()
        self.gates.hang_up()

    def close(self) -> None:
        self.store.close()


def open_console(settings: Settings, clock: Clock = utc_now) -> Console:
    """Keys are made on first use. The database must have been migrated. Raises ValueError for an unusable key file
    and for a registry that is unknown or whose address cannot be used."""
    vault = Vault(load_or_create_secret(settings.master_key))
    measures = Measures()
    store = open_store(settings, clock, partial(_note_failure, measures), measures.stored)
    referrals = Referrals(store, vault, clock)
    return Console(
        settings=settings,
        store=store,
        referrals=referrals,
        hearings=Hearings(store, clock, referrals.changed),
        registrations=Registrations(store, vault, clock),
        statuses=STATUSES,
        clock=clock,
        enrolment=Enrolment(store),
        ingest=Ingest(clock, settings.booths, rules=settings.rules),
        registries=desk_of(
            {name: _place(one) for name, one in settings.registries.items()},
            beside=_own(settings, store, clock),
            clock=clock,
        ),
        pictures=Pictures(vault, clock),
        telemetry=Telemetry(clock),
        gates=GateBoard(store, clock),
        measures=measures,
    )


def _own(settings: Settings, store: Store, clock: Clock) -> Mapping[str, Beside]:
    """The registries that this console is itself, by their names in `Answers`."""
    own: dict[str, Registry[Any]] = {}
    if settings.own_watchlist:
        own["watchlist"] = OwnList(store, clock)
    if settings.own_registrations:
        own["registration"] = OwnRegistrations(store, clock)
    return {name: partial(_with_own, port) for name, port in own.items()}


def _with_own(own: Registry[Any], other: Registry[Any] | None) -> Registry[Any]:
    return own if other is None else Both(own, other)


def _place(given: RegistryPlace) -> Place:
    tls = tls_files(given.tls_certificate, given.tls_key, given.tls_authority)
    return Place(Address(given.url, tls), given.reuse_seconds, given.stale_seconds)


def _note_failure(measures: Measures, error: Exception, writes: int) -> None:
    measures.store_failed(writes)
    cause = type(getattr(error, "orig", None) or error).__name__
    log.error("store_unavailable", cause=cause, writes=writes)
