"""Matching in processes of its own: many small numpy calls in threads would stall the event loop.

    async with Workers(1, warm=(warm_up,)) as workers:
        template = await workers.run(template_of, jpeg)

Functions and arguments travel pickled, so functions stand at the top of a module. Each process computes with one
thread. A worker that dies fails the calls it had, once, with `WorkerLost`; the next call has a new one.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Final, ParamSpec, Self, TypeVar

from biometrics.capture import BiometricError
from biometrics.memory import give_pictures_back

P = ParamSpec("P")
R = TypeVar("R")
Warming = Callable[[], object]

ONE_THREAD: Final = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
}
"""Read by the libraries when they load, so they must stand in a worker's environment before it imports numpy."""


class WorkerLost(BiometricError):
    """The process died (out of memory, killed): nothing is known of what was asked."""

    code = "worker_lost"


class Workers:
    """`n` processes, started by the first call or `start`. `warm` is called in each before its first work."""

    def __init__(self, n: int = 1, *, warm: Sequence[Warming] = ()) -> None:
        self._n = n
        self._warm = tuple(warm)
        self._pool: ProcessPoolExecutor | None = None
        self._lock = threading.Lock()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.close)

    def begin(self) -> None:
        """Start the processes and return at once: they load while their parent does."""
        self._running()

    async def start(self) -> None:
        """Return when a process is up and warm; all were started. Raise `WorkerLost` where warming up fails."""
        await self.run(_ready)

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The function's result, or what it raised. Raise `WorkerLost` where its process died."""
        pool = self._running()
        try:
            return await asyncio.wrap_future(pool.submit(function, *args, **kwargs))
        except BrokenProcessPool:
            self._drop(pool)
            raise WorkerLost("A matching process ended unexpectedly; it is being replaced.") from None

    def submit(self, function: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """Have it done after what was asked before. Nobody waits for it; a process that dies has forgotten anyway."""
        with self._lock:
            if self._pool is not None:
                with suppress(BrokenProcessPool):
                    self._pool.submit(function, *args, **kwargs)

    def close(self) -> None:
        """End the processes; what waits is cancelled. May be called twice."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool:
            pool.shutdown(wait=True, cancel_futures=True)

    def _running(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = _pool(self._n, self._warm)
            return self._pool

    def _drop(self, pool: ProcessPoolExecutor) -> None:
        """Several calls may learn of the same death; one replaces the pool."""
        with self._lock:
            if self._pool is pool:
                self._pool = None
        pool.shutdown(wait=False)


def _pool(n: int, warm: tuple[Warming, ...]) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(n, mp_context=context, initializer=_begin, initargs=(warm,))
    with _environment(ONE_THREAD):
        pool.submit(_ready)  # spawning happens here
    return pool


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _ready() -> None:
    """Nothing: that it ran means the process is up and warm."""


def _begin(warm: tuple[Warming, ...]) -> None:
    """In the new process. Ctrl-C reaches the whole group: the parent ends its workers, not the keyboard."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    give_pictures_back()
    import cv2

    cv2.setNumThreads(1)
    for function in warm:
        function()


def _end_with_parent() -> None:
    """A parent killed outright closes nothing: without this its workers would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)
