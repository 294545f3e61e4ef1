"""Passive authentication (Doc 9303-11 §5.1): does the State vouch for what the chip says?

Pure: files, trust and an instant in, findings out. Nothing here is ever taken for passed: what could not be checked
is undetermined, with the reason as code.

sod_hash              hashes_match, hash_mismatch, data_group_unlisted, data_group_missing, known_deviation
sod_signature         signature_valid, signature_invalid, algorithm_unsupported, signer_missing
certificate_chain     see `chain`
certificate_validity  see `validity`
revocation            see `chain`
trust_source          see `chain`
algorithm_policy      algorithms_accepted, legacy_algorithms_accepted, algorithm_weak, signer_missing
known_deviation       see `leniency`; only where a list that is believed speaks of this document

All but the last are sod_missing or sod_unusable where there is no security object to start from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hmac import compare_digest
from typing import Final

from passport_reader import lds, mrz
from passport_reader.document import ChipFinding, Mrz, Outcome, UnusableData, UnusableMrz
from passport_reader.lds import Ef, data_group
from passport_reader.pki import chain, leniency, signed_data, validity
from passport_reader.pki.certificate import Certificate, Verdict
from passport_reader.pki.known_deviations import Kind, KnownDeviation, Subject
from passport_reader.pki.policy import AlgorithmPolicy, Use
from passport_reader.pki.signed_data import SecurityObject, SignedData
from passport_reader.pki.trust import TrustStore
from passport_reader.pki.validity import Moments

PASSIVE: Final = (
    "sod_hash", "sod_signature", "certificate_chain", "certificate_validity", "revocation", "trust_source",
    "algorithm_policy",
)  # fmt: skip

_MANDATORY: Final = (1, 2)
"""Data groups every passport has (Doc 9303-10 §4.2): one that was not read leaves the hashes undetermined."""

_OF_TODAY: Final = AlgorithmPolicy()


def passive(
    files: Mapping[int, bytes],
    trust: TrustStore,
    at: datetime,
    *,
    issued_on: date | None = None,
    policy: AlgorithmPolicy = _OF_TODAY,
) -> tuple[ChipFinding, ...]:
    """One finding for each name of `PASSIVE`, and those of known deviations.

    `files` by file identifier; `at` has a time zone; `issued_on` is DG12's date of issue, where somebody read it.
    """
    sod = files.get(Ef.SOD)
    if sod is None:
        return _all(Outcome.UNDETERMINED, "sod_missing")
    try:
        security_object = signed_data.security_object(sod)
    except UnusableData as error:
        return _all(Outcome.FAILED, "sod_unusable", str(error))
    signed = security_object.signed
    zone = _signed_zone(security_object, files, at)
    moments = Moments(at, signed.signer.signing_time, issued_on, None if zone is None else zone.expiry_date)
    case = _case(signed, trust, moments, zone)
    if case is None:
        missing = [ChipFinding(check, Outcome.UNDETERMINED, "signer_missing") for check in PASSIVE[1:]]
        return (hash_finding(security_object, files), *missing)
    hashes = hash_finding(security_object, files, leniency.excused_groups(case.known) if case.authentic else ())
    weighed = policy_finding(_uses(security_object, case), policy)
    return (hashes, *case.findings, weighed, *leniency.findings(case.known))


def _all(outcome: Outcome, code: str, detail: str = "") -> tuple[ChipFinding, ...]:
    return tuple(ChipFinding(check, outcome, code, detail) for check in PASSIVE)


def _signed_zone(security_object: SecurityObject, files: Mapping[int, bytes], at: datetime) -> Mrz | None:
    """The MRZ of DG1, where its hash is the signed one: nothing else may say which document this is."""
    dg1 = files.get(Ef.DG1)
    if dg1 is None or 1 not in security_object.hashes or not _matches(security_object, 1, dg1):
        return None
    try:
        return mrz.parse(lds.machine_readable_zone(dg1), today=at.date())
    except (UnusableMrz, UnusableData):
        return None


@dataclass(frozen=True, slots=True)
class Case:
    """A signed message with its signer, judged. `findings` are those of `PASSIVE` from signature to trust source."""

    signed: SignedData
    signer: Certificate
    issuer: Certificate | None
    moments: Moments
    known: tuple[KnownDeviation, ...]
    authentic: bool
    """Signature and chain hold: what the message says of itself is the State's word."""
    findings: tuple[ChipFinding, ...]


def _case(signed: SignedData, trust: TrustStore, moments: Moments, zone: Mrz | None = None) -> Case | None:
    """None where nobody knows the signer's certificate."""
    signer = signed.signer.certificate or trust.document_signer(signed.signer.name)
    if signer is None:
        return None
    issuer = trust.issuer(signer)
    known = leniency.known_of(_subject(signer, issuer, zone, moments), trust.known)
    signature = signature_finding(signed, signer)
    link = chain.chain_finding(signer, issuer, trust, zone)
    authentic = signature.outcome is link.outcome is Outcome.SUCCESSFUL
    revoked = chain.revocation_finding(signer, issuer, trust, moments.at)
    if any(item.kind is Kind.SIGNER_REVOKED for item in known):
        revoked = ChipFinding(revoked.check, Outcome.FAILED, "revoked", "by a defect list")
    in_date = validity.finding(signer, issuer, moments)
    softened = [leniency.softened(item, known, authentic=authentic) for item in (link, in_date)]
    findings = (signature, *softened, revoked, chain.source_finding(issuer, trust))
    return Case(signed, signer, issuer, moments, known, authentic, findings)


def _subject(signer: Certificate, issuer: Certificate | None, zone: Mrz | None, moments: Moments) -> Subject:
    country = signer.country if issuer is None else issuer.country
    issued = moments.issued_on or (None if moments.signed is None else moments.signed.date())
    if zone is None:
        return Subject(signer, country, issued_on=issued)
    return Subject(signer, country, zone.document_code, zone.document_number, issued)


def card_security(signed: SignedData, trust: TrustStore, at: datetime) -> ChipFinding:
    """EF.CardSecurity's signer (BSI TR-03110-3 A.1.2), judged as a security object's; the worst counts.

    That no revocation list is known is left to the finding `revocation` of the security object.
    """
    case = _case(signed, trust, Moments(at, signed.signer.signing_time))
    if case is None:
        return ChipFinding("card_security", Outcome.UNDETERMINED, "signer_missing")
    signature, link, in_date, revoked, _ = case.findings
    counting = [signature, link, in_date] + [revoked] * (revoked.outcome is Outcome.FAILED)
    for outcome in (Outcome.FAILED, Outcome.UNDETERMINED):
        for item in counting:
            if item.outcome is outcome:
                return ChipFinding("card_security", outcome, item.code, item.detail)
    return ChipFinding("card_security", Outcome.SUCCESSFUL, "signature_valid", case.signer.country)


def hash_finding(
    security_object: SecurityObject, files: Mapping[int, bytes], excused: Sequence[int] | frozenset[int] = ()
) -> ChipFinding:
    """Every data group read against its hash (§5.1 step 5).

    One that the security object does not list is nobody's word: it is named as unsigned, and used for nothing. A
    mismatch of `excused` groups alone, which the State itself has announced, is undetermined.
    """
    listed = security_object.hashes
    read = {number: files[data_group(number)] for number in range(1, 17) if data_group(number) in files}
    wrong = [number for number in read if number in listed and not _matches(security_object, number, read[number])]
    missing = [number for number in _MANDATORY if number not in read]
    unlisted = [number for number in read if number not in listed]
    if set(wrong) - set(excused):
        return ChipFinding("sod_hash", Outcome.FAILED, "hash_mismatch", _titles(wrong))
    if set(unlisted) & set(_MANDATORY):
        return ChipFinding("sod_hash", Outcome.FAILED, "data_group_unlisted", _titles(unlisted))
    if missing:
        return ChipFinding("sod_hash", Outcome.UNDETERMINED, "data_group_missing", _titles(missing))
    if wrong:
        return ChipFinding("sod_hash", Outcome.UNDETERMINED, leniency.CODE, _titles(wrong))
    unsigned = f"; unsigned: {_titles(unlisted)}" if unlisted else ""
    matching = _titles([number for number in read if number in listed])
    return ChipFinding("sod_hash", Outcome.SUCCESSFUL, "hashes_match", matching + unsigned)


def _matches(security_object: SecurityObject, number: int, data: bytes) -> bool:
    return compare_digest(signed_data.digest(security_object.hash_name, data), security_object.hashes[number])


def _titles(numbers: Sequence[int]) -> str:
    return ", ".join(f"DG{number}" for number in numbers)


def signature_finding(signed: SignedData, signer: Certificate) -> ChipFinding:
    """The signer's signature of the message (§5.1 step 3)."""
    outcome, code = {
        Verdict.VALID: (Outcome.SUCCESSFUL, "signature_valid"),
        Verdict.WRONG: (Outcome.FAILED, "signature_invalid"),
        Verdict.UNSUPPORTED: (Outcome.UNDETERMINED, "algorithm_unsupported"),
    }[signed.signer.signed(signed.content, signer)]
    algorithm = signed.signer.algorithm
    return ChipFinding("sod_signature", outcome, code, f"{algorithm.family}, {signed.signer.hash_name}")


def _uses(security_object: SecurityObject, case: Case) -> tuple[Use, ...]:
    """Every algorithm the verdict rests on, with the last day on which it can have been used."""
    signer, of_message = case.signer, security_object.signed.signer
    signed_on, certified_on = case.moments.latest_signing(signer), signer.not_before.date()
    return (
        Use("the hashes of the data groups", signed_on, security_object.hash_name),
        Use("the digest of the security object", signed_on, of_message.digest),
        Use("the signature of the security object", signed_on, of_message.hash_name, signer.key),
        Use(
            "the signature of the signer's certificate",
            certified_on,
            signer.algorithm.hash_name,
            None if case.issuer is None else case.issuer.key,
        ),
    )


def policy_finding(uses: Sequence[Use], policy: AlgorithmPolicy) -> ChipFinding:
    """A right signature of a weak algorithm proves nothing, and nobody may take it for proof: that is a failure.

    Undetermined would be too little: it says that nothing is known, when it is known that the rule was broken.
    """
    weak, legacy = policy.weak(uses), policy.legacy(uses)
    if weak:
        return ChipFinding("algorithm_policy", Outcome.FAILED, "algorithm_weak", "; ".join(weak))
    code = "legacy_algorithms_accepted" if legacy else "algorithms_accepted"
    return ChipFinding("algorithm_policy", Outcome.SUCCESSFUL, code, "; ".join(legacy))
