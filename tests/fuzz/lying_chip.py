"""A chip that lies: outside secure messaging like a relay, or under its own session keys like one made for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from passport_reader.document import ChipLost
from simulators.chip import SimulatedChip
from simulators.chip.apdu import Command, Response
from simulators.issuing import Passport

Meddling = Callable[[bytes, bytes], bytes]
"""From a command (inside: header and data) and the honest answer with its status word to what is answered."""


def honest(command: bytes, answer: bytes) -> bytes:
    return answer


class LyingChip(SimulatedChip):
    """A `Card` too. Counts commands, and is taken away after `at_most` of them: nobody listens to lies for ever."""

    def __init__(
        self,
        passport: Passport,
        *,
        outside: Meddling = honest,
        inside: Meddling = honest,
        faults: Collection[str] = (),
        at_most: int = 20_000,
    ) -> None:
        self._outside, self._inside, self._at_most = outside, inside, at_most
        self.commands = 0
        super().__init__(passport, faults=faults)

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        if self.commands >= self._at_most:
            raise ChipLost("the chip was taken away")
        self.commands += 1
        answer = self._outside(apdu, self.handle(apdu))
        if len(answer) < 2:
            raise ChipLost("no answer")
        return answer[:-2], int.from_bytes(answer[-2:], "big")

    def _perform(self, command: Command) -> Response:
        answer = self._inside(command.header + command.data, bytes(super()._perform(command)))
        return Response(answer[:-2], int.from_bytes(answer[-2:], "big")) if len(answer) >= 2 else Response()


# Lies by script

_STATUS_WORDS = bytes.fromhex(
    "9000 6282 6100 61ff 6300 63c1 6700 6882 6982 6985 6987 6988 6a80 6a82 6b00 6c10 6d00 6f00"
)

Lie = Callable[[bytes, int, list[bytes]], bytes]
"""From the honest answer, a number of the script's choice and all earlier answers to a lie."""


def _flipped(answer: bytes, number: int, _: list[bytes]) -> bytes:
    at = number % len(answer)
    return answer[:at] + bytes([answer[at] ^ 1 << number % 8]) + answer[at + 1 :]


def _with(answer: bytes, number: int, put: bytes) -> bytes:
    at = number % len(answer)
    return answer[:at] + put + answer[at:]


def _status_word(number: int) -> bytes:
    at = 2 * (number % (len(_STATUS_WORDS) // 2))
    return _STATUS_WORDS[at : at + 2]


LIES: tuple[Lie, ...] = (
    _flipped,
    lambda answer, number, _: answer[: number % len(answer)] + answer[-2:],
    lambda answer, number, _: _status_word(number),
    lambda answer, number, _: answer[:-2] + _status_word(number),
    lambda answer, number, earlier: earlier[-1 - number % len(earlier)] if earlier else answer,
    lambda answer, number, _: bytes(number % 300) + b"\x90\x00",
    lambda answer, number, _: answer[:-2] + bytes([number % 256]) * (number % 64) + answer[-2:],
    lambda answer, number, _: _with(answer, number, bytes.fromhex("990290008e08") + bytes(8)),
    lambda answer, number, _: _with(answer, number, b"\x84\xff\xff\xff\xff"),
    lambda answer, number, _: answer[:-2][::-1] + answer[-2:],
    lambda answer, number, _: b"",
)


@dataclass(frozen=True)
class Script:
    """Which lie, with which number, is the answer to which command."""

    outside: Mapping[int, tuple[int, int]]
    inside: Mapping[int, tuple[int, int]]

    @classmethod
    def of(cls, data: bytes) -> Script:
        """Five bytes a lie: which command, inside or outside and how often, which lie, and its number in two."""
        told: tuple[dict[int, tuple[int, int]], dict[int, tuple[int, int]]] = {}, {}
        for command, how, lie, number in _records(data):
            for turn in range(1 + (how >> 1) % 8):
                told[how & 1][command + turn] = (lie, number)
        return cls(*told)


def _records(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    for at in range(0, len(data) - 4, 5):
        command, how, lie, high, low = data[at : at + 5]
        yield command, how, lie % len(LIES), high << 8 | low


def telling(lies: Mapping[int, tuple[int, int]]) -> Meddling:
    """Counts the answers it sees, the first as 1."""
    earlier: list[bytes] = []

    def meddled(command: bytes, answer: bytes) -> bytes:
        earlier.append(answer)
        which = lies.get(len(earlier))
        return answer if which is None else LIES[which[0]](answer, which[1], earlier[:-1])

    return meddled


def scripted(passport: Passport, data: bytes, *, faults: Collection[str] = ()) -> LyingChip:
    script = Script.of(data)
    outside, inside = telling(script.outside), telling(script.inside)
    return LyingChip(passport, outside=outside, inside=inside, faults=faults, at_most=3000)
