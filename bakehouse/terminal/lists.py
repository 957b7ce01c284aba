"""The nouns of the kitchen: `event`, `item`, `product`, `recipe`, `bundle`, `setting`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from bakehouse.terminal.options import common_options, json_option, settings_of
from bakehouse.terminal.output import Heading, print_json, print_table
from bakehouse.terminal.records import render
from core.commands.registry import COMMANDS


class Noun(click.Group):
    """A noun with its own `list`, and the kitchen's commands on it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs of the noun."""
        mine = [c.words[1] for c in COMMANDS.values() if c.words[0] == self.name and c.words[1:]]
        return [*super().list_commands(ctx), *mine]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a verb of the noun."""
        found = COMMANDS.get(f"{self.name} {cmd_name}")
        return super().get_command(ctx, cmd_name) if found is None else render(found)


def _noun(
    name: str,
    help_: str,
    rows: Callable[[bool], Sequence[Any]],
    headings: Sequence[Heading],
    cells: Callable[[Any], Sequence[str]],
) -> Noun:
    noun = Noun(name, help=help_)

    @noun.command("list", help=f"List every {name}.")
    @click.option("--all", "everything", is_flag=True, help="Archived ones too.")
    @json_option
    @common_options
    @click.pass_context
    def list_(ctx: click.Context, everything: bool) -> None:
        settings = settings_of(ctx)
        settings.open()
        found = rows(everything)
        if settings.as_json:
            print_json({"data": list(found)})
        else:
            print_table(headings, [cells(row) for row in found], empty=f"No {name} yet.")

    return noun


def _events(everything: bool) -> Sequence[Any]:
    from core.services import event_service

    return event_service.list_events(archived=everything)


def _items(everything: bool) -> Sequence[Any]:
    from core.services import catalog_service

    return catalog_service.list_items(archived=everything)


def _products(everything: bool) -> Sequence[Any]:
    from core.services import catalog_service

    return catalog_service.list_products(archived=everything)


def _recipes(everything: bool) -> Sequence[Any]:
    from core.services import catalog_service

    return catalog_service.list_recipes(archived=everything)


def _bundles(everything: bool) -> Sequence[Any]:
    from core.services import catalog_service

    return catalog_service.list_bundles(archived=everything)


def _settings(everything: bool) -> Sequence[Any]:
    from core.services import settings_service

    return settings_service.list_settings()


def _text(value: Any) -> str:
    return "" if value is None else str(value)


SLUG = Heading("slug", "Slug")
NAME = Heading("name", "Name")

event = _noun(
    "event",
    "Events: list and edit.",
    _events,
    (SLUG, NAME, Heading("date", "Date"), Heading("status", "Status")),
    lambda row: (row.slug, row.name, row.date.isoformat(), row.status),
)
item = _noun(
    "item",
    "Items: list and edit.",
    _items,
    (
        SLUG,
        NAME,
        Heading("kind", "Kind"),
        Heading("unit", "Unit"),
        Heading("category", "Category"),
    ),
    lambda row: (row.slug, row.name, row.kind, row.unit, _text(row.category)),
)
product = _noun(
    "product",
    "Products: list and edit.",
    _products,
    (
        SLUG,
        Heading("item_name", "Item"),
        Heading("label", "Label"),
        Heading("pack", "Pack", "amount"),
        Heading("price", "Price", "money"),
        Heading("store", "Store"),
        Heading("preferred", ""),
    ),
    lambda row: (
        row.slug,
        row.item_name,
        row.label,
        row.pack,
        _text(row.price) or "no price",
        _text(row.store),
        "preferred" if row.preferred else "",
    ),
)
recipe = _noun(
    "recipe",
    "Recipes: list and edit.",
    _recipes,
    (SLUG, NAME, Heading("makes", "A batch makes"), Heading("unknown_lines", "Unknown")),
    lambda row: (
        row.slug,
        row.name,
        row.makes,
        f"{row.unknown_lines} lines" if row.unknown_lines else "",
    ),
)
bundle = _noun(
    "bundle",
    "Bundles: list and edit.",
    _bundles,
    (SLUG, NAME, Heading("holds", "Holds")),
    lambda row: (row.slug, row.name, row.holds),
)
setting = _noun(
    "setting",
    "Settings of the kitchen: list and set.",
    _settings,
    (Heading("key", "Setting"), Heading("value", "Value"), Heading("help", "What it does")),
    lambda row: (row.key, _text(row.value) or "not set", row.help),
)
row = Noun("row", help="Rows of plugins' tables, as their views and imports write them.")
