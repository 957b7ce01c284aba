"""The classes that write to the tables say what the tables say."""

from __future__ import annotations

from fractions import Fraction
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from sqlalchemy import JSON, Column
from sqlalchemy.orm import Mapper

from core.columns import Exact
from core.models import Base
from core.schema import METADATA

MAPPERS = sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__name__)


def test_every_table_has_one_class() -> None:
    tables = [mapper.local_table.description for mapper in MAPPERS]
    assert sorted(tables) == sorted(METADATA.tables)


@pytest.mark.parametrize("mapper", MAPPERS, ids=lambda mapper: mapper.class_.__name__)
def test_a_class_names_the_columns_of_its_table_in_order_with_their_types(
    mapper: Mapper[Any],
) -> None:
    declared = {
        name: get_args(hint)[0]
        for name, hint in get_type_hints(mapper.class_).items()
        if name in mapper.class_.__annotations__
    }
    assert list(declared) == [column.key for column in mapper.local_table.columns]
    for column in mapper.local_table.columns:
        kind, optional = _kind_of(declared[column.key])
        assert (kind, optional) == (_python_type(column), column.nullable), column


def _kind_of(hint: Any) -> tuple[Any, bool]:
    """Return the type of a hint, and whether it may be None."""
    parts = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    kinds = [part for part in parts if part is not NoneType]
    assert len(kinds) == 1, hint
    return get_origin(kinds[0]) or kinds[0], NoneType in parts


def _python_type(column: Column[Any]) -> type:
    if isinstance(column.type, Exact):
        return Fraction
    # The only ones kept as JSON are lists.
    return list if isinstance(column.type, JSON) else column.type.python_type
