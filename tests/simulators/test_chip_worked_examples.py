"""The chip against the worked examples of Doc 9303-11, appendices D and G."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from simulators.chip import SimulatedChip
from simulators.chip_access import BasicAccess, PaceOffer, PaceRun
from simulators.chip_apdu import Response, Status, parse
from simulators.chip_ciphers import TripleDes
from simulators.chip_messaging import SecureChannel

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
    offer = PaceOffer(bytes.fromhex("04007F00070202040202"), 13)
    run = PaceRun(
        offer,
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


def test_a_whole_chip_runs_pace_as_printed(examples: Examples) -> None:
    example = examples["PACE_ECDH_GM_G1"]
    infos = bytes.fromhex("3114" + example["PACEInfo"])
    mrz = ("I<UTO" + "<" * 31, "T22000129<?UTO".replace("<?", "3") + "6408125" + "M" + "1010318" + "<" * 8)
    passport = SimpleNamespace(files={0x011C: infos}, chip_mrz_lines=mrz, can="123456")
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
