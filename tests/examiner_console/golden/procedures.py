"""Golden cases of the officers' procedures: what the law admits, and the exact end in Japan time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from examiner_console.law import (
    citizens_return,
    departure_orders,
    gate_use,
    hearings,
    re_entry,
    registered,
    residence_cards,
    special_landings,
    visas,
)
from examiner_console.law.alerts import hold_until
from examiner_console.law.departure_orders import Overstayer
from examiner_console.law.gate_use import KioskVisit
from examiner_console.law.hearings import Biometrics, Found, Hearing, ProvisionalLanding
from examiner_console.law.re_entry import Leave, Resident
from examiner_console.law.registered import LandingEntry
from examiner_console.law.special_landings import Admissible, Applicant, Application, Kind
from examiner_console.law.stays import JAPAN
from tests.examiner_console.samples import passport


@dataclass(frozen=True, slots=True)
class Procedure:
    rule: str
    sentence: str
    found: object
    expected: object


def at(text: str) -> datetime:
    """An instant in Japan."""
    return datetime.fromisoformat(text).replace(tzinfo=JAPAN)


NOON: Final = at("2026-11-23T12:00")
OBJECTS: Final = Hearing(Biometrics.GIVEN, Found.DOES_NOT_CONFORM, NOON)


def _actions(hearing: Hearing, now: datetime = NOON) -> list[str]:
    return [step.action.value for step in hearings.steps(hearing, now)]


def hearing() -> Iterator[Procedure]:
    given, refused, exempt = Biometrics.GIVEN, Biometrics.NOT_GIVEN, Biometrics.EXEMPT
    lines: tuple[tuple[str, str, Hearing, datetime, list[str]], ...] = (
        ("L11", "is heard first", Hearing(given), NOON, ["hear"]),
        ("L11", "exempt from biometrics, is heard like anybody", Hearing(exempt), NOON, ["hear"]),
        ("L03", "still gives nothing: heard, or ordered to leave", Hearing(refused), NOON, ["hear", "order_to_leave"]),
        ("L03", "gave it to the officer: cured", Hearing(given), NOON, ["hear"]),
        ("L03", "gives nothing and does not conform: no objection",
         replace(OBJECTS, biometrics=refused), NOON, ["order_to_leave"]),
        ("L12", "conforms: sealed at once", Hearing(given, Found.CONFORMS), NOON, ["seal"]),
        ("L12", "exempt and conforms: sealed at once", Hearing(exempt, Found.CONFORMS), NOON, ["seal"]),
        ("L13", "does not conform: told", Hearing(given, Found.DOES_NOT_CONFORM), NOON, ["tell"]),
        ("L13", "accepts: ordered to leave", replace(OBJECTS, accepted=True), NOON, ["order_to_leave"]),
        ("L14", "was told: may object", OBJECTS, NOON, ["receive_objection"]),
        ("L14", "may object to the last second", OBJECTS, at("2026-11-26T23:59:59"), ["receive_objection"]),
        ("L14", "may object no longer", OBJECTS, at("2026-11-27T00:00:00"), ["order_to_leave"]),
        ("L14", "objected too late", replace(OBJECTS, objected_at=at("2026-11-27T00:00")), at("2026-11-27T01:00"),
         ["order_to_leave"]),
        ("L15", "objected: the Minister decides", replace(OBJECTS, objected_at=NOON), NOON, ["decide_objection"]),
        ("L15", "objected with reason: sealed", replace(OBJECTS, objected_at=NOON, with_reason=True), NOON, ["seal"]),
        ("L15", "objected without reason: ordered to leave",
         replace(OBJECTS, objected_at=NOON, with_reason=False), NOON, ["order_to_leave"]),
        ("L16", "has special circumstances: may be permitted",
         replace(OBJECTS, objected_at=NOON, with_reason=False, special_circumstances=True), NOON,
         ["special_permission", "order_to_leave"]),
        ("L16", "has special circumstances, but did not object",
         replace(OBJECTS, special_circumstances=True), NOON, ["receive_objection"]),
    )  # fmt: skip
    for rule, words, heard, now, expected in lines:
        yield Procedure(rule, f"who {words}", _actions(heard, now), expected)


def booth() -> Iterator[Procedure]:
    given, refused, exempt = Biometrics.GIVEN, Biometrics.NOT_GIVEN, Biometrics.EXEMPT
    for rule, words, conforms, biometrics, health, expected in (
        ("L10", "conforms: sealed", True, given, False, ["seal"]),
        ("L10", "does not conform: handed over, not refused", False, given, False, ["hand_over"]),
        ("L10", "is being examined: either", None, given, False, ["seal", "hand_over"]),
        ("L10", "exempt, does not conform: handed over", False, exempt, False, ["hand_over"]),
        ("L03", "gave no biometrics: handed over whatever else", True, refused, False, ["hand_over"]),
        ("L03", "exempt from biometrics: not handed over for that", True, exempt, False, ["seal"]),
        ("L07", "may be ill: a doctor first", True, given, True, ["diagnose"]),
        ("L07", "may be ill and does not conform: a doctor first", False, given, True, ["diagnose"]),
    ):
        steps = hearings.booth_steps(conforms=conforms, biometrics=biometrics, health_in_question=health)
        yield Procedure(rule, f"who {words}", [step.action.value for step in steps], expected)


def objections() -> Iterator[Procedure]:
    for notice, before in (
        ("2026-11-23T00:00", "2026-11-27T00:00"),
        ("2026-11-23T23:59", "2026-11-27T00:00"),
        ("2026-12-30T10:00", "2027-01-03T00:00"),
        ("2028-02-26T10:00", "2028-03-01T00:00"),
        ("2027-02-26T10:00", "2027-03-02T00:00"),
    ):
        yield Procedure("L14", f"told at {notice}", hearings.objection_before(at(notice)), at(before))


def attendance() -> Iterator[Procedure]:
    relative, friend, agent = (hearings.Attendant(name) for name in ("relative", "acquaintance", "agent"))
    for present, permitted, may in (
        ((), False, True),
        ((agent,), False, True),
        ((relative,), True, True),
        ((relative,), False, False),
        ((friend,), True, True),
        ((relative, friend), True, False),
    ):
        names = " and ".join(present) or "nobody"
        words = f"{names} beside the applicant, {'' if permitted else 'not '}permitted"
        yield Procedure("L11", words, hearings.may_attend(present, permitted=permitted), may)


def provisional() -> Iterator[Procedure]:
    asked = ProvisionalLanding(2_000_000, False, "Narita", "Chiba", "on call")
    for words, landing, pending, faults in (
        ("two million yen", asked, True, 0),
        ("one yen more", replace(asked, deposit_yen=2_000_001), True, 1),
        ("a minor, one million", replace(asked, deposit_yen=1_000_000, minor=True), True, 0),
        ("a minor, one yen more", replace(asked, deposit_yen=1_000_001, minor=True), True, 1),
        ("no deposit", replace(asked, deposit_yen=0), True, 0),
        ("less than none", replace(asked, deposit_yen=-1), True, 1),
        ("nowhere to live", replace(asked, residence=""), True, 1),
        ("nothing pending", asked, False, 1),
    ):
        found = len(hearings.provisional_landing_faults(landing, pending=pending))
        yield Procedure("L17", words, found, faults)


def special() -> Iterator[Procedure]:
    ship, alone = Applicant.CARRIER, Applicant.SELF
    ends: tuple[tuple[str, Kind, Applicant, str], ...] = (
        ("L20", Kind.PORT_OF_CALL, ship, "2026-11-26T12:00"),
        ("L21", Kind.CRUISE, ship, "2026-12-24T00:00"),
        ("L21", Kind.CRUISE_SINGLE, ship, "2026-12-01T00:00"),
        ("L22", Kind.TRANSIT_SAME_SHIP, ship, "2026-12-09T00:00"),
        ("L22", Kind.TRANSIT_OTHER_PORT, ship, "2026-11-27T00:00"),
        ("L23", Kind.CREW_ONE_PORT, ship, "2026-12-01T00:00"),
        ("L23", Kind.CREW_SEVERAL_PORTS, ship, "2026-12-09T00:00"),
        ("L23", Kind.CREW_MULTIPLE, ship, "2027-11-24T00:00"),
        ("L25", Kind.DISTRESS, Applicant.MAYOR, "2026-12-24T00:00"),
        ("L26", Kind.REFUGE, alone, "2027-05-24T00:00"),
    )
    for rule, kind, applicant, before in ends:
        asked = Application(kind, applicant, NOON, designated_ship=True, fled=True)
        yield Procedure(rule, f"{kind.value} ends", _before(asked), at(before))
        grounded = isinstance(special_landings.admissible(replace(asked, ground=True)), Admissible)
        yield Procedure(rule, f"{kind.value} with a ground of Art. 5(1)", grounded, rule in ("L25", "L26"))
        other = replace(asked, applicant=ship if applicant is alone else alone)
        found = isinstance(special_landings.admissible(other), Admissible)
        yield Procedure(rule, f"{kind.value}, asked for by {other.applicant.value}", found, False)
    ill = Application(Kind.EMERGENCY, Applicant.CAPTAIN, NOON, ground=True)
    yield Procedure("L24", "while the illness lasts, whatever the ground", _before(ill), None)
    alone_ill = isinstance(special_landings.admissible(replace(ill, applicant=alone)), Admissible)
    yield Procedure("L24", "not by oneself", alone_ill, False)
    yield from _ships()
    yield from _extensions()


def _extensions() -> Iterator[Procedure]:
    crew = Application(Kind.CREW_ONE_PORT, Applicant.CAPTAIN, NOON)
    for words, until, expected in (
        ("up to the longest time", "2026-12-01T00:00", True),
        ("not beyond it", "2026-12-01T00:01", False),
        ("not backwards", "2026-11-24T11:00", False),
    ):
        found = special_landings.extended(crew, at("2026-11-24T12:00"), at(until))
        yield Procedure("L23", f"extended {words}", isinstance(found, Admissible), expected)
    cruise = replace(crew, kind=Kind.CRUISE_SINGLE)
    for rule, asked in (("L21", cruise), ("L24", replace(crew, kind=Kind.EMERGENCY))):
        before = None if rule == "L24" else at("2026-11-24T12:00")
        found = special_landings.extended(asked, before, at("2026-11-25T12:00"))
        yield Procedure(rule, "no extension", isinstance(found, Admissible), False)


def _ships() -> Iterator[Procedure]:
    cruise = Application(Kind.CRUISE, Applicant.CAPTAIN, NOON, designated_ship=True)
    sails = replace(cruise, sails_at=at("2026-11-23T21:00"))
    yield Procedure("L21", "back when the ship sails", _before(sails), at("2026-11-23T21:00"))
    late = replace(cruise, sails_at=at("2027-02-01T08:00"))
    yield Procedure("L21", "never over thirty days", _before(late), at("2026-12-24T00:00"))
    gone = replace(cruise, sails_at=NOON)
    yield Procedure("L21", "not after sailing", isinstance(special_landings.admissible(gone), Admissible), False)
    other = replace(cruise, designated_ship=False)
    yield Procedure("L21", "not from any ship", isinstance(special_landings.admissible(other), Admissible), False)
    stays = Application(Kind.REFUGE, Applicant.SELF, NOON)
    yield Procedure("L26", "not without a reason", isinstance(special_landings.admissible(stays), Admissible), False)
    for applicant in (Applicant.POLICE, Applicant.MAYOR, Applicant.RESCUER):
        found = special_landings.admissible(Application(Kind.DISTRESS, applicant, NOON, ground=True))
        must = isinstance(found, Admissible) and found.must
        yield Procedure("L25", f"handed over by {applicant.value}: must", must, applicant is Applicant.POLICE)


def _before(asked: Application) -> object:
    found = special_landings.admissible(asked)
    return found.before if isinstance(found, Admissible) else found


def coming_back() -> Iterator[Procedure]:
    endless = Resident("PERMANENT", None, declares_intention=True)
    special_resident = replace(endless, special_permanent=True, residence_card=False)
    until = replace(endless, status="STUDENT", stay_until=date(2027, 3, 31))
    today = date(2026, 11, 23)
    for rule, words, found, expected in (
        ("L29", "five years", re_entry.permission(endless, today), date(2031, 11, 23)),
        ("L29", "six if special permanent", re_entry.permission(special_resident, today), date(2032, 11, 23)),
        ("L29", "not beyond the stay", re_entry.permission(until, today), date(2027, 3, 31)),
        ("L29", "on the last day of stay", re_entry.permission(until, date(2027, 3, 31)), date(2027, 3, 31)),
        ("L29", "not after the stay", re_entry.permission(until, date(2027, 4, 1)), None),
        ("L29", "over a leap day", re_entry.permission(endless, date(2028, 2, 29)), date(2033, 2, 28)),
        ("L30", "one year", re_entry.deemed(endless, today), date(2027, 11, 23)),
        ("L30", "two for special permanent residents", re_entry.deemed(special_resident, today), date(2028, 11, 23)),
        ("L30", "not beyond the stay", re_entry.deemed(until, today), date(2027, 3, 31)),
        ("L30", "not undeclared", re_entry.deemed(replace(endless, declares_intention=False), today), None),
        ("L30", "not without a card", re_entry.deemed(replace(endless, residence_card=False), today), None),
        ("L30", "not without a passport", re_entry.deemed(replace(endless, valid_passport=False), today), None),
        ("L30", "not for visitors", re_entry.deemed(replace(until, status="TEMPORARY_VISITOR"), today), None),
        ("L30", "not after the stay", re_entry.deemed(until, date(2027, 4, 1)), None),
        *(("L30", f"not: {bar.value}", re_entry.deemed(replace(endless, bars=frozenset({bar})), today), None)
          for bar in re_entry.Bar),
        ("L31", "fifteen days", _same_ship(None), date(2026, 12, 8)),
        ("L31", "not beyond the stay", _same_ship(date(2026, 12, 1)), date(2026, 12, 1)),
        ("L31", "not after the stay", _same_ship(date(2026, 11, 22)), None),
        ("L31", "not on any ship", _same_ship(None, designated_ship=False), None),
        ("L31", "not for students", _same_ship(None, status="STUDENT"), None),
    ):  # fmt: skip
        until_day = found.until if isinstance(found, Leave) else None
        yield Procedure(rule, f"comes back: {words}", until_day, expected)


def _same_ship(
    stay_until: date | None, status: str = "TEMPORARY_VISITOR", *, designated_ship: bool = True
) -> re_entry.Leave | re_entry.NoLeave:
    return re_entry.same_ship(status, stay_until, date(2026, 11, 23), designated_ship=designated_ship)


def leaving() -> Iterator[Procedure]:
    for began, until in (
        ("2026-11-23T12:00:01", "2026-11-24T12:00:01"),
        ("2028-02-28T23:30:00", "2028-02-29T23:30:00"),
        ("2026-12-31T08:00:00", "2027-01-01T08:00:00"),
    ):
        yield Procedure("L28", f"a hold that began at {began}", hold_until(at(began)), at(until))
    willing = Overstayer(True, True, True, True, True)
    ordered = departure_orders.order(willing, NOON)
    expected = departure_orders.Order(date(2026, 12, 8), at("2026-12-09T00:00"))
    yield Procedure("L35", "leaves within fifteen days", ordered, expected)
    for name in ("appeared", "only_overstayed", "no_sentence", "not_removed_before", "will_leave_promptly"):
        found = departure_orders.order(replace(willing, **{name: False}), NOON)
        yield Procedure("L35", f"is ordered only if {name}", isinstance(found, tuple), True)


def cards() -> Iterator[Procedure]:
    day = date(2026, 11, 23)
    for status, period, port, expected in (
        ("STUDENT", "P2Y", "NRT", "at_landing"),
        ("STUDENT", "P2Y", "OKA", "later"),
        ("STUDENT", "P3M", "NRT", "none"),
        ("STUDENT", "P3M1D", "NRT", "at_landing"),
        ("STUDENT", "P4M", "NRT", "at_landing"),
        ("PROFESSOR", "P3M", "NRT", "none"),
        ("TEMPORARY_VISITOR", "P90D", "NRT", "none"),
        ("DIPLOMAT", "ACTIVITY", "NRT", "none"),
        ("OFFICIAL", "P5Y", "NRT", "none"),
        ("PERMANENT", "UNLIMITED", "HND", "at_landing"),
        ("PROFESSOR", "P2Y", "NRT", "none"),
        ("NONSENSE", "P2Y", "NRT", "none"),
    ):
        found = residence_cards.issue(status, period, day, port).value
        yield Procedure("L34", f"{status} for {period} at {port}", found, expected)


def kiosks() -> Iterator[Procedure]:
    foreign = KioskVisit(national=False, has_entry_code=True, passport_read=True, alone=True, fingers_given=True)
    national = replace(foreign, national=True, fingers_given=False)
    for words, visit, expected in (
        ("a national walks through, without fingers", national, "walk_through_gate"),
        ("a foreign traveller goes to a booth of its own", foreign, "dedicated_booth"),
        ("no fingers", replace(foreign, fingers_given=False), "ordinary_booth"),
        ("no entry code", replace(national, has_entry_code=False), "ordinary_booth"),
        ("no passport", replace(foreign, passport_read=False), "ordinary_booth"),
        ("two persons", replace(national, alone=False), "ordinary_booth"),
    ):
        yield Procedure("L37", words, gate_use.kiosk_route(visit).value, expected)


def citizens() -> Iterator[Procedure]:
    today = date(2026, 11, 23)
    for words, passport_until, proves, expected in (
        ("on a valid passport", today, False, "confirm"),
        ("on an expired passport that proves nationality", date(2026, 11, 22), True, "certificate"),
        ("on another document that proves nationality", None, True, "certificate"),
        ("with nothing that proves nationality", None, False, "establish_nationality"),
        ("on an expired passport that proves nothing", date(2026, 11, 22), False, "establish_nationality"),
    ):
        found = citizens_return.at_booth(passport_until, today, proves_nationality=proves).value
        yield Procedure("L33", f"who returns {words}", found, expected)
    for form in visas.CertificateForm:
        for shown, accepted in (
            (date(2023, 3, 16), form is not visas.CertificateForm.ON_DEVICE),
            (date(2023, 3, 17), True),
        ):
            words = f"{form.value}, shown on {shown}"
            yield Procedure("L05", words, visas.accepts_form(form, shown), accepted)


def registered_users() -> Iterator[Procedure]:
    for landed, day in (("2026-11-23T00:00", date(2026, 11, 23)), ("2026-11-22T23:59", date(2026, 11, 22))):
        found = registered.entry_of_landing(passport("UTO"), at(landed), "HND")
        expected = LandingEntry("TABIBITO", "HARU", "UTO", date(1990, 4, 1), "F", day, "HND")
        yield Procedure("L08", f"recorded instead of sealed at {landed}", found, expected)
    for first, last in ((date(2026, 11, 23), date(2027, 2, 23)), (date(2026, 11, 30), date(2027, 2, 28))):
        words = f"first screening on {first}"
        yield Procedure("L09", words, registered.second_screening_by(first), last)


FAMILIES: Final = (
    citizens,
    registered_users,
    booth,
    hearing,
    objections,
    attendance,
    provisional,
    special,
    coming_back,
    leaving,
    cards,
    kiosks,
)


def all_procedures() -> list[Procedure]:
    return [line for family in FAMILIES for line in family()]
