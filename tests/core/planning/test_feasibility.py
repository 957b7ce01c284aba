"""What can be assembled and made now: one pool, nothing promised twice (domain.md §3)."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from math import ceil

from hypothesis import given, settings

from core.planning.feasibility import Assembly, assemblies, can_make
from core.planning.kitchen import Kitchen, Line
from core.planning.netting import make_plan
from core.planning.plan import Plan
from tests.core.planning.kitchens import kitchens

EXAMPLES = settings().max_examples * 3


def drawn(plan: Plan, lines: tuple[Line, ...], times: Fraction) -> dict[int, Fraction]:
    """Return what `times` of the lines ask for, inner bundles counted as themselves."""
    total: dict[int, Fraction] = defaultdict(Fraction)
    for line in lines:
        if not plan.kitchen.items[line.item_id].always_on_hand:
            total[line.item_id] += (line.amount or 0) * times
    return total


def components(plan: Plan, place: int, found: list[Assembly], counts: list[int]) -> None:
    """Check that the pool of an event holds the components of so many bundles together."""
    total: dict[int, Fraction] = defaultdict(Fraction)
    for assembly, count in zip(found, counts, strict=True):
        lines = plan.kitchen.bundles[assembly.bundle_id]
        for item_id, amount in drawn(plan, lines, Fraction(count)).items():
            total[item_id] += amount
        # What is assembled is there for the bundles that hold it.
        total[assembly.bundle_id] -= count
    for item_id, amount in total.items():
        given_ = plan.given(item_id, place)
        assert given_ is not None
        # Each draw may lack a ledger rounding.
        assert amount <= given_ + Fraction(len(found) * 4, 1000), plan.kitchen.items[item_id].name


@settings(max_examples=EXAMPLES)
@given(kitchens())
def test_nothing_is_promised_twice_and_never_more_than_remains(kitchen: Kitchen) -> None:
    plan = make_plan(kitchen)
    for place in range(len(kitchen.events)):
        found = [a for a in assemblies(plan, place) if a.now]
        for assembly in found:
            remaining = plan.net(assembly.bundle_id, place)
            assert remaining is not None
            assert assembly.now is not None
            assert 0 <= assembly.now <= remaining
        components(plan, place, found, [a.now or 0 for a in found])


@settings(max_examples=EXAMPLES)
@given(kitchens())
def test_production_only_adds_where_batches_use_nothing_that_bundles_use(
    kitchen: Kitchen,
) -> None:
    """Else it may take away: the last cup of the box is in the cake now."""
    plan = make_plan(kitchen)
    held = {line.item_id for lines in kitchen.bundles.values() for line in lines}
    used = {line.item_id for r in kitchen.recipes.values() for line in r.lines}
    if held & used or used & kitchen.bundles.keys():
        return
    for place in range(len(kitchen.events)):
        first = next(iter(assemblies(plan, place)), None)
        # Later bundles may lose components to earlier ones that production makes possible.
        if first is not None and first.now is not None and first.after_production is not None:
            assert first.now <= first.after_production


@settings(max_examples=EXAMPLES)
@given(kitchens(unknown=False))
def test_a_plan_without_short_targets_is_never_short(kitchen: Kitchen) -> None:
    """The heart of it: what the plan makes and buys fills every bundle."""
    if any(t.short_ok for event in kitchen.events for t in event.targets.values()):
        return
    plan = make_plan(kitchen)
    made = {line.item_id for r in kitchen.recipes.values() for line in r.outputs}
    assert all(not recipe.short for recipe in plan.recipes.values())
    assert made
    for place in range(len(kitchen.events)):
        for assembly in assemblies(plan, place):
            assert assembly.short == 0, kitchen.items[assembly.bundle_id].name


@settings(max_examples=EXAMPLES)
@given(kitchens(unknown=False))
def test_whatever_cannot_be_assembled_after_production_is_blocked_by_name(
    kitchen: Kitchen,
) -> None:
    plan = make_plan(kitchen)
    for place in range(len(kitchen.events)):
        for assembly in assemblies(plan, place):
            remaining = plan.net(assembly.bundle_id, place) or 0
            blocked = (assembly.after_production or 0) < remaining
            assert bool(assembly.blockers) == blocked
            for blocker in assembly.blockers:
                assert blocker.missing > 0
                assert blocker.needed == blocker.available + blocker.missing


@settings(max_examples=EXAMPLES)
@given(kitchens())
def test_batches_that_can_be_made_draw_on_one_pool(kitchen: Kitchen) -> None:
    plan = make_plan(kitchen)
    for place in range(len(kitchen.events)):
        total: dict[int, Fraction] = defaultdict(Fraction)
        inner = False
        for recipe_id, batches in can_make(plan, place).items():
            planned = plan.batches(recipe_id, place)
            if batches is None or planned is None:
                continue
            assert 0 <= batches <= planned
            lines = kitchen.recipes[recipe_id].lines
            inner = inner or any(line.item_id in kitchen.bundles for line in lines)
            for item_id, amount in drawn(plan, lines, batches).items():
                total[item_id] += amount
        if inner:
            continue
        for item_id, amount in total.items():
            given_ = plan.given(item_id, place)
            assert given_ is not None
            assert amount <= given_ + Fraction(len(kitchen.recipes) * 3, 1000)


@settings(max_examples=EXAMPLES)
@given(kitchens(unknown=False))
def test_whole_bundles_are_planned(kitchen: Kitchen) -> None:
    plan = make_plan(kitchen)
    for place in range(len(kitchen.events)):
        for bundle_id in kitchen.bundles:
            net = plan.net(bundle_id, place)
            assert net == ceil(net or 0)
