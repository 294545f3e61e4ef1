"""Chip authentication version 1, the chip's side (Doc 9303-11 §6.2, BSI TR-03110-3 §B.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulators.chip.apdu import Refused, Response, Status, encoded, objects
from simulators.chip.curves import Curve
from simulators.chip.messaging import SecureChannel
from simulators.chip.pace import SUITES
from simulators.chip.personalisation import AgreementKey

_PROTOCOL = bytes.fromhex("04007F0007020203")  # id-CA as content bytes (Doc 9303-11 §9.2.7)
_TDES = 1


@dataclass(frozen=True, slots=True)
class Agreed:
    """A session with a proven chip, and the terminal's ephemeral key as terminal authentication signs it."""

    channel: SecureChannel
    ephemeral: bytes


class ChipAuthentication:
    """The static keys of a chip, and which of them a terminal has chosen."""

    def __init__(self, keys: Sequence[AgreementKey]) -> None:
        self._keys = keys
        self._chosen: AgreementKey | None = None

    @property
    def chosen(self) -> bool:
        return self._chosen is not None

    def set_key_agreement(self, data: bytes) -> Agreed:
        """MSE:Set KAT, which carries the terminal's key at once; the way of 3DES. Raises Refused."""
        given = dict(objects(data))
        if 0x91 not in given:
            raise Refused(Status.WRONG_DATA)
        return _agree(self._find({_TDES}, given), given[0x91])

    def choose(self, data: bytes) -> Response:
        """MSE:Set AT by protocol and key identifier. Raises Refused."""
        given = dict(objects(data))
        protocol = given.get(0x80, b"")
        if protocol[:-2] != _PROTOCOL:
            raise Refused(Status.WRONG_DATA)
        key = self._find({protocol[-1]} - {_TDES}, given)
        if (protocol[-2] == 2) is not isinstance(key.group, Curve):
            raise Refused(Status.WRONG_DATA)
        self._chosen = key
        return Response()

    def agree(self, data: bytes) -> tuple[Response, Agreed]:
        """GENERAL AUTHENTICATE with the terminal's key. Raises Refused."""
        key, self._chosen = self._chosen, None
        wrapped = dict(objects(data))
        public = dict(objects(wrapped.get(0x7C, b""))).get(0x80)
        if key is None or public is None:
            raise Refused(Status.WRONG_DATA)
        return Response(encoded(0x7C, b"")), _agree(key, public)

    def _find(self, ciphers: set[int], given: dict[int, bytes]) -> AgreementKey:
        """By cipher, and by DO'84' where there is one: it must be where several keys would do."""
        fitting = [key for key in self._keys if key.cipher in ciphers]
        if not fitting:
            raise Refused(Status.WRONG_DATA)
        if 0x84 in given:
            wanted = int.from_bytes(given[0x84], "big")
            fitting = [key for key in fitting if key.key_id == wanted]
        if len(fitting) != 1:
            raise Refused(Status.REFERENCE_NOT_FOUND)
        return fitting[0]


def _agree(key: AgreementKey, public: bytes) -> Agreed:
    try:
        secret = key.group.secret(key.private, public)
    except ValueError:
        raise Refused(Status.WRONG_DATA) from None
    return Agreed(SecureChannel(SUITES[key.cipher], secret), key.group.compressed(public))
