"""Making the chip of one passport: its data groups, keys and signed objects, and what a fault changes in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random

from simulators.chip.personalisation import Personalisation
from simulators.issuing import biometric_groups as biometric
from simulators.issuing import chip_keys, detail_groups, security_infos
from simulators.issuing import lds_writer as lds
from simulators.issuing.authorities import Authority
from simulators.issuing.ber import set_of, tlv
from simulators.issuing.card_verifiable import VerifyingAuthority
from simulators.issuing.documents import Holder
from simulators.issuing.lds_writer import data_group
from simulators.issuing.mrz_composition import compose
from simulators.issuing.profile import ChipProfile, FaceRecord, Mapping, Picture
from simulators.issuing.signing import Signer
from simulators.issuing.states import State, Suite

_YEARS_VALID = 10
_DG1, _DG2, _DG3, _DG14, _DG15 = map(data_group, (1, 2, 3, 14, 15))
_SIGNER_SUITES = {"explicit_curve_parameters": Suite.ECDSA_EXPLICIT, "pss_other_hash": Suite.RSA_PSS_MIXED}


@dataclass(frozen=True, slots=True)
class Order:
    """One passport to make: for whom, as what, by whom, and with which faults. `random` seeds the chip's keys."""

    holder: Holder
    state: State
    authority: Authority
    verifying: VerifyingAuthority | None
    profile: ChipProfile
    faults: frozenset[str]
    random: Random


def personalise(order: Order) -> tuple[dict[int, bytes], Personalisation]:
    """The files by identifier, and the keys."""
    keys, dg15 = _keys(order)
    groups = _data_groups(order)
    infos = _security_infos(order, keys)
    if dg15:
        groups[_DG15] = dg15
    if any(infos):
        groups[_DG14] = tlv(0x6E, set_of(*infos))
    files = _signed(order, groups) | _free_files(order, keys)
    return files, keys


def _keys(order: Order) -> tuple[Personalisation, bytes]:
    """Of the chip, with DG15 (empty without active authentication)."""
    profile, random, signing, dg15 = order.profile, order.random, None, b""
    if profile.active_authentication:
        signing, dg15 = chip_keys.signing_key(profile.active_authentication, random)
    trusted: tuple[bytes, ...] = ()
    if order.verifying:
        trusted = (order.verifying.first if profile.trusts_first_cvca else order.verifying.current,)
    keys = Personalisation(
        agreement_keys=chip_keys.agreement_keys(profile, random),
        mapping_key=chip_keys.mapping_key(profile, random),
        signing_key=signing,
        trust_points=trusted,
        today=issued(order.holder).date(),
        extended_length=profile.extended_length,
        basic_access=profile.basic_access,
    )
    return keys, dg15


def _data_groups(order: Order) -> dict[int, bytes]:
    """All but DG14 and DG15."""
    holder, wanted = order.holder, order.profile.optional_groups
    groups = {_DG1: lds.machine_readable_zone(compose(holder)), _DG2: _face(order)}
    makers = {
        3: lambda: biometric.fingers(dict(holder.fingers) or _unknown_fingers(order.random)),
        7: lambda: detail_groups.signature(holder),
        11: lambda: detail_groups.person(holder),
        12: lambda: detail_groups.document(order.state.name, issued(holder).date()),
        13: lambda: detail_groups.optional_details(order.state.name),
        16: lambda: detail_groups.persons_to_notify(holder, issued(holder).date()),
    }
    return groups | {data_group(number): makers[number]() for number in sorted(wanted)}


def _unknown_fingers(random: Random) -> dict[int, bytes]:
    positions = (biometric.RIGHT_INDEX, biometric.LEFT_INDEX)
    return {position: biometric.ridges(random.randrange(40)) for position in positions}


def _face(order: Order, remark: bytes = b"") -> bytes:
    """DG2; with a remark it has other bytes and shows the same."""
    profile, faults = order.profile, order.faults
    picture = order.holder.portrait_jpeg
    size = biometric.jpeg_size(picture)
    if profile.picture is Picture.JPEG_2000 or "corrupt_jpeg2000" in faults:
        picture = biometric.jpeg_2000(picture)
    if "corrupt_jpeg2000" in faults:
        picture = biometric.corrupt(picture)
    if remark:
        picture = biometric.with_remark(picture, remark)
    if profile.face_record is FaceRecord.ISO_39794_5:
        return biometric.face_in_asn1(picture, size)
    return biometric.face(picture, size, wrong_type="image_type_wrong" in faults)


def _security_infos(order: Order, keys: Personalisation) -> list[bytes]:
    """Of DG14: everything the chip can do."""
    profile = order.profile
    infos = _pace_infos(order)
    for choice, key in zip(profile.chip_authentication, keys.agreement_keys, strict=True):
        infos += security_infos.chip_authentication(choice, key)
    if profile.active_authentication and profile.active_authentication.curve is not None:
        infos.append(security_infos.active_authentication(profile.active_authentication))
    if profile.terminal_authentication:
        infos.append(security_infos.terminal_authentication())
    return infos


def _pace_infos(order: Order) -> list[bytes]:
    """Chip authentication mapping cannot do without the parameters' identifier, not even faultily (§9.2.1)."""
    if "bac_only" in order.faults:
        return []
    able = [choice for choice in order.profile.pace if choice.mapping is not Mapping.CHIP_AUTHENTICATION]
    if "two_element_pace_info" in order.faults and able:
        return list(security_infos.pace_without_parameters(able[0]))
    return list(map(security_infos.pace, order.profile.pace))


def _free_files(order: Order, keys: Personalisation) -> dict[int, bytes]:
    """Of the master file: how to get in, and what the chip is."""
    files: dict[int, bytes] = {}
    pace = _pace_infos(order)
    if pace:
        files[lds.EF_CARD_ACCESS] = set_of(*pace)
    if keys.mapping_key and pace:
        public = security_infos.mapping_public_key(keys.mapping_key)
        files[lds.EF_CARD_SECURITY] = lds.card_security(set_of(*pace, public), _signer(order), at=issued(order.holder))
    if order.profile.extended_length:
        files[lds.EF_ATR_INFO] = lds.capabilities()
    if order.profile.directory:
        files[lds.EF_DIR] = lds.directory()
    return files


def _signed(order: Order, groups: dict[int, bytes]) -> dict[int, bytes]:
    """The data groups with EF.COM and EF.SOD, and what was changed behind the signer's back."""
    holder, profile, faults = order.holder, order.profile, order.faults
    signed = dict(groups)
    if "sod_of_another" in faults:
        signed[_DG1] = lds.machine_readable_zone(compose(somebody_else(holder)))
        signed[_DG2] = _face(order, b"another")
    if "dg2_tampered" in faults:
        groups[_DG2] = _face(order, b"tampered")
    sod = lds.security_object(
        signed, _signer(order), version=profile.sod_version, at=issued(holder), lds_version=profile.lds_version
    )
    if "dg15_stripped" in faults:
        groups.pop(_DG15, None)
    listed = groups if "com_incomplete" not in faults else {key: groups[key] for key in (_DG1, _DG2)}
    return {lds.EF_COM: lds.presence(listed, profile.lds_version), lds.EF_SOD: sod, **groups}


def _signer(order: Order) -> Signer:
    which = "current"
    if "expired_signer" in order.faults:
        which = "expired"
    elif "revoked_signer" in order.faults:
        which = "revoked"
    suite = next((_SIGNER_SUITES[fault] for fault in order.faults if fault in _SIGNER_SUITES), order.profile.signer)
    return order.authority.signer(which, suite)


def issued(holder: Holder) -> datetime:
    """Noon, ten years before the expiry: the day the document signer signed. Never before the signers began."""
    year = max(holder.expiry_date.year - _YEARS_VALID, 2016)
    day = min(holder.expiry_date.day, 28)
    return datetime(year, holder.expiry_date.month, day, 12, tzinfo=UTC)


def somebody_else(holder: Holder) -> Holder:
    """Another name on a document with the same number and dates, so that the chip still opens."""
    return replace(holder, surname="Stranger" if holder.surname.upper() != "STRANGER" else "Other", given_names="Alex")
