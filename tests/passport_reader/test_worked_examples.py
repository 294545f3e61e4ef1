"""Every applicable worked value of Doc 9303-11: appendix D (BAC, secure messaging) and G.1 (PACE, generic mapping)."""

from __future__ import annotations

from typing import Any

import pytest

from passport_reader import lds
from passport_reader.arithmetic import curves
from passport_reader.arithmetic.domain_parameters import BY_PARAMETER_ID, Curve, Point
from passport_reader.card import messaging
from passport_reader.card.apdu import Command, Response
from passport_reader.card.messaging import Algorithm, SessionKeys
from passport_reader.protocols import access, pace
from passport_reader.protocols.access import AccessDenied, CanKey, MrzKey
from passport_reader.protocols.pace import PaceInfo

BRAINPOOL = BY_PARAMETER_ID[13]


def octets(text: str) -> bytes:
    return bytes.fromhex(text)


class Script:
    """A channel that expects commands and gives the answers of the worked example."""

    def __init__(self, *exchanges: tuple[str, str]) -> None:
        self._exchanges = list(exchanges)

    def send(self, command: Command) -> Response:
        expected, answer = self._exchanges.pop(0)
        assert command.encode().hex().upper() == expected
        data = octets(answer)
        return Response(data[:-2], int.from_bytes(data[-2:], "big"))


@pytest.fixture
def bac(examples: dict[str, Any]) -> dict[str, str]:
    return dict(examples["BAC_D3"])


@pytest.fixture
def gm(examples: dict[str, Any]) -> dict[str, str]:
    return dict(examples["PACE_ECDH_GM_G1"])


def bac_key() -> MrzKey:
    return MrzKey("L898902C", "690806", "940623")


def test_mrz_information_and_static_keys(bac: dict[str, str]) -> None:
    key = bac_key()
    assert key.information == bac["mrz_info"]
    assert key.secret[:16] == octets(bac["Kseed"])
    static = access.session_keys(key.secret[:16], Algorithm.TDES)
    assert (static.encryption, static.authentication) == (octets(bac["Kenc"]), octets(bac["Kmac"]))


def exchange(bac: dict[str, str], answer: str = "") -> Script:
    command = f"0082000028{bac['cmd_data']}28"
    return Script(("0084000008", bac["RND_IC"] + "9000"), (command, answer or bac["resp_data"] + "9000"))


def fixed_random(bac: dict[str, str]) -> access.Random:
    return lambda size: octets(bac["RND_IFD"] if size == 8 else bac["K_IFD"])


def test_basic_access_control(bac: dict[str, str]) -> None:
    keys = access.basic_access(exchange(bac), bac_key(), fixed_random(bac))
    assert keys.encryption == octets(bac["KSenc"])
    assert keys.authentication == octets(bac["KSmac"])
    assert keys.counter == int(bac["SSC"], 16)


@pytest.mark.parametrize("answer", ["6300", "6982", "00" * 40 + "9000"])
def test_basic_access_control_denied(bac: dict[str, str], answer: str) -> None:
    with pytest.raises(AccessDenied):
        access.basic_access(exchange(bac, answer), bac_key(), fixed_random(bac))


def test_secure_messaging_3des(bac: dict[str, str], examples: dict[str, Any]) -> None:
    wire = examples["SM_3DES_D4"]["sequence"]
    keys = SessionKeys(Algorithm.TDES, octets(bac["KSenc"]), octets(bac["KSmac"]), int(bac["SSC"], 16))
    channel = messaging.SecureChannel(Script(*zip(wire[::2], wire[1::2], strict=True)), keys)
    assert channel.send(Command(0x00, 0xA4, 0x02, 0x0C, b"\x01\x1e")).ok
    assert channel.send(Command(0x00, 0xB0, 0x00, 0x00, le=4)).data.hex() == "60145f01"
    rest = channel.send(Command(0x00, 0xB0, 0x00, 0x04, le=18))
    assert rest.data.hex() == "04303130365f36063034303030305c026175"


def test_pace_password_keys(gm: dict[str, str], examples: dict[str, Any]) -> None:
    assert access.password_key(MrzKey("T22000129", "640812", "101031"), Algorithm.AES_128) == octets(gm["Kpi"])
    assert MrzKey("T22000129", "640812", "101031").information == "T22000129" + gm["mrz_info"][9:]
    assert MrzKey("T22000129", "640812", "101031").secret == octets(gm["K"])
    cam = examples["PACE_ECDH_CAM_I1"]
    card = MrzKey(cam["mrz_info"][:9], cam["mrz_info"][10:16], cam["mrz_info"][17:23])
    assert card.information == cam["mrz_info"]
    assert card.secret == octets(cam["K"])
    assert access.password_key(card, Algorithm.AES_128) == octets(cam["Kpi"])


def test_pace_info(gm: dict[str, str]) -> None:
    info = "31" + f"{len(gm['PACEInfo']) // 2:02X}" + gm["PACEInfo"]
    (offer,) = pace.offered(lds.security_infos(octets(info)))
    assert offer == PaceInfo(gm["oid"], 2, 13)
    assert offer.supported
    assert (offer.curve, offer.algorithm) == (BRAINPOOL, Algorithm.AES_128)


@pytest.mark.parametrize("name", ["PACE_ECDH_GM_G1", "PACE_ECDH_CAM_I1"])
def test_generic_mapping(examples: dict[str, Any], name: str) -> None:
    """Chip authentication mapping maps the generator the same way."""
    values = examples[name]
    nonce = Algorithm.AES_128.decrypt(octets(values["Kpi"]), octets(values["z"]), bytes(16))
    assert nonce == octets(values["s"])
    mapping = int(values["map_sk_ifd"], 16)
    assert curves.multiply_generator(BRAINPOOL, mapping) == point(values["map_pk_ifd"])
    shared = curves.multiply(BRAINPOOL, mapping, point(values["map_pk_ic"]))
    assert shared == point(values["H"])
    generator = pace.mapped(BRAINPOOL, int.from_bytes(nonce, "big"), shared)
    assert generator == point(values["G_mapped"])
    secret = int(values["sk_ifd"], 16)
    assert curves.multiply(BRAINPOOL, secret, generator) == point(values["pk_ifd"])
    assert curves.agree(BRAINPOOL, secret, point(values["pk_ic"])) == int(values["K_shared"], 16)


@pytest.mark.parametrize("name", ["PACE_ECDH_GM_G1", "PACE_ECDH_CAM_I1", "PACE_ECDH_IM_H1"])
def test_session_keys_and_tokens(examples: dict[str, Any], name: str) -> None:
    """The same for every mapping: only the way to the generator differs."""
    values = examples[name]
    keys = access.session_keys(octets(values["K_shared"]), Algorithm.AES_128)
    assert (keys.encryption, keys.authentication) == (octets(values["KSenc"]), octets(values["KSmac"]))
    info = PaceInfo(values["oid"], 2, 13)
    assert pace.token(keys, info, point(values["pk_ic"])) == octets(values["T_ifd"])
    assert pace.token(keys, info, point(values["pk_ifd"])) == octets(values["T_ic"])


def point(text: str) -> Point:
    return BRAINPOOL.decode(b"\4" + octets(text))


def pace_script(gm: dict[str, str], token: str = "") -> Script:
    return Script(
        ("0022C1A40F800A04007F00070202040202830101", "9000"),
        ("10860000027C0000", f"7C128010{gm['z']}9000"),
        (f"10860000457C43814104{gm['map_pk_ifd']}00", f"7C43824104{gm['map_pk_ic']}9000"),
        (f"10860000457C43834104{gm['pk_ifd']}00", f"7C43844104{gm['pk_ic']}9000"),
        (f"008600000C7C0A8508{gm['T_ifd']}00", token or f"7C0A8608{gm['T_ic']}9000"),
    )


def fixed_scalars(gm: dict[str, str]) -> pace.Scalar:
    scalars = [int(gm["map_sk_ifd"], 16), int(gm["sk_ifd"], 16)]

    def next_scalar(curve: Curve) -> int:
        return scalars.pop(0)

    return next_scalar


def run_pace(gm: dict[str, str], script: Script) -> SessionKeys:
    key, info = MrzKey("T22000129", "640812", "101031"), PaceInfo(gm["oid"], 2, 13)
    return pace.authenticate(script, key, info, several=False, scalar=fixed_scalars(gm))


def test_pace_on_the_wire(gm: dict[str, str]) -> None:
    keys = run_pace(gm, pace_script(gm))
    assert (keys.encryption, keys.authentication) == (octets(gm["KSenc"]), octets(gm["KSmac"]))
    assert keys.counter == 0


@pytest.mark.parametrize("token", ["6300", "63C2", "7C0A860800000000000000009000"])
def test_pace_denied(gm: dict[str, str], token: str) -> None:
    with pytest.raises(AccessDenied):
        run_pace(gm, pace_script(gm, token))


def test_a_can_is_its_digits() -> None:
    assert (CanKey("123456").secret, CanKey("123456").password_reference) == (b"123456", 2)
    assert "123456" not in repr(CanKey("123456"))
