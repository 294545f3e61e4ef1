"""Whether the console can do its work, as whoever starts and watches it asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import make_url

from examiner_console import migrations
from examiner_console.app import create_app
from examiner_console.console import Console, open_console
from examiner_console.running import readiness
from examiner_console.settings import Settings
from tests.examiner_console.samples import inspection
from tests.examiner_console.test_casework import report

pytestmark = pytest.mark.anyio
WELL = {"store_readable": "ok", "store_writable": "ok", "schema": "ok", "ledger_key": "ok"}


async def ask(console: Console, path: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(create_app(console))
    async with httpx2.AsyncClient(transport=transport, base_url="http://console") as client:
        return await client.get(path)


async def outcomes(console: Console, status: int) -> dict[str, str]:
    response = await ask(console, "/readyz")
    body = response.json()
    assert (response.status_code, body["ready"]) == (status, status == 200), body
    return {found["check"]: found["outcome"] for found in body["checks"]}


@contextmanager
def opened(settings: Settings) -> Iterator[Console]:
    console = open_console(settings)
    yield console
    console.close()


async def test_a_console_that_can_do_its_work_is_ready_before_and_after_its_first_traveller(console: Console) -> None:
    assert await outcomes(console, 200) == WELL
    await report(console, inspection())
    assert await outcomes(console, 200) == WELL


async def test_a_store_that_may_only_be_read_is_not_enough(console: Console, database_url: str, tmp_path: Path) -> None:
    """A file opened read-only, and a server that allows no writing, as a replica does."""
    await report(console, inspection())
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        read_only = f"sqlite:///file:{url.database}?mode=ro&uri=true"
    else:
        options = {"options": "-c default_transaction_read_only=on"}
        read_only = url.update_query_dict(options).render_as_string(False)
    with opened(Settings(data_dir=tmp_path, database_url=read_only)) as closed:
        assert await outcomes(closed, 503) == WELL | {"store_writable": "read_only"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_disk_without_room_for_the_log_is_not_enough(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "LEAST_FREE_BYTES", 2**62)
    assert await outcomes(console, 503) == WELL | {"store_writable": "disk_full"}


async def test_another_revision_of_the_schema_is_not_the_one_this_software_works_on(
    elsewhere: str, tmp_path: Path
) -> None:
    migrations.upgrade(elsewhere)
    with opened(Settings(data_dir=tmp_path, database_url=elsewhere)) as console:
        assert await outcomes(console, 200) == WELL
        migrations.move(elsewhere, migrations.revisions()[-2])
        assert await outcomes(console, 503) == WELL | {"schema": "other_revision"}


async def test_the_ledger_key_is_there_whole_and_the_one_that_signed(console: Console) -> None:
    await report(console, inspection())
    path = console.settings.ledger_key
    own = path.read_bytes()
    for damage, outcome in ((bytes(32), "other_key"), (own[:31], "key_unusable")):
        path.write_bytes(damage)
        assert await outcomes(console, 503) == WELL | {"ledger_key": outcome}
    path.unlink()
    assert await outcomes(console, 503) == WELL | {"ledger_key": "key_missing"}


async def test_a_process_without_its_database_is_alive_and_not_ready(tmp_path: Path) -> None:
    nowhere = "postgresql://postgres@127.0.0.1:1/nowhere"
    with opened(Settings(data_dir=tmp_path, database_url=nowhere)) as console:
        assert await outcomes(console, 503) == dict.fromkeys(WELL, "store_unavailable")
        alive = await ask(console, "/healthz")
    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
