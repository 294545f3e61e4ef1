"""Secure messaging, the chip's side (Doc 9303-11 §9.8)."""

from __future__ import annotations

import hmac

from simulators.chip.apdu import Command, Refused, Response, Status, encoded, objects
from simulators.chip.ciphers import AUTHENTICATION, ENCRYPTION, Suite, pad, unpad

_CRYPTOGRAM, _CRYPTOGRAM_ODD, _EXPECTED, _STATUS, _CHECKSUM = 0x87, 0x85, 0x97, 0x99, 0x8E


class SecureChannel:
    """Session keys and the send sequence counter, made from the shared secret of an access protocol."""

    def __init__(self, suite: Suite, secret: bytes, counter: int = 0) -> None:
        self.suite = suite
        self._encryption = suite.key(secret, ENCRYPTION)
        self._authentication = suite.key(secret, AUTHENTICATION)
        self._counter = counter

    @property
    def room(self) -> int:
        """The most bytes of data whose sealed response still fits a short response of 256 bytes.

        Beside the cryptogram go its header (4 bytes), the status (4) and the checksum (10).
        """
        return (256 - 4 - 4 - 10) // self.suite.block * self.suite.block - 1

    def open(self, command: Command) -> Command:
        """The command inside. Raises Refused with 6987 or 6988, after which the channel must not be used."""
        try:
            found = dict(objects(command.data))
        except Refused:
            raise Refused(Status.OBJECTS_INCORRECT) from None
        if _CHECKSUM not in found:
            raise Refused(Status.OBJECTS_MISSING)
        self._counter += 1
        covered = b"".join(encoded(tag, value) for tag, value in objects(command.data) if tag != _CHECKSUM)
        message = pad(command.header, self.suite.block) + covered
        if not hmac.compare_digest(self._checksum(message, always_pad=bool(covered)), found[_CHECKSUM]):
            raise Refused(Status.OBJECTS_INCORRECT)
        return Command(
            command.cla & ~0x0C,
            command.ins,
            command.p1,
            command.p2,
            data=self._plain(found, odd=bool(command.ins & 1)),
            expected=_expected(found.get(_EXPECTED)),
            extended=command.extended,
        )

    def seal(self, response: Response, *, odd: bool) -> bytes:
        """The protected response with its status word; `odd` for answers to odd instructions."""
        self._counter += 1
        covered = b""
        if response.data:
            vector = self.suite.vector(self._encryption, self._counter)
            cryptogram = self.suite.encipher(self._encryption, vector, pad(response.data, self.suite.block))
            covered = encoded(_CRYPTOGRAM_ODD, cryptogram) if odd else encoded(_CRYPTOGRAM, b"\x01" + cryptogram)
        covered += encoded(_STATUS, response.status.to_bytes(2, "big"))
        sealed = covered + encoded(_CHECKSUM, self._checksum(covered, always_pad=True))
        return sealed + response.status.to_bytes(2, "big")

    def _checksum(self, message: bytes, *, always_pad: bool) -> bytes:
        counted = self._counter.to_bytes(self.suite.block, "big") + message
        return self.suite.mac(self._authentication, pad(counted, self.suite.block) if always_pad else counted)

    def _plain(self, found: dict[int, bytes], *, odd: bool) -> bytes:
        cryptogram = found.get(_CRYPTOGRAM_ODD if odd else _CRYPTOGRAM)
        if cryptogram is None:
            return b""
        if not odd:
            if cryptogram[:1] != b"\x01":
                raise Refused(Status.OBJECTS_INCORRECT)
            cryptogram = cryptogram[1:]
        try:
            vector = self.suite.vector(self._encryption, self._counter)
            return unpad(self.suite.decipher(self._encryption, vector, cryptogram))
        except ValueError:
            raise Refused(Status.OBJECTS_INCORRECT) from None


def _expected(value: bytes | None) -> int:
    """Le inside DO'97': one byte, or two in the extended form."""
    if value is None:
        return 0
    if len(value) not in {1, 2}:
        raise Refused(Status.OBJECTS_INCORRECT)
    return int.from_bytes(value, "big") or (256 if len(value) == 1 else 65536)
