"""The least that any such program does: Textual and SQLAlchemy, and one table of the kitchen."""

from __future__ import annotations

import sys
from typing import Any

from sqlalchemy import String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from textual.app import App, ComposeResult
from textual.widgets import DataTable, Footer, Header


class Base(DeclarativeBase):
    """The models."""


class Item(Base):
    """One row."""

    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String)
    kind: Mapped[str] = mapped_column(String)


class Bare(App[None]):
    """A header, a table, a footer."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._engine = create_engine(f"sqlite:///{path}")

    def compose(self) -> ComposeResult:
        """Lay them out."""
        yield Header()
        yield DataTable[Any]()
        yield Footer()

    def on_mount(self) -> None:
        """Show the items."""
        table: DataTable[Any] = self.query_one(DataTable)
        table.add_columns("Item", "Kind")
        with Session(self._engine) as session:
            rows = session.execute(select(Item.name, Item.kind).order_by(Item.name)).all()
        table.add_rows([tuple(row) for row in rows])


if __name__ == "__main__":
    Bare(sys.argv[1]).run()
