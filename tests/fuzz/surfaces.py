"""Every place where bytes of strangers enter the passport reader, with what must hold there whatever the bytes are.

A surface takes bytes. It may end in a `PassportError`; anything else that it raises is a finding: `Lied` where what
nobody signed was believed, any other exception where an error has no type.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from passport_reader import lds, mrz, tlv
from passport_reader.data_groups import contents, face_image, finger_image, picture, security_infos
from passport_reader.data_groups.portrait_stream import Arriving, PortraitStream
from passport_reader.deviations import Deviations
from passport_reader.document import Outcome, PassportError
from passport_reader.lds import Ef
from passport_reader.pki import authentication, card_verifiable, certificate, known_deviations, signed_data
from passport_reader.pki.certificate import Verdict
from passport_reader.pki.revocation import RevocationList
from passport_reader.pki.trust import TrustStore
from passport_reader.protocols import active_authentication, chip_authentication, chip_mapping, pace_offer
from passport_reader.protocols.access import MrzKey
from tests.fuzz import conversations, seeds
from tests.fuzz.verdicts import require


@dataclass(frozen=True)
class Surface:
    """`share` is how many of a million inputs it gets: more where an input costs little."""

    seeds: seeds.Seeds
    feed: Callable[[bytes], None]
    share: int


# Structure


def data_objects(data: bytes) -> None:
    """What was read is in the bytes, in order, and nothing else is."""
    found = list(tlv.objects(data))
    again = b"".join(tlv.encode(item.tag, item.value) for item in found)
    require(list(tlv.objects(again)) == found, "data objects that read differently when written again")


DECODED = tuple(file for file in Ef if file not in (Ef.DG2, Ef.DG3))


def files(data: bytes) -> None:
    """`contents.decode` raises nothing at all."""
    file = DECODED[data[0] % len(DECODED)] if data else Ef.COM
    for strict in (False, True):
        contents.decode({file: data[1:]}, strict=strict)


def zone(data: bytes) -> None:
    found = mrz.parse(data.decode("latin-1"), today=date(2026, 11, 23))
    require(mrz.parse(found.text, today=date(2026, 11, 23)) == found, "a zone that reads differently the second time")
    MrzKey.of(found)


# Pictures


def portrait_file(data: bytes) -> None:
    """DG2; the stream of it never raises, and tells bytes of the file alone."""
    told: list[Arriving] = []
    stream = PortraitStream(told.append)
    for end in (40, 80, 160, len(data)):
        stream.feed(data[:end])
    if told:
        require(told[-1].data in data, "a portrait that is not in its file")
        told[-1].rows()
    face_image.decode(data, Deviations(Ef.DG2.title))
    face_image.portrait(data)


def fingers_file(data: bytes) -> None:
    finger_image.decode(data, Deviations(Ef.DG3.title))


def picture_bytes(data: bytes) -> None:
    found = picture.of(data)
    picture.size(found)
    if found.media_type != picture.WSQ:
        picture.decoded(found)


def wsq_picture(data: bytes) -> None:
    """A process for each: few, and only what begins as WSQ does."""
    picture.decoded(picture.of(b"\xff\xa0\xff" + data[3:]))


# What States sign


@cache
def _issued() -> Mapping[int, bytes]:
    return seeds.land().passports[0].files


def security_object(data: bytes) -> None:
    """All findings pass only where everything that was signed is as it was."""
    changed = {**_issued(), Ef.SOD: data}
    found = authentication.passive(changed, seeds.land().trust, seeds.AT)
    if all(item.outcome is Outcome.SUCCESSFUL for item in found):
        require(_believed(data) in _all_believed(), "a security object that nobody signed")


@cache
def _all_believed() -> tuple[object, ...]:
    return tuple(_believed(passport.files[Ef.SOD]) for passport in seeds.land().passports)


def _believed(sod: bytes) -> tuple[object, ...]:
    read = signed_data.security_object(sod)
    signer = read.signed.signer
    assert signer.certificate is not None
    return read.hashes, read.hash_name, signer.attributes, signer.certificate.signed


def certificate_der(data: bytes) -> None:
    found = certificate.parse(data)
    if seeds.land().trust.issuer(found) is not None:
        require(found.signed in _signed_certificates(), "a certificate that no State signed")


@cache
def _signed_certificates() -> frozenset[bytes]:
    world, own = seeds.land().world, [passport.files[Ef.SOD] for passport in seeds.land().passports]
    carried = [item.der for sod in own for item in signed_data.security_object(sod).signed.certificates]
    listed = [*world.country_signing_certificates(), *world.link_certificates(), *seeds.certificates(), *carried]
    return frozenset(certificate.parse(der).signed for der in listed)


def revocation_list(data: bytes) -> None:
    found = RevocationList.parse(data)
    if any(found.signed_by(issuer) is Verdict.VALID for issuer in seeds.land().trust.issuers(found)):
        require(found.signed in _signed_lists(), "a revocation list that no State signed")


@cache
def _signed_lists() -> frozenset[bytes]:
    return frozenset(RevocationList.parse(der).signed for der in seeds.land().world.revocation_lists())


def master_list(data: bytes) -> None:
    store = TrustStore.from_master_list(data, roots=[seeds.land().world.master_list_root])
    require({item.der for item in store.certificates} <= _listed(), "a master list that nobody signed")


@cache
def _listed() -> frozenset[bytes]:
    return frozenset(seeds.land().world.country_signing_certificates())


def directory(data: bytes) -> None:
    """From nothing but the root of the master list, no other certificate may follow than those the State listed."""
    store = TrustStore.from_ldif(data, roots=[seeds.land().world.master_list_root])
    require({item.der for item in store.certificates} <= _listed(), "a directory that made somebody believed")


def deviation_list(data: bytes) -> None:
    told = seeds.land().trust.with_deviation_list(data).known
    require(told == _known_deviations(), "a deviation list that no State signed")


@cache
def _known_deviations() -> tuple[known_deviations.KnownDeviation, ...]:
    return seeds.land().trust.with_deviation_list(seeds.deviation_lists()[0]).known


def deviation_content(data: bytes) -> None:
    """The list inside, as if it had been signed."""
    known_deviations.deviations(data, "UT")


def defect_content(data: bytes) -> None:
    known_deviations.defects(data)


def _contents(lists: list[bytes]) -> list[bytes]:
    return [signed_data.parse(item).content for item in lists]


def card_verifiable_certificate(data: bytes) -> None:
    """Put in the place of each certificate of a chain it is refused, or the one that was there."""
    root, *chain = (card_verifiable.parse(item) for item in seeds.terminal_chain())
    put = card_verifiable.parse(data)
    for at, genuine in enumerate(chain):
        with contextlib.suppress(PassportError):
            card_verifiable.verify_chain(root, [*chain[:at], put], date(2026, 11, 23))
            require(put.body in {item.body for item in (root, *chain)}, f"a certificate in place of {genuine.holder}")


def card_security(data: bytes) -> None:
    """Nothing was proven, so that no EF.CardSecurity makes it so."""
    agreement = next(iter(pace_offer.ranked(_mapping_offers()))).agreement
    assert agreement is not None
    run = chip_mapping.ChipData(agreement, 13, agreement.public(3), 2)
    found = chip_mapping.finding([run], data, seeds.land().trust, seeds.AT)
    require(found.outcome is not Outcome.SUCCESSFUL, "a chip that proved nothing")


@cache
def _mapping_offers() -> tuple[pace_offer.PaceInfo, ...]:
    return pace_offer.offered(lds.security_infos(seeds.land().passports[2].files[Ef.CARD_ACCESS]))


# What chips offer


def access_offers(data: bytes) -> None:
    security_infos.card_access(data, Deviations(Ef.CARD_ACCESS.title))
    for info in pace_offer.ranked(pace_offer.offered(lds.security_infos(data))):
        require(info.agreement and info.algorithm, "an offer of PACE that nobody could carry out")


def chip_offers(data: bytes) -> None:
    infos = lds.security_infos(lds.content(Ef.DG14, data))
    chip_authentication.best(chip_authentication.offers(infos))
    pace_offer.ranked(pace_offer.offered(infos))


def signing_key(data: bytes) -> None:
    """A key, then what claims to be its signature of a challenge that the key's owner never saw."""
    key = active_authentication.public_key(data)
    if key is not None:
        proof = active_authentication.Proof(key, active_authentication.hashes(key, ()))
        for answer in (data[-proof.octets :], bytes(proof.octets), b"\1" * proof.octets):
            require(not proof.hash_of(answer, b"\5\5challe"), "a signature that nobody made")


SURFACES: dict[str, Surface] = {
    "data objects": Surface(lambda: seeds.files(*Ef), data_objects, 150_000),
    "files": Surface(lambda: seeds.numbered(*DECODED), files, 90_000),
    "mrz": Surface(seeds.zones, zone, 100_000),
    "portrait file": Surface(lambda: seeds.files(Ef.DG2), portrait_file, 90_000),
    "fingers file": Surface(lambda: seeds.files(Ef.DG3), fingers_file, 60_000),
    "pictures": Surface(seeds.pictures, picture_bytes, 50_000),
    "wsq": Surface(lambda: [seeds.fingerprint()], wsq_picture, 500),
    "security object": Surface(lambda: seeds.files(Ef.SOD), security_object, 40_000),
    "certificates": Surface(seeds.certificates, certificate_der, 40_000),
    "revocation lists": Surface(seeds.revocation_lists, revocation_list, 40_000),
    "master list": Surface(seeds.master_lists, master_list, 15_000),
    "directory": Surface(seeds.directories, directory, 30_000),
    "deviation list": Surface(seeds.deviation_lists, deviation_list, 15_000),
    "deviations": Surface(lambda: _contents(seeds.deviation_lists()), deviation_content, 30_000),
    "defects": Surface(lambda: _contents(seeds.defect_lists()), defect_content, 30_000),
    "card verifiable": Surface(seeds.card_verifiable, card_verifiable_certificate, 20_000),
    "card security": Surface(lambda: seeds.files(Ef.CARD_SECURITY), card_security, 15_000),
    "access offers": Surface(lambda: seeds.files(Ef.CARD_ACCESS), access_offers, 50_000),
    "chip offers": Surface(lambda: seeds.files(Ef.DG14), chip_offers, 20_000),
    "signing key": Surface(lambda: seeds.files(Ef.DG15), signing_key, 20_000),
    "protected answers": Surface(
        lambda: [b"\x99\x02\x90\x00\x8e\x08" + bytes(8)], conversations.protected_answer, 30_000
    ),
    "file answers": Surface(conversations.file_conversations, conversations.file_answers, 30_000),
    "capabilities": Surface(lambda: seeds.files(Ef.ATR_INFO, Ef.DIR), conversations.card_capabilities, 20_000),
    "stranger": Surface(conversations.openings, conversations.stranger, 9_500),
    "lying chip": Surface(conversations.scripts, conversations.lying_chip, 5_000),
}
"""A million inputs in all."""
