"""Inspections come in, decisions go out: each inspection is stored and decided once, in one transaction.

Many that arrive together are taken together: one query for what is known, one insert a table. The same message again
gets the same answer; another message under the same id is a conflict; a station that gave up waiting (DEFERRED) turns
an opening into a referral, as a second version beside the first, and its departure or landing never was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, insert, select

from examiner_console.casework import landings
from examiner_console.casework.casebook import open_cases
from examiner_console.contract import (
    Decision,
    DecisionOutcome,
    Delivery,
    Direction,
    Document,
    Inspection,
    decode,
    encode,
)
from examiner_console.law.answers import NOTHING_ASKED, Answers
from examiner_console.law.decide import CURRENT, decide
from examiner_console.law.facts import Facts, LandingAnswer, NoAnswer, NoLandingRecord
from examiner_console.law.nationals import is_national
from examiner_console.record.ledger import Leaf, LeafKind, append, leaf_of
from examiner_console.tables import decisions, inspections, registry_answers


@dataclass(frozen=True, slots=True)
class Arrived:
    """One verified message: the payload as signed, what it says, how it was delivered, and what registries answered."""

    inspection: Inspection
    payload: bytes
    delivery: Delivery
    answers: Answers = NOTHING_ASKED

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.payload).digest()


@dataclass(frozen=True, slots=True)
class Answer:
    """`new` where this message made the decision or changed it."""

    decision: Decision
    new: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """Another message is stored under the same id."""


@dataclass(frozen=True, slots=True)
class _Known:
    sha256: bytes
    version: int
    decision: Decision


@dataclass(slots=True)
class _Batch:
    """What one transaction is about to write."""

    at: datetime
    known: dict[UUID, _Known]
    inspections: list[dict[str, object]] = field(default_factory=list)
    decisions: list[dict[str, object]] = field(default_factory=list)
    answers: list[dict[str, object]] = field(default_factory=list)
    leaves: list[Leaf] = field(default_factory=list)
    referred: list[tuple[Inspection, Decision]] = field(default_factory=list)
    left: dict[landings.Passport, Inspection] = field(default_factory=dict)
    landed: dict[UUID, tuple[Facts, Decision]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ingest:
    """`registry` answers for landings; raising RegistryUnavailable refers whoever depends on it. `rules` is the version
    of the law in use."""

    clock: Callable[[], datetime]
    booths: int
    registry: landings.LandingRegistry = landings.open_landings
    rules: str = CURRENT

    def accept(self, connection: Connection, arrived: Sequence[Arrived]) -> list[Answer | Conflict]:
        """One answer each, in order; to be called by the store's writer."""
        batch = _Batch(self.clock(), _known(connection, {item.inspection.id for item in arrived}))
        for item in arrived:
            if _takes_back(item, batch.known.get(item.inspection.id)):
                landings.undo_departure(connection, item.inspection.id)
                landings.undo_landing(connection, item.inspection.id)
        registry = self._landings(connection, arrived, batch)
        answers = [self._answer(item, batch, registry) for item in arrived]
        _write(connection, batch)
        return answers

    def _landings(
        self, connection: Connection, arrived: Iterable[Arrived], batch: _Batch
    ) -> Callable[[Inspection], LandingAnswer]:
        undecided = (
            item.inspection
            for item in arrived
            if (known := batch.known.get(item.inspection.id)) is None or _takes_back(item, known)
        )
        passports = {passport for inspection in undecided if (passport := leaving(inspection))}
        try:
            found: Mapping[landings.Passport, LandingAnswer] | None = self.registry(connection, passports)
        except landings.RegistryUnavailable:
            found = None

        def answer(inspection: Inspection) -> LandingAnswer:
            passport = leaving(inspection)
            if found is None or passport is None:
                return NoAnswer()
            return NoLandingRecord() if passport in batch.left else found.get(passport, NoLandingRecord())

        return answer

    def _answer(
        self, item: Arrived, batch: _Batch, registry: Callable[[Inspection], LandingAnswer]
    ) -> Answer | Conflict:
        known = batch.known.get(item.inspection.id)
        if known is None:
            facts = self._facts(item, batch.at, registry(item.inspection))
            decision = decide(facts, self.rules)
            batch.inspections.append(_inspection_row(item, batch.at))
            _add(batch, item, facts, decision, version=1)
            return Answer(decision, new=True)
        if known.sha256 != item.sha256:
            return Conflict()
        if _takes_back(item, known):
            _forget_passage(batch, item.inspection)
            facts = self._facts(item, batch.at, registry(item.inspection), known.decision)
            decision = decide(facts, self.rules)
            _add(batch, item, facts, decision, version=known.version + 1)
            return Answer(decision, new=True)
        return Answer(known.decision, new=False)

    def _facts(self, item: Arrived, at: datetime, landing: LandingAnswer, decided: Decision | None = None) -> Facts:
        return Facts(item.inspection, at, item.delivery, landing, self.booths, decided, item.answers)


def _takes_back(item: Arrived, known: _Known | None) -> bool:
    """The same message once more, deferred: the station did not open, or nobody walked through."""
    if known is None or item.delivery is not Delivery.DEFERRED:
        return False
    return known.decision.opens_exit and known.sha256 == item.sha256


def leaving(inspection: Inspection) -> landings.Passport | None:
    """The passport of a foreign traveller who leaves: whose stay the registry is asked about."""
    document = inspection.document
    if document is None or is_national(document) or inspection.direction is not Direction.DEPARTURE:
        return None
    return _passport(document)


def _passport(document: Document) -> landings.Passport:
    return document.nationality, document.document_number


_KNOWN: Final = (
    select(inspections.c.id, inspections.c.payload_sha256, decisions.c.version, decisions.c.body)
    .join(decisions, decisions.c.inspection == inspections.c.id)
    .where(inspections.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(decisions.c.version)
)


def _known(connection: Connection, ids: set[UUID]) -> dict[UUID, _Known]:
    rows = connection.execute(_KNOWN, {"ids": sorted(ids)})
    return {row.id: _Known(row.payload_sha256, row.version, decode(row.body, Decision)) for row in rows}


def _inspection_row(item: Arrived, at: datetime) -> dict[str, object]:
    return {
        "id": item.inspection.id,
        "station": item.inspection.station,
        "delivery": item.delivery.value,
        "received_at": at,
        "payload_sha256": item.sha256,
        "payload": item.payload,
    }


def _add(batch: _Batch, item: Arrived, facts: Facts, decision: Decision, version: int) -> None:
    body = encode(decision)
    batch.known[decision.inspection] = _Known(item.sha256, version, decision)
    batch.decisions.append(
        {
            "inspection": decision.inspection,
            "version": version,
            "outcome": decision.outcome.value,
            "rule_version": decision.rule_version,
            "decided_at": decision.decided_at,
            "body": body,
        }
    )
    if item.answers != NOTHING_ASKED:
        batch.answers.append({"inspection": decision.inspection, "version": version, "body": encode(item.answers)})
    batch.leaves.append(
        leaf_of(LeafKind.DECISION, decision.inspection, body, version, item.sha256, item.delivery.value)
    )
    passport = leaving(item.inspection)
    if decision.outcome is DecisionOutcome.REFER:
        batch.referred.append((item.inspection, decision))
    elif passport is not None:
        batch.left[passport] = item.inspection
    elif decision.outcome is DecisionOutcome.RECORD:
        batch.landed[decision.inspection] = facts, decision


def _forget_passage(batch: _Batch, inspection: Inspection) -> None:
    """Of a decision made in this very batch; that of an earlier one is undone before the registry is asked."""
    batch.landed.pop(inspection.id, None)
    passport = leaving(inspection)
    if passport is not None and passport in batch.left and batch.left[passport].id == inspection.id:
        del batch.left[passport]


def _write(connection: Connection, batch: _Batch) -> None:
    if not batch.decisions:
        return
    if batch.inspections:
        connection.execute(insert(inspections), batch.inspections)
    connection.execute(insert(decisions), batch.decisions)
    if batch.answers:
        connection.execute(insert(registry_answers), batch.answers)
    open_cases(connection, batch.referred, batch.at)
    for inspection in batch.left.values():
        if inspection.document is not None:
            landings.depart(connection, inspection.document, Facts(inspection, batch.at).today, inspection.id)
    for facts, decision in batch.landed.values():
        landings.land_by_gate(connection, facts, decision)
    append(connection, batch.leaves)
