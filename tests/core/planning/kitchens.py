"""Hypothesis strategies for kitchens as the planner reads them: small, nested and awkward."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import strategies as st

from core.planning.kitchen import (
    MICRO,
    Event,
    EventLine,
    Item,
    Kitchen,
    Line,
    Recipe,
    Target,
)

STEPS = [Fraction(1), Fraction(1, 2), Fraction(1, 4), Fraction(1, 3), Fraction(1, 7), Fraction(2)]
PARTS = [1, 2, 3, 6, 12, 48, Fraction(1, 2), Fraction(2, 3), Fraction(5, 7), Fraction(1, 3)]
FIRST_DAY = date(2026, 12, 1)

amounts = st.sampled_from([Fraction(part) for part in PARTS])
quantities = st.one_of(
    st.integers(1, 60).map(Fraction), st.sampled_from([Fraction(1, 3), Fraction(5, 2)])
)
# Ledger amounts: whole units, thirds as the ledger keeps them, and a micro-unit or two.
ledger = st.one_of(
    st.integers(1, 80).map(lambda n: n * MICRO),
    st.integers(1, 90).map(lambda n: round(Fraction(n, 3) * MICRO)),
    st.integers(1, 3),
)


@st.composite
def kitchens(draw: st.DrawFn, *, unknown: bool = True) -> Kitchen:
    """Draw a kitchen: items made of earlier items, so that there is no cycle.

    With `unknown` some amounts cannot be converted.
    """
    items = {n: Item(n, f"basic-{n}", f"Basic {n}", "ingredient", "g") for n in (1, 2)}
    items[3] = Item(3, "water", "Water", "ingredient", "ml", always_on_hand=True)
    items[4] = Item(4, "ribbon", "Ribbon", "supply", "each")
    recipes: dict[int, Recipe] = {}
    bundles: dict[int, tuple[Line, ...]] = {}

    def amount() -> Fraction | None:
        if unknown and draw(st.integers(0, 14)) == 0:
            return None
        return draw(amounts)

    def lines(fewest: int) -> tuple[Line, ...]:
        chosen = draw(st.lists(st.sampled_from(sorted(items)), min_size=fewest, max_size=3))
        return tuple(Line(item_id, amount()) for item_id in chosen)

    for number in range(draw(st.integers(1, 5))):
        key = len(items) + 1
        if number and draw(st.booleans()):
            held = lines(1)
            items[key] = Item(key, f"bundle-{key}", f"Bundle {key}", "bundle", "each")
            bundles[key] = held
            continue
        used = lines(0)
        outputs = []
        for output in range(draw(st.sampled_from([1, 1, 2, 3]))):
            made = key + output
            items[made] = Item(made, f"made-{made}", f"Made {made}", "made", "each")
            outputs.append(Line(made, amount()))
        step = draw(st.sampled_from(STEPS))
        recipe_id = len(recipes) + 1
        recipes[recipe_id] = Recipe(
            recipe_id, f"recipe-{recipe_id}", f"Recipe {recipe_id}", step, tuple(outputs), used
        )
    wanted = [item_id for item_id, item in items.items() if item.kind in ("made", "bundle")]
    events = tuple(
        draw(events_of(n, wanted, recipes, unknown=unknown)) for n in range(draw(st.integers(1, 4)))
    )
    stocked = draw(st.lists(st.sampled_from(sorted(items)), unique=True, max_size=5))
    return Kitchen(
        items=items,
        recipes=recipes,
        bundles=bundles,
        events=events,
        free={item_id: draw(ledger) for item_id in stocked},
        kept={
            item_id: {event.id: draw(ledger) for event in events if draw(st.integers(0, 2)) == 0}
            for item_id in stocked
            if draw(st.booleans())
        },
    )


@st.composite
def events_of(
    draw: st.DrawFn,
    number: int,
    wanted: list[int],
    recipes: dict[int, Recipe],
    *,
    unknown: bool,
) -> Event:
    """Draw an event with lines, deliveries, targets and what it has already produced."""
    lines = []
    for item_id in draw(st.lists(st.sampled_from(wanted), min_size=1, max_size=3)):
        quantity = None if unknown and draw(st.integers(0, 19)) == 0 else draw(quantities)
        delivered = Fraction(draw(st.sampled_from([0, 0, 0, 1, 7])))
        lines.append(EventLine(item_id, quantity, delivered))
    targets = {}
    for recipe_id, recipe in recipes.items():
        if draw(st.integers(0, 3)) == 0:
            steps = draw(st.integers(0, 12))
            targets[recipe_id] = Target(steps * recipe.step, draw(st.booleans()))
    good = {
        line.item_id: Fraction(draw(st.integers(1, 50)))
        for recipe in recipes.values()
        for line in recipe.outputs
        if draw(st.integers(0, 3)) == 0
    }
    day = FIRST_DAY + timedelta(days=number)
    return Event(
        10 + number, f"event-{number}", f"Event {number}", day, True, tuple(lines), targets, good
    )
