"""What the commands print: one JSON object, or lines for a person; progress on a terminal while a chip is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields, is_dataclass
from enum import Enum
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TaskID, TextColumn
from rich.progress import Progress as Bars

from passport_reader.data_groups import contents
from passport_reader.document import ChipFinding, Mrz, TravelDocument
from passport_reader.lds import Ef
from passport_reader.mrz import names_may_be_cut
from passport_reader.pki.trust import TrustStore
from passport_reader.reading import Progress

_DETAILS = ("personal_details", "document_details", "notified_persons")


def report(document: TravelDocument, trust: TrustStore, refused: Sequence[str]) -> dict[str, Any]:
    face = document.face
    picture = {} if face is None else {"media_type": face.media_type, "width": face.width, "height": face.height}
    told = contents.decode(document.files)
    return {
        "mrz": mrz_fields(document.mrz),
        "face": picture or None,
        "details": {name: _plain(getattr(told, name)) for name in _DETAILS if getattr(told, name) is not None},
        "checks": checks(document.findings),
        "deviations": [asdict(item) for item in document.deviations],
        "unreadable": {file.title: str(error) for file, error in told.failures.items()},
        "files": {Ef(file).title: len(data) for file, data in document.files.items()},
        "trust": {"certificates": len(trust.certificates), "source": trust.source, "refused": list(refused)},
        "seconds": {name: round(value, 3) for name, value in document.seconds.items()},
    }


def mrz_fields(zone: Mrz | None) -> dict[str, Any] | None:
    """With what an officer is told of names that fill their field."""
    return None if zone is None else asdict(zone) | {"names_may_be_cut": names_may_be_cut(zone)}


def checks(findings: Iterable[ChipFinding]) -> list[dict[str, str]]:
    return [asdict(finding) for finding in findings]


def show(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(told, default=str, ensure_ascii=False))
        return
    for name, value in (told["mrz"] or {}).items():
        typer.echo(f"{name:24}{' / '.join(value) if isinstance(value, tuple) else value}")
    for check in told["checks"]:
        typer.echo(f"{check['check']:24}{check['outcome']:15}{check['code']:30}{check['detail']}".rstrip())
    for item in told.get("deviations", ()):
        typer.echo(f"{'deviation':24}{item['file']:15}{item['code']:30}{item['detail']}".rstrip())
    for sentence in told.get("trust", {}).get("refused", ()):
        typer.echo(f"{'left out':24}{sentence}")
    for proposal in told.get("proposals", ()):
        typer.echo(f"{'proposal':24}{proposal}")


def _plain(value: Any) -> Any:
    """For JSON: pictures and other bytes by their length, nothing of their content."""
    if is_dataclass(value) and not isinstance(value, type):
        if "__str__" in vars(type(value)):
            return str(value)
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, bytes):
        return {"octets": len(value)}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, Enum) else value


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """A bar for each file, on standard error, where that is a terminal."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda told: None
        return
    tasks: dict[str, TaskID] = {}
    with Bars(TextColumn("{task.description:16}"), BarColumn(), DownloadColumn(), console=console) as bars:

        def tell(told: Progress) -> None:
            if told.file not in tasks:
                tasks[told.file] = bars.add_task(told.file, total=told.total)
            bars.update(tasks[told.file], completed=told.done, total=told.total)

        yield tell
