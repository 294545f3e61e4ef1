"""SecurityInfos: what a chip tells of its protocols and keys (Doc 9303-11 §9.2, BSI TR-03110-3 §A.1)."""

from __future__ import annotations

from simulators.chip.curves import Curve
from simulators.chip.domain_parameters import ModularGroup
from simulators.chip.personalisation import AgreementKey
from simulators.issuing.ber import integer, oid, sequence, tlv
from simulators.issuing.profile import AgreementChoice, PaceChoice, SigningChoice, Written
from simulators.issuing.signing import explicit_parameters

_BSI = "0.4.0.127.0.7"
_PACE = f"{_BSI}.2.2.4"
_CHIP_AUTHENTICATION = f"{_BSI}.2.2.3"
_PUBLIC_KEY = f"{_BSI}.2.2.1"
_TERMINAL_AUTHENTICATION = f"{_BSI}.2.2.2"
_STANDARDISED = f"{_BSI}.1.2"
_PLAIN_ECDSA = f"{_BSI}.1.1.4.1"  # BSI TR-03111 §5.2.1: then the hash, SHA-1 to SHA-512
_ACTIVE_AUTHENTICATION = "2.23.136.1.1.5"
_EC_PUBLIC_KEY = "1.2.840.10045.2.1"
_DH_PUBLIC_NUMBER = "1.2.840.10046.2.1"  # RFC 3279 §2.3.3
_PKCS3_KEY_AGREEMENT = "1.2.840.113549.1.3.1"
_ECDSA_HASHES = ("sha1", "sha224", "sha256", "sha384", "sha512")


def pace(choice: PaceChoice) -> bytes:
    """PACEInfo, version 2 (§9.2.1)."""
    return sequence(oid(f"{_PACE}.{choice.arcs}"), integer(2), integer(choice.parameters))


def pace_without_parameters(choice: PaceChoice) -> tuple[bytes, bytes]:
    """A PACEInfo of two elements, and the PACEDomainParameterInfo that says the rest (§9.2.2)."""
    mapping = choice.arcs.partition(".")[0]
    parameters = sequence(oid(_STANDARDISED), integer(choice.parameters))
    info = sequence(oid(f"{_PACE}.{choice.arcs}"), integer(2))
    return info, sequence(oid(f"{_PACE}.{mapping}"), parameters)


def chip_authentication(choice: AgreementChoice, key: AgreementKey) -> tuple[bytes, bytes]:
    """ChipAuthenticationInfo (§9.2.5) and the public key it is for (§9.2.6)."""
    number = b"" if key.key_id is None else integer(key.key_id)
    how = sequence(oid(f"{_CHIP_AUTHENTICATION}.{choice.agreement}.{choice.cipher}"), integer(1), number)
    return how, agreement_public_key(key, choice)


def agreement_public_key(key: AgreementKey, choice: AgreementChoice) -> bytes:
    """ChipAuthenticationPublicKeyInfo (§9.2.6)."""
    number = b"" if key.key_id is None else integer(key.key_id)
    public = key.group.power(key.private, key.group.generator)
    if isinstance(key.group, ModularGroup):
        public = integer(int.from_bytes(public, "big"))
    algorithm = sequence(*_algorithm(key, choice))
    info = sequence(algorithm, tlv(0x03, b"\0" + public))
    return sequence(oid(f"{_PUBLIC_KEY}.{choice.agreement}"), info, number)


def mapping_public_key(key: AgreementKey) -> bytes:
    """Of chip authentication mapping, on standardised parameters that number the key too (appendix I)."""
    assert key.key_id is not None
    return agreement_public_key(key, AgreementChoice(key.key_id, key.cipher, Written.STANDARDISED))


def _algorithm(key: AgreementKey, choice: AgreementChoice) -> tuple[bytes, bytes]:
    group = key.group
    if choice.written is Written.STANDARDISED:
        return oid(_STANDARDISED), integer(choice.parameters)
    if isinstance(group, ModularGroup):
        if choice.written is Written.NAMED:
            return oid(_PKCS3_KEY_AGREEMENT), sequence(integer(group.p), integer(group.g))
        return oid(_DH_PUBLIC_NUMBER), sequence(integer(group.p), integer(group.g), integer(group.order))
    assert isinstance(group, Curve)
    parameters = explicit_parameters(group) if choice.written is Written.EXPLICIT else oid(group.oid)
    return oid(_EC_PUBLIC_KEY), parameters


def active_authentication(choice: SigningChoice) -> bytes:
    """ActiveAuthenticationInfo, which a chip with ECDSA needs for the hash (§9.2.4); nothing for RSA."""
    if choice.curve is None:
        return b""
    signature = oid(f"{_PLAIN_ECDSA}.{1 + _ECDSA_HASHES.index(choice.hash_name)}")
    return sequence(oid(_ACTIVE_AUTHENTICATION), integer(1), signature)


def terminal_authentication() -> bytes:
    """TerminalAuthenticationInfo: version 1, EF.CVCA where it always is (BSI TR-03110-3 §A.1.1.3)."""
    return sequence(oid(_TERMINAL_AUTHENTICATION), integer(1))
