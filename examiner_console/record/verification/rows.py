"""Rows as any driver gives them, brought to one form: SQLite keeps whatever was forced into a column."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any, Final

from sqlalchemy import Connection

FETCHED: Final = 2000
"""Rows in memory at a time."""


def rows(connection: Connection, query: str) -> Iterator[Any]:
    """All rows as plain tuples, streamed; several such streams may be open at once."""
    driver: Any = connection.connection.driver_connection
    is_sqlite = connection.dialect.name == "sqlite"
    cursor = driver.cursor() if is_sqlite else driver.cursor(name=f"verify_{next(_NUMBERS)}")
    cursor.execute(query)
    while chunk := cursor.fetchmany(FETCHED):
        yield from chunk
    cursor.close()


_NUMBERS: Final = count()
"""PostgreSQL streams what a cursor with a name of its own selects."""


def raw(value: object) -> bytes:
    """A value of a wrong type becomes bytes that hash to something else."""
    return value if isinstance(value, bytes) else bytes(value) if isinstance(value, memoryview) else str(value).encode()


def words(value: object) -> str:
    """Text as stored; what is not UTF-8 is marked and equals nothing."""
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


def identifier(value: object) -> str:
    """SQLite stores identifiers as hex, PostgreSQL gives them as UUID; what is neither matches no record."""
    return words(value) if isinstance(value, bytes) else str(value).replace("-", "")
