"""Reading a chip from laying down to findings: the read plan (Doc 9303-11 §4.2) and what is found on the way.

Synchronous: it runs in the thread that owns the reader. What a chip may be wrong about is a finding; only what ends
the reading is raised.

PassportError (document.py)
└── ReadingCancelled   whoever started the reading does not want it any more
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from passport_reader import lds, mrz
from passport_reader.card.file_reader import FileReader
from passport_reader.data_groups import face_image
from passport_reader.document import (
    Card,
    ChipFinding,
    FaceImage,
    Mrz,
    Outcome,
    PassportError,
    TravelDocument,
    UnusableData,
    UnusableMrz,
)
from passport_reader.lds import Ef, SecurityInfo
from passport_reader.pki import authentication, leniency, signed_data
from passport_reader.pki.trust import TrustStore
from passport_reader.protocols import chip_authentication, session
from passport_reader.protocols.access import Key
from passport_reader.protocols.session import ChipSession

TERMINAL_AUTHENTICATION = "0.4.0.127.0.7.2.2.2"  # id-TA, BSI TR-03110-3 A.1.1.3


class ReadingCancelled(PassportError):
    code = "reading_cancelled"


@dataclass(frozen=True, slots=True)
class Progress:
    """Bytes of one file, `done` of `total`."""

    file: str
    done: int
    total: int


def _ignore(progress: Progress) -> None:
    pass


def _never() -> bool:
    return False


def read_document(
    card: Card,
    key: Key,
    trust: TrustStore,
    *,
    at: datetime,
    progress: Callable[[Progress], None] = _ignore,
    cancelled: Callable[[], bool] = _never,
    clock: Callable[[], float] = time.monotonic,
) -> TravelDocument:
    """The chip's identity, portrait and findings. `at` (with time zone) is when certificates must be valid.

    Raise `ChipLost` (lay it again), `ChipRefused` (with `AccessDenied` for a wrong key), `UnusableData` (the chip
    does not speak as the standard says, or its answers are forged), `ReadingCancelled` (after at most one command).
    """
    started = clock()

    def told(file: Ef, done: int, total: int) -> None:
        progress(Progress(file.title, done, total))
        if cancelled():
            raise ReadingCancelled("the reading was cancelled")

    opened = ChipSession(card, key)
    accessed = clock()
    files = _read_files(opened, told)
    read = clock()
    offers = offers_of(files)
    chip = chip_authentication.finding(opened, offers.infos, known=offers.known)
    document = _examine(files, offers, trust, at)
    control = session.revised(opened.finding, offers.infos or ())
    return TravelDocument(
        mrz=document.mrz,
        face=document.face,
        findings=leniency.hardened((document.findings[0], control, *document.findings[1:], chip)),
        files=files,
        seconds={"access": accessed - started, "read": read - accessed, "verify": clock() - read},
    )


def _read_files(opened: ChipSession, told: Callable[[Ef, int, int], None]) -> Mapping[int, bytes]:
    """EF.COM and EF.SOD, then DG1, DG2, and DG14 where the SOD lists it (EF.COM only where there is no SOD)."""
    reader = FileReader(opened, told)
    files: dict[int, bytes] = {}
    for file in (Ef.COM, Ef.SOD, Ef.DG1, Ef.DG2, Ef.DG14):
        if file is Ef.DG14 and 14 not in data_groups(files)[0]:
            continue
        data = reader.read(file)
        if data is not None:
            files[file] = data
    if opened.card_access is not None:
        files[Ef.CARD_ACCESS] = opened.card_access
    return files


def data_groups(files: Mapping[int, bytes]) -> tuple[frozenset[int], bool]:
    """What the chip holds, and whether that is certain: by EF.SOD's signed word, else by EF.COM's, which is not."""
    try:
        return frozenset(signed_data.security_object(files[Ef.SOD]).hashes), True
    except (KeyError, UnusableData):
        pass
    try:
        return frozenset(lds.common_data(files[Ef.COM]).data_groups), False
    except (KeyError, UnusableData):
        return frozenset(), False


@dataclass(frozen=True, slots=True)
class Offers:
    """What the chip can prove of itself."""

    groups: frozenset[int]
    infos: tuple[SecurityInfo, ...] | None
    """Of DG14; empty where there is none that counts, None where it makes no sense."""
    known: bool
    """That this is all: EF.SOD is readable, and DG14 is there if it is listed."""


def offers_of(files: Mapping[int, bytes]) -> Offers:
    groups, certain = data_groups(files)
    infos: tuple[SecurityInfo, ...] | None = ()
    try:
        if Ef.DG14 in files and 14 in groups:
            infos = lds.security_infos(lds.content(Ef.DG14, files[Ef.DG14]))
    except UnusableData:
        infos = None
    return Offers(groups, infos, certain and infos is not None and (14 not in groups or Ef.DG14 in files))


def examine(files: Mapping[int, bytes], trust: TrustStore, at: datetime) -> TravelDocument:
    """What the files of a chip say, without the chip: the findings of a folder of dumped files."""
    offers = offers_of(files)
    document = _examine(files, offers, trust, at)
    chip = _not_performed("chip_authentication", bool(chip_authentication.offers(offers.infos or ())), offers)
    access = ChipFinding("access_control", Outcome.UNDETERMINED, "not_performed")
    findings = (document.findings[0], access, *document.findings[1:], chip)
    return TravelDocument(document.mrz, document.face, leniency.hardened(findings), files)


def _examine(files: Mapping[int, bytes], offers: Offers, trust: TrustStore, at: datetime) -> TravelDocument:
    zone, zone_finding = _mrz(files, at)
    face, face_finding = _face(files)
    passive = authentication.passive(files, trust, at)
    others = (
        # offered where there is a DG15 (Doc 9303-11 §6.1); this reader does not perform it
        _not_performed("active_authentication", 15 in offers.groups, offers),
        # opens the fingerprints (Doc 9303-11 §7.1), which this reader does not read
        _not_performed("terminal_authentication", _offers_terminal_authentication(offers), offers),
    )
    return TravelDocument(zone, face, (zone_finding, *passive, face_finding, *others), files)


def _mrz(files: Mapping[int, bytes], at: datetime) -> tuple[Mrz | None, ChipFinding]:
    if Ef.DG1 not in files:
        return None, ChipFinding("mrz", Outcome.UNDETERMINED, "data_group_missing", "DG1")
    try:
        zone = mrz.parse(lds.machine_readable_zone(files[Ef.DG1]), today=at.date())
    except (UnusableMrz, UnusableData) as error:
        return None, ChipFinding("mrz", Outcome.FAILED, error.code, str(error))
    return zone, ChipFinding("mrz", Outcome.SUCCESSFUL, "check_digits_match", zone.format)


def _face(files: Mapping[int, bytes]) -> tuple[FaceImage | None, ChipFinding]:
    if Ef.DG2 not in files:
        return None, ChipFinding("face_image", Outcome.UNDETERMINED, "data_group_missing", "DG2")
    try:
        face = face_image.portrait(files[Ef.DG2])
        face_image.require_decodable(face)
    except UnusableData as error:
        return None, ChipFinding("face_image", Outcome.FAILED, error.code, str(error))
    return face, ChipFinding("face_image", Outcome.SUCCESSFUL, "decoded", face.media_type)


def _offers_terminal_authentication(offers: Offers) -> bool:
    return any(info.oid == TERMINAL_AUTHENTICATION for info in offers.infos or ())


def _not_performed(check: str, offered: bool, offers: Offers) -> ChipFinding:
    if offered:
        return ChipFinding(check, Outcome.UNDETERMINED, "not_performed")
    if not offers.known:
        return ChipFinding(check, Outcome.UNDETERMINED, "offer_unknown")
    return ChipFinding(check, Outcome.NOT_SUPPORTED, "not_offered")
