"""From a chip in the field to a secure session: EF.CardAccess, then PACE or BAC, again whenever the chip drops it.

PACE wherever the chip offers it, the strongest offer first. What fails is never silently replaced: a weaker PACE, or
BAC where PACE was offered, is a finding of its own, which whoever reads the passport must accept or refuse: a relay
that strips PACE would look just like that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from passport_reader import lds
from passport_reader.card import capabilities, messaging
from passport_reader.card.apdu import SHORT_DATA, SHORT_LE, Channel, Command, PlainChannel
from passport_reader.card.capabilities import Capabilities
from passport_reader.card.file_reader import FileReader
from passport_reader.card.messaging import MessagingFailed, NakedStatus, SecureChannel
from passport_reader.document import Card, ChipFinding, ChipRefused, Outcome, UnusableData
from passport_reader.protocols import access, pace, pace_offer
from passport_reader.protocols.access import AccessDenied, CanKey, Key, MrzKey
from passport_reader.protocols.chip_mapping import ChipData
from passport_reader.protocols.pace_offer import PaceInfo

MAX_WRONG_KEYS: Final = 4
"""Wrong keys one laid chip is told. After each, chips of the field take longer to answer."""

MAX_MECHANISMS: Final = 2
"""Offers of PACE tried before BAC; a chip that fails two would only cost time with the rest."""

DOWNGRADED: Final = "pace_downgraded_to_bac"
WEAKENED: Final = "pace_downgraded"
OFFER_UNKNOWN: Final = "pace_offer_unknown"

_CHECK: Final = "access_control"


class ChipSession:
    """Opens in the constructor; raises `AccessDenied`, `ChipRefused`, `UnusableData` or `ChipLost`.

    `alternatives` are further keys to try where `key` is denied (`misreadings.candidates`); the finding says which one
    opened. No more than `MAX_WRONG_KEYS` are told the chip as long as it lies there.
    """

    def __init__(self, card: Card, key: Key, *, alternatives: Sequence[MrzKey] = ()) -> None:
        self._plain = PlainChannel(card)
        self._keys = (key, *(other for other in alternatives if other != key))
        self._count = len(self._keys)
        self._which = self._wrong = 0
        self._capabilities = self._ask_capabilities(card.atr)
        self._plain.longest = SHORT_DATA if self._chained else None
        self.card_access = self._read_card_access()
        self._offered, self._unreadable = self._read_offers()
        self._failed: dict[PaceInfo, str] = {}
        self._security_sought = False
        self.info: PaceInfo | None = None
        """The PACE that opened the chip."""
        self.chip_identifier = b""
        """ID_IC of terminal authentication (Doc 9303-11 §7.1.2)."""
        self.terminal_public = b""
        """Comp(PK_DH,IFD) of chip authentication or chip authentication mapping, whichever was later (§7.1.2)."""
        self.chip_data: list[ChipData] = []
        """What the chip said to prove its key in every run of PACE with chip authentication mapping."""
        self.card_security: bytes | None = None
        """EF.CardSecurity, read where `chip_data` need it."""
        self.finding, self.channel = self._open()

    @property
    def key(self) -> Key:
        """The one that opens the chip, or that is tried now."""
        return self._keys[self._which]

    @property
    def short_limit(self) -> int:
        return messaging.payload_limit(SHORT_LE, self.channel.algorithm)

    @property
    def extended_limit(self) -> int:
        told = self._capabilities
        return messaging.payload_limit(told.response, self.channel.algorithm) if told.extended else 0

    @property
    def _chained(self) -> bool:
        return self._capabilities.chaining and not self._capabilities.extended

    def reopen(self) -> None:
        self.finding, self.channel = self._open()

    def _ask_capabilities(self, atr: bytes) -> Capabilities:
        self._select_master_file()
        told = b""
        if self._plain.send(Command(0x00, 0xA4, 0x02, 0x0C, lds.Ef.ATR_INFO.identifier)).ok:
            told = self._plain.send(Command(0x00, 0xB0, 0x00, 0x00, le=SHORT_LE)).data
        return capabilities.of(atr, told)

    def _select_master_file(self) -> None:
        """Not every chip takes this; those that refuse are in their master file anyway after power-on."""
        self._plain.send(Command(0x00, 0xA4, 0x00, 0x0C, b"\x3f\x00"))

    def _read_card_access(self) -> bytes | None:
        """Freely readable in the master file (Doc 9303-11 §9.2.11); None on a chip without PACE."""
        try:
            return FileReader(_OpenFiles(self._plain)).read(lds.Ef.CARD_ACCESS)
        except (ChipRefused, UnusableData):
            return None

    def _read_offers(self) -> tuple[tuple[PaceInfo, ...], bool]:
        """What PACE the chip offers, and whether EF.CardAccess is there but makes no sense."""
        try:
            return pace_offer.offered(lds.security_infos(self.card_access or b"")), False
        except UnusableData:
            return (), True

    def _open(self) -> tuple[ChipFinding, SecureChannel]:
        """With the next key where one is denied, as far as there are keys and the chip may be told wrong ones."""
        while True:
            try:
                finding, channel = self._open_with_pace()
                self._keys = self._keys[: self._which + 1]  # it is proven: no other is tried when reopening
                return self._with_key(finding), channel
            except AccessDenied:
                self._wrong += 1
                if self._which + 1 == len(self._keys) or self._wrong >= MAX_WRONG_KEYS:
                    raise
                self._which += 1

    def _with_key(self, finding: ChipFinding) -> ChipFinding:
        if not self._which:
            return finding
        return replace(finding, detail=f"{finding.detail}; opened by key {self._which + 1} of {self._count}")

    def _open_with_pace(self) -> tuple[ChipFinding, SecureChannel]:
        """The strongest offer that works. One that failed stays failed when the session is opened again."""
        for info in pace_offer.ranked(self._offered)[:MAX_MECHANISMS]:
            if info in self._failed:
                continue
            try:
                channel = self._pace(info)
            except AccessDenied:
                raise
            except (ChipRefused, UnusableData) as failure:
                self._failed[info] = str(failure)
                continue
            channel = self._with_card_security(info, channel)
            access.select_application(channel)
            return self._pace_finding(info), channel
        return self._open_without_pace()

    def _pace_finding(self, info: PaceInfo) -> ChipFinding:
        if self._failed:
            return ChipFinding(_CHECK, Outcome.FAILED, WEAKENED, f"{info.title}; {self._failures()}")
        return ChipFinding(_CHECK, Outcome.SUCCESSFUL, "pace", info.title)

    def _failures(self) -> str:
        return "; ".join(f"{info.title} failed: {why}" for info, why in self._failed.items())

    def _pace(self, info: PaceInfo) -> SecureChannel:
        self._select_master_file()
        run = pace.authenticate(self._plain, self.key, info, several=len(self._offered) > 1)
        self.info, self.chip_identifier, self.terminal_public = info, run.chip_identifier, b""
        if run.chip_data is not None:
            self.chip_data.append(run.chip_data)
            self.terminal_public = run.chip_data.agreement.compressed(run.terminal_public)
        return SecureChannel(self._plain, run.keys, chained=self._chained)

    def _with_card_security(self, info: PaceInfo, channel: SecureChannel) -> SecureChannel:
        """Read EF.CardSecurity, once, where the chip proved its key; the session that goes on after that."""
        if not self.chip_data or self._security_sought:
            return channel
        self._security_sought = True
        files = _MasterFiles(channel, lambda: self._pace(info))
        try:
            self.card_security = FileReader(files).read(lds.Ef.CARD_SECURITY)
        except (NakedStatus, MessagingFailed):
            raise
        except (ChipRefused, UnusableData):
            self.card_security = None
        return files.channel

    def _open_without_pace(self) -> tuple[ChipFinding, SecureChannel]:
        if self._unreadable:
            return self._downgraded(Outcome.FAILED, "EF_CardAccess makes no sense")
        if self._failed:
            return self._downgraded(Outcome.FAILED, self._failures())
        if self._offered:
            return self._downgraded(Outcome.UNDETERMINED, "the chip offers PACE in variants this reader does not know")
        return ChipFinding(_CHECK, Outcome.SUCCESSFUL, "bac"), self._basic_access()

    def _downgraded(self, outcome: Outcome, why: str) -> tuple[ChipFinding, SecureChannel]:
        return ChipFinding(_CHECK, outcome, DOWNGRADED, why), self._basic_access()

    def _basic_access(self) -> SecureChannel:
        if isinstance(self.key, CanKey):
            raise ChipRefused(f"a card access number opens nothing without PACE; {self._failures()}".rstrip("; "))
        access.select_application(self._plain)
        keys = access.basic_access(self._plain, self.key)
        self.info, self.chip_identifier, self.terminal_public = None, self.key.chip_identifier, b""
        return SecureChannel(self._plain, keys, chained=self._chained)


class _OpenFiles:
    """Files that need no access: short commands over the plain channel."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.short_limit = SHORT_LE
        self.extended_limit = 0

    def reopen(self) -> None:
        raise AssertionError("a plain channel has no session to lose")


class _MasterFiles:
    """Files of the master file that need access: short commands in a session that can be had again."""

    def __init__(self, channel: SecureChannel, renewed: Callable[[], SecureChannel]) -> None:
        self.channel = channel
        self.short_limit = messaging.payload_limit(SHORT_LE, channel.algorithm)
        self.extended_limit = 0
        self._renewed = renewed

    def reopen(self) -> None:
        self.channel = self._renewed()


def revised(session: ChipSession, dg14: tuple[lds.SecurityInfo, ...], *, known: bool) -> ChipFinding:
    """The finding once DG14 is known: a better offer in the signed DG14 means that someone hid it.

    EF.CardAccess is signed by nobody, so it must be compared with DG14 (Doc 9303-11 §4.2 step 3, §9.2.11). Where DG14
    is not `known`, whoever hid the offer may have hidden that too: then nothing is certain.
    """
    finding, signed = session.finding, pace_offer.ranked(pace_offer.offered(dg14))
    if finding.code == "bac" and pace_offer.offered(dg14):
        why = "DG14 offers PACE, EF_CardAccess did not"
        return replace(finding, outcome=Outcome.FAILED, code=DOWNGRADED, detail=why)
    used = session.info
    if finding.code == "pace" and used is not None and signed and pace_offer.rank(signed[0]) > pace_offer.rank(used):
        why = f"{used.title}, although DG14 offers {signed[0].title}"
        return replace(finding, outcome=Outcome.FAILED, code=WEAKENED, detail=why)
    if finding.outcome is Outcome.SUCCESSFUL and not known:
        return replace(finding, outcome=Outcome.UNDETERMINED, code=OFFER_UNKNOWN, detail=finding.detail or finding.code)
    return finding
