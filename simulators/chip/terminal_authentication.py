"""Terminal authentication version 1, the chip's side (BSI TR-03110-1 §3.5, -3 §B.3): may this terminal read fingers?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from simulators.chip.access import Rng
from simulators.chip.apdu import Refused, Response, Status, encoded, objects
from simulators.chip.card_verifiable import CVCA, INSPECTION_SYSTEM, Certificate, Verifier, parse

_CVCA_FILE_SIZE = 36  # BSI TR-03110-3 §A.1.1.3: one or two references, zeros behind
_TRUST_POINTS = 2


@dataclass(frozen=True, slots=True)
class _Known:
    """A key the chip believes, and what its whole chain allows."""

    certificate: Certificate
    rights: int


class TrustPoints:
    """The certificates of the CVCA a chip believes, current first, and its date: kept without power."""

    def __init__(self, certificates: Sequence[bytes], today: date) -> None:
        self.today = today
        self.points: list[Certificate] = []
        for encoded_certificate in certificates:
            self.points.append(parse(encoded_certificate, self._newest_verifier()))

    def renew(self, link: Certificate) -> None:
        self.points = [link, *self.points][:_TRUST_POINTS]

    @property
    def file(self) -> bytes:
        """EF.CVCA."""
        return b"".join(encoded(0x42, point.holder) for point in self.points).ljust(_CVCA_FILE_SIZE, b"\0")

    def _newest_verifier(self) -> Verifier | None:
        return self.points[0].verifier if self.points else None


class TerminalAuthentication:
    """One terminal's way through its chain, from a trust point to its own key and a signature with it."""

    def __init__(self, trust: TrustPoints, rng: Rng) -> None:
        self._trust, self._rng = trust, rng
        self._imported: dict[bytes, _Known] = {}
        self._issuer: _Known | None = None
        self._terminal: _Known | None = None
        self._challenge = b""
        self.rights = 0
        """What the terminal may read, once it has proven itself."""

    @property
    def awaits_challenge(self) -> bool:
        return self._terminal is not None

    def choose_issuer(self, data: bytes) -> Response:
        """MSE:Set DST: whose signature comes next. Raises Refused with 6A88 for a reference nobody has."""
        self._issuer = self._find(dict(objects(data)).get(0x83, b""))
        return Response()

    def verify(self, data: bytes) -> Response:
        """PSO:Verify Certificate. Raises Refused: 6985, 6A80, 6300."""
        issuer, self._issuer = self._issuer, None
        if issuer is None:
            raise Refused(Status.CONDITIONS_NOT_SATISFIED)
        signer = issuer.certificate
        certificate = parse(data, signer.verifier)
        genuine = certificate.authority == signer.holder and signer.verifier.verifies(
            certificate.signature, certificate.body
        )
        if not genuine or not _may_sign(signer, certificate) or certificate.expires < self._trust.today:
            raise Refused(Status.AUTHENTICATION_FAILED)
        self._believe(certificate, issuer.rights & certificate.rights)
        return Response()

    def choose_terminal(self, data: bytes) -> Response:
        """MSE:Set AT by the reference of an imported certificate of an inspection system. Raises Refused."""
        known = self._find(dict(objects(data)).get(0x83, b""))
        if known.certificate.role != INSPECTION_SYSTEM:
            raise Refused(Status.REFERENCE_NOT_FOUND)
        self._terminal = known
        return Response()

    def challenge(self) -> bytes:
        self._challenge = self._rng(8)
        return self._challenge

    def authenticate(self, signature: bytes, identifier: bytes, ephemeral: bytes) -> Response:
        """EXTERNAL AUTHENTICATE over chip, challenge and the terminal's key of chip authentication. Raises Refused."""
        challenge, self._challenge = self._challenge, b""
        if self._terminal is None or not challenge:
            raise Refused(Status.CONDITIONS_NOT_SATISFIED)
        if not self._terminal.certificate.verifier.verifies(signature, identifier + challenge + ephemeral):
            raise Refused(Status.AUTHENTICATION_FAILED)
        self.rights = self._terminal.rights
        return Response()

    def _find(self, reference: bytes) -> _Known:
        trusted = {point.holder: _Known(point, point.rights) for point in self._trust.points}
        known = self._imported.get(reference) or trusted.get(reference)
        if known is None:
            raise Refused(Status.REFERENCE_NOT_FOUND)
        return known

    def _believe(self, certificate: Certificate, rights: int) -> None:
        if certificate.role == CVCA:
            self._trust.renew(certificate)
        else:
            self._imported[certificate.holder] = _Known(certificate, rights)
        self._trust.today = max(self._trust.today, certificate.effective)


def _may_sign(signer: Certificate, certificate: Certificate) -> bool:
    """A CVCA signs its successor and document verifiers, and a document verifier inspection systems."""
    if signer.role == CVCA:
        return certificate.role != INSPECTION_SYSTEM
    return signer.role != INSPECTION_SYSTEM and certificate.role == INSPECTION_SYSTEM
