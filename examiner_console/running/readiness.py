"""`/healthz` and `/readyz`: the process answers, and the console can do its work.

Each check has an outcome: `ok`, or a stable code that says what is wrong and nothing about anybody.

    store_readable    ok, store_unavailable, timed_out
    store_writable    ok, store_unavailable, timed_out, read_only, disk_full
    schema            ok, store_unavailable, timed_out, other_revision
    ledger_key        ok, store_unavailable, timed_out, key_missing, key_unusable, other_key
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import APIRouter
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import OperationalError
from starlette.responses import JSONResponse

from examiner_console import migrations
from examiner_console.console import Console
from examiner_console.database import StoreUnavailable
from examiner_console.record.ledger import key_name
from examiner_console.tables import checkpoints

OK: Final = "ok"
SECONDS: Final = 2.0
"""How long a check may take; who asks gives up soon after."""
LEAST_FREE_BYTES: Final = 64 * 1024 * 1024
"""Twice what SQLite's log grows to before it is folded back."""
PRIMARY_CODE: Final = 0xFF
"""Of an extended result code of SQLite's."""
READY_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The console can do its work"},
    503: {"description": "Something it needs fails"},
}


def router(console: Console) -> APIRouter:
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz", response_model=None, responses={200: {"description": "The process answers"}})
    async def healthz() -> JSONResponse:
        return JSONResponse({"status": OK})

    @routes.get("/readyz", response_model=None, responses=READY_ANSWERS)
    async def readyz() -> JSONResponse:
        outcomes = await examine(console)
        is_ready = all(outcome == OK for outcome in outcomes.values())
        checks = [{"check": check, "outcome": outcome} for check, outcome in outcomes.items()]
        return JSONResponse({"ready": is_ready, "checks": checks}, 200 if is_ready else 503)

    return routes


async def examine(console: Console) -> dict[str, str]:
    """The outcome of each check, by its name."""
    outcomes = await asyncio.gather(*(_outcome(check(console)) for check in CHECKS.values()))
    return dict(zip(CHECKS, outcomes, strict=True))


async def _outcome(check: Awaitable[str]) -> str:
    try:
        async with asyncio.timeout(SECONDS):
            return await check
    except TimeoutError:
        return "timed_out"
    except StoreUnavailable:
        return StoreUnavailable.code


async def _readable(console: Console) -> str:
    await console.store.read(lambda connection: connection.execute(text("SELECT 1")).scalar_one())
    return OK


async def _writable(console: Console) -> str:
    """Asked by the writer itself, in the transaction that it shares with others."""
    return await console.store.write(_room)


def _room(connection: Connection) -> str:
    if connection.dialect.name == "postgresql":
        read_only = connection.execute(text("SHOW transaction_read_only")).scalar_one()
        return "read_only" if read_only == "on" else OK
    try:
        connection.execute(text(f"DELETE FROM {migrations.VERSIONS} WHERE 0"))  # noqa: S608 - touches nothing
    except OperationalError as error:
        if getattr(error.orig, "sqlite_errorcode", 0) & PRIMARY_CODE != sqlite3.SQLITE_READONLY:
            raise
        return "read_only"
    _, _, file = connection.execute(text("PRAGMA database_list")).one()
    return OK if shutil.disk_usage(Path(file).parent).free >= LEAST_FREE_BYTES else "disk_full"


async def _schema(console: Console) -> str:
    found = await console.store.read(migrations.revision)
    return OK if found == migrations.HEAD else "other_revision"


async def _ledger_key(console: Console) -> str:
    """The key that will be loaded next is the one that signed last."""
    path = console.settings.ledger_key

    def compare(connection: Connection) -> str:
        signed = connection.execute(select(checkpoints.c.key).order_by(checkpoints.c.size.desc()).limit(1)).scalar()
        return _key_outcome(path, signed)

    return await console.store.read(compare)


def _key_outcome(path: Path, signed: str | None) -> str:
    try:
        public = Ed25519PrivateKey.from_private_bytes(path.read_bytes()).public_key()
    except FileNotFoundError:
        return "key_missing"
    except (OSError, ValueError):
        return "key_unusable"
    return OK if signed in (None, key_name(public.public_bytes_raw())) else "other_key"


CHECKS: Final[Mapping[str, Callable[[Console], Awaitable[str]]]] = {
    "store_readable": _readable,
    "store_writable": _writable,
    "schema": _schema,
    "ledger_key": _ledger_key,
}
