"""A hall on disk: keys, certificates, settings files, free ports. Made anew for every run, in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import random
import secrets
import shutil
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_SERVER_NAMES: Final = (x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1")))
_PORTS: Final = range(15000, 32000)


def free_port() -> int:
    """A port of loopback that nobody listens on now.

    Below those that systems hand out (49152 by RFC 6335, 32768 on Linux): until its program listens there, no
    connection of anybody's is given it. Raise OSError where none of a hundred is free.
    """
    for port in random.SystemRandom().sample(_PORTS, 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port between 15000 and 32000 of loopback is free")


def write_private(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    return path


Setting: TypeAlias = "str | int | float | bool | Path | Mapping[str, Setting]"


def write_toml(path: Path, settings: Mapping[str, Setting | None]) -> Path:
    """None is left out."""
    lines = [f"{name} = {_toml(value)}\n" for name, value in settings.items() if value is not None]
    path.write_text("".join(lines))
    return path


def _toml(value: Setting) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_toml(inner)}" for name, inner in value.items()) + " }"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


class ForeignFolder(Exception):
    """The folder holds something that no hall put there; it is left as it is."""


_MARK: Final = ".sekisho-hall"


def empty_for_a_hall(folder: Path) -> None:
    """Make the folder, or empty it where an earlier hall made it. Raise `ForeignFolder` for anybody else's."""
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).exists():
        raise ForeignFolder(f"{folder} was not made by a hall and is not empty; name another --folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / _MARK).touch()


class Authority:
    """The site's own certificate authority: for the console's station port and for each station."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("Simulated site authority")
        self.certificate = self._sign(self._name, self._key.public_key())

    def issue(self, folder: Path, name: str, *, server: bool) -> tuple[Path, Path]:
        """Write NAME.crt and NAME.key (PEM); return their paths."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = _SERVER_NAMES if server else (x509.DNSName(name),)
        certificate = self._sign(_name(name), key.public_key(), names, server=server)
        certificate_file = folder / f"{name}.crt"
        certificate_file.write_bytes(certificate.public_bytes(Encoding.PEM))
        return certificate_file, write_private(folder / f"{name}.key", _pem(key))

    def _sign(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePublicKey,
        names: Sequence[x509.GeneralName] = (),
        *,
        server: bool = False,
    ) -> x509.Certificate:
        """An authority where it has no names."""
        now = datetime.now(UTC)
        usage = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if not names:
            builder = builder.add_extension(_key_usage_of_an_authority(), critical=True)
        else:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
            builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _key_usage_of_an_authority() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _pem(key: ec.EllipticCurvePrivateKey | Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@dataclass(frozen=True, slots=True)
class StationKeys:
    """What enrolling a station makes: its signing key, and its certificate for the console's station port."""

    private: Path
    public: Path
    certificate: Path
    tls_key: Path


@dataclass(frozen=True, slots=True)
class Site:
    """The folder, and the authority of its certificates."""

    folder: Path
    authority: Authority

    @classmethod
    def make(cls, folder: Path) -> Site:
        folder.mkdir(parents=True, exist_ok=True)
        site = cls(folder, Authority())
        site.authority_file.write_bytes(site.authority.certificate.public_bytes(Encoding.PEM))
        write_private(site.master_key_file, secrets.token_bytes(32))
        return site

    @property
    def authority_file(self) -> Path:
        return self.folder / "site-authority.crt"

    @property
    def master_key_file(self) -> Path:
        return self.folder / "console-master.key"

    def station_keys(self, name: str) -> StationKeys:
        key = Ed25519PrivateKey.generate()
        public = self.folder / f"{name}.pub"
        public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        certificate, tls_key = self.authority.issue(self.folder, name, server=False)
        return StationKeys(write_private(self.folder / f"{name}-signing.key", _pem(key)), public, certificate, tls_key)
