"""Counting in the list itself: what was typed in each row, and what became of it."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from msgspec import Struct, field
from msgspec.structs import replace
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from bakehouse.plugin import RowStyle
from core.errors import AmountError
from core.units import parse_amount


class Counted(Struct, frozen=True):
    """One row: what was typed, the entry it became or the sentence that refuses it."""

    typed: str
    change_id: int | None = None
    refused: str = ""


class Tally(Struct):
    """What has been typed so far, by item; `order` are the items that were recorded."""

    rows: dict[int, Counted] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)

    def typed(self, item_id: int) -> str:
        """Return what still waits in a row: typed, but not recorded."""
        row = self.rows.get(item_id)
        return "" if row is None or row.change_id is not None else row.typed

    def keep(self, item_id: int, typed: str, refused: str = "") -> None:
        """Keep what was typed in a row that is left."""
        row = self.rows.get(item_id)
        if typed.strip() or refused:
            self.rows[item_id] = Counted(typed.strip(), None, refused)
        elif row is not None and row.change_id is None:
            del self.rows[item_id]

    def recorded(self, item_id: int, typed: str, change_id: int) -> None:
        """Note that a row was recorded."""
        self.rows[item_id] = Counted(typed, change_id)
        self.order.append(item_id)

    @property
    def last(self) -> tuple[int, int] | None:
        """The item that was recorded last, and its entry in the journal."""
        if not self.order:
            return None
        change_id = self.rows[self.order[-1]].change_id
        return None if change_id is None else (self.order[-1], change_id)

    def taken_back(self, item_id: int) -> None:
        """Note that the last count was taken back; what was typed waits again."""
        self.order.remove(item_id)
        self.rows[item_id] = replace(self.rows[item_id], change_id=None)

    def cells(self, item_id: int) -> tuple[str, str, RowStyle | None]:
        """Return what stands in a row: what was counted, what is said of it, its style."""
        row = self.rows.get(item_id)
        if row is None:
            return "", "", None
        if row.change_id is not None:
            return row.typed, "✓ counted", "done"
        return row.typed, f"✗ {row.refused}" if row.refused else "not yet", None

    @property
    def waiting(self) -> dict[int, Counted]:
        """The rows that hold something that was not recorded."""
        return {item_id: row for item_id, row in self.rows.items() if row.change_id is None}

    @property
    def refused(self) -> int:
        """How many rows could not be recorded."""
        return sum(bool(row.refused) for row in self.rows.values())


AMOUNT_SIGNS = ".,+-"
"""What an amount may begin with beside a digit; one with a sign is refused, but not unseen."""


def begins_amount(char: str) -> bool:
    """Tell whether somebody who types this begins an amount."""
    return char.isnumeric() or char in AMOUNT_SIGNS


def percentage(text: str) -> Fraction | None:
    """Return what part of a whole was typed, as 40%; None where it is no such percentage."""
    plain = text.strip()
    if not plain.endswith("%") or unreadable(plain):
        return None
    amount = parse_amount(plain[:-1], allow_zero=True)
    return None if amount.unit is not None or amount.value > 100 else amount.value / 100


def unreadable(text: str) -> str:
    """Return why nobody could read this as an amount, packs or a percentage; "" if one can."""
    plain = text.strip()
    try:
        parse_amount(plain[:-1] if plain.endswith("%") else plain, allow_zero=True)
    except AmountError as error:
        return str(error)
    return ""


class CountInput(Input):
    """The blank one types in; in an empty one, the keys of the list still work."""

    KEYS_OF = "counting"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Record, next", id="count.record"),
        Binding("down,tab", "skip(1)", "Skip", key_display="↓", id="count.skip"),
        Binding("up,shift+tab", "skip(-1)", "Back", key_display="↑", id="count.back"),
        Binding("pagedown", "skip(10)", "Ten further", show=False, id="count.further"),
        Binding("pageup", "skip(-10)", "Ten back", show=False, id="count.nearer"),
        Binding("escape", "finish", "End", key_display="Esc", id="count.end"),
    ]
    IN_EMPTY: ClassVar = {"j": "skip(1)", "k": "skip(-1)", "u": "take_back", "slash": "filter"}
    """Keys of the list that mean something while one counts."""

    class Skip(Message):
        """Another row is wanted."""

        def __init__(self, rows: int) -> None:
            self.rows = rows
            super().__init__()

    class TakeBack(Message):
        """The last count is to be taken back."""

    class Filter(Message):
        """The list is to be filtered."""

    class End(Message):
        """Counting is over; `key` is what was pressed to do something else."""

        def __init__(self, key: events.Key | None = None) -> None:
            self.key = key
            super().__init__()

    def __init__(self) -> None:
        super().__init__(compact=True, select_on_focus=False, placeholder="2.4 kg, 3, 40%")

    async def on_key(self, event: events.Key) -> None:
        """Take keys of the list where nothing is typed yet; others end counting and are keys."""
        action = self.IN_EMPTY.get(event.key)
        if self.value or not event.is_printable or not event.character:
            return
        if action is None and (event.character == " " or begins_amount(event.character)):
            return
        event.stop()
        event.prevent_default()
        if action is not None:
            await self.run_action(action)
        else:
            self.post_message(self.End(event))

    def action_skip(self, rows: int) -> None:
        """Tell that another row is wanted."""
        self.post_message(self.Skip(rows))

    def action_take_back(self) -> None:
        """Tell that the last count is to be taken back."""
        self.post_message(self.TakeBack())

    def action_filter(self) -> None:
        """Tell that the list is to be filtered."""
        self.post_message(self.Filter())

    def action_finish(self) -> None:
        """Tell that counting is over."""
        self.post_message(self.End())
