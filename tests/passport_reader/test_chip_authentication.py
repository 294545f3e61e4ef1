"""A chip and its copy: only the one that knows the private key of DG14 passes (Doc 9303-11 §6.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from passport_reader import lds, mrz, tlv
from passport_reader.document import Outcome, TravelDocument
from passport_reader.lds import Ef
from passport_reader.pki.trust import TrustStore
from passport_reader.protocols import chip_authentication
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

TDES, AES_128, AES_256 = (f"0.4.0.127.0.7.2.2.3.2.{cipher}" for cipher in (1, 2, 4))
PUBLIC_KEY = "0.4.0.127.0.7.2.2.1.2"


class AuthenticChip(SimulatedChip):
    """The simulated chip with a private key, which answers in the simulator's own secure messaging."""

    def __init__(self, passport: Passport, key: ec.EllipticCurvePrivateKey, suite: Aes | TripleDes) -> None:
        super().__init__(passport)
        self._key, self._suite = key, suite
        self._next: SecureChannel | None = None

    def handle(self, command: bytes) -> bytes:
        answer = super().handle(command)
        if self._next is not None and self._channel is not None:  # the answer still went under the old keys
            self._channel, self._next = self._next, None
        return answer

    def _manage_security_environment(self, command: Command) -> Response:
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
            peer = ec.EllipticCurvePublicKey.from_encoded_point(self._key.curve, public)
        except ValueError:
            raise Refused(Status.WRONG_DATA) from None
        self._next = SecureChannel(self._suite, self._key.exchange(ec.ECDH(), peer))
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


def dg14(pace: bytes, key: ec.EllipticCurvePrivateKey, protocol: str, *, key_id: int | None) -> bytes:
    """SecurityInfos with a chip authentication key, as a State would write them."""
    spki = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    number = b"" if key_id is None else tlv.encode(0x02, bytes([key_id]))
    public = tlv.encode(0x30, tlv.encode(0x06, lds.encode_oid(PUBLIC_KEY)) + spki + number)
    how = tlv.encode(0x30, tlv.encode(0x06, lds.encode_oid(protocol)) + tlv.encode(0x02, b"\1") + number)
    return tlv.encode(0x6E, tlv.encode(0x31, tlv.value(pace, 0x31) + public + how))


def with_chip_key(
    passport: Passport, key: ec.EllipticCurvePrivateKey, protocol: str = AES_128, key_id: int | None = 7
) -> Passport:
    """The passport with a chip key in a DG14 that its State signed anew."""
    groups: dict[int, bytes] = {file: passport.files[file] for file in (Ef.DG1, Ef.DG2)}
    groups[Ef.DG14] = dg14(passport.files[Ef.CARD_ACCESS], key, protocol, key_id=key_id)
    signer = Authority(STATES[passport.holder.issuing_state], "7/listed").signer("current")
    sod = lds_writer.security_object(groups, signer, version=0, at=datetime(2021, 3, 2, 12, tzinfo=UTC))
    files: Mapping[int, bytes] = {**passport.files, **groups, Ef.SOD: sod}
    return replace(passport, files=files)


def read(chip: SimulatedChip, passport: Passport, trust: TrustStore, at: datetime) -> TravelDocument:
    key = MrzKey.of(mrz.parse("".join(passport.mrz_lines)))
    return read_document(InProcess(chip), key, trust, at=at)


def found(document: TravelDocument) -> tuple[Outcome, str]:
    (finding,) = (item for item in document.findings if item.check == "chip_authentication")
    return finding.outcome, finding.code


@pytest.mark.parametrize(("protocol", "suite"), [(AES_128, Aes(16)), (AES_256, Aes(32)), (TDES, TripleDes())])
@pytest.mark.parametrize("curve", [ec.BrainpoolP256R1(), ec.SECP384R1()], ids=lambda curve: curve.name)
def test_the_genuine_chip_proves_its_key(
    issue: Issue, trust: TrustStore, at: datetime, protocol: str, suite: Aes | TripleDes, curve: ec.EllipticCurve
) -> None:
    key = ec.generate_private_key(curve)
    passport = with_chip_key(issue("UTO"), key, protocol)
    document = read(AuthenticChip(passport, key, suite), passport, trust, at)
    assert found(document) == (Outcome.SUCCESSFUL, "chip_key_proven")
    assert document.outcome("certificate_chain") is Outcome.SUCCESSFUL
    assert document.outcome("sod_hash") is Outcome.SUCCESSFUL


def test_a_copy_with_another_key_is_found_although_every_file_is_signed(
    issue: Issue, trust: TrustStore, at: datetime
) -> None:
    passport = with_chip_key(issue("UTO"), ec.generate_private_key(ec.BrainpoolP256R1()))
    copy = AuthenticChip(passport, ec.generate_private_key(ec.BrainpoolP256R1()), Aes(16))
    document = read(copy, passport, trust, at)
    assert found(document) == (Outcome.FAILED, "chip_key_mismatch")
    assert document.outcome("sod_signature") is Outcome.SUCCESSFUL


def test_a_copy_that_refuses_the_protocol_is_found(issue: Issue, trust: TrustStore, at: datetime) -> None:
    passport = with_chip_key(issue("UTO"), ec.generate_private_key(ec.BrainpoolP256R1()))
    assert found(read(SimulatedChip(passport), passport, trust, at)) == (Outcome.FAILED, "protocol_refused")


def test_a_chip_that_offers_no_key_has_nothing_to_prove(issue: Issue, trust: TrustStore, at: datetime) -> None:
    passport = issue("UTO")
    assert found(read(SimulatedChip(passport), passport, trust, at)) == (Outcome.NOT_SUPPORTED, "not_offered")


def test_a_data_group_14_that_is_listed_but_missing_leaves_it_open(
    issue: Issue, trust: TrustStore, at: datetime
) -> None:
    passport = issue("UTO")
    without = replace(passport, files={file: data for file, data in passport.files.items() if file != Ef.DG14})
    assert found(read(SimulatedChip(without), passport, trust, at)) == (Outcome.UNDETERMINED, "offer_unknown")


def test_the_reference_data_offer_a_key_on_a_curve_this_reader_does_not_agree_on(bsi: dict[int, bytes]) -> None:
    (offer,) = chip_authentication.offers(lds.security_infos(lds.content(Ef.DG14, bsi[Ef.DG14])))
    assert offer.oid == TDES
    assert offer.key is not None
    assert offer.key.curve.name == "brainpoolP224r1"


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
    assert offer.key.curve.encode(offer.key.point)[1:] == bytes.fromhex(values["pk_ca"])
