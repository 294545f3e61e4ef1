"""What is over its period goes, with receipts; what an officer still has to decide stays."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from typer.testing import CliRunner

from examiner_console import tables
from examiner_console.__main__ import app
from examiner_console.casework import retention
from examiner_console.console import Console, open_console
from examiner_console.contract import Direction, EvidenceKind
from examiner_console.law.decide import LANDINGS_ALONE
from examiner_console.record import verify
from examiner_console.record.receipts import Category
from examiner_console.settings import Settings
from examiner_console.upkeep import ledger_key
from tests.examiner_console.conftest import TestClock
from tests.examiner_console.samples import NOW, arrival, findings, inspection, pictures
from tests.examiner_console.test_casework import report

pytestmark = pytest.mark.anyio
DAYS = {Category(name): days for name, days in Settings().retention.model_dump().items()}
FOREVER = dict.fromkeys(Category, 100_000)


def counted(console: Console, *chosen: str) -> dict[str, int]:
    names = chosen or ("decisions", "inspections", "cases", "actions", "evidence", "events", "receipts")
    query = {name: select(tables.metadata.tables[name]) for name in names}
    return asyncio.run(console.store.read(lambda c: {name: len(c.execute(q).all()) for name, q in query.items()}))


async def rows(console: Console, table: Any) -> list[Any]:
    return await console.store.read(lambda c: list(c.execute(select(table))))


def holds(console: Console) -> verify.Report:
    return verify.verify(console.store.url, ledger_key(console.settings).public_key().public_bytes_raw())


async def run(console: Console, **days: int) -> retention.Run:
    periods = FOREVER | {Category(name): period for name, period in days.items()}
    return await retention.run(console.store, periods, console.clock)


async def closed_arrival(console: Console) -> UUID:
    """Decided by an officer, who looked at the case and one picture."""
    seen = arrival()
    await report(console, seen, evidence=True)
    await console.referrals.read_case(seen.id, "hoshikawa")
    await console.referrals.evidence(seen.id, "1", "hoshikawa")
    await console.referrals.take(seen.id, "hoshikawa")
    await console.referrals.hand_over(seen.id, "hoshikawa", "a note about a person")
    return seen.id


async def test_prints_go_on_their_day_and_faces_stay(console: Console, clock: TestClock) -> None:
    id = await closed_arrival(console)
    clock.advance(days=10)
    assert (await run(console, prints=10)).erased[Category.PRINTS] == 0
    clock.advance(seconds=1)
    assert (await run(console, prints=10)).erased[Category.PRINTS] == 1
    assert [row.kind for row in await rows(console, tables.evidence)] == [EvidenceKind.LIVE_FACE]
    [receipt] = [json.loads(bytes(row.body)) for row in await rows(console, tables.receipts)]
    assert (receipt["category"], receipt["ground"], receipt["why"]) == ("prints", "retention", "kept for 10 days")
    assert receipt["records"] == [str(id)]
    assert holds(console).holds


async def test_a_case_that_waits_keeps_its_pictures_and_itself(console: Console, clock: TestClock) -> None:
    await report(console, arrival(), evidence=True)
    clock.advance(days=4000)
    assert sum((await retention.run(console.store, DAYS, clock)).erased.values()) == 0
    assert len(await rows(console, tables.evidence)) == 2


async def test_an_old_decision_goes_with_all_that_names_the_traveller(console: Console, clock: TestClock) -> None:
    """Reads stay for their own period: they name the officer and the case alone."""
    await closed_arrival(console)
    clock.advance(days=100)
    done = await run(console, decisions=99)
    assert done.erased[Category.DECISIONS] == 1
    for table in (tables.decisions, tables.inspections, tables.cases, tables.evidence):
        assert await rows(console, table) == []
    assert {row.verb for row in await rows(console, tables.actions)} == {"read_case", "read_evidence"}
    report_now = holds(console)
    assert report_now.holds, report_now.faults
    assert report_now.erased == 3  # the decision, the taking and the handing over
    assert (await run(console, reads=99)).erased[Category.READS] == 2
    assert holds(console).holds
    assert holds(console).erased == 5


async def test_a_record_that_went_without_a_receipt_is_found(console: Console, clock: TestClock) -> None:
    await closed_arrival(console)
    clock.advance(days=100)
    await run(console, decisions=99)
    await console.store.write(lambda c: c.execute(tables.actions.delete()))
    assert holds(console).found == {"record_missing": 2}


async def test_the_events_waits_are_counted_from_go(console: Console, clock: TestClock) -> None:
    row = {"id": uuid4(), "station": "gate-1", "sequence": 1, "kind": "opened", "at": NOW, "received_at": NOW}
    await console.store.write(lambda c: c.execute(insert(tables.events).values(**row, data=b"{}")))
    clock.advance(days=366)
    assert (await run(console, waiting_times=365)).erased[Category.WAITING_TIMES] == 1
    assert await rows(console, tables.events) == []


@pytest.mark.parametrize("direction", list(Direction))
async def test_a_nationals_live_face_goes_with_the_confirmation(console: Console, direction: Direction) -> None:
    station = "gate-1" if direction is Direction.DEPARTURE else "gate-2"
    seen = inspection(station, findings=findings(face_liveness="failed"))
    await report(console, seen, evidence=True)
    await console.referrals.take(seen.id, "hoshikawa")
    assert len(await rows(console, tables.evidence)) == 2
    await console.referrals.confirm(seen.id, "hoshikawa")
    assert [row.kind for row in await rows(console, tables.evidence)] == [EvidenceKind.FINGER_IMAGE]
    [receipt] = [json.loads(bytes(row.body)) for row in await rows(console, tables.receipts)]
    assert "Art. 60, 61" in receipt["why"]
    assert holds(console).holds


async def test_a_nationals_live_face_that_comes_after_the_confirmation_goes_at_once(console: Console) -> None:
    seen = inspection("gate-2", findings=findings(face_liveness="failed"))
    await report(console, seen)
    await console.referrals.confirm(seen.id, "hoshikawa")
    bundle = pictures(seen.id)
    await console.store.write(lambda c: console.pictures.accept(c, "gate-2", bundle, b"as signed"))
    assert EvidenceKind.LIVE_FACE not in {row.kind for row in await rows(console, tables.evidence)}


async def test_a_dry_run_says_the_same_and_erases_nothing(console: Console, clock: TestClock) -> None:
    for _ in range(3):
        await closed_arrival(console)
    clock.advance(days=40)
    before = [await rows(console, table) for table in tables.metadata.sorted_tables]
    said = await console.store.read(lambda c: retention.due(c, DAYS, clock()))
    assert [await rows(console, table) for table in tables.metadata.sorted_tables] == before
    done = await retention.run(console.store, DAYS, clock)
    assert {category: found.items for category, found in said.items()} == done.erased
    assert done.erased[Category.PRINTS] == 3
    assert said[Category.PRINTS].oldest == NOW


class Stopped(Exception):
    """Stands for the process being killed between two transactions; within one, the database undoes it."""


class Dying:
    """A store that dies after some writes."""

    def __init__(self, console: Console, writes: int) -> None:
        self._store, self._left = console.store, writes

    async def write(self, work: Callable[..., Any]) -> Any:
        if not self._left:
            raise Stopped
        self._left -= 1
        return await self._store.write(work)

    async def fold_log(self) -> bool:
        return await self._store.fold_log()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(writes=st.integers(0, 20))
def test_a_run_killed_anywhere_is_finished_by_the_next(
    sqlite_template: bytes, tmp_path_factory: pytest.TempPathFactory, writes: int
) -> None:
    folder, clock = tmp_path_factory.mktemp("killed"), TestClock()
    (folder / "console.sqlite").write_bytes(sqlite_template)
    console = open_console(Settings(data_dir=folder, rules=LANDINGS_ALONE), clock)
    periods = FOREVER | {Category.PRINTS: 5, Category.DECISIONS: 6, Category.READS: 7}
    for _ in range(3):
        asyncio.run(closed_arrival(console))
    clock.advance(days=8)
    try:
        asyncio.run(retention.run(Dying(console, writes), periods, clock))  # type: ignore[arg-type]
    except Stopped:
        assert holds(console).holds
    asyncio.run(retention.run(console.store, periods, clock))
    after = counted(console)
    assert after == {**dict.fromkeys(after, 0), "receipts": 3 + 3 + 3 + 1}, "prints, faces with decisions, reads"
    assert sum(asyncio.run(retention.run(console.store, periods, clock)).erased.values()) == 0
    assert counted(console) == after
    assert holds(console).holds
    console.close()


DIES_BEFORE_COMMIT = """
import asyncio, os, signal, sys
from datetime import datetime
from pathlib import Path
from examiner_console.casework import retention
from examiner_console.database import Store
from examiner_console.record.ledger import Sealer
from examiner_console.record.receipts import Category
from examiner_console.settings import Settings
from examiner_console.upkeep import ledger_key

folder, left, now = Path(sys.argv[1]), int(sys.argv[2]), datetime.fromisoformat(sys.argv[3])
chosen = Settings(data_dir=folder)
seal = Sealer(ledger_key(chosen), lambda: now)

def commits(connection):
    global left
    seal(connection)
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1

store = Store(chosen.database, before_commit=commits)
asyncio.run(retention.run(store, dict.fromkeys(Category, 1), lambda: now))
store.close()
"""


@pytest.mark.parametrize("commits", [1, 3, 4, 9, 11])
def test_a_process_killed_in_the_middle_of_erasing_leaves_nothing_by_halves(
    sqlite_template: bytes, tmp_path: Path, commits: int
) -> None:
    """By SIGKILL, when everything of a transaction is written and nothing is committed."""
    (tmp_path / "console.sqlite").write_bytes(sqlite_template)
    clock, chosen = TestClock(), Settings(data_dir=tmp_path, rules=LANDINGS_ALONE)
    console = open_console(chosen, clock)
    asyncio.run(closed_arrival(console))
    console.close()
    clock.advance(days=8)
    program = [sys.executable, "-c", DIES_BEFORE_COMMIT, str(tmp_path)]
    killed = subprocess.run([*program, str(commits), clock.now.isoformat()], check=False)
    assert killed.returncode == -signal.SIGKILL
    console = open_console(chosen, clock)
    assert holds(console).holds
    done = asyncio.run(retention.run(console.store, dict.fromkeys(Category, 1), clock))
    assert done.folded
    assert counted(console) == {**dict.fromkeys(counted(console), 0), "receipts": 4}
    assert holds(console).holds
    console.close()


def test_the_command_says_what_it_would_erase(tmp_path: Path) -> None:
    config = tmp_path / "console.toml"
    config.write_text('data_dir = "data"\n[retention]\nprints = 7\n')
    result = CliRunner().invoke(app, ["retention", "run", "--dry-run", "--config", str(config)])
    assert result.exit_code == 0, result.output
    assert "prints: 0 would be erased (kept for 7 days)" in result.stdout
    done = CliRunner().invoke(app, ["retention", "run", "--json", "--config", str(config)])
    assert json.loads(done.stdout)["folded"] is True
    config.write_text('data_dir = "data"\n[retention]\nprints = -1\n')
    refused = CliRunner().invoke(app, ["retention", "run", "--config", str(config)])
    assert (refused.exit_code, len(refused.stderr.splitlines())) == (2, 1)
    assert "retention.prints" in refused.stderr


def test_every_category_has_a_default_period() -> None:
    assert set(DAYS) == set(Category)
