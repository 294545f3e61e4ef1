"""`kiosk.toml`: one flat file, `mode = "gate"` or `mode = "bio_cart"`. Paths are taken relative to it.

Environment variables `SEKISHO_KIOSK_…` fill in what the file omits. Raises `gate.settings.SettingsUnusable`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AnyHttpUrl, BeforeValidator, Field, FilePath, PositiveInt
from pydantic_settings import BaseSettings, SettingsConfigDict

from gate.settings import Port, SettingsUnusable, StationSettings, made, read
from kiosk.floor import Floor


def _split(value: object) -> object:
    return value.split() if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_split)]
"""A TOML array, or one string with spaces between."""


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


class BioCartSettings(ScreenSettings, StationSettings):
    """A station as a gate is one, with a screen of its own and a scanner."""

    model_config = SettingsConfigDict(extra="forbid", env_prefix="SEKISHO_KIOSK_")
    paths = StationSettings.paths | {"scanner_certificate"}

    mode: Literal["bio_cart"]
    number: PositiveInt = 1
    scanner_url: AnyHttpUrl
    scanner_certificate: FilePath | None = None
    """The scanner's own, PEM or DER; without it the first device met is held to until the next start."""


KioskSettings = GateSettings | BioCartSettings


def load(file: Path) -> KioskSettings:
    """Raise `SettingsUnusable` with every problem found."""
    values = read(file)
    match values.get("mode"):
        case "gate":
            return made(GateSettings, values, file.parent, frozenset())
        case "bio_cart":
            return made(BioCartSettings, values, file.parent, BioCartSettings.paths)
        case other:
            raise SettingsUnusable([f'mode: must be "gate" or "bio_cart", not {other!r}'])
