"""Reading what there is of every item, as rows that are made when they are looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from bakehouse.plugin import Amount, Cell, Column, Money, Ref, Row, RowStyle
from core import clock
from core.money import from_micro as money_of
from core.services import on_hand_service
from core.services.on_hand_service import OnHand, Pack, Promise, Stocked, StockedItem
from core.session import KitchenSession
from core.units import LEDGER_ROUNDING, from_micro, to_decimal
from tui.widgets.days import days_left
from tui.widgets.ordering import Sorting

AT_ONCE = 1_000
"""Up to so many items are shown with what the plan says of them; of more, that comes later."""
SOON = 7
"""Days before its expiry from which a lot is pointed out."""

COLUMNS = (
    Column("item", width=24, priority=0),
    Column("on_hand", "On hand", "amount", priority=0),
    Column("packs", "In packs", align="right", width=12, priority=2),
    Column("reserved", "Reserved", "amount", priority=5),
    Column("available", "Available", "amount", priority=3),
    Column("worth", "Worth", "money", priority=4),
    Column("expires", "Expires", "date", priority=6),
    Column("days", "Goes off", width=12, priority=2),
    Column("lots", "Lots", "integer", priority=7),
    Column("status", "", "status", priority=0),
)
NOTHING = OnHand()
NONE = "none"
"""What is said of an item that there is nothing of and nobody wants."""
TO_DO = {"made": "make", "bundle": "assemble"}


class Stock(Struct, frozen=True, dict=True):
    """Every item with what there is of it; before it is `whole`, nothing is known of promises."""

    stocked: Stocked
    on_hand: Mapping[int, OnHand]
    packs: Mapping[int, Pack]
    promises: Mapping[int, Promise]
    today: date
    whole: bool
    revision: int

    @property
    def items(self) -> Sequence[StockedItem]:
        """The items, by name."""
        return self.stocked.items

    @cached_property
    def texts(self) -> Sequence[str]:
        """What is searched, item by item: the name, the kind and what is said of it."""
        known = self.on_hand.keys() | self.promises.keys()
        return [
            f"{item.folded} {item.kind} "
            f"{' '.join(self.flags(item)) if item.item_id in known else NONE}"
            for item in self.stocked.items
        ]

    @property
    def said_worth(self) -> str:
        """What all of it is worth, as people say it; "+" where some of it has no price."""
        said = self.stocked.money(sum(each.value for each in self.on_hand.values()))
        return f"{said}+" if self.unpriced else said

    @cached_property
    def unpriced(self) -> int:
        """How many items have something that has no price."""
        return sum(1 for each in self.on_hand.values() if each.left and each.unpriced)

    def there(self, item: StockedItem) -> OnHand:
        """Return what there is of an item."""
        return self.on_hand.get(item.item_id, NOTHING)

    def flags(self, item: StockedItem) -> tuple[str, ...]:
        """Return what is to be said of an item, in words, the worst first."""
        there, promise = self.there(item), self.promises.get(item.item_id)
        found = []
        if there.expired:
            found.append("expired")
        if promise is not None and promise.short:
            found.append(TO_DO.get(item.kind, "buy"))
        elif promise is not None and promise.short is None:
            found.append("unknown need")
        elif promise is not None and there.left and promise.reserved == from_micro(there.left):
            found.append("all reserved")
        if there.expires is not None and (there.expires - self.today).days <= SOON:
            found.append("goes off soon")
        if there.unpriced:
            found.append("no price")
        if not (there.left or there.expired or found):
            found.append(NONE)
        return tuple(found)

    def row(self, item: StockedItem) -> Row:
        """Return the row of an item."""
        there, promise = self.there(item), self.promises.get(item.item_id)
        pack = self.packs.get(item.item_id)
        flags = self.flags(item)
        expires: Cell = there.expires or ""
        return Row(
            str(item.item_id),
            (
                item.name,
                self._amount(item, from_micro(there.left)),
                "" if pack is None else pack.said(item.name, there.left),
                self._promised(item, promise),
                self._available(item, there, promise),
                self._worth(there),
                expires,
                "" if there.expires is None else days_left(there.expires, self.today),
                there.lots,
                self._said(item, there, promise, flags),
            ),
            about=Ref("item", item.item_id),
            style=_style(flags),
        )

    def value(self, column: str, item: StockedItem) -> object:
        """Return what an item is sorted by in a column; None comes last."""
        there, promise = self.there(item), self.promises.get(item.item_id)
        reserved = Fraction(0) if promise is None else promise.reserved
        values: Mapping[str, object] = {
            "on_hand": there.left,
            "packs": there.left or None,
            "reserved": reserved or None,
            "available": None if reserved is None else from_micro(there.left) - reserved,
            "worth": there.value or None,
            "expires": there.expires,
            "days": there.expires,
            "lots": there.lots,
            "status": _RANK.get(self.flags(item)[:1]),
        }
        return values.get(column, item.folded)

    def _said(
        self, item: StockedItem, there: OnHand, promise: Promise | None, flags: Sequence[str]
    ) -> str:
        words = []
        for flag in flags[:1]:
            if flag == "expired":
                flag = f"{self.stocked.amount(item, from_micro(there.expired))} expired"
            elif promise is not None and flag == TO_DO.get(item.kind, "buy"):
                flag = f"{flag} {self.stocked.amount(item, promise.short)}"
            words.append(flag)
        # All of them can be searched for; the row says the worst, and how many more there are.
        more = [f"+{len(flags) - 1}"] if len(flags) > 1 else []
        return " ".join(words + more)

    def _amount(self, item: StockedItem, value: Fraction | None) -> Amount:
        exact = None if value is None else to_decimal(value)
        return Amount(exact, self.stocked.amount(item, value))

    def _promised(self, item: StockedItem, promise: Promise | None) -> Cell:
        if promise is None or promise.reserved == 0:
            return ""
        return self._amount(item, promise.reserved)

    def _available(self, item: StockedItem, there: OnHand, promise: Promise | None) -> Cell:
        left = from_micro(there.left)
        if promise is None:
            return self._amount(item, left) if left else ""
        if promise.reserved is None:
            return self._amount(item, None)
        free = left - promise.reserved
        return self._amount(item, free if abs(free) >= LEDGER_ROUNDING else Fraction(0))

    def _worth(self, there: OnHand) -> Cell:
        if not there.left:
            return ""
        value = money_of(there.value) if there.value else Decimal(0)
        if there.unpriced and not there.value:
            return Money(None, "unknown")
        said = self.stocked.money(there.value)
        return Money(value, f"{said}+" if there.unpriced else said)


_RANK: Mapping[tuple[str, ...], int] = {
    (flag,): rank
    for rank, flag in enumerate(
        (
            "expired",
            "buy",
            "make",
            "assemble",
            "unknown need",
            "goes off soon",
            "all reserved",
            "no price",
        )
    )
}


def _style(flags: Sequence[str]) -> RowStyle | None:
    if not flags:
        return None
    if flags[0] == NONE:
        return "muted"
    if flags[0] in ("expired", "buy", "make", "assemble"):
        return "short"
    return "unknown" if flags[0] == "unknown need" else None


def read_stock(session: KitchenSession, *, whole: bool, begun: Stock | None = None) -> Stock:
    """Read every item; of very many without what the plan promises, unless `whole` is asked for.

    What was `begun` without is gone on with, if nothing has been done meanwhile.
    """
    if begun is None or begun.revision != session.revision:
        begun = _counted(session)
        many = len(begun.items) > AT_ONCE
        if many and not whole and on_hand_service.list_claimants(session):
            return begun
    stock = replace(begun, promises=on_hand_service.list_promises(session), whole=True)
    # Worked out here, away from the screen.
    _ = stock.texts
    return stock


def _counted(session: KitchenSession) -> Stock:
    """Read what there is of every item, for which no plan is needed."""
    return Stock(
        on_hand_service.list_stocked(session),
        on_hand_service.list_on_hand(session=session),
        on_hand_service.list_packs(session),
        {},
        clock.today(),
        whole=False,
        revision=session.revision,
    )


def arranged(stock: Stock, words: Sequence[str], sorting: Sorting | None) -> list[int]:
    """Return the places of the items that have each word, sorted by a column."""
    items = stock.items
    places = list(range(len(items)))
    for word in words:
        places = [place for place in places if word in stock.texts[place]]
    if sorting is None:
        return places
    if sorting.column == "item":
        return places[::-1] if sorting.down else places
    valued = [(stock.value(sorting.column, items[place]), place) for place in places]
    known = [pair for pair in valued if pair[0] is not None]
    rest = [place for value, place in valued if value is None]
    known.sort(key=lambda pair: pair[0], reverse=sorting.down)  # type: ignore[arg-type,return-value]
    return [place for _, place in known] + rest
