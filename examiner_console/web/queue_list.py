"""The queue's list as marks: whole, or what became of it since. A row is made once for all who see the same."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from markupsafe import Markup

from examiner_console.casework.cases import Case
from examiner_console.contract import Reason
from examiner_console.law.alerts import hold_until
from examiner_console.web.catalogues import translations
from examiner_console.web.live_queue import Shown
from examiner_console.web.reasons import headline, reason_text
from examiner_console.web.rendering import render
from examiner_console.web.wording import Translate, mark

KEPT: Final = 4096
"""Rows and changes: every open case of a busy day in both languages, seen by holders and others."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. `words` say `reason`; `held_by` is None while nobody has the case."""

    case: Case
    reason: Reason | None
    words: str
    others: int
    held_by: str | None
    mine: bool

    @property
    def held_until(self) -> datetime:
        """Of a departure that officers hold (Art. 25-2)."""
        return hold_until(self.case.inspection.started_at)


@dataclass(frozen=True, slots=True)
class Looker:
    """Who looks at the list, and how."""

    officer: str
    language: str
    may_take: bool


class QueueList:
    """What pages show of a `Shown`; used on the event loop alone."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], object] = OrderedDict()

    def whole(self, shown: Shown, looker: Looker) -> str:
        rows = [self._row(case, shown.displays, looker) for case in shown.cases]
        return render(looker.language, "queue_rows.html", {"rows": rows})

    def change(self, before: Shown, after: Shown, looker: Looker) -> str:
        """JSON: the cases that left the list; the rows that are new or other, in order, each with its case and the case
        above it ("" for none); and the list's caption."""
        holds = looker.officer if any(case.taken_by == looker.officer for case in (*before.cases, *after.cases)) else ""
        key = ("change", id(before), id(after), looker.language, looker.may_take, holds)
        return self._once(key, lambda: self._change(before, after, looker), before, after)

    def _change(self, before: Shown, after: Shown, looker: Looker) -> str:
        old = {case.inspection.id: self._row(case, before.displays, looker) for case in before.cases}
        new = {case.inspection.id: self._row(case, after.displays, looker) for case in after.cases}
        words = translations(looker.language)
        caption = words.ngettext("%(num)s open case", "%(num)s open cases", len(new)) % {"num": len(new)}
        gone = [str(id) for id in old if id not in new]
        above = ["", *map(str, new)]
        rows = [[str(id), row, over] for (id, row), over in zip(new.items(), above, strict=False) if old.get(id) != row]
        return json.dumps({"gone": gone, "rows": rows, "caption": caption})

    def _row(self, case: Case, displays: Mapping[str, str], looker: Looker) -> Markup:
        entry = _entry(case, displays, looker)
        key = _key(case.inspection.id, entry, looker)
        facts = {"entry": entry, "may_take": looker.may_take}
        return self._once(key, lambda: Markup(render(looker.language, "queue_row.html", facts)))  # noqa: S704  # escaped there

    def _once(self, key: tuple[object, ...], make: Callable[[], T], *alive: object) -> T:
        """What was made under this key, or made now; `alive` is kept with it, so that no `id` in the key is reused."""
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = (make(), alive)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found[0]  # type: ignore[index, no-any-return]  # what `make` of the same key gave


def _entry(case: Case, displays: Mapping[str, str], looker: Looker) -> Entry:
    translate: Translate = translations(looker.language).gettext
    reason = headline(case.decision.reasons)
    words = reason_text(reason.code, translate) if reason else translate(mark("No reason was given"))
    held_by = displays.get(case.taken_by, case.taken_by) if case.taken_by else None
    return Entry(case, reason, words, max(0, len(case.decision.reasons) - 1), held_by, case.taken_by == looker.officer)


def _key(id: UUID, entry: Entry, looker: Looker) -> tuple[object, ...]:
    made = entry.case.decision.decided_at
    return ("row", id, made, entry.case.kept, entry.held_by, entry.mine, looker.language, looker.may_take)
