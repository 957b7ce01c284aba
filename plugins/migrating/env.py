"""What alembic runs: the revisions of one plugin, on the connection that `tables` was given."""

from __future__ import annotations

from alembic import context

given = context.config.attributes
context.configure(
    connection=given["connection"],
    version_table=given["version_table"],
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
