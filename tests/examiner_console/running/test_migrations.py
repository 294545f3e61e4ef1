"""The schema goes up and down with data in it, and what is left is what was there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import count, pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from click.testing import Result
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Uuid,
    create_engine,
    insert,
    select,
)
from sqlalchemy.pool import NullPool
from typer.testing import CliRunner

from examiner_console import migrations
from examiner_console.__main__ import app
from examiner_console.console import open_console
from examiner_console.record import verify
from examiner_console.settings import Settings
from examiner_console.tables import metadata
from examiner_console.upkeep import ledger_key
from tests.examiner_console.samples import arrival, inspection
from tests.examiner_console.test_casework import report

NUMBERS = count(1)
Rows = Mapping[str, list[dict[str, Any]]]


def shape(engine: Engine) -> MetaData:
    found = MetaData()
    found.reflect(engine)
    found.remove(found.tables[migrations.VERSIONS])
    return found


def fill(engine: Engine) -> None:
    """Two rows in every table."""
    with engine.begin() as connection:
        for table in shape(engine).sorted_tables:
            for _ in range(2):
                connection.execute(insert(table).values({c.name: something(c) for c in table.columns}))


def something(column: Column[Any]) -> object:
    match column.type:
        case Uuid():
            return uuid4()
        case Date():
            return date(2026, 11, 1) + timedelta(days=next(NUMBERS))
        case Boolean():
            return True
        case Integer():
            return next(NUMBERS)
        case LargeBinary():
            return os.urandom(40)
        case _:
            return uuid4().hex[: getattr(column.type, "length", None) or 32]


def rows(engine: Engine) -> Rows:
    """Of every table, in one order."""
    found = {}
    with engine.connect() as connection:
        for table in shape(engine).sorted_tables:
            found[table.name] = [dict(row._mapping) for row in connection.execute(select(table))]
    return {name: sorted(of_table, key=repr) for name, of_table in found.items()}


def as_in(older: Rows, newer: Rows) -> Rows:
    """The rows of `newer` as the schema of `older` shows them."""
    kept = {name: older[name][0].keys() for name in older}
    seen = {name: [{key: row[key] for key in keys} for row in newer[name]] for name, keys in kept.items()}
    return {name: sorted(of_table, key=repr) for name, of_table in seen.items()}


def test_every_revision_goes_up_down_and_up_with_data_in_its_tables(elsewhere: str) -> None:
    engine = create_engine(elsewhere, poolclass=NullPool)
    for lower, upper in pairwise([migrations.BASE, *migrations.revisions()]):
        migrations.move(elsewhere, upper)
        fill(engine)
        full = rows(engine)
        assert all(full.values())
        migrations.move(elsewhere, lower, discard=True)
        fallen = rows(engine)
        assert bool(fallen) == (lower != migrations.BASE)
        assert fallen == as_in(fallen, full)
        migrations.move(elsewhere, upper)
        assert as_in(fallen, rows(engine)) == fallen
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def migrate(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["migrate", *arguments, "--config", str(config)])


@pytest.fixture
def config(elsewhere: str, tmp_path: Path) -> Path:
    path = tmp_path / "console.toml"
    path.write_text(f'data_dir = "data"\ndatabase_url = "{elsewhere}"\n')
    return path


@pytest.mark.anyio
async def test_going_back_is_refused_where_it_loses_something_and_the_ledger_survives_where_not(
    config: Path, elsewhere: str, tmp_path: Path
) -> None:
    assert migrate(config).exit_code == 0
    settings = Settings(data_dir=tmp_path / "data", database_url=elsewhere)
    console = open_console(settings)
    await report(console, arrival(), inspection(), evidence=False)
    await report(console, arrival(), evidence=True)
    console.close()
    public = ledger_key(settings).public_key().public_bytes_raw()
    assert migrate(config, "--to", "0002").stdout == "The database is at 0002.\n"
    assert verify.verify(elsewhere, public).holds
    refused = migrate(config, "--to", "0001")
    [line] = refused.stderr.splitlines()
    assert refused.exit_code == 2
    assert "category_keys (2)" in line
    assert "checkpoints.previous (" in line
    assert "--discard" in line
    assert migrate(config, "--to", migrations.HEAD).exit_code == 0
    assert verify.verify(elsewhere, public).leaves == 3
    assert verify.verify(elsewhere, public).holds
    assert migrate(config, "--to", "0001", "--discard").exit_code == 0


def test_a_revision_nobody_knows_is_refused_in_one_line(config: Path, elsewhere: str) -> None:
    assert migrate(config).exit_code == 0
    refused = migrate(config, "--to", "9999")
    assert (refused.exit_code, len(refused.stderr.splitlines())) == (2, 1)
    engine = create_engine(elsewhere, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {migrations.VERSIONS} SET version_num = '9999'")
    engine.dispose()
    newer = migrate(config)
    assert newer.exit_code == 2
    assert "knows no revision 9999" in newer.stderr


def test_of_several_that_migrate_at_once_one_does_and_all_find_it_done(config: Path, elsewhere: str) -> None:
    command = [sys.executable, "-m", "examiner_console", "migrate", "--config", str(config)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(3)]
    said = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * 3, said


def test_a_migration_that_fails_leaves_the_schema_as_it_was(elsewhere: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of a revision's tables would stop every later attempt."""
    migrations.upgrade(elsewhere)
    migrations.move(elsewhere, "0001")
    engine = create_engine(elsewhere, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE receipts (id INTEGER)")
    before = sorted(shape(engine).tables)
    with pytest.raises(Exception, match="receipts"):
        migrations.upgrade(elsewhere)
    assert sorted(shape(engine).tables) == before
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE receipts")
    migrations.upgrade(elsewhere)
    engine.dispose()
