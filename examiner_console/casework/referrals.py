"""The referral queue and what an officer may do with a case. Each action is one transaction with its ledger leaf.

There is no refusal here: an officer grants, confirms, or hands over to the special inquiry officer (Art. 9(6), 7(4)).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import Connection

from examiner_console.casework import casebook, departure_holds, departure_orders, landings, leaving
from examiner_console.casework.actions import Action, Verb, record
from examiner_console.casework.cases import (
    ActionNotAllowed,
    Case,
    CaseClosed,
    CaseOutcome,
    CaseState,
    CaseTaken,
    StatusNotAllowed,
)
from examiner_console.casework.hearings import open_hearing
from examiner_console.casework.privacy import is_private
from examiner_console.casework.retention import forget_live_face
from examiner_console.contract import Direction, Document
from examiner_console.database import Store
from examiner_console.law import statuses
from examiner_console.law.departure_orders import Overstayer
from examiner_console.law.nationals import is_national
from examiner_console.law.stays import japan_date
from examiner_console.record.evidence import KINDS, NoSuchEvidence, Vault, erase
from examiner_console.record.receipts import Ground


class Referrals:
    """Officers are named by their log-in name. Every method raises NoSuchCase for an id without a case, and
    CasePrivate for one that the protection desk has. What an act returns is the case without evidence and trips."""

    def __init__(self, store: Store, vault: Vault, clock: Callable[[], datetime]) -> None:
        self._store, self._vault, self._clock = store, vault, clock
        self._listeners: set[asyncio.Event] = set()
        self._hung_up = False

    async def waiting(self) -> list[Case]:
        """Waiting and taken, oldest first; evidence and trips are left empty."""
        return await self._store.read(casebook.load_open)

    async def case(self, id: UUID) -> Case:
        return await self._store.read(lambda connection: casebook.load(connection, id))

    async def read_case(self, id: UUID, officer: str) -> Case:
        """As `case`, for an officer's eyes: the read is durable in the ledger before the case is shown."""

        def read(connection: Connection) -> Case:
            case = casebook.load(connection, id)
            record(connection, Action(id, officer, Verb.READ_CASE, self._clock()))
            return case

        return await self._store.write(read)

    async def find(self, document_number: str, nationality: str | None = None) -> Case | None:
        """The newest open case under a passport's number."""
        return await self._store.read(lambda c: casebook.find_open(c, document_number, nationality))

    async def take(self, id: UUID, officer: str) -> Case:
        """Lock the case. Taking one's own again changes nothing. Raises CaseTaken or CaseClosed."""
        return await self._act(partial(_take, id=id, officer=officer, at=self._clock()))

    async def give_back(self, id: UUID, officer: str) -> Case:
        """Unlock it, so that another may take it. Raises CaseTaken or CaseClosed."""
        return await self._act(partial(_give_back, id=id, officer=officer, at=self._clock()))

    async def grant(self, id: UUID, officer: str, status: str, period: str) -> Case:
        """Landing permission for a foreign arrival (Art. 9(1), 9(3)): writes the landing record.

        Raises StatusNotAllowed, ActionNotAllowed, CaseTaken or CaseClosed; granting the same twice is one grant.
        """
        return await self._act(partial(_grant, id=id, officer=officer, status=status, period=period, at=self._clock()))

    async def confirm(self, id: UUID, officer: str, how: leaving.Leaving | None = None) -> Case:
        """Confirm a departure (Art. 25, 60) or a national's return (Art. 61). Raises as `grant` does, and
        DepartureHeld while a hold runs (Art. 25-2); `how` a resident leaves is recorded with it (`leaving.keep`)."""
        case = await self._act(partial(_confirm, id=id, officer=officer, at=self._clock(), how=how))
        if case.inspection.document is not None and is_national(case.inspection.document):
            await self._store.fold_log()
        return case

    async def hold_departure(self, id: UUID, officer: str) -> Case:
        """The person waits (Art. 25-2), and the case goes back to the queue for whoever is there when the hold ends.

        Raises ActionNotAllowed, CaseTaken or CaseClosed.
        """
        return await self._act(partial(_hold_departure, id=id, officer=officer, at=self._clock()))

    async def release_departure(self, id: UUID, officer: str, authority: str, reference: str) -> Case:
        """The notifying organ came, or withdrew its notice. Raises as `hold_departure` does."""
        at = self._clock()
        release = partial(_release_departure, id=id, officer=officer, at=at)
        return await self._act(partial(release, authority=authority, reference=reference))

    async def outlook(self, case: Case) -> leaving.Outlook:
        """What there is to record of this case's departure, before it is confirmed and after."""
        return await self._store.read(partial(leaving.outlook, case=case, at=self._clock()))

    async def propose_order(self, id: UUID, officer: str, person: Overstayer, note: str = "") -> Case:
        """Propose a departure order (Art. 24-3); where a condition fails, the person is handed over, and why stands in
        the note. Raises ActionNotAllowed, CaseTaken or CaseClosed."""
        return await self._act(partial(_propose, id=id, officer=officer, person=person, note=note, at=self._clock()))

    async def settle_order(self, id: UUID, officer: str, *, give: bool, why: str = "") -> Case:
        """Give the order that another proposed, or refuse it. Raises OrderError or CaseClosed."""
        return await self._act(partial(_settle, id=id, officer=officer, give=give, why=why, at=self._clock()))

    async def hand_over(self, id: UUID, officer: str, note: str) -> Case:
        """To the special inquiry officer (Art. 9(6), 7(4)). Raises CaseTaken or CaseClosed."""
        return await self._act(partial(_hand_over, id=id, officer=officer, note=note, at=self._clock()))

    async def evidence(self, id: UUID, evidence_id: str, officer: str) -> tuple[str, bytes]:
        """Media type and bytes of one picture. The read is durable in the ledger before the picture is shown.

        Raises NoSuchEvidence, EvidenceErased or EvidenceDamaged.
        """

        def read(connection: Connection) -> tuple[str, bytes]:
            if is_private(connection, id):
                raise NoSuchEvidence
            opened = self._vault.open(connection, id, evidence_id)
            details = {"evidence": evidence_id}
            record(connection, Action(id, officer, Verb.READ_EVIDENCE, self._clock(), details=details))
            return opened

        return await self._store.write(read)

    async def erase_evidence(self, id: UUID, officer: str) -> None:
        """Erase the pictures and prints of one inspection for good; the ledger keeps the receipt."""

        def work(connection: Connection) -> None:
            erase(connection, id, KINDS, self._clock(), Ground.ORDER, "an officer's order", officer)
            record(connection, Action(id, officer, Verb.ERASE_EVIDENCE, self._clock()))

        await self._store.write(work)
        await self._store.fold_log()
        self.changed()

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[AsyncIterator[None]]:
        """Yields an iterator that yields once for every change of the queue, changes in between taken together.

        It ends when the console stops (`hang_up`).
        """
        event = asyncio.Event()
        self._listeners.add(event)
        try:
            yield self._changes(event)
        finally:
            self._listeners.discard(event)

    def changed(self) -> None:
        """Tell everyone who subscribed. To be called on the event loop, after the commit."""
        for event in self._listeners:
            event.set()

    def hang_up(self) -> None:
        """End every subscription, and those still to come: the console stops. To be called on the event loop."""
        self._hung_up = True
        self.changed()

    async def _changes(self, event: asyncio.Event) -> AsyncIterator[None]:
        while not self._hung_up:
            await event.wait()
            event.clear()
            if not self._hung_up:
                yield

    async def _act(self, work: Callable[[Connection], Case]) -> Case:
        case = await self._store.write(work)
        self.changed()
        return case


def _held(connection: Connection, id: UUID, officer: str) -> Case:
    """The open case, waiting or held by this officer; without evidence and trips. Raises CaseClosed or CaseTaken."""
    return _may_act(casebook.glance(connection, id), officer)


def _may_act(case: Case, officer: str) -> Case:
    if case.state is CaseState.CLOSED:
        raise CaseClosed
    if case.taken_by not in (None, officer):
        raise CaseTaken(case.taken_by or "")
    return case


def _take(connection: Connection, *, id: UUID, officer: str, at: datetime) -> Case:
    case = _held(connection, id, officer)
    if case.state is CaseState.TAKEN:
        return case
    casebook.change(connection, id, {"state": CaseState.TAKEN, "taken_by": officer, "taken_at": at})
    record(connection, Action(id, officer, Verb.TAKE, at))
    return replace(case, state=CaseState.TAKEN, taken_by=officer, taken_at=at)


def _give_back(connection: Connection, *, id: UUID, officer: str, at: datetime) -> Case:
    case = _held(connection, id, officer)
    if case.state is CaseState.WAITING:
        return case
    casebook.change(connection, id, {"state": CaseState.WAITING, "taken_by": None, "taken_at": None})
    record(connection, Action(id, officer, Verb.GIVE_BACK, at))
    return replace(case, state=CaseState.WAITING, taken_by=None, taken_at=None)


def _grant(connection: Connection, *, id: UUID, officer: str, status: str, period: str, at: datetime) -> Case:
    done = casebook.glance(connection, id)
    if _is_same(done, CaseOutcome.GRANTED, officer) and (done.status, done.period) == (status, period):
        return done
    document = _landing_document(_may_act(done, officer))
    if not statuses.allowed(status, period):
        raise StatusNotAllowed(status, period, f"{status} may not be granted for {period}.")
    landed_on = japan_date(at)
    until = statuses.permitted_until(landed_on, status, period)
    landing = landings.Landing(
        nationality=document.nationality,
        document_number=document.document_number,
        landed_on=landed_on,
        status=status,
        period=period,
        permitted_until=until,
        port=done.inspection.port,
    )
    landings.add(connection, id, landing)
    details = {"status": status, "period": period, "permitted_until": until.isoformat() if until else ""}
    record(connection, Action(id, officer, Verb.GRANT, at, "Art. 9(1), 9(3)", details))
    granted = {"status": status, "period": period, "permitted_until": until}
    return _close(connection, id, CaseOutcome.GRANTED, officer, at, granted)


def _landing_document(case: Case) -> Document:
    document = case.inspection.document
    if document is None:
        raise ActionNotAllowed("No passport was read: landing permission needs one (Art. 6(1)). Hand the case over.")
    if case.inspection.direction is not Direction.ARRIVAL or is_national(document):
        raise ActionNotAllowed("Landing permission is for foreign arrivals; confirm this traveller instead.")
    return document


def _confirm(
    connection: Connection, *, id: UUID, officer: str, at: datetime, how: leaving.Leaving | None = None
) -> Case:
    done = casebook.glance(connection, id)
    if _is_same(done, CaseOutcome.CONFIRMED, officer):
        return done
    case = _may_act(done, officer)
    document = case.inspection.document
    national = document is not None and is_national(document)
    departure = case.inspection.direction is Direction.DEPARTURE
    if document is not None and not national and not departure:
        raise ActionNotAllowed("A foreign arrival needs landing permission with a status and a period (Art. 9).")
    if document is None and not departure:
        raise ActionNotAllowed("No passport was read: nationality is not established. Hand the case over.")
    departure_holds.none_runs(case, at)
    leaving.keep(connection, case, officer, at, how)
    if document is not None and departure and not national:
        landings.depart(connection, document, japan_date(at), id)
    article = ("Art. 60(1)" if departure else "Art. 61") if national else "Art. 25(1)"
    record(connection, Action(id, officer, Verb.CONFIRM, at, article))
    if national:
        forget_live_face(connection, id, at)
    return _close(connection, id, CaseOutcome.CONFIRMED, officer, at)


def _hold_departure(connection: Connection, *, id: UUID, officer: str, at: datetime) -> Case:
    departure_holds.keep(connection, _held(connection, id, officer), officer, at)
    return _give_back(connection, id=id, officer=officer, at=at)


def _release_departure(
    connection: Connection, *, id: UUID, officer: str, at: datetime, authority: str, reference: str
) -> Case:
    departure_holds.release(connection, _held(connection, id, officer), officer, at, authority, reference)
    return casebook.glance(connection, id)


def _propose(connection: Connection, *, id: UUID, officer: str, person: Overstayer, note: str, at: datetime) -> Case:
    done = casebook.glance(connection, id)
    if _is_same(done, CaseOutcome.HANDED_OVER, officer):
        return done
    why = departure_orders.propose(connection, _may_act(done, officer), person, officer, at)
    if not why:
        return casebook.glance(connection, id)
    said = ". ".join(part for part in (f"{departure_orders.ARTICLE}: {'; '.join(why)}", note) if part)
    return _hand_over(connection, id=id, officer=officer, note=said, at=at)


def _settle(connection: Connection, *, id: UUID, officer: str, give: bool, why: str, at: datetime) -> Case:
    departure_orders.settle(connection, casebook.glance(connection, id), officer, at, give=give, why=why)
    return casebook.glance(connection, id)


def _hand_over(connection: Connection, *, id: UUID, officer: str, note: str, at: datetime) -> Case:
    done = casebook.glance(connection, id)
    if _is_same(done, CaseOutcome.HANDED_OVER, officer):
        return done
    case = _may_act(done, officer)
    record(connection, Action(id, officer, Verb.HAND_OVER, at, "Art. 9(6), 7(4)", {"note": note}))
    open_hearing(connection, case, officer, at)
    return _close(connection, id, CaseOutcome.HANDED_OVER, officer, at)


def _is_same(case: Case, outcome: CaseOutcome, officer: str) -> bool:
    """The same officer pressed the same key again: answer as the first time."""
    return case.state is CaseState.CLOSED and case.outcome is outcome and case.taken_by == officer


def _close(
    connection: Connection,
    id: UUID,
    outcome: CaseOutcome,
    officer: str,
    at: datetime,
    granted: Mapping[str, object] | None = None,
) -> Case:
    closed = {"state": CaseState.CLOSED, "outcome": outcome, "taken_by": officer, "closed_at": at}
    casebook.change(connection, id, {**closed, **(granted or {})})
    return casebook.glance(connection, id)
