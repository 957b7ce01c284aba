"""Where stock goes, and what a wish takes: the plan's reasons read forward.

What covers an item's need for an event (kept lots, free stock, planned batches, purchases) and
what the need is made of (event lines, bundles, batches) are both laid out along the same stretch
from 0 to the need, each in the order of the plan. Where two of them overlap, the one feeds the
other. So every amount is exact, and adds up on both sides.

The numbers come as `Reason`s (`core.planning.why`): `parts` add up, a `source` times `factor`
gives the amount, and each of `inputs` is the amount times its own `factor`.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from fractions import Fraction

from msgspec import Struct, field

from core.planning.kitchen import MICRO, Line
from core.planning.plan import Flow, Plan
from core.planning.why import BATCH, NOTHING, Reason, once

MOST_INPUTS = 1000
"""So many inputs of a wish are followed. Each has a stretch of its own of what covers it, so none
is told already, and there may be more of them at each level."""


class LotShare(Struct, frozen=True):
    """What is left of a lot, in micro-units; `event_id` is the open event it is kept for."""

    id: int
    left: int
    event_id: int | None = None


class Stretch(Struct, frozen=True):
    """From `low` to `high` of an event's need of an item. `e` None: no open event needs it."""

    e: int | None
    low: Fraction
    high: Fraction


class _Piece(Struct, frozen=True):
    """One part of a need, or of what covers it: what it is, and where it lies."""

    kind: str
    low: Fraction
    high: Fraction
    label: str = ""
    key: int = 0
    line: Line | None = None
    flow: Flow | None = None


def allot(plan: Plan, item_id: int, lots: Sequence[LotShare]) -> dict[int, list[Stretch]]:
    """Return what each lot covers when lots are used in the order given.

    An event takes its kept lots first; what it does not need of them, and the free lots, go to
    the events in order. What is kept for an event whose need is unknown is held back.
    """
    found: dict[int, list[Stretch]] = {lot.id: [] for lot in lots}
    left = {lot.id: Fraction(lot.left, MICRO) for lot in lots}
    item = plan.items.get(item_id)
    always = plan.kitchen.items[item_id].always_on_hand

    def take(e: int, low: Fraction, amount: Fraction, among: deque[LotShare]) -> None:
        while amount and among:
            lot = among[0]
            part = min(left[lot.id], amount)
            if part:
                found[lot.id].append(Stretch(e, low, low + part))
                left[lot.id] -= part
                low, amount = low + part, amount - part
            if not left[lot.id]:
                among.popleft()

    if item is not None and not always:
        own: dict[int, deque[LotShare]] = defaultdict(deque)
        shared: deque[LotShare] = deque()
        for lot in lots:
            keeper = None if lot.event_id is None else plan.index[lot.event_id]
            if keeper is not None:
                own[keeper].append(lot)
            if keeper not in item.unknown:
                shared.append(lot)
        for e, kept in sorted(item.kept.items()):
            take(e, NOTHING, Fraction(kept, item.scale), own[e])
        for e, free in sorted(item.free.items()):
            start = Fraction(item.kept.get(e, 0), item.scale)
            take(e, start, Fraction(free, item.scale), shared)
    for lot in lots:
        if left[lot.id]:
            found[lot.id].append(Stretch(None, NOTHING, left[lot.id]))
    return found


def feeds_of_lot(
    plan: Plan,
    item_id: int,
    lots: Sequence[LotShare],
    lot_id: int,
) -> Reason:
    """Return what a lot feeds, up to the event lines; `lots` are all of its item, in order."""
    feeds = _Feeds(plan)
    item = plan.kitchen.items[item_id]
    lot = next(lot for lot in lots if lot.id == lot_id)
    parts = []
    for stretch in allot(plan, item_id, lots)[lot_id]:
        amount = stretch.high - stretch.low
        if stretch.e is None:
            parts.append(_rest(plan, item_id, amount))
            continue
        event = plan.kitchen.events[stretch.e]
        inner = tuple(feeds.up(item_id, stretch.e, stretch.low, stretch.high))
        about = ("event", event.id)
        parts.append(Reason("event", event.name, amount, item.unit, inner, about=about))
    left = Fraction(lot.left, MICRO)
    return Reason("lot", item.name, left, item.unit, tuple(parts), about=("lot", lot_id))


def _rest(plan: Plan, item_id: int, amount: Fraction) -> Reason:
    """Say of what the plan gives to nobody whether it is free, or nobody knows."""
    item, found = plan.kitchen.items[item_id], plan.items.get(item_id)
    if found is None or not found.unsure or item.always_on_hand:
        return Reason("unused", "no open event needs it yet", amount, item.unit)
    names = " and ".join(plan.kitchen.events[e].name for e in sorted(found.unknown))
    label = f"where it goes is unknown: so is what {names or 'an event'} needs"
    return Reason("unknown", label, amount, item.unit)


def feeds_of_item(plan: Plan, item_id: int, e: int | None = None) -> Reason:
    """Return what an item's needs feed, of one event or of all open ones, up to event lines."""
    feeds = _Feeds(plan)
    item = plan.kitchen.items[item_id]
    places = range(len(plan.kitchen.events)) if e is None else (e,)
    parts = []
    total: Fraction | None = NOTHING
    for place in places:
        need = plan.need(item_id, place)
        total = None if total is None or need is None else total + need
        if need == 0:
            continue
        event = plan.kitchen.events[place]
        inner = () if need is None else tuple(feeds.up(item_id, place, NOTHING, need))
        about = ("event", event.id)
        parts.append(Reason("event", event.name, need, item.unit, inner, about=about))
    return Reason("feeds", item.name, total, item.unit, tuple(parts), about=("item", item_id))


def needs_of_line(plan: Plan, item_id: int, e: int) -> Reason:
    """Return what an event's lines of an item take: stock, bundles, batches and purchases."""
    feeds = _Feeds(plan)
    item = plan.kitchen.items[item_id]
    pieces = [piece for piece in feeds.uses(item_id, e) or () if piece.kind == "line"]
    low = min((piece.low for piece in pieces), default=NOTHING)
    high = max((piece.high for piece in pieces), default=NOTHING)
    event = plan.kitchen.events[e]
    if plan.need(item_id, e) is None:
        return Reason("line", item.name, None, item.unit, about=("item", item_id))
    parts = tuple(feeds.down(item_id, e, low, high))
    about = ("item", item_id)
    return Reason(
        "line", f"{item.name} for {event.name}", high - low, item.unit, parts, about=about
    )


class _Feeds(Struct):
    """Walks a plan forward; how each need is laid out is worked out once, and told once."""

    plan: Plan
    _left: int = MOST_INPUTS
    _told: dict[tuple[str, int, int, Fraction, Fraction], Reason] = field(default_factory=dict)
    _uses: dict[tuple[int, int], list[_Piece] | None] = field(default_factory=dict)
    _cover: dict[tuple[int, int], list[_Piece] | None] = field(default_factory=dict)
    _flows: dict[tuple[int, int], list[_Piece]] = field(default_factory=dict)

    # -- how a need is laid out ------------------------------------------------------------------

    def uses(self, item_id: int, e: int) -> list[_Piece] | None:
        """Return what an event's need of an item is made of; None where it is unknown."""
        key = (item_id, e)
        if key not in self._uses:
            known = self.plan.need(item_id, e) is not None
            self._uses[key] = list(self._lay_out_uses(item_id, e)) if known else None
        return self._uses[key]

    def _lay_out_uses(self, item_id: int, e: int) -> Iterator[_Piece]:
        plan = self.plan
        event = plan.kitchen.events[e]
        at = NOTHING
        for wanted in event.lines:
            if wanted.item_id == item_id and wanted.need:
                label = event.name + (f", for {wanted.recipient}" if wanted.recipient else "")
                yield _Piece("line", at, at + wanted.need, label, event.id)
                at += wanted.need
        for kind, key, line in self.plan.users.get(item_id, ()):
            times = plan.batches(key, e) if kind == "recipe" else plan.net(key, e)
            amount = (line.amount or NOTHING) * (times or NOTHING)
            if amount:
                yield _Piece(kind, at, at + amount, "", key, line)
                at += amount

    def cover(self, item_id: int, e: int) -> list[_Piece] | None:
        """Return what covers an event's need of an item; None where it is unknown."""
        key = (item_id, e)
        if key not in self._cover:
            known = self.plan.net(item_id, e) is not None
            self._cover[key] = list(self._lay_out_cover(item_id, e)) if known else None
        return self._cover[key]

    def _lay_out_cover(self, item_id: int, e: int) -> Iterator[_Piece]:
        plan = self.plan
        found, item = plan.items.get(item_id), plan.kitchen.items[item_id]
        if found is None:
            return
        if item.always_on_hand:
            yield _Piece("staple", NOTHING, plan.need(item_id, e) or NOTHING)
            return
        at = NOTHING
        for kind, amounts in (
            ("kept", found.kept),
            ("stock", found.free),
            ("ledger", found.rounding),
        ):
            amount = Fraction(amounts.get(e, 0), found.scale)
            if amount:
                yield _Piece(kind, at, at + amount)
                at += amount
        net = Fraction(found.net.get(e, 0), found.scale)
        recipe = plan.made_by.get(item_id)
        if recipe is None:
            kind = (
                "to-buy" if item.bought else "to-assemble" if item.kind == "bundle" else "missing"
            )
            if net:
                yield _Piece(kind, at, at + net)
            return
        end = at + net
        number = [line.item_id for line in recipe.outputs].index(item_id)
        per_batch = recipe.outputs[number].amount
        batches = plan.recipes[recipe.id]
        for flow in batches.flows:
            if flow.taker == e and flow.output == number and per_batch is not None:
                amount = Fraction(flow.worth, batches.scale) * per_batch
                yield _Piece("made", at, at + amount, "", recipe.id, None, flow)
                at += amount
        if at < end:
            yield _Piece("missing", at, end)

    def flows(self, recipe_id: int, e: int) -> list[_Piece]:
        """Return where an event's batches of a recipe go, laid out in batches."""
        key = (recipe_id, e)
        if key not in self._flows:
            batches = self.plan.recipes[recipe_id]
            at, pieces = NOTHING, []
            for flow in batches.flows:
                if flow.source == e:
                    worth = Fraction(flow.worth, batches.scale)
                    pieces.append(_Piece("made", at, at + worth, "", recipe_id, None, flow))
                    at += worth
            self._flows[key] = pieces
        return self._flows[key]

    # -- towards the event lines -----------------------------------------------------------------

    def up(self, item_id: int, e: int, low: Fraction, high: Fraction) -> Iterator[Reason]:
        """Yield what a stretch of an event's need of an item feeds; they add up to it."""
        unit = self.plan.kitchen.items[item_id].unit
        uses = self.uses(item_id, e)
        if uses is None:
            yield Reason("unknown", "what needs it is unknown", high - low, unit)
            return
        end = NOTHING
        for piece in uses:
            end = piece.high
            start, stop = max(low, piece.low), min(high, piece.high)
            if start >= stop:
                continue
            amount = stop - start
            if piece.line is None or not piece.line.amount:
                about = ("event", piece.key)
                yield Reason("line", piece.label, amount, unit, about=about)
                continue
            factor = piece.line.amount
            first, last = (start - piece.low) / factor, (stop - piece.low) / factor
            source = self._user_up(piece.kind, piece.key, e, first, last)
            kind = "into-recipe" if piece.kind == "recipe" else "into-bundle"
            yield Reason(kind, source.label, amount, unit, (), source, factor)
        if high > max(low, end):
            over = high - max(low, end)
            yield Reason("left-over", "left over by rounding up to whole", over, unit)

    def _user_up(self, kind: str, key: int, e: int, low: Fraction, high: Fraction) -> Reason:
        follow = self._batches_up if kind == "recipe" else self._bundles_up
        return once(self._told, (kind, key, e, low, high), lambda: follow(key, e, low, high))

    def _bundles_up(self, bundle_id: int, e: int, low: Fraction, high: Fraction) -> Reason:
        item = self.plan.kitchen.items[bundle_id]
        found = self.plan.items[bundle_id]
        net = self.plan.net(bundle_id, e) or NOTHING
        stocked = found.kept.get(e, 0) + found.free.get(e, 0) + found.rounding.get(e, 0)
        start = Fraction(stocked, found.scale)
        parts = tuple(self.up(bundle_id, e, start + low, start + min(high, net)))
        return Reason("bundles", item.name, high - low, item.unit, parts, about=("item", bundle_id))

    def _batches_up(self, recipe_id: int, e: int, low: Fraction, high: Fraction) -> Reason:
        recipe = self.plan.kitchen.recipes[recipe_id]
        parts = []
        for piece in self.flows(recipe_id, e):
            start, stop = max(low, piece.low), min(high, piece.high)
            if start < stop and piece.flow is not None:
                parts.append(self._flow_up(recipe_id, piece, start, stop))
        about = ("recipe", recipe_id)
        return Reason("batches", recipe.name, high - low, BATCH, tuple(parts), about=about)

    def _flow_up(self, recipe_id: int, piece: _Piece, start: Fraction, stop: Fraction) -> Reason:
        flow = piece.flow
        output = self.plan.kitchen.recipes[recipe_id].outputs[flow.output if flow else 0]
        item = self.plan.kitchen.items[output.item_id]
        worth, per_batch = stop - start, output.amount
        if flow is None or flow.taker is None or per_batch is None:
            return Reason("left-over", "made beyond what open events need", worth, BATCH)
        event = self.plan.kitchen.events[flow.taker]
        place = next(
            cover.low for cover in self.cover(item.id, flow.taker) or () if cover.flow is flow
        )
        first = place + (start - piece.low) * per_batch
        last = place + (stop - piece.low) * per_batch
        inner = tuple(self.up(item.id, flow.taker, first, last))
        carried = "" if flow.taker == flow.source else f" for {event.name}"
        source = Reason(
            "made", f"{item.name}{carried}", last - first, item.unit, inner, about=("item", item.id)
        )
        return Reason("output", item.name, worth, BATCH, (), source, 1 / per_batch)

    # -- towards what is bought ------------------------------------------------------------------

    def down(self, item_id: int, e: int, low: Fraction, high: Fraction) -> Iterator[Reason]:
        """Yield what covers a stretch of an event's need of an item; they add up to it."""
        item = self.plan.kitchen.items[item_id]
        cover = self.cover(item_id, e)
        if cover is None:
            yield Reason("unknown", "what covers it is unknown", high - low, item.unit)
            return
        for piece in cover:
            start, stop = max(low, piece.low), min(high, piece.high)
            if start >= stop:
                continue
            if piece.flow is not None:
                yield self._made_down(item_id, piece, start, stop)
                continue
            inputs: tuple[Reason, ...] = ()
            if piece.kind == "to-assemble":
                lines = self.plan.kitchen.bundles[item_id]
                inputs = tuple(
                    self._inputs("item", item_id, lines, e, start - piece.low, stop - piece.low)
                )
            label = LABELS[piece.kind]
            yield Reason(piece.kind, label, stop - start, item.unit, inputs=inputs)

    def _made_down(self, item_id: int, piece: _Piece, start: Fraction, stop: Fraction) -> Reason:
        plan, flow = self.plan, piece.flow
        assert flow is not None
        recipe = plan.kitchen.recipes[piece.key]
        per_batch = recipe.outputs[flow.output].amount or Fraction(1)
        inside = next(p.low for p in self.flows(recipe.id, flow.source) if p.flow is flow)
        low = inside + (start - piece.low) / per_batch
        high = inside + (stop - piece.low) / per_batch
        inputs = tuple(self._inputs("recipe", recipe.id, recipe.lines, flow.source, low, high))
        carried = flow.source != flow.taker
        label = recipe.name
        if carried:
            label += f" baked for {plan.kitchen.events[flow.source].name}"
        about = ("recipe", recipe.id)
        source = Reason("batches", label, high - low, BATCH, about=about, inputs=inputs)
        kind = "carried" if carried else "make"
        unit = plan.kitchen.items[item_id].unit
        return Reason(kind, label, stop - start, unit, (), source, per_batch)

    def _inputs(
        self, kind: str, key: int, lines: Sequence[Line], e: int, low: Fraction, high: Fraction
    ) -> Iterator[Reason]:
        """Yield what `low` to `high` batches (or bundles) of an event take of each line."""
        numbers: dict[int, int] = defaultdict(int)
        into = "batch-input" if kind == "recipe" else "input"
        for line in lines:
            item = self.plan.kitchen.items[line.item_id]
            number = numbers[line.item_id]
            numbers[line.item_id] += 1
            about = ("item", item.id)
            uses = self.uses(item.id, e)
            if line.amount is None or uses is None:
                amount = None if line.amount is None else line.amount * (high - low)
                yield Reason(into, item.name, amount, item.unit, factor=line.amount, about=about)
                continue
            own = [p for p in uses if p.line is not None and (p.kind, p.key) == (kind, key)]
            start = own[number].low + low * line.amount
            stop = own[number].low + high * line.amount
            self._left -= 1
            followed = self._left >= 0
            parts = tuple(self.down(item.id, e, start, stop)) if followed else ()
            note = "" if followed else "not followed further"
            amount, factor = stop - start, line.amount
            yield Reason(into, item.name, amount, item.unit, parts, None, factor, about, note=note)


LABELS = {
    "kept": "kept for this event",
    "stock": "from stock",
    "ledger": "ledger rounding",
    "staple": "always on hand",
    "to-buy": "to buy",
    "to-assemble": "to assemble",
    "missing": "not planned: a target is short, or no recipe makes it",
}
