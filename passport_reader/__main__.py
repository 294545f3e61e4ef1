"""Reading and verifying travel documents from the command line.

Exit status 0 when the command ran, whatever it found; 2 for unusable arguments or input.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from passport_reader import command_output as output
from passport_reader import examination, reading
from passport_reader import mrz as machine_readable
from passport_reader.card.pcsc import PcscReader
from passport_reader.card.vpcd import VpcdReader
from passport_reader.command_input import TerminalFiles, TrustFiles, folder, instant, key, octets, picture, unusable
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
from passport_reader.mrz import NotAnMrz
from passport_reader.pki.trust import TrustStore
from passport_reader.protocols.access import Key, MrzKey
from passport_reader.protocols.misreadings import candidates
from passport_reader.reading import Listener, Wishes

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
MasterList = Annotated[list[Path] | None, typer.Option(help="CSCA master list (CMS, DER); may be given again.")]
Csca = Annotated[list[Path] | None, typer.Option(help="CSCA certificate (DER) to believe, also as the root of lists.")]
Crl = Annotated[list[Path] | None, typer.Option(help="Certificate revocation list (DER).")]
Ldif = Annotated[list[Path] | None, typer.Option(help="Download of the ICAO directory (LDIF).")]
DeviationList = Annotated[list[Path] | None, typer.Option(help="A State's deviation list (CMS, DER).")]
DefectList = Annotated[list[Path] | None, typer.Option(help="An inspecting authority's defect list (CMS, DER).")]
DefectRoot = Annotated[list[Path] | None, typer.Option(help="Certificate (DER) under which defect lists are signed.")]


@app.command()
def mrz(
    source: Annotated[
        list[str],
        typer.Argument(metavar="FILE-OR-TEXT", help="The zone, a text file, or a page's picture; several of one page."),
    ],
    as_json: AsJson = False,
) -> None:
    """Parse a machine readable zone.

    Example: python -m passport_reader mrz "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<D231458907UTO7408122F1204159<<<<<<<6"
    """
    zone: Mrz | None = None
    seen: dict[str, Any] = {}
    finding = ChipFinding("mrz", Outcome.SUCCESSFUL, "check_digits_match")
    try:
        text = _text(source[0]) if len(source) == 1 else None
        if text is not None:
            zone = machine_readable.parse(text)
        else:
            seen = _seen(source)
            zone = seen.pop("zone")
    except NotAnMrz as error:
        unusable(str(error))
    except UnusableMrz as error:
        finding = ChipFinding("mrz", Outcome.FAILED, error.code, str(error))
        seen = {} if text is not None else _proposed(source)
    output.show({"mrz": output.mrz_fields(zone), "checks": output.checks([finding]), **seen}, as_json=as_json)


@app.command()
def inspect(
    files: Annotated[Path, typer.Argument(metavar="DIR", help="Folder with EF_SOD.bin, EF_DG1.bin …")],
    master_list: MasterList = None,
    csca: Csca = None,
    crl: Crl = None,
    ldif: Ldif = None,
    deviation_list: DeviationList = None,
    defect_list: DefectList = None,
    defect_root: DefectRoot = None,
    at: Annotated[
        str | None, typer.Option(metavar="DATE", help="When certificates must be valid; now unless given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify a folder of LDS files, without the chip they came from.

    Example: python -m passport_reader inspect dump/ --master-list DE_ML.ml --csca csca.cer --at 2026-01-31 --json
    """
    given = folder(files)
    lists = (master_list, csca, crl, ldif, deviation_list, defect_list, defect_root)
    trust, refused = TrustFiles(*(paths or () for paths in lists)).load()
    document = examination.of_folder(given, trust, instant(at))
    output.show(output.report(document, trust, refused), as_json=as_json)


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
    ldif: Ldif = None,
    deviation_list: DeviationList = None,
    defect_list: DefectList = None,
    defect_root: DefectRoot = None,
    details: Annotated[bool, typer.Option(help="Read DG5, 7, 11, 12, 13 and 16 too.")] = False,
    terminal_certificate: Annotated[
        list[Path] | None, typer.Option(help="Card-verifiable certificate: CVCA, links, DV, IS. Opens DG3 and DG4.")
    ] = None,
    terminal_key: Annotated[Path | None, typer.Option(help="The terminal's private key (PKCS #8).")] = None,
    token_module: Annotated[Path | None, typer.Option(help="PKCS #11 module, where the key is in a token.")] = None,
    token: Annotated[str | None, typer.Option(help="Label of the token; PIN: SEKISHO_TOKEN_PIN, or a file.")] = None,
    token_key: Annotated[str | None, typer.Option(help="Label of the key in the token.")] = None,
    token_pin_file: Annotated[Path | None, typer.Option(help="A file whose first line is the token's PIN.")] = None,
    look_alikes: Annotated[
        bool, typer.Option(help="Try numbers that look like the zone's (O for 0 …), three more at the most.")
    ] = False,
    wait: Annotated[float, typer.Option(metavar="SECONDS", help="How long to wait for a card.")] = 30.0,
    as_json: AsJson = False,
) -> None:
    """Read a chip.

    Example: python -m passport_reader read --vpcd 35963 --can 123456 --master-list DE_ML.ml --json
    """
    opening = key(mrz, can)
    lists = (master_list, csca, crl, ldif, deviation_list, defect_list, defect_root)
    trust, refused = TrustFiles(*(paths or () for paths in lists)).load()
    known_by = TerminalFiles(terminal_certificate or (), terminal_key, token_module, token, token_key, token_pin_file)
    alternatives = candidates(opening) if look_alikes and isinstance(opening, MrzKey) else ()
    wishes = Wishes(details=details, terminal=known_by.load(), alternatives=alternatives)
    with _card(vpcd, reader, wait) as card:
        document = _read(card, opening, trust, wishes, quiet=as_json)
    output.show(output.report(document, trust, refused), as_json=as_json)


def _read(card: Card, opening: Key, trust: TrustStore, wishes: Wishes, *, quiet: bool) -> TravelDocument:
    """A chip that does not go along is a finding too."""
    try:
        with output.progress(quiet=quiet) as tell:
            listener = Listener(progress=tell)
            return reading.read_document(card, opening, trust, at=datetime.now(UTC), wishes=wishes, listener=listener)
    except (ChipRefused, UnusableData) as error:
        finding = ChipFinding("access_control", Outcome.FAILED, error.code, str(error))
    except ChipLost as error:
        finding = ChipFinding("access_control", Outcome.UNDETERMINED, error.code, str(error))
    return TravelDocument(None, None, (finding,))


@contextmanager
def _card(port: int | None, name: str | None, seconds: float) -> Iterator[Card]:
    if (port is None) == (name is None):
        unusable("give either --vpcd PORT or --reader NAME")
    if port is not None and not 0 <= port <= 65535:
        unusable("a port is 0 to 65535")
    try:
        reader = PcscReader(name) if name is not None else VpcdReader(port=port or 0)
    except (PassportError, OSError) as error:
        unusable(f"no reader: {error}")
    if isinstance(reader, VpcdReader) and port == 0:
        typer.echo(f"waiting for a card at port {reader.port}", err=True)
    try:
        yield reader.wait_for_card(seconds)
    except TimeoutError:
        unusable(f"no card within {seconds:g} s")
    except ChipLost:
        unusable("the card was gone before it could be read")
    finally:
        reader.close()


def _text(source: str) -> str | None:
    """The zone itself, or what a text file holds; None where it is a picture."""
    path = Path(source)
    try:
        is_file = path.is_file()
    except (OSError, ValueError):
        is_file = False  # a zone is no path, and may be too long for one
    if not is_file:
        return source
    try:
        return octets(path).decode("ascii")
    except UnicodeDecodeError:
        return None


def _seen(sources: Sequence[str]) -> dict[str, Any]:
    """The zone in pictures of one page, and how certain each character is. Raise `UnusableMrz`."""
    from passport_reader.page.reader import read_frames

    try:
        reading = read_frames([picture(Path(source)) for source in sources])
    except UnusableMrz:
        raise
    except PassportError as error:  # the page reader lacks something
        unusable(str(error))
    certainties = [[round(one, 4) for one in line] for line in reading.characters]
    return {"zone": reading.mrz, "confidence": round(reading.confidence, 4), "characters": certainties}


def _proposed(sources: Sequence[str]) -> dict[str, Any]:
    """What was seen of an unusable zone, and which single repairs would satisfy the check digits: for a person."""
    from passport_reader.page.proposals import propose
    from passport_reader.page.reader import sight

    try:
        sighting = sight([picture(Path(source)) for source in sources])
    except UnusableMrz:
        return {"seen": [], "proposals": []}
    return {"seen": list(sighting.lines), "proposals": [asdict(item) for item in propose(sighting)]}


if __name__ == "__main__":
    app(prog_name="python -m passport_reader")
