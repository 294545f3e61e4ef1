"""The schema's history, applied by alembic; what it adds up to is `tables.metadata`."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, create_engine, inspect, make_url, text
from sqlalchemy.pool import NullPool

from examiner_console.database import psycopg_url

HEAD = "0001"
"""The newest revision. Named here so that alembic, slow to import, is only asked where there is something to do."""


def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest schema; the folder of a SQLite file is made."""
    url = psycopg_url(url)
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        if _revision(connection) != HEAD:
            _upgrade(connection)
    engine.dispose()


def _revision(connection: Connection) -> str | None:
    """As alembic notes it; None where it never ran."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
