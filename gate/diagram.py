"""The journey as a Mermaid diagram, made from the table: `python -m gate.diagram > docs/journey.md`."""

from __future__ import annotations

import sys
from typing import Final

from .journey import SECONDS, TABLE, Event, State

EVERYWHERE: Final = (Event.EMERGENCY, Event.DOOR_LOST)
"""The same move from every state: one line of text instead of fifteen arrows."""

HEAD: Final = """# The gate's journey

Generated from `gate/journey.py` by `python -m gate.diagram > docs/journey.md`; a test compares the two.

From every state `emergency` leads to `emergency` (both doors open, nothing granted until an officer resets), and
from every state but `emergency` `door_lost` leads to `out_of_service`. Arrows that stay in a state are left out.
"""


def arrows() -> dict[tuple[State, State], list[str]]:
    """Labels of every arrow between two different states."""
    found: dict[tuple[State, State], list[str]] = {}
    for (state, event), (following, _) in TABLE.items():
        if following is not state and event not in EVERYWHERE:
            found.setdefault((state, following), []).append(event.value)
    return found


def mermaid() -> str:
    lines = ["stateDiagram-v2", f"    [*] --> {State.SELF_TEST}"]
    lines += [f"    {a} --> {b}: {', '.join(labels)}" for (a, b), labels in arrows().items()]
    return "\n".join(lines)


def effects_table() -> str:
    lines = ["| state | event | next | effects |", "|---|---|---|---|"]
    for (state, event), (following, effects) in TABLE.items():
        if (following is not state or effects) and event not in EVERYWHERE:
            lines.append(f"| {state} | {event} | {following} | {', '.join(effects)} |")
    return "\n".join(lines)


def page() -> str:
    times = "\n".join(f"| {state} | {seconds:g} |" for state, seconds in SECONDS.items())
    return (
        f"{HEAD}\n```mermaid\n{mermaid()}\n```\n\n## Every move\n\n{effects_table()}\n\n"
        f"## Time-outs\n\n| state | seconds |\n|---|---|\n{times}\n"
    )


if __name__ == "__main__":
    sys.stdout.write(page())
