"""One TOML file a station. Everything wrong with it is said at once, at the start.

SettingsUnusable         every problem of the file, one line each
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import (
    AnyHttpUrl,
    DirectoryPath,
    Field,
    FilePath,
    PositiveInt,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from biometrics.capture import FaceModelUnusable
from biometrics.face import backend_file
from examiner_console.contract import Direction

S = TypeVar("S", bound=BaseSettings)
Port = Annotated[int, Field(ge=0, le=65535)]


class SettingsUnusable(Exception):
    """`problems` lists every one, each naming its key."""

    code = "settings_unusable"

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class StationSettings(BaseSettings):
    """What a gate and a bio-cart have in common: their place, their console, their passport desk and their camera."""

    paths: ClassVar[frozenset[str]] = frozenset(
        {
            *("key_file", "tls_certificate", "tls_key", "tls_authority", "outbox"),
            *("master_list", "master_list_root", "revocation_lists", "face_backend"),
        }
    )

    station: Annotated[str, Field(min_length=1, max_length=64)]
    port_name: Annotated[str, Field(min_length=1, max_length=64)]
    booth: str | None = None
    """Where a traveller walks to when the console does not answer; without it, to the booths in general."""

    console_url: AnyHttpUrl
    key_file: FilePath
    """PEM: the station's Ed25519 private key."""
    tls_certificate: FilePath | None = None
    tls_key: FilePath | None = None
    tls_authority: FilePath | None = None
    outbox: Path

    page_camera: str
    face_camera: str
    face_camera_infrared: str | None = None
    """A second camera beside it that sees near-infrared, in line with it and of the same picture size: a layer of
    liveness more."""
    liveness_threshold: float | None = None
    """Log-odds from which a face counts as living; without it the shipped threshold, under which one in twenty
    simulated people lies. It belongs to a camera and its light: measure."""
    morphing_threshold: float | None = None
    """From which log-likelihood ratio on the chip's portrait may be a morph; without it the shipped threshold, which
    one in a hundred pairs of press photographs reaches. A gate sees more alike pairs: measure, and lower it."""
    face_backend: FilePath | None = None
    """TOML: another face detector or embedder than the shipped ones (`biometrics.face.backend_file`)."""
    vpcd_host: str = "127.0.0.1"
    vpcd_port: Port = 35963
    """0 picks a free port. 35963 is vpcd's usual one."""
    reader: str | None = None
    """Name of a PC/SC reader; without it the station listens for a vpcd card itself."""

    master_list: FilePath
    master_list_root: FilePath | None = None
    revocation_lists: DirectoryPath | None = None
    """A folder of States' CRLs in DER, *.crl; without it `revocation` is undetermined for everybody."""

    @model_validator(mode="after")
    def _tls_whole(self) -> StationSettings:
        given = [self.tls_certificate, self.tls_key, self.tls_authority]
        if any(given) and not all(given):
            raise ValueError("tls_certificate, tls_key and tls_authority belong together")
        return self

    @field_validator("face_backend")
    @classmethod
    def _described(cls, file: Path | None) -> Path | None:
        """Its networks are loaded later, by the matching process; that they are the calibrated ones is seen here."""
        if file is not None:
            try:
                backend_file.check(file)
            except FaceModelUnusable as error:
                raise ValueError(str(error)) from None
        return file

    def private_key(self) -> Ed25519PrivateKey:
        """Raise `SettingsUnusable`."""
        try:
            key = load_pem_private_key(self.key_file.read_bytes(), None)
        except (OSError, ValueError, TypeError):
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise SettingsUnusable(["key_file: not an unencrypted Ed25519 private key in PEM"])
        return key


class GateSettings(StationSettings):
    """Paths are taken relative to the file. Environment variables `SEKISHO_GATE_...` fill in what the file omits."""

    model_config = SettingsConfigDict(env_prefix="SEKISHO_GATE_", extra="forbid", frozen=True)
    paths = StationSettings.paths | {"door_key_file", "attendant_token_file"}

    number: PositiveInt
    direction: Direction
    door_device: str
    door_key_file: FilePath
    """The secure channel's base key (SCBK): 16 bytes, in hexadecimal."""
    http_port: Port = 0
    attendant_token_file: FilePath
    monitored: bool = False
    """Whether new travellers are taken only while a monitoring officer says that they watch."""

    def door_key(self) -> bytes:
        """Raise `SettingsUnusable`."""
        try:
            key = bytes.fromhex(self.door_key_file.read_text("ascii").strip())
        except (OSError, ValueError):
            key = b""
        if len(key) != 16:
            raise SettingsUnusable(["door_key_file: not 16 bytes in hexadecimal"])
        return key

    def attendant_token(self) -> str:
        """Raise `SettingsUnusable`."""
        try:
            token = self.attendant_token_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            token = ""
        if not token:
            raise SettingsUnusable(["attendant_token_file: holds no token"])
        return token


def load(file: Path) -> GateSettings:
    """Raise `SettingsUnusable` with every problem of the file."""
    return made(GateSettings, read(file), file.parent, GateSettings.paths)


def read(file: Path) -> dict[str, Any]:
    """A TOML file's values. Raise `SettingsUnusable`."""
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise SettingsUnusable([f"{file}: {error.strerror}"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsUnusable([f"{file}: not TOML ({error})"]) from None


def made(kind: type[S], values: Mapping[str, Any], folder: Path, paths: frozenset[str]) -> S:
    """Settings of one kind, the `paths` among them relative to `folder`. Raise `SettingsUnusable`."""
    resolved: dict[str, Any] = {
        name: folder / value if name in paths and isinstance(value, str) else value for name, value in values.items()
    }
    try:
        return kind(**resolved)
    except ValidationError as error:
        raise SettingsUnusable([_problem(entry) for entry in error.errors()]) from None


def _problem(entry: Any) -> str:
    """Never quotes the value: it may be a secret."""
    where = ".".join(str(part) for part in entry["loc"])
    return f"{where}: {entry['msg']}" if where else str(entry["msg"])
