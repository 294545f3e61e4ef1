"""Which findings of a case its officer has looked at. In memory: after a restart they are looked at again."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final
from uuid import UUID

CASES_REMEMBERED: Final = 4096
"""More cases than a hall has open at once; the oldest are forgotten, and must be looked at again."""


class SeenFindings:
    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[UUID, str], frozenset[str]] = OrderedDict()

    def by(self, case: UUID, officer: str) -> frozenset[str]:
        """Keys of the findings this officer has seen; another officer's looking does not count."""
        return self._seen.get((case, officer), frozenset())

    def add(self, case: UUID, officer: str, finding: str) -> None:
        self._seen[case, officer] = self._seen.pop((case, officer), frozenset()) | {finding}
        while len(self._seen) > CASES_REMEMBERED:
            self._seen.popitem(last=False)

    def forget(self, case: UUID, officer: str) -> None:
        self._seen.pop((case, officer), None)
