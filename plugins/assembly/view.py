"""Loading the assembly of an event."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from bakehouse.plugin import Amount, Cell, Column, Ref, Row, RowStyle, Table, ViewContext
from core.services import event_service, saying
from core.services.planning.shapes import AssemblyProgress, BundleProgress
from core.services.saying import Say

COLUMNS = (
    Column("bundle", width=22, priority=0),
    Column("have", "Have", "amount", edit="quantity", width=10, priority=0),
    Column("delivered", "Delivered", "amount", width=9, priority=1),
    Column("can_now", "Can now", "amount", width=7, priority=1),
    Column("after_baking", "After baking", "amount", width=12, priority=3),
    Column("short", "Short", "amount", width=6, priority=4),
    Column("missing", "Missing", width=26, priority=1),
    Column("progress", "%", "percent", width=5, priority=2),
    Column("status", "Status", "status", width=14, priority=0),
)


def load(ctx: ViewContext) -> Table:
    """Return a row for each bundle, by event line; nested ones are indented."""
    progress = event_service.get_assembly_progress(ctx.event, session=ctx.session)
    say = saying.amounts(ctx.session)
    rows = [_row(bundle, say) for bundle in progress["bundles"]]
    return Table(
        COLUMNS,
        rows,
        totals=_totals(progress, say) if rows else None,
        data=progress,
        empty="Nothing to assemble for this event.",
    )


def _row(bundle: BundleProgress, say: Say) -> Row:
    style, status = _state(bundle, say)
    short, delivered = bundle["short"], bundle["delivered_quantity"]
    missing = ", ".join(
        f"{each['item_name']} {say.amount(each['item_id'], each['missing'])}"
        for each in bundle["blockers"]
    )
    done = bundle["is_complete"]
    cells: Mapping[str, Cell] = {
        "bundle": f"  {bundle['bundle_name']}" if bundle["nested"] else bundle["bundle_name"],
        "have": _there(bundle["target_quantity"], bundle["remaining"], say),
        "delivered": _number(delivered, say) if delivered else "",
        "can_now": "" if done else _number(bundle["can_assemble_now"], say),
        "after_baking": "" if done else _number(bundle["can_assemble_after_production"], say),
        "short": "" if short == 0 else _number(short, say),
        "missing": missing,
        "progress": bundle["progress_pct"],
        "status": status,
    }
    return Row(
        f"bundle:{bundle['bundle_id']}",
        tuple(cells[column.name] for column in COLUMNS),
        about=Ref("bundle", bundle["bundle_id"]),
        style=style,
    )


def _state(bundle: BundleProgress, say: Say) -> tuple[RowStyle | None, str]:
    """Return how a bundle stands, as a style and in words."""
    can, short = bundle["can_assemble_now"], bundle["short"]
    if bundle["is_complete"]:
        return "done", "done"
    if bundle["remaining"] is None or can is None:
        return "unknown", "unknown"
    if short:
        return "short", f"{say.batches(short)} short"
    if can:
        return None, f"{say.batches(can)} possible"
    return None, "to buy first" if bundle["blockers"] else "to bake first"


def _totals(progress: AssemblyProgress, say: Say) -> tuple[Cell, ...]:
    values: Mapping[str, Cell] = {
        "bundle": "Bundles",
        "have": _there(progress["total_target"], _remaining(progress), say),
        "progress": progress["progress_pct"],
        "status": "done" if progress["is_complete"] else "",
    }
    return tuple(values.get(column.name, "") for column in COLUMNS)


def _number(value: Decimal | None, say: Say) -> Amount:
    return Amount(value, say.batches(value))


def _remaining(progress: AssemblyProgress) -> Decimal | None:
    total = Decimal(0)
    for bundle in progress["bundles"]:
        if bundle["remaining"] is None:
            return None
        total += bundle["remaining"]
    return total


def _there(target: Decimal | None, remaining: Decimal | None, say: Say) -> Amount:
    """Say how many of those needed are there already: assembled for the event, or in stock."""
    there = None
    if target is not None and remaining is not None:
        there = max(Decimal(0), target - remaining)
    return Amount(there, f"{say.batches(there)} of {say.batches(target)}")
