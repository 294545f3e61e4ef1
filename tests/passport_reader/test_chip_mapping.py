"""What PACE with chip authentication mapping proves, once EF.CardSecurity is judged (Doc 9303-11 §4.4.3.5.2)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from asn1crypto import core

from passport_reader import lds, tlv
from passport_reader.arithmetic import agreement
from passport_reader.arithmetic.agreement import KeyAgreement
from passport_reader.document import Outcome
from passport_reader.pki.trust import TrustStore
from passport_reader.protocols import chip_mapping
from passport_reader.protocols.chip_mapping import ChipData
from passport_reader.protocols.pace_offer import STANDARDISED
from simulators.issuing.authorities import Authority
from simulators.issuing.cms_writer import signed_message
from simulators.issuing.states import STATES

P256 = 12
AT = datetime(2026, 11, 23, tzinfo=UTC)
SECURITY_OBJECT = "0.4.0.127.0.7.3.2.1"


def domain() -> KeyAgreement:
    found = agreement.standardised(P256)
    assert found is not None
    return found


def run(static: int) -> ChipData:
    """What a chip with this static key says in one run of PACE."""
    mapping = domain().secret()
    factor = pow(static, -1, domain().order) * mapping % domain().order
    return ChipData(domain(), P256, domain().public(mapping), factor)


def key_info(static: int, key_id: int = P256) -> bytes:
    algorithm = tlv.encode(0x06, lds.encode_oid(STANDARDISED)) + core.Integer(P256).dump()
    key = tlv.encode(0x30, tlv.encode(0x30, algorithm) + tlv.encode(0x03, b"\0" + domain().public(static)))
    oid = tlv.encode(0x06, lds.encode_oid("0.4.0.127.0.7.2.2.1.2"))
    return tlv.encode(0x30, oid + key + core.Integer(key_id).dump())


def card_security(*infos: bytes, content_type: str = SECURITY_OBJECT, issuer: str = "7/listed") -> bytes:
    signer = Authority(STATES["UTO"], issuer).signer("current")
    content = tlv.encode(0x31, b"".join(infos))
    return signed_message(
        content_type, content, signer, at=datetime(2026, 1, 1, tzinfo=UTC), certificates=(signer.der,)
    )


def found(runs: list[ChipData], file: bytes | None, trust: TrustStore) -> tuple[Outcome, str]:
    finding = chip_mapping.finding(runs, file, trust, AT)
    assert finding.check == "chip_authentication"
    return finding.outcome, finding.code


STATIC, OTHER = 0x1234567, 0x7654321


def test_the_genuine_chip_is_proven_in_every_run(trust: TrustStore) -> None:
    file = card_security(key_info(OTHER, 7), key_info(STATIC))
    assert found([run(STATIC)], file, trust) == (Outcome.SUCCESSFUL, "chip_key_proven")
    assert found([run(STATIC), run(STATIC)], file, trust) == (Outcome.SUCCESSFUL, "chip_key_proven")


def test_one_run_with_another_key_is_enough_to_find_a_copy(trust: TrustStore) -> None:
    file = card_security(key_info(STATIC))
    for runs in ([run(OTHER)], [run(STATIC), run(OTHER)], [run(OTHER), run(STATIC)]):
        assert found(runs, file, trust) == (Outcome.FAILED, "chip_key_mismatch")


@pytest.mark.parametrize("factor", [None, 0, 1, -1, domain().order, domain().order - 1, 1 << 600])
def test_a_factor_that_is_none_proves_nothing(trust: TrustStore, factor: int | None) -> None:
    said = ChipData(domain(), P256, domain().public(99), factor)
    assert found([said], card_security(key_info(STATIC)), trust) == (Outcome.FAILED, "chip_key_mismatch")


def test_the_mirrored_point_proves_nothing(trust: TrustStore) -> None:
    """It has the same x coordinate, and the factor that belongs to it has the other sign."""
    honest = run(STATIC)
    assert honest.factor is not None
    mirrored = ChipData(domain(), P256, honest.mapping_public, domain().order - honest.factor)
    assert found([mirrored], card_security(key_info(STATIC)), trust) == (Outcome.FAILED, "chip_key_mismatch")


def test_a_key_nobody_vouches_for_is_not_clear(trust: TrustStore) -> None:
    file = card_security(key_info(STATIC))
    assert found([run(STATIC)], file, TrustStore()) == (Outcome.UNDETERMINED, "issuer_unknown")
    stranger = card_security(key_info(STATIC), issuer="7/unknown")
    assert found([run(STATIC)], stranger, trust) == (Outcome.UNDETERMINED, "issuer_unknown")


def test_a_key_put_in_after_signing_is_found(trust: TrustStore) -> None:
    file = card_security(key_info(STATIC))
    ours, theirs = domain().public(STATIC), domain().public(OTHER)
    assert found([run(OTHER)], file.replace(ours, theirs), trust) == (Outcome.FAILED, "signature_invalid")


@pytest.mark.parametrize(("file", "code"), [
    (None, "card_security_missing"),
    (b"", "card_security_unusable"),
    (b"\x30\x80\xff", "card_security_unusable"),
    (card_security(key_info(STATIC), content_type="2.23.136.1.1.1"), "card_security_unusable"),
    (card_security(b"\x02\x01\x01"), "card_security_unusable"),
    (card_security(), "chip_key_missing"),
    (card_security(key_info(STATIC, 7)), "chip_key_missing"),
])  # fmt: skip
def test_a_file_that_does_not_hold_the_key_leaves_it_open(trust: TrustStore, file: bytes | None, code: str) -> None:
    assert found([run(STATIC)], file, trust) == (Outcome.UNDETERMINED, code)
