"""Loading the production of an event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from bakehouse.plugin import Amount, Cell, Column, Ref, Row, RowStyle, Table, ViewContext
from core.services import event_service, saying
from core.services.planning import plan_service
from core.services.planning.shapes import OutputProgress, ProductionProgress, RecipeProgress
from core.services.saying import Say

DELIVERED = "delivered"
COLUMNS = (
    Column("recipe", width=22, priority=0),
    Column("to_bake", "Bake", "amount", width=6, priority=0),
    Column("can_now", "Can now", "amount", width=7, priority=1),
    Column("have", "Have", "amount", width=14, priority=0),
    Column("made", "Made", "amount", width=6, priority=4),
    Column(DELIVERED, "Delivered", "amount", width=9, priority=2),
    Column("lost", "Lost", "amount", width=6, priority=4),
    Column("progress", "%", "percent", width=5, priority=2),
    Column("target", "Target", "amount", edit="target", width=6, priority=5),
    Column("spare", "Spare", "amount", width=7, priority=3),
    Column("status", "Status", "status", width=16, priority=0),
)


def load(ctx: ViewContext) -> Table:
    """Return a row for each recipe; of several outputs, each has a row below it.

    What was delivered has a column as soon as there is some.
    """
    progress = event_service.get_production_progress(ctx.event, session=ctx.session)
    say = saying.amounts(ctx.session)
    causes = _Causes(ctx, progress, say)
    rows = [
        row for recipe in progress["recipes"] for row in _rows_of(recipe, say, causes.of(recipe))
    ]
    table = Table(
        COLUMNS,
        rows,
        totals=_totals(progress, say) if rows else None,
        data=progress,
        empty="Nothing to bake for this event.",
    )
    outputs = (output for recipe in progress["recipes"] for output in recipe["outputs"])
    return table if any(output["delivered"] for output in outputs) else _undelivered(table)


def _undelivered(table: Table) -> Table:
    """Leave out the column of what was delivered."""
    place = [column.name for column in table.columns].index(DELIVERED)

    def rest(cells: Sequence[Cell]) -> tuple[Cell, ...]:
        return (*cells[:place], *cells[place + 1 :])

    return replace(
        table,
        columns=tuple(column for column in table.columns if column.name != DELIVERED),
        rows=tuple(replace(row, cells=rest(row.cells)) for row in table.rows),
        totals=None if table.totals is None else rest(table.totals),
    )


def _rows_of(recipe: RecipeProgress, say: Say, cause: str) -> Iterator[Row]:
    style, status = _state(recipe, say, cause)
    outputs = recipe["outputs"]
    several = len(outputs) != 1
    yield Row(
        f"recipe:{recipe['recipe_id']}",
        (
            recipe["recipe_name"],
            _batches(say, recipe["remaining_batches"]),
            "" if _is_done(recipe) else _batches(say, recipe["can_make"]),
            _batches_there(recipe, say) if several else _there(outputs[0], say),
            _batches_made(recipe, say) if several else _made(outputs[0], say),
            "" if several else _delivered(outputs[0], say),
            "" if several else _lost(outputs[0], say),
            recipe["progress_pct"],
            _target(recipe, say),
            "" if several else _spare(outputs[0], say),
            status,
        ),
        about=Ref("recipe", recipe["recipe_id"]),
        style=style,
    )
    if several:
        for output in outputs:
            yield _output_row(recipe["recipe_id"], output, say)


def _output_row(recipe_id: int, output: OutputProgress, say: Say) -> Row:
    to_make = output["to_make"]
    return Row(
        f"output:{recipe_id}:{output['item_id']}",
        (
            f"  {output['item_name']}",
            "" if to_make == 0 else Amount(to_make, say.amount(output["item_id"], to_make)),
            "",
            _there(output, say),
            _made(output, say),
            _delivered(output, say),
            _lost(output, say),
            "",
            "",
            _spare(output, say),
            "",
        ),
        about=Ref("item", output["item_id"]),
        style="muted",
    )


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
    return _sum(map(_batches_needed, recipe["outputs"]))


def _batches_needed(output: OutputProgress) -> Decimal | None:
    remaining, per_batch = output["remaining"], output["per_batch"]
    if remaining == 0:
        return remaining
    return None if remaining is None or per_batch is None else remaining / per_batch


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    total = Decimal(0)
    for value in values:
        if value is None:
            return None
        total += value
    return total


def _totals(progress: ProductionProgress, say: Say) -> tuple[Cell, ...]:
    rest = _sum(_rest(recipe) for recipe in progress["recipes"])
    values: Mapping[str, Cell] = {
        "recipe": "Batches",
        "to_bake": _batches(say, progress["total_remaining"]),
        "have": _said_of(progress["total_needed"], rest, say),
        "made": _batches(say, progress["total_produced"]),
        "progress": progress["progress_pct"],
        "status": "done" if progress["is_complete"] else "",
    }
    return tuple(values.get(column.name, "") for column in COLUMNS)


def _batches(say: Say, value: Decimal | None) -> Amount:
    return Amount(value, say.batches(value))


def _target(recipe: RecipeProgress, say: Say) -> Amount:
    """Return the batches in all, said only where somebody has decided on them."""
    target = recipe["target_batches"]
    return Amount(target, say.batches(target) if recipe["has_target"] else "")


def _batches_there(recipe: RecipeProgress, say: Say) -> Amount:
    return _said_of(recipe["needed_batches"], _rest(recipe), say)


def _said_of(needed: Decimal | None, rest: Decimal | None, say: Say) -> Amount:
    """Say how many of the batches that are needed are there already, made here or not."""
    there = _covered(needed, rest)
    return Amount(there, f"{say.batches(there)} of {say.batches(needed)}")


def _there(output: OutputProgress, say: Say) -> Amount:
    """Say how much of what is needed is there already: made for the event, or in stock."""
    item_id, needed = output["item_id"], output["needed"]
    there = _covered(needed, output["remaining"])
    if needed == 0:
        return Amount(there, "")
    said, whole = say.amount(item_id, there), say.amount(item_id, needed)
    unit = whole.rpartition(" ")[2]
    return Amount(
        there, f"{said if unit[:1].isdigit() else said.removesuffix(f' {unit}')} of {whole}"
    )


def _covered(needed: Decimal | None, rest: Decimal | None) -> Decimal | None:
    return None if needed is None or rest is None else max(Decimal(0), needed - rest)


def _batches_made(recipe: RecipeProgress, say: Say) -> Amount:
    made = recipe["produced_batches"]
    return Amount(made, "" if made == 0 else say.batches(made))


def _made(output: OutputProgress, say: Say) -> Amount:
    made = output["produced"]
    return Amount(made, say.amount(output["item_id"], made) if made else "")


def _delivered(output: OutputProgress, say: Say) -> Amount | str:
    delivered = output["delivered"]
    return Amount(delivered, say.amount(output["item_id"], delivered)) if delivered else ""


def _lost(output: OutputProgress, say: Say) -> Amount | str:
    lost = output["lost"]
    return Amount(lost, say.amount(output["item_id"], lost)) if lost else ""


def _spare(output: OutputProgress, say: Say) -> Amount | str:
    spare = output["spare"]
    return "" if spare == 0 else Amount(spare, say.amount(output["item_id"], spare))
