"""Who of a list may be permitted with all others, and who is to be seen by an inspector, and why.

Three registries are asked about everybody: reported documents, the watchlist, earlier removals. Whoever one of them is
silent about is to be seen; unknown is never clear. The reasons are for officers only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final

from examiner_console.law.answers import NOTHING_ASKED, Answers, Hit, is_silent
from examiner_console.law.nationals import JAPAN_CODE
from examiner_console.registries.desk import Desk
from examiner_console.registries.questions import DocumentQuestion, PersonQuestion, Questions
from examiner_console.ships.manifest import Line, Passport

AT_ONCE: Final = 32
"""About so many people questions are under way together: a list takes seconds, and booths still get answers."""
SEEN_ONE_BY_ONE: Final = frozenset({"XXA", "XXB", "XXC", "XXX", "UNO", "UNA", "UNK", "XXP", "XOM", "EUE"})
"""No nationality, refugees, and papers of organisations (Doc 9303-3 §5): whose own state takes them back is to be
asked. An agency adds the nationalities for which it wants more."""


class Sight(StrEnum):
    """Why an inspector sees this person."""

    NOT_SCREENED = "not_screened"
    NATIONAL = "national"
    """A Japanese national needs no permission to land: confirmation of return (Art. 61)."""
    NATIONALITY = "nationality_needs_more"
    DOCUMENT_EXPIRED = "document_expired_by_sailing"
    EXPIRY_UNKNOWN = "expiry_unknown"
    BIRTH_UNKNOWN = "birth_unknown"
    WATCHLIST = "watchlist"
    REPORTED = "document_reported"
    REMOVED = "removed_before"
    WATCHLIST_SILENT = "watchlist_silent"
    REPORTS_SILENT = "document_reports_silent"
    REMOVALS_SILENT = "removals_silent"
    CHANGED = "changed_since_permission"
    """A corrected list says something else about somebody who has permission."""
    LEFT_OUT = "left_out_since_permission"


_HITS: Final = {"watchlist": Sight.WATCHLIST, "document_reports": Sight.REPORTED, "removals": Sight.REMOVED}
_SILENT: Final = {
    "watchlist": Sight.WATCHLIST_SILENT,
    "document_reports": Sight.REPORTS_SILENT,
    "removals": Sight.REMOVALS_SILENT,
}


def reasons(
    line: Line, answers: Answers, sails_on: date, *, more: Iterable[str] = SEEN_ONE_BY_ONE
) -> tuple[Sight, ...]:
    """Empty for somebody whom a permission for all may cover. `sails_on`: the day in Japan on which the ship sails."""
    found: list[Sight] = [_HITS[name] for name in _HITS if isinstance(getattr(answers, name), Hit)]
    if line.nationality == JAPAN_CODE:
        found.append(Sight.NATIONAL)
    elif line.nationality in more:
        found.append(Sight.NATIONALITY)
    if line.expires_on is None:
        found.append(Sight.EXPIRY_UNKNOWN)
    elif line.expires_on < sails_on:
        found.append(Sight.DOCUMENT_EXPIRED)
    if line.birth_date is None:
        found.append(Sight.BIRTH_UNKNOWN)
    found += [_SILENT[name] for name in _SILENT if is_silent(getattr(answers, name))]
    return tuple(found)


def questions(line: Line) -> Questions:
    person = PersonQuestion(line.surname, line.given_names, line.birth_date, line.sex, line.nationality)
    return Questions(
        document_reports=DocumentQuestion("P", line.issuing_state, line.document_number),
        watchlist=person,
        removals=person,
    )


async def screened(
    desk: Desk,
    lines: Sequence[Line],
    sails_on: date,
    told: Callable[[int], Any] = lambda _done: None,
    more: frozenset[str] = frozenset(),
) -> Mapping[Passport, tuple[Sight, ...]]:
    """The reasons for everybody of a list. `told` hears how many are done, after each; `more` are nationalities that an
    agency wants seen besides ours."""
    found: dict[Passport, tuple[Sight, ...]] = {}
    waiting = iter(lines)

    async def work() -> None:
        for line in waiting:
            answers = await _answers(desk, line)
            found[line.passport] = reasons(line, answers, sails_on, more=SEEN_ONE_BY_ONE | more)
            told(len(found))

    async with asyncio.TaskGroup() as group:
        for _ in range(min(AT_ONCE, len(lines))):
            group.create_task(work())
    return found


async def _answers(desk: Desk, line: Line) -> Answers:
    """Of a national nothing is asked here: an inspector confirms the return, whatever registries say."""
    return NOTHING_ASKED if line.nationality == JAPAN_CODE else await desk.ask_all(questions(line))
