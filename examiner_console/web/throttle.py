"""How often a password may be tried: after five wrong ones each further try waits, 1 s to 30 s, doubling.

Counted under the name typed, whether or not an officer has it, so that the answer tells nothing. The cap is low because
anybody who knows a name can make its owner wait. Kept in memory: a restart forgets, and argon2id stays.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

FREE_TRIES: Final = 5
LONGEST_WAIT_SECONDS: Final = 30.0
NAMES_REMEMBERED: Final = 10_000
"""Names are chosen by whoever types them, so what is kept of them is bounded; the oldest goes first."""


@dataclass(frozen=True, slots=True)
class _Tries:
    wrong: int
    blocked_until: float


class Throttle:
    """Times are seconds of any clock that only goes forward."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def wait(self, name: str, now: float) -> float:
        """Seconds until `name` may be tried again; 0 when it may now."""
        tries = self._tries.get(name)
        return max(0.0, tries.blocked_until - now) if tries else 0.0

    def wrong(self, name: str, now: float) -> None:
        wrong = (self._tries.pop(name).wrong if name in self._tries else 0) + 1
        pause = min(LONGEST_WAIT_SECONDS, 2.0 ** (wrong - FREE_TRIES)) if wrong >= FREE_TRIES else 0.0
        self._tries[name] = _Tries(wrong, now + pause)
        while len(self._tries) > NAMES_REMEMBERED:
            self._tries.popitem(last=False)

    def right(self, name: str) -> None:
        self._tries.pop(name, None)
