"""The ledger as far as a trace needs it, and the ways through it, back and forward.

What was undone leaves no trace: only what the moves of a lot add up to counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from core.models import Change, Event, Item, Lot, Product, Recipe, Run, StockMove
from core.services.rows.traces import Trace, Traced
from core.units import from_micro, to_decimal

AT_ONCE = 5_000
"""Ids in one query: databases allow only so many parameters."""


class LotFacts(NamedTuple):
    id: int
    item_id: int
    name: str
    unit: str
    amount: int
    left: int
    received: date
    expires: date | None
    run_id: int | None
    event: str | None
    bought: str | None


@dataclass(frozen=True, slots=True)
class RunFacts:
    id: int
    kind: str
    name: str
    batches: Fraction
    day: date
    event: str | None


@dataclass(frozen=True, slots=True)
class Use:
    """What the moves of a lot add up to, for one purpose; in micro-units, out is positive."""

    lot_id: int
    reason: str
    run_id: int | None
    event: str | None
    recipient: str | None
    note: str | None
    amount: int
    day: date


class Ledger:
    """Lots, runs and uses, loaded level by level, so that queries grow with depth alone."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.lots: dict[int, LotFacts] = {}
        self.runs: dict[int, RunFacts] = {}
        self.uses: dict[int, list[Use]] = {}
        self.inputs: dict[int, list[Use]] = {}
        self.outputs: dict[int, list[int]] = {}

    # -- loading ---------------------------------------------------------------------------------

    def load_lots(self, ids: Iterable[int]) -> bool:
        """Load lots that are not loaded yet, with their uses; tell whether all are there."""
        wanted = set(ids)
        new = wanted - self.lots.keys()
        for some in _parts(new):
            query = (
                select(
                    Lot.id, Lot.item_id, Item.name, Item.unit, Lot.amount, Lot.left, Lot.received,
                    Lot.expires, Lot.run_id, Event.name, Product.label, Lot.store,
                )
                .join(Item, Item.id == Lot.item_id)
                .outerjoin(Event, Event.id == Lot.event_id)
                .outerjoin(Product, Product.id == Lot.product_id)
                .where(Lot.id.in_(some))
            )  # fmt: skip
            for row in self.session.execute(query).all():
                *facts, label, store = row
                bought = ", ".join(part for part in (label, store) if part) or None
                lot = LotFacts._make([*facts, bought])
                self.lots[lot.id] = lot
            for use in self._uses(StockMove.lot_id.in_(some)):
                self.uses.setdefault(use.lot_id, []).append(use)
        return wanted <= self.lots.keys()

    def load_runs(self, ids: Iterable[int]) -> bool:
        """Load runs in force that are not loaded yet, with what they used and made."""
        wanted = set(ids)
        bundle = aliased(Item)
        for some in _parts(wanted - self.runs.keys()):
            query = (
                select(
                    Run.id, Run.kind, func.coalesce(Recipe.name, bundle.name), Run.batches, Run.at,
                    Event.name,
                )
                .outerjoin(Recipe, Recipe.id == Run.recipe_id)
                .outerjoin(bundle, bundle.id == Run.bundle_id)
                .outerjoin(Event, Event.id == Run.event_id)
                .where(Run.id.in_(some), Run.undone.is_(False))
            )  # fmt: skip
            for key, kind, name, batches, at, event in self.session.execute(query):
                self.runs[key] = RunFacts(key, kind, name, batches, at.date(), event)
            for use in self._uses(StockMove.run_id.in_(some), StockMove.reason == "used"):
                self.inputs.setdefault(use.run_id or 0, []).append(use)
            made = select(Lot.run_id, Lot.id).where(Lot.run_id.in_(some)).order_by(Lot.id)
            for run_id, lot_id in self.session.execute(made):
                self.outputs.setdefault(run_id or 0, []).append(lot_id)
        return wanted <= self.runs.keys()

    def _uses(self, *which: object) -> Iterator[Use]:
        """Sum moves by what they were for; what was undone adds up to nothing."""
        out = func.sum(-StockMove.amount)
        query = (
            select(
                StockMove.lot_id, StockMove.reason, StockMove.run_id, Event.name,
                StockMove.recipient, StockMove.note, out, func.min(StockMove.change_id),
            )
            .outerjoin(Event, Event.id == StockMove.event_id)
            .where(*which)  # type: ignore[arg-type]
            .group_by(
                StockMove.lot_id, StockMove.reason, StockMove.run_id, StockMove.event_id,
                Event.name, StockMove.recipient, StockMove.note,
            )
            .having(out != 0)
            .order_by(func.min(StockMove.id))
        )  # fmt: skip
        rows = self.session.execute(query).all()
        days = self._days({row[-1] for row in rows})
        for lot_id, reason, run_id, event, recipient, note, amount, change_id in rows:
            day = days[change_id]
            yield Use(lot_id, reason, run_id, event, recipient, note, int(amount), day)

    def _days(self, change_ids: set[int]) -> dict[int, date]:
        return {
            key: at.date()
            for some in _parts(change_ids)
            for key, at in self.session.execute(
                select(Change.id, Change.at).where(Change.id.in_(some))
            )
        }

    def load_around(self, lots: Iterable[int]) -> None:
        """Load everything that lots came from and went into, level by level."""
        self._follow(lots, self._makers, self._inputs_of)
        self._follow(lots, self._users, self._outputs_of)

    def _follow(
        self,
        lots: Iterable[int],
        runs_of: Callable[[int], list[int]],
        lots_of: Callable[[int], list[int]],
    ) -> None:
        level, seen = set(lots), set(lots)
        while level:
            self.load_lots(level)
            runs = {run_id for lot_id in level for run_id in runs_of(lot_id)}
            self.load_runs(runs)
            level = {lot_id for run_id in runs for lot_id in lots_of(run_id)} - seen
            seen |= level

    def _makers(self, lot_id: int) -> list[int]:
        run_id = self.lots[lot_id].run_id
        return [] if run_id is None else [run_id]

    def _users(self, lot_id: int) -> list[int]:
        return [u.run_id for u in self.uses.get(lot_id, ()) if u.reason == "used" and u.run_id]

    def _inputs_of(self, run_id: int) -> list[int]:
        return [use.lot_id for use in self.inputs.get(run_id, ())]

    def _outputs_of(self, run_id: int) -> list[int]:
        return self.outputs.get(run_id, [])

    def came_in(self, lot_id: int) -> bool:
        """Tell whether a lot was ever there, all that was undone aside."""
        return any(
            use.reason in ("received", "made", "counted") for use in self.uses.get(lot_id, ())
        )

    # -- telling ---------------------------------------------------------------------------------

    def trace(self, lot_id: int) -> Trace:
        """Return the trace of a loaded lot."""
        self.load_around([lot_id])
        forward = _Forward(self)
        went_into = forward.of_lot(lot_id)
        subject = self.lot(lot_id, self.lots[lot_id].amount)
        back = _Backward(self).of_lot(lot_id)
        return Trace(subject, back, went_into, tuple(forward.handed_out), tuple(forward.in_stock))

    def trace_run(self, run_id: int) -> Trace:
        """Return the trace of a loaded run."""
        self.load_lots([*self._inputs_of(run_id), *self._outputs_of(run_id)])
        self._follow(self._inputs_of(run_id), self._makers, self._inputs_of)
        self._follow(self._outputs_of(run_id), self._users, self._outputs_of)
        forward = _Forward(self)
        went_into = forward.of_run(run_id)
        back = _Backward(self).of_run(run_id)
        subject = self.run(run_id)
        return Trace(subject, back, went_into, tuple(forward.handed_out), tuple(forward.in_stock))

    def lot(
        self,
        lot_id: int,
        micro: int,
        steps: tuple[Traced, ...] = (),
        *,
        again: bool = False,
    ) -> Traced:
        """Return a lot as a step, with the amount that went this way."""
        lot = self.lots[lot_id]
        return Traced(
            "lot",
            lot.id,
            lot.item_id,
            lot.name,
            _amount(micro),
            lot.unit,
            lot.received,
            event=lot.event,
            left=_amount(lot.left),
            expires=lot.expires,
            again=again,
            steps=steps,
        )

    def run(self, run_id: int, steps: tuple[Traced, ...] = (), *, again: bool = False) -> Traced:
        """Return a run as a step."""
        run = self.runs[run_id]
        return Traced(
            "run",
            run.id,
            None,
            run.name,
            to_decimal(run.batches),
            "batch" if run.kind == "production" else "each",
            run.day,
            run.event,
            again=again,
            steps=steps,
        )

    def use(self, use: Use) -> Traced:
        """Return a delivery, a discard, a count or a purchase as a step."""
        lot = self.lots[use.lot_id]
        bought = use.reason == "received"
        return Traced(
            use.reason,
            lot.id,
            lot.item_id,
            lot.name,
            _amount(abs(use.amount)),
            lot.unit,
            lot.received if bought else use.day,
            event=use.event,
            recipient=use.recipient,
            note=lot.bought if bought else use.note,
        )


class _Backward:
    """What a lot came from; each lot and run is told once."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.told: set[tuple[str, int]] = set()

    def of_lot(self, lot_id: int) -> tuple[Traced, ...]:
        steps = [
            self.ledger.use(use)
            for use in self.ledger.uses.get(lot_id, ())
            if use.reason in ("received", "counted") and use.amount < 0
        ]
        run_id = self.ledger.lots[lot_id].run_id
        if run_id in self.ledger.runs:
            steps.append(self._run(run_id or 0))
        return tuple(steps)

    def _run(self, run_id: int) -> Traced:
        if ("run", run_id) in self.told:
            return self.ledger.run(run_id, again=True)
        self.told.add(("run", run_id))
        return self.ledger.run(run_id, self.of_run(run_id))

    def of_run(self, run_id: int) -> tuple[Traced, ...]:
        return tuple(self._lot(use) for use in self.ledger.inputs.get(run_id, ()))

    def _lot(self, use: Use) -> Traced:
        if ("lot", use.lot_id) in self.told:
            return self.ledger.lot(use.lot_id, use.amount, again=True)
        self.told.add(("lot", use.lot_id))
        return self.ledger.lot(use.lot_id, use.amount, self.of_lot(use.lot_id))


class _Forward:
    """What a lot went into; each lot and run is told once, and so is what is left of it."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.told: set[int] = set()
        self.handed_out: list[Traced] = []
        self.in_stock: list[Traced] = []

    def of_lot(self, lot_id: int) -> tuple[Traced, ...]:
        steps = []
        lot = self.ledger.lots[lot_id]
        if lot.left:
            self.in_stock.append(self.ledger.lot(lot_id, lot.left))
        for use in self.ledger.uses.get(lot_id, ()):
            if use.amount < 0:
                continue
            if use.reason == "used" and use.run_id is not None:
                steps.append(self._use_in_run(use, use.run_id))
                continue
            told = self.ledger.use(use)
            steps.append(told)
            if use.reason == "delivered":
                self.handed_out.append(told)
        return tuple(steps)

    def _use_in_run(self, use: Use, run_id: int) -> Traced:
        again = run_id in self.told
        self.told.add(run_id)
        run = self.ledger.run(run_id, () if again else self.of_run(run_id), again=again)
        return replace(run, used=_amount(use.amount))

    def of_run(self, run_id: int) -> tuple[Traced, ...]:
        return tuple(
            self.ledger.lot(lot_id, self.ledger.lots[lot_id].amount, self.of_lot(lot_id))
            for lot_id in self.ledger.outputs.get(run_id, ())
        )


def _amount(micro: int) -> Decimal:
    return to_decimal(from_micro(micro))


def _parts(ids: Iterable[int]) -> Iterator[Sequence[int]]:
    rest = iter(sorted(ids))
    while some := list(islice(rest, AT_ONCE)):
        yield some
