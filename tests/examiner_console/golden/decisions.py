"""Golden cases of the rules of 2026-11-27: one person, one change, what fires and what does not.

A line is (rule, person, what is changed, in words; the changes; codes that fire, or do not where a minus stands before
them). Whether the outcome follows is told apart: every code with `Weight.NOTE` leaves it as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, Final

from examiner_console.contract import Declaration, Delivery, FingerCapture
from examiner_console.law.alerts import required
from examiner_console.law.answers import (
    Authorisation,
    Certificate,
    Clear,
    DocumentReport,
    Failure,
    Hit,
    HoldGround,
    HoldNotice,
    Invitation,
    NoAnswer,
    NotAsked,
    Passenger,
    ReEntry,
    ReEntryKind,
    Removal,
    RemovalKind,
    Removals,
    ReportKind,
    Role,
    Visa,
    WatchlistEntry,
)
from examiner_console.law.documents import CLONE_CHECKS, REQUIRED
from tests.examiner_console.golden.lines import ALL_ARRIVING, DAY, MINUTE, Case, case
from tests.examiner_console.golden.people import PEOPLE, TODAY, USUALLY, finger
from tests.examiner_console.golden.stays import bars, conditions, departures, registered
from tests.examiner_console.samples import NOW, face


def usual() -> Iterator[Case]:
    opening = {
        "a national leaving": ("L32", "national_departure"),
        "a national returning": ("L33", "national_return"),
        "a visitor leaving": ("L27", "visitor_departure"),
        "a registered resident leaving": ("L27", "registered_departure"),
        "a registered resident coming back": ("L08", "registered_landing"),
        "a trusted traveller": ("L09", "registered_landing"),
        "a resident leaving": ("L29", "status_not_for_gate"),
        "a visitor arriving": ("L06", "arrival_examination"),
        "a visitor with a visa arriving": ("L06", "arrival_examination"),
        "a student arriving": ("L06", "arrival_examination"),
        "a resident coming back": ("L06", "arrival_examination"),
        "a foreign arrival at a gate": ("L04", "landing_examination_required"),
        "crew arriving": ("L23", "crew_landing"),
        "crew leaving": ("L27", "crew_departure"),
    }
    for person, (rule, code) in opening.items():
        yield case(rule, person, "in order", {}, code, USUALLY.get(person, "refer"))


def silences() -> Iterator[Case]:
    """Every registry that a person is asked about, each way of telling nothing: never clear."""
    for person, make in PEOPLE.items():
        for registry in required(make()):
            for silence in (NotAsked(), *map(NoAnswer, Failure)):
                words = f"while {registry} says nothing ({getattr(silence, 'reason', 'not asked')})"
                if "crew" in person and registry == "passengers":
                    continue
                if registry == "re_entry" and "resident" in person:
                    continue
                yield case("", person, words, {registry: silence}, "registry_silent")


def alerts() -> Iterator[Case]:
    listed = Hit(WatchlistEntry("W-17"))
    lost = {kind: Hit(DocumentReport(kind, date(2026, 11, 1))) for kind in ReportKind}
    for person in PEOPLE:
        yield case("", person, "on the watchlist", {"watchlist": listed}, "watchlist_hit")
        yield case("", person, "not on the watchlist", {}, "-watchlist_hit", USUALLY.get(person, "refer"))
        for kind, report in lost.items():
            words = f"on a passport reported {kind.value}"
            yield case("", person, words, {"document_reports": report}, "document_reported")
    for ground in HoldGround:
        hold = {"holds": Hit(HoldNotice("police", ground, NOW - DAY))}
        yield case("L28", "a visitor leaving", f"held for {ground.value}", hold, "departure_hold")
        yield case("L28", "a resident leaving", f"held for {ground.value}", hold, "departure_hold")
        words = f"whatever a notice says of {ground.value}"
        yield case("L28", "a national leaving", words, hold, "-departure_hold", "confirm")
        yield case("L28", "a visitor arriving", words, hold, "-departure_hold")
        yield case("L28", "crew leaving", words, hold, "-departure_hold")
    yield case("L28", "a visitor leaving", "with no notice", {}, "-departure_hold", "confirm")


def biometrics() -> Iterator[Case]:
    one, right, left = (FingerCapture(f"{hand}_index", "captured", 70) for hand in ("right", "right", "left"))
    child = {"birth_date": date(2010, 11, 24)}
    nothing: dict[str, Any] = {"fingers": (), "comparisons": (), "checks": {"face_capture": "", "face_liveness": ""}}
    for person in ALL_ARRIVING:
        yield case("L02", person, "who gave both", {}, "-fingers_incomplete -face_not_captured -biometrics_refused")
        yield case("L02", person, "who gave one finger", {"fingers": (one,)}, "fingers_incomplete")
        yield case("L02", person, "who gave no finger", {"fingers": ()}, "fingers_incomplete")
        yield case("L02", person, "without a face", {"checks": {"face_capture": ""}}, "face_not_captured")
        for outcome in ("missing", "injured"):
            fingers = (right, FingerCapture("left_index", outcome))
            yield case(
                "L02", person, f"one finger {outcome}", {"fingers": fingers}, f"finger_{outcome} -fingers_incomplete"
            )
        refused = {"fingers": (right, FingerCapture("left_index", "refused"))}
        yield case("L03", person, "who refuses a finger", refused, "biometrics_refused")
        yield case("L03", person, "who refuses nothing", {"fingers": (right, left)}, "-biometrics_refused")
        young = {**nothing, "document": child}
        yield case("L02", person, "15 years old", young, "biometrics_exempt -fingers_incomplete -face_not_compared")
        grown = {"document": {"birth_date": date(2010, 11, 23)}, "fingers": ()}
        yield case("L02", person, "16 today", grown, "fingers_incomplete -biometrics_exempt")
        unknown = {"document": {"birth_date": None}, "fingers": ()}
        yield case("L02", person, "of unknown age", unknown, "fingers_incomplete -biometrics_exempt")
        guest = {**nothing, "invitations": Hit(Invitation("a ministry"))}
        yield case("L02", person, "a guest of the state", guest, "biometrics_exempt -fingers_incomplete")
        silent = {"fingers": (), "invitations": NoAnswer()}
        yield case("L02", person, "perhaps a guest", silent, "fingers_incomplete -biometrics_exempt")
    yield from _exempt(nothing)


def _exempt(nothing: dict[str, Any]) -> Iterator[Case]:
    child = {"birth_date": date(2010, 11, 24)}
    official = {"visa": Hit(Visa("OFFICIAL", date(2027, 1, 1)))}
    special = Hit(ReEntry(ReEntryKind.PERMISSION, "SPECIAL_PERMANENT", date(2027, 1, 1), special_permanent=True))
    yield case("L02", "a visitor arriving", "as Official", {**nothing, **official}, "biometrics_exempt")
    late = {"visa": Hit(Visa("OFFICIAL", date(2026, 11, 22))), "fingers": ()}
    yield case("L02", "a visitor arriving", "as Official once", late, "fingers_incomplete -biometrics_exempt")
    diplomat = {**nothing, "certificate": Hit(Certificate("DIPLOMAT", date(2026, 11, 1)))}
    yield case("L02", "a visitor arriving", "as Diplomat", diplomat, "biometrics_exempt")
    yield case(
        "L02", "a resident coming back", "special permanent", {**nothing, "re_entry": special}, "biometrics_exempt"
    )
    refusing = {"document": child, "fingers": (FingerCapture("right_index", "refused"),)}
    yield case("L03", "a visitor arriving", "a child who refuses", refusing, "biometrics_exempt -biometrics_refused")
    for person in ("a national leaving", "a national returning"):
        yield case(
            "L33" if "return" in person else "L32", person, "without fingers", {}, "-fingers_incomplete", "confirm"
        )


def persons() -> Iterator[Case]:
    for outcome, codes in (
        ("failed", "doctor_first"),
        ("undetermined", "doctor_first"),
        ("successful", "-doctor_first"),
    ):
        checks = {"checks": {"quarantine": outcome}}
        for person in (*ALL_ARRIVING, "crew arriving"):
            yield case("L07", person, f"whose health check is {outcome}", checks, codes)
        ends = "record" if outcome == "successful" else "refer"
        yield case("L07", "a trusted traveller", f"whose health check is {outcome}", checks, codes, ends)
    for person in ALL_ARRIVING:
        refuge = {"declaration": Declaration("refuge", 90)}
        yield case("L26", person, "who asks for refuge", refuge, "refuge_asked")
        yield case("L26", person, "who does not ask for refuge", {}, "-refuge_asked")
    trusted = {"declaration": Declaration("refuge", 90)}
    yield case("L26", "a trusted traveller", "who asks for refuge", trusted, "refuge_asked")
    yield case("L23", "a visitor arriving", "who is no crew", {}, "-crew_landing")
    for role in (Role.TRANSIT, Role.CRUISE):
        other = {"passengers": Hit(Passenger(role))}
        yield case(
            "L23", "a visitor arriving", f"announced as {role.value}", other, "-crew_landing arrival_examination"
        )
    for person in ("a visitor leaving", "a national leaving", "a national returning", "a trusted traveller"):
        opens = USUALLY[person]
        for outcome in ("failed", "undetermined", "not_supported", ""):
            yield case(
                "L36", person, f"passage {outcome or 'unknown'}", {"checks": {"passage_alone": outcome}}, "not_alone"
            )
        yield case("L36", person, "alone", {}, "-not_alone", opens)
        small = {"checks": {"passage_height": "failed"}}
        yield case("L36", person, "under 135 cm", small, "too_small_for_gate -check_failed")
        yield case("L36", person, "of unknown height", {"checks": {"passage_height": "undetermined"}}, "height_unknown")
        tall = {"checks": {"passage_height": "successful"}}
        yield case("L36", person, "tall enough", tall, "-too_small_for_gate -height_unknown", opens)


def nationals() -> Iterator[Case]:
    for person, rule in (("a national leaving", "L32"), ("a national returning", "L33")):
        opening = "national_departure" if rule == "L32" else "national_return"
        for day, codes, outcome in ((TODAY, opening, "confirm"), (TODAY - DAY, "document_expired", "refer")):
            yield case(rule, person, f"on a passport through {day}", {"document": {"expiry_date": day}}, codes, outcome)
        half = {"document": {"issuing_state": "UTO"}}
        yield case(rule, person, "on a passport of another state", half, "nationality_unclear")
        yield case(rule, person, "without a passport", {"without_document": True}, "no_document")
        yield case(rule, person, "whose face does not match", {"comparisons": (face(0.1),)}, "face_not_matched")
        removed = {"removals": Hit(Removals((Removal(RemovalKind.SENTENCE, date(2026, 1, 1)),)))}
        yield case(rule, person, "whatever Art. 5 says", removed, f"-landing_barred {opening}", "confirm")
        for registry in ("visa", "re_entry", "removals", "holds", "passengers", "certificate", "authorisation"):
            words = f"of whom {registry} is not asked"
            yield case(rule, person, words, {registry: NoAnswer()}, f"-registry_silent {opening}", "confirm")


def authorisations() -> Iterator[Case]:
    for day, answer, codes in (
        (date(2028, 3, 31), Clear(), "-authorisation_missing"),
        (date(2028, 4, 1), Clear(), "authorisation_missing"),
        (date(2028, 4, 1), Hit(Authorisation(date(2028, 4, 1))), "-authorisation_missing -authorisation_expired"),
        (date(2028, 4, 1), Hit(Authorisation(date(2028, 3, 31))), "authorisation_expired"),
        (date(2028, 4, 1), NoAnswer(), "registry_silent"),
        (date(2028, 3, 31), NoAnswer(), "-registry_silent"),
        (date(2029, 1, 1), Hit(Authorisation(date(2030, 1, 1))), "-authorisation_missing -authorisation_expired"),
    ):
        at = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
        words = f"on {day}, authorisation {type(answer).__name__}"
        yield case("L38", "a visitor arriving", words, {"at": at, "authorisation": answer}, codes)
    later = {"at": datetime(2028, 6, 1, 3, tzinfo=UTC), "authorisation": Clear()}
    has_visa = {**later, "visa": Hit(Visa("TEMPORARY_VISITOR", date(2029, 1, 1)))}
    yield case("L38", "a visitor with a visa arriving", "in 2028", has_visa, "-authorisation_missing")
    yield case("L38", "a resident coming back", "in 2028", later, "-authorisation_missing")
    yield case("L38", "crew arriving", "in 2028", later, "-authorisation_missing")


def stations() -> Iterator[Case]:
    """The station itself, the chip and the face: whatever opens without them elsewhere does not open here."""
    for person, outcome in USUALLY.items():
        yield case("", person, "by a clock in the future", {"ended": NOW + 2 * MINUTE}, "clock_implausible")
        yield case("", person, "reported after an hour", {"ended": NOW - 61 * MINUTE}, "clock_implausible")
        yield case("", person, "reported at once", {}, "-clock_implausible -console_silent", outcome)
        yield case("", person, "whom the gate sent off", {"delivery": Delivery.DEFERRED}, "console_silent")
        for check, code in REQUIRED.items():
            yield case("", person, f"without {check}", {"checks": {check: ""}}, code)
            yield case("", person, f"{check} undetermined", {"checks": {check: "undetermined"}}, code)
        for check in CLONE_CHECKS:
            yield case("", person, f"{check} failed", {"checks": {check: "failed"}}, "chip_cloned")
            yield case("", person, f"{check} undetermined", {"checks": {check: "undetermined"}}, "clone_not_excluded")
        for check, code in (("face_morphing", "portrait_may_be_morphed"), ("page_portrait", "portraits_differ")):
            yield case("", person, f"{check} failed", {"checks": {check: "failed"}}, code)
            yield case("", person, f"{check} undetermined", {"checks": {check: "undetermined"}}, f"-{code}", outcome)
        for found, code in (
            ("failed", "face_not_live"),
            ("undetermined", "liveness_unknown"),
            ("", "liveness_unknown"),
        ):
            yield case("", person, f"liveness {found or 'unknown'}", {"checks": {"face_liveness": found}}, code)
        yield case("", person, "not compared", {"comparisons": (finger(),)}, "face_not_compared")
        yield case("", person, "by an old page", {"document": {"source": "page"}}, "chip_not_read")
        yield case("", person, "on an identity card", {"document": {"document_code": "I"}}, "not_a_passport")
    yield case("L33", "a national at a bio-cart", "by mistake", {}, "national_at_bio_cart")
    yield case("L33", "a national returning", "by a gate", {}, "-national_at_bio_cart", "confirm")


FAMILIES: Final = (
    *(usual, silences, alerts, biometrics, persons, nationals, authorisations, stations),
    *(conditions, bars, registered, departures),
)


def all_cases() -> list[Case]:
    return [case for family in FAMILIES for case in family()]
