"""Loading what there is and what it is made of, in a number of queries that does not grow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple, TypeVarTuple

from sqlalchemy import CompoundSelect, Row, Select, select
from sqlalchemy.orm import Session

from core.models import Item
from core.models.base import read_exact
from core.planning import kitchen as planning
from core.services import _kitchen_queries as queries
from core.session import remembered
from core.units import Amount, exact

Ts = TypeVarTuple("Ts")

CATALOGUE = ("item", "item_unit", "recipe", "recipe_output", "recipe_line", "bundle_line")
"""The tables that the catalogue is read from: it is read again only after a write to one."""

Factors = Mapping[tuple[int, str], str | None]
"""What one of a unit is in the stock unit of an item, as its exact text; None is unknown."""


class Catalogue(NamedTuple):
    """Items, recipes and bundles by id, amounts in stock units, and the factors that made them."""

    items: Mapping[int, planning.Item]
    recipes: Mapping[int, planning.Recipe]
    bundles: Mapping[int, tuple[planning.Line, ...]]
    factors: Factors


def catalogue(session: Session) -> Catalogue:
    """Return the catalogue of the session's state.

    It is loaded again only if something was written to it: most records and edits leave it alone.
    """
    return remembered(session, "catalogue", lambda: _load(session), of=CATALOGUE)


def _load(session: Session) -> Catalogue:
    items: dict[int, planning.Item] = {}
    factors: dict[tuple[int, str], str | None] = {}
    for key, slug, name, kind, unit, always, category, other, factor in rows_of(
        session, queries.items()
    ):
        if key not in items:
            items[key] = planning.Item(key, slug, name, kind, unit, always, category)
        if other is not None:
            factors[key, other] = factor
    recipes, bundles = _load_recipes(session, factors), load_bundles(session, items.values())
    return Catalogue(items, recipes, bundles, factors)


def rows_of(
    session: Session, query: Select[*Ts] | CompoundSelect[*Ts], **values: Any
) -> Sequence[Row[*Ts]]:
    """Read columns on the session's own connection, all at once.

    That goes past what the ORM does for entities, which takes as long as the query itself.
    """
    session.flush()
    return session.connection().execute(query, values).all()


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


def _load_recipes(session: Session, factors: Factors) -> dict[int, planning.Recipe]:
    lines: dict[int, list[planning.Line]] = defaultdict(list)
    # By factors that are there already: to join them for every line takes as long again.
    for recipe_id, item_id, amount, unit in rows_of(session, queries.recipe_lines()):
        lines[recipe_id].append(_line(item_id, amount, unit, factors.get((item_id, unit))))
    return _recipes(rows_of(session, queries.recipes()), lines)


def _recipes(
    outputs: Sequence[Row[*tuple[Any, ...]]], lines: Mapping[int, list[planning.Line]]
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


def load_bundles(
    session: Session, items: Iterable[planning.Item] | None = None
) -> dict[int, tuple[planning.Line, ...]]:
    """Load what each bundle holds, by the id of its item; `items` saves asking which there are."""
    ids = (
        session.scalars(select(Item.id).where(Item.kind == "bundle"))
        if items is None
        else (item.id for item in items if item.kind == "bundle")
    )
    bundles: dict[int, list[planning.Line]] = {item_id: [] for item_id in ids}
    for bundle_id, *line in rows_of(session, queries.bundles()):
        bundles[bundle_id].append(_line(*line))
    return {bundle_id: tuple(lines) for bundle_id, lines in bundles.items()}
