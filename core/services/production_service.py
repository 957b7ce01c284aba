"""Recording productions: what was baked, what came out good, what was lost and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from core.clock import now
from core.errors import RecipeNotFound, RuleBroken, Shortage, UnknownAmount
from core.models import Change, Event, Item, Recipe, Run
from core.money import from_micro as money_of
from core.money import split
from core.planning.kitchen import Recipe as PlannedRecipe
from core.services import saying
from core.services._catalogue import load_recipe
from core.services._drawing import (
    Purpose,
    Source,
    check_lots,
    draw,
    missing_from,
    shortage,
    sources,
)
from core.services._facts import facts_of
from core.services._journal import recording
from core.services._kitchen import planned
from core.services._ledger import Coming, Origin, Taken, add_lot, add_lots
from core.services._prices import last_unit_costs
from core.services._reading import is_id
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
from core.services._rows import change_row, fresh, get_fresh
from core.services._writing import batches_of, known_amount
from core.services.rows.journal import ChangeRow
from core.services.rows.stock import RunRow
from core.session import reading, writing
from core.units import Entered, exact, from_micro, missing_fact, parse_amount, to_decimal, to_micro

ITEMS = select(Item).where(Item.id.in_(bindparam("ids", expanding=True)))


def record_production(
    recipe_id: int,
    batches: Entered,
    *,
    good: Mapping[int, Entered] | None = None,
    lost: Mapping[int, tuple[Entered, str]] | None = None,
    event_id: int | None = None,
    at: datetime | None = None,
    count_first: bool = False,
    lots: Collection[int] = (),
    session: Session | None = None,
) -> ChangeRow:
    """Record batches of a recipe as one journal entry: inputs used, good output into stock.

    `good` and `lost` are by item id; a loss has a reason. Good defaults to the yield less what
    was lost; of several outputs the yield is split as the plan's `to_make`. The whole cost goes
    to the good units by batch share, or is waste if none is good (domain.md §4). `lots` are the
    ids of lots to use first; one that has expired is used only so.

    Raises:
        RecipeNotFound, EventNotFound, LotNotFound: No such recipe, event or lot.
        AmountError: Batches or an amount that cannot be read, or out of bounds.
        UnknownUnit: An amount's unit is neither a standard one nor a measure of the item.
        Shortage: Names every missing item; nothing is recorded. With `count_first` the count is
            corrected instead, at the last known cost.
        UnknownAmount: An output has no known amount and none was given, or the unit of one that was
            given cannot be converted for want of a density.
        RuleBroken: Batches not a multiple of the recipe's step, an item that the recipe does not
            make, a loss without reason, an event that is not open, a lot of which nothing is used.
    """
    with writing(session) as writer:
        run = _Production(writer, recipe_id, batches, event_id, at or now())
        return run.record(good or {}, lost or {}, count_first=count_first, lots=tuple(lots))


def list_runs(
    *, event_id: int | None = None, limit: int = 200, session: Session | None = None
) -> list[RunRow]:
    """Return the newest productions and assemblies, newest first."""
    with reading(session) as reader:
        query = (
            select(Run, func.coalesce(Recipe.name, Item.name), Event.name)
            .outerjoin(Recipe, Recipe.id == Run.recipe_id)
            .outerjoin(Item, Item.id == Run.bundle_id)
            .outerjoin(Event, Event.id == Run.event_id)
            .order_by(Run.id.desc())
            .limit(limit)
        )
        if event_id is not None:
            query = query.where(Run.event_id == event_id)
        return [
            RunRow(
                run.id,
                run.change_id,
                run.kind,
                name,
                event,
                to_decimal(run.batches),
                run.at,
                money_of(run.cost),
                run.undone,
            )
            for run, name, event in reader.execute(fresh(query))
        ]


@dataclass(frozen=True, slots=True)
class _Output:
    item: Item
    per_batch: Fraction | None
    good: int
    lost: int
    reason: str | None


class _Production:
    """One production on its way into the ledger."""

    def __init__(
        self,
        session: Session,
        recipe_id: int,
        batches: Entered,
        event_id: int | None,
        at: datetime,
    ) -> None:
        self.session = session
        self.at = at
        recipe = load_recipe(session, recipe_id) if is_id(recipe_id) else None
        if recipe is None:
            raise RecipeNotFound(recipe_id)
        self.recipe: PlannedRecipe = recipe
        self.event = open_event(session, event_id)
        self.batches = batches_of(batches, recipe.name, recipe.step)
        ids = {line.item_id for line in (*recipe.outputs, *recipe.lines)}
        self.items = {item.id: item for item in session.scalars(ITEMS, {"ids": list(ids)})}

    def record(
        self,
        good: Mapping[int, Entered],
        lost: Mapping[int, tuple[Entered, str]],
        *,
        count_first: bool,
        lots: tuple[int, ...],
    ) -> ChangeRow:
        outputs = self._outputs(good, lost)
        wanted, not_drawn = self._inputs()
        check_lots(self.session, lots, wanted)
        summary = self._summary(outputs) + say_not_drawn(not_drawn)
        with recording(self.session, "make", summary) as change:
            run_id = begin_run(
                self.session, change, self.batches, self.at, self.event, recipe_id=self.recipe.id
            )
            event_id = None if self.event is None else self.event.id
            purpose = Purpose("used", event_id, run_id, day=self.at.date(), lots=lots)
            found = self._counted_sources(change, wanted, purpose) if count_first else None
            taken = self._draw(change, wanted, purpose, found)
            note_not_drawn(self.session, run_id, not_drawn)
            self._bring_in(change, purpose, outputs, taken, complete=not not_drawn)
        return change_row(change)

    # -- what came out ---------------------------------------------------------------------------

    def _outputs(
        self, good: Mapping[int, Entered], lost: Mapping[int, tuple[Entered, str]]
    ) -> list[_Output]:
        made = {line.item_id for line in self.recipe.outputs}
        for item_id in (*good, *lost):
            if item_id not in made:
                item = get_fresh(self.session, Item, item_id)
                name = f"item {item_id}" if item is None else item.name
                raise RuleBroken(f"{self.recipe.name} does not make {name}.")
        expected = {} if good else self._expected()
        outputs = []
        for line in self.recipe.outputs:
            item = self.items[line.item_id]
            gone, reason = self._loss(item, lost.get(item.id))
            if item.id in good:
                came = known_amount(self.session, item, good[item.id], allow_zero=True)
            elif good:
                came = Fraction(0)
            else:
                self._check_lost(item, gone, expected[item.id])
                came = max(Fraction(0), expected[item.id] - gone)
            outputs.append(_Output(item, line.amount, to_micro(came), to_micro(gone), reason))
        if good:
            self._check_all_lost(outputs)
        return outputs

    def _check_lost(self, item: Item, gone: Fraction, made: Fraction) -> None:
        """Refuse more lost of an output than is made of it."""
        if to_micro(gone) > to_micro(made):
            say = saying.amounts_of([item.id], self.session)
            others = len(self.recipe.outputs) > 1
            raise RuleBroken(
                f"{_said(self.batches)} × {self.recipe.name} makes "
                f"{say.amount(item.id, made)} {item.name}, so that "
                f"{say.amount(item.id, gone)} cannot be lost of it."
                + (" If more was made of it, say how much came out good." if others else "")
            )

    def _check_all_lost(self, outputs: Sequence[_Output]) -> None:
        """Refuse more lost of all outputs together than the batches make."""
        left = self.batches
        for output in outputs:
            if output.per_batch is not None:
                self._check_lost(output.item, from_micro(output.lost), left * output.per_batch)
                left -= from_micro(output.lost) / output.per_batch

    def _loss(self, item: Item, told: tuple[Entered, str] | None) -> tuple[Fraction, str | None]:
        if told is None:
            return Fraction(0), None
        amount = known_amount(self.session, item, told[0], allow_zero=True)
        reason = told[1].strip()
        if amount and not reason:
            raise RuleBroken(f"Say why {item.name} was lost, for example 'burnt'.")
        return amount, reason or None

    def _expected(self) -> dict[int, Fraction]:
        """Return the yield of the batches, by item; of several outputs split as `to_make`."""
        for line in self.recipe.outputs:
            if line.amount is None:
                item = self.items[line.item_id]
                fix = missing_fact(line.entered.split(" ", 1)[-1], facts_of(self.session, item))
                raise UnknownAmount(item.name, line.entered, f"say how many came out, or {fix}")
        worth = self._split_batches()
        return {
            line.item_id: (line.amount or Fraction(1)) * share_of
            for line, share_of in zip(self.recipe.outputs, worth, strict=True)
        }

    def _split_batches(self) -> list[Fraction]:
        """Share the batches among the outputs in the proportion of the plan's `to_make`."""
        outputs = self.recipe.outputs
        shares = [Fraction(0)] * len(outputs)
        if self.event is not None and len(outputs) > 1:
            plan = planned(self.session)
            place = plan.index[self.event.id]
            shares = [
                (plan.to_make(self.recipe.id, number, place) or Fraction(0))
                / (line.amount or Fraction(1))
                for number, line in enumerate(outputs)
            ]
        total = sum(shares)
        if not total:
            return [self.batches, *[Fraction(0)] * (len(outputs) - 1)]
        return [part * self.batches / total for part in shares]

    def _bring_in(
        self,
        change: Change,
        purpose: Purpose,
        outputs: list[_Output],
        taken: Mapping[int, Taken],
        *,
        complete: bool,
    ) -> None:
        """Bring good output into stock; the whole cost goes to it by batch share."""
        cost = sum(part.cost for part in taken.values())
        priced = complete and all(part.priced for part in taken.values())
        weights = [Fraction(o.good) / (o.per_batch or Fraction(1)) for o in outputs]
        costs = split(cost, weights) if any(weights) else [0] * len(outputs)
        made = [Output(o.item.id, o.good, o.lost, o.reason) for o in outputs]
        finish_run(self.session, purpose.run_id or 0, made, cost, 0 if any(weights) else cost)
        day = self.at.date()
        for output, paid in zip(outputs, costs, strict=True):
            if output.good:
                add_lot(
                    self.session,
                    change,
                    output.item.id,
                    output.good,
                    paid,
                    Origin(
                        day,
                        keeps_until(output.item, day),
                        event_id=purpose.event_id,
                        run_id=purpose.run_id,
                    ),
                    "made",
                    priced=priced,
                )

    # -- what went in ------------------------------------------------------------------------------

    def _inputs(self) -> tuple[dict[int, int], list[NotDrawn]]:
        """Return the inputs of the batches by item in micro-units, and the unknown ones."""
        wanted: dict[int, Fraction] = {}
        not_drawn = []
        for line in self.recipe.lines:
            item = self.items[line.item_id]
            if item.always_on_hand:
                continue
            if line.amount is None:
                not_drawn.append(NotDrawn.of(item, line, self.batches))
            else:
                before = wanted.get(line.item_id, Fraction(0))
                wanted[line.item_id] = before + line.amount * self.batches
        return {item_id: to_micro(amount) for item_id, amount in wanted.items()}, not_drawn

    def _draw(
        self,
        change: Change,
        wanted: Mapping[int, int],
        purpose: Purpose,
        found: Mapping[int, Source] | None,
    ) -> dict[int, Taken]:
        try:
            return draw(self.session, change, wanted, purpose, found)
        except Shortage as error:
            if any(self.items[each.item_id].kind == "bundle" for each in error.missing):
                raise
            raise Shortage(error.missing, error.hint, allowed_by="count_first") from None

    def _counted_sources(
        self, change: Change, wanted: Mapping[int, int], purpose: Purpose
    ) -> Mapping[int, Source]:
        """Count in what is missing, at the last known cost; return where to draw from then."""
        found: Mapping[int, Source] = sources(self.session, list(wanted), purpose)
        missing = missing_from(found, wanted)
        bundles = {i: m for i, m in missing.items() if self.items[i].kind == "bundle"}
        if bundles:
            raise shortage(self.session, bundles, found, purpose)
        if not missing:
            return found
        costs = last_unit_costs(self.session, list(missing))
        coming = []
        for item_id, (needed, available) in missing.items():
            lacking = needed - available
            cost = costs.get(item_id)
            paid = None if cost is None else cost.booked(lacking)
            coming.append(Coming(item_id, lacking, paid, Origin(self.at.date())))
        counted = add_lots(self.session, change, coming, "counted")
        # All of it is drawn, so that it does not matter which comes first.
        return {**found, **{lot.item_id: found[lot.item_id].with_lot(lot) for lot in counted}}

    def _summary(self, outputs: list[_Output]) -> str:
        text = f"Made {_said(self.batches)} × {self.recipe.name}"
        lost = [output for output in outputs if output.lost]
        if lost:
            say = saying.amounts_of([output.item.id for output in lost], self.session)
            told = [f"{say.amount(o.item.id, from_micro(o.lost))} {o.item.name} lost" for o in lost]
            text += f" ({', '.join(told)})"
        return text if self.event is None else f"{text} for {self.event.name}"


def _said(value: Fraction) -> str:
    return exact(parse_amount(value, allow_zero=True))
