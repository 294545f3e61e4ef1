"""EF.SOD and EF.CardSecurity: what is inside the CMS. Whether it is signed by whom it must be, `pki` says.

Doc 9303-10 §4.6.2 (LDS security object), Doc 9303-11 §9.2.11 (EF.CardSecurity).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from asn1crypto import cms

from passport_reader import lds, tlv
from passport_reader.data_groups.security_infos import Info, typed
from passport_reader.deviations import Deviations
from passport_reader.document import UnusableData
from passport_reader.lds import Ef

SECURITY_OBJECT: Final = "2.23.136.1.1.1"
CARD_SECURITY: Final = "0.4.0.127.0.7.3.2.1"

_MALFORMED: Final = (ValueError, TypeError, KeyError, IndexError, OverflowError, AttributeError, RecursionError)
"""What asn1crypto raises for data that is not what it should be; it parses when a field is first looked at."""


@dataclass(frozen=True, slots=True)
class ListedHashes:
    """The LDS security object. Unverified: good for comparing with EF.COM, and for showing."""

    version: int
    """0, or 1 where the LDS version is signed along (§4.6.2.3)."""
    hash_algorithm: str
    """Object identifier."""
    hashes: Mapping[int, bytes] = field(repr=False)
    """By the number of the data group."""
    lds_version: str = ""
    unicode_version: str = ""


def security_object(sod: bytes, notes: Deviations) -> ListedHashes:
    content = _encapsulated(lds.content(Ef.SOD, sod, notes), SECURITY_OBJECT, notes)
    fields = list(tlv.objects(tlv.value(content, 0x30)))
    if [item.tag for item in fields[:3]] != [0x02, 0x30, 0x30]:
        raise UnusableData("the security object is not what Doc 9303-10 says", file=notes.file)
    version = lds.integer(fields[0]) or 0
    told = [item.value for item in tlv.objects(fields[3].value)] if len(fields) > 3 else []
    if version not in (0, 1) or (version == 1) is not (len(told) == 2):
        notes.note("version_unknown", f"version {version} with {len(told)} versions inside")
    lds_version, unicode_version = (value.decode("ascii", "replace") for value in (*told, b"", b"")[:2])
    return ListedHashes(
        version=version,
        hash_algorithm=lds.decode_oid(tlv.value(fields[1].value, 0x06)),
        hashes=_hashes(fields[2].value, notes),
        lds_version=lds_version,
        unicode_version=unicode_version,
    )


def card_security(data: bytes, notes: Deviations) -> tuple[Info, ...]:
    """The SecurityInfos of EF.CardSecurity, among them the chip's public key for PACE with CAM."""
    content = _encapsulated(data, CARD_SECURITY, notes)
    return tuple(typed(info) for info in lds.security_infos(content, notes))


def _hashes(groups: bytes, notes: Deviations) -> Mapping[int, bytes]:
    found: dict[int, bytes] = {}
    for item in tlv.objects(groups):
        number = int.from_bytes(tlv.value(item.value, 0x02)[:4], "big")
        if number in found or not 1 <= number <= 16:
            raise UnusableData("the security object lists a data group twice or one that does not exist")
        if found and number < max(found):
            notes.note("element_misplaced", f"DG{number}")
        found[number] = tlv.value(item.value, 0x04)
    return found


def _encapsulated(data: bytes, content_type: str, notes: Deviations) -> bytes:
    """The content of a SignedData (RFC 5652 §5.1), which must be of this type."""
    try:
        info = cms.ContentInfo.load(data)
        inside = info["content"]["encap_content_info"]
        found, content = inside["content_type"].dotted, bytes(inside["content"])
        used = len(info.dump())
    except _MALFORMED:
        raise UnusableData("the signed data is not what RFC 5652 says", file=notes.file) from None
    if found != content_type:
        raise UnusableData("the signed data is about something else", file=notes.file)
    if used < len(data):
        notes.note("trailing_bytes", f"{len(data) - used} octets behind the signed data")
    return content
