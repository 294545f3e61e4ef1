"""The schema's history, applied by alembic, both ways; what it adds up to is `tables.metadata`.

Whoever migrates holds a lock, so that of several processes that start at once one migrates and the others find it done.

    MigrationError           code
    ├── UnknownRevision      no revision of this software: the database is newer, or the name is wrong
    └── WouldLose            going back would drop what is stored (`losses`)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Inspector, create_engine, event, inspect, text
from sqlalchemy.pool import NullPool

from examiner_console.database import psycopg_url

HEAD = "0019"
"""The newest revision. Named here so that alembic, slow to import, is only asked where there is something to do."""
BASE: Final = "base"
"""Before the first revision: no table at all."""
VERSIONS: Final = "alembic_version"
PATIENCE_SECONDS: Final = 60
"""How long a process waits for another that migrates."""
POSTGRESQL_LOCK: Final = "SELECT pg_advisory_xact_lock(7305809155945786)"
"""Any number, the same in every process."""


class MigrationError(Exception):
    code = "migration_error"


class UnknownRevision(MigrationError):
    code = "unknown_revision"


@dataclass(frozen=True, slots=True)
class Loss:
    """Rows of a table that goes, or of a column that goes and is filled in them."""

    table: str
    column: str | None
    rows: int

    def __str__(self) -> str:
        return f"{self.table}{f'.{self.column}' if self.column else ''} ({self.rows})"


class WouldLose(MigrationError):
    code = "would_lose"

    def __init__(self, revision: str, losses: Sequence[Loss]) -> None:
        super().__init__(f"going back to {revision} loses {', '.join(map(str, losses))}")
        self.losses = losses


def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest schema; the folder of a SQLite file is made. Raises UnknownRevision."""
    with _connected(url) as connection:
        is_current = revision(connection) == HEAD
    if not is_current:
        move(url, HEAD)


def move(url: str, target: str, *, discard: bool = False) -> None:
    """Bring the schema to revision `target`, or to `BASE`, up or down, in one transaction.

    Raises UnknownRevision, or WouldLose unless `discard`. No process may serve meanwhile from a schema that goes.
    """
    order = [BASE, *revisions()]
    with _connected(url) as connection, _locked(connection):
        found = revision(connection) or BASE
        for name in (found, target):
            if name not in order:
                raise UnknownRevision(f"this software knows no revision {name}; there are {', '.join(order)}")
        if order.index(target) < order.index(found):
            lost = losses(connection, target)
            if lost and not discard:
                raise WouldLose(target, lost)
            _alembic(connection, "downgrade", target)
        elif target != found:
            _alembic(connection, "upgrade", target)


def revision(connection: Connection) -> str | None:
    """As alembic notes it; None where no schema is."""
    if not inspect(connection).has_table(VERSIONS):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {VERSIONS}")).scalar()  # noqa: S608 - ours
    return found


def revisions() -> list[str]:
    """The oldest first."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(Path(__file__).parent))
    return [script.revision for script in reversed(list(scripts.walk_revisions()))]


def losses(connection: Connection, target: str) -> list[Loss]:
    """What `target` has no table or column for, compared with a schema that is made for the purpose.

    A column that would only become narrower is not noticed: no revision does that.
    """
    kept = _columns_at(target)
    lost = []
    for table, columns in _columns(inspect(connection)).items():
        if table not in kept:
            lost.append(Loss(table, None, _count(connection, table)))
            continue
        gone = sorted(columns - kept[table])
        lost += [Loss(table, column, _count(connection, table, column)) for column in gone]
    return [loss for loss in lost if loss.rows]


def _columns_at(target: str) -> dict[str, set[str]]:
    with _connected("sqlite://") as scratch:
        if target != BASE:
            _alembic(scratch, "upgrade", target)
        return _columns(inspect(scratch))


def _columns(inspector: Inspector) -> dict[str, set[str]]:
    tables = sorted(set(inspector.get_table_names()) - {VERSIONS})
    return {table: {column["name"] for column in inspector.get_columns(table)} for table in tables}


def _count(connection: Connection, table: str, column: str | None = None) -> int:
    counted = f'"{column}"' if column else "*"
    count: int = connection.execute(text(f'SELECT count({counted}) FROM "{table}"')).scalar_one()  # noqa: S608 - ours
    return count


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    """In one transaction, DDL included, so that a failed migration leaves nothing behind."""
    engine = create_engine(psycopg_url(url), poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        _let_sqlite_begin(engine)
        if engine.url.database:
            Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _let_sqlite_begin(engine: Engine) -> None:
    """The driver opens no transaction before DDL; what is dropped is overwritten, as in `database`."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA secure_delete=ON").close()
        connection.execute(f"PRAGMA busy_timeout={PATIENCE_SECONDS * 1000}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")


@contextmanager
def _locked(connection: Connection) -> Iterator[None]:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text(POSTGRESQL_LOCK))
    yield


def _alembic(connection: Connection, direction: str, target: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    getattr(command, direction)(config, target)
