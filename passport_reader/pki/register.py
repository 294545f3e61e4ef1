"""Certificates that are believed, found by who may have signed something: by key identifier, then by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final

from passport_reader.pki import keys
from passport_reader.pki.certificate import Certificate, Verdict
from passport_reader.pki.revocation import RevocationList

MAX_CANDIDATES: Final = 16
"""Different keys tried for one signature. The most that share a name in the German master list are 14."""


class Standing(StrEnum):
    """What can be said of a believed certificate's own signature, with nothing but the certificates believed."""

    SELF_SIGNED = "self-signed, and verified"
    CERTIFIED = "signed by another believed certificate, and verified"
    ISSUER_ABSENT = "the issuer is not among those believed"
    WRONG = "the signature is wrong"
    UNSUPPORTED = "of an algorithm or key this reader does not know"


class Register:
    """Immutable. A look-up costs as much as there are candidates, not as there are certificates.

    What may not sign certificates is nobody's issuer, though a list name it.
    """

    def __init__(self, certificates: Iterable[Certificate]) -> None:
        self._by_key: dict[bytes, list[Certificate]] = {}
        self._by_name: dict[str, list[Certificate]] = {}
        for item in certificates:
            if not item.certifies:
                continue
            self._by_name.setdefault(item.subject, []).append(item)
            if item.subject_key is not None:
                self._by_key.setdefault(item.subject_key, []).append(item)

    def issuers(self, issued: Certificate | RevocationList) -> tuple[Certificate, ...]:
        """Who may have signed it: by authority key identifier where there is one, then by name.

        Each key once, and `MAX_CANDIDATES` at most; of several certificates with one key, one that was in date then.
        """
        found: dict[object, Certificate] = {}
        for item in self._named(issued):
            identity = keys.identity(item.key)
            if identity not in found or _preference(item, issued) > _preference(found[identity], issued):
                found[identity] = item
        return tuple(found.values())[:MAX_CANDIDATES]

    def _named(self, issued: Certificate | RevocationList) -> Iterator[Certificate]:
        if issued.authority_key is not None:
            yield from self._by_key.get(issued.authority_key, ())
        yield from self._by_name.get(issued.issuer, ())

    def issuer(self, issued: Certificate) -> Certificate | None:
        """The one whose key verifies the signature."""
        return next((item for item in self.issuers(issued) if item.issued(issued) is Verdict.VALID), None)

    def standing(self, item: Certificate) -> Standing:
        if item.self_issued and item.may_have_issued(item) and item.issued(item) is Verdict.VALID:
            return Standing.SELF_SIGNED
        verdicts = {found.issued(item) for found in self.issuers(item) if found.may_have_issued(item)}
        if Verdict.VALID in verdicts:
            return Standing.CERTIFIED
        if Verdict.UNSUPPORTED in verdicts:
            return Standing.UNSUPPORTED
        return Standing.WRONG if verdicts else Standing.ISSUER_ABSENT


def _preference(item: Certificate, issued: Certificate | RevocationList) -> tuple[bool, bool]:
    made = issued.not_before if isinstance(issued, Certificate) else issued.issued_at
    return item.valid_at(made), item.self_issued
