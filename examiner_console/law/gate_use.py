"""Who may use a gate and a joint kiosk at all, as the agency describes them (no article of the Act).

Face gate: an IC passport, alone, at least 135 cm tall; Japanese both ways, foreign Temporary Visitors on the way out.
A seal is stamped only for who asks an officer before customs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from examiner_console.contract import CheckOutcome
from examiner_console.law import documents, travellers
from examiner_console.law.documents import article_for, worst_by_check
from examiner_console.law.facts import Facts
from examiner_console.law.landing import HEALTH_CHECK
from examiner_console.law.verdicts import Verdict, Weight, refer

LEAST_HEIGHT_CM: Final = 135
HEIGHT: Final = "passage_height"
_NOT_THE_DOCUMENT: Final = frozenset({HEIGHT, HEALTH_CHECK})


def tall_enough(facts: Facts) -> Iterator[Verdict]:
    """L36: where a gate measures height, it must be known to be enough. One that does not report it is not judged."""
    outcome, why = worst_by_check(facts.inspection.findings).get(HEIGHT, (None, ""))
    if travellers.at_gate(facts) and outcome in (CheckOutcome.UNDETERMINED, CheckOutcome.NOT_SUPPORTED):
        detail = f"{HEIGHT}: {outcome.value}" + (f" ({why})" if why else "")
        yield refer(Weight.IDENTITY, "height_unknown", article_for(facts.inspection), "tall_enough", detail)
    elif travellers.at_gate(facts) and outcome is CheckOutcome.FAILED:
        detail = f"less than {LEAST_HEIGHT_CM} cm"
        yield refer(Weight.IDENTITY, "too_small_for_gate", article_for(facts.inspection), "tall_enough", detail)


def document_genuine(facts: Facts) -> Iterator[Verdict]:
    """As before, but height and health are no checks of the passport: they have rules of their own."""
    for verdict in documents.document_genuine(facts):
        check = verdict.reason.detail.partition(":")[0]
        if verdict.reason.code != "check_failed" or check not in _NOT_THE_DOCUMENT:
            yield verdict


class Route(StrEnum):
    WALK_THROUGH = "walk_through_gate"
    DEDICATED_BOOTH = "dedicated_booth"
    ORDINARY_BOOTH = "ordinary_booth"


@dataclass(frozen=True, slots=True)
class KioskVisit:
    """One person at a joint kiosk of immigration and customs."""

    national: bool
    has_entry_code: bool
    """The QR code of the web service was read, and it fits the passport."""
    passport_read: bool
    alone: bool
    fingers_given: bool = False


def kiosk_route(visit: KioskVisit) -> Route:
    """L37: where a person walks to from a joint kiosk. The photo is deleted promptly after use, whatever the route.

    Nationals give no fingerprints; a foreign traveller without them is examined at an ordinary booth.
    """
    if not (visit.has_entry_code and visit.passport_read and visit.alone):
        return Route.ORDINARY_BOOTH
    if visit.national:
        return Route.WALK_THROUGH
    return Route.DEDICATED_BOOTH if visit.fingers_given else Route.ORDINARY_BOOTH
