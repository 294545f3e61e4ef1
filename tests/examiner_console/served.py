"""The console as a process of its own, for tests that need the real ports or the real log."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

ENVIRONMENT = {**os.environ, "PYTHONWARNINGS": "error"}


@dataclass(frozen=True, slots=True)
class Running:
    """A served console; `ports` as it printed them: officers, stations and metrics where they have their own."""

    process: subprocess.Popen[str]
    ports: tuple[int, ...]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports[0]}"


Start = Callable[..., Running]


@contextmanager
def consoles(folder: Path, **usual: object) -> Iterator[Start]:
    """Starts consoles on the database in `folder` unless `database_url` is given; ends them all."""
    started: list[subprocess.Popen[str]] = []

    def run(**more: object) -> Running:
        values = {"data_dir": folder, "port": 0, "station_port": 0, **usual, **more}
        config = folder / "console.toml"
        config.write_text("".join(f"{k} = {v if isinstance(v, int) else repr(str(v))}\n" for k, v in values.items()))
        command = [sys.executable, "-m", "examiner_console", "serve", "--config", str(config)]
        with (folder / "console.log").open("a") as errors:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=ENVIRONMENT)
        started.append(process)
        assert process.stdout is not None
        listening = 1 + ("tls_key" in more) + ("metrics_port" in more)
        lines = [process.stdout.readline() for _ in range(listening)]
        return Running(process, tuple(int(line.rsplit(":", 1)[1]) for line in lines))

    try:
        yield run
    finally:
        for process in started:
            process.kill()
            process.communicate()


async def log_in(client: httpx2.AsyncClient, name: str, password: str) -> None:
    """As an officer does in a browser; the client keeps the session's cookie."""
    form = re.search(r'name="form_token" value="(\w+)"', (await client.get("/login")).text)
    assert form is not None
    fields = {"name": name, "password": password, "form_token": form[1]}
    response = await client.post("/login", data=fields, headers={"origin": str(client.base_url).rstrip("/")})
    assert not response.is_error


async def lines_until(lines: AsyncIterator[str], last: str) -> AsyncIterator[str]:
    """Up to the first line that holds `last`."""
    async for line in lines:
        yield line
        if last in line:
            return
