"""What an operator sets, from a TOML file and `SEKISHO_CONSOLE_…` in the environment (which wins)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict


class UnusableSettings(Exception):
    """The file is missing, not TOML, or a value is unusable; one line says which."""

    code = "unusable_settings"


class Settings(BaseSettings):
    """`port` serves officers; stations use `station_port` over TLS 1.3 where the tls files are given, else `port`.

    Port 0 lets the system choose. `data_dir` holds the console's own keys and, unless `database_url` says otherwise,
    the database.
    """

    model_config = SettingsConfigDict(env_prefix="SEKISHO_CONSOLE_", extra="forbid", frozen=True)

    data_dir: Path = Path("var/console")
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = Field(8200, ge=0, le=65535)
    station_port: int = Field(8201, ge=0, le=65535)
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    tls_client_ca: Path | None = None
    master_key_file: Path | None = None
    port_name: str = Field("HND", min_length=1, max_length=64)
    booths: int = Field(12, ge=1, le=200)

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{(self.data_dir / 'console.sqlite').resolve()}"

    @property
    def master_key(self) -> Path:
        return self.master_key_file or self.data_dir / "master.key"

    @property
    def ledger_key(self) -> Path:
        return self.data_dir / "ledger.key"

    @property
    def has_station_tls(self) -> bool:
        return None not in (self.tls_certificate, self.tls_key, self.tls_client_ca)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings


def load_settings(path: Path | None) -> Settings:
    """Read `path`, or the environment alone. Relative paths in the file are relative to the file."""
    try:
        values = tomllib.loads(path.read_text("utf-8")) if path else {}
        return Settings(**_anchored(values, path.parent if path else Path()))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise UnusableSettings(f"{path}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise UnusableSettings(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _anchored(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    paths = ("data_dir", "tls_certificate", "tls_key", "tls_client_ca", "master_key_file")
    return {name: folder / str(value) if name in paths else value for name, value in values.items()}
