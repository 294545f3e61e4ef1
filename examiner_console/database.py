"""One writer with group commit, many readers, over SQLite or PostgreSQL; of several processes one writes at a time.

A write is acknowledged only after its transaction is on disk (SQLite: WAL with synchronous=FULL). Writes that wait
while a commit is under way share the next one; each runs in a savepoint of its own, so one that fails takes nobody with
it. The database being full, locked or away is `StoreUnavailable` for everyone in the batch, and nothing is half-stored.

    StoreError
    └── StoreUnavailable     the database took nothing; try again later
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError, PendingRollbackError
from sqlalchemy.pool import QueuePool

T = TypeVar("T")
I = TypeVar("I")  # noqa: E741 - I for item
BATCH: Final = 256
"""Writes in one transaction; past this a batch only delays its first writer."""
WAITING: Final = 4096
"""Writes that may wait. More means the disk is not keeping up: new ones are refused at once."""
READERS: Final = 4
BUSY_TIMEOUT: Final = "busy_timeout=5000"
PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    BUSY_TIMEOUT,
    "secure_delete=ON",
    "wal_autocheckpoint=8000",
)
"""FULL: a commit is on disk when it returns. Erased rows are overwritten. The log is folded back every 32 MB."""
TURN: Final = "SET LOCAL lock_timeout = 5000; SELECT pg_advisory_xact_lock(7305809155945787)"
"""PostgreSQL: one process writes at a time, for the ledger is one chain. SQLite has but one writer anyhow."""


class StoreError(Exception):
    code = "store_error"


class StoreUnavailable(StoreError):
    code = "store_unavailable"


Together = Callable[[Connection, Sequence[I]], Sequence[T]]
"""Handles many items of one kind at once, one result each, in order."""


@dataclass(frozen=True, slots=True, eq=False)
class _Write(Generic[I, T]):
    handler: Together[I, T]
    item: I
    done: asyncio.Future[T]
    loop: asyncio.AbstractEventLoop


Outcome = tuple["_Write[Any, Any]", Any, Exception | None]


def _engine(url: str, *, begin: str, size: int, turn: str = "") -> Engine:
    """`begin` is the statement that opens a transaction on SQLite; the driver's own guess breaks savepoints.

    `turn` is what a transaction on PostgreSQL begins with.
    """
    engine = create_engine(url, poolclass=QueuePool, pool_size=size, max_overflow=0, hide_parameters=True)
    if engine.dialect.name != "sqlite":
        if turn:
            event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(turn))
        return engine

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def psycopg_url(url: str) -> str:
    """`postgresql://…` by its driver's full name; everything else unchanged."""
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed.render_as_string(hide_password=False)


class Store:
    """Thread-safe inside, asyncio outside. `before_commit` runs last in every transaction that wrote.

    On the writer's thread, `on_commit` hears how many writes a stored batch had, `on_failure` why one was not stored.
    """

    def __init__(
        self,
        url: str,
        *,
        before_commit: Callable[[Connection], None] = lambda _: None,
        on_failure: Callable[[Exception, int], None] = lambda _error, _writes: None,
        on_commit: Callable[[int], None] = lambda _writes: None,
    ) -> None:
        self.url = psycopg_url(url)
        self._before_commit = before_commit
        self._on_failure = on_failure
        self._on_commit = on_commit
        self._writer_engine = _engine(self.url, begin="BEGIN IMMEDIATE", size=1, turn=TURN)
        self._reader_engine = _engine(self.url, begin="BEGIN", size=READERS)
        self._waiting: queue.SimpleQueue[_Write[Any, Any] | None] = queue.SimpleQueue()
        self._folds: queue.SimpleQueue[_Write[Any, Any]] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._writer = threading.Thread(target=self._write_until_closed, name="store-writer", daemon=True)
        self._writer.start()

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction and return once it is durable. Raises what `work` raised, or StoreUnavailable."""
        return await self.write_together(_alone, work)

    async def write_together(self, handler: Together[I, T], item: I) -> T:
        """As `write`, but items that wait for the same `handler` are handed to it in one call."""
        if self._waiting.qsize() >= WAITING:
            raise StoreUnavailable("too many writes are waiting")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._waiting.put(_Write(handler, item, done, loop))
        return await done

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    def _read(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._reader_engine.connect() as connection:
                return work(connection)
        except DBAPIError as error:
            raise _unavailable(error) from error

    async def fold_log(self) -> bool:
        """Fold SQLite's write-ahead log back and cut it to nothing, so that it keeps no page as it was before.

        Done by the writer between two batches, and waiting for nobody: False where a reader or another process was in
        the way, or the database. Ask again then. PostgreSQL keeps its own log; True.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[bool] = loop.create_future()
        asked: _Write[Any, Any] = _Write(_alone, None, done, loop)
        self._folds.put(asked)
        try:
            await self.write(lambda _connection: None)
        except StoreUnavailable:
            return False
        return await done

    def close(self) -> None:
        """Finish what waits, then let go of the database."""
        self._waiting.put(None)
        self._writer.join()
        self._readers.shutdown()
        self._writer_engine.dispose()
        self._reader_engine.dispose()

    def _write_until_closed(self) -> None:
        while (batch := self._next_batch()) is not None:
            _report(self._commit(batch))
            self._fold_where_asked()

    def _fold_where_asked(self) -> None:
        asked = []
        while not self._folds.empty():
            asked.append(self._folds.get_nowait())
        if asked:
            folded = _fold(self._writer_engine)
            _report([(one, folded, None) for one in asked])

    def _next_batch(self) -> list[_Write[Any, Any]] | None:
        first = self._waiting.get()
        if first is None:
            return None
        batch = [first]
        while len(batch) < BATCH:
            try:
                following = self._waiting.get_nowait()
            except queue.Empty:
                break
            if following is None:
                self._waiting.put(None)
                break
            batch.append(following)
        return batch

    def _commit(self, batch: list[_Write[Any, Any]]) -> list[Outcome]:
        try:
            with self._writer_engine.begin() as connection:
                outcomes = [outcome for group in _groups(batch) for outcome in _run(connection, group)]
                self._before_commit(connection)
        except Exception as error:
            self._on_failure(error, len(batch))
            return [(write, None, _unavailable(error)) for write in batch]
        self._on_commit(len(batch))
        return outcomes


def _alone(connection: Connection, works: Sequence[Callable[[Connection], T]]) -> Sequence[T]:
    (work,) = works
    return [work(connection)]


def _groups(batch: list[_Write[Any, Any]]) -> list[list[_Write[Any, Any]]]:
    """Neighbours with the same handler together, order kept; plain writes each for themselves."""
    groups: list[list[_Write[Any, Any]]] = []
    for write in batch:
        if groups and write.handler is not _alone and groups[-1][0].handler == write.handler:
            groups[-1].append(write)
        else:
            groups.append([write])
    return groups


def _run(connection: Connection, group: list[_Write[Any, Any]]) -> list[Outcome]:
    """One savepoint for the group; when it fails, one for each, so that a bad item fails alone."""
    savepoint = connection.begin_nested()
    try:
        results = group[0].handler(connection, [write.item for write in group])
        savepoint.commit()
        return [(write, result, None) for write, result in zip(group, results, strict=True)]
    except Exception as error:
        if _is_database_down(error):
            raise
        savepoint.rollback()
        if len(group) > 1:
            return [outcome for write in group for outcome in _run(connection, [write])]
        return [(group[0], None, error)]


def _fold(engine: Engine) -> bool:
    if engine.dialect.name != "sqlite":
        return True
    try:
        raw = engine.raw_connection()
    except DBAPIError:
        return False
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA busy_timeout=0")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [(busy, _, _)] = cursor.fetchall()
        cursor.execute(f"PRAGMA {BUSY_TIMEOUT}")
        cursor.close()
    except sqlite3.Error:
        return False
    finally:
        raw.close()
    return not busy


def _is_database_down(error: Exception) -> bool:
    """Not a fault of one item: the file, the disk or the connection. What a savepoint cannot heal ends the batch."""
    return isinstance(error, OperationalError | InterfaceError | InternalError | PendingRollbackError)


def _unavailable(error: Exception) -> StoreUnavailable:
    return StoreUnavailable(f"the database took nothing ({type(error).__name__})")


def _report(outcomes: list[Outcome]) -> None:
    """Wake every waiter, once per event loop: a wake-up each would cost a system call each."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Outcome]] = {}
    for outcome in outcomes:
        by_loop.setdefault(outcome[0].loop, []).append(outcome)
    for loop, of_loop in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, of_loop)


def _resolve(outcomes: list[Outcome]) -> None:
    for write, result, error in outcomes:
        if write.done.done():
            continue
        if error is None:
            write.done.set_result(result)
        else:
            write.done.set_exception(error)
