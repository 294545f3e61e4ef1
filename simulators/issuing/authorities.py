"""Country signing certification authorities and their signers, made on demand (Doc 9303-12 §7.1).

Curve keys and serial numbers follow from the seed; RSA keys are fresh in every process.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from asn1crypto import x509

from simulators.issuing import certificates
from simulators.issuing.certificates import Extension, Years
from simulators.issuing.signing import Signer, new_key
from simulators.issuing.states import SUITES, Algorithm, State, Suite

_BEGAN, _ENDS = datetime(2014, 1, 1, tzinfo=UTC), datetime(2044, 1, 1, tzinfo=UTC)
_FIRST_BEGAN, _FIRST_ENDS = datetime(2006, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
SIGNERS = {
    "current": (datetime(2015, 1, 1, tzinfo=UTC), datetime(2043, 1, 1, tzinfo=UTC)),
    "expired": (datetime(2014, 1, 1, tzinfo=UTC), datetime(2014, 4, 1, tzinfo=UTC)),
    "revoked": (datetime(2015, 1, 1, tzinfo=UTC), datetime(2043, 1, 1, tzinfo=UTC)),
}
"""A state's document signers, and when they are valid. The expired one ran out before any passport was signed."""


class Authority:
    """A state's CSCA and its document signers. `label` seeds them: the same label gives the same identities."""

    def __init__(self, state: State, label: str) -> None:
        self._state, self._label = state, label
        self._algorithm = SUITES[state.suite]
        self._signers: dict[str, Signer] = {}
        self._name = certificates.name(state, f"SIMULATED CSCA {state.name}")
        self.csca = self._root("csca", self._name, (_BEGAN, _ENDS))
        self._first: Signer | None = None

    @property
    def predecessor(self) -> Signer:
        """The CSCA before the current one: another key, and in states that renamed it another name."""
        if self._first is None:
            self._first = self._root("first csca", self._first_name, (_FIRST_BEGAN, _FIRST_ENDS))
        return self._first

    @property
    def link_certificate(self) -> bytes:
        """The current CSCA's key certified by its predecessor's (Doc 9303-12 §4.1.1, §7.1.1)."""
        renamed = (Extension(certificates.NAME_CHANGE, b"\x05\x00"),) if self._state.renamed else ()
        return certificates.certificate(
            (self._name, self.csca.key, _serial(self._random("link"))),
            (self._first_name, self.predecessor),
            (_BEGAN, _FIRST_ENDS),
            (*certificates.authority_extensions(), *renamed),
        )

    def signer(self, which: str, suite: Suite | None = None) -> Signer:
        """One of SIGNERS, made when first asked for; of another suite than the state's where one is named."""
        purpose = which if suite is None else f"{which}/{suite}"
        if purpose not in self._signers:
            began, ends = SIGNERS[which]
            extensions = certificates.signer_extensions((began, min(ends, began + timedelta(days=9000))))
            algorithm = self._algorithm if suite is None else SUITES[suite]
            name = f"SIMULATED document signer, {purpose}"
            self._signers[purpose] = self._certified(purpose, name, algorithm, (began, ends), extensions)
        return self._signers[purpose]

    def list_signer(self, purpose: str = certificates.MASTER_LIST_SIGNER) -> Signer:
        """Of master lists, or of deviation and defect lists."""
        kind = "master list" if purpose == certificates.MASTER_LIST_SIGNER else "deviation list"
        extensions = certificates.list_signer_extensions(purpose)
        algorithm = SUITES[Suite.ECDSA_P256]
        return self._certified(kind, f"SIMULATED {kind} signer", algorithm, SIGNERS["current"], extensions)

    def revocation_list(self) -> bytes:
        """The state's CRL in DER (Doc 9303-12 §7.1.4): it withdraws the signer called revoked."""
        revoked = {_serial(self._random("revoked")): _BEGAN + timedelta(days=500)}
        years = (_BEGAN + timedelta(days=501), _ENDS)
        return certificates.revocation_list(self._name, self.csca, revoked, years)

    @property
    def _first_name(self) -> x509.Name:
        ministry = f"SIMULATED first CSCA {self._state.name}"
        return certificates.name(self._state, ministry) if self._state.renamed else self._name

    def _root(self, purpose: str, name: x509.Name, years: Years) -> Signer:
        random = self._random(purpose)
        serial = _serial(random)
        signer = Signer(new_key(self._algorithm, random), self._algorithm)
        extensions = certificates.authority_extensions()
        made = certificates.certificate((name, signer.key, serial), (name, signer), years, extensions)
        return replace(signer, der=made)

    def _certified(
        self, purpose: str, name: str, algorithm: Algorithm, years: Years, extensions: tuple[Extension, ...]
    ) -> Signer:
        random = self._random(purpose)
        serial, key = _serial(random), new_key(algorithm, random)
        subject = (certificates.name(self._state, name), key, serial)
        made = certificates.certificate(subject, (self._name, self.csca), years, extensions)
        return Signer(key, algorithm, made)

    def _random(self, purpose: str) -> Random:
        return Random(f"{self._label}/{self._state.code}/{purpose}")


def _serial(random: Random) -> int:
    return random.getrandbits(120) + 1
