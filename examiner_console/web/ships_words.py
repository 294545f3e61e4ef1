"""Words for ships and special permissions: how a line stands, why somebody is seen, what the gangway is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from examiner_console.law.special_landings import Applicant, Kind
from examiner_console.law.stays import JAPAN
from examiner_console.ships.calls import Call, Standing
from examiner_console.ships.screening import Sight
from examiner_console.ships.special import Ending
from examiner_console.ships.tally import Counted, Way
from examiner_console.web.catalogues import translations
from examiner_console.web.rendering import day_text
from examiner_console.web.wording import mark, worded

STANDINGS: Final[Mapping[str, str]] = {
    Standing.CLEAR: mark("ready for permission"),
    Standing.TO_BE_SEEN: mark("to be seen by an inspector"),
    Standing.PERMITTED: mark("permitted"),
    Standing.WITHHELD: mark("withheld"),
    Standing.OFF_LIST: mark("no longer on the list"),
}
SIGHTS: Final[Mapping[str, str]] = {
    Sight.NOT_SCREENED: mark("Registries not asked yet"),
    Sight.NATIONAL: mark("Japanese national: confirm the return (Art. 61)"),
    Sight.NATIONALITY: mark("This nationality or paper needs more than a list"),
    Sight.DOCUMENT_EXPIRED: mark("Passport out of date before the ship sails"),
    Sight.EXPIRY_UNKNOWN: mark("The passport's last day was not told"),
    Sight.BIRTH_UNKNOWN: mark("The birth date was not told"),
    Sight.WATCHLIST: mark("An entry of the watchlist may mean this person"),
    Sight.REPORTED: mark("Passport reported lost, stolen or withdrawn"),
    Sight.REMOVED: mark("Removed or refused before"),
    Sight.WATCHLIST_SILENT: mark("No answer from the watchlist"),
    Sight.REPORTS_SILENT: mark("No answer about reported passports"),
    Sight.REMOVALS_SILENT: mark("No answer about earlier removals"),
    Sight.CHANGED: mark("A corrected list says something else since the permission"),
    Sight.LEFT_OUT: mark("Left out of the corrected list since the permission"),
}
COUNTED: Final[Mapping[str, str]] = {
    Counted.COUNTED: mark("Counted"),
    Counted.TWICE: mark("Already counted; nothing is counted twice"),
    Counted.LATER: mark("A later scan is known; this one changes nothing"),
    Counted.UNSEEN: mark("Counted as back; nobody saw this person leave"),
    Counted.NO_PERMISSION: mark("No permission to land: call an inspector"),
    Counted.UNKNOWN: mark("Not on the list of this ship: call an inspector"),
}
WAYS: Final[Mapping[str, str]] = {Way.ASHORE: mark("going ashore"), Way.BACK: mark("coming back")}
KINDS: Final[Mapping[str, str]] = {
    Kind.PORT_OF_CALL: mark("Landing at a port of call (Art. 14)"),
    Kind.CRUISE: mark("Cruise, several calls (Art. 14-2)"),
    Kind.CRUISE_SINGLE: mark("Cruise, a single call (Art. 14-2)"),
    Kind.TRANSIT_SAME_SHIP: mark("Transit back to the same ship (Art. 15(1))"),
    Kind.TRANSIT_OTHER_PORT: mark("Transit to another port (Art. 15(2))"),
    Kind.CREW_ONE_PORT: mark("Crew, one port (Art. 16)"),
    Kind.CREW_SEVERAL_PORTS: mark("Crew, several ports (Art. 16)"),
    Kind.CREW_MULTIPLE: mark("Crew, again and again within a year (Art. 16(2))"),
    Kind.EMERGENCY: mark("Emergency (Art. 17)"),
    Kind.DISTRESS: mark("Distress at sea (Art. 18)"),
    Kind.REFUGE: mark("Temporary refuge (Art. 18-2)"),
}
APPLICANTS: Final[Mapping[str, str]] = {
    Applicant.SELF: mark("the person"),
    Applicant.CARRIER: mark("the carrier"),
    Applicant.CAPTAIN: mark("the captain"),
    Applicant.MAYOR: mark("the mayor"),
    Applicant.RESCUER: mark("the rescuer"),
    Applicant.POLICE: mark("police or coast guard, who hand the person over"),
}
ENDINGS: Final[Mapping[str, str]] = {
    Ending.LEFT: mark("back on board, or left"),
    Ending.CAUSE_OVER: mark("the cause is over"),
    Ending.STATUS: mark("landed otherwise"),
    Ending.REVOKED: mark("revoked"),
}


def phase(call: Call, has_clear: bool) -> str:
    """What is next for a call."""
    if call.closed_at is not None:
        return mark("closed")
    if call.manifest == 0:
        return mark("no list yet")
    if has_clear:
        return mark("ready for permission")
    return mark("permitted") if call.permitted_at else mark("to be seen by an inspector")


def moment(at: datetime, language: str) -> str:
    """Day, hour and minute in Japan."""
    return f"{day_text(at, language)} {at.astimezone(JAPAN):%H:%M}"


def field_moment(at: datetime) -> str:
    """As a field for day and time takes it."""
    return f"{at.astimezone(JAPAN):%Y-%m-%dT%H:%M}"


def words(language: str) -> dict[str, Any]:
    """What every page of ships says things with."""
    translate = translations(language).gettext
    tables = {
        "stands": STANDINGS, "sight": SIGHTS, "counted": COUNTED, "kind_of": KINDS, "applies": APPLICANTS,
        "ends": ENDINGS, "goes": WAYS,
    }  # fmt: skip
    said: dict[str, Any] = {name: partial(worded, table, translate=translate) for name, table in tables.items()}
    return said | {"moment": partial(moment, language=language), "field_moment": field_moment}
