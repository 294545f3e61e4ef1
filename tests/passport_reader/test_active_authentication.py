"""Only the chip with the private key of DG15 signs a challenge it has never seen (Doc 9303-11 §6.1)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passport_reader import lds, tlv
from passport_reader.arithmetic.domain_parameters import BY_PARAMETER_ID, Curve
from passport_reader.card.apdu import Channel, PlainChannel
from passport_reader.card.messaging import NakedStatus
from passport_reader.document import ChipFinding, ChipLost, ChipRefused, Outcome
from passport_reader.lds import Ef, SecurityInfo
from passport_reader.pki import message_recovery
from passport_reader.pki.certificate import EllipticKey
from passport_reader.protocols import active_authentication
from tests.passport_reader.worked_values import WorkedValues

Sign = Callable[[bytes], bytes]

ELLIPTIC = ec.derive_private_key(7, ec.SECP256R1())
TRAILERS = {"sha1": "bc", "sha224": "38cc", "sha256": "34cc", "sha384": "36cc", "sha512": "35cc"}
PLAIN_SHA = {"sha1": 1, "sha224": 2, "sha256": 3, "sha384": 4, "sha512": 5}


class Chip:
    """Answers INTERNAL AUTHENTICATE by `sign`; never more than `room` bytes to a short command."""

    atr = b""

    def __init__(self, sign: Sign, *, room: int = 256, extended: bool = True) -> None:
        self._sign, self._room, self._extended = sign, room, extended
        self.challenges: list[bytes] = []

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        assert apdu[:4] == bytes.fromhex("00880000")
        if apdu[4] == 0:
            challenge, room = apdu[7:15], int.from_bytes(apdu[15:], "big") or 65536
            if not self._extended:
                return b"", 0x6700
        else:
            challenge, room = apdu[5:13], min(self._room, apdu[13] or 256)
        self.challenges.append(challenge)
        return self._sign(challenge)[:room], 0x9000


class Opened:
    """A session over a channel without protection. Drops are counted."""

    def __init__(self, channel: Channel, *, short: int = 231, extended: int = 0) -> None:
        self.channel, self.short_limit, self.extended_limit = channel, short, extended
        self.reopenings = 0

    def reopen(self) -> None:
        self.reopenings += 1


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 1024)


@pytest.fixture(scope="module")
def large_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def recoverable(key: rsa.RSAPrivateKey, hash_name: str, *, smaller: bool = False) -> Sign:
    """A chip that signs as ISO/IEC 9796-2 scheme 1 says; `smaller` sends the smaller of s and n - s."""
    numbers, octets = key.private_numbers(), key.key_size // 8
    trailer = bytes.fromhex(TRAILERS[hash_name])

    def sign(challenge: bytes) -> bytes:
        nonce = secrets.token_bytes(octets - 1 - hashlib.new(hash_name).digest_size - len(trailer))
        block = b"\x6a" + nonce + hashlib.new(hash_name, nonce + challenge).digest() + trailer
        signature = pow(int.from_bytes(block, "big"), numbers.d, numbers.public_numbers.n)
        if smaller:
            signature = min(signature, numbers.public_numbers.n - signature)
        return signature.to_bytes(octets, "big")

    return sign


def elliptic(key: ec.EllipticCurvePrivateKey, hash_: hashes.HashAlgorithm, *, der: bool = False) -> Sign:
    def sign(challenge: bytes) -> bytes:
        signature = key.sign(challenge, ec.ECDSA(hash_))
        octets = (key.curve.key_size + 7) // 8
        return signature if der else b"".join(n.to_bytes(octets, "big") for n in decode_dss_signature(signature))

    return sign


def dg15(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    spki = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return tlv.encode(0x6F, spki)


def info(oid: str) -> tuple[SecurityInfo, ...]:
    version, algorithm = tlv.DataObject(0x02, b"\1"), tlv.DataObject(0x06, lds.encode_oid(oid))
    return (SecurityInfo(active_authentication.INFO, version, algorithm),)


def challenge(chip: Chip, dg15: bytes, infos: tuple[SecurityInfo, ...] = (), **limits: int) -> ChipFinding:
    session = Opened(PlainChannel(chip), **limits)
    return active_authentication.finding(session, dg15, infos, known=True, signed=True)


def found(finding: ChipFinding) -> tuple[Outcome, str]:
    return finding.outcome, finding.code


PROVEN = (Outcome.SUCCESSFUL, "chip_key_proven")
MISMATCH = (Outcome.FAILED, "chip_key_mismatch")


@pytest.mark.parametrize("smaller", [False, True])
@pytest.mark.parametrize("hash_name", TRAILERS)
def test_an_rsa_chip_proves_its_key_under_every_hash(rsa_key: rsa.RSAPrivateKey, hash_name: str, smaller: bool) -> None:
    finding = challenge(Chip(recoverable(rsa_key, hash_name, smaller=smaller)), dg15(rsa_key))
    assert finding == ChipFinding("active_authentication", *PROVEN, f"RSA 1024, {hash_name}")


@pytest.mark.parametrize("der", [False, True], ids=["plain", "der"])
@pytest.mark.parametrize("hash_", [hashes.SHA224(), hashes.SHA256(), hashes.SHA384()], ids=lambda hash_: hash_.name)
@pytest.mark.parametrize("curve", [ec.SECP384R1(), ec.BrainpoolP384R1()], ids=lambda curve: curve.name)
def test_an_elliptic_chip_proves_its_key(curve: ec.EllipticCurve, hash_: hashes.HashAlgorithm, der: bool) -> None:
    key = ec.generate_private_key(curve)
    told = info(f"0.4.0.127.0.7.1.1.4.1.{PLAIN_SHA[hash_.name]}")
    assert found(challenge(Chip(elliptic(key, hash_, der=der)), dg15(key), told)) == PROVEN
    assert found(challenge(Chip(elliptic(key, hash_, der=der)), dg15(key))) == PROVEN


def test_the_hash_that_data_group_14_names_is_the_only_one_that_counts() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    chip = Chip(elliptic(key, hashes.SHA1()))
    assert found(challenge(chip, dg15(key), info("0.4.0.127.0.7.1.1.4.1.3"))) == MISMATCH


@pytest.mark.parametrize(("curve", "first"), [
    (ec.SECP224R1(), "sha224"), (ec.BrainpoolP256R1(), "sha256"),
    (ec.SECP384R1(), "sha384"), (ec.SECP521R1(), "sha512"),
])  # fmt: skip
def test_without_word_the_longest_hash_within_the_key_is_tried_first(curve: ec.EllipticCurve, first: str) -> None:
    key = active_authentication.public_key(dg15(ec.generate_private_key(curve)))
    assert key is not None
    assert active_authentication.hashes(key, ())[0] == first


@pytest.mark.parametrize("parameter_id", [9, 11, 14])
def test_signatures_on_curves_that_openssl_lacks_are_verified(parameter_id: int) -> None:
    """With the smallest private keys: then the public key and the nonce's point are the generator."""
    curve = BY_PARAMETER_ID[parameter_id]
    proof = active_authentication.Proof(EllipticKey(curve, curve.generator), ("sha256",))
    answer = signed_by_one(curve, b"\1" * 8, "sha256")
    assert proof.hash_of(answer, b"\1" * 8) == "sha256"
    assert not proof.hash_of(answer, b"\2" * 8)


def signed_by_one(curve: Curve, data: bytes, hash_name: str) -> bytes:
    """ECDSA with private key 1 and nonce 1: r is the generator's x, s is e + r."""
    digest = hashlib.new(hash_name, data).digest()
    e = int.from_bytes(digest, "big") >> max(0, 8 * len(digest) - curve.n.bit_length())
    octets = (curve.n.bit_length() + 7) // 8
    r = curve.x % curve.n
    return r.to_bytes(octets, "big") + ((e + r) % curve.n).to_bytes(octets, "big")


def test_the_worked_example_of_appendix_f(examples: WorkedValues) -> None:
    """No modulus is printed, so what is inside the signature is checked: F, and that it covers the challenge."""
    printed = examples["AA_RSA_F"]
    values = {name: bytes.fromhex(printed[name]) for name in ("RND_IFD", "M1", "H", "F", "S")}
    assert hashlib.sha1(values["M1"] + values["RND_IFD"]).digest() == values["H"]
    assert len(values["S"]) == len(values["F"])
    assert message_recovery.hash_of(values["F"], values["RND_IFD"]) == "sha1"
    assert not message_recovery.hash_of(values["F"], values["RND_IFD"][::-1])


def test_a_message_shorter_than_its_room_is_filled_up_with_b() -> None:
    filled = b"\x6b\xbb\xbb\xba" + b"nonce" + hashlib.sha256(b"nonce" + b"tail").digest() + b"\x34\xcc"
    assert message_recovery.hash_of(filled, b"tail") == "sha256"
    assert not message_recovery.hash_of(b"\x6b\xbb\xbb\xbb" + filled[4:], b"tail")
    assert not message_recovery.hash_of(b"\x4b" + filled[1:], b"tail")


def test_the_key_of_the_reference_data_is_read(bsi: dict[int, bytes]) -> None:
    key = active_authentication.public_key(bsi[Ef.DG15])
    assert isinstance(key, rsa.RSAPublicKey)
    assert (key.key_size, key.public_numbers().e) == (1024, 65537)


def test_a_copy_signs_with_another_key(rsa_key: rsa.RSAPrivateKey) -> None:
    other = rsa.generate_private_key(65537, 1024)
    assert found(challenge(Chip(recoverable(other, "sha256")), dg15(rsa_key))) == MISMATCH


def test_a_recorded_answer_is_of_no_use(rsa_key: rsa.RSAPrivateKey) -> None:
    recorded = recoverable(rsa_key, "sha256")(b"yesterda")
    chip = Chip(lambda challenge: recorded)
    assert found(challenge(chip, dg15(rsa_key))) == MISMATCH
    assert len(set(chip.challenges)) == len(chip.challenges) > 1


def test_leading_zeros_may_be_missing_or_too_many(rsa_key: rsa.RSAPrivateKey) -> None:
    sign = recoverable(rsa_key, "sha1")

    def short(challenge: bytes) -> bytes:
        return next(s for s in iter(lambda: sign(challenge), None) if s[0] == 0).lstrip(b"\0")

    assert found(challenge(Chip(short), dg15(rsa_key))) == PROVEN
    assert found(challenge(Chip(lambda challenge: b"\0\0" + sign(challenge)), dg15(rsa_key))) == PROVEN


def test_an_answer_cut_at_231_bytes_comes_whole_in_extended_length(large_key: rsa.RSAPrivateKey) -> None:
    chip = Chip(recoverable(large_key, "sha256"), room=231)
    assert found(challenge(chip, dg15(large_key))) == PROVEN
    at_once = Chip(recoverable(large_key, "sha256"), room=231)
    assert found(challenge(at_once, dg15(large_key), short=223, extended=2000)) == PROVEN
    assert len(at_once.challenges) == 1


def test_an_answer_that_never_comes_whole_is_told_from_a_copy(large_key: rsa.RSAPrivateKey) -> None:
    chip = Chip(recoverable(large_key, "sha256"), room=231, extended=False)
    finding = challenge(chip, dg15(large_key))
    assert finding == ChipFinding("active_authentication", Outcome.FAILED, "answer_cut", "231 of 256 bytes")


def test_an_answer_announced_by_61xx_is_collected(rsa_key: rsa.RSAPrivateKey) -> None:
    sign = recoverable(rsa_key, "sha256")

    class Announcing(Chip):
        def transmit(self, apdu: bytes) -> tuple[bytes, int]:
            if apdu[1] == 0xC0:
                return self._rest, 0x9000
            whole, _ = super().transmit(apdu)
            self._rest = whole[100:]
            return whole[:100], 0x6100 | len(self._rest)

    assert found(challenge(Announcing(sign), dg15(rsa_key))) == PROVEN


def test_a_chip_that_refuses_is_found(rsa_key: rsa.RSAPrivateKey) -> None:
    class Refusing(Chip):
        def transmit(self, apdu: bytes) -> tuple[bytes, int]:
            return b"", 0x6D00

    finding = challenge(Refusing(recoverable(rsa_key, "sha1")), dg15(rsa_key))
    assert found(finding) == (Outcome.FAILED, "protocol_refused")
    assert "6D00" in finding.detail


class Dropping:
    """A channel that loses the session the first time."""

    def __init__(self, channel: Channel, error: Exception) -> None:
        self._channel, self._error = channel, error
        self._dropped = False

    def send(self, command: Any) -> Any:
        if not self._dropped:
            self._dropped = True
            raise self._error
        return self._channel.send(command)


def test_a_dropped_session_is_opened_again(rsa_key: rsa.RSAPrivateKey) -> None:
    chip = PlainChannel(Chip(recoverable(rsa_key, "sha256")))
    session = Opened(Dropping(chip, NakedStatus("the chip left the session", sw=0x6700)))
    finding = active_authentication.finding(session, dg15(rsa_key), None, known=True, signed=True)
    assert (found(finding), session.reopenings) == (PROVEN, 1)


def test_a_session_that_cannot_be_opened_again_is_a_refusal(rsa_key: rsa.RSAPrivateKey) -> None:
    class Closed(Opened):
        def reopen(self) -> None:
            raise ChipRefused("not again")

    session = Closed(Dropping(PlainChannel(Chip(lambda challenge: b"")), NakedStatus("gone")))
    finding = active_authentication.finding(session, dg15(rsa_key), (), known=True, signed=True)
    assert finding.outcome is Outcome.FAILED


def test_a_chip_that_leaves_the_field_is_lost(rsa_key: rsa.RSAPrivateKey) -> None:
    session = Opened(Dropping(PlainChannel(Chip(lambda challenge: b"")), ChipLost("gone")))
    with pytest.raises(ChipLost):
        active_authentication.finding(session, dg15(rsa_key), (), known=True, signed=True)


def untouched() -> Opened:
    class Silent:
        def send(self, command: Any) -> Any:
            raise AssertionError("the chip was asked")

    return Opened(Silent())


@pytest.mark.parametrize(("known", "expected"), [
    (True, (Outcome.NOT_SUPPORTED, "not_offered")), (False, (Outcome.UNDETERMINED, "offer_unknown")),
])  # fmt: skip
def test_without_data_group_15_nothing_is_asked(known: bool, expected: tuple[Outcome, str]) -> None:
    finding = active_authentication.finding(untouched(), None, (), known=known, signed=False)
    assert found(finding) == expected


def test_a_key_that_the_state_did_not_sign_proves_nothing(rsa_key: rsa.RSAPrivateKey) -> None:
    finding = active_authentication.finding(untouched(), dg15(rsa_key), (), known=True, signed=False)
    assert found(finding) == (Outcome.UNDETERMINED, "key_unsigned")


def test_a_key_of_another_kind_leaves_it_open() -> None:
    dsa = tlv.encode(0x30, tlv.encode(0x06, lds.encode_oid("1.2.840.10040.4.1")))
    spki = tlv.encode(0x6F, tlv.encode(0x30, dsa + tlv.encode(0x03, b"\0\2\1\5")))
    finding = active_authentication.finding(untouched(), spki, (), known=True, signed=True)
    assert finding.outcome is Outcome.UNDETERMINED


@pytest.mark.parametrize("content", [b"", b"\x6f\x03abc", b"\x6f\x02\x30\x00", b"\x6e\x00"])
def test_a_signed_data_group_15_that_holds_no_key_leaves_it_open(content: bytes) -> None:
    finding = active_authentication.finding(untouched(), content, (), known=True, signed=True)
    assert found(finding) == (Outcome.UNDETERMINED, "offer_unknown")


@pytest.mark.parametrize("algorithm", [None, tlv.DataObject(0x02, b"\1"), tlv.DataObject(0x06, b"\x2a\x03")])
def test_an_info_that_names_no_known_hash_says_nothing(algorithm: tlv.DataObject | None) -> None:
    info = SecurityInfo(active_authentication.INFO, tlv.DataObject(0x02, b"\1"), algorithm)
    assert found(challenge(Chip(elliptic(ELLIPTIC, hashes.SHA256())), dg15(ELLIPTIC), (info,))) == PROVEN


@pytest.mark.parametrize("numbers", [(65537, (1 << 9000) + 1), ((1 << 999) + 1, (1 << 2047) + 1), (3, (1 << 600) + 1)])
def test_a_key_that_would_take_forever_or_could_be_factored_is_not_used(numbers: tuple[int, int]) -> None:
    unusable = rsa.RSAPublicNumbers(*numbers).public_key()
    spki = unusable.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    finding = active_authentication.finding(untouched(), tlv.encode(0x6F, spki), (), known=True, signed=True)
    assert found(finding) == (Outcome.UNDETERMINED, "algorithm_unsupported")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answer=st.binary(max_size=300), status=st.integers(0, 0xFFFF))
def test_no_answer_without_the_key_ends_as_successful(rsa_key: rsa.RSAPrivateKey, answer: bytes, status: int) -> None:
    class Liar(Chip):
        def transmit(self, apdu: bytes) -> tuple[bytes, int]:
            return answer, status

    for key in (rsa_key, ELLIPTIC):
        assert challenge(Liar(lambda challenge: b""), dg15(key)).outcome is Outcome.FAILED


@settings(deadline=None)
@given(data=st.data())
def test_a_genuine_signature_with_one_changed_bit_is_none(rsa_key: rsa.RSAPrivateKey, data: st.DataObject) -> None:
    kinds = [(recoverable(rsa_key, "sha256"), rsa_key), (elliptic(ELLIPTIC, hashes.SHA256()), ELLIPTIC)]
    sign, key = data.draw(st.sampled_from(kinds))
    bit = data.draw(st.integers(0, 8 * 64 - 1))

    def changed(challenge: bytes) -> bytes:
        signature = bytearray(sign(challenge))
        signature[bit // 8] ^= 1 << bit % 8
        return bytes(signature)

    assert found(challenge(Chip(changed), dg15(key))) == MISMATCH


@given(st.binary(max_size=200), st.binary(max_size=8))
def test_any_representative_is_survived(representative: bytes, tail: bytes) -> None:
    assert not message_recovery.hash_of(representative, tail)
