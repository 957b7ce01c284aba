"""Where alembic finds `env.py` for the tables of plugins."""
