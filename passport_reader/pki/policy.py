"""Which algorithms still carry weight, and until when: whether a right signature also proves something.

A signature is judged by the last day on which it can have been made (`validity.Moments.latest_signing`), because a
passport keeps the one it was issued with for ten years.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa

from passport_reader.pki import keys
from passport_reader.pki.keys import PublicKey

END_OF_2013: Final = date(2014, 1, 1)
"""NIST SP 800-131A §3 and §9: SHA-1, RSA below 2048 and curves below 224 bits sign nothing new from this day on.
Doc 9303-12 §4.1.6 names the same floors (SHA-224, RSA 2048, ECDSA 224) without a day."""


@dataclass(frozen=True, slots=True)
class Use:
    """An algorithm at work: where, since which day, with which hash and key (None where no key is judged)."""

    part: str
    made_on: date
    hash_name: str
    key: PublicKey | None = None


@dataclass(frozen=True, slots=True)
class AlgorithmPolicy:
    """What is weak counts only for signatures made before its day."""

    sha1_before: date = END_OF_2013
    short_rsa_before: date = END_OF_2013
    short_curve_before: date = END_OF_2013
    rsa_bits: int = 2048
    curve_bits: int = 224

    def weak(self, used: Iterable[Use]) -> tuple[str, ...]:
        """What was too weak on the day it was used, in words for a technician."""
        return self._named(used, accepted=False)

    def legacy(self, used: Iterable[Use]) -> tuple[str, ...]:
        """What would be too weak today, and was not yet on the day it was used."""
        return self._named(used, accepted=True)

    def _named(self, used: Iterable[Use], *, accepted: bool) -> tuple[str, ...]:
        return tuple(
            f"{name} in {use.part}, {use.made_on}"
            for use in used
            for name, before in self._doubtful(use)
            if (use.made_on < before) is accepted
        )

    def _doubtful(self, use: Use) -> Iterator[tuple[str, date]]:
        if use.hash_name == "sha1":
            yield "SHA-1", self.sha1_before
        if use.key is None:
            return
        is_rsa = isinstance(use.key, rsa.RSAPublicKey)
        if keys.bits(use.key) < (self.rsa_bits if is_rsa else self.curve_bits):
            yield keys.description(use.key), self.short_rsa_before if is_rsa else self.short_curve_before
