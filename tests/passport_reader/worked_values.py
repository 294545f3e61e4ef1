"""The worked values of Doc 9303-11, which remember what a test has looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

USED = "SEKISHO_WORKED_VALUES_USED"
"""Environment variable: the file to which a run writes which of them its tests have used."""

REMARKS = {"_source", "AA_RSA_F.note", "PACE_DH_GM_G2.group"}
"""What beside values stands in the file."""


class WorkedValues(dict[str, Any]):
    """By appendix, then by name; `used` gathers both, joined by a point, of every value that was looked up."""

    def __init__(self, values: Mapping[str, Any], used: set[str], path: str = "") -> None:
        super().__init__(values)
        self._used, self._path = used, path
        for key, value in values.items():
            if isinstance(value, dict):
                self[key] = WorkedValues(value, used, f"{key}.")

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        if not isinstance(value, WorkedValues):
            self._used.add(self._path + key)
        return value

    def get(self, key: str, default: Any = None) -> Any:
        try:
            return self[key]
        except KeyError:
            return default

    def names(self) -> Iterator[str]:
        """All there are, remarks left out."""
        for key, value in self.items():
            names = value.names() if isinstance(value, WorkedValues) else [self._path + key]
            yield from (name for name in names if name not in REMARKS)
