"""Whole halls: real programs, simulated hardware. Each wants the machine for itself: they run one after the other."""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HallRun = Callable[..., dict[str, Any]]


def hall_run(folder: Path, *arguments: str) -> dict[str, Any]:
    """`python -m simulators hall … --json` in a folder of its own: the summary it prints."""
    command = (sys.executable, "-m", "simulators", "hall", "--json", "--folder", str(folder / "hall"), *arguments)
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


@pytest.fixture
def run_hall(tmp_path: Path) -> HallRun:
    return functools.partial(hall_run, tmp_path)


def processes_of(folder: Path) -> list[int]:
    """Processes whose command line names the folder: the programs of that hall."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(folder).encode() in command:
                found.append(int(entry.name))
    return found


def interrupt(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGINT)
