"""`make bench`: every table, on this machine. `python -m benchmarks passport faces` runs some only."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
"""As a matching process has it: small products in many threads only wait. Read when numpy is first imported."""
TABLES = (
    *("passport", "page", "faces", "face_quality", "face_tracking", "guidance", "face_gallery", "face_morphing"),
    *("face_differentials", "face_liveness", "fingers", "finger_quality", "finger_duplicates", "finger_liveness"),
    *(
        "finger_synthetic",
        "slaps",
        "gallery",
        "subjects",
        "console",
        "booths",
        "day",
        "ledger",
        "law",
        "waiting",
        "watchlist",
    ),
    *("gate", "hall", "ships"),
)


def machine() -> str:
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    return f"{platform.node()}: {cpu}, {os.cpu_count()} cores, Python {platform.python_version()}"


def main() -> int:
    chosen = sys.argv[1:] or TABLES
    if unknown := set(chosen) - set(TABLES):
        print(f"no such table: {', '.join(sorted(unknown))}; there are {', '.join(TABLES)}", file=sys.stderr)
        return 2
    print(machine())
    for name in chosen:
        print(f"\n## {name}\n")
        importlib.import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
