"""A PC/SC reader by pyscard, which is an extra (`sekisho[pcsc]`) and imported only when a reader is opened.

Uses pyscard's binding (`smartcard.scard`), not its object layer: that shares one context among all connections, and
releases it with whichever of them goes first.

PassportError (document.py)
└── ReaderUnavailable  no pyscard, no PC/SC service, or no reader of that name; `str()` says which
"""

from __future__ import annotations

import time
from types import ModuleType
from typing import Any, Final

from passport_reader.document import ChipLost, PassportError

_ANY_COMMAND: Final = bytes.fromhex("00A4000C023F00")
"""Select the master file: whatever the answer, a chip gave it."""

_LOOK_AGAIN: Final = 200
"""Milliseconds between attempts at a card that the service says is there and that does not answer."""


class ReaderUnavailable(PassportError):
    code = "reader_unavailable"


class PcscCard:
    """A connected card. After `ChipLost` it is gone for good: wait for the next."""

    def __init__(self, scard: ModuleType, handle: Any, protocol: int) -> None:
        self._scard, self._handle = scard, handle
        self._header = scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
        status, _, _, _, atr = scard.SCardStatus(handle)
        if status != scard.SCARD_S_SUCCESS:
            raise self._lost()
        self.atr = bytes(atr)

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        status, response = self._scard.SCardTransmit(self._handle, self._header, list(apdu))
        if status != self._scard.SCARD_S_SUCCESS or len(response) < 2:
            raise self._lost()
        data = bytes(response)
        return data[:-2], int.from_bytes(data[-2:], "big")

    def close(self) -> None:
        """Give the chip up; the service powers it down by itself.

        Told to power down or reset a chip that is gone, pcscd 1.9 sees no other one for a long time.
        """
        self._scard.SCardDisconnect(self._handle, self._scard.SCARD_LEAVE_CARD)

    def _lost(self) -> ChipLost:
        self.close()
        return ChipLost("the chip left the reader")


class PcscReader:
    """The reader whose name contains `name`. Raise `ReaderUnavailable`, also later when the service goes away."""

    def __init__(self, name: str) -> None:
        try:
            from smartcard import scard
        except ImportError:
            raise ReaderUnavailable("pyscard is not installed; install sekisho[pcsc]") from None
        self._scard: ModuleType = scard
        self._card: PcscCard | None = None
        status, self._context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        if status != scard.SCARD_S_SUCCESS:
            raise ReaderUnavailable("the PC/SC service does not answer", status=status)
        try:
            self._name = self._find(name)
        except ReaderUnavailable:
            self.close()
            raise

    @property
    def card_present(self) -> bool:
        return bool(self._state(0, self._scard.SCARD_STATE_UNAWARE) & self._scard.SCARD_STATE_PRESENT)

    def wait_for_card(self, seconds: float | None = None) -> PcscCard:
        """The card that lies here, or the next within `seconds` (None: however long).

        Raise `TimeoutError` or `ReaderUnavailable`.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        state = self._state(0, self._scard.SCARD_STATE_UNAWARE)
        while True:
            card = self._connect() if state & self._scard.SCARD_STATE_PRESENT else None
            if card is not None:
                self._card = card
                return card
            left = _LOOK_AGAIN if deadline is None else int(1000 * (deadline - time.monotonic()))
            if left <= 0:
                raise TimeoutError("no card was laid on the reader")
            state = self._state(min(left, _LOOK_AGAIN), state)

    def close(self) -> None:
        if self._card is not None:
            self._card.close()
            self._card = None
        self._scard.SCardReleaseContext(self._context)

    def _find(self, name: str) -> str:
        status, names = self._scard.SCardListReaders(self._context, [])
        if status == self._scard.SCARD_S_SUCCESS:
            for found in names:
                if name in found:
                    return str(found)
        raise ReaderUnavailable(f"no PC/SC reader is called {name}")

    def _state(self, milliseconds: int, known: int) -> int:
        """The reader's state once it differs from `known`, or after `milliseconds`."""
        status, states = self._scard.SCardGetStatusChange(self._context, milliseconds, [(self._name, known)])
        if status == self._scard.SCARD_E_TIMEOUT:
            return known
        if status != self._scard.SCARD_S_SUCCESS:
            raise ReaderUnavailable("the PC/SC service or its reader is gone", status=status)
        return int(states[0][1] & ~self._scard.SCARD_STATE_CHANGED)

    def _connect(self) -> PcscCard | None:
        """The card, if it answers.

        The service looks for cards a few times a second, so the one it calls present may be the one that left. Only a
        command tells; a reset would too, but pcscd 1.9 then sees no other card for a long time.
        """
        scard, protocols = self._scard, self._scard.SCARD_PROTOCOL_T0 | self._scard.SCARD_PROTOCOL_T1
        status, handle, protocol = scard.SCardConnect(self._context, self._name, scard.SCARD_SHARE_SHARED, protocols)
        if status != scard.SCARD_S_SUCCESS:
            return None
        try:
            card = PcscCard(scard, handle, protocol)
            if self._card is not None:
                card.transmit(_ANY_COMMAND)
        except ChipLost:
            return None
        return card
