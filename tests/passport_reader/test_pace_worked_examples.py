"""The worked values of PACE in Doc 9303-11: appendices G (generic), H (integrated), I (chip authentication mapping)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

import pytest

from passport_reader import lds, tlv
from passport_reader.arithmetic import agreement
from passport_reader.arithmetic.agreement import EllipticAgreement, FieldAgreement, KeyAgreement
from passport_reader.card.apdu import Command, Response
from passport_reader.card.messaging import Algorithm, SessionKeys
from passport_reader.document import Outcome
from passport_reader.pki.trust import TrustStore
from passport_reader.protocols import access, chip_key, chip_mapping, nonce_mapping, pace, pace_offer
from passport_reader.protocols.access import AccessDenied, CanKey, MrzKey
from passport_reader.protocols.pace import Established
from passport_reader.protocols.pace_offer import PaceInfo
from tests.passport_reader.worked_values import WorkedValues

Values = dict[str, str]

PARAMETERS = {
    "PACE_ECDH_GM_G1": 13,
    "PACE_DH_GM_G2": 0,
    "PACE_ECDH_IM_H1": 13,
    "PACE_DH_IM_H2": 0,
    "PACE_ECDH_CAM_I1": 13,
}
GENERIC = [name for name in PARAMETERS if "_IM_" not in name]
INTEGRATED = [name for name in PARAMETERS if "_IM_" in name]


@pytest.fixture(params=PARAMETERS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def values(examples: WorkedValues, name: str) -> Values:
    return cast(Values, examples[name])


@pytest.fixture
def domain(name: str) -> KeyAgreement:
    found = agreement.standardised(PARAMETERS[name])
    assert found is not None
    return found


def octets(text: str) -> bytes:
    return bytes.fromhex(text)


def element(domain: KeyAgreement, text: str) -> bytes:
    """The examples print points without their 04, and one integer with the zero of its sign."""
    return b"\4" + octets(text) if isinstance(domain, EllipticAgreement) else octets(text).lstrip(b"\0")


def info_of(values: Values, name: str) -> PaceInfo:
    return PaceInfo(values["oid"], 2, PARAMETERS[name])


def test_domain_parameters(domain: KeyAgreement, values: Values) -> None:
    if isinstance(domain, FieldAgreement):
        group = domain.group
        assert (group.p, group.g, group.q) == tuple(int(values[key], 16) for key in "pgq")
    else:
        assert domain.name == values["curve"]


def test_nonce(values: Values) -> None:
    assert Algorithm.AES_128.decrypt(octets(values["Kpi"]), octets(values["z"]), bytes(16)) == octets(values["s"])


@pytest.mark.parametrize("name", ["PACE_ECDH_GM_G1", "PACE_DH_GM_G2", "PACE_ECDH_CAM_I1"], indirect=True)
def test_the_password_key(values: Values, name: str) -> None:
    """G.2 uses the document of G.1; appendix H prints its password's key alone."""
    information = values.get("mrz_info", "T22000129364081251010318")
    number, birth, expiry = information[:9], information[10:16], information[17:23]
    assert access.password_key(MrzKey(number, birth, expiry), Algorithm.AES_128) == octets(values["Kpi"])
    if "K" in values:
        assert MrzKey(number, birth, expiry).information == information
        assert MrzKey(number, birth, expiry).secret == octets(values["K"])


@pytest.mark.parametrize("name", GENERIC, indirect=True)
@pytest.mark.parametrize("side", ["ifd", "ic"])
def test_generic_mapping_on_both_sides(domain: KeyAgreement, values: Values, side: str) -> None:
    other = "ic" if side == "ifd" else "ifd"
    secret = int(values[f"map_sk_{side}"], 16)
    theirs, sent = element(domain, values[f"map_pk_{other}"]), []

    def exchange(data: bytes) -> bytes:
        sent.append(data)
        return theirs

    mapped = nonce_mapping.generic(domain, octets(values["s"]), exchange, secret)
    assert sent == [element(domain, values[f"map_pk_{side}"])]
    assert domain.power(secret, theirs) == element(domain, values["H"])
    assert mapped.generator == element(domain, values["G_mapped"])
    assert mapped.chip_public == theirs


@pytest.mark.parametrize("name", INTEGRATED, indirect=True)
def test_integrated_mapping(domain: KeyAgreement, values: Values) -> None:
    nonce, own = octets(values["s"]), octets(values["t"])
    stream = nonce_mapping.pseudo_random(Algorithm.AES_128, nonce, own, domain.prime.bit_length())
    assert stream == octets(values["R"])
    assert int.from_bytes(stream, "big") % domain.prime == int(values["Rp"], 16)
    mapped = nonce_mapping.integrated(domain, Algorithm.AES_128, nonce, lambda sent: b"", lambda size: own[:size])
    assert mapped.generator == mapped_generator(domain, values)


def mapped_generator(domain: KeyAgreement, values: Values) -> bytes:
    return element(domain, values.get("G_mapped") or values["Gx"] + values["Gy"])


@pytest.mark.parametrize("side", ["ifd", "ic"])
def test_key_agreement_on_both_sides(domain: KeyAgreement, values: Values, side: str) -> None:
    """Appendix I prints a chip's secret above the order, appendix H.2 secrets as long as the prime."""
    other, secret = "ic" if side == "ifd" else "ifd", int(values[f"sk_{side}"], 16) % domain.order
    assert domain.power(secret, mapped_generator(domain, values)) == element(domain, values[f"pk_{side}"])
    theirs = domain.validated(element(domain, values[f"pk_{other}"]))
    assert domain.shared(secret, theirs) == octets(values["K_shared"])


def test_session_keys_and_tokens(domain: KeyAgreement, values: Values, name: str) -> None:
    keys = access.session_keys(octets(values["K_shared"]), Algorithm.AES_128)
    assert (keys.encryption, keys.authentication) == (octets(values["KSenc"]), octets(values["KSmac"]))
    info = info_of(values, name)
    assert pace.token(keys, info, element(domain, values["pk_ic"])) == octets(values["T_ifd"])
    assert pace.token(keys, info, element(domain, values["pk_ifd"])) == octets(values["T_ic"])


def test_the_pace_info_of_appendix_g(examples: WorkedValues) -> None:
    values = examples["PACE_ECDH_GM_G1"]
    (offer,) = pace_offer.offered(lds.security_infos(tlv.encode(0x31, octets(values["PACEInfo"]))))
    assert offer == PaceInfo(values["oid"], 2, 13)
    assert offer.supported
    assert offer.title == "ECDH_GENERIC AES_128 brainpoolP256r1"


class Script:
    """A channel that expects commands and gives the answers of the worked example."""

    def __init__(self, *exchanges: tuple[bytes, bytes | int]) -> None:
        self._exchanges = list(exchanges)

    def send(self, command: Command) -> Response:
        expected, answer = self._exchanges.pop(0)
        assert command.header + command.data == expected
        return Response(answer, 0x9000) if isinstance(answer, bytes) else Response(b"", answer)


def step(data: bytes, *, last: bool = False) -> bytes:
    return octets("00860000" if last else "10860000") + tlv.encode(0x7C, data)


def script(domain: KeyAgreement, values: Values, token: bytes | int | None = None) -> Script:
    """The wire of one run, as the examples print it."""
    choose = tlv.encode(0x80, lds.encode_oid(values["oid"])) + octets("830101")
    mine, theirs = values.get("map_pk_ifd", ""), values.get("map_pk_ic", "")
    mapping = element(domain, mine) if mine else octets(values["t"])
    answer = tlv.encode(0x82, element(domain, theirs) if theirs else b"")
    proof = tlv.encode(0x86, octets(values["T_ic"]))
    if "enc_ca_data" in values:
        proof += tlv.encode(0x8A, octets(values["enc_ca_data"]))
    return Script(
        (octets("0022C1A4") + choose, b""),
        (step(b""), tlv.encode(0x7C, tlv.encode(0x80, octets(values["z"])))),
        (step(tlv.encode(0x81, mapping)), tlv.encode(0x7C, answer)),
        (
            step(tlv.encode(0x83, element(domain, values["pk_ifd"]))),
            tlv.encode(0x7C, tlv.encode(0x84, element(domain, values["pk_ic"]))),
        ),
        (
            step(tlv.encode(0x85, octets(values["T_ifd"])), last=True),
            tlv.encode(0x7C, proof) if token is None else token,
        ),
    )


def run(monkeypatch: pytest.MonkeyPatch, channel: Script, values: Values, name: str) -> Established:
    scalars = [int(values[key], 16) for key in ("map_sk_ifd", "sk_ifd") if key in values]
    monkeypatch.setattr(access, "password_key", lambda key, algorithm: octets(values["Kpi"]))
    return pace.authenticate(
        channel,
        MrzKey("T22000129", "640812", "101031"),
        info_of(values, name),
        several=False,
        secret=lambda domain: scalars.pop(0),
        random=lambda size: octets(values["t"])[:size],
    )


def test_the_whole_run_on_the_wire(
    monkeypatch: pytest.MonkeyPatch, domain: KeyAgreement, values: Values, name: str
) -> None:
    established = run(monkeypatch, script(domain, values), values, name)
    keys = established.keys
    assert (keys.encryption, keys.authentication) == (octets(values["KSenc"]), octets(values["KSmac"]))
    assert keys.counter == 0
    assert established.terminal_public == element(domain, values["pk_ifd"])
    assert established.chip_identifier == domain.compressed(element(domain, values["pk_ic"]))


@pytest.mark.parametrize("token", [0x6300, 0x63C2, octets("7C0A86080000000000000000"), octets("7C00")])
def test_a_chip_that_does_not_know_the_password_is_denied(
    monkeypatch: pytest.MonkeyPatch, domain: KeyAgreement, values: Values, name: str, token: bytes | int
) -> None:
    with pytest.raises(AccessDenied):
        run(monkeypatch, script(domain, values, token), values, name)


@pytest.mark.parametrize("name", ["PACE_ECDH_CAM_I1"], indirect=True)
def test_chip_authentication_mapping(
    monkeypatch: pytest.MonkeyPatch, domain: KeyAgreement, values: Values, name: str
) -> None:
    keys = SessionKeys(Algorithm.AES_128, octets(values["KSenc"]), octets(values["KSmac"]))
    assert chip_mapping.opened(keys, octets(values["enc_ca_data"])) == int(values["dec_ca_data"], 16)
    data = run(monkeypatch, script(domain, values), values, name).chip_data
    assert data is not None
    (info,) = chip_key.key_infos(lds.security_infos(tlv.encode(0x31, octets(values["ca_pkinfo"]))))
    assert info.key is not None
    assert info.key.public == element(domain, values["pk_ca"])
    assert info.key_id == data.key_id
    assert data.proves(info.key)
    assert (
        chip_mapping.finding([data], None, TrustStore(), datetime(2026, 11, 23, tzinfo=UTC)).outcome
        is Outcome.UNDETERMINED
    )


def test_a_can_is_its_digits() -> None:
    assert (CanKey("123456").secret, CanKey("123456").password_reference) == (b"123456", 2)
    assert "123456" not in repr(CanKey("123456"))
