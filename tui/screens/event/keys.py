"""The keys of the workspace."""

from __future__ import annotations

from collections.abc import Mapping

from textual.binding import Binding, BindingsMap, BindingType

from tui.widgets.listing import Listing
from tui.widgets.table import TableView

BINDINGS: list[BindingType] = [
    Binding("m", "ask('make')", "Make", id="event.make"),
    Binding("a", "ask('assemble')", "Assemble", id="event.assemble"),
    Binding("b", "ask('buy')", "Buy", id="event.buy"),
    Binding("d", "ask('deliver')", "Deliver", id="event.deliver"),
    Binding(
        "space",
        "check",
        "Tick",
        id="event.check",
        tooltip="tick an item off, or record what the row says is to be done",
    ),
    Binding(
        "n",
        "order",
        "New line",
        id="event.new-line",
        show=False,
        tooltip="add what the event wants",
    ),
    Binding(
        "N",
        "ask('event line')",
        "Quantity",
        id="event.line",
        show=False,
        tooltip="set how many of this row the event wants",
    ),
    Binding(
        "t",
        "ask('event target')",
        "Target",
        id="event.target",
        show=False,
        tooltip="decide on the batches of a recipe",
    ),
    Binding("A", "ask('event accept')", "Accept plan", id="event.accept", show=False),
    Binding(
        "E",
        "ask('event status')",
        "Event's status",
        id="event.status",
        show=False,
        tooltip="start it, or set it to planned, done or cancelled",
    ),
    Binding("number_sign", "ask('count')", "Count", key_display="#", id="stock.count", show=False),
    Binding("x", "ask('discard')", "Discard", id="stock.discard", show=False),
    Binding(
        "l",
        "lose",
        "Lost batch",
        id="event.lose",
        show=False,
        tooltip="record a batch of which nothing came out good",
    ),
    Binding("enter", "keep", "Keep", id="what-if.keep", tooltip="keep all that is tried"),
    Binding("escape", "drop", "Drop", key_display="Esc", id="what-if.drop"),
    Binding("u", "unstep", "One back", id="what-if.back", tooltip="leave out the newest step"),
    Binding(
        "plus",
        "nudge(1)",
        "What if",
        key_display="+ −",
        id="what-if.more",
        tooltip="try one more; nothing is saved",
    ),
    Binding(
        "minus",
        "nudge(-1)",
        "What if less",
        key_display="−",
        id="what-if.less",
        show=False,
        tooltip="try one less; nothing is saved",
    ),
    Binding(
        "equals_sign",
        "type_number",
        "What if a number",
        key_display="=",
        id="what-if.number",
        show=False,
        tooltip="type a number to try; nothing is saved",
    ),
    Binding("enter", "why", "Why", show=False, id="event.open"),
    Binding("w", "why", "Why", id="event.why", tooltip="what a number is made of"),
    Binding(
        "v",
        "look",
        "Charts",
        show=False,
        id="event.look",
        tooltip="look at the stock and price of an item, or the costs of the event",
    ),
    Binding("p", "problems", "Problems", id="event.problems", show=False),
    Binding("r", "reload", "Refresh", id="screen.refresh", show=False),
    Binding(
        "left_square_bracket",
        "other(-1)",
        "Previous event",
        key_display="[",
        id="event.previous",
        show=False,
    ),
    Binding(
        "right_square_bracket",
        "other(1)",
        "Next event",
        key_display="]",
        id="event.next",
        show=False,
    ),
    *(
        Binding(str(n), f"pane({n})", "Go to a pane by its number", show=False, id=f"pane.{n}")
        for n in range(1, 10)
    ),
]

KEYS_OF_LISTS = frozenset(
    key
    for bindings in (Listing.BINDINGS, TableView.BINDINGS)
    for key in BindingsMap(bindings).key_to_bindings
)
"""Keys that plugins do not get, also while no list has the focus."""

ASKED_ANYWHERE: Mapping[str, str] = {"m": "make", "a": "assemble", "b": "buy", "d": "deliver"}
"""Keys that open an empty dialog where the row under the cursor is about something else."""
