"""Active authentication (Doc 9303-11 §6.1): the chip signs a challenge with the private key to DG15's public one.

A copy of all files cannot. What it does not show: that the chip is the one the session was opened with (its answer
may come from afar), so chip authentication is the better proof where both are offered. And a challenge has a
meaning for whoever chose it: a signed one proves to third parties that this chip was here then, if the challenge was
made of place and time (appendix C). Challenges here are random and forgotten, and prove nothing to anybody else.

`finding` may open the session anew, so it stands before chip and terminal authentication.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from asn1crypto import keys
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from passport_reader import lds
from passport_reader.card.apdu import EXTENDED_LE, SHORT_LE, Command
from passport_reader.card.file_reader import Session
from passport_reader.card.messaging import MessagingFailed, NakedStatus
from passport_reader.document import ChipFinding, ChipRefused, Outcome, UnusableData
from passport_reader.lds import Ef, SecurityInfo
from passport_reader.pki import certificate, message_recovery, signature_scheme
from passport_reader.pki.certificate import MALFORMED, EllipticKey, PublicKey

CHALLENGE_OCTETS: Final = 8  # RND.IFD, Doc 9303-11 §6.1.2.1

INFO: Final = "2.23.136.1.1.5"
"""ActiveAuthenticationInfo (Doc 9303-11 §9.2.4): obligatory where the key is elliptic, and tells the hash."""

_ALGORITHMS: Final = {
    "0.4.0.127.0.7.1.1.4.1.1": "sha1",  # ecdsa-plain, BSI TR-03111 §5.2.1.1
    "0.4.0.127.0.7.1.1.4.1.2": "sha224",
    "0.4.0.127.0.7.1.1.4.1.3": "sha256",
    "0.4.0.127.0.7.1.1.4.1.4": "sha384",
    "0.4.0.127.0.7.1.1.4.1.5": "sha512",
    "1.2.840.10045.4.1": "sha1",  # the X9.62 names, which some States write instead
    "1.2.840.10045.4.3.1": "sha224",
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}

_CHECK: Final = "active_authentication"
_GRAVEST_FIRST: Final = ("chip_key_mismatch", "answer_cut", "protocol_refused")


@dataclass(frozen=True, slots=True)
class Proof:
    """How the chip's answer is judged. `hashes` are those that count for an elliptic key, the likeliest first."""

    key: PublicKey
    hashes: tuple[str, ...]

    @property
    def octets(self) -> int:
        """Length of a signature as the standard writes it."""
        if isinstance(self.key, rsa.RSAPublicKey):
            return (self.key.key_size + 7) // 8
        return 2 * ((self.key.curve.n.bit_length() + 7) // 8)

    @property
    def name(self) -> str:
        return self.key.curve.name if isinstance(self.key, EllipticKey) else f"RSA {self.key.key_size}"

    def hash_of(self, answer: bytes, challenge: bytes) -> str:
        """The hash under which `answer` is the key's signature of `challenge`; empty where it is none."""
        if isinstance(self.key, rsa.RSAPublicKey):
            return message_recovery.verify(self.key, answer, challenge)
        for numbers in _numbers(answer):
            for name in self.hashes:
                if signature_scheme.verify_ecdsa(self.key, name, numbers, challenge):
                    return name
        return ""


def public_key(dg15: bytes) -> PublicKey | None:
    """Of DG15 (§6.1.5); None where this reader does not know its kind. Raise `UnusableData`."""
    try:
        info = keys.PublicKeyInfo.load(lds.content(Ef.DG15, dg15))
        key = _rsa_key(info) if info.algorithm == "rsa" else certificate.public_key(info)
    except MALFORMED:
        raise UnusableData("the public key of DG15 is none", file=Ef.DG15) from None
    return key if signature_scheme.usable(key) else None


def _rsa_key(info: keys.PublicKeyInfo) -> rsa.RSAPublicKey:
    """Some States forget the zero before a modulus, BSI's reference data among them: read as DER it is negative."""
    numbers = info["public_key"].parsed
    modulus, exponent = (int.from_bytes(numbers[name].contents, "big") for name in ("modulus", "public_exponent"))
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def hashes(key: PublicKey, infos: tuple[SecurityInfo, ...]) -> tuple[str, ...]:
    """What DG14 names; else all, the longest that is no longer than the key first (§6.1.2.3).

    Cards without DG14 sign with a shorter one than their key would bear. Whichever verifies, the chip has signed.
    """
    told = (_told(info) for info in infos if info.oid == INFO)
    known = tuple(name for name in told if name)
    if known or not isinstance(key, EllipticKey):
        return known
    bits = key.curve.n.bit_length()
    sizes = {name: 8 * algorithm.digest_size for name, algorithm in signature_scheme.HASHES.items()}
    return tuple(sorted(sizes, key=lambda name: (sizes[name] > bits, abs(bits - sizes[name]))))


def _told(info: SecurityInfo) -> str:
    if info.optional is None or info.optional.tag != 0x06:
        return ""
    return _ALGORITHMS.get(lds.decode_oid(info.optional.value), "")


def _numbers(answer: bytes) -> Iterator[tuple[int, int]]:
    """r and s, plain as the standard says, or in DER as the chips of some States have it."""
    yield signature_scheme.plain_numbers(answer)
    try:
        yield decode_dss_signature(answer)
    except ValueError:
        return


def finding(
    session: Session, dg15: bytes | None, infos: tuple[SecurityInfo, ...] | None, *, known: bool, signed: bool
) -> ChipFinding:
    """Perform it where there is a DG15. `ChipLost` is raised as ever.

    `infos` are DG14's. `known` says that the absence of DG15 is certain; `signed`, that the security object has the
    hash of this very DG15: a key that nobody vouches for proves nothing, whoever signs with it.

    chip_key_proven; chip_key_mismatch, answer_cut (never came whole), protocol_refused; key_unsigned,
    algorithm_unsupported, offer_unknown; not_offered
    """
    if dg15 is None:
        outcome, code = (Outcome.NOT_SUPPORTED, "not_offered") if known else (Outcome.UNDETERMINED, "offer_unknown")
        return ChipFinding(_CHECK, outcome, code)
    if not signed:
        return ChipFinding(_CHECK, Outcome.UNDETERMINED, "key_unsigned")
    try:
        key = public_key(dg15)
        if key is None:
            return ChipFinding(_CHECK, Outcome.UNDETERMINED, "algorithm_unsupported")
        return _run(session, Proof(key, hashes(key, infos or ())))
    except UnusableData as error:
        return ChipFinding(_CHECK, Outcome.UNDETERMINED, "offer_unknown", str(error))


def _run(session: Session, proof: Proof) -> ChipFinding:
    """Asked in every length until an answer verifies: chips cut what they think is too long, or refuse to start."""
    failures: dict[str, str] = {}
    for le in _lengths(session, proof.octets):
        challenge = secrets.token_bytes(CHALLENGE_OCTETS)
        try:
            answer = _internal_authenticate(session, challenge, le)
        except (ChipRefused, UnusableData) as error:
            failures["protocol_refused"] = str(error)
            continue
        if name := proof.hash_of(answer, challenge):
            return ChipFinding(_CHECK, Outcome.SUCCESSFUL, "chip_key_proven", f"{proof.name}, {name}")
        whole = len(answer) >= proof.octets
        failures["chip_key_mismatch" if whole else "answer_cut"] = f"{len(answer)} of {proof.octets} bytes"
    code = next(code for code in _GRAVEST_FIRST if code in failures)
    return ChipFinding(_CHECK, Outcome.FAILED, code, failures[code])


def _lengths(session: Session, octets: int) -> tuple[int, ...]:
    """The exact length, then all a short answer holds, then all an extended one holds.

    Where a protected short answer cannot hold the signature (keys over 1,792 bits with AES, §6.1.4) and the card takes
    extended length, that comes first, with as little above the exact length as the extended form allows: each try
    costs the chip a signature.
    """
    at_once = session.short_limit < octets <= session.extended_limit
    first = (max(octets, SHORT_LE + 1),) if at_once else ()
    return tuple(dict.fromkeys((*first, octets, SHORT_LE, EXTENDED_LE)))


def _internal_authenticate(session: Session, challenge: bytes, le: int) -> bytes:
    """INTERNAL AUTHENTICATE (§6.1.3). A session that the chip drops over it is opened again for the next try."""
    try:
        answer = session.channel.send(Command(0x00, 0x88, 0x00, 0x00, challenge, le))
    except (NakedStatus, MessagingFailed):
        session.reopen()
        raise
    return answer.require("internal authenticate")
