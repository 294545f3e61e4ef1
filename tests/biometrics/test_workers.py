"""Matching in processes of its own."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from operator import floordiv
from pathlib import Path

import pytest

from biometrics.workers import WorkerLost, Workers


@asynccontextmanager
async def started(n: int = 1) -> AsyncIterator[Workers]:
    async with Workers(n) as workers:
        yield workers


def test_work_is_done_in_another_process() -> None:
    async def scenario() -> int:
        async with started() as workers:
            return await workers.run(os.getpid)

    assert asyncio.run(scenario()) != os.getpid()


def test_what_the_function_raises_reaches_the_caller_and_the_worker_lives_on() -> None:
    async def scenario() -> None:
        async with started() as workers:
            worker = await workers.run(os.getpid)
            with pytest.raises(ZeroDivisionError):
                await workers.run(floordiv, 1, 0)
            assert await workers.run(os.getpid) == worker

    asyncio.run(scenario())


def test_a_killed_worker_fails_its_calls_once_and_is_replaced() -> None:
    async def scenario() -> None:
        async with started() as workers:
            worker = await workers.run(os.getpid)
            with pytest.raises(WorkerLost):
                await workers.run(os.kill, worker, signal.SIGKILL)
            assert await workers.run(os.getpid) not in (worker, os.getpid())

    asyncio.run(scenario())


def test_all_calls_under_way_learn_of_the_loss_and_one_new_pool_serves_the_next() -> None:
    async def scenario() -> None:
        async with started() as workers:
            worker = await workers.run(os.getpid)
            calls = [workers.run(os.kill, worker, signal.SIGKILL), *(workers.run(os.getpid) for _ in range(3))]
            results = await asyncio.gather(*calls, return_exceptions=True)
            assert isinstance(results[0], WorkerLost)
            again = await asyncio.gather(*(workers.run(os.getpid) for _ in range(3)))
            assert len(set(again)) == 1

    asyncio.run(scenario())


def test_libraries_in_a_worker_compute_with_one_thread() -> None:
    async def scenario() -> str | None:
        async with started() as workers:
            return await workers.run(os.getenv, "OMP_NUM_THREADS")

    assert asyncio.run(scenario()) == "1"


def test_an_interrupt_from_the_keyboard_does_not_end_a_worker() -> None:
    async def scenario() -> None:
        async with started() as workers:
            worker = await workers.run(os.getpid)
            os.kill(worker, signal.SIGINT)
            assert await workers.run(os.getpid) == worker

    asyncio.run(scenario())


PARENT = """
import asyncio, os
from biometrics.workers import Workers
async def main():
    workers = Workers(1)
    await workers.start()
    print(await workers.run(os.getpid), flush=True)
    await asyncio.Event().wait()
if __name__ == "__main__":
    asyncio.run(main())
"""


def test_workers_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([sys.executable, script], text=True, env=environment, **pipes) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        ended = os.pidfd_open(worker)
        parent.kill()
        parent.wait()
        # A pidfd becomes readable when its process ends.
        readable, _, _ = select.select([ended], [], [], 20)
        os.close(ended)
    assert readable
