"""The whole record verified at an auditor's word, in a process of its own: gates are not to wait for a minute's work.

The process reads and writes nothing; what it found is kept until the next one. A console that stops leaves it to end.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any, Final

_PROGRAM: Final = (sys.executable, "-m", "examiner_console.record.verify")
_LOOK_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Checked:
    """`found` counts faults by code; `broke` says that the verification itself could not be done."""

    since: datetime
    leaves: int = 0
    checkpoints: int = 0
    erased: int = 0
    found: Mapping[str, int] = field(default_factory=dict)
    broke: bool = False

    @property
    def holds(self) -> bool:
        return not self.found and not self.broke


@dataclass(slots=True)
class _Running:
    process: subprocess.Popen[bytes]
    output: IO[bytes]
    since: datetime


class Verifications:
    """One at a time. `since` is when the one under way began, None where none is."""

    def __init__(self) -> None:
        self._running: _Running | None = None
        self._newest: Checked | None = None

    def start(self, url: str, public_key: bytes, at: datetime) -> None:
        """Begin, unless one is under way. The database's address goes by standard input: others see a command line."""
        if self.since is not None:
            return
        output = tempfile.TemporaryFile()  # noqa: SIM115  # read once the process has ended
        process = subprocess.Popen(  # noqa: S603  # our own program, and nobody's words
            _PROGRAM, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.DEVNULL
        )
        assert process.stdin is not None
        with process.stdin as asked:
            asked.write(json.dumps({"url": url, "key": public_key.hex()}).encode())
        self._running = _Running(process, output, at)

    @property
    def since(self) -> datetime | None:
        self._settle()
        return self._running.since if self._running else None

    @property
    def newest(self) -> Checked | None:
        self._settle()
        return self._newest

    async def wait(self, seconds: float) -> None:
        """Until it is done, and no longer than `seconds`."""
        for _ in range(round(seconds / _LOOK_SECONDS)):
            if self.since is None:
                return
            await asyncio.sleep(_LOOK_SECONDS)

    def _settle(self) -> None:
        running = self._running
        if running is None or running.process.poll() is None:
            return
        with running.output as output:
            output.seek(0)
            self._newest = _checked(output.read(), running.since)
        self._running = None


def _checked(output: bytes, since: datetime) -> Checked:
    try:
        said: dict[str, Any] = json.loads(output)
        return Checked(since, said["leaves"], said["checkpoints"], said["erased"], said["found"])
    except (ValueError, KeyError):
        return Checked(since, broke=True)
