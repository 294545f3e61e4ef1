"""What stands before everything else: holds, silent alerts, reported documents, and registries that told nothing.

A silent alert is a reason like any other in the decision; what of it reaches a public screen is `disclosure`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from examiner_console.law import authorisations, travellers
from examiner_console.law.answers import entry_of, is_silent, told
from examiner_console.law.counting import hours_after
from examiner_console.law.documents import article_for
from examiner_console.law.facts import Facts
from examiner_console.law.verdicts import Verdict, Weight, refer

HOLD: Final = "Art. 25-2(1)"
HOLD_HOURS: Final = 24
"""Art. 25-2(1): counted from when the procedure began."""


def departure_hold(facts: Facts) -> Iterator[Verdict]:
    """L28: an organ gave notice, so an inspector may hold the confirmation; the machine only sends to one."""
    notice = entry_of(facts.answers.holds)
    if notice is None or not travellers.leaving(facts) or travellers.crew(facts):
        return
    until = hold_until(facts.inspection.started_at)
    detail = f"{notice.ground.value}, notice of {notice.organ}; may be held until {until.isoformat()}"
    yield refer(Weight.HOLD, "departure_hold", HOLD, "departure_hold", detail)


def hold_until(procedure_began: datetime) -> datetime:
    """The first instant at which confirmation may be held no longer, in Japan time."""
    return hours_after(procedure_began, HOLD_HOURS)


def watchlist(facts: Facts) -> Iterator[Verdict]:
    entry = entry_of(facts.answers.watchlist)
    if entry is not None and facts.inspection.document is not None:
        article = "Art. 7(1)(iv)" if travellers.arriving(facts) else article_for(facts.inspection)
        yield refer(Weight.HOLD, "watchlist_hit", article, "watchlist", f"watchlist entry {entry.reference}")


def document_reported(facts: Facts) -> Iterator[Verdict]:
    """A passport that was reported lost or stolen, or was revoked, is not known to be valid."""
    report = entry_of(facts.answers.document_reports)
    if report is not None and facts.inspection.document is not None:
        detail = f"reported {report.report.value} on {report.reported_on}"
        article = article_for(facts.inspection)
        yield refer(Weight.DOCUMENT, "document_reported", article, "document_reported", detail)


def registries_answered(facts: Facts) -> Iterator[Verdict]:
    """Every registry that the law has asked about this traveller gave an answer. Down never means clear."""
    for name in required(facts):
        answer = getattr(facts.answers, name)
        if is_silent(answer):
            article = article_for(facts.inspection)
            detail = f"{name}: {told(answer)}"
            yield refer(Weight.REGISTRY, "registry_silent", article, "registries_answered", detail)


def required(facts: Facts) -> tuple[str, ...]:
    """The registries, by their field of `Answers`, without which nothing opens for this traveller."""
    if facts.inspection.document is None:
        return ()
    names = ["watchlist", "document_reports"]
    if travellers.arriving(facts):
        names += ["passengers", "removals"]
        if not travellers.crew(facts):
            names += _for_landing(facts)
    elif travellers.leaving(facts):
        names += ["passengers", "holds", "departure_orders", "re_entry"]
    return tuple(names)


def _for_landing(facts: Facts) -> Iterator[str]:
    yield "re_entry"
    if travellers.re_entry(facts) is None:
        yield "visa"
        if not travellers.visiting(facts):
            yield "certificate"
        if authorisations.needed(facts):
            yield "authorisation"
    if travellers.at_gate(facts):
        yield "registration"
