"""The declarative base."""

from __future__ import annotations

from sqlalchemy.orm import DeclarativeBase

from core.schema import METADATA


class Base(DeclarativeBase):
    """The base of what is written to the tables of the kitchen."""

    metadata = METADATA
