"""Every registry with every fault, at the wire, against the simulated service on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from examiner_console.client import TlsFiles
from examiner_console.contract import Direction, Document
from examiner_console.law.answers import (
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
    NoAnswer,
    NotAsked,
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
from examiner_console.registries.desk import Desk, Place, UnknownRegistry, desk_of
from examiner_console.registries.questions import NotACertificateNumber, Questions, about
from examiner_console.registries.table import KINDS
from examiner_console.registries.wire import Address, UnusableAddress, tls_files
from simulators.registries import FAULTS, Service
from simulators.registry_world import World
from simulators.site import Authority
from tests.examiner_console.conftest import TestClock

pytestmark = pytest.mark.anyio

LIMIT: Final = 0.2
PATIENT: Final = 30.0
"""Where the limit is not what is tried, a busy machine may not reach it."""
DAY: Final = date(2027, 6, 1)
DOCUMENT: Final = Document(
    source="chip",
    document_code="P",
    issuing_state="UTO",
    document_number="L898902C3",
    nationality="UTO",
    surname="ERIKSSON",
    given_names="ANNA MARIA",
    birth_date=date(1974, 8, 12),
    sex="F",
    expiry_date=date(2032, 4, 15),
    mrz="P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F3204159<<<<<<<<<<<<<<<0",
)
ARRIVING: Final = about(DOCUMENT, direction=Direction.ARRIVAL, port="HND", certificate="TK0123456789")
LEAVING: Final = about(DOCUMENT, direction=Direction.DEPARTURE, port="HND")
QUESTIONS: Final = replace(ARRIVING, holds=LEAVING.holds, departure_orders=LEAVING.departure_orders)
EVERY: Final = tuple(field.name for field in fields(Questions))
ENTRIES: Final[dict[str, tuple[dict[str, Any], Any]]] = {
    "document_reports": (
        {"report": "stolen", "reported_on": "2027-06-01"},
        DocumentReport(ReportKind.STOLEN, DAY),
    ),
    "watchlist": ({"reference": "W-17"}, WatchlistEntry("W-17")),
    "visa": (
        {"kind": "visa", "status": "student", "valid_until": "2027-06-01", "entries_left": 0},
        Visa("student", DAY, 0),
    ),
    "certificate": (
        {"status": "student", "issued_on": "2027-06-01", "period": "P1Y"},
        Certificate("student", DAY, "P1Y"),
    ),
    "re_entry": (
        {"kind": "permission", "status": "student", "valid_until": "2027-06-01"},
        ReEntry(ReEntryKind.PERMISSION, "student", DAY),
    ),
    "registration": (
        {"kind": "trusted", "valid_until": "2027-06-01"},
        Registration(RegistrationKind.TRUSTED, DAY),
    ),
    "passengers": ({"carrier": "SIMAIR"}, Passenger(carrier="SIMAIR")),
    "authorisation": ({"valid_until": "2027-06-01"}, Authorisation(DAY)),
    "removals": (
        {"removals": [{"kind": "deported", "left_on": "2027-06-01"}]},
        Removals((Removal(RemovalKind.DEPORTED, DAY),)),
    ),
    "holds": (
        {"organ": "POLICE", "ground": "extradition", "notified_at": "2027-06-01T00:00:00Z"},
        HoldNotice("POLICE", HoldGround.EXTRADITION, datetime(2027, 6, 1, tzinfo=UTC)),
    ),
    "departure_orders": (
        {"issued_on": "2027-06-01", "leave_by": "2027-06-01"},
        DepartureOrder(DAY, DAY),
    ),
}
REASONS: Final = {
    "down": Failure.DOWN,
    "slow": Failure.SLOW,
    "trickle": Failure.SLOW,
    "garbled": Failure.GARBLED,
    "stale": Failure.STALE,
    "wrong_document": Failure.WRONG_QUESTION,
    "huge": Failure.TOO_LARGE,
    "wrong_type": Failure.WRONG_TYPE,
    "wrong_schema": Failure.WRONG_SCHEMA,
}
BY_LIMIT: Final = ("slow", "trickle")


def only(**answers: Any) -> Answers:
    return Answers(**answers)


def all_clear_but(**answers: Any) -> Answers:
    return only(**{**dict.fromkeys(EVERY, Clear()), **answers})


def wire(registry: str) -> dict[str, str | None]:
    """The question as a registry's own programmer would write it down."""
    question = QUESTIONS.asked()[registry]
    values = {field.name: getattr(question, field.name) for field in fields(question)}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


@dataclass
class Hall:
    service: Service
    clock: TestClock
    reuse: float | None = 0.0
    now: float = 100.0

    def desk(self, *names: str, seconds: float = PATIENT, tls: TlsFiles | None = None) -> Any:
        address = Address(self.service.url, tls, seconds)
        places = {name: Place(address, self.reuse) for name in names or EVERY}
        return aclosing(desk_of(places, clock=self.clock, monotonic=lambda: self.now))


@pytest.fixture
async def hall(clock: TestClock) -> AsyncIterator[Hall]:
    async with Service(World(), clock=clock) as service:
        yield Hall(service, clock)


async def answer(desk: Desk, registry: str) -> Any:
    return getattr(await desk.ask_all(QUESTIONS), registry)


def test_each_fault_of_the_service_has_its_reason_and_each_registry_its_entry() -> None:
    assert set(REASONS) == set(FAULTS)
    assert set(ENTRIES) == set(EVERY) == set(KINDS)
    assert len(set(REASONS.values())) == len(FAULTS) - 1  # slow and trickle are the same to a traveller


async def test_registries_that_know_nobody_are_clear_and_what_is_not_asked_is_not(hall: Hall) -> None:
    async with hall.desk() as desk:
        answers = await desk.ask_all(QUESTIONS)
    assert answers == all_clear_but()
    assert answers.invitations == NotAsked()


def test_a_national_is_asked_about_at_two_registries_and_who_leaves_is_not_asked_for_a_visa() -> None:
    national = msgspec.structs.replace(DOCUMENT, nationality="JPN", issuing_state="JPN")
    for direction in Direction:
        asked = about(national, direction=direction, port="HND").asked()
        assert set(asked) == {"document_reports", "watchlist"}
    assert {"visa", "certificate", "authorisation", "removals"}.isdisjoint(LEAVING.asked())
    assert {"holds", "departure_orders"}.isdisjoint(ARRIVING.asked())


async def test_an_entry_comes_back_as_the_rules_read_it(hall: Hall) -> None:
    async with hall.desk() as desk:
        for registry, (sent, expected) in ENTRIES.items():
            hall.service.world.enter(registry, sent, **wire(registry))
            answers = await desk.ask_all(QUESTIONS)
            assert answers == all_clear_but(**{registry: Hit(expected)})
            hall.service.world.strike(registry, **wire(registry))


async def test_a_visa_registry_may_answer_that_no_visa_is_needed(hall: Hall) -> None:
    hall.service.world.enter("visa", {"kind": "exempt", "days": 15}, **wire("visa"))
    async with hall.desk("visa") as desk:
        assert await answer(desk, "visa") == Hit(VisaExempt(15))


@pytest.mark.parametrize("fault", FAULTS)
async def test_with_every_registry_a_fault_is_no_answer_for_its_own_reason(hall: Hall, fault: str) -> None:
    for registry in EVERY:
        hall.service.fault(registry, fault)
        async with hall.desk(registry, seconds=LIMIT if fault in BY_LIMIT else PATIENT) as desk:
            answers = await desk.ask_all(QUESTIONS)
        assert answers == only(**{registry: NoAnswer(REASONS[fault])}), registry


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - set(BY_LIMIT)))
async def test_a_fault_of_one_registry_is_not_that_of_the_others(hall: Hall, fault: str) -> None:
    hall.service.fault("watchlist", fault)
    async with hall.desk() as desk:
        answers = await desk.ask_all(QUESTIONS)
    assert answers == all_clear_but(watchlist=NoAnswer(REASONS[fault]))


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_hides_an_entry_as_no_answer_too(hall: Hall, fault: str) -> None:
    hall.service.world.enter("watchlist", ENTRIES["watchlist"][0], **wire("watchlist"))
    hall.service.fault("watchlist", fault)
    async with hall.desk("watchlist", seconds=LIMIT if fault in BY_LIMIT else PATIENT) as desk:
        assert await answer(desk, "watchlist") == NoAnswer(REASONS[fault])


async def test_one_slow_registry_keeps_no_other_from_answering(hall: Hall) -> None:
    hall.service.fault("visa", "slow")
    places = {name: Place(Address(hall.service.url, None, PATIENT)) for name in EVERY}
    places["visa"] = Place(Address(hall.service.url, None, LIMIT))
    async with aclosing(desk_of(places, clock=hall.clock)) as desk:
        answers = await desk.ask_all(QUESTIONS)
    assert answers == all_clear_but(visa=NoAnswer(Failure.SLOW))


async def test_a_slow_answer_within_the_limit_is_an_answer(hall: Hall) -> None:
    hall.service.fault("visa", "slow")
    async with hall.desk("visa") as desk:
        asking = asyncio.create_task(answer(desk, "visa"))
        await hall.service.asked.wait()
        assert not asking.done()
        hall.service.repair("visa")
        assert await asking == Clear()


async def test_nobody_listening_is_down(hall: Hall) -> None:
    async with Service(World()) as gone:
        address = Address(gone.url, None, PATIENT)
    async with aclosing(desk_of({"visa": Place(address)})) as desk:
        assert await answer(desk, "visa") == NoAnswer(Failure.DOWN)


async def test_a_registry_is_sent_its_question_and_nothing_more(hall: Hall) -> None:
    """Data minimisation, read off the wire: of the passport only the fields named here."""
    passport = {"nationality": "UTO", "document_number": "L898902C3"}
    person = {
        "surname": "ERIKSSON",
        "given_names": "ANNA MARIA",
        "birth_date": "1974-08-12",
        "sex": "F",
        "nationality": "UTO",
    }
    needed = {
        "document_reports": {"document_code": "P", "issuing_state": "UTO", "document_number": "L898902C3"},
        **dict.fromkeys(("watchlist", "removals", "holds"), person),
        "certificate": {"number": "TK0123456789"},
        "passengers": {**passport, "port": "HND"},
    }
    async with hall.desk() as desk:
        await desk.ask_all(QUESTIONS)
    sent = {registry: json.loads(body) for registry, body in hall.service.received}
    assert sent == {**dict.fromkeys(EVERY, passport), **needed}
    assert len(hall.service.received) == len(EVERY)


@pytest.mark.parametrize(("ahead", "expected"), [(20, Clear()), (40, NoAnswer(Failure.STALE))])
async def test_data_from_the_future_is_not_believed(hall: Hall, ahead: int, expected: Any) -> None:
    service_now = hall.clock.now + timedelta(seconds=ahead)
    hall.service.clock = lambda: service_now
    async with hall.desk("visa") as desk:
        assert await answer(desk, "visa") == expected


async def test_each_registry_has_an_age_limit_of_its_own(hall: Hall) -> None:
    written: datetime = hall.clock.now
    hall.service.clock = lambda: written
    hall.clock.advance(minutes=10)
    async with hall.desk("watchlist", "visa") as desk:
        answers = await desk.ask_all(QUESTIONS)
    assert (answers.watchlist, answers.visa) == (NoAnswer(Failure.STALE), Clear())


async def test_an_answer_given_again_tells_its_age(hall: Hall) -> None:
    hall.reuse = None
    async with hall.desk("visa", "watchlist") as desk:
        await desk.ask_all(QUESTIONS)
        hall.now += 12.5
        heard = await desk.hear_all(QUESTIONS)
    assert [name for name, _ in hall.service.received].count("visa") == 1
    assert [name for name, _ in hall.service.received].count("watchlist") == 2
    assert (heard.told["visa"].age, heard.told["watchlist"].age) == (12.5, 0.0)
    assert heard.told["visa"].as_of == hall.clock.now


async def test_a_dead_registry_rests_and_comes_back(hall: Hall) -> None:
    hall.service.fault("visa", "down")
    async with hall.desk("visa") as desk:
        reasons = [(await answer(desk, "visa")).reason for _ in range(7)]
        asked = len(hall.service.received)
        hall.service.repair("visa")
        still = await answer(desk, "visa")
        hall.now += 2.0
        assert await answer(desk, "visa") == Clear()
    assert reasons == [Failure.DOWN] * 5 + [Failure.RESTING] * 2
    assert asked == 5
    assert still == NoAnswer(Failure.RESTING)


async def test_a_registry_that_trickles_rests_too(hall: Hall) -> None:
    """It costs five travellers the limit, and not each one."""
    hall.service.fault("visa", "trickle")
    async with hall.desk("visa", seconds=LIMIT) as desk:
        reasons = [(await answer(desk, "visa")).reason for _ in range(6)]
    assert reasons == [Failure.SLOW] * 5 + [Failure.RESTING]


async def test_a_registry_that_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(UnknownRegistry, match="no such registry: vsia; there are document_reports"):
        async with aclosing(desk_of({"vsia": Place(Address("http://127.0.0.1:1"))})):
            pass


@pytest.mark.parametrize(
    "url", ["", "registry.example", "ftp://registry.example", "http://", "http://[", "https://registry.example"]
)
async def test_an_address_that_cannot_be_asked_is_refused_at_the_start(url: str, tmp_path: Path) -> None:
    tls = TlsFiles(tmp_path / "none", tmp_path / "none", tmp_path / "none")
    with pytest.raises(UnusableAddress):
        async with aclosing(desk_of({"visa": Place(Address(url, tls))})):
            pass


@pytest.mark.parametrize("read", ["TK0123456789", "tk0123 456789\n", "ＴＫ０１２３４５６７８９", "TK-0123-456789"])
async def test_a_certificate_is_asked_for_by_its_number_however_it_was_read(hall: Hall, read: str) -> None:
    hall.service.world.enter("certificate", ENTRIES["certificate"][0], number="TK0123456789")
    async with hall.desk("certificate") as desk:
        answers = await desk.ask_all(about(DOCUMENT, direction=Direction.ARRIVAL, port="HND", certificate=read))
    assert answers.certificate == Hit(ENTRIES["certificate"][1])


@pytest.mark.parametrize("read", [" ", "12345", "https://example.org/?n=TK0123456789", "A" * 21, "TK٠١٢٣٤٥"])
async def test_what_cannot_be_a_certificates_number_is_not_asked_about(read: str) -> None:
    with pytest.raises(NotACertificateNumber, match="please read it again"):
        about(DOCUMENT, direction=Direction.ARRIVAL, port="HND", certificate=read)


async def test_without_a_certificate_its_registry_is_not_asked(hall: Hall) -> None:
    async with hall.desk() as desk:
        answers = await desk.ask_all(replace(QUESTIONS, certificate=None))
    assert answers == all_clear_but(certificate=NotAsked())
    assert "certificate" not in {registry for registry, _ in hall.service.received}


async def test_a_registry_that_wants_to_know_who_asks_is_shown_a_certificate(tmp_path: Path, clock: TestClock) -> None:
    authority, strangers = Authority(), Authority()
    ca = tmp_path / "ca.pem"
    ca.write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    certificate, key = authority.issue(tmp_path, "registry", server=True)
    mine = tls_files(*authority.issue(tmp_path, "console", server=False), ca)
    foreign = tls_files(*strangers.issue(tmp_path, "stranger", server=False), ca)
    async with Service(World(), clock=clock, tls=(certificate, key, ca)) as service:
        for tls, expected in ((mine, Clear()), (foreign, NoAnswer(Failure.DOWN)), (None, NoAnswer(Failure.DOWN))):
            address = Address(service.url, tls, PATIENT)
            async with aclosing(desk_of({"visa": Place(address)}, clock=clock)) as desk:
                assert await answer(desk, "visa") == expected
