"""Whole halls: real programs, simulated hardware. They share two cores, so they run one after the other."""

from __future__ import annotations

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


@pytest.fixture
def run_hall(tmp_path: Path) -> HallRun:
    """`python -m simulators hall … --json`: the summary it prints."""

    def run(*arguments: str, seconds: float = 600) -> dict[str, Any]:
        command = (sys.executable, "-m", "simulators", "hall", "--json", "--folder", str(tmp_path / "hall"), *arguments)
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
        assert done.returncode == 0, done.stderr
        summary: dict[str, Any] = json.loads(done.stdout)
        return summary

    return run


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
