"""A small world of invented states that issue passports: the chip's files, the printed zone, and the master list.

IssuingError                       cannot be issued as asked
├── UnknownState                   no such issuing state in this world
└── UnknownFault                   no such fault
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from random import Random

from simulators.chip.personalisation import Personalisation
from simulators.issuing import lds_writer as lds
from simulators.issuing.authorities import Authority
from simulators.issuing.cms_writer import signed_message
from simulators.issuing.mrz_composition import compose
from simulators.issuing.states import STATES, State

FAULTS = {
    "dg2_tampered": "the portrait's file was changed after signing",
    "unknown_issuer": "signed under an authority no master list knows",
    "expired_signer": "signed after the signer's certificate had run out",
    "revoked_signer": "signed by a signer that the state has revoked",
    "sod_of_another": "the security object of another passport",
    "mrz_mismatch": "the page names another person than the chip",
    "bac_only": "an old passport: Basic Access Control alone, no DG14",
}
_MASTER_LIST = "2.23.136.1.1.2"  # Doc 9303-12 §8.1: id-icao-cscaMasterList
_LIST_STATE = "UTO"
_LIST_DAY = datetime(2026, 1, 5, tzinfo=UTC)
_YEARS_VALID = 10


class IssuingError(ValueError):
    """One sentence says what is wrong; simulators only ever show it to who runs them."""


class UnknownState(IssuingError):
    pass


class UnknownFault(IssuingError):
    pass


@dataclass(frozen=True, slots=True)
class Holder:
    """Who the document is for: names in Latin letters, sex M, F or X, state codes as in the MRZ, format TD1 to TD3."""

    surname: str
    given_names: str
    nationality: str
    issuing_state: str
    birth_date: date
    sex: str
    expiry_date: date
    document_number: str
    portrait_jpeg: bytes = field(repr=False)
    format: str = "TD3"


@dataclass(frozen=True, slots=True)
class Passport:
    """A document: the printed lines, the chip's lines (DG1), and the chip's files by file identifier.

    `can` is the card access number printed on the page (Doc 9303-4 §4.1.1.3: six digits).
    """

    holder: Holder
    mrz_lines: tuple[str, ...]
    chip_mrz_lines: tuple[str, ...]
    can: str
    files: Mapping[int, bytes] = field(repr=False)
    personalisation: Personalisation = field(default_factory=Personalisation, repr=False)

    @property
    def portrait(self) -> bytes:
        return self.holder.portrait_jpeg


class World:
    """States with their signing keys. Identities, numbers and curve keys follow from the seed; RSA keys do not."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._authorities: dict[tuple[str, str], Authority] = {}

    def issue(self, holder: Holder, *, faults: Collection[str] = (), issuer: str = "listed") -> Passport:
        """A passport, with faults by name (see FAULTS). `issuer="unlisted"` says the same as the fault unknown_issuer.

        Raises IssuingError; ValueError for names or portraits that cannot be written.
        """
        if unknown := set(faults) - set(FAULTS):
            raise UnknownFault(f"no such fault: {', '.join(sorted(unknown))}; there are {', '.join(FAULTS)}")
        state = _state(holder.issuing_state)
        unlisted = issuer == "unlisted" or "unknown_issuer" in faults
        authority = self._authority(state, "unlisted" if unlisted else "listed")
        lines = compose(holder)
        files = _files(holder, lines, state, authority, frozenset(faults))
        printed = compose(_somebody_else(holder)) if "mrz_mismatch" in faults else lines
        number = Random(f"{self._seed}/{holder.document_number}/can").randrange(10**6)
        return Passport(holder, printed, lines, f"{number:06}", files)

    def master_list(self) -> bytes:
        """A signed CscaMasterList of every state (Doc 9303-12 §8.1); its signer stands under Utopia's CSCA."""
        return self._master_list

    @property
    def master_list_root(self) -> bytes:
        """The DER certificate to trust a master list by."""
        return self._authority(STATES[_LIST_STATE], "listed").csca.der

    def country_signing_certificates(self) -> tuple[bytes, ...]:
        """Every CSCA in DER, as a master list holds them."""
        return tuple(self._authority(state, "listed").csca.der for state in STATES.values())

    def revocation_lists(self) -> tuple[bytes, ...]:
        """Every state's CRL in DER; valid until 2044, so that no simulated hall outlives it."""
        return tuple(self._authority(state, "listed").revocation_list() for state in STATES.values())

    @cached_property
    def _master_list(self) -> bytes:
        root = self._authority(STATES[_LIST_STATE], "listed")
        signer = root.master_list_signer()
        certificates = b"".join(sorted(self.country_signing_certificates()))
        content = lds.tlv(0x30, b"\x02\x01\x00" + lds.tlv(0x31, certificates))
        return signed_message(_MASTER_LIST, content, signer, at=_LIST_DAY, certificates=(signer.der, root.csca.der))

    def _authority(self, state: State, register: str) -> Authority:
        key = (register, state.code)
        if key not in self._authorities:
            self._authorities[key] = Authority(state, f"{self._seed}/{register}")
        return self._authorities[key]


def _state(code: str) -> State:
    if code not in STATES:
        raise UnknownState(f"no issuing state {code!r} in this world; there are {', '.join(sorted(STATES))}")
    return STATES[code]


def _files(
    holder: Holder, lines: tuple[str, ...], state: State, authority: Authority, faults: frozenset[str]
) -> dict[int, bytes]:
    groups = {lds.DG1: lds.machine_readable_zone(lines), lds.DG2: lds.face(holder.portrait_jpeg)}
    access: dict[int, bytes] = {}
    if "bac_only" not in faults:
        infos = lds.security_infos(state.pace)
        groups[lds.DG14] = lds.tlv(0x6E, infos)
        access[lds.EF_CARD_ACCESS] = infos
    signed = dict(groups)
    if "sod_of_another" in faults:
        signed[lds.DG1] = lds.machine_readable_zone(compose(_somebody_else(holder)))
        signed[lds.DG2] = lds.face(lds.with_remark(holder.portrait_jpeg, b"another"))
    if "dg2_tampered" in faults:
        groups[lds.DG2] = lds.face(lds.with_remark(holder.portrait_jpeg, b"tampered"))
    signer = authority.signer(_signer_for(faults))
    sod = lds.security_object(signed, signer, version=state.lds_version, at=_issued(holder))
    return {**access, lds.EF_ATR_INFO: lds.capabilities(), lds.EF_COM: lds.presence(groups), lds.EF_SOD: sod, **groups}


def _signer_for(faults: frozenset[str]) -> str:
    if "expired_signer" in faults:
        return "expired"
    return "revoked" if "revoked_signer" in faults else "current"


def _issued(holder: Holder) -> datetime:
    """Noon, ten years before the expiry: the day the document signer signed. Never before the signers began."""
    year = max(holder.expiry_date.year - _YEARS_VALID, 2016)
    day = min(holder.expiry_date.day, 28)
    return datetime(year, holder.expiry_date.month, day, 12, tzinfo=UTC)


def _somebody_else(holder: Holder) -> Holder:
    """Another name on a document with the same number and dates, so that the chip still opens."""
    return replace(holder, surname="Stranger" if holder.surname.upper() != "STRANGER" else "Other", given_names="Alex")
