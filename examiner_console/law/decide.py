"""From facts to a decision, by versioned rules: pure, total, and the same bit for bit when replayed.

All rules look at the facts; a single referral beats every opening, and where no rule opens, the traveller is referred.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import msgspec

from examiner_console.contract import Decision, DecisionOutcome, Reason, Suggestion
from examiner_console.law import (
    alerts,
    arrivals,
    authorisations,
    biometrics,
    departures,
    documents,
    faces,
    gate_use,
    landing,
    nationals,
    registered,
    removals,
    stations,
    visas,
    visitors,
)
from examiner_console.law.catalogue import are_certain, rests_on
from examiner_console.law.facts import Facts
from examiner_console.law.verdicts import PRECEDENCE, Rule, Verdict, Weight, refer

_HOLDER: Final[tuple[Rule, ...]] = (
    stations.clock,
    documents.document_read,
    documents.document_genuine,
    documents.document_unexpired,
    documents.nationality_clear,
    documents.alone,
    faces.face_matches,
)
_STAY: Final[tuple[Rule, ...]] = (
    visitors.visitor_leaving,
    arrivals.biometrics_given,
    arrivals.declared_stay,
    arrivals.arrival_examination,
    nationals.national_at_bio_cart,
    nationals.national_leaving,
    nationals.national_returning,
)
_LOOKED_AT: Final[tuple[Rule, ...]] = (faces.face_alive, faces.portrait_of_one, faces.portrait_as_printed)
_COMPLETE: Final[tuple[Rule, ...]] = (
    *(landing.refuge_asked, alerts.departure_hold, alerts.watchlist),
    *(stations.withdrawal, stations.clock),
    *(biometrics.biometrics_on_landing, registered.registered_biometrics),
    *(documents.document_read, gate_use.document_genuine, documents.document_unexpired, alerts.document_reported),
    *(documents.nationality_clear, documents.alone, gate_use.tall_enough),
    *(biometrics.face_matches, biometrics.face_alive, faces.portrait_of_one, faces.portrait_as_printed),
    *(visas.visa_held, visas.activity_shown, visas.certificate_holds, visas.period_conforms, visas.declared_visit),
    *(landing.health_in_question, removals.earlier_removal, authorisations.travel_authorisation),
    *(departures.departure_order, departures.departure_confirmation, alerts.registries_answered),
    *(landing.crew_landing, landing.landing_examination, registered.recorded_landing),
    *(registered.registration_excluded, landing.old_status_kept, landing.residence_card_due),
    *(nationals.national_at_bio_cart, nationals.national_leaving, nationals.national_returning),
)
"""The 38 rules of the catalogue, as far as a machine has a part in them."""
RULES: Final[Mapping[str, tuple[Rule, ...]]] = MappingProxyType(
    {
        "2026-11-01": (stations.silence, *_HOLDER, *_STAY),
        "2026-11-23": (stations.withdrawal, *_HOLDER, *_STAY),
        "2026-11-26": (stations.withdrawal, *_HOLDER, *_LOOKED_AT, *_STAY),
        "2026-11-27": _COMPLETE,
    }
)
"""Rules by version. A version in use is never edited: what it decided must replay."""
CURRENT: Final = "2026-11-27"
"""What a hall uses. It refers whoever a registry is missing for: what nobody was asked is not clear."""
LANDINGS_ALONE: Final = "2026-11-26"
"""The last version that asks no registry but the console's own landings."""
_NAMES_LAW: Final = frozenset({"2026-11-27"})
"""Versions whose reasons name the rules of the catalogue, and whose reasons stand in the order of PRECEDENCE."""


def decide(facts: Facts, version: str = CURRENT, *, without: frozenset[str] = frozenset()) -> Decision:
    """Raises KeyError for a version that never was.

    `without` leaves out what rests on these rules of the catalogue alone, to see what they change; never for a decision
    that counts.
    """
    verdicts = [verdict for rule in RULES[version] for verdict in rule(facts)]
    if without:
        verdicts = [verdict for verdict in verdicts if not _left_out(verdict, without)]
    if version in _NAMES_LAW:
        verdicts.sort(key=lambda verdict: _PLACE[verdict.weight])
        verdicts = [_named(verdict) for verdict in verdicts]
    else:
        verdicts.sort(key=lambda verdict: verdict.weight)
    opening = [verdict for verdict in verdicts if verdict.opens is not None]
    referring = [verdict for verdict in verdicts if verdict.refers]
    if not opening and not referring:
        missing = _no_rule(facts)
        referring = [_named(missing) if version in _NAMES_LAW else missing]
    if referring:
        return _refer(facts, version, verdicts, referring)
    notes = [verdict for verdict in verdicts if verdict.weight is Weight.NOTE] if version in _NAMES_LAW else []
    return _open(facts, version, [*opening, *notes])


_PLACE: Final = {weight: place for place, weight in enumerate(PRECEDENCE)}


def _left_out(verdict: Verdict, without: frozenset[str]) -> bool:
    ids = rests_on(verdict.reason)
    return bool(ids) and without.issuperset(ids)


def _named(verdict: Verdict) -> Verdict:
    """With the catalogue's identifiers, and whether they are certain; as it is where the catalogue has none."""
    ids = rests_on(verdict.reason)
    if not ids:
        return verdict
    return replace(verdict, reason=msgspec.structs.replace(verdict.reason, law=ids, certain=are_certain(ids)))


def _open(facts: Facts, version: str, opening: Sequence[Verdict]) -> Decision:
    outcome = opening[0].opens
    assert outcome is not None
    reasons = tuple(verdict.reason for verdict in opening)
    return Decision(facts.inspection.id, outcome, reasons, version, facts.at)


def _refer(facts: Facts, version: str, verdicts: Sequence[Verdict], referring: Sequence[Verdict]) -> Decision:
    notes = [verdict for verdict in verdicts if verdict.weight is Weight.NOTE]
    reasons = _once([verdict.reason for verdict in (*referring, *notes)])
    return Decision(
        inspection=facts.inspection.id,
        outcome=DecisionOutcome.REFER,
        reasons=reasons,
        rule_version=version,
        decided_at=facts.at,
        booth=booth_for(facts),
        suggestion=_suggestion(referring),
    )


def _suggestion(referring: Sequence[Verdict]) -> Suggestion | None:
    """Offered only where nothing but the examination itself sends the traveller to the booth."""
    return referring[0].suggestion if len(referring) == 1 else None


def _once(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(reasons))


def booth_for(facts: Facts) -> str:
    """Spread evenly, and the same for the same inspection: by its identifier's last, random bytes."""
    return str(facts.inspection.id.int % facts.booths + 1)


def _no_rule(facts: Facts) -> Verdict:
    article = documents.article_for(facts.inspection)
    return refer(Weight.PROCEDURE, "no_rule_applies", article, "decide", "no rule opens this gate for this traveller")
