"""What the ledger's leaves speak of: decisions with their inspections, actions and reads, receipts of erasure.

Each record is told by (kind, identifier, version) and compared by digest; columns kept for searching are compared with
the record's body.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from examiner_console.record.verification.findings import Report
from examiner_console.record.verification.rows import identifier, raw, rows, words

DIGESTS: Final = 64
"""Bytes: the body's, then what it rests on; nothing to rest on is all zeros."""
NOTHING: Final = bytes(32)
DECIDED: Final = (
    "SELECT d.inspection, d.version, d.outcome, d.rule_version, d.decided_at, d.body, "
    "i.station, i.delivery, i.received_at, i.payload_sha256, i.payload "
    "FROM decisions d LEFT JOIN inspections i ON i.id = d.inspection"
)
UNDECIDED: Final = "SELECT id FROM inspections i WHERE NOT EXISTS (SELECT 1 FROM decisions d WHERE d.inspection = i.id)"
ACTIONS: Final = "SELECT id, inspection, officer, verb, at, body FROM actions"
RECEIPTS: Final = "SELECT id, category, at, body FROM receipts"
READS: Final = ("read_case", "read_evidence")
ERASES_RECORDS: Final = ("decisions", "reads")
"""Categories whose receipts stand for records of the ledger; the others are pictures."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
_parsed: Final = json.JSONDecoder().decode
"""As `json.loads`, without asking each time which encoding it is."""


class Records:
    """Every stored record, until a leaf takes it; and what receipts say was erased."""

    def __init__(self, connection: Connection, report: Report) -> None:
        self._report = report
        self.erased: set[str] = set()
        self.stored: dict[str, bytes] = {}
        self.stored.update(self._decisions(connection))
        self.stored.update(self._actions(connection))
        self.stored.update(self._receipts(connection))
        for (id,) in rows(connection, UNDECIDED):
            report.add("record_without_leaf", f"inspection {identifier(id)}")

    def _decisions(self, connection: Connection) -> Iterator[tuple[str, bytes]]:
        for row in rows(connection, DECIDED):
            id, version, body = identifier(row[0]), row[1], raw(row[5])
            payload = None if row[10] is None else raw(row[10])
            rests_on = NOTHING if payload is None else hashlib.sha256(payload).digest()
            self._copies(f"decision {id} {version}", _decision_copies(row, _facts(body)))
            delivery = b""
            if version == 1 and payload is not None:
                delivery = words(row[7]).encode()
                self._copies(f"inspection {id}", _inspection_copies(row, payload, rests_on))
            yield f"d{id}{version}", hashlib.sha256(body).digest() + rests_on + delivery

    def _actions(self, connection: Connection) -> Iterator[tuple[str, bytes]]:
        for id, inspection, officer, verb, at, stored in rows(connection, ACTIONS):
            body = raw(stored)
            facts = _facts(body)
            told = (identifier(inspection), words(officer), words(verb), at)
            says = (_id_of(facts, "inspection"), facts.get("officer"), facts.get("verb"), _instant(facts.get("at")))
            self._copies(f"action {identifier(id)}", _differing(("inspection", "officer", "verb", "at"), told, says))
            yield f"a{identifier(id)}0", hashlib.sha256(body).digest() + NOTHING

    def _receipts(self, connection: Connection) -> Iterator[tuple[str, bytes]]:
        for id, category, at, stored in rows(connection, RECEIPTS):
            body = raw(stored)
            facts = _facts(body)
            says = (facts.get("category"), _instant(facts.get("at")))
            self._copies(f"receipt {identifier(id)}", _differing(("category", "at"), (words(category), at), says))
            if facts.get("category") in ERASES_RECORDS and isinstance(facts.get("records"), list):
                self.erased.update(str(record).replace("-", "") for record in facts["records"])
            yield f"r{identifier(id)}0", hashlib.sha256(body).digest() + NOTHING

    def _copies(self, where: str, columns: list[str]) -> None:
        for column in columns:
            self._report.add("copy_changed", f"{where}, {column}")

    def take(self, position: int, body: bytes, named: object) -> None:
        """The record a leaf speaks of must be there, say the same, and be there once; or have been erased."""
        try:
            kind, id, version, says, delivery = _read_leaf(body)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self._report.add("leaf_unreadable", f"position {position}")
            return
        where = f"position {position}, {kind} {id}"
        if identifier(named) != id:
            self._report.add("copy_changed", f"position {position}, record")
        found = self.stored.pop(f"{_LETTERS[kind]}{id}{version}", None)
        if found is None:
            self._missing(id, where)
        elif found[:DIGESTS] != says or (version == 1 and delivery and found[DIGESTS:] != delivery.encode()):
            self._report.add("record_changed", where)
        elif id in self.erased:
            self._report.add("record_not_erased", where)

    def _missing(self, id: str, where: str) -> None:
        if id in self.erased:
            self._report.erased += 1
        else:
            self._report.add("record_missing", where)

    def end(self) -> None:
        for key in self.stored:
            self._report.add("record_without_leaf", f"{_KINDS[key[0]]} {key[1:33]}")


_LETTERS: Final = {"decision": "d", "action": "a", "read": "a", "receipt": "r"}
_KINDS: Final = {"d": "decision", "a": "action", "r": "receipt"}


def _read_leaf(body: bytes) -> tuple[str, str, int, bytes, str]:
    leaf: dict[str, Any] = _parsed(body.decode())
    kind, version = leaf["kind"], leaf["version"]
    if kind not in _LETTERS or not isinstance(version, int):
        raise ValueError(kind)
    rests_on = bytes.fromhex(leaf["rests_on"]) or NOTHING
    id = bytes.fromhex(leaf["record"].replace("-", "")).hex()
    return kind, id, version, bytes.fromhex(leaf["sha256"]) + rests_on, leaf.get("delivery", "")


def _decision_copies(row: Any, facts: dict[str, Any]) -> list[str]:
    told = (identifier(row[0]), words(row[2]), words(row[3]), row[4])
    says = (_id_of(facts, "inspection"), facts.get("outcome"), facts.get("rule_version"))
    return _differing(
        ("inspection", "outcome", "rule_version", "decided_at"), told, (*says, _instant(facts.get("decided_at")))
    )


def _inspection_copies(row: Any, payload: bytes, sha256: bytes) -> list[str]:
    """An inspection is received at the instant of its first decision."""
    id, station = identifier(row[0]), words(row[6])
    told, says = (row[8], raw(row[9])), (row[4], sha256)
    differing = _differing(("received_at", "payload_sha256"), told, says)
    if not payload.startswith(_head(id, station)):  # as stations write it; whatever else is parsed
        facts = _facts(payload)
        differing += _differing(("id", "station"), (id, station), (_id_of(facts, "id"), facts.get("station")))
    return differing


def _head(id: str, station: str) -> bytes:
    hyphens = f"{id[:8]}-{id[8:12]}-{id[12:16]}-{id[16:20]}-{id[20:]}"
    return f'{{"id":"{hyphens}","station":{json.dumps(station)},'.encode()


def _differing(names: tuple[str, ...], told: tuple[object, ...], says: tuple[object, ...]) -> list[str]:
    if told == says:
        return []
    return [name for name, one, other in zip(names, told, says, strict=True) if one != other]


def _facts(body: bytes) -> dict[str, Any]:
    """Nothing, where the body is no object: every copy then differs."""
    try:
        facts = _parsed(body.decode())
    except (ValueError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _id_of(facts: dict[str, Any], name: str) -> str:
    return str(facts.get(name)).replace("-", "").lower()


def _instant(value: object) -> int | None:
    """Microseconds since 1970 of an ISO 8601 instant."""
    try:
        return (datetime.fromisoformat(str(value)) - EPOCH) // MICROSECOND
    except (ValueError, TypeError, OverflowError):
        return None
