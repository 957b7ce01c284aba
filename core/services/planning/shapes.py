"""The shapes of the three views of an event (contract §1).

Amounts are `Decimal` in the item's stock unit, money is `Decimal` in the kitchen's currency;
`None` means unknown. A value without a finite decimal is rounded to 6 places.
"""

from decimal import Decimal
from typing import TypedDict


class OutputProgress(TypedDict):
    """One output of a recipe: what an event needs of it, and what there is.

    `ordered` is what its lines want of it as it is, `needed` what goes into other things as well.
    """

    item_id: int
    item_name: str
    unit: str
    per_batch: Decimal | None
    ordered: Decimal | None
    needed: Decimal | None
    covered: Decimal | None
    produced: Decimal
    lost: Decimal
    delivered: Decimal
    remaining: Decimal | None
    to_make: Decimal | None
    spare: Decimal | None


class RecipeProgress(TypedDict):
    """One recipe of an event, in batches.

    `needed_batches` is what `progress_pct` is a part of and `covered_batches` that part;
    `has_target` tells whether `target_batches` is the user's decision.
    """

    recipe_id: int
    recipe_name: str
    needed_batches: Decimal | None
    covered_batches: Decimal | None
    has_target: bool
    target_batches: Decimal | None
    produced_batches: Decimal | None
    batches_run: Decimal
    remaining_batches: Decimal | None
    progress_pct: Decimal | None
    is_complete: bool
    is_stale: bool
    can_make: Decimal | None
    outputs: list[OutputProgress]


class ProductionProgress(TypedDict):
    """The production of an event; totals in batches' worth of good output."""

    event_id: int
    event_name: str
    total_needed: Decimal | None
    total_covered: Decimal | None
    total_target: Decimal | None
    total_produced: Decimal | None
    total_remaining: Decimal | None
    progress_pct: Decimal | None
    is_complete: bool
    recipes: list[RecipeProgress]


class BlockerRow(TypedDict):
    """A component that is still missing once all planned batches are made."""

    item_id: int
    item_name: str
    unit: str
    needed: Decimal
    available: Decimal
    missing: Decimal


class BundleProgress(TypedDict):
    """One bundle of an event."""

    bundle_id: int
    bundle_name: str
    nested: bool
    target_quantity: Decimal | None
    assembled_quantity: Decimal
    delivered_quantity: Decimal
    remaining: Decimal | None
    progress_pct: Decimal | None
    is_complete: bool
    can_assemble_now: Decimal | None
    can_assemble_after_production: Decimal | None
    short: Decimal | None
    blockers: list[BlockerRow]


class AssemblyProgress(TypedDict):
    """The assembly of an event; totals in bundles, nested ones included."""

    event_id: int
    event_name: str
    total_target: Decimal | None
    total_assembled: Decimal
    progress_pct: Decimal | None
    is_complete: bool
    bundles: list[BundleProgress]


class PackRow(TypedDict):
    """Packs of one product to buy."""

    product_id: int
    label: str
    packs: int
    amount: Decimal
    cost: Decimal | None


class ShoppingRow(TypedDict):
    """One ingredient or supply that the work still to be done uses.

    `left_over_worth` is what `left_over` is worth at the price of its packs, and
    `left_over_for` the next open event that would have to buy some of it.
    """

    item_id: int
    item_name: str
    kind: str
    unit: str
    category: str | None
    store: str | None
    needed: Decimal | None
    on_hand: Decimal
    reserved: Decimal | None
    available: Decimal | None
    to_buy: Decimal | None
    status: str
    packs: list[PackRow]
    left_over: Decimal | None
    left_over_worth: Decimal | None
    left_over_for: str | None
    estimated_cost: Decimal | None
    problem: str | None
    checked: bool


class EventProgress(TypedDict):
    """The three views of an event and a summary, of one state of the kitchen."""

    event_id: int
    event_name: str
    revision: int
    production: ProductionProgress
    assembly: AssemblyProgress
    shopping: list[ShoppingRow]
    overall_pct: Decimal | None
    is_complete: bool
    items_to_buy: int
    unknown: int
    estimated_cost: Decimal | None
