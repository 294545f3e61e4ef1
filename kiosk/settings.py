"""`kiosk.toml`: one flat file, `mode = "gate"` or `mode = "bio_cart"`. Paths are taken relative to it.

Environment variables `SEKISHO_KIOSK_…` fill in what the file omits.

SettingsUnusable         every problem of the file, one line each
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import AnyHttpUrl, BeforeValidator, Field, FilePath, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from kiosk.floor import Floor


class SettingsUnusable(Exception):
    code = "settings_unusable"

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def _split(value: object) -> object:
    return value.split() if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_split)]
"""A TOML array, or one string with spaces between."""
Port = Annotated[int, Field(ge=0, le=65535)]


class ScreenSettings(BaseSettings):
    """What both modes need. `http_port` 0 takes a free port, which is printed."""

    model_config = SettingsConfigDict(extra="forbid", env_prefix="SEKISHO_KIOSK_")

    http_host: Literal["127.0.0.1", "::1", "localhost"] = "127.0.0.1"
    http_port: Port = 0
    default_language: str = "ja"
    floor_stations: Names = ()
    floor_booths: Names = ()
    floor_metres: Annotated[int, Field(ge=1, le=2000)] = 30
    floor_side: Literal["right", "left"] = "right"

    @property
    def floor(self) -> Floor:
        """The plan of the referral screen: names from the left, as one walks towards the booths."""
        return Floor(self.floor_stations, self.floor_booths, self.floor_metres, self.floor_side == "right")


class GateSettings(ScreenSettings):
    mode: Literal["gate"]
    gate_url: AnyHttpUrl


class BioCartSettings(ScreenSettings):
    """Devices as in `gate.toml`, the scanner besides."""

    mode: Literal["bio_cart"]
    station: Annotated[str, Field(min_length=1, max_length=64)]
    number: Annotated[int, Field(ge=1)] = 1
    port_name: Annotated[str, Field(min_length=1, max_length=64)]
    console_url: AnyHttpUrl
    booth: str | None = None
    """Where a traveller walks to when the console does not answer; without it, to the booths in general."""
    key_file: FilePath
    """PEM: the station's Ed25519 private key."""
    tls_certificate: FilePath | None = None
    tls_key: FilePath | None = None
    tls_authority: FilePath | None = None
    outbox: Path
    vpcd_host: str = "127.0.0.1"
    vpcd_port: Port = 35963
    reader: str | None = None
    """Name of a PC/SC reader; without it the bio-cart listens for a vpcd card itself."""
    page_camera: str
    face_camera: str
    scanner_url: AnyHttpUrl
    master_list: FilePath
    master_list_root: FilePath | None = None

    @model_validator(mode="after")
    def _tls_whole(self) -> BioCartSettings:
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


PATHS: Final = frozenset(
    {"key_file", "tls_certificate", "tls_key", "tls_authority", "outbox", "master_list", "master_list_root"}
)
KioskSettings = GateSettings | BioCartSettings
MODES: Final[dict[str, type[GateSettings] | type[BioCartSettings]]] = {
    "gate": GateSettings,
    "bio_cart": BioCartSettings,
}


def load(path: Path) -> KioskSettings:
    """Raise `SettingsUnusable` with every problem found."""
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsUnusable([f"{path}: {error}"]) from error
    mode = values.get("mode")
    if mode not in MODES:
        raise SettingsUnusable([f'mode: must be "gate" or "bio_cart", not {mode!r}'])
    try:
        return MODES[mode](**_resolved(values, path.parent))
    except ValidationError as error:
        raise SettingsUnusable([_problem(entry["loc"], entry["msg"]) for entry in error.errors()]) from None


def _resolved(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    return {key: folder / value if key in PATHS and isinstance(value, str) else value for key, value in values.items()}


def _problem(location: tuple[int | str, ...], message: str) -> str:
    """Never quotes the value: it may be a secret."""
    where = ".".join(str(part) for part in location)
    return f"{where}: {message}" if where else message
