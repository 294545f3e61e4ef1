"""The hall's programs as an init system runs them: started, watched, restarted when they die, ended together."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx2
import structlog

log = structlog.get_logger(__name__)

READY_SECONDS: Final = 60.0
"""Longest a program may take to answer after its start; the first start compiles numba kernels and builds models."""
STOP_SECONDS: Final = 8.0
_TRIES: Final = 5
_ENVIRONMENT: Final = {"PYTHONUNBUFFERED": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""One thread for linear algebra: a hall's programs share the machine, and small products in many threads only wait."""
_PR_SET_PDEATHSIG: Final = 1  # prctl(2)
_POLL_SECONDS: Final = 0.05
_RESTART_SECONDS: Final = 0.2  # systemd's RestartSec is 0.1 by default; a little more lets ports be free again


class ProcessFailed(Exception):
    """A program did not start, or would not stay up; `log` names the file that says why."""

    def __init__(self, name: str, log_file: Path, what: str) -> None:
        super().__init__(f"{name} {what}; see {log_file}")
        self.name, self.log_file = name, log_file


def _die_with_parent() -> None:
    """Even `kill -9` of the hall leaves no program behind."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(slots=True)
class Program:
    """One `python -m …`; `ready_url` answers 200 once it works. Restarted when it ends without being asked to."""

    name: str
    arguments: Sequence[str]
    ready_url: str
    folder: Path
    on_start: Callable[[str, int], None] = lambda name, starts: None
    starts: int = 0
    _process: asyncio.subprocess.Process | None = None
    _watch: asyncio.Task[None] | None = None
    _stopping: bool = False
    _may_run: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def log_file(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def pid(self) -> int:
        if self._process is None:
            raise ProcessFailed(self.name, self.log_file, "is not running")
        return self._process.pid

    async def start(self) -> None:
        self._stopping = False
        self._may_run.set()
        await self._spawn()
        self._watch = asyncio.create_task(self._restart_when_it_dies(), name=f"watch {self.name}")

    async def _spawn(self) -> None:
        with self.log_file.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", *self.arguments),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_die_with_parent,
                env=os.environ | _ENVIRONMENT,
            )
        self.starts += 1
        self.on_start(self.name, self.starts)

    async def _restart_when_it_dies(self) -> None:
        while not self._stopping:
            assert self._process is not None
            status = await self._process.wait()
            if self._stopping:
                return
            log.warning("program_ended", program=self.name, status=status)
            await asyncio.sleep(_RESTART_SECONDS)
            await self._may_run.wait()
            if not self._stopping:
                await self._spawn()

    async def ready(self, client: httpx2.AsyncClient, seconds: float = READY_SECONDS) -> None:
        """Return once the program answers. Raise ProcessFailed."""
        before = self.starts
        answering = asyncio.create_task(until_answers(client, self.ready_url))
        try:
            async with asyncio.timeout(seconds):
                while not answering.done():
                    if self.starts - before > _TRIES:
                        raise ProcessFailed(self.name, self.log_file, "ends as soon as it starts")
                    await asyncio.wait({answering}, timeout=_POLL_SECONDS)
        except TimeoutError:
            raise ProcessFailed(self.name, self.log_file, f"did not answer within {seconds:.0f} s") from None
        finally:
            answering.cancel()

    def kill(self) -> None:
        """`kill -9`, at whatever it is doing; it will be started again."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def hold_down(self) -> None:
        """`kill -9`, and keep it from starting until `let_up`."""
        self._may_run.clear()
        self.kill()

    def let_up(self) -> None:
        self._may_run.set()

    async def stop(self) -> None:
        self._stopping = True
        self._may_run.set()
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        except TimeoutError:
            log.warning("program_would_not_stop", program=self.name)
            self.kill()
            await self._process.wait()
        if self._watch is not None:
            await self._watch


async def until_answers(client: httpx2.AsyncClient, url: str) -> None:
    """Return once `url` answers 200."""
    while True:
        with contextlib.suppress(httpx2.HTTPError):
            if (await client.get(url, timeout=2.0)).status_code == 200:
                return
        await asyncio.sleep(_POLL_SECONDS)


def memory_mb(pid: int) -> tuple[float, float]:
    """Memory of a process, and of its descendants (its matching process): PSS, shared pages counted once, in MB."""
    return _proportional_mb([pid]), _proportional_mb(_descendants(pid))


def _proportional_mb(pids: Iterable[int]) -> float:
    total = 0.0
    for pid in pids:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) / 1024
    return total


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, task.read_text().split()):
                found += [child, *_descendants(child)]
    return found
