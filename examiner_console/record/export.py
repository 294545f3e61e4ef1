"""Decisions as a table in a file: CSV (RFC 4180, UTF-8) or Parquet, without personal data unless it is asked for.

ExportError               code
├── ParquetMissing        pyarrow is not installed
└── FolderNotEmpty        an export is a folder of its own
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, func, select

from examiner_console.contract import Decision, Inspection, decode
from examiner_console.tables import decisions, inspections

JAPAN: Final = ZoneInfo("Asia/Tokyo")
CHUNK: Final = 5_000
"""Rows in memory at a time, and in a Parquet row group."""
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a cell that begins so for a formula; tab and return only hide one of the others."""
Cell = str | int | float | None
Row = tuple[Cell, ...]
COLUMNS: Final[dict[str, type]] = {
    "inspection": str,
    "version": int,
    "station": str,
    "kind": str,
    "direction": str,
    "port": str,
    "delivery": str,
    "received_at": str,
    "decided_at": str,
    "seconds_at_station": float,
    "outcome": str,
    "reasons": str,
    "articles": str,
    "rule_version": str,
    "booth": str,
    "suggested_status": str,
    "suggested_period": str,
}
"""Nothing that names a traveller. Reasons are codes; what they say of the case in words stays in the console."""
IDENTITIES: Final[dict[str, type]] = {
    "nationality": str,
    "document_number": str,
    "surname": str,
    "given_names": str,
    "birth_date": str,
    "sex": str,
}


class ExportError(Exception):
    code = "export_error"


class ParquetMissing(ExportError):
    code = "parquet_missing"


class FolderNotEmpty(ExportError):
    code = "folder_not_empty"


class Format(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"


def columns(with_identities: bool) -> dict[str, type]:
    return COLUMNS | IDENTITIES if with_identities else dict(COLUMNS)


def rows(connection: Connection, first: date, last: date, with_identities: bool) -> Iterator[Row]:
    """Every version of every decision of these days in Japan, both included, oldest first."""
    query = (
        select(decisions.c.version, decisions.c.body, inspections)
        .join(inspections, inspections.c.id == decisions.c.inspection)
        .where(*_decided(first, last))
        .order_by(decisions.c.decided_at, decisions.c.inspection, decisions.c.version)
    )
    options = {"stream_results": True, "yield_per": CHUNK}
    for row in connection.execute(query, execution_options=options):
        seen, decision = decode(row.payload, Inspection), decode(row.body, Decision)
        yield _facts(row, seen, decision) + (_identity(seen) if with_identities else ())


def counted(connection: Connection, first: date, last: date) -> int:
    """How many `rows` there are now."""
    return connection.execute(select(func.count()).select_from(decisions).where(*_decided(first, last))).scalar_one()


def _decided(first: date, last: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    begin, end = datetime.combine(first, time(), JAPAN), datetime.combine(last, time(), JAPAN) + timedelta(days=1)
    return decisions.c.decided_at >= begin, decisions.c.decided_at < end


def _facts(row: Any, seen: Inspection, decision: Decision) -> Row:
    suggestion = decision.suggestion
    return (
        str(seen.id),
        row.version,
        seen.station,
        seen.kind.value,
        seen.direction.value,
        seen.port,
        row.delivery,
        row.received_at.isoformat(),
        decision.decided_at.isoformat(),
        (seen.completed_at - seen.started_at).total_seconds(),
        decision.outcome.value,
        ";".join(reason.code for reason in decision.reasons),
        ";".join(reason.article for reason in decision.reasons),
        decision.rule_version,
        decision.booth,
        suggestion.status if suggestion else None,
        suggestion.period if suggestion else None,
    )


def _identity(seen: Inspection) -> Row:
    document = seen.document
    if document is None:
        return (None,) * len(IDENTITIES)
    born = document.birth_date.isoformat() if document.birth_date else None
    return (document.nationality, document.document_number, document.surname, document.given_names, born, document.sex)


def safe(cell: Cell) -> Cell:
    """Text that a spreadsheet would compute gets an apostrophe; a number stays one, also a negative one."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def write_csv(path: Path, names: dict[str, type], found: Iterable[Row]) -> int:
    """How many rows; lines end with CR LF (RFC 4180 §2), nothing stands for None."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(names)
        for row in found:
            writer.writerow([safe(cell) for cell in row])
            count += 1
    return count


def write_parquet(path: Path, names: dict[str, type], found: Iterable[Row]) -> int:
    """How many rows. Raises ParquetMissing."""
    arrow, parquet = arrow_modules()
    types = {str: arrow.string(), int: arrow.int64(), float: arrow.float64()}
    schema = arrow.schema([(name, types[kind]) for name, kind in names.items()])
    count = 0
    with parquet.ParquetWriter(path, schema) as writer:
        for chunk in _chunks(found):
            data = [list(column) for column in zip(*chunk, strict=True)]
            writer.write_table(arrow.table(data, schema=schema))
            count += len(chunk)
    return count


def arrow_modules() -> tuple[Any, Any]:
    """Raises ParquetMissing."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise ParquetMissing('Parquet needs pyarrow: pip install "sekisho[export]", or choose --format csv') from None
    return pyarrow, pyarrow.parquet


WRITERS: Final[dict[Format, Callable[[Path, dict[str, type], Iterable[Row]], int]]] = {
    Format.CSV: write_csv,
    Format.PARQUET: write_parquet,
}


def _chunks(found: Iterable[Row]) -> Iterator[Sequence[Row]]:
    chunk: list[Row] = []
    for row in found:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def empty_folder(path: Path) -> None:
    """Made where it is not there. Raises FolderNotEmpty, OSError."""
    path.mkdir(parents=True, exist_ok=True)
    if any(path.iterdir()):
        raise FolderNotEmpty(f"{path} is not empty: an export is a folder of its own")
