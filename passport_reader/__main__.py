"""Reading and verifying travel documents from the command line.

Exit status 0 when the command ran, whatever it found; 2 for unusable arguments or input.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import numpy as np
import typer
from PIL import Image, UnidentifiedImageError

from passport_reader import examination, reading
from passport_reader import mrz as machine_readable
from passport_reader.card.pcsc import PcscReader
from passport_reader.card.vpcd import VpcdReader
from passport_reader.document import (
    Card,
    ChipFinding,
    ChipLost,
    ChipRefused,
    Mrz,
    Outcome,
    PassportError,
    TravelDocument,
    UnusableData,
    UnusableMrz,
)
from passport_reader.lds import Ef
from passport_reader.mrz import NotAnMrz
from passport_reader.pki.trust import TrustRefused, TrustStore
from passport_reader.protocols.access import CanKey, Key, MrzKey, UnusableKey

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)

MAX_INPUT_BYTES = 64 * 1024 * 1024
"""Larger files are no picture of a page and no file of a chip."""

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
MasterList = Annotated[Path | None, typer.Option(help="CSCA master list (CMS, DER).")]
Csca = Annotated[
    list[Path] | None, typer.Option(help="CSCA certificate (DER) to believe, also as the root of the master list.")
]
Crl = Annotated[list[Path] | None, typer.Option(help="Certificate revocation list (DER).")]


@app.command()
def mrz(
    source: Annotated[str, typer.Argument(metavar="FILE-OR-TEXT", help="The zone, a text file, or a page's picture.")],
    as_json: AsJson = False,
) -> None:
    """Parse a machine readable zone.

    Example: python -m passport_reader mrz "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<D231458907UTO7408122F1204159<<<<<<<6"
    """
    zone: Mrz | None = None
    finding = ChipFinding("mrz", Outcome.SUCCESSFUL, "check_digits_match")
    try:
        zone = _zone(source)
    except NotAnMrz as error:
        _unusable(str(error))
    except UnusableMrz as error:
        finding = ChipFinding("mrz", Outcome.FAILED, error.code, str(error))
    _print({"mrz": _mrz_fields(zone), "checks": _checks([finding])}, as_json=as_json)


@app.command()
def inspect(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder with EF_SOD.bin, EF_DG1.bin …")],
    master_list: MasterList = None,
    csca: Csca = None,
    crl: Crl = None,
    at: Annotated[
        str | None, typer.Option(metavar="DATE", help="When certificates must be valid; now unless given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify a folder of LDS files, without the chip they came from.

    Example: python -m passport_reader inspect dump/ --master-list DE_ML.ml --csca csca.cer --at 2026-01-31 --json
    """
    files = _folder(folder)
    trust, refused = _trust(master_list, csca or [], crl or [])
    document = examination.of_folder(files, trust, _instant(at))
    _print(_report(document, trust, refused), as_json=as_json)


@app.command()
def read(
    vpcd: Annotated[
        int | None, typer.Option(metavar="PORT", help="Listen here for a virtual card; 0 takes any free port.")
    ] = None,
    reader: Annotated[str | None, typer.Option(metavar="NAME", help="Part of a PC/SC reader's name.")] = None,
    mrz: Annotated[str | None, typer.Option(metavar="TEXT", help="The zone that opens the chip.")] = None,
    can: Annotated[str | None, typer.Option(metavar="DIGITS", help="The card access number, six digits.")] = None,
    master_list: MasterList = None,
    csca: Csca = None,
    crl: Crl = None,
    wait: Annotated[float, typer.Option(metavar="SECONDS", help="How long to wait for a card.")] = 30.0,
    as_json: AsJson = False,
) -> None:
    """Read a chip.

    Example: python -m passport_reader read --vpcd 35963 --can 123456 --master-list DE_ML.ml --json
    """
    key = _key(mrz, can)
    trust, refused = _trust(master_list, csca or [], crl or [])
    with _card(vpcd, reader, wait) as card:
        document = _read(card, key, trust)
    _print(_report(document, trust, refused), as_json=as_json)


def _read(card: Card, key: Key, trust: TrustStore) -> TravelDocument:
    """A chip that does not go along is a finding too."""
    try:
        return reading.read_document(card, key, trust, at=datetime.now(UTC))
    except (ChipRefused, UnusableData) as error:
        finding = ChipFinding("access_control", Outcome.FAILED, error.code, str(error))
    except ChipLost as error:
        finding = ChipFinding("access_control", Outcome.UNDETERMINED, error.code, str(error))
    return TravelDocument(None, None, (finding,))


@contextmanager
def _card(port: int | None, name: str | None, seconds: float) -> Iterator[Card]:
    if (port is None) == (name is None):
        _unusable("give either --vpcd PORT or --reader NAME")
    if port is not None and not 0 <= port <= 65535:
        _unusable("a port is 0 to 65535")
    try:
        reader = PcscReader(name) if name is not None else VpcdReader(port=port or 0)
    except (PassportError, OSError) as error:
        _unusable(f"no reader: {error}")
    if isinstance(reader, VpcdReader) and port == 0:
        typer.echo(f"waiting for a card at port {reader.port}", err=True)
    try:
        yield reader.wait_for_card(seconds)
    except TimeoutError:
        _unusable(f"no card within {seconds:g} s")
    except ChipLost:
        _unusable("the card was gone before it could be read")
    finally:
        reader.close()


def _key(zone: str | None, can: str | None) -> Key:
    if (zone is None) == (can is None):
        _unusable("give either --mrz TEXT or --can DIGITS")
    try:
        return MrzKey.of(machine_readable.parse(zone or "")) if can is None else CanKey(can)
    except (UnusableMrz, UnusableKey) as error:
        _unusable(str(error))


def _zone(source: str) -> Mrz:
    """Raise `UnusableMrz`."""
    path = Path(source)
    try:
        is_file = path.is_file()
    except (OSError, ValueError):
        is_file = False  # a zone is no path, and may be too long for one
    if not is_file:
        return machine_readable.parse(source)
    data = _bytes(path)
    try:
        return machine_readable.parse(data.decode("ascii"))
    except UnicodeDecodeError:
        return _zone_of_picture(path)


def _zone_of_picture(path: Path) -> Mrz:
    from passport_reader.page.reader import read_page

    try:
        with Image.open(path) as picture:
            pixels = np.asarray(picture.convert("RGB"))
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        _unusable(f"{path.name} is neither text nor a picture")
    try:
        return read_page(pixels).mrz
    except UnusableMrz:
        raise
    except PassportError as error:  # the page reader lacks something
        _unusable(str(error))


def _folder(folder: Path) -> dict[int, bytes]:
    if not folder.is_dir():
        _unusable(f"{folder} is no folder")
    names = {file: folder / f"{file.title}.bin" for file in Ef}
    files = {int(file): _bytes(path) for file, path in names.items() if path.is_file()}
    if not files:
        _unusable(f"{folder} holds no file of a chip, such as EF_SOD.bin")
    return files


def _trust(master_list: Path | None, csca: list[Path], crl: list[Path]) -> tuple[TrustStore, str]:
    """The certificates to believe, and why a master list was left out: none of the given roots certified its signer."""
    roots, lists = [_bytes(path) for path in csca], [_bytes(path) for path in crl]
    refused = ""
    try:
        given = TrustStore.from_certificates(roots, revocation_lists=lists)
        if master_list is None:
            return given, refused
        listed = TrustStore.from_master_list(_bytes(master_list), roots=roots, revocation_lists=lists)
        certificates = (*given.certificates, *listed.certificates)
        return TrustStore(certificates, given.revocation_lists, source=listed.source), refused
    except TrustRefused as error:
        return given, str(error)
    except UnusableData as error:
        _unusable(str(error))


def _instant(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        _unusable(f"{text} is no date such as 2026-01-31")
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_INPUT_BYTES:
            _unusable(f"{path} is larger than {MAX_INPUT_BYTES} bytes")
        return path.read_bytes()
    except OSError as error:
        _unusable(f"{path} cannot be read: {error.strerror}")


def _report(document: TravelDocument, trust: TrustStore, refused: str) -> dict[str, Any]:
    face = document.face
    picture = {} if face is None else {"media_type": face.media_type, "width": face.width, "height": face.height}
    return {
        "mrz": _mrz_fields(document.mrz),
        "face": picture or None,
        "checks": _checks(document.findings),
        "files": {Ef(file).title: len(data) for file, data in document.files.items()},
        "trust": {"certificates": len(trust.certificates), "source": trust.source, "master_list_refused": refused},
        "seconds": {name: round(value, 3) for name, value in document.seconds.items()},
    }


def _mrz_fields(zone: Mrz | None) -> dict[str, Any] | None:
    return None if zone is None else asdict(zone)


def _checks(findings: Iterable[ChipFinding]) -> list[dict[str, str]]:
    return [asdict(finding) for finding in findings]


def _print(report: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(report, default=str, ensure_ascii=False))
        return
    for name, value in (report["mrz"] or {}).items():
        typer.echo(f"{name:24}{' / '.join(value) if isinstance(value, tuple) else value}")
    for check in report["checks"]:
        typer.echo(f"{check['check']:24}{check['outcome']:15}{check['code']:26}{check['detail']}".rstrip())


def _unusable(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)


if __name__ == "__main__":
    app(prog_name="python -m passport_reader")
