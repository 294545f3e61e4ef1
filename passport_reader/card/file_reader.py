"""Reading transparent files (ISO/IEC 7816-4 §7.2.3, Doc 9303-10 §3.6): how much at a time, and on where it stopped.

The length asked for starts as high as the card allows and comes down for good when the chip refuses it; what worked
is remembered for the session. A session the chip dropped is opened again, and the file goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Protocol

from passport_reader import tlv
from passport_reader.card.apdu import Channel, Command, Response, Status, status_name
from passport_reader.card.messaging import NakedStatus
from passport_reader.document import ChipRefused, UnusableData
from passport_reader.lds import Ef

MAX_FILE: Final = 1 << 20
"""A chip has at most some hundred kilobytes; a header that claims more is not believed."""

MAX_FILES: Final = 2 * MAX_FILE
"""Of all files together, so that a chip cannot draw out a reading with one large file after the other."""

SMALLEST_READ: Final = 160
"""Some chips refuse more than this whatever they promise."""

FEWEST_AT_A_TIME: Final = 64
"""Octets of a file in one answer, on the whole: no chip has a smaller buffer, and one that dawdles must not hold up
whoever waits behind it."""

_FREE_ANSWERS: Final = 16
"""Before answers are counted so: the first is a file's header, on some chips."""

MAX_REOPENINGS: Final = 4
"""Sessions a chip may drop while it is read; each one costs a whole access procedure."""

_EVEN_OFFSETS: Final = 0x8000
"""READ BINARY with an even instruction reaches offsets of 15 bits."""

_LENGTH_REFUSED: Final = frozenset({Status.WRONG_LENGTH, Status.WRONG_OFFSET, Status.UNKNOWN})
_NOT_THERE: Final = frozenset({Status.FILE_NOT_FOUND, Status.REFERENCE_NOT_FOUND})

Told = Callable[[Ef, bytearray, int], None]
"""Called with the file, its bytes so far, and how many there are in all, after every answer; it may raise to stop."""


class Session(Protocol):
    """Where the files are: a channel, the most data one short command brings over it, and a way to renew it."""

    @property
    def channel(self) -> Channel: ...

    @property
    def short_limit(self) -> int: ...

    @property
    def extended_limit(self) -> int:
        """0 where the card does not take extended length."""
        ...

    def reopen(self) -> None: ...


class FileReader:
    """Reads files of the selected application or master file, one after the other."""

    def __init__(self, session: Session, told: Told = lambda file, content, total: None) -> None:
        self._session = session
        self._told = told
        self._limits = _ladder(session)
        self._current: Ef | None = None
        self._reopenings = 0
        self._left = MAX_FILES

    @property
    def limit(self) -> int:
        """The most data now asked for at once."""
        return self._limits[0]

    def reselect(self) -> None:
        """Another application, security status or cipher was chosen on the card: no file is current any more."""
        self._current = None
        self._limits = _ladder(self._session)[-len(self._limits) :]

    def over(self, session: Session) -> FileReader:
        """Another reader of the same card, which has learned what this one has."""
        other = FileReader(session, self._told)
        other._limits = other._limits[-len(self._limits) :]
        return other

    def read(self, file: Ef) -> bytes | None:
        """The file without what some chips write behind its end; None where the chip has no such file.

        Raise `UnusableData` where its header is none or it ends early, `ChipRefused`, `ChipLost`.
        """
        data = self._chunk(file, 0, min(self.limit, self._session.short_limit))
        if data is None:
            return None
        total = tlv.header(data).total
        if total > min(MAX_FILE, self._left):
            raise UnusableData(f"{file.title} claims to be larger than any chip", file=file, octets=total)
        self._left -= total
        content = bytearray(data)
        self._told(file, content, total)
        for _ in range(_FREE_ANSWERS + total // FEWEST_AT_A_TIME):
            if len(content) >= total:
                return bytes(content[:total])
            more = self._chunk(file, len(content), total - len(content))
            if not more:
                raise UnusableData(f"{file.title} ends before its length", file=file, octets=len(content))
            content += more
            self._told(file, content, total)
        raise UnusableData(f"{file.title} comes in too small pieces", file=file, octets=len(content))

    def _chunk(self, file: Ef, offset: int, wanted: int) -> bytes | None:
        """Bytes from `offset`, at most `wanted` and at most `limit`; None where the chip has no such file."""
        while True:
            asked = min(wanted, self.limit)
            try:
                answer = self._ask(file, offset, asked)
            except NakedStatus as naked:
                self._reopen(naked)
                self._lower(int(naked.data["sw"]), asked)
                continue
            if answer.ok or answer.sw == Status.END_OF_FILE:
                self._current = file
                return answer.data
            if answer.sw in _NOT_THERE and self._current is not file:
                return None
            if not self._lower(answer.sw, asked):
                raise ChipRefused(f"{file.title}: {status_name(answer.sw)}", sw=answer.sw, file=file)

    def _ask(self, file: Ef, offset: int, length: int) -> Response:
        if self._current is not file and offset == 0:
            return self._send(Command(0x00, 0xB0, 0x80 | file.short_identifier, 0x00, le=length))
        if self._current is not file:
            selected = self._send(Command(0x00, 0xA4, 0x02, 0x0C, file.identifier))
            if not selected.ok:
                return selected
            self._current = file
        if offset < _EVEN_OFFSETS:
            return self._send(Command(0x00, 0xB0, offset >> 8, offset & 0xFF, le=length))
        return self._ask_far(offset, length)

    def _ask_far(self, offset: int, length: int) -> Response:
        """READ BINARY with an odd instruction: offset and content are data objects 54 and 53."""
        command = Command(0x00, 0xB1, 0x00, 0x00, tlv.encode(0x54, offset.to_bytes(3, "big")), le=length)
        answer = self._send(command)
        return Response(tlv.value(answer.data, 0x53), answer.sw) if answer.data else answer

    def _send(self, command: Command) -> Response:
        return self._session.channel.send(command)

    def _lower(self, sw: int, asked: int) -> bool:
        """Ask for less from now on, if this is a refusal of the length and less is possible."""
        lower = [limit for limit in self._limits if limit < asked]
        if sw not in _LENGTH_REFUSED or not lower:
            return False
        self._limits = lower
        return True

    def _reopen(self, naked: NakedStatus) -> None:
        self._reopenings += 1
        if self._reopenings > MAX_REOPENINGS:
            raise naked
        self._session.reopen()
        self.reselect()


def _ladder(session: Session) -> list[int]:
    """Lengths to ask for, the best first."""

    def steps() -> Iterator[int]:
        if session.extended_limit > session.short_limit:
            yield session.extended_limit
        yield session.short_limit
        if session.short_limit > SMALLEST_READ:
            yield SMALLEST_READ

    return list(steps())
