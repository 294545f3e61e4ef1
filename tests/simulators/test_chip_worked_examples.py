"""The chip against the worked examples of Doc 9303-11, appendices D, F, G, H and I."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from simulators.chip import Personalisation, SimulatedChip
from simulators.chip.access import BasicAccess
from simulators.chip.active_authentication import signature
from simulators.chip.apdu import Response, Status, encoded, parse
from simulators.chip.ciphers import PASSWORD, Aes, TripleDes
from simulators.chip.domain_parameters import CURVES, PARAMETERS
from simulators.chip.messaging import SecureChannel
from simulators.chip.pace import PaceOffer, PaceRun, random_number
from simulators.chip.personalisation import RsaKey

Examples = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def examples(data: Path) -> Examples:
    loaded: Examples = json.loads((data / "emrtd" / "icao9303_p11_worked_examples.json").read_text())
    return loaded


def giving(*values: str) -> Callable[[int], bytes]:
    """Random numbers as the worked example drew them."""
    queue = [bytes.fromhex(value) for value in values]

    def rng(size: int) -> bytes:
        value = queue.pop(0)
        assert len(value) == size
        return value

    return rng


def offer(arcs: str, parameters: int) -> PaceOffer:
    """By mapping and cipher."""
    return PaceOffer(bytes.fromhex("04007F0007020204" + arcs), parameters)


def test_basic_access_answers_as_printed(examples: Examples) -> None:
    example = examples["BAC_D3"]
    access = BasicAccess(example["mrz_info"], giving(example["RND_IC"], example["K_IC"]))
    assert access.challenge().hex().upper() == example["RND_IC"]
    answer, channel = access.answer(bytes.fromhex(example["cmd_data"]))
    assert answer.hex().upper() == example["resp_data"]
    assert channel._encryption.hex().upper() == example["KSenc"]
    assert channel._authentication.hex().upper() == example["KSmac"]
    assert f"{channel._counter:016X}" == example["SSC"]


def test_secure_messaging_opens_and_seals_as_printed(examples: Examples) -> None:
    bac = examples["BAC_D3"]
    secret = bytes(a ^ b for a, b in zip(bytes.fromhex(bac["K_IC"]), bytes.fromhex(bac["K_IFD"]), strict=True))
    channel = SecureChannel(TripleDes(), secret, int(bac["SSC"], 16))
    sequence = [bytes.fromhex(value) for value in examples["SM_3DES_D4"]["sequence"]]
    content = bytes.fromhex("60145F0104303130365F36063034303030305C026175")
    answers = [Response(), Response(content[:4]), Response(content[4:])]
    opened = []
    for sealed, expected, answer in zip(sequence[::2], sequence[1::2], answers, strict=True):
        opened.append(channel.open(parse(sealed)))
        assert channel.seal(answer, odd=False) == expected
    assert opened[0].data == b"\x01\x1e"
    assert [command.expected for command in opened] == [0, 4, 18]


def test_pace_with_generic_mapping_answers_as_printed(examples: Examples) -> None:
    example = examples["PACE_ECDH_GM_G1"]
    run = PaceRun(
        offer("0202", 13),
        bytes.fromhex(example["K"]),
        giving(example["s"], example["map_sk_ic"], example["sk_ic"]),
    )
    assert run.step(bytes.fromhex("7C00")).hex().upper() == "7C128010" + example["z"]
    assert run.step(bytes.fromhex("7C43814104" + example["map_pk_ifd"])).hex().upper() == (
        "7C43824104" + example["map_pk_ic"]
    )
    assert run.step(bytes.fromhex("7C43834104" + example["pk_ifd"])).hex().upper() == "7C43844104" + example["pk_ic"]
    assert run.step(bytes.fromhex("7C0A8508" + example["T_ifd"])).hex().upper() == "7C0A8608" + example["T_ic"]
    assert run.channel is not None
    assert run.channel._encryption.hex().upper() == example["KSenc"]
    assert run.channel._authentication.hex().upper() == example["KSmac"]


def data_object(tag: int, value: str) -> bytes:
    """Dynamic authentication data with one object inside."""
    return encoded(0x7C, encoded(tag, bytes.fromhex(value)))


def run_pace(run: PaceRun, example: dict[str, str], mapping: tuple[str, str], point: str) -> str:
    """The chip's last answer, after its earlier ones were as printed; `point` precedes an encoded key."""
    assert run.step(bytes.fromhex("7C00")) == data_object(0x80, example["z"])
    assert run.step(data_object(0x81, mapping[0])) == data_object(0x82, mapping[1])
    assert run.step(data_object(0x83, point + example["pk_ifd"])) == data_object(0x84, point + example["pk_ic"])
    last = run.step(data_object(0x85, example["T_ifd"])).hex().upper()
    assert run.channel is not None
    assert run.channel._encryption.hex().upper() == example["KSenc"]
    assert run.channel._authentication.hex().upper() == example["KSmac"]
    return last


def mrz_password(example: dict[str, str]) -> bytes:
    return hashlib.sha1(example["mrz_info"].encode()).digest()


def test_pace_with_generic_mapping_modulo_a_prime_answers_as_printed(examples: Examples) -> None:
    example = examples["PACE_DH_GM_G2"]
    rng = giving(example["s"], example["map_sk_ic"], example["sk_ic"])
    run = PaceRun(offer("0102", 0), bytes.fromhex(examples["PACE_ECDH_GM_G1"]["K"]), rng)
    example["pk_ifd"] = example["pk_ifd"].removeprefix("00")  # the print has a byte more than the modulus
    assert run_pace(run, example, (example["map_pk_ifd"], example["map_pk_ic"]), "") == "7C0A8608" + example["T_ic"]


def test_pace_with_integrated_mapping_answers_as_printed(examples: Examples, monkeypatch: pytest.MonkeyPatch) -> None:
    example = examples["PACE_ECDH_IM_H1"]
    monkeypatch.setattr(Aes, "key", password_key_first(Aes.key, example["Kpi"]))
    run = PaceRun(offer("0402", 13), b"", giving(example["s"], example["sk_ic"]))
    assert run_pace(run, example, (example["t"], ""), "04") == "7C0A8608" + example["T_ic"]


def test_pace_with_integrated_mapping_modulo_a_prime_answers_as_printed(
    examples: Examples, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = examples["PACE_DH_IM_H2"]
    monkeypatch.setattr(Aes, "key", password_key_first(Aes.key, example["Kpi"]))
    exponent = int(example["sk_ic"], 16) % int(example["q"], 16)  # printed unreduced
    run = PaceRun(offer("0302", 0), b"", giving(example["s"], f"{exponent:040X}"))
    assert run_pace(run, example, (example["t"], ""), "") == "7C0A8608" + example["T_ic"]


def password_key_first(derive: Callable[[Aes, bytes, int], bytes], key: str) -> Callable[[Aes, bytes, int], bytes]:
    """Appendix H prints the password's key alone, not the password."""
    return lambda suite, secret, counter: bytes.fromhex(key) if counter == PASSWORD else derive(suite, secret, counter)


@pytest.mark.parametrize("example", ["PACE_ECDH_IM_H1", "PACE_DH_IM_H2"])
def test_the_pseudo_random_number_is_as_printed(examples: Examples, example: str) -> None:
    values = examples[example]
    group = PARAMETERS[13 if "ECDH" in example else 0]
    drawn = random_number(Aes(16), bytes.fromhex(values["s"]), bytes.fromhex(values["t"]), group.p)
    assert drawn == int(values["Rp"], 16)
    expected = values["G_mapped"] if "G_mapped" in values else "04" + values["Gx"] + values["Gy"]
    assert group.mapped(drawn).hex().upper() == expected


def test_pace_with_chip_authentication_mapping_proves_the_static_key_as_printed(examples: Examples) -> None:
    example = examples["PACE_ECDH_CAM_I1"]
    order = CURVES[13].order
    static = int(example["map_sk_ic"], 16) * pow(int(example["dec_ca_data"], 16), -1, order) % order
    assert CURVES[13].power(static, CURVES[13].generator).hex().upper() == "04" + example["pk_ca"]
    own = int(example["sk_ic"], 16) % order  # printed unreduced
    rng = giving(example["s"], example["map_sk_ic"], f"{own:064X}")
    run = PaceRun(offer("0602", 13), mrz_password(example), rng, static)
    last = run_pace(run, example, ("04" + example["map_pk_ifd"], "04" + example["map_pk_ic"]), "04")
    assert last == "7C3C8608" + example["T_ic"] + "8A30" + example["enc_ca_data"]


def test_active_authentication_with_rsa_signs_what_is_printed(examples: Examples) -> None:
    """The appendix prints no modulus, so a key of ours signs: what comes out of the signature is the printed F."""
    example = examples["AA_RSA_F"]
    numbers = rsa.generate_private_key(public_exponent=65537, key_size=1024).private_numbers()
    key = RsaKey(numbers.public_numbers.n, numbers.d, "sha1")
    signed = signature(key, bytes.fromhex(example["RND_IFD"]), giving(example["M1"]))
    opened = pow(int.from_bytes(signed, "big"), 65537, key.modulus)
    assert f"{opened:X}" == example["F"]


def test_a_whole_chip_runs_pace_as_printed(examples: Examples) -> None:
    example = examples["PACE_ECDH_GM_G1"]
    infos = bytes.fromhex("3114" + example["PACEInfo"])
    mrz = ("I<UTO" + "<" * 31, "T22000129<?UTO".replace("<?", "3") + "6408125" + "M" + "1010318" + "<" * 8)
    passport = SimpleNamespace(
        files={0x011C: infos}, chip_mrz_lines=mrz, can="123456", personalisation=Personalisation()
    )
    rng = giving(example["s"], example["map_sk_ic"], example["sk_ic"])
    chip = SimulatedChip(passport, rng=rng)
    steps = (
        "0022C1A40F800A04007F00070202040202830101",
        "10860000027C0000",
        "10860000457C43814104" + example["map_pk_ifd"] + "00",
        "10860000457C43834104" + example["pk_ifd"] + "00",
        "008600000C7C0A8508" + example["T_ifd"] + "00",
    )
    answers = [chip.handle(bytes.fromhex(step)) for step in steps]
    assert all(answer.endswith(Status.OK.to_bytes(2, "big")) for answer in answers)
    assert answers[-1].hex().upper() == "7C0A8608" + example["T_ic"] + "9000"
