"""Run by alembic. `upgrade` hands over its connection, so that a failed migration leaves nothing behind."""

from __future__ import annotations

from alembic import context

from examiner_console.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
