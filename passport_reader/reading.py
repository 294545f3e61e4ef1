"""Reading a chip from laying down to findings: the inspection procedure of Doc 9303-11 §4.2 and BSI TR-03110-1 §2.4.

Synchronous: it runs in the thread that owns the reader. What a chip may be wrong about is a finding; only what ends
the reading is raised.

What is waited for most comes first: EF.SOD says what there is, DG1 who it is, and the portrait, the longest file, can
be looked at while the rest is read and the chip proves itself.

PassportError (document.py)
└── ReadingCancelled   whoever started the reading does not want it any more
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from passport_reader import examination
from passport_reader.card.apdu import Channel
from passport_reader.card.file_reader import FileReader
from passport_reader.card.messaging import MessagingFailed
from passport_reader.data_groups.portrait_stream import Arriving, PortraitStream
from passport_reader.document import (
    Card,
    ChipFinding,
    ChipRefused,
    Deviation,
    Outcome,
    PassportError,
    TravelDocument,
    UnusableData,
)
from passport_reader.lds import Ef, data_group
from passport_reader.pki.terminal import Terminal
from passport_reader.pki.trust import TrustStore
from passport_reader.protocols import (
    active_authentication,
    chip_authentication,
    chip_mapping,
    session,
    terminal_authentication,
)
from passport_reader.protocols.access import Key, MrzKey
from passport_reader.protocols.session import ChipSession
from passport_reader.protocols.terminal_authentication import Binding

_KEYS = (Ef.DG14, Ef.DG15)
"""By which the chip proves itself."""
_DETAILS = (Ef.DG5, Ef.DG7, Ef.DG11, Ef.DG12, Ef.DG13, Ef.DG16)
_GUARDED = (Ef.DG3, Ef.DG4)
"""Fingers and irises: only for a terminal that the chip knows."""


class ReadingCancelled(PassportError):
    code = "reading_cancelled"


@dataclass(frozen=True, slots=True)
class Progress:
    """Bytes of one file, `done` of `total`."""

    file: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Wishes:
    """What to read and try beyond what every inspection needs."""

    details: bool = False
    """DG5, 7, 11, 12, 13 and 16, where the chip has them."""
    terminal: Terminal | None = None
    """By which to read DG3 and DG4."""
    alternatives: Sequence[MrzKey] = ()
    """Keys to try where the first is denied (`protocols.misreadings`)."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Who hears of the reading. Called in the reader's thread, after every answer of the chip."""

    progress: Callable[[Progress], None] = lambda progress: None
    portrait: Callable[[Arriving], None] = lambda arriving: None
    cancelled: Callable[[], bool] = lambda: False


_PLAIN, _UNHEARD = Wishes(), Listener()


def read_document(
    card: Card,
    key: Key,
    trust: TrustStore,
    *,
    at: datetime,
    wishes: Wishes = _PLAIN,
    listener: Listener = _UNHEARD,
    clock: Callable[[], float] = time.monotonic,
) -> TravelDocument:
    """The chip's identity, portrait and findings. `at` (with time zone) is when certificates must be valid.

    Raise `ChipLost` (lay it again), `ChipRefused` (with `AccessDenied` for a wrong key), `UnusableData` (the chip
    does not speak as the standard says, or its answers are forged), `ReadingCancelled` (after at most one command).
    """
    started = clock()
    opened = ChipSession(card, key, alternatives=wishes.alternatives)
    accessed = clock()
    reading = _Reading(opened, listener)
    reading.inspected()
    read = clock()
    proofs = reading.proofs(trust, wishes.terminal, at)
    reading.rest(details=wishes.details)
    proven = clock()
    document = examination.examine(reading.files, trust, at, access=reading.access(), proofs=proofs)
    seconds = {"access": accessed - started, "read": read - accessed, "prove": proven - read}
    return replace(
        document,
        deviations=reading.deviations + document.deviations,
        seconds=seconds | {"verify": clock() - proven},
    )


Mutual = tuple[ChipFinding, ChipFinding]
"""What chip authentication found, and terminal authentication after it."""


class _AuthorisedSession:
    """A session in which the terminal has proven its right. A new one gives none of it (BSI TR-03110-1 §3.4, §3.5).

    So where the chip drops it, chip and terminal prove themselves to each other again, by `mutual`.
    """

    def __init__(self, session: ChipSession, proven: Mutual, mutual: Callable[[], Mutual]) -> None:
        self._session, self._mutual = session, mutual
        self.proven = proven

    @property
    def channel(self) -> Channel:
        return self._session.channel

    @property
    def short_limit(self) -> int:
        return self._session.short_limit

    @property
    def extended_limit(self) -> int:
        return self._session.extended_limit

    def reopen(self) -> None:
        self._session.reopen()
        self.proven = self._mutual()
        if self.proven[1].outcome is not Outcome.SUCCESSFUL:
            raise ChipRefused("the chip does not let this terminal read again", finding=self.proven[1].code)


class _Reading:
    """The files of one chip as they come, and what it proves."""

    def __init__(self, opened: ChipSession, listener: Listener) -> None:
        self._session, self._listener = opened, listener
        self._reader = FileReader(opened, self._told)
        self._portrait = PortraitStream(listener.portrait)
        self.files: dict[int, bytes] = {}
        self.deviations: tuple[Deviation, ...] = ()
        if opened.card_access is not None:
            self.files[Ef.CARD_ACCESS] = opened.card_access
        if opened.card_security is not None:
            self.files[Ef.CARD_SECURITY] = opened.card_security

    def _told(self, file: Ef, content: bytearray, total: int) -> None:
        self._listener.progress(Progress(file.title, min(len(content), total), total))
        if file is Ef.DG2:
            self._portrait.feed(content)
        if self._listener.cancelled():
            raise ReadingCancelled("the reading was cancelled")

    def _read(self, file: Ef) -> None:
        data = self._reader.read(file)
        if data is not None:
            self.files[file] = data

    def _listed(self, files: Sequence[Ef]) -> list[Ef]:
        listed = {data_group(number) for number in examination.data_groups(self.files)[0]}
        return [file for file in files if file in listed]

    def inspected(self) -> None:
        """EF.SOD, else EF.COM, and what an inspection needs. DG1 and DG2 are sought on every chip."""
        self._read(Ef.SOD)
        if Ef.SOD not in self.files:
            self._read(Ef.COM)
        for file in (Ef.DG1, Ef.DG2, *self._listed(_KEYS)):
            self._read(file)

    def proofs(self, trust: TrustStore, terminal: Terminal | None, at: datetime) -> tuple[ChipFinding, ...]:
        """Active authentication first, for it may open the session anew; the others hang together in one."""
        offers = examination.offers_of(self.files)
        active = active_authentication.finding(
            self._session,
            self.files.get(Ef.DG15),
            offers.infos,
            known=offers.groups_known and (15 not in offers.groups or Ef.DG15 in self.files),
            signed=examination.signed_group(self.files, 15),
        )

        def mutual() -> Mutual:
            """Chip and terminal to each other, in the session as it is now."""
            chip = self._chip_authentication(trust, offers, at)
            binding = self._binding(chip)
            return chip, terminal_authentication.finding(
                self._session.channel, offers.infos, terminal, binding, known=offers.known, at=at
            )

        proven = mutual()
        if proven[1].outcome is Outcome.SUCCESSFUL:
            proven = self._guarded(proven, mutual)
        self._reader.reselect()
        return proven[0], active, proven[1]

    def _guarded(self, proven: Mutual, mutual: Callable[[], Mutual]) -> Mutual:
        """Read what only this terminal may; the last proofs, which are the worst there were."""
        session, own = _AuthorisedSession(self._session, proven, mutual), self._reader
        self._reader = own.over(session)
        self._read_what_is_allowed(self._listed(_GUARDED))
        self._reader = own
        return session.proven

    def _chip_authentication(self, trust: TrustStore, offers: examination.Offers, at: datetime) -> ChipFinding:
        """By the mapping of PACE where that was it; where it says nothing, by the protocol of its own.

        A chip that offers no other has still offered this one: it is in doubt then, not without any proof to give.
        """
        mapped = None
        if self._session.chip_data:
            mapped = chip_mapping.finding(self._session.chip_data, self._session.card_security, trust, at)
            if mapped.outcome is not Outcome.UNDETERMINED:
                return mapped
        made = chip_authentication.finding(self._session, offers.infos, known=offers.known)
        return made if mapped is None or made.outcome is not Outcome.NOT_SUPPORTED else mapped

    def _binding(self, chip: ChipFinding) -> Binding | None:
        proven = chip.outcome is Outcome.SUCCESSFUL and self._session.terminal_public
        return Binding(self._session.chip_identifier, self._session.terminal_public) if proven else None

    def rest(self, *, details: bool) -> None:
        """What nobody waits for. EF.COM is worth reading for what it says differently from EF.SOD."""
        if Ef.COM not in self.files:
            self._read_what_is_allowed([Ef.COM])
        if details:
            self._read_what_is_allowed(self._listed(_DETAILS))

    def _read_what_is_allowed(self, files: Sequence[Ef]) -> None:
        """A chip may refuse what is not obligatory: then it is not there. What it garbles is told as a deviation."""
        for file in files:
            try:
                self._read(file)
            except MessagingFailed:
                raise
            except ChipRefused:
                self._reader.reselect()
            except UnusableData as error:
                self._reader.reselect()
                self.deviations += (Deviation(file.title, "file_unreadable", str(error)),)

    def access(self) -> ChipFinding:
        offers = examination.offers_of(self.files)
        return session.revised(self._session, offers.infos or (), known=offers.known)
