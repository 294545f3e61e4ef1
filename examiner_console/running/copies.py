"""A database copied while it is written to, and put back: SQLite by its backup API, PostgreSQL by its own programs."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeVar

from sqlalchemy import URL, Connection, MetaData, create_engine, inspect, make_url, text
from sqlalchemy.pool import NullPool

from examiner_console import migrations
from examiner_console.database import psycopg_url
from examiner_console.running.archive import OtherDatabase, ProgramFailed, TargetNotEmpty, private, sync

T = TypeVar("T")
LAST: Final = "SELECT size, root FROM checkpoints ORDER BY size DESC LIMIT 1"
WORDS: Final = 200
"""How much of what a program complained about is passed on."""


@dataclass(frozen=True, slots=True)
class State:
    """Schema and ledger of the very snapshot that was copied."""

    revision: str
    leaves: int
    root: str


class Copies(Protocol):
    """One database. `restore` answers what `prove(url)` does, and where that raises leaves nothing behind."""

    @property
    def kind(self) -> str: ...

    def save(self, file: Path) -> State: ...

    def check_empty(self) -> None: ...

    def restore(self, file: Path, prove: Callable[[str], T]) -> T: ...


def copies_of(url: str) -> Copies:
    parsed = make_url(psycopg_url(url))
    return _Sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _Postgresql(parsed)


def _state(connection: Connection) -> State:
    revision = migrations.revision(connection)
    if revision is None:
        raise OtherDatabase("the database has no schema: there is nothing to back up")
    last = connection.execute(text(LAST)).first()
    return State(revision, last.size if last else 0, bytes(last.root).hex() if last else "")


def _state_at(url: str | URL) -> State:
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            return _state(connection)
    finally:
        engine.dispose()


@dataclass(frozen=True, slots=True)
class _Sqlite:
    url: URL
    kind: str = "sqlite"

    @property
    def file(self) -> Path:
        return Path(self.url.database or "")

    def save(self, file: Path) -> State:
        if not self.file.is_file():
            raise OtherDatabase(f"there is no database {self.file}")
        os.close(private(file))
        _copy(self.file, file, "rw")
        return _state_at(f"sqlite:///{file}")

    def check_empty(self) -> None:
        beside = [self.file, *(self.file.with_name(self.file.name + end) for end in ("-wal", "-shm", "-journal"))]
        if found := [path for path in beside if path.exists()]:
            raise TargetNotEmpty(f"{found[0]} is there already: a backup is restored where nothing is")

    def restore(self, file: Path, prove: Callable[[str], T]) -> T:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        draft = self.file.with_name(self.file.name + ".restoring")
        try:
            draft.unlink(missing_ok=True)
            os.close(private(draft))
            _copy(file, draft, "ro")
            proof = prove(f"sqlite:///{draft}")
            os.link(draft, self.file)
            sync(self.file.parent)
            return proof
        finally:
            draft.unlink(missing_ok=True)


def _copy(source: Path, target: Path, mode: str) -> None:
    """In one step: who reads SQLite's log sees one state, however long it takes, and stops no writer."""
    with (
        contextlib.closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode={mode}", uri=True)) as opened,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        opened.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE").close()


@dataclass(frozen=True, slots=True)
class _Postgresql:
    url: URL
    kind: str = "postgresql"

    def save(self, file: Path) -> State:
        """pg_dump reads the snapshot that schema and ledger were read in."""
        os.close(private(file))
        with self._connected("REPEATABLE READ") as connection:
            state = _state(connection)
            snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            self._run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={file}")
        return state

    def check_empty(self) -> None:
        with self._connected() as connection:
            if found := sorted(inspect(connection).get_table_names()):
                raise TargetNotEmpty(f"the database has a table {found[0]}: a backup is restored where nothing is")

    def restore(self, file: Path, prove: Callable[[str], T]) -> T:
        options = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
        self._run("pg_restore", *options, str(file))
        try:
            return prove(self.url.render_as_string(hide_password=False))
        except BaseException:
            self._clear()
            raise

    def _clear(self) -> None:
        with self._connected() as connection:
            tables = MetaData()
            tables.reflect(connection)
            tables.drop_all(connection)
            connection.commit()

    @contextlib.contextmanager
    def _connected(self, isolation: str = "READ COMMITTED") -> Iterator[Connection]:
        engine = create_engine(self.url, poolclass=NullPool, isolation_level=isolation, hide_parameters=True)
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    def _run(self, program: str, *arguments: str) -> None:
        """The password goes by the environment: anybody may read a command line. Raises ProgramFailed."""
        url = self.url
        bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
        password = {"PGPASSWORD": url.password} if url.password else {}
        command = [program, *arguments, f"--dbname={bare.render_as_string(hide_password=False)}"]
        _called(command, {**os.environ, **password})


def _called(command: Sequence[str], environment: dict[str, str]) -> None:
    try:
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True, errors="replace")  # noqa: S603 - no shell
    except FileNotFoundError:
        raise ProgramFailed(f"{command[0]} is not installed (Debian: postgresql-client)") from None
    except subprocess.CalledProcessError as error:
        said = " ".join(error.stderr.split())[:WORDS]
        raise ProgramFailed(f"{command[0]} failed: {said}") from None
