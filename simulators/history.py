"""What the console's record says of a traveller: read straight from its database, as an auditor would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import create_engine, select

from examiner_console.casework.cases import CaseOutcome
from examiner_console.contract import Decision, Inspection, decode
from examiner_console.tables import cases, decisions, events, inspections

_TIMES: Final = ("read", "capture", "decision", "total")


@dataclass(slots=True)
class Record:
    """One inspection as the console holds it: every version of its decision, and the seconds the station measured."""

    inspection: UUID
    decisions: list[Decision] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def reasons(self) -> list[str]:
        return list(dict.fromkeys(reason.code for reason in self.decisions[-1].reasons)) if self.decisions else []

    @property
    def ever_opened(self) -> bool:
        return any(decision.opens_exit for decision in self.decisions)


class History:
    """Reads committed facts only; safe beside the running console."""

    def __init__(self, database_url: str) -> None:
        self._engine = create_engine(database_url)

    def close(self) -> None:
        self._engine.dispose()

    def by_document(self, since: datetime | None = None) -> Mapping[str, list[Record]]:
        """All inspections received since then, by document number, oldest first."""
        found: dict[str, list[Record]] = {}
        wanted = select(inspections.c.id, inspections.c.payload).order_by(inspections.c.id)
        if since is not None:
            wanted = wanted.where(inspections.c.received_at >= since)
        with self._engine.connect() as connection:
            records: dict[UUID, Record] = {}
            for row in connection.execute(wanted):
                document = decode(bytes(row.payload), Inspection).document
                record = records[row.id] = Record(row.id)
                found.setdefault(document.document_number if document else "", []).append(record)
            made = select(decisions).where(decisions.c.inspection.in_(records))
            for row in connection.execute(made.order_by(decisions.c.inspection, decisions.c.version)):
                records[row.inspection].decisions.append(decode(bytes(row.body), Decision))
            measured = select(events.c.inspection, events.c.data).where(events.c.kind == "transaction")
            for row in connection.execute(measured.where(events.c.inspection.in_(records))):
                records[row.inspection].seconds.update(_seconds(bytes(row.data)))
        return found

    def events(self) -> tuple[int, int]:
        """Events stored, and how many of them are repeats of another (same station, same sequence)."""
        with self._engine.connect() as connection:
            numbers = connection.execute(select(events.c.station, events.c.sequence)).all()
        return len(numbers), len(numbers) - len(Counter(map(tuple, numbers)))

    def granted(self, document_number: str) -> bool:
        """Whether an officer granted landing under this passport."""
        wanted = select(cases.c.outcome).where(cases.c.document_number == document_number)
        with self._engine.connect() as connection:
            return CaseOutcome.GRANTED in connection.execute(wanted).scalars().all()


def _seconds(data: bytes) -> dict[str, float]:
    values: dict[str, Any] = msgspec.json.decode(data)
    return {name: round(values[name], 3) for name in _TIMES if isinstance(values.get(name), int | float)}


def database_url(data_dir: Path) -> str:
    """Where a console without a `database_url` of its own keeps its record."""
    return f"sqlite:///{data_dir / 'console.sqlite'}"
