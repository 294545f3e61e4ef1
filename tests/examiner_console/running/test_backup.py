"""The backup as it is rehearsed: taken while the hall works, restored elsewhere, proved, and worked on."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx2
import msgspec
import pytest
from click.testing import Result
from sqlalchemy import create_engine, inspect, make_url, select
from sqlalchemy.pool import NullPool
from typer.testing import CliRunner

from examiner_console import migrations
from examiner_console.__main__ import app
from examiner_console.casework.actions import Verb
from examiner_console.casework.ingest import Answer, Arrived
from examiner_console.console import Console, open_console
from examiner_console.contract import Decision, Delivery, Inspection, decode, encode
from examiner_console.law.decide import LANDINGS_ALONE
from examiner_console.record import verify
from examiner_console.record.evidence import EvidenceErased
from examiner_console.running.archive import Backup
from examiner_console.settings import Settings
from examiner_console.tables import actions
from examiner_console.upkeep import ledger_key
from tests.conftest import require
from tests.examiner_console.conftest import stations_of
from tests.examiner_console.samples import arrival, inspection, pictures
from tests.examiner_console.test_casework import report
from tests.examiner_console.test_inspections import put

pytestmark = pytest.mark.anyio
KEYS = ("ledger.key", "master.key")


@dataclass(frozen=True, slots=True)
class Site:
    """A data folder, a database, and the configuration that names both."""

    folder: Path
    url: str

    @property
    def config(self) -> Path:
        path = self.folder / "console.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'data_dir = "."\ndatabase_url = "{self.url}"\n')
        return path

    @property
    def settings(self) -> Settings:
        return Settings(data_dir=self.folder, database_url=self.url, rules=LANDINGS_ALONE)

    def run(self, *arguments: str | Path) -> Result:
        """As a program of its own would: the command has an event loop for itself."""
        given = [*map(str, arguments), "--config", str(self.config)]
        with ThreadPoolExecutor(1) as apart:
            return apart.submit(CliRunner().invoke, app, given).result()

    def holds(self) -> verify.Report:
        report = verify.verify(self.url, ledger_key(self.settings).public_key().public_bytes_raw())
        assert report.holds, report.faults
        return report

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is where its database should be."""
        if self.url.startswith("sqlite"):
            return not list(Path(make_url(self.url).database or "").parent.glob("console.sqlite*"))
        engine = create_engine(self.url, poolclass=NullPool)
        with engine.connect() as connection:
            tables = inspect(connection).get_table_names()
        engine.dispose()
        return not tables


@pytest.fixture
def here(console: Console, database_url: str, tmp_path: Path) -> Site:
    if database_url.startswith("postgresql"):
        require(shutil.which("pg_dump"), "pg_dump (apt-get install postgresql-client)")
    return Site(tmp_path, database_url)


@pytest.fixture
def there(elsewhere: str, tmp_path: Path) -> Site:
    (tmp_path / "elsewhere").mkdir()
    return Site(tmp_path / "elsewhere", elsewhere)


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "backups" / "today"


def with_keys_of(here: Site, there: Site) -> Site:
    for name in KEYS:
        shutil.copy(here.folder / name, there.folder / name)
    return there


def files(folder: Path) -> list[Path]:
    """The database's comes first."""
    return sorted(folder.iterdir())


def refused(result: Result) -> str:
    assert result.exit_code == 2, result.output
    [line] = result.stderr.splitlines()
    return line


Acknowledged = dict[Inspection, Decision]


async def during(hall: Callable[[Inspection], Awaitable[httpx2.Response]], work: Callable[[], object]) -> Acknowledged:
    """Stations send without a pause from before `work` begins until after it has ended.

    What was acknowledged before it began.
    """
    acknowledged: Acknowledged = {}
    enough, over, work_ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def station() -> None:
        while not over.is_set():
            seen = inspection()
            began_after = work_ended.is_set()
            acknowledged[seen] = decode((await hall(seen)).content, Decision)
            if len(acknowledged) >= 40:
                enough.set()
            if began_after:
                over.set()

    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(station())
        await enough.wait()
        before = dict(acknowledged)
        await asyncio.to_thread(work)
        assert len(acknowledged) > len(before), "nothing was written meanwhile"
        work_ended.set()
    return before


async def test_a_backup_taken_while_the_hall_works_is_restored_elsewhere_and_worked_on(
    console: Console, here: Site, there: Site, to: Path
) -> None:
    kept, erased = arrival(), arrival()
    await report(console, kept, erased, evidence=True)
    await console.referrals.erase_evidence(erased.id, "akazawa")
    command = [sys.executable, "-m", "examiner_console", "backup", "--config", str(here.config), "--to", str(to)]
    async with stations_of(console) as client:
        work = lambda: subprocess.run(command, check=True, capture_output=True)  # noqa: E731
        before = await during(lambda seen: put(client, seen), work)
    last = here.holds().leaves
    with_keys_of(here, there)
    restored = await asyncio.to_thread(there.run, "restore", "--from", to)
    assert restored.exit_code == 0, restored.output
    assert "The ledger holds." in restored.stdout
    assert len(before) < there.holds().leaves < last
    again = open_console(there.settings, console.clock)
    for seen, decision in before.items():
        arrived = Arrived(seen, encode(seen), Delivery.LIVE)
        assert await again.store.write_together(again.ingest.accept, arrived) == Answer(decision, new=False)
    _, picture = await again.referrals.evidence(kept.id, "1", "hoshikawa")
    assert picture == pictures(kept.id).items[0].data
    with pytest.raises(EvidenceErased):
        await again.referrals.evidence(erased.id, "1", "hoshikawa")
    async with stations_of(again) as client:
        assert (await put(client, inspection())).status_code == 201
    again.close()
    there.holds()


async def test_the_keys_stay_out_unless_they_are_asked_for(console: Console, here: Site, there: Site, to: Path) -> None:
    await report(console, arrival(), evidence=True)
    secrets = [(here.folder / name).read_bytes() for name in KEYS]
    assert here.run("backup", "--to", to).exit_code == 0
    assert not [path for path in files(to) for secret in secrets if secret in path.read_bytes()]
    assert "ledger.key" in refused(there.run("restore", "--from", to))
    assert there.is_empty
    complete = to.with_name("complete")
    assert here.run("backup", "--with-keys", "--to", complete).exit_code == 0
    assert there.run("restore", "--from", complete).exit_code == 0
    assert [(there.folder / name).read_bytes() for name in KEYS] == secrets
    private = [to, complete, *files(complete), *(there.folder / name for name in KEYS)]
    readable = [path.name for path in private if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    assert set(readable) <= {"manifest.json", "manifest.sig"}, "nobody else may read a passport in it"


async def test_others_keys_restore_nothing(console: Console, here: Site, there: Site, to: Path) -> None:
    await report(console, inspection())
    assert here.run("backup", "--to", to).exit_code == 0
    with_keys_of(here, there)
    (there.folder / "master.key").write_bytes(bytes(32))
    assert "not the keys" in refused(there.run("restore", "--from", to))
    assert there.is_empty


async def test_nothing_is_restored_over_what_is_there(console: Console, here: Site, there: Site, to: Path) -> None:
    await report(console, inspection())
    assert here.run("backup", "--to", to).exit_code == 0
    await report(console, inspection())
    assert "where nothing is" in refused(here.run("restore", "--from", to))
    assert here.holds().leaves == 3, "two inspections and the note of the backup"
    assert "not empty" in refused(here.run("backup", "--to", to))
    assert with_keys_of(here, there).run("restore", "--from", to).exit_code == 0
    assert there.holds().leaves == 1
    assert "where nothing is" in refused(there.run("restore", "--from", to))


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("damage", ["database", "manifest", "missing", "added", "unfinished"])
async def test_a_backup_that_is_not_as_it_was_made_is_not_restored(
    console: Console, here: Site, there: Site, to: Path, damage: str
) -> None:
    await report(console, inspection())
    assert here.run("backup", "--to", to).exit_code == 0
    database = files(to)[0]
    match damage:
        case "database":
            flip(database)
        case "manifest":
            manifest = to / "manifest.json"
            manifest.write_text(manifest.read_text().replace('"leaves": 1', '"leaves": 2'))
        case "missing":
            database.unlink()
        case "added":
            (to / "more").touch()
        case "unfinished":
            (to / "manifest.json").unlink()
    assert "nothing was restored" in refused(with_keys_of(here, there).run("restore", "--from", to))
    assert there.is_empty


async def test_a_ledger_that_does_not_hold_is_not_put_in_place(
    console: Console, here: Site, there: Site, to: Path
) -> None:
    """What was changed before the backup was made is found when it is restored."""
    await report(console, inspection())
    await console.store.write(lambda connection: connection.exec_driver_sql("UPDATE decisions SET outcome = 'grant'"))
    assert here.run("backup", "--to", to).exit_code == 0
    assert "does not hold" in refused(with_keys_of(here, there).run("restore", "--from", to))
    assert there.is_empty


async def test_the_manifest_says_what_was_backed_up(console: Console, here: Site, to: Path) -> None:
    await report(console, inspection(), arrival())
    found = here.holds()
    assert here.run("backup", "--to", to).exit_code == 0
    made = msgspec.json.decode((to / "manifest.json").read_bytes(), type=Backup)
    assert (made.leaves, made.root, made.revision) == (found.leaves, found.root, migrations.HEAD)
    assert [file.name for file in made.files] == [files(to)[0].name]


async def test_that_everything_was_copied_stands_in_the_ledger(console: Console, here: Site, to: Path) -> None:
    await report(console, inspection())
    assert here.run("backup", "--to", to, "--with-keys").exit_code == 0
    assert here.holds().leaves == 2
    noted = await console.store.read(lambda c: c.execute(select(actions.c.verb, actions.c.body)).one())
    assert noted.verb == Verb.BACK_UP
    assert msgspec.json.decode(noted.body)["details"]["with_keys"] == "yes"


async def test_a_backup_of_an_older_schema_is_brought_up_to_date(
    console: Console, here: Site, there: Site, to: Path
) -> None:
    await report(console, inspection())
    older = migrations.revisions()[-2]
    migrations.move(here.url, older)
    try:
        assert here.run("backup", "--to", to).exit_code == 0
    finally:
        migrations.upgrade(here.url)
    assert msgspec.json.decode((to / "manifest.json").read_bytes(), type=Backup).revision == older
    assert with_keys_of(here, there).run("restore", "--from", to).exit_code == 0
    again = open_console(there.settings, console.clock)
    assert await again.store.read(migrations.revision) == migrations.HEAD
    again.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_backup_of_one_kind_is_not_restored_to_the_other(console: Console, here: Site, to: Path) -> None:
    await report(console, inspection())
    assert here.run("backup", "--to", to).exit_code == 0
    other = Site(here.folder, "postgresql://postgres@127.0.0.1:1/nowhere")
    assert "settings name postgresql" in refused(other.run("restore", "--from", to))


async def test_a_database_that_is_not_there_is_no_backup(console: Console, here: Site, there: Site, to: Path) -> None:
    await report(console, inspection())
    with_keys_of(here, there)
    assert "nothing was backed up" in refused(there.run("backup", "--to", to))
    assert there.is_empty, "asking for a backup makes no database"


@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
async def test_a_password_is_on_no_command_line(
    console: Console, here: Site, to: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A program in pg_dump's place notes how it was called, and fails with a sentence."""
    await report(console, inspection())
    secret = make_url(here.url).set(password="unmistakable").render_as_string(hide_password=False)
    program = tmp_path / "programs" / "pg_dump"
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\necho "$@" > "$0.called"\necho "$PGPASSWORD" > "$0.password"\necho full >&2; exit 1\n'
    )
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    assert refused(Site(here.folder, secret).run("backup", "--to", to)).endswith("pg_dump failed: full")
    assert "unmistakable" not in (program.parent / "pg_dump.called").read_text()
    assert (program.parent / "pg_dump.password").read_text() == "unmistakable\n"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "pg_dump is not installed" in refused(here.run("backup", "--to", to.with_name("another")))
