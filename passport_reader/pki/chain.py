"""From a signer to a State that is believed, on whose word, and whether the State has withdrawn the signer since.

certificate_chain     chain_verified, chain_broken, issuer_unknown, algorithm_unsupported, signer_not_for_documents,
                      issuing_state_differs, document_type_unlisted, critical_extension_unknown, signer_missing
trust_source          source_verified, source_unverified, issuer_unknown, signer_missing
revocation            not_revoked, revoked, issuer_revoked, no_revocation_list, revocation_list_stale,
                      revocation_list_unsupported, issuer_unknown, signer_missing
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from passport_reader.document import ChipFinding, Mrz, Outcome
from passport_reader.pki.certificate import Certificate, Verdict
from passport_reader.pki.countries import of_one_state
from passport_reader.pki.revocation import RevocationList
from passport_reader.pki.trust import TrustStore, Word

MAX_DETAIL: Final = 400
"""Characters of a detail that lists write: findings travel in messages with bounds."""

_OTHER_PURPOSES: Final = ("2.23.136.1.1.", "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2")
"""Signers of master lists, deviation lists, visas and bar codes, and TLS (Doc 9303-12 §7.1.1.3, §7.1.2, §7.2.1): the
same CSCA certifies them, and none of them may make passports. A signer of documents has no purpose at all."""


def chain_finding(
    signer: Certificate, issuer: Certificate | None, trust: TrustStore, zone: Mrz | None = None
) -> ChipFinding:
    """Document signer to country signing certificate (Doc 9303-11 §5.1 step 4). `zone` is DG1's, where it is signed."""
    check = "certificate_chain"
    if issuer is not None:
        return _doubt(check, signer, issuer, zone) or ChipFinding(
            check, Outcome.SUCCESSFUL, "chain_verified", trust.source[:MAX_DETAIL]
        )
    verdicts = {candidate.issued(signer) for candidate in trust.issuers(signer) if candidate.may_have_issued(signer)}
    if Verdict.UNSUPPORTED in verdicts:
        return ChipFinding(check, Outcome.UNDETERMINED, "algorithm_unsupported", signer.country)
    if verdicts:
        return ChipFinding(check, Outcome.FAILED, "chain_broken", signer.country)
    return ChipFinding(check, Outcome.UNDETERMINED, "issuer_unknown", signer.country)


def _doubt(check: str, signer: Certificate, issuer: Certificate, zone: Mrz | None) -> ChipFinding | None:
    """A State believed for its own passports is not believed for another's: else the weakest key of a master list
    would make passports of every State on it."""
    elsewhere = any(purpose.startswith(_OTHER_PURPOSES) for purpose in signer.purposes)
    if elsewhere or (signer.usage is not None and not signer.usage & {"digital_signature", "non_repudiation"}):
        return ChipFinding(check, Outcome.FAILED, "signer_not_for_documents", signer.country)
    if signer.unknown_critical:
        return ChipFinding(check, Outcome.UNDETERMINED, "critical_extension_unknown", signer.country)
    if zone is None:
        return None
    state, code, listed = zone.issuing_state, zone.document_code, signer.document_types
    if state not in issuer.states and not of_one_state(state, issuer.country):
        return ChipFinding(check, Outcome.UNDETERMINED, "issuing_state_differs", f"{state} under {issuer.country}")
    if listed and not any(code.startswith(item) for item in listed):
        return ChipFinding(check, Outcome.UNDETERMINED, "document_type_unlisted", code)
    return None


def source_finding(issuer: Certificate | None, trust: TrustStore) -> ChipFinding:
    """On whose word the issuer is believed: a chain is worth what the list is worth that it ends in."""
    if issuer is None:
        return ChipFinding("trust_source", Outcome.UNDETERMINED, "issuer_unknown")
    sources = trust.sources(issuer)
    detail = "; ".join(str(source) for source in sources)[:MAX_DETAIL]
    if all(source.word == Word.UNROOTED for source in sources):
        return ChipFinding("trust_source", Outcome.UNDETERMINED, "source_unverified", detail)
    return ChipFinding("trust_source", Outcome.SUCCESSFUL, "source_verified", detail)


def revocation_finding(signer: Certificate, issuer: Certificate | None, trust: TrustStore, at: datetime) -> ChipFinding:
    """Against the issuer's newest complete list, and every list since that is not complete.

    No list is no answer, and a stale or incomplete list only an answer where it says revoked.
    """
    check = "revocation"
    if issuer is None:
        return ChipFinding(check, Outcome.UNDETERMINED, "issuer_unknown")
    lists, newest = trust.lists_of(issuer), trust.revocation_list(issuer)
    counting = [item for item in lists if item is newest or _adds_to(item, newest)]
    if any(signer.serial_number in item.serial_numbers for item in counting):
        return ChipFinding(check, Outcome.FAILED, "revoked", signer.country)
    if any(item.issuer == issuer.issuer and issuer.serial_number in item.serial_numbers for item in counting):
        return ChipFinding(check, Outcome.FAILED, "issuer_revoked", signer.country)
    if newest is None:
        code = "revocation_list_unsupported" if lists else "no_revocation_list"
        return ChipFinding(check, Outcome.UNDETERMINED, code, ", ".join([signer.country, *(i.limits for i in lists)]))
    if newest.next_at is None or at > newest.next_at or at < newest.issued_at:
        return ChipFinding(check, Outcome.UNDETERMINED, "revocation_list_stale", signer.country)
    return ChipFinding(check, Outcome.SUCCESSFUL, "not_revoked", signer.country)


def _adds_to(item: RevocationList, newest: RevocationList | None) -> bool:
    """An incomplete list counts for what it withdraws, unless it is indirect: then its numbers are of anybody."""
    return bool(item.limits) and item.names_only_its_own and (newest is None or item.issued_at >= newest.issued_at)
