"""A console on a database of its own, SQLite and PostgreSQL alike, and a client that speaks to it in process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from examiner_console import migrations, tables
from examiner_console.app import create_app
from examiner_console.casework.stations import Station, enrol
from examiner_console.console import Console, open_console
from examiner_console.law.decide import LANDINGS_ALONE
from examiner_console.settings import Settings
from tests.conftest import require
from tests.examiner_console.postgresql import postgresql
from tests.examiner_console.samples import KEYS, NOW, STATIONS


@dataclass
class TestClock:
    """Stands still until a test moves it."""

    __test__ = False
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a database made for this run."""
    require(find_spec("psycopg"), "psycopg (extra postgres)")
    with postgresql() as found:
        require(found, "PostgreSQL (apt-get install postgresql, or set SEKISHO_TEST_POSTGRES)")
        server = create_engine(f"{found}/postgres", poolclass=NullPool, isolation_level="AUTOCOMMIT")
        name = f"sekisho_{uuid4().hex[:12]}"
        with server.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        url = f"{found}/{name}"
        migrations.upgrade(url)
        yield url
        with server.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        server.dispose()


def _emptied(url: str) -> str:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        names = ", ".join(table.name for table in tables.metadata.sorted_tables)
        connection.execute(text(f"TRUNCATE {names}"))
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("template") / "console.sqlite"
    migrations.upgrade(f"sqlite:///{file}")
    return file.read_bytes()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty, migrated database of either kind."""
    if request.param == "postgresql":
        return _emptied(request.getfixturevalue("postgres"))
    file = tmp_path / "console.sqlite"
    file.write_bytes(request.getfixturevalue("sqlite_template"))
    return f"sqlite:///{file}"


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Without registries: what they do to a decision is tried in `registries/` and `test_law_*`."""
    return Settings(data_dir=tmp_path, database_url=database_url, rules=LANDINGS_ALONE)


@pytest.fixture
def console(settings: Settings, clock: TestClock) -> Iterator[Console]:
    opened = open_console(settings, clock)
    yield opened
    opened.close()


@asynccontextmanager
async def stations_of(console: Console) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the console's application in which the sample stations are enrolled."""
    await enrol_samples(console)
    transport = httpx2.ASGITransport(create_app(console))
    async with httpx2.AsyncClient(transport=transport, base_url="http://console") as client:
        yield client


async def enrol_samples(console: Console) -> None:
    for name, (kind, direction) in STATIONS.items():
        station = Station(name, kind, direction, KEYS[name].public_key().public_bytes_raw())
        await console.store.write(lambda connection, station=station: enrol(connection, station, console.clock()))
