"""What registries answered, as the officer reads it on the booth page."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from examiner_console.law.answers import (
    REGISTRIES,
    Answers,
    Authorisation,
    Certificate,
    Clear,
    DepartureOrder,
    DocumentReport,
    Failure,
    Hit,
    HoldGround,
    HoldNotice,
    Invitation,
    NoAnswer,
    Passenger,
    ReEntry,
    ReEntryKind,
    Registration,
    RegistrationKind,
    Removal,
    RemovalKind,
    Removals,
    ReportKind,
    Visa,
    VisaExempt,
    WatchlistEntry,
)
from examiner_console.web.registries import AGAINST, FOR, heard

DAY = date(2027, 6, 1)
ENTRIES: dict[str, tuple[Any, str]] = {
    "watchlist": (WatchlistEntry("W-17"), "W-17"),
    "document_reports": (DocumentReport(ReportKind.STOLEN, DAY), "reported stolen, 2027-06-01"),
    "removals": (Removals((Removal(RemovalKind.DEPORTED, DAY),)), "2027-06-01"),
    "holds": (HoldNotice("POLICE", HoldGround.EXTRADITION, datetime(2027, 6, 1, tzinfo=UTC)), "POLICE"),
    "departure_orders": (DepartureOrder(DAY, DAY), "leave by 2027-06-01"),
    "visa": (VisaExempt(90), "not needed for 90 days"),
    "certificate": (Certificate("STUDENT", DAY), "STUDENT, 2027-06-01"),
    "re_entry": (ReEntry(ReEntryKind.PERMISSION, "STUDENT", DAY), "until 2027-06-01"),
    "registration": (Registration(RegistrationKind.TRUSTED, DAY), "until 2027-06-01"),
    "passengers": (Passenger(carrier="SIMAIR"), "SIMAIR"),
    "authorisation": (Authorisation(DAY), "until 2027-06-01"),
    "invitations": (Invitation("MOFA"), "MOFA"),
}


def english(message: str) -> str:
    return message


def test_every_registry_has_words_for_its_entry() -> None:
    assert {*AGAINST, *FOR} == set(ENTRIES) == set(REGISTRIES)
    for registry, (entry, words) in ENTRIES.items():
        [line] = heard(Answers(**{registry: Hit(entry)}), english).answers
        assert line.word == words
        assert line.state == ("warn" if registry in AGAINST else "ok")


@pytest.mark.parametrize("spoilt", [Visa("STUDENT", DAY, 0), Certificate("STUDENT", DAY, cancelled=True)])
def test_a_paper_that_does_not_serve_any_more_is_a_warning(spoilt: Any) -> None:
    registry = "visa" if isinstance(spoilt, Visa) else "certificate"
    assert heard(Answers(**{registry: Hit(spoilt)}), english).answers[0].state == "warn"


@pytest.mark.parametrize("registry", REGISTRIES)
@pytest.mark.parametrize("failure", Failure)
def test_no_answer_is_said_as_such_and_never_among_the_clear(registry: str, failure: Failure) -> None:
    found = heard(Answers(**{registry: NoAnswer(failure)}), english)
    assert (len(found.silent), found.answers, found.clear, found.empty) == (1, (), (), ())


def test_who_was_not_asked_is_not_shown(hall: Any, inspector: Any) -> None:
    assert not heard(Answers(), english).any
    assert 'id="registries"' not in inspector.get(f"/cases/{hall.arrives()}").text


def test_the_officer_reads_what_speaks_against_the_traveller_first(hall: Any, inspector: Any) -> None:
    hall.answered(
        id := hall.arrives(),
        watchlist=Clear(),
        document_reports=Hit(DocumentReport(ReportKind.LOST, DAY)),
        removals=NoAnswer(Failure.SLOW),
        visa=Hit(VisaExempt(90)),
        re_entry=Clear(),
    )
    page = inspector.get(f"/cases/{id}").text
    part = page[page.index('id="registries"') :]
    words = ["reported lost, 2027-06-01", "not needed for 90 days", "No answer: Earlier removals"]
    places = [part.index(word) for word in [*words, "Nothing against the traveller: Watchlist", "No entry: Re-entry"]]
    assert places == sorted(places)
