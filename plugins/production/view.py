"""Loading the production of an event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from bakehouse.plugin import Amount, Cell, Column, Ref, Row, RowStyle, Table, ViewContext
from core.services import event_service, saying
from core.services.planning import plan_service
from core.services.planning.shapes import OutputProgress, ProductionProgress, RecipeProgress
from core.services.saying import Say

COLUMNS = (
    Column("recipe", width=22, priority=0),
    Column("to_bake", "Bake", "amount", width=6, priority=0),
    Column("can_now", "Can now", "amount", width=7, priority=1),
    Column("have", "Have", "amount", width=14, priority=0),
    Column("made", "Made", "amount", width=6, priority=4),
    Column("delivered", "Delivered", "amount", width=9, priority=2),
    Column("lost", "Lost", "amount", width=6, priority=4),
    Column("progress", "%", "percent", width=5, priority=2),
    Column("target", "Target", "amount", edit="target", width=6, priority=5),
    Column("spare", "Spare", "amount", width=7, priority=3),
    Column("status", "Status", "status", width=16, priority=0),
)


def load(ctx: ViewContext) -> Table:
    """Return a row for each recipe; of several outputs, each has a row below it."""
    progress = event_service.get_production_progress(ctx.event, session=ctx.session)
    say = saying.amounts(ctx.session)
    causes = _Causes(ctx, progress, say)
    rows = [
        row for recipe in progress["recipes"] for row in _rows_of(recipe, say, causes.of(recipe))
    ]
    return Table(
        COLUMNS,
        rows,
        totals=_totals(progress, say) if rows else None,
        data=progress,
        empty="Nothing to bake for this event.",
    )


def _rows_of(recipe: RecipeProgress, say: Say, cause: str) -> Iterator[Row]:
    style, status = _state(recipe, say, cause)
    outputs = recipe["outputs"]
    cells: dict[str, Cell] = {
        "recipe": recipe["recipe_name"],
        "to_bake": _batches(say, recipe["remaining_batches"]),
        "can_now": "" if _is_done(recipe) else _batches(say, recipe["can_make"]),
        "progress": recipe["progress_pct"],
        "target": _target(recipe, say),
        "status": status,
    }
    if len(outputs) == 1:
        cells |= _counted(outputs[0], say)
    else:
        cells |= {"have": _batches_there(recipe, say), "made": _batches_made(recipe, say)}
    yield Row(
        f"recipe:{recipe['recipe_id']}",
        _in_order(cells),
        about=Ref("recipe", recipe["recipe_id"]),
        style=style,
    )
    if len(outputs) != 1:
        for output in outputs:
            yield _output_row(recipe["recipe_id"], output, say)


def _output_row(recipe_id: int, output: OutputProgress, say: Say) -> Row:
    cells: Mapping[str, Cell] = {
        "recipe": f"  {output['item_name']}",
        "to_bake": _unless_none(output, output["to_make"], say),
        **_counted(output, say),
    }
    return Row(
        f"output:{recipe_id}:{output['item_id']}",
        _in_order(cells),
        about=Ref("item", output["item_id"]),
        style="muted",
    )


def _counted(output: OutputProgress, say: Say) -> dict[str, Cell]:
    """Return what is counted in units of one output."""
    return {
        "have": _there(output, say),
        "made": _unless_none(output, output["produced"], say),
        "delivered": _unless_none(output, output["delivered"], say),
        "lost": _unless_none(output, output["lost"], say),
        "spare": _unless_none(output, output["spare"], say),
    }


def _unless_none(output: OutputProgress, value: Decimal | None, say: Say) -> Amount | str:
    return "" if value == 0 else Amount(value, say.amount(output["item_id"], value))


def _in_order(cells: Mapping[str, Cell]) -> tuple[Cell, ...]:
    return tuple(cells.get(column.name, "") for column in COLUMNS)


def _state(recipe: RecipeProgress, say: Say, cause: str) -> tuple[RowStyle | None, str]:
    """Return how a recipe stands, as a style and in words."""
    batches, can = recipe["remaining_batches"], recipe["can_make"]
    if batches is None:
        return "unknown", cause
    if recipe["is_stale"]:
        return "short", "stale target"
    if _is_done(recipe):
        return "done", "done"
    if can is None:
        return "unknown", cause
    to_bake = f"{say.batches(batches)} to bake"
    if cause:
        return "short", f"{to_bake}, {cause}" if batches else cause
    return None, to_bake if batches else "from left-over"


def _is_done(recipe: RecipeProgress) -> bool:
    """Tell whether nothing is needed and nothing is to be baked either, as by a target."""
    return recipe["is_complete"] and not recipe["remaining_batches"]


class _Causes:
    """Why recipes are unknown or short; the problems are read only where there are such."""

    def __init__(self, ctx: ViewContext, progress: ProductionProgress, say: Say) -> None:
        self._unknown = "unknown"
        self._short: frozenset[int | None] = frozenset()
        if not any(map(_needs_cause, progress["recipes"])):
            return
        problems = plan_service.problems(ctx.event, session=ctx.session)
        self._short = frozenset(each.item_id for each in problems if each.kind == "short")
        unknown = {each.item_id for each in problems if each.kind == "unknown"}
        names = sorted(say.name(item_id) for item_id in unknown if item_id is not None)
        if len(names) == 1:
            self._unknown = f"unknown: {names[0]}"

    def of(self, recipe: RecipeProgress) -> str:
        """Return the words for a recipe, or nothing."""
        if recipe["remaining_batches"] is None or recipe["can_make"] is None:
            return self._unknown
        made = {output["item_id"] for output in recipe["outputs"]}
        return "short" if made & self._short else ""


def _needs_cause(recipe: RecipeProgress) -> bool:
    """Tell whether something is unknown, or the batches alone do not cover what is needed."""
    batches = recipe["remaining_batches"]
    if batches is None or recipe["can_make"] is None:
        return True
    rest = _rest(recipe)
    return rest is not None and rest > batches


def _rest(recipe: RecipeProgress) -> Decimal | None:
    """Return what is not there yet, in batches' worth."""
    total = Decimal(0)
    for value in map(_batches_needed, recipe["outputs"]):
        if value is None:
            return None
        total += value
    return total


def _batches_needed(output: OutputProgress) -> Decimal | None:
    remaining, per_batch = output["remaining"], output["per_batch"]
    if remaining == 0:
        return remaining
    return None if remaining is None or per_batch is None else remaining / per_batch


def _totals(progress: ProductionProgress, say: Say) -> tuple[Cell, ...]:
    values: Mapping[str, Cell] = {
        "recipe": "Batches",
        "to_bake": _worth(say, progress["total_remaining"]),
        "have": _said_of(progress["total_covered"], progress["total_needed"], say),
        "made": _worth(say, progress["total_produced"]),
        "progress": progress["progress_pct"],
        "status": "done" if progress["is_complete"] else "",
    }
    return _in_order(values)


def _batches(say: Say, value: Decimal | None) -> Amount:
    return Amount(value, say.batches(value))


def _worth(say: Say, value: Decimal | None) -> Amount:
    return Amount(value, say.worth(value))


def _target(recipe: RecipeProgress, say: Say) -> Amount:
    """Return the batches in all, said only where somebody has decided on them."""
    target = recipe["target_batches"]
    return Amount(target, say.batches(target) if recipe["has_target"] else "")


def _batches_there(recipe: RecipeProgress, say: Say) -> Amount:
    return _said_of(recipe["covered_batches"], recipe["needed_batches"], say)


def _said_of(there: Decimal | None, needed: Decimal | None, say: Say) -> Amount:
    """Say how many of the batches that are needed are there already, made here or not."""
    return Amount(there, f"{say.worth(there)} of {say.worth(needed)}")


def _there(output: OutputProgress, say: Say) -> Amount:
    """Say how much of what is needed is there already: made for the event, or in stock."""
    item_id, needed = output["item_id"], output["needed"]
    there = output["covered"]
    if needed == 0:
        return Amount(there, "")
    said, whole = say.amount(item_id, there), say.amount(item_id, needed)
    unit = whole.rpartition(" ")[2]
    return Amount(
        there, f"{said if unit[:1].isdigit() else said.removesuffix(f' {unit}')} of {whole}"
    )


def _batches_made(recipe: RecipeProgress, say: Say) -> Amount:
    made = recipe["produced_batches"]
    return Amount(made, "" if made == 0 else say.worth(made))
