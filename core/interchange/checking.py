"""Judging a kitchen file before anything is written: every rule it breaks, with its JSON path.

The rules are those of the writers in `core.services`; here they are asked of a whole file at
once, together with what is in the kitchen already. A file with `changes` is a whole kitchen: it
must be complete in itself, and may hold what only a kitchen with a history can have.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from core.documents import EventDoc, ItemDoc, KitchenDoc, LineDoc, ProductDoc, RecipeDoc
from core.errors import Problem
from core.interchange._finding_cycles import check_cycles
from core.interchange._ledger_checking import check_ledger
from core.interchange._world import World
from core.interchange.notes import Note
from core.schema import KINDS, STATUSES
from core.services import settings_service
from core.services._rules import (
    BOUGHT,
    MADE,
    SERVED,
    WITHDRAWN,
    check_display_unit,
    check_makes,
    check_not_negative,
    check_not_open,
    check_one_of,
    check_only_maker,
    check_only_preferred,
    check_people,
    check_stock_unit,
)
from core.services._writing import ledger_amount, read_price
from core.units import check_measures

_CURRENCY: Final = re.compile(r"[A-Z]{3}")


class Checked(Struct, frozen=True):
    """What is wrong with a file, and which of its amounts stay unknown."""

    problems: list[Problem]
    unknown: list[Note]


def check_kitchen(
    doc: KitchenDoc, known: KitchenDoc | None, found: Sequence[Problem] = ()
) -> Checked:
    """Judge a file against the kitchen it goes into.

    Args:
        doc: The file.
        known: What the kitchen has; None when there is none to ask, so that slugs which the file
            does not define are left unjudged.
        found: What is wrong in the file's shape; nothing else is said of those places.
    """
    world = World(doc, known)
    if doc.currency is not None and not _CURRENCY.fullmatch(doc.currency):
        world.wrong("currency", f"'{doc.currency}' is no currency. Write it as USD or EUR.")
    _check_items(world)
    _check_products(world)
    _check_recipes(world)
    _check_bundles(world)
    _check_events(world)
    _check_settings(world)
    check_cycles(world)
    check_ledger(world)
    broken = {problem.path for problem in found}
    told = [*found, *(p for p in world.problems.found if not _inside(p.path, broken))]
    unknown = [note for note in world.unknown if not _inside(note.place, broken)]
    return Checked(list(dict.fromkeys(told)), unknown)


def _inside(path: str, broken: set[str]) -> bool:
    """Tell whether a path is one of `broken` or inside of one."""
    return path in broken or any(
        path[:end] in broken for end, char in enumerate(path) if char in ".["
    )


# -- items and products ---------------------------------------------------------------------------


def _check_items(world: World) -> None:
    world.unique("items", (item.slug for item in world.doc.items), "slug")
    for number, item in enumerate(world.doc.items):
        _check_item(world, f"items[{number}]", item)


def _check_item(world: World, path: str, item: ItemDoc) -> None:
    world.name(path, item.slug, item.name)
    with world.at(f"{path}.kind"):
        check_one_of(item.kind, KINDS)
    with world.at(f"{path}.unit"):
        check_stock_unit(item)
    world.plain(f"{path}.grams_per_ml", item.grams_per_ml)
    world.plain(f"{path}.grams_each", item.grams_each)
    for name, text in item.measures.items():
        world.amount(f"{path}.measures.{name}", text, None, item.name)
    with world.at(f"{path}.shelf_life_days"):
        check_not_negative(item.shelf_life_days)
    facts = world.facts[item.slug]
    if facts is None or world.items[item.slug] is not item:
        return
    with world.at(f"{path}.measures"):
        check_measures(facts)
    if not world.whole:
        with world.at(f"{path}.display_unit"):
            check_display_unit(item.display_unit, facts)


def _check_products(world: World) -> None:
    world.unique("products", (product.slug for product in world.doc.products), "slug")
    preferred: dict[str, int] = {}
    for number, product in enumerate(world.doc.products):
        path = f"products[{number}]"
        _check_product(world, path, product)
        if product.preferred and preferred.setdefault(product.item, number) != number:
            with world.at(f"{path}.preferred"):
                first = world.doc.products[preferred[product.item]].slug
                check_only_preferred(product.item, first)


def _check_product(world: World, path: str, product: ProductDoc) -> None:
    world.name(path, product.slug, product.label, "label")
    # An item may have changed its kind since its product was entered.
    item = world.item(f"{path}.item", product.item, KINDS if world.whole else BOUGHT)
    holds = world.amount(f"{path}.pack", product.pack, item, product.label)
    # What an item weighs may have changed since its product was entered.
    if holds is not None and not world.whole:
        with world.at(f"{path}.pack"):
            ledger_amount(product.pack, holds)
    with world.at(f"{path}.price"):
        read_price(product.price)
    world.day(f"{path}.priced_on", product.priced_on)


# -- recipes, bundles, events ---------------------------------------------------------------------


def _check_recipes(world: World) -> None:
    world.unique("recipes", (recipe.slug for recipe in world.doc.recipes), "slug")
    replaced = {recipe.slug for recipe in world.doc.recipes}
    made_by = {
        output.item: recipe
        for recipe in world.there.recipes
        if recipe.slug not in replaced
        for output in recipe.makes
    }
    for number, recipe in enumerate(world.doc.recipes):
        path = f"recipes[{number}]"
        _check_recipe(world, path, recipe)
        for place, output in enumerate(recipe.makes):
            other = made_by.setdefault(output.item, recipe)
            if other is not recipe:
                with world.at(f"{path}.makes[{place}].item"):
                    check_only_maker(output.item, other.name)


def _check_recipe(world: World, path: str, recipe: RecipeDoc) -> None:
    world.name(path, recipe.slug, recipe.name)
    world.plain(f"{path}.batch_step", recipe.batch_step)
    with world.at(f"{path}.minutes"):
        check_not_negative(recipe.minutes)
    with world.at(f"{path}.oven_minutes"):
        check_not_negative(recipe.oven_minutes)
    if not recipe.slug.startswith(WITHDRAWN):
        with world.at(f"{path}.makes"):
            check_makes(recipe.makes)
    world.unique(f"{path}.makes", (output.item for output in recipe.makes), "item")
    _check_lines(world, f"{path}.makes", recipe.makes, MADE, recipe.name)
    _check_lines(world, f"{path}.lines", recipe.lines, KINDS, recipe.name)


def _check_lines(
    world: World, path: str, lines: Sequence[LineDoc], kinds: Sequence[str], of: str
) -> None:
    for number, line in enumerate(lines):
        item = world.item(f"{path}[{number}].item", line.item, kinds)
        world.amount(f"{path}[{number}].amount", line.amount, item, of)


def _check_bundles(world: World) -> None:
    world.unique("bundles", (bundle.item for bundle in world.doc.bundles), "item")
    for number, bundle in enumerate(world.doc.bundles):
        path = f"bundles[{number}]"
        item = world.item(f"{path}.item", bundle.item, ("bundle",))
        of = bundle.item if item is None else item.name
        _check_lines(world, f"{path}.lines", bundle.lines, KINDS, of)


def _check_events(world: World) -> None:
    world.unique("events", (event.slug for event in world.doc.events), "slug")
    for number, event in enumerate(world.doc.events):
        _check_event(world, f"events[{number}]", event)


def _check_event(world: World, path: str, event: EventDoc) -> None:
    world.name(path, event.slug, event.name)
    world.day(f"{path}.date", event.date)
    with world.at(f"{path}.status"):
        check_one_of(event.status, STATUSES)
    with world.at(f"{path}.archived"):
        check_not_open(event)
    with world.at(f"{path}.people"):
        check_people(event.people)
    _check_lines(world, f"{path}.lines", event.lines, SERVED, event.name)
    for place, line in enumerate(event.lines):
        with world.at(f"{path}.lines[{place}].price"):
            read_price(line.price)
    world.unique(f"{path}.targets", (target.recipe for target in event.targets), "recipe")
    for place, target in enumerate(event.targets):
        at = f"{path}.targets[{place}]"
        world.referred(f"{at}.recipe", target.recipe, world.recipes, "recipe")
        world.plain(f"{at}.batches", target.batches, zero=True)
        world.plain(f"{at}.accepted_need", target.accepted_need, zero=True)
    world.unique(f"{path}.checked", event.checked, "")
    for place, slug in enumerate(event.checked):
        world.item(f"{path}.checked[{place}]", slug)


def _check_settings(world: World) -> None:
    world.unique("settings", (setting.slug for setting in world.doc.settings), "slug")
    for number, setting in enumerate(world.doc.settings):
        path = f"settings[{number}]"
        if setting.slug not in settings_service.KNOWN:
            known = ", ".join(settings_service.KNOWN)
            world.wrong(f"{path}.slug", f"There is no setting '{setting.slug}'; there is {known}.")
        with world.at(f"{path}.value"):
            settings_service.read_value(setting.slug, setting.value)
