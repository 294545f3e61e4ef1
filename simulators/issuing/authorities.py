"""Country signing certification authorities and their signers, made on demand (Doc 9303-12 §7.1).

Curve keys and serial numbers follow from the seed; RSA keys are fresh in every process: no library makes them from one.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from random import Random

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from simulators.issuing.cms_writer import PrivateKey, Signer, pss_padding
from simulators.issuing.states import State, Suite

_BEGAN, _ENDS = datetime(2014, 1, 1, tzinfo=UTC), datetime(2044, 1, 1, tzinfo=UTC)
SIGNERS = {
    "current": (datetime(2015, 1, 1, tzinfo=UTC), datetime(2043, 1, 1, tzinfo=UTC)),
    "expired": (datetime(2014, 1, 1, tzinfo=UTC), datetime(2014, 4, 1, tzinfo=UTC)),
    "revoked": (datetime(2015, 1, 1, tzinfo=UTC), datetime(2043, 1, 1, tzinfo=UTC)),
}
"""A state's document signers, and when they are valid. The expired one ran out before any passport was signed."""
_DOCUMENT_TYPES = x509.ObjectIdentifier("2.23.136.1.1.6.2")  # Doc 9303-12 §7.1.1.6: documentTypeList
_MASTER_LIST_SIGNER = x509.ObjectIdentifier("2.23.136.1.1.3")  # Doc 9303-12 §7.1.1.4: extended key usage


class Authority:
    """A state's CSCA and its document signers. `label` seeds them: the same label gives the same identities."""

    def __init__(self, state: State, label: str) -> None:
        self._state, self._label = state, label
        self._pss = state.suite is Suite.RSA_PSS
        self._signers: dict[str, Signer] = {}
        random, name = self._random("csca"), _name(state, f"SIMULATED CSCA {state.name}")
        serial, key = _serial(random), _key(state.suite, random)
        made = _certificate(serial, name, key, name, key, (_BEGAN, _ENDS), self._pss, _authority_usage())
        self.csca = Signer(key, made, self._pss)

    def signer(self, which: str) -> Signer:
        """One of SIGNERS, made when first asked for."""
        if which not in self._signers:
            subject = _name(self._state, f"SIMULATED document signer, {which}")
            self._signers[which] = self._certified(which, self._state.suite, subject, SIGNERS[which], _signer_usage())
        return self._signers[which]

    def master_list_signer(self) -> Signer:
        """Doc 9303-12 §7.1.1: digital signature, and the extended key usage of a master list signer."""
        subject = _name(self._state, "SIMULATED master list signer")
        usage: list[tuple[x509.ExtensionType, bool]] = [
            (_key_usage(signing=True), True),
            (x509.ExtendedKeyUsage([_MASTER_LIST_SIGNER]), True),
        ]
        return self._certified("master list", Suite.ECDSA_P256, subject, SIGNERS["current"], usage)

    def revocation_list(self) -> bytes:
        """The state's CRL in DER (Doc 9303-12 §7.1.4): it withdraws the signer called revoked."""
        revoked = (
            x509.RevokedCertificateBuilder()
            .serial_number(_serial(self._random("revoked")))
            .revocation_date(_BEGAN + timedelta(days=500))
            .build()
        )
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.csca.key.public_key())
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.csca.certificate.subject)
            .last_update(_BEGAN + timedelta(days=501))
            .next_update(_ENDS)
            .add_revoked_certificate(revoked)
            .add_extension(x509.CRLNumber(1), critical=False)
            .add_extension(authority, critical=False)
        )
        signed = builder.sign(self.csca.key, hashes.SHA256(), rsa_padding=pss_padding() if self._pss else None)
        return signed.public_bytes(serialization.Encoding.DER)

    def _random(self, purpose: str) -> Random:
        return Random(f"{self._label}/{self._state.code}/{purpose}")

    def _certified(
        self,
        purpose: str,
        suite: Suite,
        subject: x509.Name,
        years: tuple[datetime, datetime],
        usage: list[tuple[x509.ExtensionType, bool]],
    ) -> Signer:
        random, issuer = self._random(purpose), self.csca.certificate.subject
        serial, key = _serial(random), _key(suite, random)
        made = _certificate(serial, subject, key, issuer, self.csca.key, years, self._pss, usage)
        return Signer(key, made, suite is Suite.RSA_PSS)


def _serial(random: Random) -> int:
    return random.getrandbits(120) + 1


def _key(suite: Suite, random: Random) -> PrivateKey:
    if suite in {Suite.RSA_PKCS1, Suite.RSA_PSS}:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    curve = ec.SECP256R1() if suite is Suite.ECDSA_P256 else ec.BrainpoolP256R1()
    scalar = int.from_bytes(hashlib.sha256(random.randbytes(32)).digest()[:31], "big") + 1  # below either order
    return ec.derive_private_key(scalar, curve)


def _name(state: State, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, state.country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Sekisho simulated world"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _key_usage(*, signing: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signing,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not signing,
        crl_sign=not signing,
        encipher_only=False,
        decipher_only=False,
    )


def _authority_usage() -> list[tuple[x509.ExtensionType, bool]]:
    return [(_key_usage(signing=False), True), (x509.BasicConstraints(ca=True, path_length=0), True)]


def _signer_usage() -> list[tuple[x509.ExtensionType, bool]]:
    passports = b"\x30\x08\x02\x01\x00\x31\x03\x13\x01P"  # version 0, SET OF one PrintableString "P"
    return [(_key_usage(signing=True), True), (x509.UnrecognizedExtension(_DOCUMENT_TYPES, passports), False)]


def _certificate(
    serial: int,
    subject: x509.Name,
    key: PrivateKey,
    issuer: x509.Name,
    issuer_key: PrivateKey,
    years: tuple[datetime, datetime],
    pss: bool,
    extensions: list[tuple[x509.ExtensionType, bool]],
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(years[0])
        .not_valid_after(years[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    if isinstance(issuer_key, rsa.RSAPrivateKey):
        return builder.sign(issuer_key, hashes.SHA256(), rsa_padding=pss_padding() if pss else None)
    return builder.sign(issuer_key, hashes.SHA256())
