"""All commands, by their words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from core.commands.model import Arguments, Command, Given, Param, Wanted
from core.errors import NotFound

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.services.rows import ChangeRow

RECORDS = "core.commands.records"
EVENTS = "core.commands.events"
CATALOG = "core.commands.catalog"
SETTINGS = "core.commands.settings"


def _place(name: str, wanted: Wanted, help_: str, **more: object) -> Param:
    return Param(name, wanted, help_, **more)  # type: ignore[arg-type]


def _option(name: str, wanted: Wanted, help_: str, **more: object) -> Param:
    return Param(name, wanted, help_, option=True, required=False, **more)  # type: ignore[arg-type]


EVENT = _place("event", Wanted.EVENT, "the event")
FOR = _option("event", Wanted.EVENT, "the event it is made for, which then keeps it")
ITEM = _place("item", Wanted.ITEM, "the item")
SERVED = _place("item", Wanted.ITEM, "what is ordered", kinds=("bundle", "made"))
SOLD = _place("item", Wanted.ITEM, "the item", kinds=("ingredient", "supply"))
BORROW = _option("borrow", Wanted.FLAG, "also use what is kept for other events and needed there")
LOTS = _option("lot", Wanted.LOT, "use this lot first, also an expired one", many=True)
ARCHIVE = _option("restore", Wanted.FLAG, "bring it back instead")

RECORDING = (
    Command(
        ("make",),
        "recipe: make",
        "Record batches of a recipe: inputs used, good output into stock.",
        (
            _place("recipe", Wanted.RECIPE, "the recipe"),
            Param("batches", Wanted.NUMBER, "how many batches were made", option=True),
            _option(
                "good",
                Wanted.PAIR,
                "good output, if not the usual yield",
                many=True,
                metavar="ITEM=N",
            ),
            _option(
                "lost",
                Wanted.PAIR,
                "lost output with the reason, as 5 burnt",
                many=True,
                metavar="ITEM=N:REASON",
            ),
            FOR,
            _option("count_first", Wanted.FLAG, "correct the count of what is missing"),
            LOTS,
        ),
        f"{RECORDS}:make",
    ),
    Command(
        ("assemble",),
        "bundle: assemble",
        "Record bundles put together from what is in stock.",
        (
            _place("bundle", Wanted.BUNDLE, "the bundle"),
            _place("quantity", Wanted.NUMBER, "how many"),
            FOR,
            BORROW,
            LOTS,
        ),
        f"{RECORDS}:assemble",
    ),
    Command(
        ("buy",),
        "stock: buy",
        "Record a purchase: one lot with its cost.",
        (
            _place("what", Wanted.PRODUCT, "an item or a product"),
            _option(
                "packs",
                Wanted.NUMBER,
                "packs of the product (2, 2.5, 2 bags), or an amount (5 lb)",
                label="How much",
            ),
            Param("paid", Wanted.MONEY, "the whole price", option=True),
            _option(
                "amount",
                Wanted.AMOUNT,
                "how much, where it is not sold in packs",
                asked=False,
            ),
            _option("store", Wanted.TEXT, "where"),
            _option("date", Wanted.DATE, "when; today if left out", past=True),
            _option("expires", Wanted.DATE, "the last good day"),
        ),
        f"{RECORDS}:buy",
    ),
    Command(
        ("receipt",),
        "stock: enter a receipt",
        "Record everything on a receipt as one entry.",
        (
            Param(
                "line",
                Wanted.PAIR,
                "what was bought; packs or an amount, and the price of the line",
                option=True,
                many=True,
                metavar="ITEM=AMOUNT@PRICE",
            ),
            _option("store", Wanted.TEXT, "where"),
            _option("date", Wanted.DATE, "when; today if left out", past=True),
        ),
        f"{RECORDS}:receipt",
    ),
    Command(
        ("count",),
        "stock: count",
        "Set what is there of an item to what was counted.",
        (
            ITEM,
            _place("amount", Wanted.AMOUNT, "an amount, packs (2.5 packs) or a percentage (40%)"),
            _option("lot", Wanted.LOT, "count one lot only"),
        ),
        f"{RECORDS}:count",
    ),
    Command(
        ("discard",),
        "stock: discard",
        "Take a lot or an amount out of stock, with the reason.",
        (
            _place("what", Wanted.ITEM, "an item, or a lot as L12"),
            _place("amount", Wanted.AMOUNT, "how much; 'all' of a lot"),
            _place("reason", Wanted.TEXT, "why"),
        ),
        f"{RECORDS}:discard",
    ),
    Command(
        ("deliver",),
        "event: deliver",
        "Hand out what an event ordered.",
        (
            EVENT,
            SERVED,
            _place("quantity", Wanted.NUMBER, "how many"),
            _option("to", Wanted.TEXT, "the recipient"),
            _option("more", Wanted.FLAG, "allow more than was ordered"),
            BORROW,
        ),
        f"{RECORDS}:deliver",
    ),
    Command(
        ("undo",),
        "journal: undo",
        "Take back a change; without a number the last one of this terminal.",
        (_place("change", Wanted.CHANGE, "the number of the change", required=False),),
        f"{RECORDS}:undo",
    ),
    Command(("redo",), "journal: redo", "Bring back what was undone last.", (), f"{RECORDS}:redo"),
)

PLANNING = (
    Command(
        ("check",),
        "shopping: check off",
        "Tick an item off an event's shopping list.",
        (EVENT, ITEM, _option("off", Wanted.FLAG, "take the tick away")),
        f"{EVENTS}:check",
    ),
    Command(
        ("event", "add"),
        "event: new",
        "Add an event.",
        (
            _place("name", Wanted.TEXT, "its name"),
            Param("date", Wanted.DATE, "the day", option=True),
            _option("people", Wanted.NUMBER, "how many people it is for"),
            _option("notes", Wanted.TEXT, "anything to remember"),
            _option("slug", Wanted.TEXT, "a short name for typing"),
        ),
        f"{EVENTS}:add",
    ),
    Command(
        ("event", "set"),
        "event: edit",
        "Change an event.",
        (
            EVENT,
            _option("name", Wanted.TEXT, "its name"),
            _option("date", Wanted.DATE, "the day"),
            _option("people", Wanted.NUMBER, "how many people it is for"),
            _option("notes", Wanted.TEXT, "anything to remember"),
        ),
        f"{EVENTS}:edit",
    ),
    Command(
        ("event", "line"),
        "event: set quantity",
        "Set how many of an item an event wants; 0 takes the line away.",
        (
            EVENT,
            SERVED,
            _place("quantity", Wanted.AMOUNT, "how many"),
            _option("to", Wanted.TEXT, "the recipient"),
            _option("price", Wanted.MONEY, "the price of one"),
        ),
        f"{EVENTS}:line",
    ),
    Command(
        ("event", "target"),
        "event: set batches",
        "Decide on the batches of a recipe; 'none' takes the decision away.",
        (
            EVENT,
            _place("recipe", Wanted.RECIPE, "the recipe"),
            _place("batches", Wanted.NUMBER, "how many, or 'none'"),
            _option("short_ok", Wanted.FLAG, "even if that is short"),
        ),
        f"{EVENTS}:target",
    ),
    Command(
        ("event", "accept"),
        "event: accept plan",
        "Accept the planned batches of an event as its targets.",
        (EVENT,),
        f"{EVENTS}:accept",
    ),
    Command(
        ("event", "status"),
        "event: set status",
        "Set an event to planned, started, done or cancelled.",
        (
            EVENT,
            _place(
                "status",
                Wanted.CHOICE,
                "the status",
                choices=("planned", "started", "done", "cancelled"),
            ),
        ),
        f"{EVENTS}:status",
    ),
    Command(
        ("event", "copy"),
        "event: copy",
        "Add an event with the lines of another.",
        (
            EVENT,
            _place("name", Wanted.TEXT, "the name of the new event"),
            Param("date", Wanted.DATE, "its day", option=True),
            _option("slug", Wanted.TEXT, "a short name for typing"),
        ),
        f"{EVENTS}:copy",
    ),
    Command(
        ("event", "shopped"),
        "shopping: done",
        "Mark the shopping of an event as done.",
        (EVENT, _option("off", Wanted.FLAG, "it is not done after all")),
        f"{EVENTS}:shopped",
    ),
    Command(
        ("event", "archive"),
        "event: archive",
        "Put an event away; nothing is deleted.",
        (EVENT, ARCHIVE),
        f"{EVENTS}:archive",
    ),
)

ITEM_KINDS = ("ingredient", "supply", "made", "bundle")
UNIT = _option("unit", Wanted.CHOICE, "the unit it is counted in", choices=("g", "ml", "each"))
ITEM_FIELDS = (
    _option("grams_per_ml", Wanted.NUMBER, "its density"),
    _option("grams_each", Wanted.NUMBER, "what one weighs"),
    _option("measure", Wanted.PAIR, "a named amount", many=True, metavar="NAME=AMOUNT"),
    _option("equals", Wanted.EQUALS, "all its equivalents, as '1 cup = 120 g'", many=True),
    _option("display_unit", Wanted.TEXT, "the unit to show it in"),
    _option("category", Wanted.TEXT, "where it belongs"),
    _option("shelf_life_days", Wanted.NUMBER, "how many days it keeps"),
    _option("allergen", Wanted.TEXT, "an allergen", many=True),
    _option("always_on_hand", Wanted.FLAG, "never bought, drawn or short (water, salt)"),
    _option("notes", Wanted.TEXT, "anything to remember"),
)
PRODUCT_FIELDS = (
    _option("price", Wanted.MONEY, "the price of a pack"),
    _option("store", Wanted.TEXT, "where it is sold"),
    _option("barcode", Wanted.TEXT, "its barcode"),
    _option("preferred", Wanted.FLAG, "buy this one of the item"),
)
NEW_ITEMS = _option("new_items", Wanted.FLAG, "add the items that lines name and nobody knows")
RECIPE_FIELDS = (
    _option("makes", Wanted.LINE, "what a batch makes, as '24 cookies'", many=True),
    _option("line", Wanted.LINE, "an input, as '2 1/3 c flour'", many=True),
    _option("step", Wanted.NUMBER, "the smallest part of a batch, as 1/2"),
    _option("category", Wanted.TEXT, "where it belongs"),
    _option("minutes", Wanted.NUMBER, "minutes of work per batch"),
    _option("oven_minutes", Wanted.NUMBER, "minutes in the oven per batch"),
    _option("keeps", Wanted.NUMBER, "how many days what it makes keeps"),
    _option("method", Wanted.TEXT, "how it is made"),
    NEW_ITEMS,
)
NAME = _place("name", Wanted.TEXT, "its name")
RENAME = _option("name", Wanted.TEXT, "its name")
SLUG = _option("slug", Wanted.TEXT, "a short name for typing")

CATALOGUE = (
    Command(
        ("item", "add"),
        "item: new",
        "Add an item.",
        (
            NAME,
            _option("kind", Wanted.CHOICE, "ingredient if left out", choices=ITEM_KINDS),
            UNIT,
            SLUG,
            *ITEM_FIELDS,
        ),
        f"{CATALOG}:add_item",
    ),
    Command(
        ("item", "set"),
        "item: edit",
        "Change an item; mending a density mends every line.",
        (
            ITEM,
            RENAME,
            _option("kind", Wanted.CHOICE, "what it is", choices=ITEM_KINDS),
            UNIT,
            *ITEM_FIELDS,
        ),
        f"{CATALOG}:set_item",
    ),
    Command(
        ("item", "archive"),
        "item: archive",
        "Put an item away.",
        (ITEM, ARCHIVE),
        f"{CATALOG}:archive_item",
    ),
    Command(
        ("item", "equal"),
        "item: equivalent",
        "Say what a unit of an item is in another, as 1 cup = 120 g.",
        (
            ITEM,
            _place("amount", Wanted.AMOUNT, "a unit or measure, as cup or 1 stick"),
            _place("equals", Wanted.AMOUNT, "what it is, as 120 g"),
        ),
        f"{CATALOG}:equal_item",
    ),
    Command(
        ("product", "add"),
        "product: new",
        "Add a pack that can be bought.",
        (
            SOLD,
            _place("label", Wanted.TEXT, "what stands on it", required=False),
            Param("pack", Wanted.AMOUNT, "how much is in it, as 5 lb", option=True),
            SLUG,
            *PRODUCT_FIELDS,
        ),
        f"{CATALOG}:add_product",
    ),
    Command(
        ("product", "set"),
        "product: edit",
        "Change a product.",
        (
            _place("product", Wanted.PRODUCT, "the product"),
            _option("label", Wanted.TEXT, "what stands on it"),
            _option("pack", Wanted.AMOUNT, "how much is in it"),
            *PRODUCT_FIELDS,
        ),
        f"{CATALOG}:set_product",
    ),
    Command(
        ("product", "archive"),
        "product: archive",
        "Put a product away.",
        (_place("product", Wanted.PRODUCT, "the product"), ARCHIVE),
        f"{CATALOG}:archive_product",
    ),
    Command(
        ("recipe", "add"),
        "recipe: new",
        "Add a recipe.",
        (NAME, SLUG, *RECIPE_FIELDS),
        f"{CATALOG}:add_recipe",
    ),
    Command(
        ("recipe", "set"),
        "recipe: edit",
        "Change a recipe; lines that are given replace all lines.",
        (_place("recipe", Wanted.RECIPE, "the recipe"), RENAME, *RECIPE_FIELDS),
        f"{CATALOG}:set_recipe",
    ),
    Command(
        ("recipe", "archive"),
        "recipe: archive",
        "Put a recipe away.",
        (_place("recipe", Wanted.RECIPE, "the recipe"), ARCHIVE),
        f"{CATALOG}:archive_recipe",
    ),
    Command(
        ("bundle", "add"),
        "bundle: new",
        "Add a bundle.",
        (
            NAME,
            SLUG,
            _option("line", Wanted.LINE, "a component, as '6 cookie'", many=True),
            NEW_ITEMS,
        ),
        f"{CATALOG}:add_bundle",
    ),
    Command(
        ("bundle", "set"),
        "bundle: edit",
        "Change a bundle; lines that are given replace all lines.",
        (
            _place("bundle", Wanted.BUNDLE, "the bundle"),
            RENAME,
            _option("line", Wanted.LINE, "a component, as '6 cookie'", many=True),
            NEW_ITEMS,
        ),
        f"{CATALOG}:set_bundle",
    ),
    Command(
        ("bundle", "archive"),
        "bundle: archive",
        "Put a bundle away.",
        (_place("bundle", Wanted.BUNDLE, "the bundle"), ARCHIVE),
        f"{CATALOG}:archive_bundle",
    ),
)

KITCHEN = (
    Command(
        ("setting", "set"),
        "kitchen: setting",
        "Set a setting of this kitchen; 'none' takes it away.",
        (
            _place(
                "key",
                Wanted.CHOICE,
                "the currency, what every store after the first costs, or the hours of a day",
                choices=("currency", "store_trip_cost", "hands_hours", "oven_hours"),
            ),
            _place("value", Wanted.TEXT, "its value (EUR, money or hours), or 'none'"),
        ),
        f"{SETTINGS}:set_",
    ),
)

ROW_KEY = _option(
    "key", Wanted.PAIR, "its primary key; the next number", many=True, metavar="COLUMN=VALUE"
)
ROW_SUMMARY = _option("summary", Wanted.TEXT, "what the journal says of it")
ROWS = (
    Command(
        ("row", "set"),
        "row: set",
        "Write a row of a plugin's table: a new one, or the one with this key.",
        (
            _place("table", Wanted.TEXT, "the table, as p_tasting__note"),
            ROW_KEY,
            _option(
                "value",
                Wanted.PAIR,
                "a value; nothing after = takes it away",
                many=True,
                metavar="COLUMN=VALUE",
            ),
            ROW_SUMMARY,
        ),
        "core.commands.rows:set_",
        offered=False,
    ),
    Command(
        ("row", "remove"),
        "row: remove",
        "Take a row of a plugin's table away.",
        (_place("table", Wanted.TEXT, "the table, as p_tasting__note"), ROW_KEY, ROW_SUMMARY),
        "core.commands.rows:remove_",
        offered=False,
    ),
)
"""What plugins name in actions and imports, of their own tables only."""

COMMANDS: dict[str, Command] = {
    command.name: command for command in (*RECORDING, *PLANNING, *CATALOGUE, *KITCHEN, *ROWS)
}
"""Every command by its name, such as "event line"."""


class CommandNotFound(NotFound):
    """There is no command of this name."""

    noun = "command"


def command(name: str) -> Command:
    """Return a command by name. Raises `CommandNotFound`."""
    if name not in COMMANDS:
        raise CommandNotFound(name)
    return COMMANDS[name]


def run(name: str, values: Mapping[str, Given], session: Session | None = None) -> ChangeRow:
    """Run a command with its arguments as text; without a session it commits by itself."""
    from core.session import writing

    module, _, function = command(name).runs.partition(":")
    work: Callable[[Arguments, Session], ChangeRow] = getattr(import_module(module), function)
    with writing(session) as writer:
        return work(Arguments(values), writer)
