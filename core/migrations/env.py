"""What alembic runs: the migrations, on the connection that `upgrade` was given."""

from __future__ import annotations

from alembic import context

from core.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
