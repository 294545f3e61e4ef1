"""A PostgreSQL for the tests: the one that is asked for, or one of our own for as long as the tests run."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from simulators.site import free_port

GIVEN = os.environ.get("SEKISHO_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432")


@contextmanager
def postgresql() -> Iterator[str | None]:
    """The URL of a server without its database, None where there is neither a server nor PostgreSQL's programs."""
    if _answers(GIVEN):
        yield GIVEN
        return
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="sekisho-pg-"))
    try:
        yield _start(programs[-1].parent, folder)
    finally:
        _as_postgres([str(programs[-1].parent / "pg_ctl"), "stop", "-D", str(folder / "data"), "-m", "immediate"])
        shutil.rmtree(folder, ignore_errors=True)


def _answers(url: str) -> bool:
    engine = create_engine(f"{url}/postgres", poolclass=NullPool, connect_args={"connect_timeout": 3})
    try:
        engine.connect().close()
    except OperationalError:
        return False
    return True


def _start(programs: Path, folder: Path) -> str:
    """A cluster that listens on a free port of loopback."""
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    data = str(folder / "data")
    _as_postgres([str(programs / "initdb"), "-D", data, "-A", "trust", "-U", "postgres", "--no-sync"])
    port = free_port()
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder}"
    _as_postgres([str(programs / "pg_ctl"), "start", "-w", "-D", data, "-o", options, "-l", str(folder / "log")])
    return f"postgresql+psycopg://postgres@127.0.0.1:{port}"


def _as_postgres(command: list[str]) -> None:
    """PostgreSQL will not run as root."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    subprocess.run([*prefix, *command], check=True, cwd="/", stdout=subprocess.DEVNULL)
