"""Golden cases of visas, certificates, bars, registrations and stays: dates on either side of each limit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from examiner_console.contract import Declaration
from examiner_console.law.answers import (
    Certificate,
    Clear,
    DepartureOrder,
    Hit,
    ReEntry,
    ReEntryKind,
    Registration,
    RegistrationKind,
    Removal,
    RemovalKind,
    Removals,
    Visa,
    VisaExempt,
)
from examiner_console.law.facts import LandingRecord, NoLandingRecord
from examiner_console.law.facts import NoAnswer as NoLandingAnswer
from tests.examiner_console.golden.lines import ALL_ARRIVING, DAY, Case, case
from tests.examiner_console.golden.people import EXEMPT, TODAY, USUALLY, finger
from tests.examiner_console.samples import face


def conditions() -> Iterator[Case]:
    visitor, student = "a visitor arriving", "a student arriving"
    visa = "a visitor with a visa arriving"
    yield case("L01", visitor, "exempt from visas", {}, "-visa_missing")
    yield case("L01", visitor, "who needs a visa and has none", {"visa": Clear()}, "visa_missing")
    for days, codes in ((89, "-visa_missing"), (90, "-visa_missing"), (91, "visa_missing stay_beyond_visit")):
        stay = {"declaration": Declaration("tourism", days)}
        yield case("L01", visitor, f"exempt, for {days} days", stay, codes)
    fifteen = {"visa": Hit(VisaExempt(15)), "declaration": Declaration("tourism", 16)}
    yield case("L01", visitor, "exempt for 15 days, for 16", fifteen, "visa_missing")
    for purpose in ("work", "study", "training", "long_stay"):
        to_work = {"declaration": Declaration(purpose, 30)}
        yield case("L01", visitor, f"exempt for visits, to {purpose}", to_work, "visa_missing")
    for purpose in ("tourism", "business", "family", "transit"):
        yield case("L01", visitor, f"exempt, for {purpose}", {"declaration": Declaration(purpose, 9)}, "-visa_missing")
    yield case("L01", visa, "in order", {}, "-visa_expired -visa_used -visa_missing")
    for day, codes in ((TODAY - DAY, "visa_expired"), (TODAY, "-visa_expired"), (TODAY + DAY, "-visa_expired")):
        yield case("L01", visa, f"valid through {day}", {"visa": Hit(Visa("TEMPORARY_VISITOR", day))}, codes)
    used = {"visa": Hit(Visa("TEMPORARY_VISITOR", date(2027, 1, 1), 0))}
    yield case("L01", visa, "with no entry left", used, "visa_used")
    yield case("L01", "a resident coming back", "without a visa", {"visa": Clear()}, "-visa_missing")
    for kind in ReEntryKind:
        back = {"visa": Clear(), "re_entry": Hit(ReEntry(kind, "STUDENT", TODAY))}
        yield case("L01", "a resident coming back", f"by {kind.value}, last day", back, "-visa_missing old_status_kept")
        late = {"visa": Clear(), "re_entry": Hit(ReEntry(kind, "STUDENT", TODAY - DAY))}
        yield case(
            "L01", "a resident coming back", f"by {kind.value}, a day late", late, "visa_missing -old_status_kept"
        )
    yield from _conforming(visitor, student)
    yield from _periods(student)
    yield from _certificates(student)


def _conforming(visitor: str, student: str) -> Iterator[Case]:
    yield case("L04", visitor, "on a valid passport", {}, "-document_expired")
    for day, codes in ((TODAY - DAY, "document_expired"), (TODAY, "-document_expired")):
        for person in ALL_ARRIVING:
            yield case("L04", person, f"on a passport through {day}", {"document": {"expiry_date": day}}, codes)
    yield case("L04", visitor, "who states nothing", {"declaration": None}, "nothing_declared")
    yield case("L04", visitor, "who states a visit", {}, "-nothing_declared -stay_beyond_visit")
    yield case("L04", student, "for 700 days", {}, "-stay_beyond_visit")
    yield case("L04", "a resident coming back", "who states nothing", {"declaration": None}, "-nothing_declared")
    yield case("L04", student, "with certificate and visa", {}, "-activity_unproved")
    yield case("L04", student, "with the visa alone", {"certificate": Clear()}, "-activity_unproved")
    neither = {"certificate": Clear(), "visa": EXEMPT}
    yield case("L04", student, "with neither", neither, "activity_unproved visa_missing")
    visiting = {"certificate": Clear(), "visa": Hit(Visa("TEMPORARY_VISITOR", date(2027, 1, 1)))}
    yield case("L04", student, "with a visitor's visa", visiting, "activity_unproved")
    for status in ("PERMANENT", "HSP-2", "NONSENSE"):
        certificate = {"certificate": Hit(Certificate(status, date(2026, 11, 1)))}
        yield case("L04", student, f"with a certificate for {status}", certificate, "status_not_at_landing")
    yield case("L04", student, "with a certificate for STUDENT", {}, "-status_not_at_landing")


def _periods(student: str) -> Iterator[Case]:
    before, after = date(2025, 9, 29), date(2025, 9, 30)
    for status, period, day, allowed in (
        ("STUDENT", "P4Y3M", TODAY, True),
        ("STUDENT", "P4Y4M", TODAY, False),
        ("SSW-1", "P1Y", before, True),
        ("SSW-1", "P3Y", before, False),
        ("SSW-1", "P3Y", after, True),
        ("SSW-1", "P3Y1D", after, False),
        ("SSW-2", "P2Y", before, False),
        ("SSW-2", "P2Y", after, True),
        ("SSW-2", "P3Y", before, True),
        ("TIT-1A", "P1Y", TODAY, True),
        ("TIT-1B", "P13M", TODAY, False),
        ("DEPENDENT", "P5Y", TODAY, True),
        ("DEPENDENT", "P5Y1M", TODAY, False),
        ("PROFESSOR", "P2Y", TODAY, False),
        ("BUSINESS_MANAGER", "P4M", TODAY, True),
        ("ENTERTAINER", "P15D", TODAY, True),
        ("ENTERTAINER", "P30D", TODAY, False),
    ):
        at = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
        changes = {"certificate": Hit(Certificate(status, day - DAY, period)), "at": at}
        words = f"with a certificate for {status} and {period} on {day}"
        yield case("L04", student, words, changes, "-period_not_allowed" if allowed else "period_not_allowed")


def _certificates(student: str) -> Iterator[Case]:
    for issued, codes in (
        (date(2026, 8, 22), "certificate_expired"),
        (date(2026, 8, 23), "-certificate_expired"),
        (date(2026, 8, 24), "-certificate_expired"),
        (TODAY, "-certificate_expired -certificate_implausible"),
        (TODAY + DAY, "certificate_implausible"),
    ):
        changes = {"certificate": Hit(Certificate("STUDENT", issued, "P2Y"))}
        yield case("L05", student, f"with a certificate of {issued}", changes, codes)
    cancelled = {"certificate": Hit(Certificate("STUDENT", date(2026, 10, 1), "P2Y", cancelled=True))}
    yield case("L05", student, "with a cancelled certificate", cancelled, "certificate_cancelled")
    yield case("L05", student, "with one that was not cancelled", {}, "-certificate_cancelled")
    for period, codes in (("P3M", "-residence_card_due"), ("P6M", "residence_card_due"), ("P2Y", "residence_card_due")):
        changes = {"certificate": Hit(Certificate("STUDENT", date(2026, 10, 1), period))}
        yield case("L34", student, f"for {period}", changes, codes)
    yield case("L34", "a visitor arriving", "for a visit", {}, "-residence_card_due")
    official = {"certificate": Hit(Certificate("OFFICIAL", date(2026, 10, 1), "P5Y"))}
    yield case("L34", student, "as Official for five years", official, "-residence_card_due")


def bars() -> Iterator[Case]:
    def after(years: int) -> date:
        return TODAY.replace(year=TODAY.year - years)

    known = (
        (RemovalKind.REFUSED, 1),
        (RemovalKind.DEPORTED, 5),
        (RemovalKind.DEPORTED_REDUCED, 1),
        (RemovalKind.DEPARTURE_ORDER, 1),
        (RemovalKind.CRIME_IN_JAPAN, 5),
    )
    for kind, years in known:
        for day, codes in (
            (after(years) - DAY, "earlier_removal -landing_barred"),
            (after(years), "landing_barred -earlier_removal"),
            (TODAY - DAY, "landing_barred -earlier_removal"),
        ):
            changes = {"removals": Hit(Removals((Removal(kind, day),)))}
            for person in ("a visitor arriving", "a foreign arrival at a gate"):
                yield case("L18", person, f"{kind.value} on {day}", changes, codes)
    for kind in (RemovalKind.SENTENCE, RemovalKind.DRUG_CONVICTION):
        changes = {"removals": Hit(Removals((Removal(kind, date(1980, 1, 1)),)))}
        yield case("L18", "a visitor arriving", f"{kind.value} long ago", changes, "landing_barred")
    for first in (RemovalKind.DEPORTED, RemovalKind.DEPARTURE_ORDER):
        for years, codes in ((9, "landing_barred"), (11, "-landing_barred")):
            twice = (Removal(first, date(2001, 1, 1)), Removal(RemovalKind.DEPORTED, after(years)))
            changes = {"removals": Hit(Removals(twice))}
            words = f"deported {years} years ago, after {first.value}"
            yield case("L18", "a visitor arriving", words, changes, codes)
    once = {"removals": Hit(Removals((Removal(RemovalKind.DEPORTED, after(9)),)))}
    yield case("L18", "a visitor arriving", "deported once, 9 years ago", once, "-landing_barred")
    yield case("L18", "a visitor arriving", "never removed", {}, "-landing_barred -earlier_removal")
    barred = {"removals": Hit(Removals((Removal(RemovalKind.DEPORTED, after(2)),)))}
    yield case("L19", "a resident coming back", "deported 2 years ago", barred, "bar_may_be_lifted landing_barred")
    yield case("L19", "a resident coming back", "never removed", {}, "-bar_may_be_lifted")
    yield case("L19", "a visitor arriving", "deported 2 years ago", barred, "landing_barred -bar_may_be_lifted")
    yield case("L18", "a visitor leaving", "deported once", barred, "-landing_barred", "confirm")
    yield case("L18", "a registered resident coming back", "deported 2 years ago", barred, "landing_barred")


def registered() -> Iterator[Case]:
    resident, trusted = "a registered resident coming back", "a trusted traveller"
    for person, rule in ((resident, "L08"), (trusted, "L09"), ("a registered resident leaving", "L27")):
        opens = USUALLY[person]
        yield case("L02", person, "with no finger compared", {"comparisons": (face(),)}, "fingers_not_compared")
        other = {"comparisons": (face(), finger(0.1))}
        yield case("L02", person, "with another's finger", other, "fingers_not_matched")
        lenient = {"comparisons": (face(), finger(fmr=0.001))}
        yield case("L02", person, "with a lenient threshold", lenient, "finger_threshold_too_low")
        yield case("L02", person, "with the registered finger", {}, "-fingers_not_matched", opens)
        yield case(rule, person, "with another's face", {"comparisons": (face(0.1), finger())}, "face_not_matched")
        yield case(rule, person, "with a changed chip", {"checks": {"sod_hash": "failed"}}, "document_not_authentic")
        yield case(rule, person, "in order", {}, "-face_not_matched -document_not_authentic", opens)
    for person, kind in ((resident, RegistrationKind.FOREIGN), (trusted, RegistrationKind.TRUSTED)):
        rule = "L09" if person == trusted else "L08"
        for day, outcome in ((TODAY - DAY, "refer"), (TODAY, "record")):
            changes = {"registration": Hit(Registration(kind, day))}
            codes = "registration_excluded" if outcome == "refer" else "-registration_excluded"
            yield case(rule, person, f"registered through {day}", changes, codes, outcome)
        yield case(rule, person, "not registered", {"registration": Clear()}, "landing_examination_required")
        one_hand = {"registration": Hit(Registration(kind, date(2028, 1, 1), hand_missing=True))}
        outcome = "refer" if person == trusted else "record"
        yield case(rule, person, "with one hand", one_hand, "", outcome)
    old = {"removals": Hit(Removals((Removal(RemovalKind.DEPORTED, date(1999, 1, 1)),)))}
    yield case("L09", trusted, "deported in 1999", old, "registration_excluded")
    yield case("L09", trusted, "who comes to work", {"declaration": Declaration("work", 30)}, "registration_excluded")
    without = {"re_entry": Clear(), "visa": EXEMPT}
    yield case("L08", resident, "whose re-entry is not permitted", without, "landing_examination_required")


def departures() -> Iterator[Case]:
    visitor, resident = "a visitor leaving", "a resident leaving"
    for last, codes, outcome in (
        (TODAY - DAY, "overstay", "refer"),
        (TODAY, "-overstay visitor_departure", "confirm"),
        (TODAY + DAY, "-overstay", "confirm"),
    ):
        landing = {"landing": LandingRecord(date(2026, 9, 1), "TEMPORARY_VISITOR", "P90D", last)}
        yield case("L27", visitor, f"who may stay until {last}", landing, codes, outcome)
    for landed, period, codes, outcome in (
        (date(2026, 8, 24), "P90D", "overstay", "refer"),
        (date(2026, 8, 25), "P90D", "visitor_departure", "confirm"),
        (date(2026, 10, 23), "P30D", "overstay", "refer"),
        (date(2026, 10, 24), "P30D", "visitor_departure", "confirm"),
        (date(2026, 11, 8), "P15D", "visitor_departure", "confirm"),
        (date(2026, 11, 7), "P15D", "overstay", "refer"),
        (date(2026, 11, 16), "P7D", "visitor_departure", "confirm"),
        (date(2026, 11, 15), "P7D", "overstay", "refer"),
        (TODAY, "P15D", "visitor_departure", "confirm"),
        (TODAY + DAY, "P15D", "landing_record_implausible", "refer"),
        (date(2026, 11, 1), "P7Y", "landing_record_implausible", "refer"),
    ):
        landing = {"landing": LandingRecord(landed, "TEMPORARY_VISITOR", period, None)}
        yield case("L27", visitor, f"landed on {landed} for {period}", landing, codes, outcome)
    yield from _not_by_the_face_gate(visitor, resident)


def _not_by_the_face_gate(visitor: str, resident: str) -> Iterator[Case]:
    yield case("L27", visitor, "who never landed", {"landing": NoLandingRecord()}, "no_landing_record")
    yield case("L27", visitor, "while landings are silent", {"landing": NoLandingAnswer()}, "registry_unavailable")
    for kind in ReEntryKind:
        changes = {"re_entry": Hit(ReEntry(kind, "TEMPORARY_VISITOR", date(2027, 1, 1)))}
        yield case("L29", visitor, f"with {kind.value} to come back", changes, "re_entry_departure")
    yield case("L29", visitor, "with none to come back", {}, "-re_entry_departure -status_not_for_gate", "confirm")
    for status, period in (("STUDENT", "P4Y"), ("PROFESSOR", "P5Y"), ("PERMANENT", "UNLIMITED"), ("SSW-1", "P3Y")):
        landing = {"landing": LandingRecord(date(2026, 4, 1), status, period, None)}
        yield case("L29", resident, f"as {status}", landing, "status_not_for_gate")
    old = {"landing": LandingRecord(date(2025, 9, 29), "SSW-1", "P3Y", None)}
    yield case("L27", resident, "as SSW-1 for 3 years the day before", old, "landing_record_implausible")
    for day, words in ((TODAY, "in time"), (TODAY - DAY, "a day late")):
        order = {"departure_orders": Hit(DepartureOrder(date(2026, 11, 10), day))}
        yield case("L35", visitor, f"under a departure order, {words}", order, "departure_order")
        yield case("L35", resident, f"under a departure order, {words}", order, "departure_order")
    yield case("L35", visitor, "under no departure order", {}, "-departure_order", "confirm")
    late = {"landing": LandingRecord(date(2026, 1, 1), "TEMPORARY_VISITOR", "P90D", None)}
    yield case("L27", "a registered resident leaving", "past the stay", late, "overstay")
    for kind, code in (("PERMISSION", "L29"), ("DEEMED", "L30"), ("SAME_SHIP", "L31")):
        back = {"re_entry": Hit(ReEntry(ReEntryKind[kind], "STUDENT", date(2027, 1, 1)))}
        yield case(code, "a resident coming back", f"by {kind}", back, "old_status_kept")
        yield case(code, "a visitor arriving", f"without {kind}", {}, "-old_status_kept")
