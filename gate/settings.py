"""One TOML file a gate. Everything wrong with it is said at once, at the start."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import Field, FilePath, PositiveInt, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from examiner_console.contract import Direction

from .station import StationError

Port = Annotated[int, Field(ge=0, le=65535)]


class SettingsUnusable(StationError):
    """`problems` lists every one, each naming its key."""

    code = "settings_unusable"

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class GateSettings(BaseSettings):
    """Paths are taken relative to the file. Environment variables `SEKISHO_GATE_...` fill in what the file omits."""

    model_config = SettingsConfigDict(env_prefix="SEKISHO_GATE_", extra="forbid", frozen=True)

    station: Annotated[str, Field(min_length=1, max_length=64)]
    number: PositiveInt
    direction: Direction
    port_name: Annotated[str, Field(min_length=1, max_length=64)]
    booth: str | None = None
    """Where a traveller walks to whom this gate refers by itself."""

    console_url: str
    key_file: FilePath
    """PEM: the station's Ed25519 private key."""
    tls_certificate: FilePath | None = None
    tls_key: FilePath | None = None
    tls_authority: FilePath | None = None
    outbox: Path

    page_camera: str
    face_camera: str
    vpcd_host: str = "127.0.0.1"
    vpcd_port: Port = 35963
    """0 picks a free port. 35963 is vpcd's usual one."""
    reader: str | None = None
    """Name of a PC/SC reader; without it the gate listens for a vpcd card itself."""
    door_device: str
    door_key_file: FilePath
    """The secure channel's base key (SCBK): 16 bytes, in hexadecimal."""

    master_list: FilePath
    master_list_root: FilePath | None = None

    http_port: Port = 0
    attendant_token_file: FilePath

    @model_validator(mode="after")
    def _tls_whole(self) -> GateSettings:
        given = [self.tls_certificate, self.tls_key, self.tls_authority]
        if any(given) and not all(given):
            raise ValueError("tls_certificate, tls_key and tls_authority belong together")
        return self

    def private_key(self) -> Ed25519PrivateKey:
        """Raise `SettingsUnusable`."""
        try:
            key = load_pem_private_key(self.key_file.read_bytes(), None)
        except (ValueError, TypeError):
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise SettingsUnusable(["key_file: not an unencrypted Ed25519 private key in PEM"])
        return key

    def door_key(self) -> bytes:
        """Raise `SettingsUnusable`."""
        try:
            key = bytes.fromhex(self.door_key_file.read_text("ascii").strip())
        except ValueError:
            key = b""
        if len(key) != 16:
            raise SettingsUnusable(["door_key_file: not 16 bytes in hexadecimal"])
        return key


def load(file: Path) -> GateSettings:
    """Raise `SettingsUnusable` with every problem of the file."""
    try:
        given = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise SettingsUnusable([f"{file}: {error.strerror}"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsUnusable([f"{file}: not TOML ({error})"]) from None
    try:
        return GateSettings(**_resolved(given, file.parent))
    except ValidationError as error:
        raise SettingsUnusable([_problem(entry) for entry in error.errors()]) from None


PATHS: Final = frozenset(
    {
        *("key_file", "tls_certificate", "tls_key", "tls_authority", "outbox", "door_key_file"),
        *("master_list", "master_list_root", "attendant_token_file"),
    }
)


def _resolved(given: dict[str, Any], folder: Path) -> dict[str, Any]:
    return {key: folder / value if key in PATHS and isinstance(value, str) else value for key, value in given.items()}


def _problem(entry: Any) -> str:
    """Never quotes the value: it may be a secret."""
    where = ".".join(str(part) for part in entry["loc"])
    return f"{where}: {entry['msg']}" if where else str(entry["msg"])
