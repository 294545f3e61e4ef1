"""From a chip in the field to a secure session: EF.CardAccess, then PACE or BAC, again whenever the chip drops it."""

from __future__ import annotations

from typing import Final

from passport_reader import lds
from passport_reader.card import messaging
from passport_reader.card.apdu import EXTENDED_LE, SHORT_LE, Channel, Command, PlainChannel
from passport_reader.card.file_reader import FileReader, extended_length, response_limit
from passport_reader.card.messaging import SecureChannel, SessionKeys
from passport_reader.document import Card, ChipFinding, ChipRefused, Outcome, UnusableData
from passport_reader.protocols import access, pace
from passport_reader.protocols.access import AccessDenied, CanKey, Key

EXTENDED_RESPONSE: Final = 2048
"""Longest protected answer asked of a chip that takes extended length without telling how much of it."""

DOWNGRADED: Final = "pace_downgraded_to_bac"

_CHECK: Final = "access_control"


class ChipSession:
    """Opens in the constructor; raises `AccessDenied`, `ChipRefused`, `UnusableData` or `ChipLost`."""

    def __init__(self, card: Card, key: Key) -> None:
        self._plain = PlainChannel(card)
        self._key = key
        self._response_limit = self._longest_response(card.atr)
        self.card_access = self._read_card_access()
        self._offered, self._unreadable = self._read_offers()
        self.finding, self.channel = self._open()

    @property
    def short_limit(self) -> int:
        return messaging.payload_limit(SHORT_LE, self.channel.algorithm)

    @property
    def extended_limit(self) -> int:
        limit = self._response_limit
        return messaging.payload_limit(limit, self.channel.algorithm) if limit > SHORT_LE else 0

    def reopen(self) -> None:
        self.finding, self.channel = self._open()

    def _longest_response(self, atr: bytes) -> int:
        """EF.ATR/INFO where there is one, else by the ATR."""
        self._select_master_file()
        if self._plain.send(Command(0x00, 0xA4, 0x02, 0x0C, lds.Ef.ATR_INFO.to_bytes(2, "big"))).ok:
            told = response_limit(self._plain.send(Command(0x00, 0xB0, 0x00, 0x00, le=SHORT_LE)).data)
            if told is not None:
                return min(told, EXTENDED_LE)
        return EXTENDED_RESPONSE if extended_length(atr) else SHORT_LE

    def _select_master_file(self) -> None:
        """Not every chip takes this; those that refuse are in their master file anyway after power-on."""
        self._plain.send(Command(0x00, 0xA4, 0x00, 0x0C, b"\x3f\x00"))

    def _read_card_access(self) -> bytes | None:
        """Freely readable in the master file (Doc 9303-11 §9.2.11); None on a chip without PACE."""
        try:
            return FileReader(_OpenFiles(self._plain)).read(lds.Ef.CARD_ACCESS)
        except (ChipRefused, UnusableData):
            return None

    def _read_offers(self) -> tuple[tuple[pace.PaceInfo, ...], bool]:
        """What PACE the chip offers, and whether EF.CardAccess is there but makes no sense."""
        try:
            return pace.offered(lds.security_infos(self.card_access or b"")), False
        except UnusableData:
            return (), True

    def _open(self) -> tuple[ChipFinding, SecureChannel]:
        usable = [info for info in self._offered if info.supported]
        if not usable:
            return self._open_without_pace()
        try:
            keys = self._pace(usable[0])
        except AccessDenied:
            raise
        except (ChipRefused, UnusableData) as failure:
            if isinstance(self._key, CanKey):
                raise
            return self._downgraded(Outcome.FAILED, str(failure))
        channel = SecureChannel(self._plain, keys)
        access.select_application(channel)
        detail = f"{keys.algorithm.name} {usable[0].curve.name if usable[0].curve else ''}"
        return ChipFinding(_CHECK, Outcome.SUCCESSFUL, "pace", detail), channel

    def _pace(self, info: pace.PaceInfo) -> SessionKeys:
        self._select_master_file()
        return pace.authenticate(self._plain, self._key, info, several=len(self._offered) > 1)

    def _open_without_pace(self) -> tuple[ChipFinding, SecureChannel]:
        if self._unreadable:
            return self._downgraded(Outcome.FAILED, "EF_CardAccess makes no sense")
        if self._offered:
            return self._downgraded(Outcome.UNDETERMINED, "the chip offers PACE in variants this reader does not know")
        return ChipFinding(_CHECK, Outcome.SUCCESSFUL, "bac"), self._basic_access()

    def _downgraded(self, outcome: Outcome, why: str) -> tuple[ChipFinding, SecureChannel]:
        return ChipFinding(_CHECK, outcome, DOWNGRADED, why), self._basic_access()

    def _basic_access(self) -> SecureChannel:
        if isinstance(self._key, CanKey):
            raise ChipRefused("this chip does not offer PACE, and a CAN opens nothing else")
        access.select_application(self._plain)
        return SecureChannel(self._plain, access.basic_access(self._plain, self._key))


class _OpenFiles:
    """Files that need no access: short commands over the plain channel."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.short_limit = SHORT_LE
        self.extended_limit = 0

    def reopen(self) -> None:
        raise AssertionError("a plain channel has no session to lose")


def revised(finding: ChipFinding, dg14: tuple[lds.SecurityInfo, ...]) -> ChipFinding:
    """The finding once DG14 is known: BAC although the signed DG14 offers PACE means that someone hid the offer."""
    if finding.code == "bac" and pace.offered(dg14):
        return ChipFinding(_CHECK, Outcome.FAILED, DOWNGRADED, "DG14 offers PACE, EF_CardAccess did not")
    return finding
