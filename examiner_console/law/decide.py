"""From facts to a decision, by versioned rules: pure, total, and the same bit for bit when replayed.

All rules look at the facts; a single referral beats every opening, and where no rule opens, the traveller is referred.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from examiner_console.contract import Decision, DecisionOutcome, Reason, Suggestion
from examiner_console.law import arrivals, documents, nationals, stations, visitors
from examiner_console.law.facts import Facts
from examiner_console.law.verdicts import Rule, Verdict, Weight, refer

_TRAVELLER: Final[tuple[Rule, ...]] = (
    stations.clock,
    documents.document_read,
    documents.document_genuine,
    documents.document_unexpired,
    documents.nationality_clear,
    documents.alone,
    documents.face_matches,
    visitors.visitor_leaving,
    arrivals.biometrics_given,
    arrivals.declared_stay,
    arrivals.arrival_examination,
    nationals.national_at_bio_cart,
    nationals.national_leaving,
    nationals.national_returning,
)
RULES: Final[Mapping[str, tuple[Rule, ...]]] = MappingProxyType(
    {
        "2026-11-01": (stations.silence, *_TRAVELLER),
        "2026-11-23": (stations.withdrawal, *_TRAVELLER),
    }
)
"""Rules by version. A version in use is never edited: what it decided must replay."""
CURRENT: Final = "2026-11-23"


def decide(facts: Facts, version: str = CURRENT) -> Decision:
    """Raises KeyError for a version that never was."""
    verdicts = [verdict for rule in RULES[version] for verdict in rule(facts)]
    verdicts.sort(key=lambda verdict: verdict.weight)
    opening = [verdict for verdict in verdicts if verdict.opens is not None]
    referring = [verdict for verdict in verdicts if verdict.refers]
    if not opening and not referring:
        referring = [_no_rule(facts)]
    return _refer(facts, version, verdicts, referring) if referring else _open(facts, version, opening)


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
