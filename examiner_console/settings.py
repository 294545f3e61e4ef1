"""What an operator sets, from a TOML file and `SEKISHO_CONSOLE_…` in the environment (which wins)."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from examiner_console.law.decide import CURRENT, RULES


class UnusableSettings(Exception):
    """The file is missing, not TOML, or a value is unusable; one line says which."""

    code = "unusable_settings"


Days = Annotated[int, Field(ge=0)]


class Retention(BaseModel):
    """Days each category is kept, and every number our own: the Act names none, an agency sets its own.

    A national's live face goes with the confirmation whatever stands here. `prints` are finger images and templates;
    `waiting_times` the events of stations that waits are counted from. `registered_prints` and `registrations` count
    from the end of a registration: its templates, and who was registered.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    live_faces: Days = 30
    prints: Days = 30
    chip_faces: Days = 30
    page_images: Days = 30
    decisions: Days = 3650
    reads: Days = 1825
    waiting_times: Days = 365
    registered_prints: Days = 0
    registrations: Days = 1825


Minutes = Annotated[float, Field(ge=0, le=120)]
Seconds = Annotated[float, Field(ge=0, le=120)]
ShortName = Annotated[str, Field(max_length=16)]


class Waiting(BaseModel):
    """What waits are reckoned from. `walking_minutes` by spot, to this console's hall; a spot left out is not known.

    `spacing_seconds` between two visitors of one flight, `changeover_seconds` between two at one booth, and
    `announced_sd_minutes`, how far announced flights stray, are our own first numbers: measure them in the hall.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    walking_minutes: dict[str, Minutes] = {}
    terminal: ShortName = ""
    spacing_seconds: Seconds = 3.0
    changeover_seconds: Seconds = 10.0
    announced_sd_minutes: Minutes = 5.0


class RegistryPlace(BaseModel):
    """Where another authority's registry is asked. `url` without a path; the tls files, all three or none, for one that
    wants to know who asks. `reuse_seconds` for how long an answer may serve again, `stale_seconds` how old its data may
    be; left out, those of `registries.table`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    tls_authority: Path | None = None
    reuse_seconds: Annotated[float, Field(ge=0)] | None = None
    stale_seconds: Annotated[float, Field(gt=0)] | None = None


class OidcProvider(BaseModel):
    """The agency's log-in (OpenID Connect). `issuer` exactly as it names itself, https but for this machine itself;
    `name_claim` gives the officer's name here, `roles` says which of the groups in `groups_claim` is which role."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str
    client_id: str
    client_secret_file: Path | None = None
    name_claim: str = "preferred_username"
    groups_claim: str = "groups"
    roles: dict[str, str]

    @field_validator("issuer")
    @classmethod
    def _safe(cls, issuer: str) -> str:
        parts = urlsplit(issuer)
        here = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and here)):
            raise ValueError("an issuer is https://…; http for this machine alone")
        return issuer.rstrip("/")


def _origin(url: str) -> str:
    """Scheme, host and port, as a browser sends it; https but for this machine itself (WebAuthn asks for no less)."""
    if not url:
        return ""
    parts = urlsplit(url)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname == "localhost")
    if not safe or not parts.hostname or url != f"{parts.scheme}://{parts.netloc}" or "@" in parts.netloc:
        raise ValueError("an origin such as https://console.example, without a path; http for localhost alone")
    return url


def _known_rules(version: str) -> str:
    if version not in RULES:
        raise ValueError(f"there are the rules of {', '.join(RULES)}")
    return version


class Settings(BaseSettings):
    """`port` serves officers; stations use `station_port` over TLS 1.3 where the tls files are given, else `port`.

    Port 0 lets the system choose. `data_dir` holds the console's own keys and, unless `database_url` says otherwise,
    the database. `registries` by their names in `law.answers.Answers`: one that is left out is never clear, and the
    rules in use refer whoever it is missing for. `own_watchlist` asks the console's own list too, alone where there is
    no other; `own_registrations` likewise the registrations kept here. `rules` is a version of the law; an earlier one
    is for halls that have no registries. Of a ship's passengers an inspector sees those of `ship_nationalities_seen`,
    besides who has none. `public_url` is the console's origin as browsers name it (https://console.example); without it
    there are no security keys. `second_factor` "required" asks everybody for a key, "offered" whoever has registered
    one. `oidc` lets officers in by the agency's own log-in. Metrics are served where `metrics_port` is given, on
    `metrics_host` alone.
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
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = Field(None, ge=0, le=65535)
    port_name: str = Field("HND", min_length=1, max_length=64)
    booths: int = Field(12, ge=1, le=200)
    retention: Retention = Retention()
    waiting: Waiting = Waiting()
    registries: dict[str, RegistryPlace] = {}
    own_watchlist: bool = False
    ship_nationalities_seen: frozenset[str] = frozenset()
    own_registrations: bool = False
    rules: Annotated[str, AfterValidator(_known_rules)] = CURRENT
    public_url: Annotated[str, AfterValidator(_origin)] = ""
    second_factor: Literal["offered", "required"] = "offered"
    oidc: OidcProvider | None = None

    @model_validator(mode="after")
    def _log_in_has_a_way_back(self) -> Self:
        if self.oidc is not None and not self.public_url:
            raise ValueError("oidc is given, and public_url is missing")
        return self

    @model_validator(mode="after")
    def _keys_have_an_origin(self) -> Self:
        if self.second_factor == "required" and not self.public_url:
            raise ValueError("second_factor is required, and public_url is missing")
        return self

    @property
    def walking(self) -> dict[str, timedelta]:
        """By spot, in capitals."""
        return {spot.upper(): timedelta(minutes=minutes) for spot, minutes in self.waiting.walking_minutes.items()}

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
    def anchored(name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {inner: anchored(inner, one) for inner, one in value.items()}
        return folder / str(value) if name in _PATHS else value

    return {name: anchored(name, value) for name, value in values.items()}


_PATHS: Final = frozenset(
    {"data_dir", "tls_certificate", "tls_key", "tls_client_ca", "tls_authority", "master_key_file"}
)
