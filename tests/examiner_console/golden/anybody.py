"""Anybody at all, for rules that must always hold: every station, document, check and answer of every registry."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import strategies as st

from examiner_console.contract import Declaration, Delivery, FingerCapture
from examiner_console.law import answers as reg
from examiner_console.law.documents import CLONE_CHECKS, REQUIRED
from examiner_console.law.facts import Facts, LandingAnswer, LandingRecord, NoAnswer, NoLandingRecord
from examiner_console.law.statuses import STATUSES
from tests.examiner_console.golden.people import PEOPLE, finger
from tests.examiner_console.samples import FACE, NOW, face, findings, inspection, passport

near = st.dates(date(2026, 11, 1), date(2026, 12, 31))
days = st.one_of(near, st.dates(date(1950, 1, 1), date(2100, 1, 1)))
statuses = st.sampled_from([*STATUSES, "NONSENSE"])
periods = st.sampled_from(["P90D", "P15D", "P1Y", "P5Y", "UNLIMITED", "ACTIVITY", "", "P99Y", "P9999D"])
silences: st.SearchStrategy[Any] = st.one_of(
    st.just(reg.NotAsked()), st.builds(reg.NoAnswer, st.sampled_from(reg.Failure))
)


def answered(entry: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.just(reg.Clear()), silences, st.builds(reg.Hit, entry))


removal = st.builds(reg.Removal, st.sampled_from(reg.RemovalKind), days)
ENTRIES: dict[str, st.SearchStrategy[Any]] = {
    "visa": st.one_of(
        st.builds(reg.Visa, statuses, days, st.integers(0, 2)), st.builds(reg.VisaExempt, st.sampled_from([15, 90]))
    ),
    "certificate": st.builds(reg.Certificate, statuses, days, st.none() | periods.filter(bool), st.booleans()),
    "re_entry": st.builds(reg.ReEntry, st.sampled_from(reg.ReEntryKind), statuses, days, st.booleans()),
    "watchlist": st.builds(reg.WatchlistEntry, st.just("W-1")),
    "document_reports": st.builds(reg.DocumentReport, st.sampled_from(reg.ReportKind), days),
    "holds": st.builds(reg.HoldNotice, st.just("police"), st.sampled_from(reg.HoldGround), st.just(NOW)),
    "departure_orders": st.builds(reg.DepartureOrder, days, days),
    "removals": st.builds(reg.Removals, st.lists(removal, min_size=1, max_size=3).map(tuple)),
    "registration": st.builds(reg.Registration, st.sampled_from(reg.RegistrationKind), days, st.booleans()),
    "passengers": st.builds(reg.Passenger, st.sampled_from(reg.Role)),
    "authorisation": st.builds(reg.Authorisation, days),
    "invitations": st.builds(reg.Invitation, st.just("a ministry")),
}
landings: st.SearchStrategy[LandingAnswer] = st.one_of(
    st.just(NoAnswer()),
    st.just(NoLandingRecord()),
    st.builds(LandingRecord, days, statuses, periods, st.none() | days),
)
purposes = st.sampled_from(["tourism", "study", "work", "refuge", "transit", "other"])
declarations = st.none() | st.builds(Declaration, purposes, st.integers(1, 400))
fingers = st.lists(
    st.builds(
        FingerCapture,
        st.sampled_from(["right_index", "left_index"]),
        st.sampled_from(["captured", "captured", "missing", "injured", "refused", "failed"]),
    ),
    max_size=3,
).map(tuple)
compared = st.lists(
    st.sampled_from([face(), face(0.1), face(fmr=0.01), finger(), finger(0.1), finger(fmr=0.01)]), max_size=3
).map(tuple)
checks = st.dictionaries(
    st.sampled_from([*REQUIRED, *CLONE_CHECKS, *FACE, "passage_alone", "passage_height", "quarantine", "revocation"]),
    st.sampled_from(["failed", "undetermined", "not_supported", "successful", ""]),
    max_size=3,
)
instants = st.sampled_from([NOW, datetime(2025, 9, 29, 14, 59, 59, tzinfo=UTC), datetime(2028, 5, 1, tzinfo=UTC)])


@st.composite
def anybody(draw: st.DrawFn) -> Facts:
    nationality, issuer = draw(st.sampled_from(["JPN", "UTO"])), draw(st.sampled_from(["JPN", "UTO", "UTO"]))
    document = passport(
        nationality,
        issuing_state=issuer,
        expiry_date=draw(days),
        birth_date=draw(st.none() | days),
        document_code=draw(st.sampled_from(["P", "PD", "I"])),
    )
    at = draw(instants)
    seen = inspection(
        draw(st.sampled_from(["gate-1", "gate-2", "bio-cart-1"])),
        at=at,
        document=draw(st.sampled_from([document, document, document, None])),
        findings=findings(**draw(checks)),
        comparisons=draw(compared),
        fingers=draw(fingers),
        declaration=draw(declarations),
        completed_at=at + timedelta(seconds=draw(st.sampled_from([-1, -1, 7200, -7200]))),
    )
    seen = msgspec.structs.replace(seen, id=draw(st.uuids()))
    known = reg.Answers(**{name: draw(answered(entry)) for name, entry in ENTRIES.items()})
    return Facts(seen, at, draw(st.sampled_from(list(Delivery))), draw(landings), draw(st.integers(1, 40)), None, known)


@st.composite
def nearly_in_order(draw: st.DrawFn) -> Facts:
    """A golden person with up to three answers, and perhaps a check, changed: most of these nearly open."""
    changes: dict[str, Any] = {
        name: draw(answered(ENTRIES[name])) for name in draw(st.sets(st.sampled_from(sorted(ENTRIES)), max_size=3))
    }
    if draw(st.booleans()):
        changes["checks"] = draw(checks)
    if draw(st.booleans()):
        changes["declaration"] = draw(declarations)
    if draw(st.booleans()):
        changes["comparisons"] = draw(compared)
    return PEOPLE[draw(st.sampled_from(sorted(PEOPLE)))](**changes)


everybody = st.one_of(anybody(), nearly_in_order())
