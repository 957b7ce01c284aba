"""What alembic runs: the migrations, on the connection that `upgrade` was given."""

from __future__ import annotations

from alembic import context

from core.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
