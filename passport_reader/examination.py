"""What the files of a chip say, once they are read: pure, the same for a chip and for a folder of dumped files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hmac import compare_digest

from passport_reader import lds, mrz
from passport_reader.data_groups import contents, face_image
from passport_reader.data_groups.contents import Contents
from passport_reader.document import ChipFinding, FaceImage, Mrz, Outcome, TravelDocument, UnusableData, UnusableMrz
from passport_reader.lds import Ef, SecurityInfo, data_group
from passport_reader.pki import authentication, leniency, signed_data
from passport_reader.pki.signed_data import SecurityObject
from passport_reader.pki.trust import TrustStore
from passport_reader.protocols import chip_authentication, terminal_authentication


def data_groups(files: Mapping[int, bytes]) -> tuple[frozenset[int], bool]:
    """What the chip holds, and whether that is certain: by EF.SOD's signed word, else by EF.COM's, which is not."""
    return _groups(_security_object(files), files)


def signed_group(files: Mapping[int, bytes], number: int) -> bool:
    """Whether EF.SOD has the hash of this very data group. Whether EF.SOD is to be believed is another finding."""
    return _signs(_security_object(files), files, number)


def _security_object(files: Mapping[int, bytes]) -> SecurityObject | None:
    try:
        return signed_data.security_object(files[Ef.SOD])
    except (KeyError, UnusableData):
        return None


def _groups(listed: SecurityObject | None, files: Mapping[int, bytes]) -> tuple[frozenset[int], bool]:
    if listed is not None:
        return frozenset(listed.hashes), True
    try:
        return frozenset(lds.common_data(files[Ef.COM]).data_groups), False
    except (KeyError, UnusableData):
        return frozenset(), False


def _signs(listed: SecurityObject | None, files: Mapping[int, bytes], number: int) -> bool:
    data = files.get(data_group(number))
    if listed is None or data is None or number not in listed.hashes:
        return False
    return compare_digest(signed_data.digest(listed.hash_name, data), listed.hashes[number])


@dataclass(frozen=True, slots=True)
class Offers:
    """What the chip can prove of itself."""

    groups: frozenset[int]
    groups_known: bool
    """That these are all: EF.SOD is readable."""
    infos: tuple[SecurityInfo, ...] | None
    """Of DG14; empty where there is none that counts, None where it makes no sense."""
    known: bool
    """That `infos` are all: there is no DG14, or it was read, makes sense and is the one whose hash is signed."""


def offers_of(files: Mapping[int, bytes]) -> Offers:
    listed = _security_object(files)
    groups, certain = _groups(listed, files)
    infos: tuple[SecurityInfo, ...] | None = ()
    try:
        if Ef.DG14 in files and 14 in groups:
            infos = lds.security_infos(lds.content(Ef.DG14, files[Ef.DG14]))
    except UnusableData:
        infos = None
    whole = 14 not in groups or _signs(listed, files, 14)
    return Offers(groups, certain, infos, known=certain and infos is not None and whole)


def of_folder(files: Mapping[int, bytes], trust: TrustStore, at: datetime) -> TravelDocument:
    """The findings of dumped files, without the chip they came from: it could prove nothing."""
    offers = offers_of(files)
    proofs = (
        _not_performed("chip_authentication", bool(chip_authentication.offers(offers.infos or ())), offers.known),
        _not_performed("active_authentication", 15 in offers.groups, offers.groups_known),
        _not_performed(
            "terminal_authentication", terminal_authentication.offered(offers.infos or ()) is not None, offers.known
        ),
    )
    access = ChipFinding("access_control", Outcome.UNDETERMINED, "not_performed")
    return examine(files, trust, at, access=access, proofs=proofs)


def examine(
    files: Mapping[int, bytes], trust: TrustStore, at: datetime, *, access: ChipFinding, proofs: Sequence[ChipFinding]
) -> TravelDocument:
    """Files in, identity, portrait and findings out; `access` and `proofs` are what the chip itself showed."""
    told = contents.decode(files)
    zone, zone_finding = _mrz(files, at)
    face, face_finding = _face(files)
    passive = authentication.passive(files, trust, at, issued_on=_issued_on(files, told))
    findings = leniency.hardened((zone_finding, access, *passive, face_finding, *proofs))
    return TravelDocument(zone, face, findings, files, deviations=told.deviations)


def _issued_on(files: Mapping[int, bytes], told: Contents) -> date | None:
    """DG12's, where its hash is the signed one."""
    issued = None if told.document_details is None else told.document_details.issue_date
    return issued.known_day if issued is not None and signed_group(files, 12) else None


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


def _not_performed(check: str, offered: bool, known: bool) -> ChipFinding:
    if offered:
        return ChipFinding(check, Outcome.UNDETERMINED, "not_performed")
    if not known:
        return ChipFinding(check, Outcome.UNDETERMINED, "offer_unknown")
    return ChipFinding(check, Outcome.NOT_SUPPORTED, "not_offered")
