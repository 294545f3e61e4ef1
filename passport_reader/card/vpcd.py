"""A card reader without PC/SC: listens where virtual cards connect, in the protocol of vsmartcard's vpcd.

Each message is a 16-bit big-endian length and a payload. One byte is control: 0 power off, 1 power on, 2 reset, 4 the
ATR is wanted; longer is a command APDU, answered by a response APDU. Closing the connection removes the card.
"""

from __future__ import annotations

import contextlib
import select
import socket
from typing import Final

from passport_reader.document import ChipLost

ANSWER_SECONDS: Final = 10.0
"""A chip that is silent this long is gone; the slowest honest answers (RSA on old chips) take about 2 s."""

_POWER_ON, _RESET, _ATR = b"\x01", b"\x02", b"\x04"
_SMALLEST_RESPONSE: Final = 2


class VpcdCard:
    """One virtual card. After `ChipLost` it is gone for good: wait for the next."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._send(_POWER_ON)
        self.atr = self._exchange(_ATR)

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        response = self._exchange(apdu)
        if len(response) < _SMALLEST_RESPONSE:
            raise self._lost("the card answered without a status word")
        return response[:-2], int.from_bytes(response[-2:], "big")

    @property
    def present(self) -> bool:
        """Whether the connection is still open, without waiting."""
        try:
            readable, _, _ = select.select([self._connection], [], [], 0)
            return not readable or bool(self._connection.recv(1, socket.MSG_PEEK))
        except (OSError, ValueError):
            return False

    def reset(self) -> None:
        """Whatever session the card had is over; it has no answer to this."""
        self._send(_RESET)

    def close(self) -> None:
        self._connection.close()

    def _exchange(self, payload: bytes) -> bytes:
        self._send(payload)
        return self._receive(int.from_bytes(self._receive(2), "big"))

    def _send(self, payload: bytes) -> None:
        try:
            self._connection.sendall(len(payload).to_bytes(2, "big") + payload)
        except OSError:
            raise self._lost("the card was removed") from None

    def _receive(self, octets: int) -> bytes:
        data = bytearray()
        while len(data) < octets:
            try:
                _acknowledge_quickly(self._connection)
                part = self._connection.recv(octets - len(data))
            except OSError:
                raise self._lost("the card was removed, or fell silent") from None
            if not part:
                raise self._lost("the card was removed")
            data += part
        return bytes(data)

    def _lost(self, why: str) -> ChipLost:
        self.close()
        return ChipLost(why)


def _acknowledge_quickly(connection: socket.socket) -> None:
    """A peer that sends length and body apart waits for an acknowledgement in between: 44 ms without this (Linux)."""
    if hasattr(socket, "TCP_QUICKACK"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


class VpcdReader:
    """Listens on `host` and `port` (0: any free one, see `port`). One card lies on it at a time."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0, *, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._listener = socket.create_server((host, port), backlog=1)
        self._answer_seconds = answer_seconds
        self._card: VpcdCard | None = None

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def card_present(self) -> bool:
        """A card lies here, taken up by `wait_for_card` or still waiting for it."""
        if self._card is not None and self._card.present:
            return True
        return bool(select.select([self._listener], [], [], 0)[0])

    def wait_for_card(self, seconds: float | None = None) -> VpcdCard:
        """The card that lies here, reset, or the next within `seconds` (None: however long).

        Raise `TimeoutError`, or `ChipLost` where it left at once.
        """
        if self._card is not None and self._card.present:
            self._card.reset()
            return self._card
        self._forget()
        if not select.select([self._listener], [], [], seconds)[0]:
            raise TimeoutError("no card was laid on the reader")
        connection, _ = self._listener.accept()
        connection.settimeout(self._answer_seconds)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._card = VpcdCard(connection)
        return self._card

    def close(self) -> None:
        self._forget()
        self._listener.close()

    def _forget(self) -> None:
        if self._card is not None:
            with contextlib.suppress(OSError):
                self._card.close()
            self._card = None
