"""Statuses and periods as an officer chooses them, and why a pair of them is wrong, in one sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from examiner_console.law.statuses import PeriodKind, Status, period_text
from examiner_console.web.catalogues import translations
from examiner_console.web.wording import mark

OTHER_DAYS: Final = "days"
"""The choice "other, in days" of the form."""


@dataclass(frozen=True, slots=True)
class Choices:
    statuses: Sequence[Status]
    periods: Sequence[str]


def choices(statuses: Mapping[str, Status]) -> Choices:
    """Every status of the table, and every period any of them offers, longest first."""
    offered = {period for status in statuses.values() for period in status.offered}
    return Choices(tuple(statuses.values()), sorted(offered, key=_length, reverse=True))


def status_name(statuses: Mapping[str, Status], code: str, *, language: str) -> str:
    """An unknown code, from an older table, is shown as it is."""
    status = statuses.get(code)
    return code if status is None else status.name_ja if language == "ja" else status.name


def _length(period: str) -> int:
    units = {"Y": 365, "M": 30, "D": 1}
    return sum(int(count) * units[unit] for count, unit in re.findall(r"(\d+)([YMD])", period)) or 10**6


def period_of(choice: str, days: str) -> str:
    """The chosen period as ISO 8601; with "other, in days" the number typed. Nonsense stays so, and is refused."""
    if choice != OTHER_DAYS:
        return choice
    return f"P{int(days)}D" if re.fullmatch(r"[0-9]{1,4}", days.strip()) else f"{days.strip()[:8]} days"


def limits(status: Status, language: str) -> str:
    """What may be granted with `status`: "90 days, 30 days, 15 days, or any number of days under 15 days"."""
    translate = translations(language).gettext
    parts = [period_text(period, language) for period in status.periods]
    for bound, text in (
        (status.any_under, mark("any number of days under %(limit)s")),
        (status.longest, mark("any period up to %(limit)s")),
    ):
        if bound:
            parts.append(translate(text) % {"limit": period_text(bound, language)})
    if status.kind in (PeriodKind.UNLIMITED, PeriodKind.ACTIVITY_DURATION):
        parts = [period_text(period, language) for period in status.offered]
    *first, last = parts
    return translate(mark(", ")).join(first) + (translate(mark(" or ")) if first else "") + last


def why_not(statuses: Mapping[str, Status], status: str, period: str, language: str) -> str:
    translate = translations(language).gettext
    known = statuses.get(status)
    if known is None:
        return translate(mark("Choose a status of the table first."))
    sentence = translate(mark("%(status)s is not granted for %(period)s; choose %(limits)s."))
    name = status_name(statuses, status, language=language)
    return sentence % {"status": name, "period": period_text(period, language), "limits": limits(known, language)}
