"""Long commands and answers at the chip: chained, in parts, refused, and wrong as the field has them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passport_reader.card.messaging import NakedStatus
from simulators.chip import SimulatedChip
from simulators.chip import apdu as chip_apdu
from simulators.chip.apdu import encoded
from simulators.chip.chaining import AnswerQueue
from simulators.issuing import STATES, ChipProfile, Holder, World, modern
from simulators.issuing.profile import AgreementChoice, SigningChoice
from tests.simulators.terminal import Terminal

WORLD = World(7)
JPEG = cv2.imencode(".jpg", np.random.default_rng(1).integers(0, 255, (200, 150, 3)).astype(np.uint8))[1].tobytes()
HANAKO = Holder("Ito", "Hanako", "UTO", "UTO", date(1990, 1, 2), "F", date(2030, 5, 6), "TK1234567", JPEG)
EVERYTHING = WORLD.issue(HANAKO, profile=modern(STATES["UTO"]))


def opened(profile: ChipProfile | None = None, faults: Collection[str] = ()) -> Terminal:
    passport = EVERYTHING if profile is None else WORLD.issue(HANAKO, profile=profile)
    terminal = Terminal(SimulatedChip(passport, faults=faults), passport)
    terminal.basic_access()
    return terminal


def chained(terminal: Terminal, header: str, data: bytes, part: int, le: int | None = None) -> list[int]:
    """Status words of one command in several parts, each protected by itself."""
    parts = [data[at : at + part] for at in range(0, len(data), part)]
    answers = []
    for number, piece in enumerate(parts, start=1):
        last = number == len(parts)
        prefix = "00" if last else "10"
        answers.append(terminal.send(prefix + header[2:], piece, le=le if last else None).sw)
    return answers


def test_a_long_public_key_arrives_in_a_chain() -> None:
    choice = AgreementChoice(2, 2)
    terminal = opened(ChipProfile(chip_authentication=(choice,), extended_length=False))
    group = terminal.passport.personalisation.agreement_keys[0].group
    public = group.power(0xC0FFEE, group.generator)
    terminal.send("002241A4", encoded(0x80, bytes.fromhex("04007F000702020301") + b"\x02")).require("choose")
    data = encoded(0x7C, encoded(0x80, public))
    assert chained(terminal, "00860000", data, 100, le=256) == [0x9000] * 3


def test_any_instruction_takes_its_data_in_parts() -> None:
    terminal = opened()
    assert chained(terminal, "00A4020C", b"\x01\x01", 1) == [0x9000, 0x9000]
    assert terminal.send("00B00000", le=8).data == EVERYTHING.files[0x0101][:8]


def test_another_command_abandons_a_chain() -> None:
    terminal = opened()
    assert terminal.send("10A4020C", b"\x01").ok
    assert terminal.read(1).ok
    assert terminal.send("00A4020C", b"\x01").sw == 0x6A86


def test_a_chain_without_end_is_refused() -> None:
    terminal = opened()
    answers = [terminal.send("10A4020C", bytes(1000)).sw for _ in range(9)]
    assert answers == [0x9000] * 8 + [0x6700]


def test_a_chain_outside_secure_messaging_serves_before_access() -> None:
    chip = SimulatedChip(EVERYTHING)
    assert chip.handle(bytes.fromhex("10A4040C03A00000")).hex() == "9000"
    assert chip.handle(bytes.fromhex("00A4040C0402471001")).hex() == "9000"


def test_a_chip_without_extended_length_says_so_and_refuses_it() -> None:
    terminal = opened(ChipProfile(extended_length=False))
    assert 0x2F01 not in terminal.passport.files
    assert terminal.chip.atr != SimulatedChip(EVERYTHING).atr
    with pytest.raises(NakedStatus):
        terminal.read(1, size=300)


def test_a_long_answer_is_fetched_in_parts() -> None:
    terminal = opened(ChipProfile(active_authentication=SigningChoice(bits=2048), extended_length=False))
    assert len(terminal.send("00880000", bytes(8), le=256).data) == 256
    assert [command[1] for command in terminal.field.commands[-2:]] == [0x88, 0xC0]


@given(size=st.integers(0, 2000), asked=st.integers(1, 256))
def test_parts_of_an_answer_add_up(size: int, asked: int) -> None:
    queue, answer = AnswerQueue(), bytes(index % 251 for index in range(size)) + b"\x90\x00"
    part = queue.first(answer, chip_apdu.Command(0, 0x88, 0, 0))
    collected = part[:-2]
    while part[-2] == 0x61:
        assert part[-1] == min(256, size - len(collected)) % 256
        part = queue.next(asked)
        collected += part[:-2]
    assert collected + part[-2:] == answer


def test_nothing_is_fetched_twice() -> None:
    chip = SimulatedChip(EVERYTHING)
    assert chip.handle(bytes.fromhex("00C0000000")).hex() == "6985"


def test_a_spurious_announcement_leads_nowhere() -> None:
    terminal = opened(faults={"spurious_61xx"})
    assert terminal.read(1).data == EVERYTHING.files[0x0101][:8]
    assert terminal.field.commands[-1][1] == 0xC0


def test_garbage_stands_behind_every_file() -> None:
    terminal = opened(faults={"trailing_garbage"})
    file = EVERYTHING.files[0x0101]
    answer = terminal.read(1, size=200)
    assert answer.data[: len(file)] == file
    assert len(answer.data) == len(file) + 16


def test_a_file_above_32_kilobytes_is_read_with_the_odd_instruction() -> None:
    noise = np.random.default_rng(2).integers(0, 255, (400, 300, 3)).astype(np.uint8)
    passport = WORLD.issue(replace(HANAKO, portrait_jpeg=cv2.imencode(".jpg", noise)[1].tobytes()))
    terminal = Terminal(SimulatedChip(passport), passport)
    terminal.basic_access()
    terminal.send("00A4020C", b"\x01\x02").require("select")
    content = passport.files[0x0102]
    assert len(content) > 0x9000
    far = terminal.send("00B10000", encoded(0x54, (0x9000).to_bytes(3, "big")), le=102)
    assert far.data == encoded(0x53, content[0x9000:0x9064])


def states_of_a_chip() -> list[SimulatedChip]:
    """Fresh, selected, opened, and halfway through PACE and chip authentication."""
    fresh, selected, halfway = (SimulatedChip(EVERYTHING) for _ in range(3))
    selected.handle(bytes.fromhex("00A4040C07A0000002471001"))
    halfway.handle(bytes.fromhex("0022C1A40F800A04007F00070202040602830101"))
    halfway.handle(bytes.fromhex("10860000027C0000"))
    return [fresh, selected, halfway, opened().chip]


headers = st.sampled_from(
    [f"{cla}{rest}" for cla in ("00", "10", "0C", "1C") for rest in (
        "A4020C", "A4040C", "B08100", "B10000", "840000", "820000", "22C1A4", "2241A4", "2241A6", "2281B6", "2281A4",
        "860000", "880000", "2A00BE", "C00000")]
)  # fmt: skip
bodies = st.one_of(
    st.binary(max_size=300),
    st.builds(
        lambda tag, value: encoded(tag, value),
        st.sampled_from([0x7C, 0x80, 0x83, 0x84, 0x91, 0x54, 0x87, 0x85, 0x97, 0x8E, 0x7F21, 0x7F4E]),
        st.one_of(st.binary(max_size=80), st.builds(encoded, st.just(0x80), st.binary(max_size=140))),
    ),
)


@settings(max_examples=200, deadline=None)
@given(commands=st.lists(st.tuples(headers, bodies, st.booleans()), min_size=1, max_size=6))
def test_no_command_in_any_state_raises_or_opens_the_chip(commands: list[tuple[str, bytes, bool]]) -> None:
    for chip in states_of_a_chip():
        for header, body, long in commands:
            length = b"\0" + len(body).to_bytes(2, "big") if long or len(body) > 255 else bytes([len(body)])
            response = chip.handle(bytes.fromhex(header) + (length + body if body else b"") + b"\0")
            assert len(response) >= 2
            assert EVERYTHING.files[0x0101][:20] not in response
