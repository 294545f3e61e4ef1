"""Chains of card-verifiable certificates, from a country's key down to a terminal's."""

from __future__ import annotations

import contextlib
import hashlib
from datetime import date
from pathlib import Path

import pytest
from asn1crypto import keys
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from passport_reader import tlv
from passport_reader.arithmetic import curves
from passport_reader.arithmetic.domain_parameters import BY_PARAMETER_ID, Curve, Point
from passport_reader.document import UnusableData
from passport_reader.pki import card_verifiable
from passport_reader.pki.card_verifiable import CardVerifiable, CertificateOutOfDate, CertificateRefused, Rights, Role
from passport_reader.pki.certificate import EllipticKey
from passport_reader.pki.terminal import Terminal
from passport_reader.pki.terminal_key import FileKey
from tests.passport_reader.cv_certificates import COUNTRY, DOMESTIC, FINGERS, FOREIGN, IRIS, SYSTEM, Issuer

DAY = date(2026, 11, 23)
BOTH = FINGERS | IRIS

CURVE = BY_PARAMETER_ID[13]
RSA_KEY = rsa.generate_private_key(65537, 1536)
CURVE_KEYS = [ec.generate_private_key(ec.BrainpoolP256R1()) for _ in range(4)]
OLD, NEW = Issuer("UTCVCA00001", CURVE_KEYS[0]), Issuer("UTCVCA00002", CURVE_KEYS[1])
VERIFIER, SYSTEM_KEY = Issuer("UTDVUTO00001", CURVE_KEYS[2]), Issuer("UTISGATE00001", CURVE_KEYS[3])


@pytest.fixture(scope="module")
def reference(data: Path) -> list[CardVerifiable]:
    """CVCA, DV and IS of the reference data."""
    folder = data / "emrtd" / "cvcerts"
    return [card_verifiable.parse((folder / f"cert{name}_orig.cvcert").read_bytes()) for name in ("CVCA", "DVD", "IS")]


def test_the_reference_chain_is_verified(reference: list[CardVerifiable]) -> None:
    root, verifier, system = reference
    assert [item.role for item in reference] == [Role.COUNTRY, Role.DOMESTIC_VERIFIER, Role.INSPECTION_SYSTEM]
    assert [item.holder for item in reference] == ["NLCVCAA00001", "NLDVAAANL001", "NLIS7202000NL001"]
    card_verifiable.verify_chain(root, [root], root.effective)
    vouched = card_verifiable.verify_chain(root, [verifier, system], date(2009, 11, 18))
    assert vouched.rights is Rights.DG3
    assert isinstance(vouched.key, EllipticKey)
    assert vouched.key.curve.name == "brainpoolP224r1"


@pytest.mark.parametrize("day", [date(2009, 5, 17), date(2009, 11, 19)])
def test_the_reference_chain_has_its_time(reference: list[CardVerifiable], day: date) -> None:
    with pytest.raises(CertificateOutOfDate):
        card_verifiable.verify_chain(reference[0], reference[1:], day)


def test_a_terminal_signs_with_the_reference_key(reference: list[CardVerifiable], data: Path) -> None:
    vouched = card_verifiable.verify_chain(reference[0], reference[1:], date(2009, 6, 1))
    assert isinstance(vouched.key, EllipticKey)
    secret = private_value(data / "emrtd" / "cvcerts" / "keyIS_orig.der")
    signature = signed(vouched.key.curve, secret, b"challenge")
    assert vouched.scheme.verify(vouched.key, signature, b"challenge")
    assert not vouched.scheme.verify(vouched.key, signature, b"another")


def private_value(path: Path) -> int:
    parsed = keys.PrivateKeyInfo.load(path.read_bytes())["private_key"].parsed
    return int(parsed["private_key"].native)


def signed(curve: Curve, secret: int, data: bytes) -> bytes:
    """ECDSA with SHA-224, and the nonce 2, on a curve that OpenSSL does not know."""
    twice = curves.add(curve, curve.generator, curve.generator)
    e = int.from_bytes(hashlib.sha224(data).digest(), "big")
    s = pow(2, -1, curve.n) * (e + twice.x * secret) % curve.n
    return b"".join((number % curve.n).to_bytes(curve.octets, "big") for number in (twice.x, s))


def test_the_curve_is_inherited_down_the_chain() -> None:
    root = parsed(OLD.certify(OLD, COUNTRY | BOTH, parameters=True))
    chain = [parsed(OLD.certify(VERIFIER, DOMESTIC | BOTH)), parsed(VERIFIER.certify(SYSTEM_KEY, SYSTEM | FINGERS))]
    assert [item.curve for item in chain] == [None, None]
    vouched = card_verifiable.verify_chain(root, chain, DAY)
    assert vouched.key == EllipticKey(CURVE, point(SYSTEM_KEY))
    assert vouched.rights is Rights.DG3


def point(issuer: Issuer) -> Point:
    assert isinstance(issuer.key, ec.EllipticCurvePrivateKey)
    numbers = issuer.key.public_key().public_numbers()
    return Point(numbers.x, numbers.y)


def parsed(data: bytes) -> CardVerifiable:
    return card_verifiable.parse(data)


def test_a_chain_goes_over_a_link_although_that_has_run_out() -> None:
    root = parsed(OLD.certify(OLD, COUNTRY | FINGERS, parameters=True))
    link = parsed(OLD.certify(NEW, COUNTRY | BOTH, effective=date(2020, 1, 1), expires=date(2023, 1, 1)))
    chain = [link, parsed(NEW.certify(VERIFIER, FOREIGN | BOTH)), parsed(VERIFIER.certify(SYSTEM_KEY, SYSTEM | BOTH))]
    vouched = card_verifiable.verify_chain(root, chain, DAY)
    assert vouched.rights == Rights.DG3 | Rights.DG4, "what the newest country key grants, not the oldest"


@pytest.mark.parametrize("authorisations", [
    (COUNTRY | BOTH, DOMESTIC | FINGERS, SYSTEM | BOTH), (COUNTRY | FINGERS, DOMESTIC | BOTH, SYSTEM | BOTH),
    (COUNTRY | BOTH, FOREIGN | BOTH, SYSTEM | FINGERS),
])  # fmt: skip
def test_a_right_that_anybody_withholds_is_none(authorisations: tuple[int, int, int]) -> None:
    country, verifier, system = authorisations
    root = parsed(OLD.certify(OLD, country, parameters=True))
    chain = [parsed(OLD.certify(VERIFIER, verifier)), parsed(VERIFIER.certify(SYSTEM_KEY, system))]
    assert card_verifiable.verify_chain(root, chain, DAY).rights is Rights.DG3


@pytest.mark.parametrize(("authorisation", "issuer", "issued"), [
    (SYSTEM, OLD, SYSTEM_KEY),  # a terminal right under a country
    (COUNTRY, NEW, VERIFIER),  # by another issuer than it says
])  # fmt: skip
def test_who_may_not_issue_is_refused(authorisation: int, issuer: Issuer, issued: Issuer) -> None:
    root = parsed(OLD.certify(OLD, COUNTRY | BOTH, parameters=True))
    with pytest.raises(CertificateRefused):
        card_verifiable.verify_chain(root, [parsed(issuer.certify(issued, authorisation))], DAY)


def test_a_verifier_certifies_no_other_verifier() -> None:
    root = parsed(OLD.certify(OLD, COUNTRY | BOTH, parameters=True))
    chain = [parsed(OLD.certify(VERIFIER, DOMESTIC)), parsed(VERIFIER.certify(SYSTEM_KEY, DOMESTIC))]
    with pytest.raises(CertificateRefused):
        card_verifiable.verify_chain(root, chain, DAY)


def test_a_forged_signature_is_refused() -> None:
    root = parsed(OLD.certify(OLD, COUNTRY | BOTH, parameters=True))
    impostor = Issuer(OLD.name, NEW.key)
    with pytest.raises(CertificateRefused, match="not signed by"):
        card_verifiable.verify_chain(root, [parsed(impostor.certify(VERIFIER, DOMESTIC))], DAY)


@pytest.mark.parametrize("variant", range(1, 7))
def test_rsa_chains_of_every_scheme_are_verified(variant: int) -> None:
    country = Issuer("UTCVCA00007", RSA_KEY, variant)
    root = parsed(country.certify(country, COUNTRY | BOTH))
    assert card_verifiable.verify_chain(root, [root], DAY).key == RSA_KEY.public_key()


@pytest.mark.parametrize("variant", range(1, 6))
def test_elliptic_chains_of_every_hash_are_verified(variant: int) -> None:
    country = Issuer("UTCVCA00007", CURVE_KEYS[0], variant)
    root = parsed(country.certify(country, COUNTRY | BOTH, parameters=True))
    card_verifiable.verify_chain(root, [root], DAY)


def test_an_elliptic_key_under_an_rsa_country_inherits_no_curve() -> None:
    country = Issuer("UTCVCA00007", RSA_KEY)
    root = parsed(country.certify(country, COUNTRY | BOTH))
    with pytest.raises(CertificateRefused, match="inherits none"):
        card_verifiable.verify_chain(root, [parsed(country.certify(VERIFIER, DOMESTIC))], DAY)


def test_a_curve_of_ones_own_is_refused() -> None:
    genuine = OLD.certify(OLD, COUNTRY | BOTH, parameters=True)
    order = tlv.encode(0x85, CURVE.n.to_bytes(32, "big"))
    assert order in genuine
    with pytest.raises(UnusableData, match="not standardised"):
        card_verifiable.parse(genuine.replace(order, tlv.encode(0x85, (CURVE.n - 2).to_bytes(32, "big"))))


def test_a_terminal_finds_the_shortest_chain_from_either_country_key() -> None:
    links = [OLD.certify(NEW, COUNTRY | BOTH, parameters=True), NEW.certify(OLD, COUNTRY | BOTH)]  # a circle of links
    roots = [issuer.certify(issuer, COUNTRY | BOTH, parameters=True) for issuer in (OLD, NEW)]
    own = [NEW.certify(VERIFIER, DOMESTIC | BOTH), VERIFIER.certify(SYSTEM_KEY, SYSTEM | BOTH)]
    terminal = Terminal.of([*own, *links, *roots], {SYSTEM_KEY.name: FileKey(SYSTEM_KEY.key)})
    by_old, by_new = (terminal.credential(issuer.name, DAY) for issuer in (OLD, NEW))
    assert [item.holder for item in by_old.chain] == [NEW.name, VERIFIER.name, SYSTEM_KEY.name]
    assert [item.holder for item in by_new.chain] == [VERIFIER.name, SYSTEM_KEY.name]
    with pytest.raises(CertificateRefused):
        terminal.credential("XXCVCA00001", DAY)
    with pytest.raises(CertificateOutOfDate):
        terminal.credential(NEW.name, date(2027, 1, 1))


def tampered(data: bytes, tag: int, value: bytes, *, more: bytes = b"") -> bytes:
    """The certificate with another value under `tag` of its body, and `more` behind that; nobody signs it anew."""
    items = tlv.objects(tlv.value(data, 0x7F21, 0x7F4E))
    body = b"".join(tlv.encode(item.tag, value if item.tag == tag else item.value) for item in items)
    return tlv.encode(0x7F21, tlv.encode(0x7F4E, body + more) + tlv.encode(0x5F37, b"\0" * 64))


RSA_SHA_256 = tlv.encode(0x06, bytes.fromhex("04007f00070202020102"))


@pytest.mark.parametrize(("tag", "value"), [
    (0x42, b""), (0x5F20, b"A" * 17),  # references
    (0x5F24, bytes([2, 6, 1, 3, 0, 1])), (0x5F25, b"261001"),  # the month 13; digits in ASCII
    (0x7F4C, tlv.encode(0x06, b"\x2a\x03") + tlv.encode(0x53, b"\0")),  # not for inspection systems
    (0x7F49, tlv.encode(0x06, b"\x2a\x03")),  # no scheme of terminal authentication
    (0x7F49, RSA_SHA_256 + tlv.encode(0x81, b"\x10") + tlv.encode(0x82, b"\3")),  # an even modulus
    (0x7F49, RSA_SHA_256 + tlv.encode(0x81, b"\xff" * 1200) + tlv.encode(0x82, b"\3")),  # a giant one
    (0x7F49, RSA_SHA_256 + tlv.encode(0x81, b"\xff" * 128)),  # without exponent
])  # fmt: skip
def test_a_field_that_makes_no_sense_is_refused(tag: int, value: bytes) -> None:
    with pytest.raises(UnusableData):
        card_verifiable.parse(tampered(OLD.certify(VERIFIER, DOMESTIC), tag, value))


def test_a_certificate_that_says_something_twice_is_refused() -> None:
    genuine = OLD.certify(VERIFIER, DOMESTIC)
    with pytest.raises(UnusableData, match="twice"):
        card_verifiable.parse(tampered(genuine, 0, b"", more=tlv.encode(0x42, b"UTCVCA00001")))


def test_a_key_off_its_curve_is_refused() -> None:
    off = OLD.public_key(parameters=True)[:-36] + b"\1" * 33 + tlv.encode(0x87, b"\1")
    root = parsed(tampered(OLD.certify(OLD, COUNTRY), 0x7F49, off))
    with pytest.raises(CertificateRefused, match="not on its curve"):
        card_verifiable.verify_chain(root, [], DAY)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_certificate_or_a_typed_error(data: bytes) -> None:
    with contextlib.suppress(UnusableData):
        card_verifiable.parse(data)


@settings(deadline=None)
@given(where=st.integers(0, 10_000), change=st.integers(1, 255))
def test_a_certificate_with_one_changed_byte_is_never_believed(where: int, change: int) -> None:
    root = parsed(OLD.certify(OLD, COUNTRY, parameters=True))
    data = bytearray(OLD.certify(VERIFIER, DOMESTIC))
    data[where % len(data)] ^= change
    with pytest.raises(UnusableData):
        card_verifiable.verify_chain(root, [card_verifiable.parse(bytes(data))], DAY)
