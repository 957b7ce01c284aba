"""Recording assemblies: bundles put together from what is in stock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from graphlib import TopologicalSorter
from math import ceil

from sqlalchemy.orm import Session

from core.clock import now
from core.errors import BundleNotFound, RuleBroken
from core.models import Change, Event, Item
from core.planning.kitchen import Line
from core.services._catalogue import load_bundles
from core.services._drawing import Purpose, check_lots, draw, missing_from, shortage, sources
from core.services._journal import recording
from core.services._ledger import Origin, Taken, add_lot
from core.services._recording import (
    NotDrawn,
    Output,
    begin_run,
    finish_run,
    keeps_until,
    note_not_drawn,
    open_event,
    say_not_drawn,
)
from core.services._rows import change_row, get_fresh
from core.services._writing import plain_number
from core.services.rows.journal import ChangeRow
from core.session import writing
from core.units import LEDGER_ROUNDING, MICRO, Entered, to_micro


def record_assembly(
    bundle_id: int,
    quantity: Entered,
    *,
    event_id: int | None = None,
    at: datetime | None = None,
    borrow: bool = False,
    lots: Collection[int] = (),
    session: Session | None = None,
) -> ChangeRow:
    """Record bundles put together, as one journal entry: components used, bundles into stock.

    Inner bundles that are not there yet are assembled on the way. The bundles keep until the
    earliest expiry of their components (domain.md §4). `borrow` uses lots kept for other events.
    `lots` are the ids of lots to use first; one that has expired is used only so.

    Raises:
        BundleNotFound, EventNotFound, LotNotFound: No such bundle, event or lot.
        AmountError: A quantity that cannot be read, or out of bounds.
        Shortage: Names every missing component; nothing is recorded.
        RuleBroken: Not a whole number of bundles, an event that is not open, or a lot of which
            nothing is used.
    """
    with writing(session) as writer:
        bundle = get_fresh(writer, Item, bundle_id)
        if bundle is None or bundle.kind != "bundle":
            raise BundleNotFound(bundle_id)
        count = plain_number(quantity, "bundles")
        if count.denominator != 1:
            raise RuleBroken(f"Bundles are assembled whole; {quantity} is not a whole number.")
        event = open_event(writer, event_id)
        work = _Assembly(writer, event, at or now(), borrow=borrow, lots=tuple(lots))
        steps = work.steps(bundle_id, int(count))
        summary = f"Assembled {count} × {bundle.name}"
        if event is not None:
            summary += f" for {event.name}"
        summary += say_not_drawn([line for step in steps for line in work.not_drawn(*step)])
        with recording(writer, "assemble", summary) as change:
            for inner_id, number in steps:
                work.assemble(change, inner_id, number)
        return change_row(change)


@dataclass(slots=True)
class _Assembly:
    """Assemblies of one journal entry, inner bundles first."""

    session: Session
    event: Event | None
    at: datetime
    borrow: bool = False
    lots: tuple[int, ...] = ()
    bundles: Mapping[int, tuple[Line, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self.bundles = load_bundles(self.session)

    def steps(self, bundle_id: int, count: int) -> list[tuple[int, int]]:
        """Return (bundle, number) to assemble, inner ones first. Raises `Shortage`."""
        wanted: dict[int, Fraction] = {}
        order: dict[int, int] = {}
        for each in self._outer_first(bundle_id):
            number = count if each == bundle_id else self._lacking(each, wanted)
            if number:
                order[each] = number
                self._add_components(each, number, wanted)
        drawn = {item_id: to_micro(amount) for item_id, amount in wanted.items() if amount > 0}
        check_lots(self.session, self.lots, drawn)
        purpose = self._purpose(None)
        found = sources(self.session, list(drawn), purpose)
        missing = missing_from(found, drawn)
        if missing:
            raise shortage(self.session, missing, found, purpose)
        return list(reversed(order.items()))

    def _outer_first(self, bundle_id: int) -> Iterable[int]:
        """Return a bundle and those inside it, each after all that hold it."""
        inner: dict[int, list[int]] = {}
        waiting = [bundle_id]
        while waiting:
            each = waiting.pop()
            if each not in inner:
                inner[each] = [x.item_id for x in self.bundles[each] if x.item_id in self.bundles]
                waiting += inner[each]
        return reversed(list(TopologicalSorter(inner).static_order()))

    def _lacking(self, bundle_id: int, wanted: dict[int, Fraction]) -> int:
        """Take from `wanted` what has to be assembled of an inner bundle; what is there stays.

        Whole bundles are assembled for all that hold it together, as in the plan.
        """
        amount = wanted.get(bundle_id, Fraction(0))
        if not amount:
            return 0
        there = Fraction(self._available(bundle_id), MICRO)
        rest = amount - there
        number = 0 if there and rest < LEDGER_ROUNDING else max(0, ceil(rest))
        wanted[bundle_id] = amount - number
        return number

    def _add_components(self, bundle_id: int, number: int, wanted: dict[int, Fraction]) -> None:
        if not self.bundles[bundle_id]:
            name = self._item(bundle_id).name
            raise RuleBroken(f"{name} holds nothing yet. Add lines to it first.")
        for line in self.bundles[bundle_id]:
            if line.amount is not None and not self._item(line.item_id).always_on_hand:
                before = wanted.get(line.item_id, Fraction(0))
                wanted[line.item_id] = before + line.amount * number

    def _available(self, item_id: int) -> int:
        return sources(self.session, [item_id], self._purpose(None))[item_id].available

    def _item(self, item_id: int) -> Item:
        return self.session.get_one(Item, item_id)

    def _purpose(self, run_id: int | None) -> Purpose:
        event_id = None if self.event is None else self.event.id
        return Purpose(
            "used", event_id, run_id, borrow=self.borrow, day=self.at.date(), lots=self.lots
        )

    def assemble(self, change: Change, bundle_id: int, count: int) -> None:
        """Use the components of `count` bundles and bring the bundles in as one lot."""
        run_id = begin_run(
            self.session, change, Fraction(count), self.at, self.event, bundle_id=bundle_id
        )
        wanted: dict[int, Fraction] = {}
        self._add_components(bundle_id, count, wanted)
        not_drawn = self.not_drawn(bundle_id, count)
        note_not_drawn(self.session, run_id, not_drawn)
        micro = {item_id: to_micro(amount) for item_id, amount in wanted.items()}
        purpose = self._purpose(run_id)
        taken = draw(self.session, change, micro, purpose)
        bundle = self._item(bundle_id)
        self._bring_in(change, purpose, bundle, count, taken, complete=not not_drawn)

    def not_drawn(self, bundle_id: int, count: int) -> list[NotDrawn]:
        """Return the components of `count` bundles that cannot be drawn."""
        lines = [line for line in self.bundles[bundle_id] if line.amount is None]
        components = [(self._item(line.item_id), line) for line in lines]
        return [NotDrawn.of(i, line, count) for i, line in components if not i.always_on_hand]

    def _bring_in(
        self,
        change: Change,
        purpose: Purpose,
        bundle: Item,
        count: int,
        taken: Mapping[int, Taken],
        *,
        complete: bool,
    ) -> None:
        cost = sum(part.cost for part in taken.values())
        run_id = purpose.run_id or 0
        finish_run(self.session, run_id, [Output(bundle.id, count * MICRO)], cost)
        day = self.at.date()
        expires = self._expiry(bundle, day, taken)
        add_lot(
            self.session,
            change,
            bundle.id,
            count * MICRO,
            cost,
            Origin(day, expires, event_id=purpose.event_id, run_id=run_id),
            "made",
            priced=complete and all(part.priced for part in taken.values()),
        )

    @staticmethod
    def _expiry(bundle: Item, day: date, taken: Mapping[int, Taken]) -> date | None:
        expiries = [part.expires for part in taken.values() if part.expires is not None]
        own = keeps_until(bundle, day)
        return min([*expiries, *([] if own is None else [own])], default=None)
