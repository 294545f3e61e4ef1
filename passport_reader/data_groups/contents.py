"""Everything the files of a chip say, file by file: what one of them lacks is no reason not to read the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from passport_reader import atr_info, lds
from passport_reader.atr_info import CardCapabilities
from passport_reader.data_groups import (
    biometrics,
    card_files,
    displayed,
    document_details,
    face_image,
    finger_image,
    notified_persons,
    personal_details,
    security_infos,
    signed_files,
)
from passport_reader.data_groups.biometrics import BiometricBlock
from passport_reader.data_groups.card_files import Application
from passport_reader.data_groups.document_details import DocumentDetails
from passport_reader.data_groups.faces import Face
from passport_reader.data_groups.fingers import Finger
from passport_reader.data_groups.notified_persons import NotifiedPerson
from passport_reader.data_groups.personal_details import PersonalDetails
from passport_reader.data_groups.picture import Picture
from passport_reader.data_groups.security_infos import Info, PublicKey
from passport_reader.data_groups.signed_files import ListedHashes
from passport_reader.deviations import Deviations
from passport_reader.document import Deviation, UnusableData
from passport_reader.lds import CommonData, Ef

_OPAQUE: Final = (Ef.DG6, Ef.DG8, Ef.DG9, Ef.DG10, Ef.DG13)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A field is None where its file is not there or cannot be read; `failures` tells which of the two."""

    capabilities: CardCapabilities | None = None
    applications: tuple[Application, ...] | None = None
    card_access: tuple[Info, ...] | None = None
    card_security: tuple[Info, ...] | None = None
    common_data: CommonData | None = None
    listed_hashes: ListedHashes | None = None
    """Of EF.SOD, unverified."""
    mrz: str | None = None
    """Of DG1, as it stands there; `mrz.parse` checks it."""
    faces: tuple[Face, ...] | None = None
    fingers: tuple[Finger, ...] | None = None
    irises: tuple[BiometricBlock, ...] | None = None
    displayed_portraits: tuple[Picture, ...] | None = None
    signatures: tuple[Picture, ...] | None = None
    personal_details: PersonalDetails | None = None
    document_details: DocumentDetails | None = None
    security_infos: tuple[Info, ...] | None = None
    active_authentication_key: PublicKey | None = None
    notified_persons: tuple[NotifiedPerson, ...] | None = None
    opaque: Mapping[Ef, bytes] = field(default_factory=dict, repr=False)
    """Content of DG6, DG8 to DG10 and DG13, which no international standard tells."""
    failures: Mapping[Ef, UnusableData] = field(default_factory=dict)
    deviations: tuple[Deviation, ...] = ()


_Decoder = Callable[[bytes, Deviations], object]

_DECODERS: Final[Mapping[Ef, tuple[str, _Decoder]]] = {
    Ef.ATR_INFO: ("capabilities", atr_info.card_capabilities),
    Ef.DIR: ("applications", card_files.applications),
    Ef.CARD_ACCESS: ("card_access", security_infos.card_access),
    Ef.CARD_SECURITY: ("card_security", signed_files.card_security),
    Ef.COM: ("common_data", lds.common_data),
    Ef.SOD: ("listed_hashes", signed_files.security_object),
    Ef.DG1: ("mrz", lds.machine_readable_zone),
    Ef.DG2: ("faces", face_image.decode),
    Ef.DG3: ("fingers", finger_image.decode),
    Ef.DG4: ("irises", partial(biometrics.blocks, Ef.DG4)),
    Ef.DG5: ("displayed_portraits", partial(displayed.decode, Ef.DG5)),
    Ef.DG7: ("signatures", partial(displayed.decode, Ef.DG7)),
    Ef.DG11: ("personal_details", personal_details.decode),
    Ef.DG12: ("document_details", document_details.decode),
    Ef.DG14: ("security_infos", security_infos.data_group_14),
    Ef.DG15: ("active_authentication_key", security_infos.data_group_15),
    Ef.DG16: ("notified_persons", notified_persons.decode),
}


def decode(files: Mapping[int, bytes], *, strict: bool = False) -> Contents:
    """Whatever of these files, by identifier, can be read. When strict, a file that deviates fails. Raises nothing."""
    found: dict[str, Any] = {}
    opaque: dict[Ef, bytes] = {}
    failures: dict[Ef, UnusableData] = {}
    deviations: list[Deviation] = []
    for file in (file for file in Ef if file in files):
        notes = Deviations(file.title, strict=strict)
        try:
            if file in _OPAQUE:
                opaque[file] = lds.content(file, files[file], notes)
            else:
                name, decoder = _DECODERS[file]
                found[name] = decoder(files[file], notes)
        except UnusableData as error:
            failures[file] = error
        deviations += notes.noted
    notes = Deviations(Ef.COM.title, strict=strict)
    try:
        _compare(found.get("common_data"), found.get("listed_hashes"), notes)
    except UnusableData as error:
        failures[Ef.COM], found["common_data"] = error, None
    deviations += notes.noted
    return Contents(**found, opaque=opaque, failures=failures, deviations=tuple(deviations))


def _compare(common: CommonData | None, listed: ListedHashes | None, notes: Deviations) -> None:
    """Where EF.COM says other than EF.SOD. EF.SOD, once its signature is verified, is the one to believe."""
    if common is None or listed is None:
        return
    sides = ("EF_SOD", "EF_COM")
    differing = sorted(set(common.data_groups) ^ set(listed.hashes))
    if differing:
        detail = ", ".join(f"DG{number} only in {sides[number in common.data_groups]}" for number in differing)
        notes.note("groups_disagree", detail)
    if listed.lds_version and common.lds_version and listed.lds_version != common.lds_version:
        notes.note("versions_disagree", f"{common.lds_version}, in EF_SOD {listed.lds_version}")
