"""Secure messaging (Doc 9303-11 §9.8) with 3DES or AES, as one more channel.

The send sequence counter advances only when a whole, authentic answer is there. A status word that comes without
protection is noticed before that, as `NakedStatus`: the chip has dropped the session, which is then set up again.

ChipRefused (document.py)
└── NakedStatus        the chip answered outside the session; `data["sw"]`
UnusableData (document.py)
└── MessagingFailed    an answer that is not authentic: forged, garbled, or out of step
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from hmac import compare_digest
from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import cmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from passport_reader import tlv
from passport_reader.card.apdu import EXTENDED_LE, SHORT_LE, Channel, Command, Response, status_name
from passport_reader.document import ChipRefused, UnusableData

MAC_LENGTH: Final = 8  # Doc 9303-11 §9.8.6.2, §9.8.7.2: with AES the leftmost eight octets of the CMAC

_CRYPTOGRAM, _CRYPTOGRAM_ODD, _LE, _STATUS, _MAC = 0x87, 0x85, 0x97, 0x99, 0x8E


class NakedStatus(ChipRefused):
    code = "naked_status"


class MessagingFailed(UnusableData):
    code = "messaging_failed"


class Algorithm(Enum):
    """(length of the key in bytes, length of a block in bytes)."""

    TDES = (16, 8)
    AES_128 = (16, 16)
    AES_192 = (24, 16)
    AES_256 = (32, 16)

    @property
    def key_octets(self) -> int:
        return self.value[0]

    @property
    def block(self) -> int:
        return self.value[1]

    def encrypt(self, key: bytes, data: bytes, iv: bytes) -> bytes:
        """CBC, no padding."""
        encryptor = self._cipher(key, modes.CBC(iv)).encryptor()
        return encryptor.update(data) + encryptor.finalize()

    def decrypt(self, key: bytes, data: bytes, iv: bytes) -> bytes:
        decryptor = self._cipher(key, modes.CBC(iv)).decryptor()
        return decryptor.update(data) + decryptor.finalize()

    def mac(self, key: bytes, data: bytes) -> bytes:
        """Over `data` as it is: with 3DES the caller pads (the retail MAC), with AES it is CMAC and pads itself."""
        if self is Algorithm.TDES:
            return _retail_mac(key, data)
        code = cmac.CMAC(algorithms.AES(key))
        code.update(data)
        return code.finalize()[:MAC_LENGTH]

    def counter_iv(self, key: bytes, counter: bytes) -> bytes:
        """3DES starts at zero, AES at the encrypted counter (Doc 9303-11 §9.8.6.1, §9.8.7.1)."""
        if self is Algorithm.TDES:
            return bytes(8)
        encryptor = self._cipher(key, modes.ECB()).encryptor()  # noqa: S305  one block, as the standard says
        return encryptor.update(counter) + encryptor.finalize()

    def _cipher(self, key: bytes, mode: modes.CBC | modes.ECB) -> Cipher[modes.CBC | modes.ECB]:
        if self is Algorithm.TDES:
            return Cipher(TripleDES(key + key[:8]), mode)
        return Cipher(algorithms.AES(key), mode)


def _retail_mac(key: bytes, data: bytes) -> bytes:
    """ISO/IEC 9797-1 MAC algorithm 3: single DES throughout, 3DES for the last block."""
    single, double = TripleDES(key[:8] * 3), TripleDES(key + key[:8])
    iv = bytes(8)
    if len(data) > 8:
        iv = Cipher(single, modes.CBC(iv)).encryptor().update(data[:-8])[-8:]
    return Cipher(double, modes.CBC(iv)).encryptor().update(data[-8:])


def pad(data: bytes, block: int) -> bytes:
    """ISO/IEC 9797-1 padding method 2."""
    return data + b"\x80" + bytes(-(len(data) + 1) % block)


def unpad(data: bytes) -> bytes:
    stripped = data.rstrip(b"\0")
    if not stripped.endswith(b"\x80"):
        raise MessagingFailed("the padding is not what the standard says")
    return stripped[:-1]


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """What an access procedure ends with. `counter` is the send sequence counter before the first command."""

    algorithm: Algorithm
    encryption: bytes = field(repr=False)
    authentication: bytes = field(repr=False)
    counter: int = field(default=0, repr=False)


def payload_limit(response_octets: int, algorithm: Algorithm) -> int:
    """Most data a protected answer of at most `response_octets` holds: 231 (3DES) or 223 (AES) of 256."""
    overhead = 2 + 4 + 10  # tag and padding indicator of the cryptogram, status object, MAC object
    length_octets = 2 if response_octets <= SHORT_LE else 4
    cryptogram = response_octets - overhead - length_octets
    return cryptogram // algorithm.block * algorithm.block - 1


def protect(keys: SessionKeys, counter: int, command: Command) -> Command:
    """Encrypt data, authenticate everything. `counter` is that of this command."""
    algorithm, block = keys.algorithm, keys.algorithm.block
    sequence = counter.to_bytes(block, "big")
    header = bytes((command.cla | 0x0C, command.ins, command.p1, command.p2))
    body = b""
    if command.data:
        iv = algorithm.counter_iv(keys.encryption, sequence)
        cryptogram = algorithm.encrypt(keys.encryption, pad(command.data, block), iv)
        odd = command.ins & 1
        body = tlv.encode(_CRYPTOGRAM_ODD, cryptogram) if odd else tlv.encode(_CRYPTOGRAM, b"\1" + cryptogram)
    if command.le is not None:
        octets = 1 if command.le <= SHORT_LE else 2
        body += tlv.encode(_LE, (command.le % (SHORT_LE if octets == 1 else EXTENDED_LE)).to_bytes(octets, "big"))
    code = _authenticate(keys, sequence + pad(header, block) + body)
    long_answer = (command.le or 0) > SHORT_LE or len(body) + 10 > 255
    le = EXTENDED_LE if long_answer else SHORT_LE
    return Command(header[0], command.ins, command.p1, command.p2, body + tlv.encode(_MAC, code), le)


def unprotect(keys: SessionKeys, counter: int, response: Response) -> Response:
    """The answer inside. `counter` is that of this response. Raise `NakedStatus` or `MessagingFailed`."""
    if not response.data:
        raise NakedStatus(f"the chip left the session: {status_name(response.sw)}", sw=response.sw)
    parts = {item.tag: item.value for item in _objects(response.data)}
    if _STATUS not in parts or _MAC not in parts or len(parts[_STATUS]) != 2:
        raise MessagingFailed("the answer lacks its status or its authentication code")
    sequence = counter.to_bytes(keys.algorithm.block, "big")
    covered = response.data[: -2 - len(parts[_MAC])]  # the code comes last, tag and length in one byte each
    if not compare_digest(_authenticate(keys, sequence + covered), parts[_MAC]):
        raise MessagingFailed("the answer is not authentic")
    return Response(_decrypted(keys, sequence, parts), int.from_bytes(parts[_STATUS], "big"))


def _authenticate(keys: SessionKeys, data: bytes) -> bytes:
    return keys.algorithm.mac(keys.authentication, pad(data, keys.algorithm.block))


def _objects(data: bytes) -> list[tlv.DataObject]:
    try:
        found = list(tlv.objects(data))
    except UnusableData:
        raise MessagingFailed("the answer is no sequence of data objects") from None
    if not found or found[-1].tag != _MAC or len({item.tag for item in found}) != len(found):
        raise MessagingFailed("the data objects of the answer are not in order")
    return found


def _decrypted(keys: SessionKeys, sequence: bytes, parts: dict[int, bytes]) -> bytes:
    cryptogram = parts.get(_CRYPTOGRAM_ODD, b"")
    if _CRYPTOGRAM in parts:
        if parts[_CRYPTOGRAM][:1] != b"\1":
            raise MessagingFailed("the padding indicator is not 01")
        cryptogram = parts[_CRYPTOGRAM][1:]
    if not cryptogram:
        return b""
    if len(cryptogram) % keys.algorithm.block:
        raise MessagingFailed("the cryptogram is no whole number of blocks")
    iv = keys.algorithm.counter_iv(keys.encryption, sequence)
    return unpad(keys.algorithm.decrypt(keys.encryption, cryptogram, iv))


class SecureChannel:
    """One session over `channel`. After `NakedStatus` or `MessagingFailed` it is over; make another.

    With `chained`, what does not fit a short command goes in pieces, each protected by itself.
    """

    def __init__(self, channel: Channel, keys: SessionKeys, *, chained: bool = False) -> None:
        self._channel = channel
        self._chained = chained
        self._keys = keys
        self._counter = keys.counter

    @property
    def algorithm(self) -> Algorithm:
        return self._keys.algorithm

    def rekey(self, keys: SessionKeys) -> None:
        """Go on with the keys of chip authentication (Doc 9303-11 §6.2)."""
        self._keys, self._counter = keys, keys.counter

    def send(self, command: Command) -> Response:
        """The answer to the last piece, or to the first that is refused."""
        longest = payload_limit(SHORT_LE, self.algorithm) if self._chained else None
        *first, last = command.pieces(longest)
        for piece in first:
            answer = self._exchange(piece)
            if not answer.ok:
                return answer
        return self._exchange(last)

    def _exchange(self, command: Command) -> Response:
        protected = protect(self._keys, self._counter + 1, command)
        response = unprotect(self._keys, self._counter + 2, self._channel.send(protected))
        self._counter += 2
        return response
