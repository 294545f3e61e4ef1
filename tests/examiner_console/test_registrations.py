"""Registering for the gate: prints of an inspection, two persons to revoke, and nothing left once it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import select

from examiner_console.casework import registration_book as book
from examiner_console.casework import registration_errors as errors
from examiner_console.casework import retention
from examiner_console.casework.actions import Verb
from examiner_console.casework.own_registrations import OwnRegistrations
from examiner_console.casework.registration_ends import Asked
from examiner_console.console import Console
from examiner_console.law.answers import Clear, Hit, RegistrationKind
from examiner_console.law.answers import Registration as Told
from examiner_console.law.registering import Condition, Ground, Kind, State, Step
from examiner_console.record import registered_prints, verify
from examiner_console.record.evidence import ERASED, EvidenceErased, Vault, load_or_create_secret
from examiner_console.record.receipts import Category
from examiner_console.registries.questions import RegistrationQuestion
from examiner_console.tables import actions, category_keys, receipts
from examiner_console.upkeep import ledger_key
from tests.examiner_console.conftest import TestClock, stations_of
from tests.examiner_console.registering import STAY, application, inspected, stepped, visited
from tests.examiner_console.samples import passport

pytestmark = pytest.mark.anyio
ASKED = RegistrationQuestion("UTO", "TR1234567")


@pytest.fixture
async def station(console: Console) -> AsyncIterator[httpx2.AsyncClient]:
    async with stations_of(console) as client:
        yield client


async def registered(console: Console, station: Any, data: Path, **facts: Any) -> book.Registration:
    held = await console.registrations.apply(application(await inspected(station, console, data, **facts)), "hoshikawa")
    return await stepped(console, held, Step.REGISTER)


async def told(console: Console) -> Any:
    return (await OwnRegistrations(console.store, console.clock).ask(ASKED)).answer


async def rows(console: Console, query: Any) -> list[Any]:
    return await console.store.read(lambda c: list(c.execute(query)))


async def test_a_resident_is_registered_through_the_end_of_the_stay(console: Console, station: Any, data: Path) -> None:
    held = await registered(console, station, data)
    assert (held.state, held.valid_until) == (State.REGISTERED, STAY.until)
    assert await told(console) == Hit(Told(RegistrationKind.FOREIGN, date(2028, 3, 31)))
    verbs = [row.verb for row in await rows(console, select(actions.c.verb).where(actions.c.inspection == held.id))]
    assert sorted(verbs) == [Verb.APPLY_REGISTRATION, Verb.CHANGE_REGISTRATION]
    said = b"".join(row.body for row in await rows(console, select(actions.c.body)))
    assert b"TABIBITO" not in said
    assert b"TR1234567" not in said


async def test_what_is_not_known_is_not_met(console: Console, station: Any, data: Path) -> None:
    seen = await inspected(station, console, data, face=False)
    with pytest.raises(errors.ConditionsUnmet) as error:
        await console.registrations.apply(application(seen, seen=frozenset(), stay=book.UNREAD), "hoshikawa")
    assert error.value.conditions == (
        *(Condition.FACE_GIVEN, Condition.RE_ENTRY, Condition.STAY_KNOWN),
        *(Condition.NEVER_DEPORTED, Condition.NOT_WATCHED),
    )
    with pytest.raises(errors.ConsentMissing):
        await console.registrations.apply(application(seen, consent=False), "hoshikawa")
    assert await rows(console, select(category_keys.c.id).where(category_keys.c.category == "registered_prints")) == []


async def test_a_trusted_traveller_is_screened_twice_within_three_months(
    console: Console, station: Any, data: Path, clock: TestClock
) -> None:
    await visited(console, date(2026, 2, 1), date(2026, 6, 1))
    without = frozenset({Condition.NEVER_DEPORTED, Condition.NOT_WATCHED})
    asked = application(await inspected(station, console, data), Kind.TRUSTED, seen=without, stay=book.UNREAD)
    held = await console.registrations.apply(asked, "hoshikawa")
    with pytest.raises(errors.StepNotAllowed):
        await stepped(console, held, Step.REGISTER)
    held = await stepped(console, held, Step.SCREEN)
    assert await told(console) == Clear()
    clock.advance(days=93)
    with pytest.raises(errors.TermNotLonger):
        await stepped(console, held, Step.REGISTER)
    clock.advance(days=-1)
    held = await stepped(console, held, Step.REGISTER)
    assert await told(console) == Hit(Told(RegistrationKind.TRUSTED, held.valid_until or date.min))


async def test_the_same_application_twice_is_one(console: Console, station: Any, data: Path) -> None:
    asked = application(await inspected(station, console, data))
    first, again = await asyncio.gather(*(console.registrations.apply(asked, "hoshikawa") for _ in range(2)))
    assert first.id == again.id == asked.id
    held = await stepped(console, first, Step.REGISTER)
    assert await console.registrations.step(Asked(first.id, Step.REGISTER, 1, "hoshikawa")) == held
    with pytest.raises(errors.RegistrationChanged):
        await console.registrations.step(Asked(first.id, Step.REGISTER, 1, "akazawa"))
    assert len(await console.store.read(lambda c: book.terms(c, held.id))) == 1


async def test_fingers_under_another_name_stop_it_until_a_supervisor_has_looked(
    console: Console, station: Any, data: Path
) -> None:
    held = await registered(console, station, data)
    other = passport("UTO", document_number="TR7654321", surname="BETSUJIN")
    seen = await inspected(station, console, data, document=other, impression=2)
    second = await console.registrations.apply(application(seen), "hoshikawa")
    assert (second.state, second.alike) == (State.STOPPED, held.id)
    with pytest.raises(errors.StepNotAllowed):
        await stepped(console, second, Step.REGISTER)
    with pytest.raises(errors.SupervisorNeeded):
        await stepped(console, second, Step.REFUSE)
    assert (await stepped(console, second, Step.CLEAR, Step.REGISTER, officer="sakaki")).state is State.REGISTERED


async def test_the_same_person_is_not_registered_twice_and_another_is(
    console: Console, station: Any, data: Path
) -> None:
    held = await registered(console, station, data)
    new = passport("UTO", document_number="TR7654321")
    seen = await inspected(station, console, data, document=new, impression=2)
    with pytest.raises(errors.AlreadyRegistered) as error:
        await console.registrations.apply(application(seen), "hoshikawa")
    assert error.value.id == held.id
    other = passport("UTO", document_number="TR1111111", surname="BETSUJIN")
    seen = await inspected(station, console, data, document=other, person="013")
    assert (await console.registrations.apply(application(seen), "hoshikawa")).state is State.APPLIED


async def test_a_renewal_needs_the_fingers_and_grows(
    console: Console, station: Any, data: Path, clock: TestClock
) -> None:
    held = await registered(console, station, data)
    clock.advance(days=100)
    asked = Asked(held.id, Step.RENEW, held.version, "hoshikawa", None, STAY, application(held.id).seen)
    with pytest.raises(errors.PrintsMissing):
        await console.registrations.renew(asked)
    await inspected(station, console, data, impression=2)
    with pytest.raises(errors.TermNotLonger):
        await console.registrations.renew(asked)
    longer = Asked(held.id, Step.RENEW, held.version, "hoshikawa", None, book.Stay(date(2029, 3, 31)), asked.seen)
    renewed = await console.registrations.renew(longer)
    assert renewed.valid_until == date(2029, 3, 31)
    kept = await console.store.read(lambda c: book.terms(c, held.id))
    assert [one.term.ends for one in kept] == [date(2029, 3, 31), date(2028, 3, 31)]
    await inspected(station, console, data, person="013")
    again = Asked(held.id, Step.RENEW, renewed.version, "hoshikawa", None, book.Stay(date(2029, 12, 31)), asked.seen)
    with pytest.raises(errors.FingersDiffer):
        await console.registrations.renew(again)


async def test_a_new_passport_takes_the_term_over_and_the_old_one_answers_no_more(
    console: Console, station: Any, data: Path, clock: TestClock
) -> None:
    held = await registered(console, station, data)
    clock.advance(hours=1)
    new = passport("UTO", document_number="TR7654321", expiry_date=date(2036, 1, 1))
    await inspected(station, console, data, document=new, impression=2)
    asked = Asked(held.id, Step.MOVE, held.version, "hoshikawa", seen=application(held.id).seen, passport="TR7654321")
    moved = await console.registrations.renew(asked)
    assert (moved.document_number, moved.valid_until) == ("TR7654321", held.valid_until)
    assert await told(console) == Clear()


async def test_a_passport_of_another_name_takes_nothing_over(
    console: Console, station: Any, data: Path, clock: TestClock
) -> None:
    held = await registered(console, station, data)
    clock.advance(hours=1)
    new = passport("UTO", document_number="TR7654321", surname="BETSUJIN")
    await inspected(station, console, data, document=new, impression=2)
    with pytest.raises(errors.PersonDiffers):
        await console.registrations.renew(
            Asked(held.id, Step.MOVE, held.version, "hoshikawa", seen=application(held.id).seen, passport="TR7654321")
        )


async def test_one_proposes_to_revoke_another_decides_and_the_templates_go_at_once(
    console: Console, station: Any, data: Path
) -> None:
    held = await registered(console, station, data)
    held = await stepped(console, held, Step.PROPOSE, ground=Ground.FALSE_STATEMENT)
    assert await told(console) == Clear(), "while it is proposed, it opens no gate"
    for step in (Step.REVOKE, Step.KEEP):
        with pytest.raises(errors.SupervisorNeeded):
            await stepped(console, held, step, officer="akazawa")
        with pytest.raises(errors.SamePerson):
            await console.registrations.step(Asked(held.id, step, held.version, "hoshikawa", supervisor=True))
    held = await stepped(console, held, Step.REVOKE, officer="sakaki")
    assert (held.state, held.ground) == (State.REVOKED, Ground.FALSE_STATEMENT)
    await gone(console, held)


async def test_who_withdraws_is_forgotten_at_once(console: Console, station: Any, data: Path) -> None:
    held = await registered(console, station, data)
    await gone(console, await stepped(console, held, Step.WITHDRAW))
    assert await told(console) == Clear()


async def gone(console: Console, held: book.Registration) -> None:
    vault = Vault(load_or_create_secret(console.settings.master_key))
    with pytest.raises(EvidenceErased):
        await console.store.read(lambda c: registered_prints.opened(c, vault, held.id))
    keys = select(category_keys.c.wrapped).where(category_keys.c.inspection == held.id)
    assert [bytes(row.wrapped) for row in await rows(console, keys)] == [ERASED]
    written = select(receipts.c.body).where(receipts.c.category == Category.REGISTERED_PRINTS.value)
    assert [str(held.id).encode() in row.body for row in await rows(console, written)] == [True]


async def test_the_daily_run_ends_what_is_over_and_the_record_proves_itself(
    console: Console, station: Any, data: Path, clock: TestClock
) -> None:
    held = await registered(console, station, data)
    days = {Category(name): kept for name, kept in console.settings.retention.model_dump().items()} | {
        Category.REGISTRATIONS: 30
    }
    clock.now = held.ends_at - timedelta(seconds=1)
    assert (await retention.run(console.store, days, clock)).erased[Category.REGISTERED_PRINTS] == 0
    assert isinstance(await told(console), Hit)
    clock.advance(seconds=2)
    assert await told(console) == Clear()
    assert (await retention.run(console.store, days, clock)).erased[Category.REGISTERED_PRINTS] == 1
    await gone(console, held)
    ended = await console.store.read(lambda c: book.load(c, held.id))
    assert (ended.state, ended.last_by) == (State.EXPIRED, "retention")
    clock.advance(days=31)
    assert (await retention.run(console.store, days, clock)).erased[Category.REGISTRATIONS] == 1
    assert await console.store.read(lambda c: book.find(c, held.id)) is None
    public = ledger_key(console.settings).public_key().public_bytes_raw()
    report = verify.verify(console.settings.database, public)
    assert report.holds, report


async def test_no_step_on_what_is_not_there(console: Console) -> None:
    with pytest.raises(errors.NoSuchRegistration):
        await console.registrations.step(Asked(uuid4(), Step.WITHDRAW, 1, "hoshikawa"))
    with pytest.raises(errors.NothingToRegister):
        await console.registrations.apply(application(uuid4()), "hoshikawa")


async def test_nobody_ends_a_registration_as_if_its_day_had_passed(console: Console, station: Any, data: Path) -> None:
    held = await registered(console, station, data)
    for step in (Step.EXPIRE, Step.RENEW, Step.MOVE):
        with pytest.raises(errors.StepNotAllowed):
            await stepped(console, held, step)


async def test_of_two_supervisors_one_decides_and_the_other_reads_so(
    console: Console, station: Any, data: Path
) -> None:
    held = await stepped(console, await registered(console, station, data), Step.PROPOSE)
    both = [
        console.registrations.step(Asked(held.id, step, held.version, name, supervisor=True))
        for step, name in ((Step.REVOKE, "sakaki"), (Step.KEEP, "tachibana"))
    ]
    done = await asyncio.gather(*both, return_exceptions=True)
    assert [type(one) for one in done] == [book.Registration, errors.RegistrationChanged]
