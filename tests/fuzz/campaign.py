"""One million inputs over all surfaces, each surface in a process of its own with bounded memory, and a table of it."""

from __future__ import annotations

import importlib.util
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz import engine
from tests.fuzz.engine import Findings
from tests.fuzz.everything import EVERYTHING
from tests.fuzz.surfaces import Surface

FOLDER = Path("var/fuzz")
MEGABYTES = 2048
"""Of resident memory; the reader with all its libraries takes about 150."""

_STALLED_SECONDS = 30
"""Of wall time over one input, where the processor was perhaps busy with other things."""

_COVERAGE = re.compile(r"^#(\d+)\s+(\w+)\s+cov: (\d+)", re.MULTILINE)
_FINDING = "finding "


@dataclass(frozen=True)
class Row:
    """`coverage` is what was reached beyond the seeds; None without atheris, which alone can tell."""

    name: str
    inputs: int
    seconds: float
    coverage: int | None
    findings: tuple[str, ...]

    def __str__(self) -> str:
        rate = self.inputs / max(self.seconds, 0.001)
        new = "" if self.coverage is None else f"+{self.coverage}"
        return f"{self.name:20} {self.inputs:>9,} {rate:>11,.0f} {new:>9} {len(self.findings):>9}"


HEAD = f"{'surface':20} {'inputs':>9} {'inputs/s':>11} {'coverage':>9} {'findings':>9}"


def run(names: Iterable[str], total: int, seed: int) -> Iterator[Row]:
    """`total` inputs of a million, shared out as the surfaces have it."""
    guided = importlib.util.find_spec("atheris") is not None
    for name in names:
        count = max(1, EVERYTHING[name].share * total // 1_000_000)
        yield _row(name, count, seed, guided=guided)


def _row(name: str, count: int, seed: int, *, guided: bool) -> Row:
    """Starts the process, and reads from what it says what it did."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.fuzz", "--surface", name, "--inputs", str(count)]
    command += ["--seed", str(seed), "--alone"]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    seconds = time.monotonic() - started
    findings = [line.removeprefix(_FINDING) for line in done.stdout.splitlines() if line.startswith(_FINDING)]
    reached = _COVERAGE.findall(done.stderr)
    if done.returncode:
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / f"{name.replace(' ', '-')}.log").write_text(done.stdout + done.stderr)
        findings.append(f"{name}: ended with {done.returncode}, see {name.replace(' ', '-')}.log")
    inputs = int(reached[-1][0]) if reached else count * (not done.returncode)
    return Row(name, inputs, seconds, _beyond_seeds(reached) if guided else None, tuple(findings))


def _beyond_seeds(reached: list[tuple[str, str, str]]) -> int:
    first = next((int(covered) for _, event, covered in reached if event == "INITED"), 0)
    return int(reached[-1][2]) - first if reached else 0


def alone(name: str, count: int, seed: int) -> None:
    """The work of one process. Its findings are lines of its output; it does not come back where atheris runs it."""
    findings, surface = Findings(FOLDER, name, told=_say), EVERYTHING[name]
    if importlib.util.find_spec("atheris") is None:
        _bounded()
        engine.plain(surface, count, seed, findings)
    else:
        _guided(surface, count, seed, findings)


def _say(finding: str) -> None:
    sys.stdout.write(f"{_FINDING}{finding}\n")
    sys.stdout.flush()


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (2 * MEGABYTES << 20,) * 2)


def _guided(surface: Surface, count: int, seed: int, findings: Findings) -> None:
    import atheris

    with tempfile.TemporaryDirectory(prefix="fuzz-") as corpus:
        for number, data in enumerate(surface.seeds()):
            (Path(corpus) / f"{number:04}").write_bytes(data)
        FOLDER.mkdir(parents=True, exist_ok=True)
        options = {
            "runs": count,
            "seed": seed,
            "rss_limit_mb": MEGABYTES,
            "timeout": _STALLED_SECONDS,
            "artifact_prefix": f"{FOLDER}/{findings.name.replace(' ', '-')}-",
            "print_final_stats": 1,
        }
        arguments = [sys.argv[0], *(f"-{option}={value}" for option, value in options.items()), corpus]
        atheris.Setup(arguments, lambda data: findings.observe(surface, bytes(data)))
        atheris.Fuzz()
