"""Loading what there is and what it is made of, in a number of queries that does not grow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeVarTuple

from msgspec import Struct
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.columns import read_exact
from core.planning import kitchen as planning
from core.planning.shape import Shape
from core.schema import ITEM
from core.services import _kitchen_queries as queries
from core.services._reading import rows_of
from core.session import remembered
from core.units import Amount, exact

Ts = TypeVarTuple("Ts")

CATALOGUE = ("item", "item_unit", "recipe", "recipe_output", "recipe_line", "bundle_line")
"""The tables that the catalogue is read from: it is read again only after a write to one."""

Factors = Mapping[tuple[int, str], str | None]
"""What one of a unit is in the stock unit of an item, as its exact text; None is unknown."""


Table = list[tuple[Any, ...]]
"""The rows that a query gives."""
Tables = tuple[Table, Table, Table, Table]
"""All that the catalogue is made of."""


class Catalogue(Struct, eq=False):
    """Items, recipes and bundles by id, amounts in stock units, and the factors that made them.

    `shape` is that of the last plan of it: the next plan often has the same.
    """

    items: Mapping[int, planning.Item]
    recipes: Mapping[int, planning.Recipe]
    bundles: Mapping[int, tuple[planning.Line, ...]]
    factors: Factors
    shape: Shape | None = None


def catalogue(session: Session) -> Catalogue:
    """Return the catalogue of the session's state.

    It is read again only if something was written to it: most records and edits leave it alone.
    """
    return remembered(session, "catalogue", lambda: _taken_over(session), of=CATALOGUE)


_last: tuple[tuple[Tables, Catalogue], ...] = ()
"""The last catalogues with what they were made of; two, for rehearsals edit what others read."""


def _taken_over(session: Session) -> Catalogue:
    """Read the rows of the catalogue, and make it of them unless the last one is of the same."""
    global _last
    tables = _read(session)
    same = next((each for each in _last if each[0] == tables), None)
    newest = same or (tables, _made_of(*tables))
    _last = (newest, *(each for each in _last if each is not same))[:2]
    return newest[1]


def forget_catalogues() -> None:
    """Make the next catalogue anew, whatever its rows are."""
    global _last
    _last = ()


def _read(session: Session) -> Tables:
    """Return what `_made_of` wants."""
    return (
        _table(session, queries.items()),
        _table(session, queries.recipes()),
        _table(session, queries.recipe_lines()),
        _table(session, queries.bundles()),
    )


def _table(session: Session, query: Select[*tuple[Any, ...]]) -> Table:
    """Return the rows as the driver gives them: SQLAlchemy's take far longer to be compared."""
    session.flush()
    cursor = session.connection().execute(query).cursor
    assert cursor is not None, "a query has rows"
    return list(cursor.fetchall())


def _made_of(items: Table, outputs: Table, recipe_lines: Table, bundle_lines: Table) -> Catalogue:
    """Make the catalogue of its rows."""
    known: dict[int, planning.Item] = {}
    factors: dict[tuple[int, str], str | None] = {}
    for key, slug, name, kind, unit, always_on_hand, category, other_unit, factor in items:
        if key not in known:
            known[key] = planning.Item(key, slug, name, kind, unit, bool(always_on_hand), category)
        if other_unit is not None:
            factors[key, other_unit] = factor
    lines: dict[int, list[planning.Line]] = defaultdict(list)
    # By factors that are there already: to join them for every line takes as long again.
    for recipe_id, item_id, amount, unit in recipe_lines:
        lines[recipe_id].append(_line(item_id, amount, unit, factors.get((item_id, unit))))
    bundles = _bundles((key for key, item in known.items() if item.kind == "bundle"), bundle_lines)
    return Catalogue(known, _recipes(outputs, lines), bundles, factors)


@lru_cache(maxsize=65_536)
def stock_amount(amount: str, unit: str | None, factor: str | None) -> tuple[Fraction | None, str]:
    """Return an amount in stock units; of an unknown one, None and how it was entered.

    Remembered, because a kitchen repeats the same few thousand amounts in every load.
    """
    if factor is None:
        return None, exact(Amount(read_exact(amount), unit))
    return read_exact(amount) * read_exact(factor), ""


@lru_cache(maxsize=65_536)
def _line(item_id: int, amount: str, unit: str | None, factor: str | None) -> planning.Line:
    """Return a line; remembered too, because most lines stay as they are between loads."""
    return planning.Line(item_id, *stock_amount(amount, unit, factor))


def load_recipe(session: Session, recipe_id: int) -> planning.Recipe | None:
    """Load one recipe, or None where there is no such recipe."""
    heads, inputs = queries.recipe()
    lines = [_line(*line) for line in rows_of(session, inputs, recipe=recipe_id)]
    return _recipes(rows_of(session, heads, recipe=recipe_id), {recipe_id: lines}).get(recipe_id)


def _recipes(
    outputs: Iterable[Iterable[Any]], lines: Mapping[int, list[planning.Line]]
) -> dict[int, planning.Recipe]:
    """Put recipes together from their outputs, each with its recipe, and their lines."""
    heads: dict[int, tuple[str, str, Fraction]] = {}
    makes: dict[int, list[planning.Line]] = defaultdict(list)
    for key, slug, name, step, item_id, amount, unit, factor in outputs:
        heads[key] = slug, name, read_exact(step)
        makes[key].append(_line(item_id, amount, unit, factor))
    return {
        key: planning.Recipe(key, *head, tuple(makes[key]), tuple(lines.get(key, ())))
        for key, head in heads.items()
    }


def load_bundles(session: Session) -> dict[int, tuple[planning.Line, ...]]:
    """Load what each bundle holds, by the id of its item."""
    bundles = rows_of(session, select(ITEM.c.id).where(ITEM.c.kind == "bundle"))
    return _bundles((item_id for (item_id,) in bundles), rows_of(session, queries.bundles()))


def _bundles(
    ids: Iterable[int], lines: Iterable[Iterable[Any]]
) -> dict[int, tuple[planning.Line, ...]]:
    """Put bundles together from their lines; one that nothing is in yet has none."""
    bundles: dict[int, list[planning.Line]] = {item_id: [] for item_id in ids}
    for bundle_id, *line in lines:
        bundles[bundle_id].append(_line(*line))
    return {bundle_id: tuple(held) for bundle_id, held in bundles.items()}
