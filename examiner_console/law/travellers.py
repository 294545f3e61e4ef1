"""Who the traveller is to the law: national or not, coming or going, passenger or crew, examined where."""

from __future__ import annotations

from datetime import date

from examiner_console.contract import Direction, StationKind
from examiner_console.law.answers import Hit, ReEntry, Role, VisaExempt, entry_of
from examiner_console.law.arrivals import NOT_VISITING
from examiner_console.law.documents import is_foreign
from examiner_console.law.facts import Facts
from examiner_console.law.nationals import is_national


def national(facts: Facts) -> bool:
    return facts.inspection.document is not None and is_national(facts.inspection.document)


def arriving(facts: Facts) -> bool:
    """A foreign traveller on the way in, crew included."""
    return is_foreign(facts.inspection.document) and facts.inspection.direction is Direction.ARRIVAL


def leaving(facts: Facts) -> bool:
    """A foreign traveller on the way out, crew included."""
    return is_foreign(facts.inspection.document) and facts.inspection.direction is Direction.DEPARTURE


def crew(facts: Facts) -> bool:
    passenger = entry_of(facts.answers.passengers)
    return passenger is not None and passenger.role is Role.CREW


def landing(facts: Facts) -> bool:
    """A foreign traveller, not crew, who applies to land (Art. 6(1), 6(2))."""
    return arriving(facts) and not crew(facts)


def at_gate(facts: Facts) -> bool:
    return facts.inspection.kind is StationKind.GATE


def visiting(facts: Facts) -> bool:
    """What is declared fits a Temporary Visitor; who declared nothing is taken for one, as gates ask nothing."""
    declaration = facts.inspection.declaration
    return declaration is None or declaration.purpose not in NOT_VISITING


def re_entry(facts: Facts) -> ReEntry | None:
    """Leave to come back that still holds today."""
    entry = entry_of(facts.answers.re_entry)
    return entry if entry is not None and entry.valid_until >= facts.today else None


def visa_exempt(facts: Facts) -> bool:
    answer = facts.answers.visa
    return isinstance(answer, Hit) and isinstance(answer.entry, VisaExempt)


def past(day: date, facts: Facts) -> bool:
    return day < facts.today
