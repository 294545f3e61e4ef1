"""Which States' keys are believed: country signing certificates (CSCA), from master lists, and revocation lists.

PassportError (document.py)
└── TrustRefused       the list is not signed by whom it must be; nothing of it is used
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from passport_reader import tlv
from passport_reader.document import PassportError, UnusableData
from passport_reader.pki import certificate, directory, known_deviations, signed_data
from passport_reader.pki.certificate import Certificate, Verdict
from passport_reader.pki.known_deviations import KnownDeviation
from passport_reader.pki.register import Register, Standing
from passport_reader.pki.revocation import RevocationList
from passport_reader.pki.signed_data import SignedData, SignerName

__all__ = ["RevocationList", "Source", "Standing", "TrustRefused", "TrustStore", "Word"]

MAX_CERTIFICATES: Final = 5000
"""Certificates of one master list. ICAO's holds about 600."""

MAX_LINKS: Final = 8
"""Successions followed from a key that is believed. A CSCA changes its key every three to five years, and a passport
is read for ten: an honest chain has four."""

MAX_LIKENESSES: Final = 256
"""Certificates of a directory parsed to find one. A long serial number is like no other; a short one many have."""

_MASTER_LIST: Final = "2.23.136.1.1.2"  # id-icao-cscaMasterList, Doc 9303-12 §9.2
_SIGNS_MASTER_LISTS: Final = "2.23.136.1.1.3"  # id-icao-cscaMasterListSigningKey, §7.1.1.3
_SIGNS_DEVIATION_LISTS: Final = "2.23.136.1.1.8"  # id-icao-DeviationListSigningKey


class TrustRefused(PassportError):
    code = "trust_refused"


class Word(StrEnum):
    """On whose word a certificate is believed."""

    GIVEN = "given certificates"
    ROOTED = "master list verified against a root"
    UNROOTED = "master list of an unverified signer"
    """The list is whole, but on nobody's authority."""
    LINKED = "link certificates"
    """Certified by the key of a CSCA that is believed."""


@dataclass(frozen=True, slots=True)
class Source:
    """`word` is one of `Word`, or whatever the caller said; `name` the country of the list's signer and its day."""

    word: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.word} ({self.name})" if self.name else self.word


class TrustStore:
    """CSCA certificates, found by key identifier or by name. Immutable; share it between threads."""

    def __init__(
        self,
        certificates: Iterable[Certificate] = (),
        revocation_lists: Iterable[RevocationList] = (),
        *,
        source: str = "",
        sources: Mapping[bytes, tuple[Source, ...]] | None = None,
        document_signers: Iterable[bytes] = (),
        known: Iterable[KnownDeviation] = (),
        refused: Iterable[str] = (),
    ) -> None:
        self.certificates = tuple({item.der: item for item in certificates}.values())
        self.revocation_lists = tuple({item.signed: item for item in revocation_lists}.values())
        self.source = source
        """For an officer: where these certificates come from, and on whose word."""
        self.document_signers = tuple(document_signers)
        """DER certificates of signers that a directory knows; believed only as far as a CSCA here signed them."""
        self.known = tuple(known)
        """What deviation and defect lists say."""
        self.refused = tuple(refused)
        """For a technician: what a list or directory held and was left out, and why."""
        given = dict(sources or {})
        self._sources = {item.der: given.get(item.der, (Source(source),)) for item in self.certificates}
        self._register = Register(self.certificates)

    @classmethod
    def from_certificates(cls, certificates: Iterable[bytes], *, revocation_lists: Iterable[bytes] = ()) -> TrustStore:
        """DER certificates and CRLs that someone already decided to believe. Raise `UnusableData`."""
        lists = [RevocationList.parse(der) for der in revocation_lists]
        return cls((certificate.parse(der) for der in certificates), lists, source=Word.GIVEN)

    @classmethod
    def from_master_list(
        cls, data: bytes, *, roots: Sequence[bytes] = (), revocation_lists: Iterable[bytes] = ()
    ) -> TrustStore:
        """A CSCA master list (Doc 9303-12 §9), DER.

        Its signature must verify, and its signer be a master list signer (or CSCA) under one of `roots` (DER), or
        under a successor that a link certificate carried in the message proves. Without roots the signer is taken at
        its word: the list is whole, but on nobody's authority, and `source` says so.
        Raise `UnusableData` where it is no master list, `TrustRefused` where its signature or signer is wrong.
        """
        signed = signed_data.parse(data)
        if signed.content_type != _MASTER_LIST:
            raise UnusableData("not a CSCA master list")
        if signed.verify() is not Verdict.VALID:
            raise TrustRefused("the signature of the master list does not verify")
        believed = cls.from_certificates(roots).with_links(signed.certificates)
        if roots and believed.voucher(signed, _SIGNS_MASTER_LISTS) is None:
            raise TrustRefused("the signer of the master list was not certified by a given root")
        word = Word.ROOTED if roots else Word.UNROOTED
        origin, (listed, refused) = Source(word, _name(signed)), _listed(signed.content)
        lists = [RevocationList.parse(der) for der in revocation_lists]
        return cls(listed, lists, source=word, sources={item.der: (origin,) for item in listed}, refused=refused)

    @classmethod
    def from_ldif(cls, data: bytes, *, roots: Sequence[bytes] = ()) -> TrustStore:
        """A download of the ICAO PKD (RFC 2849). Nobody signs the file, so only what is signed inside counts.

        Master lists whose signer stands under one of `roots`; certificates of authorities that a key believed so far
        certified; revocation lists and document signers, each judged when it is used. What had to be left out is in
        `refused`. Raise `UnusableData` where it is no LDIF.
        """
        stores, refused, signers = [cls.from_certificates(roots)], list[str](), list[bytes]()
        lists, links = list[RevocationList](), list[Certificate]()
        readers: dict[str, Callable[[bytes], None]] = {
            directory.SIGNER: signers.append,
            directory.CRL: lambda value: lists.append(RevocationList.parse(value)),
            directory.AUTHORITY: lambda value: links.append(certificate.parse(value)),
            directory.MASTER_LIST: lambda value: stores.append(cls.from_master_list(value, roots=roots)),
        }
        for entry in directory.entries(data):
            for attribute, value in entry.values:
                try:
                    readers.get(attribute, _ignored)(value)
                except (UnusableData, TrustRefused) as error:
                    refused.append(f"{entry.name}: {error}")
        believed = stores[0].merged(*stores[1:]).with_links(links)
        return believed.merged(cls((), lists, document_signers=signers, refused=refused))

    def merged(self, *others: TrustStore) -> TrustStore:
        """All of it together; every certificate remembers each list that names it."""
        stores = (self, *others)
        sources: dict[bytes, tuple[Source, ...]] = {}
        for store in stores:
            for der, known in store._sources.items():
                sources[der] = tuple(dict.fromkeys((*sources.get(der, ()), *known)))
        return TrustStore(
            (item for store in stores for item in store.certificates),
            (item for store in stores for item in store.revocation_lists),
            source="; ".join(dict.fromkeys(store.source for store in stores if store.source and store.certificates)),
            sources=sources,
            document_signers=dict.fromkeys(item for store in stores for item in store.document_signers),
            known=dict.fromkeys(item for store in stores for item in store.known),
            refused=(item for store in stores for item in store.refused),
        )

    def with_links(self, candidates: Iterable[Certificate]) -> TrustStore:
        """And those of `candidates` that lead on from a key believed here: the old key certified the new one.

        Doc 9303-12 §6.1.1: trust in the successor of a CSCA. Its name may change (§7.1.1.5), its country not. Never
        backwards: that the new key is believed says nothing for the old.
        """
        store, left = self, [item for item in candidates if item.certifies and item.der not in self._sources]
        for _ in range(MAX_LINKS):
            found = [item for item in left if store._leads_to(item)]
            if not found:
                break
            linked = {item.der: store._inherited(item) for item in found}
            store = store.merged(TrustStore(found, source=Word.LINKED, sources=linked))
            left = [item for item in left if item.der not in linked]
        return store

    def _leads_to(self, successor: Certificate) -> bool:
        issuer = self.issuer(successor)
        return issuer is not None and issuer.country == successor.country

    def _inherited(self, successor: Certificate) -> tuple[Source, ...]:
        """A link is worth what its issuer is worth."""
        issuer = self.issuer(successor)
        known = () if issuer is None else self.sources(issuer)
        return known if all(source.word == Word.UNROOTED for source in known) else (Source(Word.LINKED),)

    def with_deviation_list(self, data: bytes) -> TrustStore:
        """And a State's deviation list (Doc 9303-12 §10), signed by its deviation list signer under a believed CSCA.

        Raise `UnusableData` or `TrustRefused`; nothing of a list that is not signed as it must be is used.
        """
        signed = signed_data.parse(data)
        if signed.content_type != known_deviations.DEVIATION_LIST:
            raise UnusableData("not a deviation list")
        signer = self.voucher(signed, _SIGNS_DEVIATION_LISTS)
        country = "" if signer is None else (self.issuer(signer) or signer).country
        if not country:
            raise TrustRefused("the deviation list is not signed by a deviation list signer of a believed State")
        return self.merged(TrustStore(known=known_deviations.deviations(signed.content, country)))

    def with_defect_list(self, data: bytes, *, roots: Sequence[bytes]) -> TrustStore:
        """And an inspecting authority's defect list (BSI TR-03129-2 §7), signed directly under one of `roots` (DER).

        It may speak of any State's documents, so its roots are the operator's own, never those of the store.
        Raise `UnusableData` or `TrustRefused`.
        """
        signed = signed_data.parse(data)
        if signed.content_type != known_deviations.DEFECT_LIST:
            raise UnusableData("not a defect list")
        if TrustStore.from_certificates(roots).voucher(signed, None) is None:
            raise TrustRefused("the defect list is not signed under a given root")
        return self.merged(TrustStore(known=known_deviations.defects(signed.content)))

    def voucher(self, signed: SignedData, purpose: str | None) -> Certificate | None:
        """The signer whose signature is right, and who was in date: a certificate of this store itself, or one made
        for `purpose` (extended key usage; None asks for no purpose) that stands directly under one."""
        if signed.verify() is Verdict.WRONG:
            return None
        for signer in signed.signers:
            found = signer.certificate
            if found is None or not (found.der in self._sources or self._made_for(found, purpose)):
                continue
            in_date = signer.signing_time is None or found.valid_at(signer.signing_time)
            if in_date and signer.signed(signed.content, found) is Verdict.VALID:
                return found
        return None

    def _made_for(self, signer: Certificate, purpose: str | None) -> bool:
        return (purpose is None or purpose in signer.purposes) and self.issuer(signer) is not None

    def issuers(self, issued: Certificate | RevocationList) -> tuple[Certificate, ...]:
        """Candidates for who signed it, see `Register`."""
        return self._register.issuers(issued)

    def issuer(self, issued: Certificate) -> Certificate | None:
        """The one whose key verifies the signature."""
        return self._register.issuer(issued)

    def sources(self, believed: Certificate) -> tuple[Source, ...]:
        """Every list that names it, or whoever else gave it; none for a certificate that is not of this store."""
        return self._sources.get(believed.der, ())

    def document_signer(self, named: SignerName) -> Certificate | None:
        """A signer of the directory, for a message that does not carry its own.

        Tens of thousands are too many to parse: only those are that hold the octets of the name, and
        `MAX_LIKENESSES` at most.
        """
        tag, octets = (
            (0x04, named.subject_key) if named.subject_key is not None else (0x02, _octets(named.serial_number))
        )
        mark = tlv.encode(tag, octets)
        alike = [der for der in self.document_signers if mark in der][:MAX_LIKENESSES]
        return next((found for found in map(_readable, alike) if found is not None and named.names(found)), None)

    def revocation_list(self, issuer: Certificate) -> RevocationList | None:
        """The newest complete list of this CSCA, also where a successor's key signed it."""
        complete = (item for item in self.lists_of(issuer) if not item.limits)
        return max(complete, key=lambda item: item.issued_at, default=None)

    def lists_of(self, issuer: Certificate) -> tuple[RevocationList, ...]:
        """Every list that speaks for this CSCA, complete or not: under its name or the name of a successor, and signed
        by a certificate here of that name (Doc 9303-12 §7.1.4 and appendix D.3)."""
        names = self._names_after(issuer)
        return tuple(item for item in self.revocation_lists if item.issuer in names and self._signed(item))

    def _signed(self, listed: RevocationList) -> bool:
        candidates = (item for item in self.issuers(listed) if item.subject == listed.issuer)
        return any(listed.signed_by(item) is Verdict.VALID for item in candidates)

    def _names_after(self, issuer: Certificate) -> frozenset[str]:
        """The name of the CSCA and those it took later, by link certificates that its keys signed."""
        names, reached = {issuer.subject}, [issuer.subject]
        for _ in range(MAX_LINKS):
            renamed = [
                item.subject
                for item in self.certificates
                if item.issuer in reached and item.subject not in names and self._leads_to(item)
            ]
            names.update(renamed)
            reached = renamed
        return frozenset(names)

    def verify_all(self) -> tuple[tuple[Certificate, Standing], ...]:
        """The signature of every certificate, checked under its own key or under another certificate of the store."""
        return tuple((item, self._register.standing(item)) for item in self.certificates)


def _readable(der: bytes) -> Certificate | None:
    try:
        return certificate.parse(der)
    except UnusableData:
        return None


def _octets(number: int | None) -> bytes:
    value = number or 0
    return value.to_bytes((value.bit_length() + 8) // 8, "big", signed=True)


def _name(signed: SignedData) -> str:
    signer = signed.signer
    country = signer.certificate.country if signer.certificate is not None else ""
    return f"{country} {signer.signing_time:%Y-%m-%d}" if signer.signing_time is not None else country


def _listed(content: bytes) -> tuple[list[Certificate], list[str]]:
    """CscaMasterList ::= SEQUENCE { version, certList SET OF Certificate }: what could be read, and what could not."""
    fields = list(tlv.objects(tlv.value(content, 0x30)))
    if len(fields) < 2 or fields[1].tag != 0x31:
        raise UnusableData("the master list is not what Doc 9303-12 says")
    found, refused = list[Certificate](), list[str]()
    for number, item in enumerate(tlv.objects(fields[1].value, at_most=MAX_CERTIFICATES), start=1):
        try:
            found.append(certificate.parse(tlv.encode(item.tag, item.value)))
        except UnusableData as error:
            refused.append(f"certificate {number} of the master list: {error}")
    return found, refused


def _ignored(value: bytes) -> None:
    """Other attributes of the directory: names, versions, classes."""
