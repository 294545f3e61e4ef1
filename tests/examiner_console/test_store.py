"""The store: one writer, group commit, and what happens when the database takes nothing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import NullPool

from examiner_console import migrations
from examiner_console.database import WAITING, Store, StoreUnavailable
from examiner_console.tables import metadata, stations
from tests.examiner_console.samples import NOW

pytestmark = pytest.mark.anyio


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url)
    yield opened
    opened.close()


def add(connection: Connection, name: str) -> str:
    row = {"name": name, "kind": "gate", "direction": "arrival", "public_key": bytes(32), "enrolled_at": NOW}
    connection.execute(insert(stations).values(**row))
    return name


def count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(stations)).scalar_one()


async def test_a_write_that_fails_takes_nobody_with_it(store: Store) -> None:
    names = ["a", "b", "a", "c"]
    results = await asyncio.gather(
        *(store.write(lambda connection, name=name: add(connection, name)) for name in names), return_exceptions=True
    )
    assert [type(result) for result in results] == [str, str, IntegrityError, str]
    assert await store.read(count) == 3


async def test_a_bad_item_among_many_fails_alone(store: Store) -> None:
    def together(connection: Connection, names: Sequence[str]) -> Sequence[str]:
        return [add(connection, name) for name in names]

    names = [*"abcdefa"]
    results = await asyncio.gather(*(store.write_together(together, name) for name in names), return_exceptions=True)
    assert [result for result in results if isinstance(result, IntegrityError)]
    assert [result for result in results if isinstance(result, str)] == [*"abcdef"]
    assert await store.read(count) == 6


async def test_what_waits_during_a_commit_is_written_together(store: Store) -> None:
    """The first batch is held until the others wait; they are then one batch."""
    hold, sizes = threading.Event(), []

    def together(_: Connection, items: Sequence[int]) -> Sequence[int]:
        sizes.append(len(items))
        return items

    first = asyncio.create_task(store.write(lambda _: hold.wait(20)))
    others = [asyncio.create_task(store.write_together(together, n)) for n in range(50)]
    await asyncio.sleep(0)
    hold.set()
    assert await asyncio.gather(first, *others) == [True, *range(50)]
    assert sum(sizes) == 50
    assert len(sizes) <= 2, "all that waited share a commit; the first may have taken some along"


async def test_too_many_waiting_writes_are_refused_at_once(store: Store) -> None:
    hold = threading.Event()
    first = asyncio.create_task(store.write(lambda _: hold.wait(20)))
    waiting = [asyncio.create_task(store.write(lambda _: None)) for _ in range(WAITING + 300)]
    await asyncio.sleep(0)
    hold.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    await first
    refused = [result for result in results if isinstance(result, StoreUnavailable)]
    assert refused
    assert len(refused) + sum(result is None for result in results) == WAITING + 300


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_full_database_stores_nothing_by_halves_and_recovers(store: Store) -> None:
    """SQLite's own page limit stands for the full disk: the same SQLITE_FULL comes back from the same place."""

    def limit(pages: int) -> None:
        with store._writer_engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    def add_many(connection: Connection) -> None:
        for _ in range(200):
            add(connection, uuid4().hex * 2)

    await store.write(lambda connection: add(connection, "before"))
    limit(1)
    with pytest.raises(StoreUnavailable):
        await store.write(add_many)
    assert await store.read(count) == 1
    limit(1_000_000)
    await store.write(add_many)
    assert await store.read(count) == 201


async def test_what_seals_a_transaction_can_also_stop_it(database_url: str) -> None:
    def refuse(_: Connection) -> None:
        raise RuntimeError("no signature")

    store = Store(database_url, before_commit=refuse)
    with pytest.raises(StoreUnavailable):
        await store.write(lambda connection: add(connection, "unsealed"))
    assert await store.read(count) == 0
    store.close()


async def test_a_database_that_is_away_is_unavailable() -> None:
    store = Store("postgresql://postgres@127.0.0.1:1/nowhere")
    with pytest.raises(StoreUnavailable):
        await store.write(count)
    with pytest.raises(StoreUnavailable):
        await store.read(count)
    store.close()


def test_the_migrations_add_up_to_the_tables(database_url: str) -> None:
    engine = create_engine(database_url, poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_newest_revision_is_the_one_a_current_database_is_known_by() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert scripts.get_current_head() == migrations.HEAD
