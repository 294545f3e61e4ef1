"""Every world that a gate's journey can come to: explored to the end, or a story of what breaks a rule.

    python -m benchmarks journey [--most 2000000]

The table is the gate's own, the world around it at its worst (`gate.exploration`). To reach: every order of device
failures up to depth 12, a million worlds or all there are, no rule broken.
"""

from __future__ import annotations

import time
from typing import Annotated

import typer

from gate.exploration import Broken, explore


def main(most: Annotated[int, typer.Option(help="Worlds to reach before giving up.")] = 2_000_000) -> None:
    began = time.perf_counter()
    try:
        found = explore(most_worlds=most)
    except Broken as broken:
        print(broken)
        raise typer.Exit(1) from None
    seconds = time.perf_counter() - began
    whole = "all there are" if found.finished else "more were not tried"
    print(f"{found.worlds:,} worlds ({whole}), {found.steps:,} steps, depth {found.depth}: no rule is broken")
    print(f"{seconds:.0f} s, one core")


if __name__ == "__main__":
    typer.run(main)
