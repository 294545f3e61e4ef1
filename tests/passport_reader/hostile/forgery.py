"""An honest State with one document signer, what forgers make of its passports, and how each attempt must end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from random import Random
from typing import Any

from asn1crypto import cms

from passport_reader import tlv
from passport_reader.document import ChipFinding, Outcome, PassportError, TravelDocument
from passport_reader.lds import Ef
from passport_reader.pki.trust import TrustStore
from passport_reader.protocols.access import MrzKey
from passport_reader.reading import Wishes, read_document
from simulators.issuing import STATES, ChipProfile, Holder, Passport, biometric_groups, lds_writer
from simulators.issuing.authorities import Authority
from simulators.issuing.cms_writer import signed_message
from simulators.issuing.mrz_composition import compose
from simulators.issuing.personalising import Order, personalise
from simulators.issuing.profile import AgreementChoice, SigningChoice
from simulators.issuing.signing import Signer
from simulators.issuing.states import State
from tests.fuzz.lying_chip import LyingChip
from tests.fuzz.seeds import portrait

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SIGNED = datetime(2021, 3, 2, 12, tzinfo=UTC)
HOLDER = Holder(
    "Eriksson", "Anna Maria", "UTO", "UTO", date(1990, 5, 4), "F", date(2031, 3, 2), "XY1234567", portrait()
)
KEY = MrzKey("XY1234567", "900504", "310302")
FULL = ChipProfile(chip_authentication=(AgreementChoice(),), active_authentication=SigningChoice(curve=12))
"""PACE, chip authentication and active authentication: whatever a passport can prove."""

MOST_COMMANDS = 12_000
"""That the reader sends a chip which answers what it likes: a file of a megabyte in pieces of 160 bytes, and more."""


class Office:
    """The State, and who believes it. `passport` issues; each is the same chip unless `chip` says otherwise."""

    def __init__(self) -> None:
        self.state = STATES["UTO"]
        self.authority = Authority(self.state, "hostile")
        self.trust = self.believing(self.authority)

    @cached_property
    def genuine(self) -> Passport:
        return self.passport()

    @cached_property
    def other(self) -> Passport:
        """Of the same State, to somebody else with the same number and dates, so that the same key opens it."""
        return self.passport(holder=replace(HOLDER, surname="Stranger"), chip="other")

    @property
    def signer(self) -> Signer:
        return self.authority.signer("current")

    def passport(
        self,
        profile: ChipProfile = FULL,
        *,
        faults: Collection[str] = (),
        authority: Authority | None = None,
        holder: Holder = HOLDER,
        chip: str = "one",
        state: State | None = None,
    ) -> Passport:
        order = Order(
            holder, state or self.state, authority or self.authority, None, profile, frozenset(faults), Random(chip)
        )
        files, keys = personalise(order)
        return Passport(holder, compose(holder), compose(holder), "123456", files, keys)

    @staticmethod
    def believing(*authorities: Authority, lists: bool = True) -> TrustStore:
        listed = [authority.revocation_list() for authority in authorities] if lists else []
        return TrustStore.from_certificates([item.csca.der for item in authorities], revocation_lists=listed)


Make = Callable[[Office], LyingChip | Passport]
Rewrite = Callable[[Any], None]


@dataclass(frozen=True)
class Case:
    """`make` gives the chip; the check ends as `finding` says, or the reading in exactly that `error`."""

    make: Make
    check: str = ""
    finding: tuple[Outcome, str] | None = None
    error: type[PassportError] | None = None
    trust: Callable[[Office], TrustStore] = lambda office: office.trust


def fails(check: str, code: str, make: Make, **more: Any) -> Case:
    return Case(make, check, (Outcome.FAILED, code), **more)


def doubted(check: str, code: str, make: Make, **more: Any) -> Case:
    return Case(make, check, (Outcome.UNDETERMINED, code), **more)


def ends(error: type[PassportError], make: Make) -> Case:
    return Case(make, error=error)


def assert_ends_as_it_must(case: Case, office: Office) -> None:
    made = case.make(office)
    chip = LyingChip(made) if isinstance(made, Passport) else made
    ended: tuple[Outcome, str] | type[PassportError] | None
    try:
        ended = found(read(chip, case.trust(office)), case.check)
    except PassportError as error:
        ended = type(error)
    assert ended == (case.finding or case.error)
    assert chip.commands <= MOST_COMMANDS


def read(chip: LyingChip, trust: TrustStore) -> TravelDocument:
    return read_document(chip, KEY, trust, at=AT, wishes=Wishes(details=True))


def found(document: TravelDocument, check: str) -> tuple[Outcome, str] | None:
    def grave(item: ChipFinding) -> bool:
        return item.outcome is document.outcome(check)

    of_check = [item for item in document.findings if item.check == check]
    return next(((item.outcome, item.code) for item in of_check if grave(item)), None)


# Files


def with_files(passport: Passport, files: Mapping[int, bytes | None]) -> Passport:
    """None takes a file away."""
    merged = {**passport.files, **files}
    return replace(passport, files={file: data for file, data in merged.items() if data is not None})


def groups_of(passport: Passport) -> dict[int, bytes]:
    return {file: data for file, data in passport.files.items() if 0x0101 <= file <= 0x0110}


def signed_anew(passport: Passport, signer: Signer, groups: Mapping[int, bytes] | None = None, **more: Any) -> Passport:
    """With these data groups, and a security object over them (or over `listed` alone) by the signer."""
    groups = groups_of(passport) if groups is None else groups
    listed = more.pop("listed", groups)
    sod = lds_writer.security_object(listed, signer, version=0, at=more.pop("at", SIGNED))
    return with_files(passport, {**groups, Ef.SOD: sod})


def with_content(passport: Passport, content: bytes, signer: Signer, kind: str = "2.23.136.1.1.1") -> Passport:
    """A security object of any content, rightly signed."""
    message = signed_message(kind, content, signer, at=SIGNED, certificates=(signer.der,))
    return with_files(passport, {Ef.SOD: tlv.encode(0x77, message)})


def rewritten(passport: Passport, change: Rewrite) -> Passport:
    """The security object with its CMS message changed after signing."""
    parsed = cms.ContentInfo.load(tlv.value(passport.files[Ef.SOD], 0x77))
    change(parsed["content"])
    return with_files(passport, {Ef.SOD: tlv.encode(0x77, parsed.dump(force=True))})


def face_file(picture: bytes, size: tuple[int, int] = (32, 40)) -> bytes:
    return biometric_groups.face(picture, size)
