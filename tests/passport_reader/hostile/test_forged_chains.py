"""Signers whom no State made, whom it has withdrawn, or who were made for something else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from asn1crypto import x509

from passport_reader.lds import Ef
from passport_reader.pki import certificate, signed_data
from passport_reader.pki.trust import TrustStore
from simulators.issuing import STATES, Passport, certificates, lds_writer
from simulators.issuing.authorities import Authority
from simulators.issuing.ber import integer, sequence, set_of, tlv
from simulators.issuing.certificates import Extension
from simulators.issuing.cms_writer import signed_message
from simulators.issuing.signing import CurveKey, Signer, new_key
from simulators.issuing.states import SUITES, Suite
from tests.passport_reader.hostile.forgery import (
    SIGNED,
    Case,
    Office,
    assert_ends_as_it_must,
    doubted,
    fails,
    groups_of,
    signed_anew,
    with_files,
)

YEARS = (datetime(2019, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))
SIGNS, CERTIFIES = x509.KeyUsage({"digital_signature"}).dump(), x509.KeyUsage({"key_cert_sign", "crl_sign"}).dump()
USAGE, PURPOSE, TYPES = "2.5.29.15", "2.5.29.37", certificates.DOCUMENT_TYPES


@dataclass(frozen=True, slots=True)
class Masked(CurveKey):
    """A forger's key whose certificates carry the key identifier of another: it is nobody's secret."""

    mask: bytes = b""

    @property
    def public_key_info(self) -> bytes:
        return self.mask


def certified(
    issuer: Signer,
    *,
    extensions: Sequence[Extension] = (Extension(USAGE, SIGNS, critical=True),),
    years: tuple[datetime, datetime] = YEARS,
    suite: Suite = Suite.ECDSA_P256,
    under: x509.Name | None = None,
    subject: str = "a signer",
) -> Signer:
    """A signer that the issuer's key certified, under the name of the issuer's certificate or another."""
    random = Random(f"{subject}/{suite}")
    key = new_key(SUITES[suite], random)
    name = under or x509.Certificate.load(issuer.der).subject
    described = (certificates.name(STATES["UTO"], subject), key, random.getrandbits(64) + 1)
    return Signer(key, SUITES[suite], certificates.certificate(described, (name, issuer), years, extensions))


def signed_by(make: Callable[[Office], Signer], **more: Any) -> Callable[[Office], Passport]:
    return lambda office: signed_anew(office.genuine, make(office), **more)


def below(**more: Any) -> Callable[[Office], Passport]:
    """Signed by one whom the genuine CSCA certified so."""
    return signed_by(lambda office: certified(office.authority.csca, **more))


def forger(office: Office) -> Authority:
    """Calls itself what the genuine authority is called, with a key of its own."""
    return Authority(office.state, "forger")


def under_the_forgers_authority(office: Office) -> Passport:
    return office.passport(authority=forger(office))


def under_the_genuine_key_identifier(office: Office) -> Passport:
    """Name and key identifier of the genuine CSCA; only its signature is missing."""
    own, genuine = forger(office).csca, office.authority.csca
    assert isinstance(own.key, CurveKey)
    masked = Masked(own.key.curve, own.key.private, mask=genuine.key.public_key_info)
    return signed_anew(office.genuine, certified(replace(own, key=masked, der=genuine.der)))


def bringing_its_own_authority(office: Office) -> Passport:
    """Signer and authority both travel in the message."""
    authority = forger(office)
    signer, groups = authority.signer("current"), groups_of(office.genuine)
    sod = lds_writer.security_object(groups, signer, version=0, at=SIGNED)
    content = signed_data.parse(sod[4:]).content
    carried = (signer.der, authority.csca.der)
    message = signed_message("2.23.136.1.1.1", content, signer, at=SIGNED, certificates=carried)
    return with_files(office.genuine, {Ef.SOD: tlv(0x77, message)})


def below_a_document_signer(office: Office) -> Signer:
    """A genuine document signer plays authority: its key has leaked, say."""
    return certified(office.signer)


def wholly_trusting(office: Office) -> TrustStore:
    """Whoever runs the gate has put the document signer among the authorities."""
    return TrustStore.from_certificates([office.authority.csca.der, office.signer.der])


def of_the_old_key(office: Office) -> Signer:
    return certified(office.authority.predecessor, subject="signer of the first key")


def knowing_the_new_key(office: Office) -> TrustStore:
    """With the link certificate, in which the old key certified the new one: it says nothing for the old."""
    return office.trust.with_links([certificate.parse(office.authority.link_certificate)])


def of_another_state(office: Office) -> Passport:
    return office.passport(authority=Authority(STATES["JPN"], "elsewhere"))


def trusting_another_state(office: Office) -> TrustStore:
    return office.believing(office.authority, Authority(STATES["JPN"], "elsewhere"))


def knowing_no_list(office: Office) -> TrustStore:
    return office.believing(office.authority, lists=False)


def knowing_an_old_list(office: Office) -> TrustStore:
    csca = office.authority.csca
    name, years = (
        x509.Certificate.load(csca.der).subject,
        (datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 4, 1, tzinfo=UTC)),
    )
    return TrustStore.from_certificates(
        [csca.der], revocation_lists=[certificates.revocation_list(name, csca, {}, years)]
    )


def knowing_a_forged_list(office: Office) -> TrustStore:
    """It withdraws nobody, and so would clear the withdrawn."""
    forged = forger(office).revocation_list()
    return TrustStore.from_certificates([office.authority.csca.der], revocation_lists=[forged])


def withdrawn(office: Office) -> Passport:
    return office.passport(faults=["revoked_signer"])


def usage(value: bytes) -> Extension:
    return Extension(USAGE, value, critical=True)


def purpose(*arcs: str) -> Extension:
    return Extension(PURPOSE, sequence(*(x509.KeyPurposeId(arc).dump() for arc in arcs)), critical=True)


def types(*codes: bytes) -> Extension:
    return Extension(TYPES, sequence(integer(0), set_of(*(tlv(0x13, code) for code in codes))))


CASES: dict[str, Case] = {
    "an authority of the same name": doubted("certificate_chain", "issuer_unknown", under_the_forgers_authority),
    "and its source": doubted("trust_source", "issuer_unknown", under_the_forgers_authority),
    "and its withdrawals": doubted("revocation", "issuer_unknown", under_the_forgers_authority),
    "the same name and key identifier": fails("certificate_chain", "chain_broken", under_the_genuine_key_identifier),
    "an authority in the message": doubted("certificate_chain", "issuer_unknown", bringing_its_own_authority),
    "a leaf that certifies": doubted("certificate_chain", "issuer_unknown", signed_by(below_a_document_signer)),
    "a leaf among the authorities": doubted(
        "certificate_chain", "issuer_unknown", signed_by(below_a_document_signer), trust=wholly_trusting
    ),
    "a link backwards": doubted(
        "certificate_chain", "issuer_unknown", signed_by(of_the_old_key), trust=knowing_the_new_key
    ),
    "another State's authority": doubted(
        "certificate_chain", "issuing_state_differs", of_another_state, trust=trusting_another_state
    ),
    "a signer of lists": fails(
        "certificate_chain", "signer_not_for_documents", below(extensions=[usage(SIGNS), purpose("2.23.136.1.1.3")])
    ),
    "a signer of visas' bar codes": fails(
        "certificate_chain", "signer_not_for_documents", below(extensions=[usage(SIGNS), purpose("2.23.136.1.1.14.2")])
    ),
    "a web server": fails(
        "certificate_chain", "signer_not_for_documents", below(extensions=[usage(SIGNS), purpose("1.3.6.1.5.5.7.3.1")])
    ),
    "an authority that signs documents": fails(
        "certificate_chain", "signer_not_for_documents", below(extensions=[usage(CERTIFIES)])
    ),
    "a signer of identity cards": doubted(
        "certificate_chain", "document_type_unlisted", below(extensions=[usage(SIGNS), types(b"ID", b"AR")])
    ),
    "an extension nobody knows": doubted(
        "certificate_chain",
        "critical_extension_unknown",
        below(extensions=[usage(SIGNS), Extension("1.2.3.4", b"\5\0", critical=True)]),
    ),
    "a withdrawn signer": fails("revocation", "revoked", withdrawn),
    "a withdrawn signer and no list": doubted("revocation", "no_revocation_list", withdrawn, trust=knowing_no_list),
    "a withdrawn signer and a list of long ago": doubted(
        "revocation", "revocation_list_stale", withdrawn, trust=knowing_an_old_list
    ),
    "a withdrawn signer and a forger's list": doubted(
        "revocation", "no_revocation_list", withdrawn, trust=knowing_a_forged_list
    ),
    "signed after the signer ran out": fails(
        "certificate_validity", "signed_outside_validity", lambda office: office.passport(faults=["expired_signer"])
    ),
    "signed before the signer was made": fails(
        "certificate_validity", "signed_outside_validity", below(years=(datetime(2022, 1, 1, tzinfo=UTC), YEARS[1]))
    ),
    "signed tomorrow": fails(
        "certificate_validity",
        "signed_in_the_future",
        signed_by(lambda office: office.signer, at=datetime(2027, 1, 1, tzinfo=UTC)),
    ),
    "a signer that has run out": doubted(
        "certificate_validity",
        "certificate_expired_before_document",
        below(years=(YEARS[0], datetime(2025, 1, 1, tzinfo=UTC))),
    ),
    "signed with SHA-1 last year": fails("algorithm_policy", "algorithm_weak", below(suite=Suite.ECDSA_SHA1)),
}


@pytest.mark.parametrize("name", CASES)
def test_a_forged_signer_ends_in_the_finding_that_names_it(office: Office, name: str) -> None:
    assert_ends_as_it_must(CASES[name], office)
