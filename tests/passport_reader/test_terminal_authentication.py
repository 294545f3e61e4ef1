"""A chip that guards its fingerprints, and the terminal that is let in or not (Doc 9303-11 §7.1)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from passport_reader import lds, tlv
from passport_reader.arithmetic import agreement
from passport_reader.card.apdu import Command, PlainChannel, Response
from passport_reader.document import ChipFinding, ChipLost, Outcome, UnusableData
from passport_reader.lds import SecurityInfo
from passport_reader.pki.signature_scheme import Scheme
from passport_reader.pki.terminal import Terminal
from passport_reader.pki.terminal_key import FileKey, TerminalKeyUnavailable
from passport_reader.protocols import terminal_authentication
from passport_reader.protocols.access import MrzKey
from passport_reader.protocols.terminal_authentication import Binding
from tests.passport_reader import cv_certificates as cv
from tests.passport_reader.cv_certificates import COUNTRY, DOMESTIC, FINGERS, IRIS, SYSTEM, Issuer

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BINDING = Binding(MrzKey("XY1234567", "900504", "310302").chip_identifier, b"x" * 32)
OFFER = (SecurityInfo("0.4.0.127.0.7.2.2.2", tlv.DataObject(0x02, b"\1"), None),)


def elliptic(name: str, variant: int = 3) -> Issuer:
    return Issuer(name, ec.generate_private_key(ec.BrainpoolP256R1()), variant)


OLD, NEW = elliptic("UTCVCA00001"), elliptic("UTCVCA00002")
VERIFIER, SYSTEM_KEY = elliptic("UTDVUTO00001"), elliptic("UTISGATE00001")
RSA_KEYS = [rsa.generate_private_key(65537, 1536) for _ in range(3)]


class GuardedChip:
    """Knows country keys by name, follows certificates, and opens to a signature over its challenge and `binding`."""

    atr = b""

    def __init__(self, *trusted: Issuer, binding: Binding = BINDING) -> None:
        self._keys = {issuer.name.encode(): issuer.public_key(parameters=True) for issuer in trusted}
        self._binding = binding
        names = b"".join(tlv.encode(0x42, name) for name in self._keys)
        self._trust_points = names.ljust(36, b"\0")
        self.open = False

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        return self.answer(apdu[1], apdu[2:4].hex(), _data(apdu))

    def answer(self, ins: int, parameters: str, data: bytes) -> tuple[bytes, int]:
        if (ins, parameters, data) == (0xA4, "020c", b"\x01\x1c"):
            return b"", 0x9000
        if ins == 0xB0:
            return self._trust_points, 0x9000
        if ins == 0x22:
            assert parameters in {"81b6", "81a4"}
            self._chosen = tlv.value(data, 0x83)
            return b"", 0x9000 if self._chosen in self._keys else 0x6A88
        if (ins, parameters) == (0x2A, "00be"):
            return b"", 0x9000 if self._import(data) else 0x6300
        if ins == 0x84:
            self._challenge = secrets.token_bytes(8)
            return self._challenge, 0x9000
        assert (ins, parameters) == (0x82, "0000")
        signed = self._binding.chip + self._challenge + self._binding.terminal
        self.open = _verified(self._keys[self._chosen], data, signed)
        return b"", 0x9000 if self.open else 0x6300

    def _import(self, data: bytes) -> bool:
        body = tlv.value(data, 0x7F4E)
        if not _verified(self._keys[self._chosen], tlv.value(data, 0x5F37), tlv.encode(0x7F4E, body)):
            return False
        self._keys[tlv.value(body, 0x5F20)] = tlv.value(body, 0x7F49)
        return True


def _data(apdu: bytes) -> bytes:
    if len(apdu) <= 5:
        return b""
    return apdu[7 : 7 + int.from_bytes(apdu[5:7], "big")] if apdu[4] == 0 else apdu[5 : 5 + apdu[4]]


def _verified(public: bytes, signature: bytes, data: bytes) -> bool:
    """By the key of a certificate (BSI TR-03110-3 D.3); every elliptic one here is on brainpoolP256r1."""
    protocol, _, variant = lds.decode_oid(tlv.value(public, 0x06)).rpartition(".")
    try:
        if protocol == cv.ECDSA:
            key = ec.EllipticCurvePublicKey.from_encoded_point(ec.BrainpoolP256R1(), tlv.value(public, 0x86))
            r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
            key.verify(encode_dss_signature(r, s), data, ec.ECDSA(cv.ECDSA_HASHES[int(variant) - 1]))
            return True
        modulus, exponent = (int.from_bytes(tlv.value(public, tag), "big") for tag in (0x81, 0x82))
        pss, hash_ = cv.RSA_SCHEMES[int(variant) - 1]
        scheme = padding.PSS(padding.MGF1(hash_), hash_.digest_size) if pss else padding.PKCS1v15()
        rsa.RSAPublicNumbers(exponent, modulus).public_key().verify(signature, data, scheme, hash_)
    except InvalidSignature:
        return False
    return True


def terminal(
    country: Issuer = OLD, verifier: Issuer = VERIFIER, system: Issuer = SYSTEM_KEY, *more: bytes, right: int = FINGERS
) -> Terminal:
    certificates = [
        country.certify(country, COUNTRY | FINGERS | IRIS, parameters=True),
        country.certify(verifier, DOMESTIC | FINGERS | IRIS),
        verifier.certify(system, SYSTEM | right),
    ]
    return Terminal.of([*certificates, *more], {system.name: FileKey(system.key)})


def ask(chip: Any, own: Terminal | None, *, binding: Binding | None = BINDING, at: datetime = AT) -> ChipFinding:
    return terminal_authentication.finding(PlainChannel(chip), OFFER, own, binding, known=True, at=at)


def found(finding: ChipFinding) -> tuple[Outcome, str]:
    return finding.outcome, finding.code


AUTHORISED = (Outcome.SUCCESSFUL, "authorised")
REFUSED = (Outcome.FAILED, "chip_refused")


@pytest.mark.parametrize(("right", "detail"), [(0, "none"), (FINGERS, "DG3"), (FINGERS | IRIS, "DG3, DG4")])
def test_a_terminal_is_let_in_and_told_what_to(right: int, detail: str) -> None:
    chip = GuardedChip(OLD)
    finding = ask(chip, terminal(right=right))
    assert chip.open
    assert finding == ChipFinding("terminal_authentication", *AUTHORISED, detail)


@pytest.mark.parametrize("variant", range(1, 6))
def test_elliptic_terminals_of_every_hash_are_let_in(variant: int) -> None:
    issuers = [elliptic(name, variant) for name in ("UTCVCA00001", "UTDVUTO00001", "UTISGATE00001")]
    assert found(ask(GuardedChip(issuers[0]), terminal(*issuers))) == AUTHORISED


@pytest.mark.parametrize("variant", range(1, 7))
def test_rsa_terminals_of_every_scheme_are_let_in(variant: int) -> None:
    names = ("UTCVCA00001", "UTDVUTO00001", "UTISGATE00001")
    issuers = [Issuer(name, key, variant) for name, key in zip(names, RSA_KEYS, strict=True)]
    assert found(ask(GuardedChip(issuers[0]), terminal(*issuers))) == AUTHORISED


@pytest.mark.parametrize("old_root", [(), (OLD.certify(OLD, COUNTRY | FINGERS, parameters=True),)])
def test_a_chip_of_long_ago_is_led_over_the_link(old_root: tuple[bytes, ...]) -> None:
    """Also by a terminal that no longer has the certificate of the old key."""
    link = OLD.certify(NEW, COUNTRY | FINGERS)
    chip = GuardedChip(OLD)
    assert found(ask(chip, terminal(NEW, VERIFIER, SYSTEM_KEY, link, *old_root))) == AUTHORISED
    assert chip.open


def test_a_terminal_without_its_countrys_certificate_has_nothing_to_show() -> None:
    whole = terminal()
    rootless = Terminal(whole.certificates[1:], whole.keys)
    assert found(ask(GuardedChip(OLD), rootless)) == (Outcome.UNDETERMINED, "certificate_refused")


def test_the_older_of_two_trust_points_serves_where_the_newer_is_unknown() -> None:
    assert found(ask(GuardedChip(elliptic("UTCVCA00009"), OLD), terminal())) == AUTHORISED


@pytest.mark.parametrize("binding", [Binding(BINDING.chip, b"y" * 32), Binding(b"another", BINDING.terminal)])
def test_a_chip_that_agreed_on_another_key_or_number_stays_closed(binding: Binding) -> None:
    chip = GuardedChip(OLD, binding=binding)
    finding = ask(chip, terminal())
    assert (found(finding), chip.open) == (REFUSED, False)
    assert "6300" in finding.detail


def test_a_chip_that_does_not_follow_a_certificate_is_named() -> None:
    foreign = Issuer(OLD.name, NEW.key)
    finding = ask(GuardedChip(foreign), terminal())
    assert found(finding) == REFUSED
    assert VERIFIER.name in finding.detail


def test_a_chip_of_a_country_that_gave_no_certificate_is_not_asked_further() -> None:
    finding = ask(GuardedChip(elliptic("XXCVCA00001")), terminal())
    assert found(finding) == (Outcome.UNDETERMINED, "certificate_refused")
    assert "XXCVCA00001" in finding.detail


def test_a_terminal_whose_certificate_has_run_out_says_so() -> None:
    finding = ask(GuardedChip(OLD), terminal(), at=datetime(2027, 2, 1, tzinfo=UTC))
    assert found(finding) == (Outcome.UNDETERMINED, "certificate_out_of_date")


def test_a_terminal_without_certificates_says_so() -> None:
    assert found(ask(GuardedChip(OLD), None)) == (Outcome.UNDETERMINED, "no_terminal_certificate")


def test_without_chip_authentication_nothing_is_asked() -> None:
    assert found(ask(GuardedChip(OLD), terminal(), binding=None)) == (Outcome.UNDETERMINED, "chip_not_authenticated")


@pytest.mark.parametrize(("infos", "known", "expected"), [
    ((), True, (Outcome.NOT_SUPPORTED, "not_offered")), ((), False, (Outcome.UNDETERMINED, "offer_unknown")),
    (None, True, (Outcome.UNDETERMINED, "offer_unknown")),
])  # fmt: skip
def test_a_chip_that_offers_nothing_is_asked_nothing(
    infos: tuple[SecurityInfo, ...] | None, known: bool, expected: tuple[Outcome, str]
) -> None:
    channel = PlainChannel(GuardedChip(OLD))
    assert found(terminal_authentication.finding(channel, infos, None, None, known=known, at=AT)) == expected


def test_a_key_of_another_certificate_is_the_terminals_mistake_and_never_sent() -> None:
    own = terminal()
    wrong = Terminal(own.certificates, {SYSTEM_KEY.name: FileKey(VERIFIER.key)})
    chip = GuardedChip(OLD)
    assert found(ask(chip, wrong)) == (Outcome.UNDETERMINED, "terminal_key_mismatch")


def test_a_key_that_cannot_sign_now_is_the_terminals_trouble() -> None:
    class Away:
        def sign(self, scheme: Scheme, data: bytes) -> bytes:
            raise TerminalKeyUnavailable("the token does not sign")

    own = Terminal(terminal().certificates, {SYSTEM_KEY.name: Away()})
    assert found(ask(GuardedChip(OLD), own)) == (Outcome.UNDETERMINED, "terminal_key_unavailable")


def test_a_chip_that_leaves_the_field_is_lost() -> None:
    class Leaving(GuardedChip):
        def answer(self, ins: int, parameters: str, data: bytes) -> tuple[bytes, int]:
            if ins == 0x84:
                raise ChipLost("gone")
            return super().answer(ins, parameters, data)

    with pytest.raises(ChipLost):
        ask(Leaving(OLD), terminal())


@pytest.mark.parametrize("challenge", [b"", b"1234567", b"123456789"])
def test_a_challenge_that_is_none_is_not_signed(challenge: bytes) -> None:
    class Odd(GuardedChip):
        def answer(self, ins: int, parameters: str, data: bytes) -> tuple[bytes, int]:
            assert ins != 0x82
            return (challenge, 0x9000) if ins == 0x84 else super().answer(ins, parameters, data)

    assert found(ask(Odd(OLD), terminal())) == REFUSED


@given(data=st.data())
def test_a_chip_that_answers_anything_ends_in_a_finding(data: st.DataObject) -> None:
    class Liar:
        atr = b""

        def transmit(self, apdu: bytes) -> tuple[bytes, int]:
            answer = data.draw(st.binary(max_size=40) | st.just(tlv.encode(0x42, OLD.name.encode())))
            return answer, data.draw(st.sampled_from([0x9000, 0x6282, 0x6300, 0x6A88, 0x6700, 0x0000]))

    assert ask(Liar(), terminal()).check == "terminal_authentication"


def test_the_trust_points_are_looked_for_where_data_group_14_says() -> None:
    asked: list[bytes] = []

    class Channel:
        def send(self, command: Command) -> Response:
            asked.append(command.data)
            return Response(b"", 0x6A82)

    place = tlv.DataObject(0x30, tlv.encode(0x04, b"\x01\x2c"))
    info = (SecurityInfo(OFFER[0].oid, OFFER[0].required, place),)
    finding = terminal_authentication.finding(Channel(), info, terminal(), BINDING, known=True, at=AT)
    assert (found(finding), asked) == (REFUSED, [b"\x01\x2c"])


def test_trust_points_are_read_newest_first() -> None:
    names = tlv.encode(0x42, b"UTCVCA00002") + tlv.encode(0x42, b"UTCVCA00001")
    assert terminal_authentication.trust_points(names.ljust(36, b"\0")) == ("UTCVCA00002", "UTCVCA00001")


@pytest.mark.parametrize("ef_cvca", [b"", bytes(36), b"\x42", b"\x42\x20UTCVCA", b"\x42\x00" + bytes(34)])
def test_a_file_without_trust_points_is_refused(ef_cvca: bytes) -> None:
    with pytest.raises(UnusableData):
        terminal_authentication.trust_points(ef_cvca)


def test_what_the_signature_is_bound_to() -> None:
    """The number with its check digit; an x coordinate as long as the prime; SHA-1 of the fewest octets of a number."""
    assert MrzKey("L898902C", "690806", "940623").chip_identifier == b"L898902C<3"  # Doc 9303-11 appendix D.2
    elliptic, modular = agreement.standardised(18), agreement.standardised(0)
    assert elliptic is not None
    assert modular is not None
    assert len(elliptic.compressed(elliptic.public(1))) == 66
    number = modular.public(7)
    assert modular.compressed(bytes(3) + number) == modular.compressed(number) == hashlib.sha1(number).digest()
