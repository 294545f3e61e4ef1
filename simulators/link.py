"""A chip laid on a reader: the card side of the vpcd protocol, at the pace of a contactless link.

Each message is a 16-bit big-endian length and a payload. One byte is control: 0 power off, 1 power on, 2 reset, 4 ATR
wanted; anything longer is a command APDU, answered by a response APDU. Closing the connection takes the card away.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Protocol, Self

_ATR_WANTED = 4
FRAME = 256
"""The most bytes either side takes in one frame: FSD and FSC of ISO/IEC 14443-4 §5.1 at their largest classic value."""
_PROLOGUE_AND_CHECK = 3
"""The protocol control byte and the checksum of a block (ISO/IEC 14443-4 §7.1), without card identifier."""
_BITS_PER_BYTE, _FRAMING_BITS = 9, 2
"""Eight bits and a parity; start and end of communication (ISO/IEC 14443-3 §6.2, type A)."""
_TURNAROUND = 1172 / 13.56e6
"""Seconds before the other side may answer: the frame delay time (ISO/IEC 14443-3 §6.2.1.1)."""
_QUICK_ACK = getattr(socket, "TCP_QUICKACK", None)
"""Linux only. vpcd sends length and body apart; without this the body waits 40 ms for an acknowledgement."""


class Chip(Protocol):
    @property
    def atr(self) -> bytes: ...
    @property
    def thinking_seconds(self) -> float: ...
    def handle(self, command: bytes) -> bytes: ...
    def reset(self) -> None: ...


def seconds_on_wire(command: int, response: int, *, kbit_s: float, apdu_ms: float = 0.0) -> float:
    """What an exchange of so many bytes takes over the air at `kbit_s` (106 to 848), and `apdu_ms` inside the chip.

    Each direction goes in blocks; each block but the last is acknowledged by an empty one (ISO/IEC 14443-4 §7.5).
    """
    bits = turns = 0
    for octets in (command, response):
        blocks = max(1, -(-octets // (FRAME - _PROLOGUE_AND_CHECK)))
        frames = 2 * blocks - 1
        bits += _BITS_PER_BYTE * (octets + frames * _PROLOGUE_AND_CHECK) + _FRAMING_BITS * frames
        turns += frames
    return bits / (kbit_s * 1000) + turns * _TURNAROUND + apdu_ms / 1000


class PresentedChip:
    """A chip in the field, until `remove` or the end of a `with` block. `lost` is set when the field is gone."""

    def __init__(
        self, chip: Chip, connection: socket.socket, *, kbit_s: float, apdu_ms: float, tear_after: int | None
    ) -> None:
        self._chip, self._connection = chip, connection
        self._kbit_s, self._apdu_ms, self._tear_after = kbit_s, apdu_ms, tear_after
        self.commands = 0
        """Command APDUs answered so far."""
        self.lost = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="presented chip", daemon=True)
        self._thread.start()

    def remove(self) -> None:
        """Takes the chip away, in the middle of a command if need be; returns when its thread has ended."""
        self.lost.set()
        with contextlib.suppress(OSError):  # the reader hung up first
            self._connection.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    def _serve(self) -> None:
        self._chip.reset()
        try:
            while not self.lost.is_set() and (message := self._receive()):
                if len(message) > 1:
                    self._answer(message)
                elif message[0] == _ATR_WANTED:
                    self._send(self._chip.atr)
                else:
                    self._chip.reset()
        except OSError:
            pass  # taken away, or the reader is gone: both end the presence
        finally:
            self.lost.set()
            self._connection.close()

    def _answer(self, command: bytes) -> None:
        if self._tear_after is not None and self.commands >= self._tear_after:
            self.lost.set()
            return
        response = self._chip.handle(command)
        wire = seconds_on_wire(len(command), len(response), kbit_s=self._kbit_s, apdu_ms=self._apdu_ms)
        if self.lost.wait(wire + self._chip.thinking_seconds):
            return
        self._send(response)
        self.commands += 1

    def _receive(self) -> bytes:
        """One payload; empty when the reader hung up."""
        length = self._receive_exactly(2)
        return self._receive_exactly(int.from_bytes(length, "big")) if length else b""

    def _receive_exactly(self, size: int) -> bytes:
        received = b""
        while len(received) < size:
            if _QUICK_ACK is not None:
                self._connection.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)
            part = self._connection.recv(size - len(received))
            if not part:
                return b""
            received += part
        return received

    def _send(self, payload: bytes) -> None:
        self._connection.sendall(len(payload).to_bytes(2, "big") + payload)


def present(
    chip: Chip,
    host: str,
    port: int,
    *,
    kbit_s: float = 424.0,
    apdu_ms: float = 8.0,
    tear_after: int | None = None,
) -> PresentedChip:
    """Lays the chip on the reader that listens at `host` and `port`; `tear_after` takes it away after so many commands.

    `kbit_s` is the link's rate (ISO/IEC 14443-2: 106, 212, 424, 848), `apdu_ms` what the chip takes over any command.
    Raises OSError where no reader listens.
    """
    connection = socket.create_connection((host, port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return PresentedChip(chip, connection, kbit_s=kbit_s, apdu_ms=apdu_ms, tear_after=tear_after)
