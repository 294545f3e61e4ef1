"""The page `/statistics`: one day of the hall in figures, with a table beside each picture."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Final

from fastapi import Response

from examiner_console.casework.statistics import HOURS, Day, of_day
from examiner_console.law.stays import japan_date
from examiner_console.web.catalogues import translations
from examiner_console.web.charts import columns, share
from examiner_console.web.reasons import OPENINGS, REASONS
from examiner_console.web.visits import Visit, VisitDep
from examiner_console.web.wording import mark, worded

OUTCOMES: Final = ("grant", "confirm", "record", "refer")
"""As they are stacked, from the bottom."""
OUTCOME_WORDS: Final = {
    "grant": mark("granted"),
    "confirm": mark("confirmed"),
    "record": mark("recorded"),
    "refer": mark("referred"),
}
KINDS: Final = {"gate": mark("Gate"), "bio_cart": mark("Bio-cart")}
KEPT: Final = 62
"""Days that are over are counted once: two months of them are kept."""


async def page(visit: VisitDep, day: str = "") -> Response:
    """An address that names no day, or one to come, shows today."""
    today = japan_date(visit.desk.console.clock())
    wanted = _day(day, today)
    counted = await _counted(visit, wanted, today)
    translate = translations(visit.language).gettext
    return visit.page(
        "statistics.html",
        counted=counted,
        today=today,
        before=wanted - timedelta(days=1),
        after=wanted + timedelta(days=1) if wanted < today else None,
        hours=columns(
            [[(kind, counted.hours.get((hour, kind), 0)) for kind in OUTCOMES] for hour in HOURS],
            [f"{hour:02}" for hour in HOURS],
        ),
        gates=_gates(counted),
        reasons=sorted(counted.reasons.items(), key=lambda item: (-item[1], item[0])),
        languages=sorted(counted.languages.items(), key=lambda item: (-item[1], item[0])),
        outcomes=OUTCOMES,
        by_hour=HOURS,
        outcome_text=partial(worded, OUTCOME_WORDS, translate=translate),
        kind_text=partial(worded, KINDS, translate=translate),
        reason_text=partial(worded, {**REASONS, **OPENINGS}, translate=translate),
        share=share,
    )


def _day(text: str, today: date) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return today
    return found if date(2000, 1, 1) <= found <= today else today


async def _counted(visit: Visit, day: date, today: date) -> Day:
    kept = visit.desk.days
    if day in kept:
        return kept[day]
    counted = await visit.desk.console.store.read(partial(of_day, day=day))
    if day < today - timedelta(days=1):  # a station may still deliver what it owed of yesterday
        kept[day] = counted
        while len(kept) > KEPT:
            kept.pop(next(iter(kept)))
    return counted


def _gates(counted: Day) -> list[tuple[str, dict[str, int], int]]:
    """By station: each outcome, and all together."""
    stations = sorted({station for station, _ in counted.passages})
    found = []
    for station in stations:
        outcomes = {kind: counted.passages.get((station, kind), 0) for kind in OUTCOMES}
        found.append((station, outcomes, sum(outcomes.values())))
    return found
