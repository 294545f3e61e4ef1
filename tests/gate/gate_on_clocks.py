"""The gate's own program, by clocks that a test moves: `gate_on_clocks.py CONFIG CLOCKS`, until SIGTERM.

A process of its own, as a gate is: beside the cameras and chips that a test simulates, the thread that owns the doors
would come to its turn later than OSDP allows.
"""

from __future__ import annotations

import asyncio
import contextlib
import mmap
import signal
import struct
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from gate import matching, settings
from gate.lifetime import Times, serve

LAYOUT: Final = "<dd"
"""Seconds the wall clock is off, and seconds a journey need not wait."""


def main(config: Path, clocks: Path) -> None:
    with clocks.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as moved:

        def now() -> datetime:
            return datetime.now(UTC) + timedelta(seconds=struct.unpack(LAYOUT, moved[:])[0])

        def clock() -> float:
            return time.monotonic() + float(struct.unpack(LAYOUT, moved[:])[1])

        async def until_told() -> None:
            stop = asyncio.Event()
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
            await serve(settings.load(config), workers, stop, on_serving=_said, times=Times(now, clock))

        with contextlib.closing(matching.process()) as workers:
            workers.begin()
            asyncio.run(until_told())


def _said(port: int) -> None:
    sys.stderr.write(f"serving {port}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
