"""A relay between reader and chip: what it changes in answers is noticed, or changes nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from passport_reader import tlv
from passport_reader.card.messaging import MessagingFailed, NakedStatus
from passport_reader.document import ChipRefused, Outcome, PassportError
from passport_reader.lds import Ef
from passport_reader.pki import authentication
from passport_reader.protocols.access import AccessDenied
from simulators.chip import FAULTS as CHIP_FAULTS
from tests.fuzz.lying_chip import LIES, LyingChip, Meddling, telling
from tests.passport_reader.hostile.forgery import Case, Office, assert_ends_as_it_must, ends, found, read

OK = b"\x90\x00"
Change = Callable[[bytes], bytes]


def protected(command: bytes) -> bool:
    return command[0] & 0x0C == 0x0C


def reading(command: bytes) -> bool:
    return protected(command) and command[1] in (0xB0, 0xB1)


def every(change: Change, when: Callable[[bytes], bool] = reading) -> Meddling:
    """Changes each answer to such a command."""
    return lambda command, answer: change(answer) if when(command) else answer


def from_third(change: Change) -> Meddling:
    """The first two reads are honest: the session is on, and EF.SOD has begun."""
    count = iter(range(1_000_000))
    return lambda command, answer: change(answer) if reading(command) and next(count) > 1 else answer


def relayed(meddling: Callable[[], Meddling]) -> Callable[[Office], LyingChip]:
    return lambda office: LyingChip(office.genuine, outside=meddling())


def parts(answer: bytes) -> list[tlv.DataObject]:
    return list(tlv.objects(answer[:-2]))


def whole(items: list[tlv.DataObject]) -> bytes:
    return b"".join(tlv.encode(item.tag, item.value) for item in items) + OK


def replaced(tag: int, change: Change) -> Change:
    """The value of one data object of the answer."""
    return lambda answer: whole(
        [tlv.DataObject(item.tag, change(item.value)) if item.tag == tag else item for item in parts(answer)]
    )


def renamed(tag: int, other: int) -> Change:
    return lambda answer: whole(
        [tlv.DataObject(other, item.value) if item.tag == tag else item for item in parts(answer)]
    )


def without(tag: int) -> Change:
    return lambda answer: whole([item for item in parts(answer) if item.tag != tag])


def doubled(tag: int) -> Change:
    return lambda answer: whole([item for item in parts(answer) for _ in range(1 + (item.tag == tag))])


def turned(answer: bytes) -> bytes:
    """The status before the cryptogram."""
    first, second, *rest = parts(answer)
    return whole([second, first, *rest])


def replaying() -> Meddling:
    """Always the first answer to a read."""
    first: list[bytes] = []

    def meddled(command: bytes, answer: bytes) -> bytes:
        if not reading(command):
            return answer
        first.append(answer)
        return first[0]

    return meddled


def one_behind() -> Meddling:
    """Each read is answered with the answer to the one before."""
    kept: list[bytes] = [OK]

    def meddled(command: bytes, answer: bytes) -> bytes:
        if not reading(command):
            return answer
        kept.append(answer)
        return kept[-2] if len(kept) > 2 else answer

    return meddled


def flipped(at: int) -> Change:
    return lambda value: value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]


def refusing_bac_and_pace(command: bytes, answer: bytes) -> bytes:
    return b"\x69\x82" if command[1] in (0x22, 0x82, 0x84, 0x86) else answer


def forging_the_bac_answer(command: bytes, answer: bytes) -> bytes:
    return bytes(40) + OK if command[1] == 0x82 else answer


def reflecting_the_bac_answer(command: bytes, answer: bytes) -> bytes:
    """The terminal's own cryptogram, which has a right checksum."""
    return command[5:45] + OK if command[1] == 0x82 else answer


def by_bac(meddling: Meddling) -> Callable[[Office], LyingChip]:
    return lambda office: LyingChip(office.passport(faults=["bac_only"]), outside=meddling)


CASES: dict[str, Case] = {
    "a wrong checksum": ends(MessagingFailed, relayed(lambda: every(replaced(0x8E, flipped(0))))),
    "a wrong checksum, later": ends(MessagingFailed, relayed(lambda: from_third(replaced(0x8E, flipped(7))))),
    "a checksum of seven bytes": ends(MessagingFailed, relayed(lambda: every(replaced(0x8E, lambda code: code[:7])))),
    "an empty checksum": ends(MessagingFailed, relayed(lambda: every(replaced(0x8E, lambda code: b"")))),
    "no checksum": ends(MessagingFailed, relayed(lambda: every(without(0x8E)))),
    "no status inside": ends(MessagingFailed, relayed(lambda: every(without(0x99)))),
    "another status inside": ends(MessagingFailed, relayed(lambda: every(replaced(0x99, lambda status: b"\x62\x82")))),
    "a cryptogram with a bit changed": ends(MessagingFailed, relayed(lambda: every(replaced(0x87, flipped(5))))),
    "a cryptogram cut": ends(MessagingFailed, relayed(lambda: every(replaced(0x87, lambda value: value[:-1])))),
    "a cryptogram without its last block": ends(
        MessagingFailed, relayed(lambda: every(replaced(0x87, lambda value: value[:-16])))
    ),
    "no cryptogram": ends(MessagingFailed, relayed(lambda: every(without(0x87)))),
    "padding indicator 02": ends(
        MessagingFailed, relayed(lambda: every(replaced(0x87, lambda value: b"\2" + value[1:])))
    ),
    "the tag of an odd instruction": ends(MessagingFailed, relayed(lambda: every(renamed(0x87, 0x85)))),
    "plain data in an object": ends(MessagingFailed, relayed(lambda: every(renamed(0x87, 0x81)))),
    "the cryptogram twice": ends(MessagingFailed, relayed(lambda: every(doubled(0x87)))),
    "the checksum twice": ends(MessagingFailed, relayed(lambda: every(doubled(0x8E)))),
    "objects out of order": ends(MessagingFailed, relayed(lambda: every(turned))),
    "an object more": ends(MessagingFailed, relayed(lambda: every(lambda answer: b"\x80\x01\x00" + answer))),
    "an object behind the checksum": ends(
        MessagingFailed, relayed(lambda: every(lambda answer: answer[:-2] + b"\x80\x01\x00" + OK))
    ),
    "a length that is not there": ends(
        MessagingFailed, relayed(lambda: every(lambda answer: b"\x87\x83\xff\xff\xff" + answer))
    ),
    "an answer again and again": ends(MessagingFailed, relayed(replaying)),
    "the answer before": ends(MessagingFailed, relayed(one_behind)),
    "an answer of zeros": ends(MessagingFailed, relayed(lambda: every(lambda answer: bytes(200) + OK))),
    "a naked success": ends(NakedStatus, relayed(lambda: every(lambda answer: OK))),
    "a naked success to all that is protected": ends(NakedStatus, relayed(lambda: every(lambda answer: OK, protected))),
    "a file in the clear": ends(MessagingFailed, relayed(lambda: every(lambda answer: b"\x61\x05\x5f\x1f\x02AB" + OK))),
    "a naked refusal": ends(NakedStatus, relayed(lambda: every(lambda answer: b"\x69\x82"))),
    "no access of any kind": ends(ChipRefused, relayed(lambda: refusing_bac_and_pace)),
    "a forged answer of basic access": ends(AccessDenied, by_bac(forging_the_bac_answer)),
    "a reflected answer of basic access": ends(AccessDenied, by_bac(reflecting_the_bac_answer)),
}


@pytest.mark.parametrize("name", CASES)
def test_a_lie_outside_the_session_ends_the_reading(office: Office, name: str) -> None:
    assert_ends_as_it_must(CASES[name], office)


def test_the_status_outside_the_session_counts_for_nothing(office: Office) -> None:
    chip = LyingChip(office.genuine, outside=every(lambda answer: answer[:-2] + b"\x6a\x82"))
    assert read(chip, office.trust).outcome("sod_hash") is Outcome.SUCCESSFUL


@pytest.mark.parametrize("fault", CHIP_FAULTS)
def test_no_fault_of_a_chip_makes_more_of_it_than_it_is(office: Office, fault: str) -> None:
    assert_nothing_false_passed(LyingChip(office.genuine, faults={fault, "clone"}), office, proofs=())


def honest_commands(office: Office) -> int:
    chip = LyingChip(office.genuine)
    read(chip, office.trust)
    return chip.commands


def a_third_of_all(commands: int, lie: int) -> range:
    """Another third for the next lie; `make fuzz` goes through them all."""
    return range(1 + lie % 3, commands + 1, 3)


@pytest.mark.parametrize("lie", range(len(LIES)))
def test_a_single_lie_to_any_command_is_noticed_or_changes_nothing(office: Office, lie: int) -> None:
    for number in a_third_of_all(honest_commands(office), lie):
        chip = LyingChip(office.genuine, outside=telling({number: (lie, 7 * number)}))
        assert_nothing_false_passed(chip, office)


@pytest.mark.parametrize("lie", range(len(LIES)))
def test_a_single_lie_under_the_session_keys_is_noticed_or_changes_nothing(office: Office, lie: int) -> None:
    for number in a_third_of_all(honest_commands(office), lie):
        chip = LyingChip(office.genuine, inside=telling({number: (lie, 5 * number)}), faults=["clone"])
        assert_nothing_false_passed(chip, office, proofs=())


def assert_nothing_false_passed(
    chip: LyingChip, office: Office, proofs: tuple[str, ...] = ("chip_authentication", "active_authentication")
) -> None:
    """Either a typed error, or the files of the genuine passport wherever they pass, and no proof of a clone."""
    try:
        document = read(chip, office.trust)
    except PassportError:
        return
    passed = {item.check for item in document.findings if document.outcome(item.check) is Outcome.SUCCESSFUL}
    if passed.issuperset(authentication.PASSIVE):
        assert all(document.files[file] == office.genuine.files[file] for file in (Ef.SOD, Ef.DG1, Ef.DG2))
    assert not passed & {"chip_authentication", "active_authentication"} - set(proofs)
    assert found(document, "access_control") != (Outcome.SUCCESSFUL, "bac")
