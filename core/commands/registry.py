"""All commands, by their words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from core.commands.cataloguing import ARCHIVE, CATALOGUE, ITEM
from core.commands.model import Arguments, Command, Given, Param, Wanted, option, place
from core.errors import NotFound

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.services.rows.journal import ChangeRow

RECORDS = "core.commands.records"
EVENTS = "core.commands.events"
SETTINGS = "core.commands.settings"


EVENT = place("event", Wanted.EVENT, "the event")
FOR = option("event", Wanted.EVENT, "the event it is made for, which then keeps it")
SERVED = place("item", Wanted.ITEM, "what is ordered", kinds=("bundle", "made"))
BORROW = option("borrow", Wanted.FLAG, "also use what is kept for other events and needed there")
LOTS = option("lot", Wanted.LOT, "use this lot first, also an expired one", many=True)

RECORDING = (
    Command(
        ("make",),
        "recipe: make",
        "Record batches of a recipe: inputs used, good output into stock.",
        (
            place("recipe", Wanted.RECIPE, "the recipe"),
            Param("batches", Wanted.NUMBER, "how many batches were made", option=True),
            option(
                "good",
                Wanted.PAIR,
                "good output, if not the usual yield",
                many=True,
                metavar="ITEM=N",
            ),
            option(
                "lost",
                Wanted.PAIR,
                "lost output with the reason, as 5 burnt",
                many=True,
                metavar="ITEM=N:REASON",
            ),
            FOR,
            option("count_first", Wanted.FLAG, "correct the count of what is missing"),
            LOTS,
        ),
        f"{RECORDS}:make",
    ),
    Command(
        ("assemble",),
        "bundle: assemble",
        "Record bundles put together from what is in stock.",
        (
            place("bundle", Wanted.BUNDLE, "the bundle"),
            place("quantity", Wanted.NUMBER, "how many"),
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
            place("what", Wanted.PRODUCT, "an item or a product"),
            option(
                "packs",
                Wanted.NUMBER,
                "packs of the product (2, 2.5, 2 bags), or an amount (5 lb)",
                label="How much",
                instead="amount",
            ),
            Param("paid", Wanted.MONEY, "the whole price", option=True),
            option(
                "amount",
                Wanted.AMOUNT,
                "how much, where it is not sold in packs",
                asked=False,
            ),
            option("store", Wanted.TEXT, "where"),
            option("date", Wanted.DATE, "when; today if left out", past=True),
            option("expires", Wanted.DATE, "the last good day"),
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
            option("store", Wanted.TEXT, "where"),
            option("date", Wanted.DATE, "when; today if left out", past=True),
        ),
        f"{RECORDS}:receipt",
    ),
    Command(
        ("count",),
        "stock: count",
        "Set what is there of an item to what was counted.",
        (
            ITEM,
            place(
                "amount",
                Wanted.AMOUNT,
                "an amount, packs (2.5 packs), or 40% of what its lots held",
            ),
            option("lot", Wanted.LOT, "count one lot only"),
        ),
        f"{RECORDS}:count",
    ),
    Command(
        ("discard",),
        "stock: discard",
        "Take a lot or an amount out of stock, with the reason.",
        (
            place("what", Wanted.ITEM, "an item, or a lot as L12"),
            place("amount", Wanted.AMOUNT, "how much; 'all' of a lot"),
            place("reason", Wanted.TEXT, "why"),
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
            place("quantity", Wanted.NUMBER, "how many"),
            option("to", Wanted.TEXT, "the recipient"),
            option("more", Wanted.FLAG, "allow more than was ordered"),
            BORROW,
        ),
        f"{RECORDS}:deliver",
    ),
    Command(
        ("undo",),
        "journal: undo",
        "Take back a change; without a number the last one of this terminal.",
        (place("change", Wanted.CHANGE, "the number of the change", required=False),),
        f"{RECORDS}:undo",
    ),
    Command(("redo",), "journal: redo", "Bring back what was undone last.", (), f"{RECORDS}:redo"),
)

PLANNING = (
    Command(
        ("check",),
        "shopping: check off",
        "Tick an item off an event's shopping list.",
        (EVENT, ITEM, option("off", Wanted.FLAG, "take the tick away")),
        f"{EVENTS}:check",
    ),
    Command(
        ("event", "add"),
        "event: new",
        "Add an event.",
        (
            place("name", Wanted.TEXT, "its name"),
            Param("date", Wanted.DATE, "the day", option=True),
            option("people", Wanted.NUMBER, "how many people it is for"),
            option("notes", Wanted.TEXT, "anything to remember"),
            option("slug", Wanted.TEXT, "a short name for typing"),
        ),
        f"{EVENTS}:add",
    ),
    Command(
        ("event", "set"),
        "event: edit",
        "Change an event.",
        (
            EVENT,
            option("name", Wanted.TEXT, "its name"),
            option("date", Wanted.DATE, "the day"),
            option("people", Wanted.NUMBER, "how many people it is for"),
            option("notes", Wanted.TEXT, "anything to remember"),
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
            place("quantity", Wanted.AMOUNT, "how many"),
            option("to", Wanted.TEXT, "the recipient"),
            option(
                "price",
                Wanted.MONEY,
                "the price of one; of 3 kg that of 1 kg",
            ),
        ),
        f"{EVENTS}:line",
    ),
    Command(
        ("event", "target"),
        "event: set batches",
        "Decide on the batches of a recipe; 'none' takes the decision away.",
        (
            EVENT,
            place("recipe", Wanted.RECIPE, "the recipe"),
            place("batches", Wanted.NUMBER, "how many, or 'none'"),
            option("short_ok", Wanted.FLAG, "even if that is short"),
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
            place(
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
            place("name", Wanted.TEXT, "the name of the new event"),
            Param("date", Wanted.DATE, "its day", option=True),
            option("slug", Wanted.TEXT, "a short name for typing"),
        ),
        f"{EVENTS}:copy",
    ),
    Command(
        ("event", "shopped"),
        "shopping: done",
        "Mark the shopping of an event as done.",
        (EVENT, option("off", Wanted.FLAG, "it is not done after all")),
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

KITCHEN = (
    Command(
        ("setting", "set"),
        "kitchen: setting",
        "Set a setting of this kitchen; 'none' takes it away.",
        (
            place(
                "key",
                Wanted.CHOICE,
                "the currency, what every store after the first costs, or the hours of a day",
                choices=("currency", "store_trip_cost", "hands_hours", "oven_hours"),
            ),
            place("value", Wanted.TEXT, "its value (EUR, money or hours), or 'none'"),
        ),
        f"{SETTINGS}:set_",
    ),
)

ROW_KEY = option(
    "key", Wanted.PAIR, "its primary key; the next number", many=True, metavar="COLUMN=VALUE"
)
ROW_SUMMARY = option("summary", Wanted.TEXT, "what the journal says of it")
ROWS = (
    Command(
        ("row", "set"),
        "row: set",
        "Write a row of a plugin's table: a new one, or the one with this key.",
        (
            place("table", Wanted.TEXT, "the table, as p_tasting__note"),
            ROW_KEY,
            option(
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
        (place("table", Wanted.TEXT, "the table, as p_tasting__note"), ROW_KEY, ROW_SUMMARY),
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
