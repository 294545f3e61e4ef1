"""Honest inputs to start from, made when they are needed: what the simulated world issues, and the reference data."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from passport_reader.lds import Ef
from passport_reader.pki.trust import TrustStore
from simulators.issuing import STATES, ChipProfile, Holder, Passport, World, biometric_groups, lists
from simulators.issuing.card_verifiable import VerifyingAuthority
from simulators.issuing.profile import (
    AgreementChoice,
    FaceRecord,
    Mapping,
    PaceChoice,
    Picture,
    SigningChoice,
    TerminalSuite,
)

Seeds = Callable[[], list[bytes]]

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""When passports are read here; a fixed moment, so that an input means the same tomorrow."""

_DATA = Path(os.environ.get("SEKISHO_DATA", Path(__file__).parents[3] / "shared" / "data")) / "emrtd"
_LONGEST = 4096
"""Of a reference file. Longer ones are portraits whose pixels teach a fuzzer nothing."""

_DETAILS = frozenset({3, 7, 11, 12, 13, 16})
_PROOFS = {"chip_authentication": (AgreementChoice(),), "active_authentication": SigningChoice(curve=12)}

PROFILES: tuple[ChipProfile, ...] = (
    ChipProfile(**_PROOFS),
    ChipProfile(pace=(), **_PROOFS),
    ChipProfile(pace=(PaceChoice(Mapping.CHIP_AUTHENTICATION),), directory=True, **_PROOFS),
    ChipProfile(pace=(PaceChoice(Mapping.INTEGRATED), PaceChoice(cipher=1)), extended_length=False, **_PROOFS),
    ChipProfile(
        optional_groups=_DETAILS, face_record=FaceRecord.ISO_39794_5, picture=Picture.JPEG_2000, sod_version=1,
        lds_version="0108", terminal_authentication=TerminalSuite.ECDSA_SHA256, **_PROOFS,
    ),
)  # fmt: skip
"""Chips whose every proof is quick to compute: what is fuzzed is the reader."""


@dataclass(frozen=True)
class Land:
    """A world, whom it is believed by, and one passport for each of PROFILES, in their order."""

    world: World
    trust: TrustStore
    passports: tuple[Passport, ...]


@cache
def land() -> Land:
    world = World(11)
    trust = TrustStore.from_certificates(
        world.country_signing_certificates(), revocation_lists=world.revocation_lists()
    )
    return Land(world, trust, tuple(world.issue(_holder(), profile=profile) for profile in PROFILES))


def _holder() -> Holder:
    return Holder(
        "Eriksson", "Anna Maria", "UTO", "UTO", date(1990, 5, 4), "F", date(2031, 3, 2), "XY1234567", portrait()
    )


@cache
def portrait() -> bytes:
    """A small JPEG: what a decoder does is decided in the first few hundred bytes."""
    pixels = np.random.default_rng(1).integers(60, 200, (40, 32, 3), dtype=np.uint8)
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "JPEG", quality=30)
    return written.getvalue()


@cache
def fingerprint() -> bytes:
    written = io.BytesIO()
    Image.fromarray(np.random.default_rng(2).integers(0, 255, (64, 64), dtype=np.uint8)).save(written, "WSQ")
    return written.getvalue()


def pictures() -> list[bytes]:
    grey, progressive = io.BytesIO(), io.BytesIO()
    with Image.open(io.BytesIO(portrait())) as picture:
        picture.convert("L").save(grey, "JPEG2000")
        picture.save(progressive, "JPEG", progressive=True)
    return [portrait(), progressive.getvalue(), biometric_groups.jpeg_2000(portrait()), grey.getvalue()]


def files(*identifiers: int) -> list[bytes]:
    """Every issued and every reference file of these identifiers."""
    issued = [
        passport.files[wanted] for passport in land().passports for wanted in identifiers if wanted in passport.files
    ]
    return issued + [data for wanted, data in reference_files() if wanted in identifiers]


def reference_files() -> list[tuple[int, bytes]]:
    folder = _DATA / "bsi2008"
    found = [(file, folder / f"{file.title}.bin") for file in Ef]
    named = [(Ef.DG14, _DATA / "dg14" / "spec_sample_encoded_dg14.bin")]
    return [(int(file), path.read_bytes()[:_LONGEST]) for file, path in found + named if path.exists()]


def numbered(*identifiers: int) -> list[bytes]:
    """Files behind the number of their identifier in this list: one target reads them all."""
    return [bytes([number]) + data for number, wanted in enumerate(identifiers) for data in files(wanted)]


def certificates() -> list[bytes]:
    world = land().world
    signers = [world.document_signer(state) for state in STATES]
    return [*world.country_signing_certificates()[:3], *world.link_certificates()[:2], *signers]


def revocation_lists() -> list[bytes]:
    return list(land().world.revocation_lists()[:3])


def master_lists() -> list[bytes]:
    return [land().world.master_list()]


def directories() -> list[bytes]:
    world = land().world
    country = STATES["UTO"].country
    signers, revoked = [(country, world.document_signer("UTO"))], [(country, world.revocation_lists()[0])]
    return [lists.ldif(signers, revoked, []), lists.ldif(signers, [], [(country, world.master_list())])]


def known_deviations() -> list[lists.Known]:
    signer = land().world.document_signer("UTO")
    return [lists.Known(signer, lists.DG_HASH_WRONG, 12, "words"), lists.Known(signer, lists.COM_INCONSISTENT)]


def deviation_lists() -> list[bytes]:
    return [land().world.deviation_list(known_deviations())]


def defect_lists() -> list[bytes]:
    signer = land().world.document_signer("UTO")
    known = [lists.Known(signer, lists.EPASSPORT_DG_MALFORMED, 12), lists.Known(signer, lists.SOD_INVALID)]
    return [land().world.defect_list(known)]


@cache
def terminal_chain() -> tuple[bytes, ...]:
    """The CVCA's certificate, then those below it."""
    authority = VerifyingAuthority("UT", TerminalSuite.ECDSA_SHA256, "fuzz")
    terminal = authority.terminal("JP", with_link=True)
    return (authority.first, *terminal.chain)


def card_verifiable() -> list[bytes]:
    return [*terminal_chain(), *(path.read_bytes() for path in sorted(_DATA.glob("cvcerts/*.cvcert")))]


def zones() -> list[bytes]:
    return ["".join(passport.mrz_lines).encode("ascii") for passport in land().passports[:1]] + _OTHER_ZONES


_OTHER_ZONES = [
    b"I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
    b"I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<D231458907UTO7408122F1204159<<<<<<<6",
    b"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10",
]
"""The specimens of Doc 9303-4 to -6."""
