"""Laws of the plan: what must not change it, and what may, however natural the opposite sounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from fractions import Fraction
from math import ceil
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.planning.feasibility import assemblies
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
from core.planning.netting import make_plan
from core.planning.plan import Plan
from tests.core.planning.kitchens import FIRST_DAY, kitchens

EXAMPLES = settings().max_examples * 3

Numbers = dict[tuple[str, int, int], Fraction | None]
"""The numbers of a plan by what they are, the id of the item or recipe, and the event's id."""


def numbers(plan: Plan, *, shaped: bool = False) -> Numbers:
    """Return what a plan says of every item and recipe; `shaped` adds what batches become."""
    found: Numbers = {}
    for place, event in enumerate(plan.kitchen.events):
        for item_id in plan.kitchen.items:
            for what, number in (
                ("need", plan.need),
                ("net", plan.net),
                ("given", plan.given),
                ("reserved", plan.reserved),
            ):
                found[what, item_id, event.id] = number(item_id, place)
        for recipe_id, recipe in plan.kitchen.recipes.items():
            found["batches", recipe_id, event.id] = plan.batches(recipe_id, place)
            for output, line in enumerate(recipe.outputs) if shaped else ():
                found["to make", line.item_id, event.id] = plan.to_make(recipe_id, output, place)
                found["covered", line.item_id, event.id] = plan.covered(recipe_id, output, place)
                found["over", line.item_id, event.id] = plan.left_over(recipe_id, output, place)
    return found


def total(plan: Plan, number: Callable[[int, int], Fraction | None], key: int) -> Fraction:
    """Add up a known number of a plan over all events."""
    amounts = [number(key, place) for place in range(len(plan.kitchen.events))]
    return sum((amount or Fraction(0) for amount in amounts), Fraction(0))


def with_events(kitchen: Kitchen, change: Callable[[Event], Event]) -> Kitchen:
    return replace(kitchen, events=tuple(change(event) for event in kitchen.events))


def with_lines(event: Event, change: Callable[[EventLine], Iterable[EventLine]]) -> Event:
    return replace(event, lines=tuple(new for line in event.lines for new in change(line)))


def without_targets(kitchen: Kitchen) -> Kitchen:
    return with_events(kitchen, lambda event: replace(event, targets={}))


# -- what changes nothing ------------------------------------------------------------------------


@settings(max_examples=EXAMPLES)
@given(kitchens())
def test_names_change_nothing(kitchen: Kitchen) -> None:
    renamed = replace(
        kitchen,
        items={
            key: item._replace(name=f"Z{-key}", slug=f"z-{99 - key}", category="Other")
            for key, item in kitchen.items.items()
        },
        recipes={
            key: recipe._replace(name=f"Z{-key}", slug=f"z-{99 - key}")
            for key, recipe in kitchen.recipes.items()
        },
    )

    assert numbers(make_plan(renamed), shaped=True) == numbers(make_plan(kitchen), shaped=True)


@settings(max_examples=EXAMPLES)
@given(kitchens(), st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_listed_changes_nothing(kitchen: Kitchen, dice: Any) -> None:
    """Items, recipes, their inputs, bundles and their components, lines, targets and stock."""

    def mixed(things: Iterable[Any]) -> list[Any]:
        rows = list(things)
        dice.shuffle(rows)
        return rows

    def mixed_map(things: Mapping[int, Any]) -> dict[int, Any]:
        return dict(mixed(things.items()))

    shuffled = Kitchen(
        items=mixed_map(kitchen.items),
        recipes=mixed_map(
            {
                key: recipe._replace(lines=tuple(mixed(recipe.lines)))
                for key, recipe in kitchen.recipes.items()
            }
        ),
        bundles=mixed_map({key: tuple(mixed(rows)) for key, rows in kitchen.bundles.items()}),
        events=tuple(
            replace(
                event,
                lines=tuple(mixed(event.lines)),
                targets=mixed_map(event.targets),
                good=mixed_map(event.good),
            )
            for event in kitchen.events
        ),
        free=mixed_map(kitchen.free),
        kept=mixed_map({key: mixed_map(rows) for key, rows in kitchen.kept.items()}),
    )

    assert numbers(make_plan(shuffled), shaped=True) == numbers(make_plan(kitchen), shaped=True)


@settings(max_examples=EXAMPLES)
@given(kitchens(), st.integers(1, 50))
def test_the_numbers_that_things_go_by_change_nothing(kitchen: Kitchen, shift: int) -> None:
    """Ids are given backwards, so that what came first in any loop over ids comes last."""

    def new(key: int) -> int:
        return 1000 * shift - key

    def moved(lines: tuple[Line, ...]) -> tuple[Line, ...]:
        return tuple(line._replace(item_id=new(line.item_id)) for line in lines)

    numbered = Kitchen(
        items={new(key): item._replace(id=new(key)) for key, item in kitchen.items.items()},
        recipes={
            new(key): recipe._replace(
                id=new(key), outputs=moved(recipe.outputs), lines=moved(recipe.lines)
            )
            for key, recipe in kitchen.recipes.items()
        },
        bundles={new(key): moved(lines) for key, lines in kitchen.bundles.items()},
        events=tuple(
            replace(
                event,
                id=new(event.id),
                lines=tuple(line._replace(item_id=new(line.item_id)) for line in event.lines),
                targets={new(key): target for key, target in event.targets.items()},
                good={new(key): good for key, good in event.good.items()},
            )
            for event in kitchen.events
        ),
        free={new(key): micro for key, micro in kitchen.free.items()},
        kept={
            new(key): {new(event): micro for event, micro in rows.items()}
            for key, rows in kitchen.kept.items()
        },
    )

    before = numbers(make_plan(kitchen), shaped=True)
    after = numbers(make_plan(numbered), shaped=True)
    assert after == {(what, new(key), new(event)): n for (what, key, event), n in before.items()}


@settings(max_examples=EXAMPLES)
@given(kitchens(), st.sampled_from([Fraction(1, 2), Fraction(1, 3), Fraction(2, 7)]))
def test_a_line_in_two_parts_is_one_line(kitchen: Kitchen, part: Fraction) -> None:
    """Of an event, of a recipe and of a bundle alike: 3 cups and 1 cup of flour are 4 cups."""

    def in_two(lines: tuple[Line, ...]) -> tuple[Line, ...]:
        return tuple(
            line._replace(amount=None if line.amount is None else line.amount * share)
            for line in lines
            for share in (part, 1 - part)
        )

    def wanted_in_two(line: EventLine) -> Iterable[EventLine]:
        if line.need is None:
            return (line, line)
        return (EventLine(line.item_id, line.need * share) for share in (part, 1 - part))

    split = replace(
        with_events(kitchen, lambda event: with_lines(event, wanted_in_two)),
        recipes={
            key: recipe._replace(lines=in_two(recipe.lines))
            for key, recipe in kitchen.recipes.items()
        },
        bundles={key: in_two(lines) for key, lines in kitchen.bundles.items()},
    )

    assert numbers(make_plan(split), shaped=True) == numbers(make_plan(kitchen), shaped=True)


@settings(max_examples=EXAMPLES)
@given(kitchens())
def test_what_nobody_wants_changes_nothing(kitchen: Kitchen) -> None:
    """Another item, recipe and bundle, an event without lines, stock of what is always there."""
    extra = Item(900, "extra", "Extra", "made", "each")
    hamper = Item(901, "extra-hamper", "Extra hamper", "bundle", "each")
    recipe = Recipe(900, "extras", "Extras", Fraction(1, 7), (Line(900, Fraction(3)),), ())
    idle = Event(900, "idle", "Idle", FIRST_DAY + timedelta(days=30), True, ())
    more = replace(
        kitchen,
        items={900: extra, **kitchen.items, 901: hamper},
        recipes={900: recipe, **kitchen.recipes},
        bundles={901: (Line(900, Fraction(2, 3)), Line(1, Fraction(1))), **kitchen.bundles},
        events=(idle, *kitchen.events),
        free={**kitchen.free, 3: 5 * MICRO, 900: 7 * MICRO, 901: MICRO},
    )

    before, after = numbers(make_plan(kitchen), shaped=True), numbers(make_plan(more), shaped=True)
    assert {key: after[key] for key in before} == before


@settings(max_examples=EXAMPLES)
@given(kitchens())
def test_accepting_the_plan_changes_nothing(kitchen: Kitchen) -> None:
    """A target of what is done and planned plans the same, whether it may be short or not."""
    plan = make_plan(kitchen)
    targets: list[dict[int, Target]] = []
    for place, event in enumerate(kitchen.events):
        accepted = dict(event.targets)
        for recipe_id, recipe in kitchen.recipes.items():
            batches, done = plan.batches(recipe_id, place), produced(event, recipe)
            if batches is not None and done is not None:
                may_be_short = recipe_id in event.targets and event.targets[recipe_id].short_ok
                accepted[recipe_id] = Target(done + batches, may_be_short)
        targets.append(accepted)
    accepted_kitchen = replace(
        kitchen,
        events=tuple(
            replace(event, targets=rows)
            for event, rows in zip(kitchen.events, targets, strict=True)
        ),
    )

    after = numbers(make_plan(accepted_kitchen), shaped=True)
    assert after == numbers(plan, shaped=True)


def produced(event: Event, recipe: Recipe) -> Fraction | None:
    """Return an event's good output in batches' worth; None where that is unknown."""
    worth = Fraction(0)
    for line in recipe.outputs:
        good = event.good.get(line.item_id, Fraction(0))
        if good and line.amount is None:
            return None
        if good and line.amount is not None:
            worth += good / line.amount
    return worth


# -- what must change only so much ---------------------------------------------------------------


@settings(max_examples=EXAMPLES)
@given(kitchens(unknown=False), st.integers(2, 9))
def test_needs_above_the_first_batch_grow_with_demand(kitchen: Kitchen, times: int) -> None:
    """One event, no stock: twice the bags are twice the cookies. Below a batch it is rounded."""
    [first, *_] = kitchen.events
    once = replace(
        kitchen,
        events=(
            replace(
                with_lines(
                    first, lambda line: [EventLine(line.item_id, Fraction(ceil(line.need or 0)))]
                ),
                targets={},
                good={},
            ),
        ),
        bundles={
            key: tuple(
                line._replace(amount=Fraction(ceil(line.amount or 0)))
                if line.item_id in kitchen.bundles
                else line
                for line in lines
            )
            for key, lines in kitchen.bundles.items()
        },
        free={},
        kept={},
    )
    more = with_events(
        once,
        lambda event: with_lines(
            event, lambda line: [line._replace(quantity=(line.quantity or 0) * times)]
        ),
    )
    above = above_batches(once)

    before, after = make_plan(once), make_plan(more)
    for item_id in above:
        assert after.need(item_id, 0) == times * (before.need(item_id, 0) or 0)


def above_batches(kitchen: Kitchen) -> set[int]:
    """Return the items that no recipe asks for, nor anything that a recipe asks for."""
    below: set[int] = set()
    found = {line.item_id for recipe in kitchen.recipes.values() for line in recipe.lines}
    while found - below:
        below |= found
        found = {line.item_id for key in below for line in kitchen.bundles.get(key, ())}
    return set(kitchen.items) - below


@settings(max_examples=EXAMPLES)
@given(kitchens(unknown=False), st.data())
def test_more_stock_never_raises_what_is_bought_of_it(
    kitchen: Kitchen, data: st.DataObject
) -> None:
    """Of an ingredient or supply, over all events; nothing else changes at all."""
    item_id = data.draw(st.sampled_from([1, 2, 4]))
    found = data.draw(st.integers(1, 200 * MICRO))
    event = data.draw(st.sampled_from([None, *(event.id for event in kitchen.events)]))
    more = with_more(kitchen, item_id, found, event)

    before, after = make_plan(kitchen), make_plan(more)
    was, now = total(before, before.net, item_id), total(after, after.net, item_id)
    assert was - Fraction(found, MICRO) - Fraction(len(kitchen.events), 1000) <= now <= was
    others = {key: n for key, n in numbers(before, shaped=True).items() if key[1] != item_id}
    changed = numbers(after, shaped=True)
    assert {key: changed[key] for key in others if key[0] != "batches"} == {
        key: n for key, n in others.items() if key[0] != "batches"
    }


def with_more(kitchen: Kitchen, item_id: int, micro: int, event_id: int | None) -> Kitchen:
    """Return a kitchen with more stock, free or kept for an event."""
    if event_id is None:
        free = {**kitchen.free, item_id: kitchen.free.get(item_id, 0) + micro}
        return replace(kitchen, free=free)
    rows = dict(kitchen.kept.get(item_id, {}))
    rows[event_id] = rows.get(event_id, 0) + micro
    return replace(kitchen, kept={**kitchen.kept, item_id: rows})


@settings(max_examples=EXAMPLES)
@given(kitchens(unknown=False))
def test_buying_the_list_leaves_nothing_to_buy(kitchen: Kitchen) -> None:
    """And changes no batch and no bundle."""
    plan = make_plan(kitchen)
    bought = dict(kitchen.free)
    for item_id in (1, 2, 4):
        lacking = total(plan, plan.need, item_id) - total(plan, plan.given, item_id)
        bought[item_id] = bought.get(item_id, 0) + ceil(lacking * MICRO)

    after = make_plan(replace(kitchen, free=bought))
    for item_id in (1, 2, 4):
        assert total(after, after.net, item_id) == 0
    made = {key for key, item in kitchen.items.items() if not item.bought}
    for key, number in numbers(plan, shaped=True).items():
        if key[0] == "batches" or key[1] in made:
            assert numbers(after, shaped=True)[key] == number


@settings(max_examples=EXAMPLES)
@given(kitchens(unknown=False))
def test_what_is_made_goes_somewhere_and_what_is_needed_comes_from_somewhere(
    kitchen: Kitchen,
) -> None:
    """Stock, batches and ledger rounding cover every need but for what a target leaves short."""
    plan = make_plan(kitchen)
    places = range(len(kitchen.events))
    for recipe_id, recipe in kitchen.recipes.items():
        for place in places:
            shaped = [
                (plan.to_make(recipe_id, number, place) or 0) / (line.amount or 1)
                for number, line in enumerate(recipe.outputs)
            ]
            assert sum(shaped) == plan.batches(recipe_id, place)
        for number, line in enumerate(recipe.outputs):
            made, used, over = (
                sum(share(recipe_id, number, place) or 0 for place in places)
                for share in (plan.to_make, plan.covered, plan.left_over)
            )
            assert made == used + over
            for place, event in enumerate(kitchen.events):
                need = plan.need(line.item_id, place) or 0
                there = (plan.given(line.item_id, place) or 0) + (
                    plan.covered(recipe_id, number, place) or 0
                )
                assert there <= need
                if not any(t.short_ok for e in kitchen.events for t in e.targets.values()):
                    assert need - there < Fraction(1, 1000), event.slug


@settings(max_examples=EXAMPLES)
@given(kitchens(unknown=False))
def test_no_stock_is_given_twice(kitchen: Kitchen) -> None:
    plan = make_plan(kitchen)
    for item_id in kitchen.items:
        there = kitchen.free.get(item_id, 0) + sum(kitchen.kept.get(item_id, {}).values())
        assert total(plan, plan.given, item_id) <= Fraction(there, MICRO)
        for place in range(len(kitchen.events)):
            given_, reserved = plan.given(item_id, place), plan.reserved(item_id, place)
            assert given_ is not None
            assert reserved is not None
            assert given_ + reserved <= Fraction(there, MICRO)


@settings(max_examples=EXAMPLES)
@given(kitchens(), st.data())
def test_later_events_change_nothing_for_earlier_ones(
    kitchen: Kitchen, data: st.DataObject
) -> None:
    """As long as no stock is kept for them: what an event gets depends on what comes before it."""
    several = replace(kitchen, kept={})
    first = data.draw(st.integers(1, len(kitchen.events)))
    alone = replace(several, events=several.events[:first])

    before, after = numbers(make_plan(alone)), numbers(make_plan(several))
    assert {key: after[key] for key in before} == before


@settings(max_examples=EXAMPLES)
@given(kitchens(unknown=False), st.integers(1, 99), st.data())
def test_handing_out_what_an_event_was_given_changes_nothing_for_anybody(
    kitchen: Kitchen, percent: int, data: st.DataObject
) -> None:
    """Need and stock fall by the same: what is still to do stays."""
    place = data.draw(st.integers(0, len(kitchen.events) - 1))
    event = kitchen.events[place]
    number = data.draw(st.integers(0, len(event.lines) - 1))
    item_id = event.lines[number].item_id
    kept_for = data.draw(st.sampled_from([None, event.id]))
    kitchen = with_more(kitchen, item_id, data.draw(st.integers(1, 80)) * MICRO, kept_for)
    plan = make_plan(kitchen)
    wanted = event.lines[number].need or Fraction(0)
    given_ = plan.given(item_id, place) or Fraction(0)
    own = min(kitchen.kept.get(item_id, {}).get(event.id, 0), int(given_ * MICRO))
    there = own if kept_for else min(int(given_ * MICRO) - own, kitchen.free.get(item_id, 0))
    handed = min(there, int(wanted * MICRO)) * percent // 100
    lines = list(event.lines)
    lines[number] = EventLine(item_id, wanted, Fraction(handed, MICRO))
    events = list(kitchen.events)
    events[place] = replace(event, lines=tuple(lines))
    handed_out = with_more(replace(kitchen, events=tuple(events)), item_id, -handed, kept_for)

    after = make_plan(handed_out)
    for key in kitchen.items:
        for other in range(len(kitchen.events)):
            assert after.net(key, other) == plan.net(key, other)
    for key in kitchen.recipes:
        for other in range(len(kitchen.events)):
            assert after.batches(key, other) == plan.batches(key, other)


@settings(max_examples=EXAMPLES)
@given(kitchens(), st.sampled_from([Fraction(1000), Fraction(12), Fraction(45359237, 100000)]))
def test_the_unit_an_item_is_counted_in_changes_nothing_else(
    kitchen: Kitchen, factor: Fraction
) -> None:
    """Flour in grams, in kilograms, in pounds: the same batches, and the same flour."""
    item_id = 1

    def counted(lines: tuple[Line, ...]) -> tuple[Line, ...]:
        return tuple(
            line._replace(amount=line.amount * factor)
            if line.item_id == item_id and line.amount is not None
            else line
            for line in lines
        )

    # Stock that the ledger can hold in both units, so that there is no rounding between them.
    whole = {key: micro - micro % MICRO for key, micro in kitchen.free.items()}
    kitchen = replace(kitchen, free=whole, kept={})
    plan = make_plan(kitchen)
    scaled = replace(
        kitchen,
        recipes={
            key: recipe._replace(lines=counted(recipe.lines))
            for key, recipe in kitchen.recipes.items()
        },
        bundles={key: counted(lines) for key, lines in kitchen.bundles.items()},
        free={**kitchen.free, item_id: int(kitchen.free.get(item_id, 0) * factor)},
    )
    after = make_plan(scaled)
    assume(not is_rounded(plan, item_id))
    assume(not is_rounded(after, item_id))
    changed = numbers(after, shaped=True)
    for (what, key, event), number in numbers(plan, shaped=True).items():
        if what != "batches" and key == item_id:
            expected = None if number is None else number * factor
        else:
            expected = number
        assert changed[what, key, event] == expected


def is_rounded(plan: Plan, item_id: int) -> bool:
    """Tell whether ledger rounding covers a part of some need of an item."""
    for place in range(len(plan.kitchen.events)):
        need, given_, net = (f(item_id, place) for f in (plan.need, plan.given, plan.net))
        if need is not None and given_ is not None and net is not None and need != given_ + net:
            return True
    return False


@settings(max_examples=EXAMPLES)
@given(kitchens(), st.sampled_from([Fraction(1), Fraction(3, 7), Fraction(40)]))
def test_learning_an_unknown_amount_changes_no_known_number(
    kitchen: Kitchen, learned: Fraction
) -> None:
    """Unknown is never taken for something: what is known without it is known in spite of it."""

    def filled(lines: tuple[Line, ...]) -> tuple[Line, ...]:
        return tuple(
            line._replace(amount=learned) if line.amount is None else line for line in lines
        )

    known = Kitchen(
        items=kitchen.items,
        recipes={
            key: recipe._replace(outputs=filled(recipe.outputs), lines=filled(recipe.lines))
            for key, recipe in kitchen.recipes.items()
        },
        bundles={key: filled(lines) for key, lines in kitchen.bundles.items()},
        events=with_events(
            kitchen,
            lambda event: with_lines(
                event,
                lambda line: [
                    line._replace(quantity=line.delivered + learned)
                    if line.quantity is None
                    else line
                ],
            ),
        ).events,
        free=kitchen.free,
        kept=kitchen.kept,
    )

    after = numbers(make_plan(known))
    for key, number in numbers(make_plan(kitchen)).items():
        if number is not None:
            assert after[key] == number, key
    assert None not in after.values()


@settings(max_examples=EXAMPLES)
@given(kitchens(unknown=False))
def test_one_event_or_two_on_one_table_bake_and_buy_the_same(kitchen: Kitchen) -> None:
    """Where bundles are whole: an order split over two days needs what it needed in one."""
    merged = whole_bundles(replace(kitchen, events=kitchen.events[:1], kept={}))
    [event] = merged.events
    halves = [
        replace(
            with_lines(
                event,
                lambda line, first=first: [
                    line._replace(quantity=half(line.quantity or Fraction(0), first=first))
                ],
            ),
            id=100 + first,
            date=event.date + timedelta(days=first),
        )
        for first in (True, False)
    ]

    one, two = make_plan(merged), make_plan(replace(merged, events=tuple(halves)))
    for recipe_id in merged.recipes:
        assert total(two, two.batches, recipe_id) == total(one, one.batches, recipe_id)
    for item_id in merged.items:
        assert total(two, two.net, item_id) == total(one, one.net, item_id)


def half(quantity: Fraction, *, first: bool) -> Fraction:
    part = Fraction(int(quantity) // 2)
    return part if first else quantity - part


def whole_bundles(kitchen: Kitchen) -> Kitchen:
    """Return a kitchen in which bundles, stock and orders are whole, with no history."""
    return Kitchen(
        items=kitchen.items,
        recipes={
            key: recipe._replace(
                lines=tuple(line for line in recipe.lines if line.item_id not in kitchen.bundles),
            )
            for key, recipe in kitchen.recipes.items()
        },
        bundles={
            key: tuple(
                line._replace(amount=Fraction(ceil(line.amount or 0)))
                if line.item_id in kitchen.bundles
                else line
                for line in lines
            )
            for key, lines in kitchen.bundles.items()
        },
        events=tuple(
            replace(
                with_lines(
                    event, lambda line: [EventLine(line.item_id, Fraction(ceil(line.need or 0)))]
                ),
                targets={},
                good={},
            )
            for event in kitchen.events
        ),
        free={key: micro - micro % MICRO for key, micro in kitchen.free.items()},
        kept={},
    )


# -- what sounds like a law and is none ----------------------------------------------------------

FLOUR, COOKIE, BOX, CAKE, HAMPER = 1, 2, 3, 4, 5
ITEMS = {
    FLOUR: Item(FLOUR, "flour", "Flour", "ingredient", "g"),
    COOKIE: Item(COOKIE, "cookie", "Cookie", "made", "each"),
    BOX: Item(BOX, "box", "Box", "bundle", "each"),
    CAKE: Item(CAKE, "cake", "Cake", "made", "each"),
    HAMPER: Item(HAMPER, "hamper", "Hamper", "bundle", "each"),
}
COOKIES, CAKES = 1, 2
WHOLE = Fraction(1)


def lines_of(amounts: Mapping[int, int | Fraction]) -> tuple[Line, ...]:
    return tuple(Line(item_id, Fraction(amount)) for item_id, amount in amounts.items())


def event(day: int, wants: Mapping[int, int | Fraction], **facts: Any) -> Event:
    lines = tuple(EventLine(item_id, Fraction(amount)) for item_id, amount in wants.items())
    date = FIRST_DAY + timedelta(days=day)
    return Event(day, f"event-{day}", f"Event {day}", date, True, lines, **facts)


def bakery(*events: Event, **stock: Any) -> Plan:
    """Plan with 48 cookies a batch (480 g of flour), 4 in a box, and cakes that take half a box."""
    recipes = {
        COOKIES: Recipe(
            COOKIES, "cookies", "Cookies", WHOLE, lines_of({COOKIE: 48}), lines_of({FLOUR: 480})
        ),
        CAKES: Recipe(
            CAKES, "cakes", "Cakes", WHOLE, lines_of({CAKE: 8}), lines_of({BOX: Fraction(1, 2)})
        ),
    }
    bundles = {BOX: lines_of({COOKIE: 4}), HAMPER: lines_of({BOX: 2, COOKIE: 6})}
    return make_plan(Kitchen(ITEMS, recipes, bundles, events, **stock))


def bought(plan: Plan) -> list[Fraction | None]:
    """Return the flour that each event has to buy."""
    return [plan.net(FLOUR, place) for place in range(len(plan.kitchen.events))]


def test_twice_the_demand_is_not_twice_the_flour() -> None:
    # 10 cookies fill a fifth of a batch, and so do 20.
    assert bought(bakery(event(1, {COOKIE: 10}))) == [480]
    assert bought(bakery(event(1, {COOKIE: 20}))) == [480]


def test_more_stock_may_raise_what_a_later_event_has_to_buy() -> None:
    orders = event(1, {COOKIE: 10}), event(2, {COOKIE: 20})

    # The first event's batch leaves 38, of which the second takes its 20 ...
    assert bought(bakery(*orders)) == [480, 0]
    # ... and with 10 in stock that batch is not baked.
    assert bought(bakery(*orders, free={COOKIE: 10 * MICRO})) == [0, 480]


def test_more_stock_may_raise_even_what_is_made_for_all_events_together() -> None:
    orders = event(1, {CAKE: 3, BOX: Fraction(1, 2)}), event(2, {CAKE: 5, BOX: 1})

    # The batch of cakes takes half a box, and the first order the other half of it.
    without = bakery(*orders)
    assert [without.net(BOX, place) for place in (0, 1)] == [1, 1]
    # With 3 cakes in stock the batch is the second event's: it packs half a box more, so a whole
    # one, and the half of the first order still takes a whole one too.
    stocked = bakery(*orders, free={CAKE: 3 * MICRO})
    assert [stocked.net(BOX, place) for place in (0, 1)] == [1, 2]


def test_wanting_less_may_make_a_later_event_bake() -> None:
    assert bought(bakery(event(1, {BOX: 1}), event(2, {BOX: 2}))) == [480, 0]
    assert bought(bakery(event(2, {BOX: 2}))) == [480]


def test_wanting_less_may_raise_what_is_made_for_all_events_together() -> None:
    """A cake less, and there is a box more to pack: the batch moves to a day without half a box."""
    half = Fraction(1, 2)

    wanted = bakery(event(1, {CAKE: 1, BOX: half}), event(2, {CAKE: 1, BOX: 1}))
    assert [wanted.net(BOX, place) for place in (0, 1)] == [1, 1]
    less = bakery(event(1, {BOX: half}), event(2, {CAKE: 1, BOX: 1}))
    assert [less.net(BOX, place) for place in (0, 1)] == [1, 2]


def test_an_earlier_day_is_not_always_better_for_an_event() -> None:
    """It is served first from stock, but it cannot take what the others leave over."""
    second = bakery(event(1, {COOKIE: 40}), event(2, {COOKIE: 8}))
    first = bakery(event(1, {COOKIE: 8}), event(2, {COOKIE: 40}))

    assert second.batches(COOKIES, 1) == 0
    assert first.batches(COOKIES, 0) == 1


def test_a_lower_target_may_raise_what_a_later_event_bakes() -> None:
    def with_target(batches: int) -> Plan:
        target = Target(Fraction(batches), short_ok=True)
        first = event(1, {COOKIE: 60}, targets={COOKIES: target})
        return bakery(first, event(2, {COOKIE: 30}))

    assert [with_target(2).batches(COOKIES, place) for place in (0, 1)] == [2, 0]
    assert [with_target(1).batches(COOKIES, place) for place in (0, 1)] == [1, 1]


def test_without_a_later_event_an_earlier_one_may_get_more_or_less() -> None:
    """Its boxes are free when it is called off, and gone when they go with it."""
    orders = event(1, {BOX: 5}), event(2, {BOX: 3})
    kept = {BOX: {2: 4 * MICRO}}

    assert bakery(*orders, kept=kept).given(BOX, 0) == 1
    assert bakery(orders[0], free={BOX: 4 * MICRO}).given(BOX, 0) == 4
    assert bakery(orders[0]).given(BOX, 0) == 0


def test_halves_of_a_bundle_for_two_events_are_two_bundles() -> None:
    """Whole bundles are packed for each event: what one order does not fill is not carried."""
    half = Fraction(1, 2)

    assert bakery(event(1, {BOX: 1})).net(BOX, 0) == 1
    two = bakery(event(1, {BOX: half}), event(2, {BOX: half}))
    assert [two.net(BOX, place) for place in (0, 1)] == [1, 1]


def test_the_order_of_an_events_lines_says_who_is_served_first() -> None:
    """The plan is the same, but not what can be packed now: lines draw on one pool in order.

    14 cookies fill one hamper (two boxes and 6 more), or three boxes and no hamper.
    """

    def packed(*wants: tuple[int, int]) -> dict[int, int | None]:
        plan = bakery(event(1, dict(wants)), free={COOKIE: 14 * MICRO})
        return {found.bundle_id: found.now for found in assemblies(plan, 0)}

    assert packed((BOX, 2), (HAMPER, 1)) == {BOX: 3, HAMPER: 0}
    assert packed((HAMPER, 1), (BOX, 2)) == {HAMPER: 1, BOX: 2}
