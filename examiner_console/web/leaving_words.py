"""Words for how a traveller leaves: the booth's line, what the record says of it, and why the law gives no leave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from examiner_console.casework.departure_orders import IN_TIME, LATE
from examiner_console.casework.leaving import Outlook, Recorded
from examiner_console.law.answers import DepartureOrder
from examiner_console.law.leaving import Fulfilled, Way
from examiner_console.law.re_entry import Bar, Leave, NoLeave
from examiner_console.web.catalogues import translations
from examiner_console.web.rendering import day_text
from examiner_console.web.wording import Translate, mark, worded

WAYS: Final[Mapping[str, str]] = {
    Way.PERMISSION: mark("With re-entry permission"),
    Way.DEEMED: mark("Deemed re-entry"),
    Way.FOR_GOOD: mark("For good"),
}
BARS: Final[Mapping[str, str]] = {
    Bar.CANCELLATION_PENDING: mark("The status is about to be cancelled"),
    Bar.DETENTION_ORDER: mark("A detention order was issued"),
    Bar.REFUGEE_APPLICANT: mark("Designated Activities of a refugee applicant"),
    Bar.DESIGNATED_BY_MINISTER: mark("Designated by the Minister"),
}
"""What an officer ticks; a hold is known from the case."""
WHY: Final[Mapping[str, str]] = {
    **BARS,
    Bar.HELD: mark("A notice of an organ stands (Art. 25-2)"),
    "the period of stay is over": mark("The period of stay is over"),
    "a Temporary Visitor holds no residence card": mark("A Temporary Visitor holds no residence card"),
    "no valid passport": mark("The passport is not valid"),
    "no residence card": mark("No residence card was shown"),
    "the intention to come back was not declared": mark("The intention to come back was not declared"),
    "no re-entry permission is known": mark("No re-entry permission is known"),
    "the re-entry permission is over": mark("The re-entry permission is over"),
    "no landing with a period of stay is known": mark("No landing with a period of stay is known"),
}
CONDITIONS: Final[Mapping[str, str]] = {
    "appeared": mark("Came forward with the intention to leave"),
    "only_overstayed": mark("No other ground of deportation"),
    "no_sentence": mark("Not sentenced"),
    "not_removed_before": mark("Not removed, and not ordered to leave, before"),
    "will_leave_promptly": mark("Sure to leave promptly"),
}
_RECORDED: Final[Mapping[str, str]] = {
    Way.PERMISSION: mark("With re-entry permission: may come back through %(day)s"),
    Way.DEEMED: mark("Deemed re-entry: may come back through %(day)s"),
    Way.FOR_GOOD: mark("For good: no leave to come back"),
    IN_TIME: mark("Order to leave by %(day)s fulfilled in time: barred through %(bar)s"),
    LATE: mark("Order to leave by %(day)s fulfilled late: barred through %(bar)s, to be checked against the Act"),
}
_UNDER: Final[Mapping[str, str]] = {
    IN_TIME: mark("Ordered to leave by %(day)s: in time, then barred through %(bar)s"),
    LATE: mark("Ordered to leave by %(day)s: late, then barred through %(bar)s, to be checked against the Act"),
}
_ORDERS: Final[Mapping[str, str]] = {
    "proposed": mark("all conditions hold"),
    "given": mark("to leave by %(day)s"),
    "given, uncertain": mark("to leave by %(day)s (how many days may be given: to be checked against the Act)"),
}


def whys(why: tuple[str, ...], translate: Translate) -> str:
    return "; ".join(worded(WHY, reason, translate) for reason in why)


def way_text(way: Way, found: Leave | NoLeave | None, language: str) -> str:
    """One way and what it comes to, for the booth's list."""
    translate = translations(language).gettext
    if isinstance(found, NoLeave):
        return f"{translate(WAYS[way])}: {whys(found.why, translate)}"
    return _filled(_RECORDED[way], language, found.until if found else None, None)


def line(outlook: Outlook, language: str, displays: Mapping[str, str]) -> str:
    """What the booth says of the departure; nothing where there is nothing to record."""
    translate, proposal = translations(language).gettext, outlook.proposal
    if outlook.recorded is not None:
        return recorded_text(outlook.recorded, language)
    if outlook.under is not None and outlook.follows is not None:
        return _under_text(outlook.under, outlook.follows, language)
    if outlook.ways is not None:
        return translate(mark("A resident: say with F1 whether they may come back"))
    if proposal is not None:
        by = displays.get(proposal.proposed_by, proposal.proposed_by)
        if proposal.waits:
            return translate(mark("%(by)s proposes a departure order: a supervising inspector decides")) % {"by": by}
        by = displays.get(proposal.settled_by or "", proposal.settled_by or "")
        refused = translate(mark("%(by)s refused the departure order: %(why)s"))
        return refused % {"by": by, "why": proposal.why}
    return translate(mark("Overstayed: propose a departure order with F2")) if outlook.may_order else ""


def recorded_text(kept: Recorded, language: str) -> str:
    return _filled(_RECORDED[kept.way], language, kept.back_until or kept.leave_by, kept.bar_until)


def _under_text(under: DepartureOrder, follows: Fulfilled, language: str) -> str:
    return _filled(_UNDER[LATE if follows.late else IN_TIME], language, under.leave_by, follows.bar_until)


def details_text(details: Mapping[str, str], language: str) -> str:
    """What a deed recorded of a departure, from the codes of its details."""
    if "order" in details:
        order = details["order"] + (", uncertain" if details.get("certain") == "no" else "")
        return _filled(_ORDERS.get(order, ""), language, _day(details, "leave_by"), None)
    day = _day(details, "back_until") or _day(details, "leave_by")
    return _filled(_RECORDED.get(details["leaving"], ""), language, day, _day(details, "bar_until"))


def _filled(sentence: str, language: str, day: date | None, bar: date | None) -> str:
    gaps = {"day": day_text(day, language) if day else "–", "bar": day_text(bar, language) if bar else "–"}
    return translations(language).gettext(sentence) % gaps if sentence else ""


def _day(details: Mapping[str, str], name: str) -> date | None:
    return date.fromisoformat(details[name]) if details.get(name) else None
