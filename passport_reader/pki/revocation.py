"""Certificate revocation lists of States (Doc 9303-12 §7.1.4, RFC 5280 §5).

The profile knows complete lists alone. A delta, partial or indirect list is read all the same: what it withdraws is
withdrawn, but nobody is cleared by a list that does not claim to be whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from asn1crypto import crl

from passport_reader.document import UnusableData
from passport_reader.pki import certificate, signatures
from passport_reader.pki.certificate import Certificate
from passport_reader.pki.keys import MALFORMED
from passport_reader.pki.signatures import SignatureAlgorithm, Verdict

MAX_ENTRIES: Final = 100_000
"""Of one list. A State has some hundred signers; the largest lists of the PKD stay below a thousand."""

_UNDERSTOOD: Final = frozenset({"authority_key_identifier", "issuer_alt_name", "crl_number"})


@dataclass(frozen=True, slots=True)
class RevocationList:
    """The serial numbers a CSCA has withdrawn."""

    issuer: str
    authority_key: bytes | None
    issued_at: datetime
    next_at: datetime | None
    limits: str
    """Empty for a complete list; else why it clears nobody: delta, indirect, partial, critical extension."""
    serial_numbers: frozenset[int] = field(repr=False)
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    algorithm: SignatureAlgorithm = field(repr=False)

    @classmethod
    def parse(cls, der: bytes) -> RevocationList:
        """Raise `UnusableData`."""
        try:
            return cls._of(crl.CertificateList.load(der))
        except MALFORMED:
            raise UnusableData("not a certificate revocation list") from None

    @classmethod
    def _of(cls, parsed: crl.CertificateList) -> RevocationList:
        body = parsed["tbs_cert_list"]
        entries, extensions = body["revoked_certificates"] or (), _extensions(body)
        if len(entries) > MAX_ENTRIES:
            raise UnusableData("a revocation list has too many entries", entries=len(entries))
        authority, later = extensions.get("authority_key_identifier"), body["next_update"].native
        if parsed["signature_algorithm"].dump() != body["signature"].dump():
            raise UnusableData("a revocation list names two algorithms for its one signature")
        return cls(
            issuer=certificate.name(body["issuer"]),
            authority_key=None if authority is None else authority["extn_value"].parsed["key_identifier"].native,
            issued_at=certificate.instant(body["this_update"].native),
            next_at=None if later is None else certificate.instant(later),
            limits=_limits(extensions),
            serial_numbers=frozenset(entry["user_certificate"].native for entry in entries),
            signed=body.dump(),
            signature=parsed["signature"].native,
            algorithm=SignatureAlgorithm.of(parsed["signature_algorithm"]),
        )

    @property
    def names_only_its_own(self) -> bool:
        """Not so in an indirect list: its serial numbers are of several issuers (RFC 5280 §5.3.3)."""
        return self.limits != "indirect"

    def signed_by(self, issuer: Certificate) -> Verdict:
        return signatures.verify(issuer.key, self.algorithm, self.signature, self.signed)


def _extensions(body: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in body["crl_extensions"] or ():
        if item["extn_id"].native in found:
            raise UnusableData("a revocation list has an extension twice")
        found[item["extn_id"].native] = item
    return found


def _limits(extensions: dict[str, Any]) -> str:
    point = extensions.get("issuing_distribution_point")
    if point is not None:
        return "indirect" if point["extn_value"].parsed["indirect_crl"].native else "partial"
    if "delta_crl_indicator" in extensions:
        return "delta"
    unknown = any(item["critical"].native and name not in _UNDERSTOOD for name, item in extensions.items())
    return "critical extension" if unknown else ""
