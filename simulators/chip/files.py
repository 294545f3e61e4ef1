"""The files of a chip: master file and passport application, selected and read (Doc 9303-10 §3, ISO/IEC 7816-4 §7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from simulators.chip.apdu import Command, Refused, RefusedNakedly, Response, Status, encoded, objects

EMRTD_APPLICATION = bytes.fromhex("A0000002471001")  # Doc 9303-10 §3.6.1
CARD_ACCESS, ATR_INFO, DIRECTORY = 0x011C, 0x2F01, 0x2F00
CARD_SECURITY = 0x3F00_011D
"""Under the master file, by its path: 011D alone is EF.SOD."""
CVCA = 0xA000_011C
"""In the application; 011C alone is EF.CardAccess."""
_IN_MASTER_FILE = {CARD_ACCESS: CARD_ACCESS, ATR_INFO: ATR_INFO, DIRECTORY: DIRECTORY, CARD_SECURITY: 0x011D}
_MASTER_FILE = b"\x3f\x00"
_LONGEST_DATA = 4096 - 64
"""Of what EF.ATR/INFO promises, leaving room for secure messaging around it."""
_GARBAGE = bytes.fromhex("5F2E82FFFFDEADBEEF00000000000000")


class Rights(Protocol):
    """What the terminal may read now."""

    @property
    def access(self) -> bool:
        """BAC or PACE has succeeded, and secure messaging is on."""
        ...

    @property
    def password_connection(self) -> bool:
        """It was PACE: EF.CardSecurity is open (Doc 9303-11 §9.2.11)."""
        ...

    @property
    def room(self) -> int | None:
        """The most data in a short protected answer; None outside secure messaging."""
        ...

    def may_read(self, identifier: int) -> bool:
        """Of the application's files: whether terminal authentication, where needed, has opened it."""
        ...


class FileSystem:
    """Selection and reading. `faults` are the chip's."""

    def __init__(self, files: Mapping[int, bytes], rights: Rights, faults: frozenset[str]) -> None:
        self._rights, self._faults = rights, faults
        hidden = {CARD_ACCESS} if "bac_only" in faults else set()
        self._master = {
            _IN_MASTER_FILE[key]: files[key] for key in files if key in _IN_MASTER_FILE and key not in hidden
        }
        tail = _GARBAGE if "trailing_garbage" in faults else b""
        self._application = {key & 0xFFFF: files[key] + tail for key in files if key not in _IN_MASTER_FILE}
        self.reset()

    def reset(self) -> None:
        self.in_application = False
        self._file: int | None = None

    def write(self, identifier: int, content: bytes) -> None:
        """In the application: what the chip itself keeps up to date."""
        self._application[identifier & 0xFFFF] = content

    def select(self, command: Command) -> Response:
        if command.p1 == 0x04:
            return self._select_application(command.data)
        if command.p1 == 0x00 and command.data in {b"", _MASTER_FILE}:
            self.reset()
            return Response()
        if command.p1 != 0x02 or len(command.data) != 2:
            raise Refused(Status.WRONG_PARAMETERS)
        identifier = int.from_bytes(command.data, "big")
        self._content(identifier)
        self._file = identifier
        return Response()

    def read_binary(self, command: Command) -> Response:
        """ISO/IEC 7816-4 §7.2.3: P1 with its highest bit names a short file identifier, which becomes current."""
        if command.p1 & 0x80:
            self._select_short(command.p1 & 0x1F)
            return self._slice(command, command.p2, command.expected)
        return self._slice(command, command.p1 << 8 | command.p2, command.expected)

    def read_binary_odd(self, command: Command) -> Response:
        """The same with the offset in DO'54' and the content in DO'53', for offsets above 32,767."""
        given = dict(objects(command.data))
        if 0x54 not in given:
            raise Refused(Status.WRONG_DATA)
        if identifier := command.p1 << 8 | command.p2:
            if identifier <= 0x1F:
                self._select_short(identifier)
            else:
                self._content(identifier)
                self._file = identifier
        payload = command.expected - 4 if command.expected > 0x83 else command.expected - 2
        answer = self._slice(command, int.from_bytes(given[0x54], "big"), max(payload, 1))
        return Response(encoded(0x53, answer.data), answer.status)

    def _select_application(self, name: bytes) -> Response:
        if name != EMRTD_APPLICATION:
            raise Refused(Status.FILE_NOT_FOUND)
        self.in_application, self._file = True, None
        return Response()

    def _content(self, identifier: int) -> bytes:
        """A file of the master file or application, as selected; the application's need access (Doc 9303-10 §3.11)."""
        files = self._application if self.in_application else self._master
        if identifier not in files:
            raise Refused(Status.FILE_NOT_FOUND)
        if not self._may_read(identifier):
            raise Refused(Status.ACCESS_DENIED)
        return files[identifier]

    def _may_read(self, identifier: int) -> bool:
        if not self.in_application:
            return identifier != CARD_SECURITY & 0xFFFF or self._rights.password_connection
        return self._rights.access and self._rights.may_read(identifier)

    def _select_short(self, short: int) -> None:
        """1 is EF.ATR/INFO in the master file and DG1 in the application; 30 is EF.DIR there and EF.COM here."""
        special = {0x01: ATR_INFO, 0x1E: DIRECTORY} if not self.in_application else {}
        identifier = special.get(short, 0x0100 | short)
        self._content(identifier)
        self._file = identifier

    def _slice(self, command: Command, offset: int, wanted: int) -> Response:
        if self._file is None:
            denied = self.in_application and not self._rights.access
            raise Refused(Status.ACCESS_DENIED if denied else Status.NO_CURRENT_FILE)
        content = self._content(self._file)
        self._check_length(command)
        if offset >= len(content):
            raise Refused(Status.WRONG_OFFSET)
        chunk = content[offset : offset + min(wanted, _LONGEST_DATA)]
        at_end = offset + wanted > len(content) and not command.wants_all
        return Response(chunk, Status.END_OF_FILE if at_end else Status.OK)

    def _check_length(self, command: Command) -> None:
        wanted, room = command.expected, self._rights.room
        if not wanted:
            raise Refused(Status.WRONG_LENGTH)
        if "naked_6700_after_long_read" in self._faults and wanted > 231:
            raise RefusedNakedly(Status.WRONG_LENGTH)
        if "le_over_160_refused" in self._faults and wanted > 160:
            raise Refused(Status.WRONG_LENGTH)
        if "le_256_answered_6b00" in self._faults and wanted >= 256:
            raise Refused(Status.WRONG_OFFSET)
        if room is not None and not command.extended and wanted > room:
            raise Refused(Status.WRONG_LENGTH)
