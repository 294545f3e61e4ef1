"""What the command line is given: files, keys, trust. Whatever is unusable ends in one line and exit status 2."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NoReturn

import numpy as np
import numpy.typing as npt
import typer
from PIL import Image, UnidentifiedImageError

from passport_reader import mrz
from passport_reader.document import UnusableData, UnusableMrz
from passport_reader.lds import Ef
from passport_reader.pki import card_verifiable
from passport_reader.pki.card_verifiable import Role
from passport_reader.pki.terminal import Terminal
from passport_reader.pki.terminal_key import FileKey, TerminalKey, TerminalKeyUnavailable
from passport_reader.pki.trust import TrustRefused, TrustStore
from passport_reader.protocols.access import CanKey, Key, MrzKey, UnusableKey

MAX_INPUT_BYTES: Final = 256 * 1024 * 1024
"""The largest input there is: a whole download of the ICAO directory has some hundred megabytes."""

PIN_VARIABLE: Final = "SEKISHO_TOKEN_PIN"


def unusable(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)


def octets(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_INPUT_BYTES:
            unusable(f"{path} is larger than {MAX_INPUT_BYTES} bytes")
        return path.read_bytes()
    except OSError as error:
        unusable(f"{path} cannot be read: {error.strerror}")


def instant(text: str | None) -> datetime:
    """A date or time, UTC unless it says otherwise; now where there is none."""
    if text is None:
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        unusable(f"{text} is no date such as 2026-01-31")
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def folder(path: Path) -> dict[int, bytes]:
    """Dumped files by identifier: EF_SOD.bin, EF_DG1.bin …"""
    if not path.is_dir():
        unusable(f"{path} is no folder")
    names = {file: path / f"{file.title}.bin" for file in Ef}
    files = {int(file): octets(name) for file, name in names.items() if name.is_file()}
    if not files:
        unusable(f"{path} holds no file of a chip, such as EF_SOD.bin")
    return files


def picture(path: Path) -> npt.NDArray[np.uint8]:
    """RGB (height, width, 3)."""
    try:
        with Image.open(path) as opened:
            return np.asarray(opened.convert("RGB"))
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        unusable(f"{path.name} is neither text nor a picture")


def key(zone: str | None, can: str | None) -> Key:
    if (zone is None) == (can is None):
        unusable("give either --mrz TEXT or --can DIGITS")
    try:
        return CanKey(can) if can is not None else MrzKey.of(mrz.parse(zone or ""))
    except (UnusableKey, UnusableMrz) as error:
        unusable(str(error))


@dataclass(frozen=True, slots=True)
class TrustFiles:
    """What to believe issuers by. `csca` is believed as it is, and is the root of lists and directories."""

    master_lists: Sequence[Path]
    csca: Sequence[Path]
    crl: Sequence[Path]
    ldif: Sequence[Path]
    deviation_lists: Sequence[Path]
    defect_lists: Sequence[Path]
    defect_roots: Sequence[Path]
    """Whose defect lists are believed: an inspecting authority's, never a passport issuer's."""

    def load(self) -> tuple[TrustStore, tuple[str, ...]]:
        """And why lists, or parts of them, were left out: none of the given roots certified a signer, say."""
        roots, defect_roots = ([octets(path) for path in paths] for paths in (self.csca, self.defect_roots))
        try:
            store = TrustStore.from_certificates(roots, revocation_lists=[octets(path) for path in self.crl])
        except UnusableData as error:
            unusable(str(error))
        adders: list[tuple[Sequence[Path], Callable[[TrustStore, bytes], TrustStore]]] = [
            (self.master_lists, lambda known, data: known.merged(TrustStore.from_master_list(data, roots=roots))),
            (self.ldif, lambda known, data: known.merged(TrustStore.from_ldif(data, roots=roots))),
            (self.deviation_lists, lambda known, data: known.with_deviation_list(data)),
            (self.defect_lists, lambda known, data: known.with_defect_list(data, roots=defect_roots)),
        ]
        refused: list[str] = []
        for paths, add in adders:
            for path in paths:
                try:
                    store = add(store, octets(path))
                except TrustRefused as error:
                    refused.append(f"{path.name}: {error}")
                except UnusableData as error:
                    unusable(f"{path}: {error}")
        return store, (*refused, *store.refused)


@dataclass(frozen=True, slots=True)
class TerminalFiles:
    """By what a terminal is known to chips: its certificates, and its key in a file or in a token."""

    certificates: Sequence[Path]
    key: Path | None
    token_module: Path | None
    token: str | None
    token_key: str | None
    token_pin: Path | None

    def load(self) -> Terminal | None:
        if not self.certificates:
            return None
        try:
            given = [octets(path) for path in self.certificates]
            holders = _terminals(given)
            signing = self._key()
            return Terminal.of(given, dict.fromkeys(holders, signing))
        except (UnusableData, TerminalKeyUnavailable) as error:
            unusable(f"the terminal cannot prove itself: {error}")

    def _key(self) -> TerminalKey:
        if self.key is not None:
            return FileKey.load(self.key)
        if self.token_module is None or self.token is None or self.token_key is None:
            unusable("give --terminal-key FILE, or --token-module, --token and --token-key")
        from passport_reader.pki.terminal_token import TokenKey, pin_from_environment, pin_from_file

        pin = pin_from_environment(PIN_VARIABLE) if self.token_pin is None else pin_from_file(self.token_pin)
        pin()  # so that a missing one is told before a chip is read
        return TokenKey(str(self.token_module), self.token, self.token_key, pin)


def _terminals(certificates: Iterable[bytes]) -> list[str]:
    parsed = [card_verifiable.parse(data) for data in certificates]
    return [item.holder for item in parsed if item.role is Role.INSPECTION_SYSTEM]
