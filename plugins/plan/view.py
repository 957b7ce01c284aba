"""Loading the plan of all open events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from decimal import Decimal

from bakehouse.plugin import Amount, Column, Ref, RefKind, Row, RowStyle, Table, ViewContext
from core.services import saying
from core.services.planning import plan_service
from core.services.rows.plan import PlannedEvent, PlannedItem, PlannedRecipe
from core.services.saying import Say

COLUMNS = (
    Column("event", width=20, priority=1),
    Column("date", kind="date", width=10, priority=4),
    Column("name", "What", width=24, priority=0),
    Column("kind", width=10, priority=5),
    Column("need", "Need", "amount", width=11, priority=2),
    Column("from_stock", "From stock", "amount", width=11, priority=3),
    Column("net", "To do", "amount", width=11, priority=0),
    Column("batches", "Batches", "amount", width=7, priority=1),
    Column("status", "Status", "status", width=14, priority=0),
)

STYLES: Mapping[str, RowStyle] = {"enough": "done", "always": "muted", "unknown": "unknown"}


def load(ctx: ViewContext) -> Table:
    """Return the recipes and items of each open event, or of one, in the order of the plan."""
    plan = plan_service.get_plan(session=ctx.session)
    say = saying.amounts(ctx.session)
    events = [event for event in plan.events if ctx.event_id in (None, event.event_id)]
    return Table(
        COLUMNS,
        [row for event in events for row in _rows_of(event, say)],
        data={"events": [asdict(event) for event in events]},
        empty="No open event, so nothing is planned.",
    )


def _rows_of(event: PlannedEvent, say: Say) -> Iterator[Row]:
    for recipe in event.recipes:
        yield _recipe_row(event, recipe, say)
    for item in event.items:
        yield _item_row(event, item, say)


def _recipe_row(event: PlannedEvent, recipe: PlannedRecipe, say: Say) -> Row:
    style, status = _state(recipe)
    batches = Amount(recipe.batches, say.batches(recipe.batches))
    return Row(
        f"{event.event_id}:recipe:{recipe.recipe_id}",
        (event.name, event.date, recipe.name, "recipe", "", "", "", batches, status),
        about=Ref("recipe", recipe.recipe_id),
        style=style,
    )


def _state(recipe: PlannedRecipe) -> tuple[RowStyle | None, str]:
    """Return how a recipe stands, as a style and in words."""
    if recipe.batches is None:
        return "unknown", "unknown"
    if recipe.stale:
        return "short", "stale target"
    if recipe.short:
        return "short", "short"
    return (None, "bake") if recipe.batches else ("done", "done")


def _item_row(event: PlannedEvent, item: PlannedItem, say: Say) -> Row:
    def amount(value: Decimal | None) -> Amount:
        return Amount(value, say.amount(item.item_id, value))

    always = item.status == "always"
    kind: RefKind = "bundle" if item.kind == "bundle" else "item"
    return Row(
        f"{event.event_id}:item:{item.item_id}",
        (
            event.name,
            event.date,
            item.name,
            item.kind,
            amount(item.need),
            "" if always else amount(item.from_stock),
            "" if always else amount(item.net),
            "",
            item.status,
        ),
        about=Ref(kind, item.item_id),
        style=STYLES.get(item.status),
    )
