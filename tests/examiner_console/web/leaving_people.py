"""Travellers at a departure gate with a landing on record: residents, and visitors who stayed too long."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from examiner_console.casework import landings
from examiner_console.law.stays import japan_date
from examiner_console.web.officers import add_officer
from tests.examiner_console.web.conftest import PASSWORD, document, run

CONDITIONS = ("appeared", "only_overstayed", "no_sentence", "not_removed_before", "will_leave_promptly")


def supervising(hall: Any) -> Any:
    """With two supervising inspectors."""
    for name in ("kashima", "shirase"):
        run(add_officer(hall.console.store, name, "supervising_inspector", name.title(), PASSWORD))
    return hall


def leaves(hall: Any, surname: str, status: str, ends_in: int) -> UUID:
    """Landed a year ago; the stay ends in so many days."""
    who, today = document(surname), japan_date(hall.clock())
    landed, until = today - timedelta(365), today + timedelta(ends_in)
    period = "P90D" if status == "TEMPORARY_VISITOR" else "P3Y"
    landing = landings.Landing(who.nationality, who.document_number, landed, status, period, until, "NRT")
    run(hall.console.store.write(lambda connection: landings.add(connection, uuid4(), landing)))
    case: UUID = hall.leaves(who)
    return case


def resident(hall: Any, surname: str, ends_in: int = 200) -> UUID:
    return leaves(hall, surname, "ENGINEER_HUMANITIES_INTERNATIONAL", ends_in)


def overstayer(hall: Any, surname: str) -> UUID:
    return leaves(hall, surname, "TEMPORARY_VISITOR", -20)


def end_of_stay(hall: Any, days: int = 200) -> date:
    return japan_date(hall.clock()) + timedelta(days)
