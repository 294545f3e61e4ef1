"""Commands in several parts and answers in several parts (ISO/IEC 7816-4 §5.3.3, §5.3.4)."""

from __future__ import annotations

from dataclasses import replace

from simulators.chip.apdu import Command, Refused, Response, Status, objects

GENERAL_AUTHENTICATE, GET_RESPONSE = 0x86, 0xC0
_MORE_COMES = 0x10
_SHORT_ANSWER = 256
_LONGEST_CHAIN = 8192


class CommandChain:
    """Collects the data of a chain until its last command. Another command in between abandons the chain."""

    def __init__(self) -> None:
        self._header = b""
        self._data = b""

    def joined(self, command: Command) -> Command | None:
        """The whole command; None while more is to come. Raises Refused with 6700 for a chain without end.

        GENERAL AUTHENTICATE bears the same bit when more steps of the protocol follow: there a whole object ends it.
        """
        header = command.header[1:]
        data = self._data + command.data if header == self._header else command.data
        self._header, self._data = b"", b""
        if len(data) > _LONGEST_CHAIN:
            raise Refused(Status.WRONG_LENGTH)
        partial = command.cla & _MORE_COMES and not (command.ins == GENERAL_AUTHENTICATE and _is_whole(data))
        if partial:
            self._header, self._data = header, data
            return None
        return replace(command, data=data)


def _is_whole(data: bytes) -> bool:
    try:
        return len(objects(data)) == 1
    except Refused:
        return False


class AnswerQueue:
    """What of an answer did not fit its command, for GET RESPONSE."""

    def __init__(self) -> None:
        self._rest = b""

    def clear(self) -> None:
        self._rest = b""

    def first(self, answer: bytes, command: Command) -> bytes:
        """The answer, or its first 256 bytes and 61xx where a short command cannot bring more."""
        if command.extended or len(answer) - 2 <= _SHORT_ANSWER:
            return answer
        self._rest = answer
        return self.next(_SHORT_ANSWER)

    def next(self, wanted: int) -> bytes:
        """Raises Refused with 6985 where nothing is left."""
        if not self._rest:
            raise Refused(Status.CONDITIONS_NOT_SATISFIED)
        left = len(self._rest) - 2
        if left <= wanted:
            answer, self._rest = self._rest, b""
            return answer
        part, self._rest = self._rest[:wanted], self._rest[wanted:]
        remaining = len(self._rest) - 2
        return bytes(Response(part, Status.MORE_DATA | (remaining if remaining < _SHORT_ANSWER else 0)))
