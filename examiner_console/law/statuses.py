"""Statuses of residence and the periods each may be granted for (Immigration Act, tables I, II; Ordinance Art. 3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from importlib.resources import files
from types import MappingProxyType
from typing import Final

import msgspec

from examiner_console.law.stays import Period, parse_period

TEMPORARY_VISITOR: Final = "TEMPORARY_VISITOR"
UNLIMITED: Final = "UNLIMITED"
ACTIVITY: Final = "ACTIVITY"
"""Periods without a last day: permanent residents, and diplomats while the activity lasts."""
_REFERENCE_DAY: Final = date(2024, 1, 1)
"""Lengths in months and days are compared by where they end when counted from one day."""


class PeriodKind(StrEnum):
    LIST = "list"
    LIST_OR_LESS = "list_or_less"
    DESIGNATED = "designated"
    LIST_OR_DESIGNATED = "list_or_designated"
    UNLIMITED = "unlimited"
    ACTIVITY_DURATION = "activity_duration"


class Status(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`periods` may be granted as they stand; `longest` bounds one set per person; `any_under` any count of days."""

    code: str
    name: str
    name_ja: str
    table: str
    kind: PeriodKind
    periods: tuple[str, ...] = ()
    longest: str | None = None
    any_under: str | None = None
    biometrics_exempt: bool = False
    residence_card: bool = False

    @property
    def offered(self) -> tuple[str, ...]:
        """The periods an officer picks from, longest first."""
        if self.kind is PeriodKind.UNLIMITED:
            return (UNLIMITED,)
        if self.kind is PeriodKind.ACTIVITY_DURATION:
            return (ACTIVITY,)
        return self.periods or ((self.longest,) if self.longest else ())


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    effective_from: date
    source: str
    statuses: tuple[Status, ...]


def _load() -> Mapping[str, Status]:
    data = files(__package__).joinpath("statuses.json").read_bytes()
    return MappingProxyType({status.code: status for status in msgspec.json.decode(data, type=_File).statuses})


STATUSES: Final[Mapping[str, Status]] = _load()


def allowed(status: str, period: str) -> bool:
    """Whether the table knows `status` with `period`; an unknown status or period is not allowed."""
    known = STATUSES.get(status)
    return known is not None and is_allowed(known, period)


def is_allowed(known: Status, period: str) -> bool:
    """Whether this row of a table allows `period`."""
    if period in known.offered:
        return True
    length = parse_period(period)
    return (
        length is not None and str(length) == period and (_is_designated(known, length) or _is_shorter(known, length))
    )


def _is_designated(status: Status, length: Period) -> bool:
    longest = parse_period(status.longest) if status.longest else None
    return longest is not None and length.after(_REFERENCE_DAY) <= longest.after(_REFERENCE_DAY)


def _is_shorter(status: Status, length: Period) -> bool:
    limit = parse_period(status.any_under) if status.any_under else None
    return limit is not None and length == Period(days=length.days) and length.days < limit.days


def permitted_until(landed_on: date, status: str, period: str) -> date | None:
    """The last day of stay in Japan's calendar; None where there is none. Raises ValueError if not allowed."""
    if not allowed(status, period):
        raise ValueError(f"{status} may not be granted for {period}")
    length = parse_period(period)
    return length.after(landed_on) if length else None


_WORDS: Final = {
    "en": {"Y": ("year", "years"), "M": ("month", "months"), "D": ("day", "days")},
    "ja": {"Y": ("年", "年"), "M": ("月", "月"), "D": ("日", "日")},
}
_ENDLESS: Final = {
    "en": {UNLIMITED: "no limit", ACTIVITY: "while the activity lasts"},
    "ja": {UNLIMITED: "無期限", ACTIVITY: "活動を行う期間"},
}


def period_text(period: str, lang: str) -> str:
    """As it is printed: "90 days", "90日"; English for other languages, the code for an unknown period."""
    lang = lang if lang in _WORDS else "en"
    if period in _ENDLESS[lang]:
        return _ENDLESS[lang][period]
    length = parse_period(period)
    if length is None:
        return period
    gap = "" if lang == "ja" else " "
    counts = ((length.years, "Y"), (length.months, "M"), (length.days, "D"))
    return gap.join(f"{n}{gap}{_WORDS[lang][unit][n != 1]}" for n, unit in counts if n)
