"""What a problem says mends it does mend it: doing what the fix says removes the problem."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from core.clock import today
from core.commands import run
from core.services import event_service, journal_service, stock_service
from core.services.planning import plan_service
from core.services.planning.plan_service import PlanProblem
from core.session import Database
from tests.builders import CHRISTMAS, KitchenBuilder, gift_bags

SOON = date(2026, 12, 1)
OLD = (today() - timedelta(days=400)).isoformat()


@pytest.fixture
def bakery(sqlite_kitchen: Database) -> KitchenBuilder:
    return KitchenBuilder()


def found(kind: str) -> list[PlanProblem]:
    return [problem for problem in plan_service.problems() if problem.kind == kind]


def bread(bakery: KitchenBuilder, flour: str = "500 g") -> None:
    """Plan a loaf of bread for Christmas."""
    bakery.ingredient("flour")
    bakery.recipe("bread", {"loaf": 1}, {"flour": flour})
    bakery.event("christmas", {"loaf": 1})


# -- a kitchen with a problem of each kind -------------------------------------------------------


def unknown(bakery: KitchenBuilder) -> None:
    bread(bakery, "2 cup")


def no_recipe(bakery: KitchenBuilder) -> None:
    bakery.made("tart")
    bakery.event("christmas", {"tart": 1})


def empty_bundle(bakery: KitchenBuilder) -> None:
    bakery.made("tart")
    bakery.bundle("box", {})
    bakery.event("christmas", {"box": 1})


def past(bakery: KitchenBuilder) -> None:
    bakery.recipe("bread", {"loaf": 1})
    bakery.event("fete", {"loaf": 1}, today() - timedelta(days=3))


def short(bakery: KitchenBuilder) -> None:
    gift_bags(bakery)
    bakery.target("christmas", "cookies", 6, short_ok=True)


def stale(bakery: KitchenBuilder) -> None:
    gift_bags(bakery)
    bakery.target("christmas", "cookies", 7)
    bakery.want("christmas", "gift-bag", 60)


def expired(bakery: KitchenBuilder) -> None:
    bread(bakery)
    bakery.buy("flour", "1 kg", "1", expires=today() - timedelta(days=1))


def expiring(bakery: KitchenBuilder) -> None:
    bread(bakery)
    bakery.buy("flour", "1 kg", "1", expires=SOON)


def expiring_made(bakery: KitchenBuilder) -> None:
    bakery.recipe("bread", {"loaf": 1})
    bakery.edit_item("loaf", shelf_life_days=2)
    bakery.event("christmas", {"loaf": 2})
    bakery.make("bread", 2, event="christmas")
    bakery.edit_item("loaf", shelf_life_days=60)


def shelf_life(bakery: KitchenBuilder) -> None:
    bakery.recipe("cookies", {"cookie": 48})
    bakery.edit_item("cookie", shelf_life_days=3)
    bakery.event("fair", {"cookie": 10}, SOON)
    bakery.event("christmas", {"cookie": 20})
    bakery.event("easter", {"cookie": 15}, date(2026, 12, 17))


def contention(bakery: KitchenBuilder) -> None:
    bakery.ingredient("cocoa")
    bakery.recipe("cookies", {"cookie": 1}, {"cocoa": "1 g"})
    bakery.event("fair", {"cookie": 10}, SOON)
    bakery.event("christmas", {"cookie": 4})
    bakery.buy("cocoa", "5 g", "5")


def overload(bakery: KitchenBuilder) -> None:
    bread(bakery)
    run("recipe set", {"recipe": "bread", "minutes": "600"})
    run("setting set", {"key": "hands_hours", "value": "8"})


def unknown_pack(bakery: KitchenBuilder) -> None:
    bread(bakery)
    bakery.product("jar", "flour", "2 cup", "3.00")


def no_price(bakery: KitchenBuilder) -> None:
    bread(bakery)
    bakery.product("bag", "flour", "1 kg", preferred=True)


def old_price(bakery: KitchenBuilder) -> None:
    bread(bakery)
    bakery.product("bag", "flour", "1 kg", "2.00", priced_on=OLD)


def unpriced_and_bought_long_ago(bakery: KitchenBuilder) -> None:
    bread(bakery)
    bakery.product("bag", "flour", "1 kg", preferred=True)
    bakery.buy("flour", "100 g", "1", received=today() - timedelta(days=400))


def bought_long_ago(bakery: KitchenBuilder) -> None:
    bread(bakery)
    bakery.buy("flour", "100 g", "1", received=today() - timedelta(days=400))


def discard_first(bakery: KitchenBuilder) -> object:
    [lot] = bakery.lots("flour")
    return stock_service.discard(lot.left, "expired", lot_id=lot.id)


Build = Callable[[KitchenBuilder], None]
Fix = Callable[[KitchenBuilder], object]

FIXES: list[tuple[str, Build, str, Fix]] = [
    ("unknown", unknown, "set a density", lambda b: b.edit_item("flour", grams_per_ml="0.5")),
    ("no recipe", no_recipe, "Add a recipe", lambda b: b.recipe("tarts", {"tart": 4})),
    ("empty bundle", empty_bundle, "Add lines", lambda b: b.bundle("box", {"tart": 1})),
    (
        "past",
        past,
        "Set it to done",
        lambda b: event_service.set_status(b.event_id("fete"), "done"),
    ),
    (
        "short",
        short,
        "Raise the target to 7 batches",
        lambda b: b.target("christmas", "cookies", 7),
    ),
    ("short", short, "or take it away", lambda b: b.target("christmas", "cookies", None)),
    (
        "stale target",
        stale,
        "Accept the plan",
        lambda b: plan_service.accept_targets(b.event_id("christmas")),
    ),
    ("stale target", stale, "set the target", lambda b: b.target("christmas", "cookies", 8)),
    ("expired", expired, "Discard lot", discard_first),
    ("expiring", expiring, "Make what uses it", lambda b: b.make("bread", 1, event="christmas")),
    ("expiring", expiring, "or buy fresh", lambda b: b.buy("flour", "500 g", "1")),
    (
        "expiring",
        expiring_made,
        "Make it again for Christmas",
        lambda b: b.make("bread", 2, event="christmas"),
    ),
    (
        "shelf life",
        shelf_life,
        "Set a target of 1 batch of Cookies for Christmas",
        lambda b: b.target("christmas", "cookies", 1),
    ),
    ("contention", contention, "Get 9 g more", lambda b: b.buy("cocoa", "9 g", "9")),
    (
        "contention",
        contention,
        "or move a date",
        lambda b: event_service.set_event(b.event_id("christmas"), date=date(2026, 11, 30)),
    ),
    (
        "overload",
        overload,
        "Make earlier what keeps",
        lambda b: [b.buy("flour", "1 kg", "1"), b.make("bread", 1, event="christmas")],
    ),
    ("unknown pack", unknown_pack, "density", lambda b: b.edit_item("flour", grams_per_ml="0.5")),
    (
        "unknown pack",
        unknown_pack,
        "give Jar a pack in g",
        lambda b: run("product set", {"product": "jar", "pack": "250 g"}),
    ),
    (
        "no product",
        bread,
        "Add a product of Flour",
        lambda b: b.product("bag", "flour", "1 kg", "2"),
    ),
    ("no product", bread, "buy it once", lambda b: b.buy("flour", "100 g", "1")),
    (
        "no price",
        no_price,
        "Set the price of Bag",
        lambda b: run("product set", {"product": "bag", "price": "2"}),
    ),
    (
        "old price",
        old_price,
        "the same one again confirms it",
        lambda b: run("product set", {"product": "bag", "price": "2.00"}),
    ),
    (
        "old price",
        unpriced_and_bought_long_ago,
        "Set the price of Bag",
        lambda b: run("product set", {"product": "bag", "price": "2"}),
    ),
    (
        "old purchase",
        bought_long_ago,
        "Add a product of Flour with its price",
        lambda b: run("product add", {"item": "flour", "pack": "1 kg", "price": "2"}),
    ),
    ("old purchase", bought_long_ago, "buy it again", lambda b: b.buy("flour", "1 g", "0.01")),
]


@pytest.mark.parametrize(("kind", "build", "says", "fix"), FIXES)
def test_doing_what_the_fix_says_removes_the_problem(
    bakery: KitchenBuilder, kind: str, build: Build, says: str, fix: Fix
) -> None:
    build(bakery)
    problem = found(kind)[0]
    assert says in problem.fix

    fix(bakery)

    left = found(kind)
    assert (problem.message, problem.event_ids) not in [(p.message, p.event_ids) for p in left]
    journal_service.undo()
    assert found(kind), "it is the fix that removed it"


# -- what the problems say -----------------------------------------------------------------------


def test_a_short_target_names_what_is_missing_of_each_thing(bakery: KitchenBuilder) -> None:
    bakery.made("icing", "g")
    bakery.recipe("icings", {"icing": 100})
    bakery.recipe("cakes", {"cake": 1}, {"icing": 100})
    bakery.recipe("cookies", {"cookie": 48})
    bakery.bundle("bag", {"cookie": 6})
    lines = [("cake", 4), ("cookie", 40), ("bag", 10), ("cookie", 20, "Bob")]
    bakery.event("christmas", lines)
    bakery.target("christmas", "icings", 1, short_ok=True)
    bakery.target("christmas", "cookies", 1, short_ok=True)

    assert {(problem.place, problem.effect) for problem in found("short")} == {
        ("Christmas, Icings", "3 Cake short"),
        ("Christmas, Cookies", "9 Bag short; 18 Cookie short"),
    }


def test_batches_of_its_own_keep_for_an_event_and_leave_none_stale(bakery: KitchenBuilder) -> None:
    shelf_life(bakery)
    assert [problem.place for problem in found("shelf life")] == [
        "Christmas, Cookie",
        "Easter, Cookie",
    ]

    bakery.target("christmas", "cookies", 1)

    # Its 28 over keep for Easter, two days later.
    assert found("shelf life") == []


def test_a_price_that_is_taken_away_has_no_day(bakery: KitchenBuilder) -> None:
    old_price(bakery)
    run("product set", {"product": "bag", "label": "Big bag"})
    assert found("old price"), "another change does not confirm it"

    run("product set", {"product": "bag", "price": "none"})

    assert [problem.place for problem in found("no price")] == ["Big bag"]


def test_the_shopping_list_says_why_a_product_is_left_out(bakery: KitchenBuilder) -> None:
    unknown_pack(bakery)
    row = bakery.shopping("christmas")["flour"]
    assert row["problem"].startswith("Jar, '2 cup': set a density")

    bakery.product("bag", "flour", "1 kg", "2.00")

    [problem] = found("unknown pack")
    assert problem.effect == "It is left out where packs are chosen."
    assert bakery.shopping("christmas")["flour"]["problem"] is None


def test_what_is_unknown_names_the_item_that_lacks_the_fact(bakery: KitchenBuilder) -> None:
    bakery.made("syrup", "ml")
    bakery.ingredient("sugar")
    bakery.recipe("syrups", {"syrup": "200 g"}, {"sugar": "100 g"})
    bakery.event("christmas", {"syrup": 100}, CHRISTMAS)

    assert {problem.about for problem in found("unknown")} == {("item", bakery.item("syrup"))}
