"""Japanese nationals: leaving (Art. 60) and returning (Art. 61).

Returning is a right and never refused: what a gate cannot confirm, an officer does at a booth.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from examiner_console.contract import Direction, Document, StationKind
from examiner_console.law.facts import Facts
from examiner_console.law.verdicts import Verdict, Weight, confirm, refer

JAPAN_CODE: Final = "JPN"
"""Doc 9303-3 §5, for both the issuing state and the nationality."""


def is_national(document: Document) -> bool:
    return document.nationality == document.issuing_state == JAPAN_CODE


def national_leaving(facts: Facts) -> Iterator[Verdict]:
    """Art. 60(1): departure confirmation on a valid passport, a fact check and no permission."""
    if _national_at_gate(facts) and facts.inspection.direction is Direction.DEPARTURE:
        yield confirm("national_departure", "Art. 60(1)", "national_leaving", "a Japanese passport, leaving by gate")


def national_returning(facts: Facts) -> Iterator[Verdict]:
    """Art. 61: confirmation of return on a valid passport."""
    if _national_at_gate(facts) and facts.inspection.direction is Direction.ARRIVAL:
        yield confirm("national_return", "Art. 61", "national_returning", "a Japanese passport, returning by gate")


def national_at_bio_cart(facts: Facts) -> Iterator[Verdict]:
    """Nationals give no biometrics on landing; whoever came to a bio-cart by mistake is confirmed at the booth."""
    document = facts.inspection.document
    if document is not None and is_national(document) and facts.inspection.kind is StationKind.BIO_CART:
        detail = "a Japanese passport at a bio-cart"
        yield refer(Weight.PROCEDURE, "national_at_bio_cart", "Art. 61", "national_at_bio_cart", detail)


def _national_at_gate(facts: Facts) -> bool:
    document = facts.inspection.document
    return document is not None and is_national(document) and facts.inspection.kind is StationKind.GATE
