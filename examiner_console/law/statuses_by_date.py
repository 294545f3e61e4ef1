"""The statuses of residence as they stood on a day, and what is not certain about them.

`statuses.STATUSES` is the table since 2025-09-30, which the versions up to 2026-11-26 apply to every day. Before that
day the Specified Skilled Workers had shorter periods. What the sources do not settle stands in `UNCERTAIN`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

import msgspec

from examiner_console.law.counting import last_day
from examiner_console.law.statuses import STATUSES, Status, allowed, is_allowed
from examiner_console.law.stays import parse_period

SKILLED_WORKERS: Final = date(2025, 9, 30)
"""From here on Specified Skilled Workers (i) may be granted up to three years and (ii) also two."""
_BEFORE: Final[Mapping[str, Status]] = MappingProxyType(
    {
        **STATUSES,
        "SSW-1": msgspec.structs.replace(STATUSES["SSW-1"], longest="P1Y"),
        "SSW-2": msgspec.structs.replace(STATUSES["SSW-2"], periods=("P3Y", "P1Y", "P6M")),
    }
)
KNOWN_FROM: Final = date(2023, 8, 1)
"""The list of statuses is of August 2023: for earlier days it is taken to hold, uncertainly."""
UNCERTAIN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "SSW-1": "one source keeps first grants on a certificate of eligibility out of the change of 2025-09-30",
        "ENTERTAINER": "15 days may have become 30 days in 2023; the list of August 2023 says 15",
        **dict.fromkeys(
            ("TIT-1A", "TIT-1B", "TIT-2A", "TIT-2B", "TIT-3A", "TIT-3B"),
            "to be replaced by Employment for Skill Development, planned for April 2027",
        ),
    }
)


def statuses_on(day: date) -> Mapping[str, Status]:
    return STATUSES if day >= SKILLED_WORKERS else _BEFORE


def allowed_on(status: str, period: str, day: date) -> bool:
    """Whether `status` might be granted for `period` on `day`."""
    if day >= SKILLED_WORKERS:
        return allowed(status, period)
    return status in _BEFORE and is_allowed(_BEFORE[status], period)


def is_certain(status: str, day: date) -> bool:
    """Whether the sources settle the status' periods on `day`."""
    return day >= KNOWN_FROM and status in STATUSES and status not in UNCERTAIN


def stays_until(landed_on: date, status: str, period: str) -> date | None:
    """The last day of stay by the Civil Code, None where there is none. Raises ValueError if not allowed that day."""
    if not allowed_on(status, period, landed_on):
        raise ValueError(f"{status} may not be granted for {period} on {landed_on}")
    length = parse_period(period)
    return last_day(landed_on, length) if length else None


def main_status(code: str) -> str:
    """The status of which `code` is a sub-category: HSP for HSP-1A; itself where it is none."""
    head, _, rest = code.partition("-")
    return head if rest and head in ("HSP", "SSW", "TIT") else code
