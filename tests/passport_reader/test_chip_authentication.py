"""A chip and its copy: only the one that knows the private key of DG14 passes (Doc 9303-11 §6.2)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest
from asn1crypto import core
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from passport_reader import lds, mrz, tlv
from passport_reader.arithmetic.groups import GROUPS, Group
from passport_reader.document import Outcome, TravelDocument
from passport_reader.lds import Ef
from passport_reader.pki.trust import TrustStore
from passport_reader.protocols import chip_authentication, chip_key
from passport_reader.protocols.access import MrzKey
from passport_reader.reading import read_document
from simulators.chip import SimulatedChip
from simulators.chip.apdu import Command, Refused, Response, Status, encoded, objects
from simulators.chip.ciphers import Aes, TripleDes
from simulators.chip.messaging import SecureChannel
from simulators.issuing import Passport, lds_writer
from simulators.issuing.authorities import Authority
from simulators.issuing.states import STATES

Issue = Callable[..., Passport]

PROTOCOL, PUBLIC_KEY = "0.4.0.127.0.7.2.2.3.", "0.4.0.127.0.7.2.2.1."


class ChipKey(Protocol):
    """A static key pair of the chip."""

    kind: str
    """Last arc of id-PK and id-CA: 1 DH, 2 ECDH."""

    def info(self) -> bytes:
        """The public key as SubjectPublicKeyInfo."""
        ...

    def agree(self, public: bytes) -> bytes: ...


class CurveKey:
    kind = "2"

    def __init__(self, curve: ec.EllipticCurve) -> None:
        self._key = ec.generate_private_key(curve)

    def info(self) -> bytes:
        public = self._key.public_key()
        return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    def agree(self, public: bytes) -> bytes:
        peer = ec.EllipticCurvePublicKey.from_encoded_point(self._key.curve, public)
        return self._key.exchange(ec.ECDH(), peer)


class NumberKey:
    """Diffie-Hellman modulo a prime; `form` is pkcs3, x942 or standardised (Doc 9303-11 §8.5 note 2, §9.5.1)."""

    kind = "1"

    def __init__(self, group: Group, form: str = "pkcs3") -> None:
        self._group, self._form = group, form
        self._secret = secrets.randbits(200)

    def info(self) -> bytes:
        group = self._group
        numbers = core.Integer(group.p).dump() + core.Integer(group.g).dump()
        name, parameters = {
            "pkcs3": ("1.2.840.113549.1.3.1", tlv.encode(0x30, numbers)),
            "x942": ("1.2.840.10046.2.1", tlv.encode(0x30, numbers + core.Integer(group.q).dump())),
            "standardised": ("0.4.0.127.0.7.1.2", core.Integer(group.parameter_id or 0).dump()),
        }[self._form]
        algorithm = tlv.encode(0x30, tlv.encode(0x06, lds.encode_oid(name)) + parameters)
        public = core.Integer(pow(group.g, self._secret, group.p)).dump()
        return tlv.encode(0x30, algorithm + tlv.encode(0x03, b"\0" + public))

    def agree(self, public: bytes) -> bytes:
        shared = pow(int.from_bytes(public, "big"), self._secret, self._group.p)
        return shared.to_bytes(self._group.octets, "big")


class AuthenticChip(SimulatedChip):
    """The simulated chip with a private key, which answers in the simulator's own secure messaging."""

    def __init__(
        self, passport: Passport, key: ChipKey, suite: Aes | TripleDes, *, refuses: Collection[tuple[int, int]] = ()
    ) -> None:
        super().__init__(passport)
        self._key, self._suite, self._refuses = key, suite, refuses
        self._next: SecureChannel | None = None
        self.references: list[bytes | None] = []

    def handle(self, command: bytes) -> bytes:
        answer = super().handle(command)
        if self._next is not None and self._channel is not None:  # the answer still went under the old keys
            self._channel, self._next = self._next, None
        return answer

    def _manage_security_environment(self, command: Command) -> Response:
        if (command.p1, command.p2) in self._refuses:
            raise Refused(Status.WRONG_PARAMETERS)
        if command.p1 == 0x41:
            self.references.append(dict(objects(command.data)).get(0x84))
        if (command.p1, command.p2) == (0x41, 0xA4):
            return Response()
        if (command.p1, command.p2) == (0x41, 0xA6):
            return self._agree(dict(objects(command.data))[0x91])
        return super()._manage_security_environment(command)

    def _general_authenticate(self, command: Command) -> Response:
        if self._channel is None:
            return super()._general_authenticate(command)
        ((_, inner),) = objects(command.data)
        self._agree(dict(objects(inner))[0x80])
        return Response(encoded(0x7C, b""))

    def _agree(self, public: bytes) -> Response:
        try:
            shared = self._key.agree(public)
        except ValueError:
            raise Refused(Status.WRONG_DATA) from None
        self._next = SecureChannel(self._suite, shared)
        return Response()


@dataclass(frozen=True)
class InProcess:
    chip: SimulatedChip

    @property
    def atr(self) -> bytes:
        return self.chip.atr

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        answer = self.chip.handle(apdu)
        return answer[:-2], int.from_bytes(answer[-2:], "big")


def public_key_info(key: ChipKey, key_id: int | None) -> bytes:
    return tlv.encode(0x30, tlv.encode(0x06, lds.encode_oid(PUBLIC_KEY + key.kind)) + key.info() + identifier(key_id))


def protocol_info(protocol: str, key_id: int | None) -> bytes:
    oid = tlv.encode(0x06, lds.encode_oid(PROTOCOL + protocol))
    return tlv.encode(0x30, oid + tlv.encode(0x02, b"\1") + identifier(key_id))


def identifier(key_id: int | None) -> bytes:
    return b"" if key_id is None else tlv.encode(0x02, bytes([key_id]))


def with_infos(passport: Passport, *infos: bytes) -> Passport:
    """The passport with more SecurityInfos in a DG14 that its State signed anew."""
    groups: dict[int, bytes] = {file: passport.files[file] for file in (Ef.DG1, Ef.DG2)}
    pace = tlv.value(passport.files[Ef.CARD_ACCESS], 0x31)
    groups[Ef.DG14] = tlv.encode(0x6E, tlv.encode(0x31, pace + b"".join(infos)))
    signer = Authority(STATES[passport.holder.issuing_state], "7/listed").signer("current")
    sod = lds_writer.security_object(groups, signer, version=0, at=datetime(2021, 3, 2, 12, tzinfo=UTC))
    files: Mapping[int, bytes] = {**passport.files, **groups, Ef.SOD: sod}
    return replace(passport, files=files)


def with_chip_key(passport: Passport, key: ChipKey, cipher: int = 2, key_id: int | None = 7) -> Passport:
    infos = (public_key_info(key, key_id), protocol_info(f"{key.kind}.{cipher}", key_id))
    return with_infos(passport, *infos)


def read(chip: SimulatedChip, passport: Passport, trust: TrustStore, at: datetime) -> TravelDocument:
    key = MrzKey.of(mrz.parse("".join(passport.mrz_lines)))
    return read_document(InProcess(chip), key, trust, at=at)


def found(document: TravelDocument) -> tuple[Outcome, str]:
    (finding,) = (item for item in document.findings if item.check == "chip_authentication")
    return finding.outcome, finding.code


SUITES = {1: TripleDes(), 2: Aes(16), 3: Aes(24), 4: Aes(32)}
KEYS = {
    "brainpoolP256r1": lambda: CurveKey(ec.BrainpoolP256R1()),
    "secp384r1": lambda: CurveKey(ec.SECP384R1()),
    "1024/160": lambda: NumberKey(GROUPS[0]),
    "2048/256": lambda: NumberKey(GROUPS[2], "standardised"),
    "own group": lambda: NumberKey(OWN_GROUP),
    "own group with its order": lambda: NumberKey(OWN_GROUP, "x942"),
}
OWN_GROUP = replace(GROUPS[1], g=pow(GROUPS[1].g, 5, GROUPS[1].p), parameter_id=None)


@pytest.mark.parametrize("cipher", SUITES)
@pytest.mark.parametrize("kind", KEYS)
def test_the_genuine_chip_proves_its_key(issue: Issue, trust: TrustStore, at: datetime, cipher: int, kind: str) -> None:
    key = KEYS[kind]()
    passport = with_chip_key(issue("UTO"), key, cipher)
    document = read(AuthenticChip(passport, key, SUITES[cipher]), passport, trust, at)
    assert found(document) == (Outcome.SUCCESSFUL, "chip_key_proven")
    assert document.outcome("certificate_chain") is Outcome.SUCCESSFUL
    assert document.outcome("sod_hash") is Outcome.SUCCESSFUL


@pytest.mark.parametrize("kind", KEYS)
def test_a_copy_with_another_key_is_found_although_every_file_is_signed(
    issue: Issue, trust: TrustStore, at: datetime, kind: str
) -> None:
    passport = with_chip_key(issue("UTO"), KEYS[kind]())
    document = read(AuthenticChip(passport, KEYS[kind](), Aes(16)), passport, trust, at)
    assert found(document) == (Outcome.FAILED, "chip_key_mismatch")
    assert document.outcome("sod_signature") is Outcome.SUCCESSFUL


def test_a_copy_that_refuses_the_protocol_is_found(issue: Issue, trust: TrustStore, at: datetime) -> None:
    passport = with_chip_key(issue("UTO"), CurveKey(ec.BrainpoolP256R1()))
    assert found(read(SimulatedChip(passport), passport, trust, at)) == (Outcome.FAILED, "protocol_refused")


def test_3des_goes_the_other_way_where_the_chip_knows_no_key_agreement_template(
    issue: Issue, trust: TrustStore, at: datetime
) -> None:
    key = CurveKey(ec.BrainpoolP256R1())
    passport = with_chip_key(issue("UTO"), key, 1)
    chip = AuthenticChip(passport, key, TripleDes(), refuses=[(0x41, 0xA6)])
    assert found(read(chip, passport, trust, at)) == (Outcome.SUCCESSFUL, "chip_key_proven")


def test_of_several_keys_the_strongest_is_taken_and_named(issue: Issue, trust: TrustStore, at: datetime) -> None:
    weak, strong = CurveKey(ec.SECP224R1()), CurveKey(ec.BrainpoolP384R1())
    infos = [public_key_info(weak, 1), public_key_info(strong, 2), protocol_info("2.1", 2), protocol_info("2.4", 2)]
    passport = with_infos(issue("UTO"), *infos, protocol_info("2.4", 1))
    chip = AuthenticChip(passport, strong, Aes(32))
    assert found(read(chip, passport, trust, at)) == (Outcome.SUCCESSFUL, "chip_key_proven")
    assert chip.references == [b"\2"]


@pytest.mark.parametrize("number", [0, 1, GROUPS[0].p - 1, GROUPS[0].p, GROUPS[0].p + 5, 2])
def test_a_public_key_of_small_order_is_no_key(number: int) -> None:
    """2 lies outside the subgroup of prime order."""
    algorithm = tlv.value(NumberKey(GROUPS[0], "standardised").info(), 0x30, 0x30)
    info = tlv.encode(0x30, tlv.encode(0x30, algorithm) + tlv.encode(0x03, b"\0" + core.Integer(number).dump()))
    stated = tlv.encode(0x30, tlv.encode(0x06, lds.encode_oid(PUBLIC_KEY + "1")) + info)
    (offer,) = chip_authentication.offers(lds.security_infos(tlv.encode(0x31, stated)))
    assert not offer.usable


def test_a_point_beside_the_curve_is_no_key() -> None:
    stated = bytearray(public_key_info(CurveKey(ec.SECP256R1()), 1))
    stated[-4] ^= 1  # the last byte before the identifier
    (offer,) = chip_authentication.offers(lds.security_infos(tlv.encode(0x31, bytes(stated))))
    assert not offer.usable


def test_a_key_of_the_other_kind_than_its_protocol_is_not_used() -> None:
    stated = tlv.encode(0x06, lds.encode_oid(PUBLIC_KEY + "1")) + CurveKey(ec.SECP256R1()).info()
    (offer,) = chip_authentication.offers(lds.security_infos(tlv.encode(0x31, tlv.encode(0x30, stated))))
    assert not offer.usable


@pytest.mark.parametrize("key_id", [-1, 1 << 17])
def test_an_identifier_no_command_can_hold_is_not_used(key_id: int) -> None:
    stated = tlv.encode(0x06, lds.encode_oid(PUBLIC_KEY + "2")) + CurveKey(ec.SECP256R1()).info()
    stated = tlv.encode(0x30, stated + core.Integer(key_id).dump())
    (offer,) = chip_authentication.offers(lds.security_infos(tlv.encode(0x31, stated)))
    assert offer.key is not None
    assert not offer.usable


def test_more_keys_than_any_chip_has_cost_no_more_time() -> None:
    stated = public_key_info(CurveKey(ec.SECP256R1()), 1) * 100
    offers = chip_authentication.offers(lds.security_infos(tlv.encode(0x31, stated)))
    assert len(offers) == chip_key.MAX_KEYS


def test_a_chip_that_offers_no_key_has_nothing_to_prove(issue: Issue, trust: TrustStore, at: datetime) -> None:
    passport = issue("UTO")
    assert found(read(SimulatedChip(passport), passport, trust, at)) == (Outcome.NOT_SUPPORTED, "not_offered")


def test_a_data_group_14_that_is_listed_but_missing_leaves_it_open(
    issue: Issue, trust: TrustStore, at: datetime
) -> None:
    passport = issue("UTO")
    without = replace(passport, files={file: data for file, data in passport.files.items() if file != Ef.DG14})
    assert found(read(SimulatedChip(without), passport, trust, at)) == (Outcome.UNDETERMINED, "offer_unknown")


def test_the_reference_data_offer_a_key_on_a_curve_that_openssl_lacks(bsi: dict[int, bytes]) -> None:
    (offer,) = chip_authentication.offers(lds.security_infos(lds.content(Ef.DG14, bsi[Ef.DG14])))
    assert offer.oid == PROTOCOL + "2.1"
    assert offer.usable
    assert offer.key is not None
    assert offer.key.agreement.name == "brainpoolP224r1"


def test_the_sample_data_group_14_is_read(data: Path) -> None:
    sample = (data / "emrtd" / "dg14" / "spec_sample_encoded_dg14.bin").read_bytes()
    infos = lds.security_infos(lds.content(Ef.DG14, sample))
    assert infos
    assert all(offer.oid.startswith(chip_authentication.PROTOCOL) for offer in chip_authentication.offers(infos))


def test_a_standardised_curve_number_is_as_good_as_its_parameters(examples: dict[str, dict[str, str]]) -> None:
    """The ChipAuthenticationPublicKeyInfo of Doc 9303-11, appendix I."""
    values = examples["PACE_ECDH_CAM_I1"]
    (offer,) = chip_authentication.offers(lds.security_infos(tlv.encode(0x31, bytes.fromhex(values["ca_pkinfo"]))))
    assert offer.key is not None
    assert offer.key.public[1:] == bytes.fromhex(values["pk_ca"])
