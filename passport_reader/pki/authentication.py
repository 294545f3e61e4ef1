"""Passive authentication (Doc 9303-11 §5.1): does the State vouch for what the chip says?

Pure: files, trust and an instant in, findings out. Nothing here is ever taken for passed: what could not be checked
is undetermined, with the reason as code.

sod_hash              hashes_match, hash_mismatch, data_group_unlisted, data_group_missing
sod_signature         signature_valid, signature_invalid, algorithm_unsupported, signer_missing
certificate_chain     chain_verified, chain_broken, issuer_unknown, algorithm_unsupported, signer_missing
certificate_validity  valid, certificate_expired, certificate_not_yet_valid, issuer_expired, issuer_not_yet_valid,
                      signed_outside_validity, signer_missing
revocation            not_revoked, revoked, no_revocation_list, revocation_list_stale, issuer_unknown, signer_missing

All five are sod_missing or sod_unusable where there is no security object to start from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hmac import compare_digest
from typing import Final

from passport_reader.document import ChipFinding, Outcome, UnusableData
from passport_reader.lds import Ef, data_group
from passport_reader.pki import signed_data
from passport_reader.pki.certificate import Certificate, Verdict
from passport_reader.pki.signed_data import SecurityObject
from passport_reader.pki.trust import TrustStore

PASSIVE: Final = ("sod_hash", "sod_signature", "certificate_chain", "certificate_validity", "revocation")

_MANDATORY: Final = (1, 2)
"""Data groups every passport has (Doc 9303-10 §4.2): one that was not read leaves the hashes undetermined."""


def passive(files: Mapping[int, bytes], trust: TrustStore, at: datetime) -> tuple[ChipFinding, ...]:
    """One finding for each name of `PASSIVE`. `files` by file identifier; `at` has a time zone."""
    sod = files.get(Ef.SOD)
    if sod is None:
        return _all(Outcome.UNDETERMINED, "sod_missing")
    try:
        security_object = signed_data.security_object(sod)
    except UnusableData as error:
        return _all(Outcome.FAILED, "sod_unusable", str(error))
    hashes, signature = hash_finding(security_object, files), signature_finding(security_object)
    signer = security_object.signed.signer
    if signer.certificate is None:
        missing = [ChipFinding(check, Outcome.UNDETERMINED, "signer_missing") for check in PASSIVE[2:]]
        return (hashes, signature, *missing)
    issuer = trust.issuer(signer.certificate)
    return (
        hashes,
        signature,
        chain_finding(signer.certificate, issuer, trust),
        validity_finding(signer.certificate, issuer, signer.signing_time, at),
        revocation_finding(signer.certificate, issuer, trust, at),
    )


def _all(outcome: Outcome, code: str, detail: str = "") -> tuple[ChipFinding, ...]:
    return tuple(ChipFinding(check, outcome, code, detail) for check in PASSIVE)


def hash_finding(security_object: SecurityObject, files: Mapping[int, bytes]) -> ChipFinding:
    """Every data group read against its hash (§5.1 step 5).

    One that the security object does not list is nobody's word: it is named as unsigned, and used for nothing.
    """
    listed = security_object.hashes
    read = {number: files[data_group(number)] for number in range(1, 17) if data_group(number) in files}
    wrong = [number for number in read if number in listed and not _matches(security_object, number, read[number])]
    missing = [number for number in _MANDATORY if number not in read]
    unlisted = [number for number in read if number not in listed]
    if wrong:
        return ChipFinding("sod_hash", Outcome.FAILED, "hash_mismatch", _titles(wrong))
    if set(unlisted) & set(_MANDATORY):
        return ChipFinding("sod_hash", Outcome.FAILED, "data_group_unlisted", _titles(unlisted))
    if missing:
        return ChipFinding("sod_hash", Outcome.UNDETERMINED, "data_group_missing", _titles(missing))
    unsigned = f"; unsigned: {_titles(unlisted)}" if unlisted else ""
    matching = _titles([number for number in read if number in listed])
    return ChipFinding("sod_hash", Outcome.SUCCESSFUL, "hashes_match", matching + unsigned)


def _matches(security_object: SecurityObject, number: int, data: bytes) -> bool:
    return compare_digest(signed_data.digest(security_object.hash_name, data), security_object.hashes[number])


def _titles(numbers: Sequence[int]) -> str:
    return ", ".join(f"DG{number}" for number in numbers)


def signature_finding(security_object: SecurityObject) -> ChipFinding:
    """The document signer's signature of the security object (§5.1 step 3)."""
    if security_object.signed.signer.certificate is None:
        return ChipFinding("sod_signature", Outcome.UNDETERMINED, "signer_missing")
    outcome, code = {
        Verdict.VALID: (Outcome.SUCCESSFUL, "signature_valid"),
        Verdict.WRONG: (Outcome.FAILED, "signature_invalid"),
        Verdict.UNSUPPORTED: (Outcome.UNDETERMINED, "algorithm_unsupported"),
    }[security_object.signed.verify()]
    return ChipFinding("sod_signature", outcome, code, security_object.hash_name)


def chain_finding(signer: Certificate, issuer: Certificate | None, trust: TrustStore) -> ChipFinding:
    """Document signer to country signing certificate (§5.1 step 4)."""
    if issuer is not None:
        return ChipFinding("certificate_chain", Outcome.SUCCESSFUL, "chain_verified", trust.source)
    verdicts = {candidate.issued(signer) for candidate in trust.issuers(signer) if candidate.may_have_issued(signer)}
    if Verdict.UNSUPPORTED in verdicts:
        return ChipFinding("certificate_chain", Outcome.UNDETERMINED, "algorithm_unsupported", signer.country)
    if verdicts:
        return ChipFinding("certificate_chain", Outcome.FAILED, "chain_broken", signer.country)
    return ChipFinding("certificate_chain", Outcome.UNDETERMINED, "issuer_unknown", signer.country)


def validity_finding(
    signer: Certificate, issuer: Certificate | None, signed_at: datetime | None, at: datetime
) -> ChipFinding:
    """Valid when it signed, where the signature says when, and now: signers outlive documents (Doc 9303-12 §4).

    An issuer nobody knows is the chain's matter; here the signer is judged alone then.
    """
    check = "certificate_validity"
    if signed_at is not None and not signer.valid_at(signed_at):
        return ChipFinding(check, Outcome.FAILED, "signed_outside_validity")
    for name, subject in (("certificate", signer), ("issuer", issuer)):
        if subject is not None and at < subject.not_before:
            return ChipFinding(check, Outcome.FAILED, f"{name}_not_yet_valid", f"{subject.not_before:%Y-%m-%d}")
        if subject is not None and at > subject.not_after:
            return ChipFinding(check, Outcome.FAILED, f"{name}_expired", f"{subject.not_after:%Y-%m-%d}")
    return ChipFinding(check, Outcome.SUCCESSFUL, "valid", "signer alone" if issuer is None else "")


def revocation_finding(signer: Certificate, issuer: Certificate | None, trust: TrustStore, at: datetime) -> ChipFinding:
    """Against the issuer's newest list. No list is no answer, and a stale list only an answer where it says revoked."""
    check = "revocation"
    if issuer is None:
        return ChipFinding(check, Outcome.UNDETERMINED, "issuer_unknown")
    revoked = trust.revocation_list(issuer)
    if revoked is None:
        return ChipFinding(check, Outcome.UNDETERMINED, "no_revocation_list", signer.country)
    if signer.serial_number in revoked.serial_numbers:
        return ChipFinding(check, Outcome.FAILED, "revoked", signer.country)
    if revoked.next_at is None or at > revoked.next_at or at < revoked.issued_at:
        return ChipFinding(check, Outcome.UNDETERMINED, "revocation_list_stale", signer.country)
    return ChipFinding(check, Outcome.SUCCESSFUL, "not_revoked", signer.country)
