"""Two persons for every change, nothing in force without the second, nothing after its expiry, all of it on record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from examiner_console import migrations
from examiner_console.database import Store
from examiner_console.record import verify
from examiner_console.record.ledger import Sealer
from examiner_console.tables import actions
from examiner_console.watchlist import register
from examiner_console.watchlist.register import Register
from examiner_console.watchlist.upkeep import (
    Change,
    ChangePending,
    Draft,
    DraftName,
    Duty,
    NoSuchEntry,
    NotAllowed,
    NotPending,
    Officer,
    SamePerson,
    Standing,
    UnusableDraft,
    UpkeepError,
    Version,
    in_force,
    person_of,
    propose,
    settle,
)
from tests.examiner_console.samples import NOW

T = TypeVar("T")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ENTRY = UUID(int=5)
BOTH = Officer("akazawa", frozenset(Duty))
EDITOR = Officer("hoshikawa", frozenset({Duty.EDITOR}))
APPROVER = Officer("minase", frozenset({Duty.APPROVER}))
DRAFT = Draft(
    (DraftName("TABIBITO", "HARU"),), "Art. 5(1)(xiv)", "notice of an organ", "Ministry of Examples",
    NOW + timedelta(90), 1980, 3, 4, "F", "UTO",
)  # fmt: skip


def with_changes(**changes: object) -> Draft:
    return msgspec.structs.replace(DRAFT, **changes)


def added(at_days: float = 0) -> tuple[Version, ...]:
    at = NOW + timedelta(at_days)
    return (settle(propose((), ENTRY, Change.ADD, DRAFT, EDITOR, at), Standing.APPROVED, APPROVER, at),)


def test_a_proposal_is_in_force_only_when_another_person_approved_it() -> None:
    proposed = propose((), ENTRY, Change.ADD, DRAFT, BOTH, NOW)
    assert in_force((proposed,), NOW) is None
    with pytest.raises(SamePerson):
        settle(proposed, Standing.APPROVED, BOTH, NOW)
    with pytest.raises(NotAllowed):
        settle(proposed, Standing.APPROVED, EDITOR, NOW)
    approved = settle(proposed, Standing.APPROVED, APPROVER, NOW)
    assert in_force((approved,), NOW) == approved
    with pytest.raises(NotPending):
        settle(approved, Standing.REJECTED, APPROVER, NOW)


def test_an_approver_alone_proposes_nothing_and_only_the_proposer_withdraws() -> None:
    with pytest.raises(NotAllowed):
        propose((), ENTRY, Change.ADD, DRAFT, APPROVER, NOW)
    proposed = propose((), ENTRY, Change.ADD, DRAFT, EDITOR, NOW)
    with pytest.raises(NotPending):
        settle(proposed, Standing.WITHDRAWN, BOTH, NOW)
    assert in_force((settle(proposed, Standing.WITHDRAWN, EDITOR, NOW),), NOW) is None


def test_what_is_in_force_stays_so_until_its_amendment_or_removal_is_approved() -> None:
    one = added()
    amendment = propose(one, ENTRY, Change.AMEND, with_changes(sex="M"), EDITOR, NOW)
    assert in_force((*one, amendment), NOW) == one[0]
    with pytest.raises(ChangePending):
        propose((*one, amendment), ENTRY, Change.REMOVE, DRAFT, EDITOR, NOW)
    two = (*one, settle(amendment, Standing.APPROVED, APPROVER, NOW))
    assert in_force(two, NOW) == two[1]
    removal = settle(propose(two, ENTRY, Change.REMOVE, DRAFT, EDITOR, NOW), Standing.APPROVED, APPROVER, NOW)
    assert in_force((*two, removal), NOW) is None


def test_an_entry_ends_at_its_expiry_and_cannot_be_amended_after_it() -> None:
    assert in_force(added(), DRAFT.expires_at - timedelta(microseconds=1))
    assert in_force(added(), DRAFT.expires_at) is None
    assert in_force(added(), NOW - timedelta(microseconds=1)) is None
    later = with_changes(expires_at=NOW + timedelta(400))
    with pytest.raises(NoSuchEntry):
        propose(added(), ENTRY, Change.AMEND, later, EDITOR, DRAFT.expires_at)


@pytest.mark.parametrize(
    "changes",
    [
        {"basis": " "},
        {"reason": ""},
        {"organ": ""},
        {"expires_at": NOW},
        {"expires_at": NOW + timedelta(5 * 366 + 1)},
        {"expires_at": (NOW + timedelta(9)).replace(tzinfo=None)},
        {"names": ()},
        {"names": (DraftName("<<", None),)},
        {"names": (DraftName("田中", None),)},
        {"birth_month": 13},
    ],
)
def test_an_entry_without_basis_reason_organ_expiry_or_a_usable_person_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(UnusableDraft):
        propose((), ENTRY, Change.ADD, with_changes(**changes), EDITOR, NOW)


STEPS = st.tuples(
    st.sampled_from([BOTH, EDITOR, APPROVER, Officer("nobody", frozenset())]),
    st.sampled_from([*Change, Standing.APPROVED, Standing.REJECTED, Standing.WITHDRAWN]),
)


@given(st.lists(STEPS, max_size=12))
@settings(deadline=None)
def test_nothing_is_ever_in_force_that_one_person_made(steps: list[tuple[Officer, Change | Standing]]) -> None:
    history: tuple[Version, ...] = ()
    for officer, step in steps:
        try:
            if isinstance(step, Change):
                history = (*history, propose(history, ENTRY, step, DRAFT, officer, NOW))
            elif history:
                history = (*history[:-1], settle(history[-1], step, officer, NOW))
        except UpkeepError:
            continue
        for version in history:
            if version.standing in (Standing.APPROVED, Standing.REJECTED):
                assert version.settled_by != version.proposed_by
        assert [version.number for version in history] == list(range(1, len(history) + 1))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'console.sqlite'}"
    migrations.upgrade(url)
    opened = Store(url, before_commit=Sealer(KEY, lambda: NOW))
    yield opened
    opened.close()


def write(store: Store, work: Callable[[Connection], T]) -> T:
    return asyncio.run(store.write(work))


def propose_it(connection: Connection) -> Version:
    return register.propose_change(connection, ENTRY, Change.ADD, DRAFT, EDITOR, NOW)


def approve_it(connection: Connection) -> Version:
    return register.settle_change(connection, ENTRY, 1, Standing.APPROVED, APPROVER, NOW)


def test_the_store_keeps_every_version_and_matches_only_what_is_in_force(store: Store) -> None:
    proposed = write(store, propose_it)
    assert asyncio.run(store.read(lambda c: register.history(c, ENTRY))) == (proposed,)
    assert asyncio.run(store.read(lambda c: register.listed(c, NOW))) == []
    approved = write(store, approve_it)
    versions = asyncio.run(store.read(lambda c: register.listed(c, NOW)))
    assert versions == [approved]
    held = Register(versions)
    assert [match.reference for match in held.search(person_of(DRAFT), NOW)] == [str(ENTRY)]
    assert held.search(person_of(DRAFT), DRAFT.expires_at) == ()
    with pytest.raises(NoSuchEntry):
        write(store, lambda c: register.settle_change(c, ENTRY, 2, Standing.APPROVED, APPROVER, NOW))


def test_every_change_is_an_action_in_the_ledger_that_names_nobody_listed(store: Store, tmp_path: Path) -> None:
    write(store, propose_it)
    write(store, approve_it)
    rows = asyncio.run(store.read(lambda c: c.execute(select(actions.c.officer, actions.c.verb, actions.c.body)).all()))
    assert sorted((row.officer, row.verb) for row in rows) == [
        ("hoshikawa", "propose_entry"),
        ("minase", "approve_entry"),
    ]
    assert not any(b"TABIBITO" in bytes(row.body) for row in rows)
    store.close()
    report = verify.verify(f"sqlite:///{tmp_path / 'console.sqlite'}", KEY.public_key().public_bytes_raw())
    assert (report.found, report.leaves) == ({}, 2)


def test_a_refused_change_leaves_nothing_behind(store: Store) -> None:
    write(store, propose_it)
    with pytest.raises(NotAllowed):
        write(store, lambda c: register.settle_change(c, ENTRY, 1, Standing.APPROVED, EDITOR, NOW))
    [version] = asyncio.run(store.read(lambda c: register.history(c, ENTRY)))
    assert version.standing is Standing.PROPOSED
