"""Every worked value of Doc 9303-11, appendix D: Basic Access Control and secure messaging. PACE stands beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest

from passport_reader.card import messaging
from passport_reader.card.apdu import Command, Response
from passport_reader.card.messaging import Algorithm, SessionKeys
from passport_reader.protocols import access
from passport_reader.protocols.access import AccessDenied, MrzKey
from tests.passport_reader.worked_values import USED, WorkedValues


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
def bac(examples: WorkedValues) -> dict[str, str]:
    return cast(dict[str, str], examples["BAC_D3"])


def bac_key() -> MrzKey:
    return MrzKey("L898902C", "690806", "940623")


def test_mrz_information_and_static_keys(bac: dict[str, str]) -> None:
    key = bac_key()
    assert key.information == bac["mrz_info"]
    assert key.secret[:16] == octets(bac["Kseed"])
    assert key.chip_identifier == b"L898902C<3"
    static = access.session_keys(key.secret[:16], Algorithm.TDES)
    assert (static.encryption, static.authentication) == (octets(bac["Kenc"]), octets(bac["Kmac"]))


def exchange(bac: dict[str, str], answer: str = "") -> Script:
    command = f"0082000028{bac['cmd_data']}28"
    return Script(("0084000008", bac["RND_IC"] + "9000"), (command, answer or bac["resp_data"] + "9000"))


def fixed_random(bac: dict[str, str]) -> access.Random:
    return lambda size: octets(bac["RND_IFD"] if size == 8 else bac["K_IFD"])


def test_the_cryptograms_of_both_sides(bac: dict[str, str]) -> None:
    static = access.session_keys(octets(bac["Kseed"]), Algorithm.TDES)
    assert bac["S"] == bac["RND_IFD"] + bac["RND_IC"] + bac["K_IFD"]
    assert bac["cmd_data"] == bac["E_IFD"] + bac["M_IFD"]
    assert Algorithm.TDES.decrypt(static.encryption, octets(bac["E_IFD"]), bytes(8)) == octets(bac["S"])
    answer = Algorithm.TDES.decrypt(static.encryption, octets(bac["resp_data"])[:32], bytes(8))
    assert answer == octets(bac["RND_IC"] + bac["RND_IFD"] + bac["K_IC"])


def test_basic_access_control(bac: dict[str, str]) -> None:
    keys = access.basic_access(exchange(bac), bac_key(), fixed_random(bac))
    assert keys.encryption == octets(bac["KSenc"])
    assert keys.authentication == octets(bac["KSmac"])
    assert keys.counter == int(bac["SSC"], 16)


@pytest.mark.parametrize("answer", ["6300", "6982", "00" * 40 + "9000"])
def test_basic_access_control_denied(bac: dict[str, str], answer: str) -> None:
    with pytest.raises(AccessDenied):
        access.basic_access(exchange(bac, answer), bac_key(), fixed_random(bac))


def test_secure_messaging_3des(bac: dict[str, str], examples: WorkedValues) -> None:
    wire = examples["SM_3DES_D4"]["sequence"]
    keys = SessionKeys(Algorithm.TDES, octets(bac["KSenc"]), octets(bac["KSmac"]), int(bac["SSC"], 16))
    channel = messaging.SecureChannel(Script(*zip(wire[::2], wire[1::2], strict=True)), keys)
    assert channel.send(Command(0x00, 0xA4, 0x02, 0x0C, b"\x01\x1e")).ok
    assert channel.send(Command(0x00, 0xB0, 0x00, 0x00, le=4)).data.hex() == "60145f01"
    rest = channel.send(Command(0x00, 0xB0, 0x00, 0x04, le=18))
    assert rest.data.hex() == "04303130365f36063034303030305c026175"


def test_every_worked_value_is_used_by_a_test(examples: WorkedValues, tmp_path: Path) -> None:
    """The tests that use them run once more on their own, so that none is counted that only this run looked up."""
    here, used = Path(__file__).parent, tmp_path / "used"
    files = ("test_worked_examples.py", "test_pace_worked_examples.py", "test_active_authentication.py")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not every_worked_value"]
    subprocess.run(
        [*command, *(str(here / name) for name in files)],
        cwd=here.parents[1],
        env=os.environ | {USED: str(used)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    names = set(examples.names())
    assert len(names) >= 78
    assert names - set(used.read_text().split()) == set()
