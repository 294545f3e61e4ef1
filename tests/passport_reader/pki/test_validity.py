"""Signers are judged by when they signed; documents by when they are inspected (docs/decisions/0006)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from passport_reader.document import Outcome
from passport_reader.pki import authentication
from passport_reader.pki.trust import TrustStore


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def validity(press: Any, csca: Any, signer: Any, now: datetime, **more: Any) -> tuple[Outcome, str]:
    issued_on = more.pop("issued_on", None)
    store = TrustStore.from_certificates([csca.der])
    findings = authentication.passive(press.passport(signer, **more), store, now, issued_on=issued_on)
    return next((item.outcome, item.code) for item in findings if item.check == "certificate_validity")


VALID = (Outcome.SUCCESSFUL, "valid")


@pytest.mark.parametrize(("at", "expected"), [
    ("2015-12-31", (Outcome.FAILED, "signed_outside_validity")),
    ("2020-05-04", VALID),
    ("2026-11-24", VALID),  # the signer's clock, hours ahead of ours
    ("2026-12-01", (Outcome.FAILED, "signed_in_the_future")),
])  # fmt: skip
def test_the_signing_time_lies_within_the_signers_validity_and_the_past(
    press: Any, csca: Any, now: datetime, at: str, expected: tuple[Outcome, str]
) -> None:
    assert validity(press, csca, press.signer(csca), now, at=day(at)) == expected


def test_a_signer_that_ran_out_before_its_documents_is_doubtful_and_one_that_ran_out_with_them_is_expired(
    press: Any, csca: Any, now: datetime
) -> None:
    """The passport expires on 2027-04-15."""
    short = press.signer(csca, years=(day("2016-01-01"), day("2026-01-01")))
    assert validity(press, csca, short, now) == (Outcome.UNDETERMINED, "certificate_expired_before_document")
    assert validity(press, csca, short, day("2027-04-16")) == (Outcome.FAILED, "certificate_expired")


def test_an_expiry_date_that_nobody_signed_excuses_no_expired_signer(press: Any, csca: Any, now: datetime) -> None:
    short = press.signer(csca, years=(day("2016-01-01"), day("2026-01-01")))
    groups = press.groups()
    sod = press.message("2.23.136.1.1.1", press.security_object(groups), short)
    changed = groups | {1: press.dg1("360415")}
    findings = authentication.passive(press.files(sod, changed), TrustStore.from_certificates([csca.der]), now)
    assert ("certificate_validity", "certificate_expired") in {(item.check, item.code) for item in findings}


@pytest.mark.parametrize(("at", "expected"), [
    ("2016-02-01", VALID), ("2016-06-01", (Outcome.UNDETERMINED, "signed_outside_key_usage")),
])  # fmt: skip
def test_a_key_used_after_its_usage_period_raises_a_doubt(
    press: Any, csca: Any, now: datetime, at: str, expected: tuple[Outcome, str]
) -> None:
    period = press.extension(
        "private_key_usage_period", {"not_before": day("2016-01-01"), "not_after": day("2016-03-31")}
    )
    signer = press.signer(csca, extensions=(*press.SIGNER, period))
    assert validity(press, csca, signer, now, at=day(at)) == expected


@pytest.mark.parametrize(("issued_on", "expected"), [
    (date(2015, 11, 1), VALID), (date(2015, 1, 1), (Outcome.UNDETERMINED, "issued_outside_validity")),
])  # fmt: skip
def test_without_a_signing_time_the_date_of_issue_can_raise_a_doubt(
    press: Any, csca: Any, now: datetime, issued_on: date, expected: tuple[Outcome, str]
) -> None:
    assert validity(press, csca, press.signer(csca), now, at=None, issued_on=issued_on) == expected


def test_an_issuer_that_has_run_out_since_it_certified_is_no_matter(press: Any, now: datetime) -> None:
    csca = press.authority(years=(day("2012-01-01"), day("2020-01-01")))
    assert validity(press, csca, press.signer(csca), now) == VALID


def test_an_issuer_that_had_run_out_when_it_certified_fails(press: Any, now: datetime) -> None:
    csca = press.authority(years=(day("2005-01-01"), day("2015-01-01")))
    assert validity(press, csca, press.signer(csca), now) == (Outcome.FAILED, "issuer_expired")


def test_of_two_certificates_with_one_key_the_one_in_date_counts(press: Any, csca: Any, now: datetime) -> None:
    renewed = press.certify(
        "CSCA", csca.key, None, extensions=press.AUTHORITY, years=(day("2019-01-01"), day("2032-01-01"))
    )
    signer = press.signer(csca)
    for order in ([renewed, csca], [csca, renewed]):
        store = TrustStore.from_certificates([item.der for item in order])
        findings = authentication.passive(press.passport(signer), store, now)
        assert ("certificate_validity", "valid") in {(item.check, item.code) for item in findings}
    alone = validity(press, renewed, signer, now)
    assert alone == (Outcome.UNDETERMINED, "issuer_not_yet_valid")


def test_a_usage_period_to_the_end_of_time_ends_never(press: Any, csca: Any, now: datetime) -> None:
    period = press.extension("private_key_usage_period", {"not_after": day("9999-12-31T23:59:59")})
    signer = press.signer(csca, extensions=(*press.SIGNER, period))
    assert validity(press, csca, signer, now) == VALID
