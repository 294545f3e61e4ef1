"""Whether those who signed were allowed to when they signed (Doc 9303-12 §4.1 and table 1; docs/decisions/0006).

A document signer signs for weeks, and its certificate lives as long as the documents it signed: ten years and more.
So three moments are asked about, each of who acted then:

    the signer was certified     within the validity of the CSCA's certificate
    the document was signed      within the validity of the signer's, and within its private key usage period
    the document is inspected    within the validity of the signer's, which should outlive the document

That a CSCA's certificate has run out by now is no matter: it vouched when it signed.

certificate_validity  valid, certificate_expired, certificate_expired_before_document, certificate_not_yet_valid,
                      issuer_expired, issuer_not_yet_valid, signed_in_the_future, signed_outside_validity,
                      signed_outside_key_usage, issued_outside_validity, signer_missing
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from passport_reader.document import ChipFinding, Outcome
from passport_reader.pki.certificate import Certificate, Period

CHECK: Final = "certificate_validity"

_CLOCKS: Final = timedelta(days=1)
"""Signers write local time as if it were UTC, and certificates begin at midnight of somewhere."""

_PERSONALISATION: Final = timedelta(days=92)
"""How far the printed day of issue and the day of signing may lie apart: a signer's usual three months (§4.1.1)."""

_LONGEST: Final = timedelta(days=3653) + _PERSONALISATION
"""Before the date of expiry: no passport is valid for more than ten years."""


@dataclass(frozen=True, slots=True)
class Moments:
    """`at` is when the document is inspected, with time zone; the rest None where it is not known."""

    at: datetime
    signed: datetime | None = None
    """The signing time attribute, in the signer's own word."""
    issued_on: date | None = None
    """Date of issue of DG12."""
    expires_on: date | None = None
    """Date of expiry of DG1."""

    def latest_signing(self, signer: Certificate) -> date:
        """The last day on which this signer can have signed, as far as anything is known: algorithms are judged by it.

        The signing time; else the end of the key's usage; else the day of issue; else the end of the certificate.
        Never after the inspection, and never longer before the date of expiry than a passport lives: whoever can
        forge a weak signature also writes an old day into it, but wants a passport that is still valid.
        """
        end = signer.signs_during[1] if signer.signs_during is not None else None
        moment = self.signed or end
        known = moment.date() if moment is not None else self.issued_on or signer.not_after.date()
        earliest = date.min if self.expires_on is None else self.expires_on - _LONGEST
        return min(max(known, earliest), self.at.date())


def finding(signer: Certificate, issuer: Certificate | None, moments: Moments) -> ChipFinding:
    """An issuer nobody knows is the chain's matter; here the signer is judged alone then."""
    return (
        _at_signing(signer, moments)
        or (None if issuer is None else _at_certification(signer, issuer))
        or _at_inspection(signer, moments)
        or ChipFinding(CHECK, Outcome.SUCCESSFUL, "valid", "signer alone" if issuer is None else "")
    )


def _at_signing(signer: Certificate, moments: Moments) -> ChipFinding | None:
    signed = moments.signed
    if signed is None:
        return _at_issue(signer, moments)
    if signed - moments.at > _CLOCKS:
        return ChipFinding(CHECK, Outcome.FAILED, "signed_in_the_future", f"{signed:%Y-%m-%d}")
    if not signer.valid_at(signed):
        return ChipFinding(CHECK, Outcome.FAILED, "signed_outside_validity", f"{signed:%Y-%m-%d}")
    if not _within(signer.signs_during, signed):
        # The State still vouches for the certificate, so nothing is proved: an officer looks
        return ChipFinding(CHECK, Outcome.UNDETERMINED, "signed_outside_key_usage", f"{signed:%Y-%m-%d}")
    return None


def _at_issue(signer: Certificate, moments: Moments) -> ChipFinding | None:
    """The day of issue is an administrative one, so that it can raise a doubt and no more."""
    if moments.issued_on is None:
        return None
    issued = datetime.combine(moments.issued_on, time(12), UTC)
    if signer.not_before - issued <= _PERSONALISATION and issued <= signer.not_after:
        return None
    return ChipFinding(CHECK, Outcome.UNDETERMINED, "issued_outside_validity", f"{moments.issued_on}")


def _within(period: Period | None, moment: datetime) -> bool:
    """Differences alone: the last moment of the year 9999, which means for ever, has none after it."""
    start, end = period or (None, None)
    return (start is None or start - moment <= _CLOCKS) and (end is None or moment - end <= _CLOCKS)


def _at_certification(signer: Certificate, issuer: Certificate) -> ChipFinding | None:
    made = signer.not_before
    if made > issuer.not_after:
        return ChipFinding(CHECK, Outcome.FAILED, "issuer_expired", f"{issuer.not_after:%Y-%m-%d}")
    if issuer.not_before - made > _CLOCKS:
        # A key may have been certified anew, and the older certificate not be on the list
        return ChipFinding(CHECK, Outcome.UNDETERMINED, "issuer_not_yet_valid", f"{issuer.not_before:%Y-%m-%d}")
    return None


def _at_inspection(signer: Certificate, moments: Moments) -> ChipFinding | None:
    if moments.at < signer.not_before:
        return ChipFinding(CHECK, Outcome.FAILED, "certificate_not_yet_valid", f"{signer.not_before:%Y-%m-%d}")
    if moments.at <= signer.not_after:
        return None
    ended = f"{signer.not_after:%Y-%m-%d}"
    if moments.expires_on is not None and moments.expires_on >= moments.at.date():
        return ChipFinding(CHECK, Outcome.UNDETERMINED, "certificate_expired_before_document", ended)
    return ChipFinding(CHECK, Outcome.FAILED, "certificate_expired", ended)
