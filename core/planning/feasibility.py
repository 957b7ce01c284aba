"""What can be done now, and what still stands in the way (domain.md §3, joint feasibility).

Everything draws on one pool, so that nothing is promised twice. In it amounts are, as in the plan,
in 1/`scale` of the stock unit of their item.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from fractions import Fraction
from math import ceil

from msgspec import Struct

from core.planning.kitchen import Line
from core.planning.netting import ROUNDING_PER_UNIT
from core.planning.plan import Plan

NOTHING = Fraction(0)

Number = int | Fraction
"""A scaled amount: whole, but where a batch that falls short gives less than one of its output."""


class Blocker(Struct, frozen=True):
    """A component that is still missing; amounts in its stock unit."""

    item_id: int
    needed: Fraction
    available: Fraction

    @property
    def missing(self) -> Fraction:
        """Return what is still to come."""
        return self.needed - self.available


class Assembly(Struct, frozen=True):
    """What an event can do with one bundle. `None` where an amount it rests on is unknown."""

    bundle_id: int
    nested: bool
    now: int | None
    after_production: int | None
    short: int | None
    blockers: tuple[Blocker, ...]


def bundles_of(plan: Plan, e: int) -> Iterator[tuple[int, bool]]:
    """Yield the bundles of an event by event line, each followed by those nested in it.

    Last come those that only recipes use.
    """
    bundles = plan.kitchen.bundles
    seen: set[int] = set()
    wanted = {line.item_id for line in plan.kitchen.events[e].lines}

    def inside(bundle_id: int) -> Iterator[tuple[int, bool]]:
        for line in bundles[bundle_id]:
            if line.item_id in bundles and line.item_id not in seen | wanted:
                seen.add(line.item_id)
                yield line.item_id, True
                yield from inside(line.item_id)

    for event_line in plan.kitchen.events[e].lines:
        if event_line.item_id in bundles and event_line.item_id not in seen:
            seen.add(event_line.item_id)
            yield event_line.item_id, False
            yield from inside(event_line.item_id)
    for kind, key in plan.order:
        if kind == "item" and key in bundles and key not in seen and plan.need(key, e) != 0:
            seen.add(key)
            yield key, True


def assemblies(plan: Plan, e: int) -> list[Assembly]:
    """Return what can be assembled for an event: now, after production, and what falls short."""
    stock = _stock(plan, e)
    made = _with_output(stock, e)
    now = _walk(plan, e, stock)
    after = _walk(plan, e, _after_production(made.copy(), e))
    filled = _walk(plan, e, _after_everything(made, e))
    result = []
    for bundle_id, nested in bundles_of(plan, e):
        remaining, fills = plan.net(bundle_id, e), filled.can(bundle_id)
        result.append(
            Assembly(
                bundle_id,
                nested,
                now.can(bundle_id),
                after.can(bundle_id),
                None if remaining is None or fills is None else int(remaining) - fills,
                tuple(after.blockers(bundle_id)),
            )
        )
    return result


def loose_short(plan: Plan, e: int) -> dict[int, Fraction]:
    """Return what an event's lines of made items will lack once all planned is made, by item."""
    filled = _walk(plan, e, _after_everything(_with_output(_stock(plan, e), e), e))
    return {key: filled.pool.units(key, amount) for key, amount in filled.loose.items()}


def can_make(plan: Plan, e: int) -> dict[int, Fraction | None]:
    """Return, by recipe, the batches that the stock given to an event allows now.

    Recipes draw on one pool, those that make other recipes' inputs first, then by name; never
    more than is planned. `None` where a line is unknown.
    """
    pool = _stock(plan, e)
    planned_here = _planned(plan, e)
    depths = _depths(plan, planned_here)
    result: dict[int, Fraction | None] = {}
    for recipe_id in sorted(depths, key=lambda r: (depths[r], plan.kitchen.recipes[r].name)):
        recipe = plan.kitchen.recipes[recipe_id]
        planned = planned_here[recipe_id]
        if planned is None or any(pool.is_unknown(line) for line in recipe.lines):
            result[recipe_id] = None
            continue
        steps = pool.draw_most(recipe.lines, int(planned / recipe.step), recipe.step)
        result[recipe_id] = steps * recipe.step
    return result


def _planned(plan: Plan, e: int) -> dict[int, Fraction | None]:
    """Return the batches of the recipes that are made for an event; None where unknown."""
    return {r: plan.batches(r, e) for r, found in plan.recipes.items() if found.concerns(e)}


def _depths(plan: Plan, recipes: Collection[int]) -> dict[int, int]:
    """Return how many of these recipes deep the inputs of each go."""
    depths: dict[int, int] = {}
    for kind, recipe_id in reversed(plan.order):
        if kind == "recipe" and recipe_id in recipes:
            makers = (
                plan.made_by.get(line.item_id) for line in plan.kitchen.recipes[recipe_id].lines
            )
            inner = [depths.get(maker.id, 0) for maker in makers if maker is not None]
            depths[recipe_id] = 1 + max(inner, default=0)
    return depths


# -- the pool ---------------------------------------------------------------------------------


class _Pool:
    """What an event may draw, by item; `unknown` are the items whose amount nobody knows.

    `made` counts the bundles assembled on the way.
    """

    def __init__(self, plan: Plan, amounts: dict[int, Number], unknown: set[int]) -> None:
        self.plan = plan
        self.amounts = amounts
        self.unknown = unknown
        self.made: dict[int, int] = {}

    def copy(self) -> _Pool:
        """Return a pool to try things on."""
        copied = _Pool(self.plan, dict(self.amounts), self.unknown)
        copied.made = dict(self.made)
        return copied

    def there(self, item_id: int) -> Number:
        """Return what is left of an item."""
        return self.amounts.get(item_id, 0)

    def scale(self, item_id: int) -> int:
        """Return how many of the pool's amounts make a stock unit of an item."""
        return self.plan.items[item_id].scale

    def units(self, item_id: int, amount: Number) -> Fraction:
        """Return an amount of the pool in stock units."""
        return Fraction(amount) / self.scale(item_id)

    def is_unknown(self, line: Line) -> bool:
        """Tell whether a component, or what it is assembled from, is an unknown amount."""
        item = self.plan.kitchen.items[line.item_id]
        if item.always_on_hand:
            return False
        return (
            line.amount is None
            or line.item_id in self.unknown
            or any(self.is_unknown(part) for part in self._parts(line.item_id))
        )

    def take(self, item_id: int, amount: Number) -> Number:
        """Take up to an amount; return what is lacking, nothing for ledger rounding."""
        there = self.there(item_id)
        if there >= amount:
            self.amounts[item_id] = there - amount
            return 0
        self.amounts[item_id] = 0
        lacking = amount - there
        return 0 if there and not self.is_lacking(item_id, lacking) else lacking

    def is_lacking(self, item_id: int, amount: Number) -> bool:
        """Tell whether an amount is more than ledger rounding (domain.md §2)."""
        return amount * ROUNDING_PER_UNIT >= self.scale(item_id)

    def draw(self, item_id: int, amount: Number) -> bool:
        """Take an amount of an item, assembling what is lacking of a bundle on the way."""
        lacking = self.take(item_id, amount)
        if not lacking:
            return True
        if item_id not in self.plan.kitchen.bundles:
            return False
        return self.assemble(item_id, -(-lacking // self.scale(item_id)), used=lacking)

    def use(self, item_id: int, amount: Number) -> None:
        """Take an amount as far as it is there or can be assembled."""
        bundled = item_id in self.plan.kitchen.bundles
        if bundled and self.copy().draw(item_id, amount):
            self.draw(item_id, amount)
        else:
            self.take(item_id, amount)

    def assemble(self, bundle_id: int, count: int, *, used: Number) -> bool:
        """Put bundles together; those that are not `used` at once go into the pool."""
        if not self.draw_all(self._parts(bundle_id), Fraction(count)):
            return False
        self.made[bundle_id] = self.made.get(bundle_id, 0) + count
        self.amounts[bundle_id] = self.there(bundle_id) + count * self.scale(bundle_id) - used
        return True

    def draw_all(self, lines: tuple[Line, ...], times: Fraction) -> bool:
        """Take the components of `times` batches or bundles."""
        for line in lines:
            if self.plan.kitchen.items[line.item_id].always_on_hand:
                continue
            if line.amount is None or not self.draw(line.item_id, self._of(line, times)):
                return False
        return True

    def draw_most(self, lines: tuple[Line, ...], limit: int, step: Fraction) -> int:
        """Draw the components of the most steps, up to `limit`, that there are; return them."""
        most = _most(limit, lambda steps: self.copy().draw_all(lines, steps * step))
        if most:
            self.draw_all(lines, most * step)
        return most

    def lacking(self, lines: tuple[Line, ...], times: Fraction) -> dict[int, Number]:
        """Draw as far as it goes and return what was lacking; of inner bundles, what these lack."""
        missing: dict[int, Number] = {}
        for line in lines:
            if self.plan.kitchen.items[line.item_id].always_on_hand or line.amount is None:
                continue
            lacking = self.take(line.item_id, self._of(line, times))
            if not lacking:
                continue
            inner = self._parts(line.item_id)
            whole = Fraction(-(-lacking // self.scale(line.item_id)))
            parts = self.lacking(inner, whole) if inner else {line.item_id: lacking}
            for item_id, amount in parts.items():
                missing[item_id] = missing.get(item_id, 0) + amount
        return missing

    def use_lines(self, lines: tuple[Line, ...], times: Fraction) -> None:
        """Take what a number of batches uses, as far as it is there."""
        for line in lines:
            if line.amount is not None:
                self.use(line.item_id, self._of(line, times))

    def _of(self, line: Line, times: Fraction) -> Number:
        """Return what `times` batches or bundles take of a line with a known amount."""
        amount = line.amount or NOTHING
        top = amount.numerator * times.numerator * self.scale(line.item_id)
        bottom = amount.denominator * times.denominator
        return Fraction(top, bottom) if top % bottom else top // bottom

    def _parts(self, item_id: int) -> tuple[Line, ...]:
        return self.plan.kitchen.bundles.get(item_id, ())


def _most(limit: int, works: Callable[[int], bool]) -> int:
    """Return the greatest number up to `limit` that works; where one works, all below do."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if works(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _stock(plan: Plan, e: int) -> _Pool:
    """Return the stock the plan gives an event."""
    amounts: dict[int, Number] = {}
    unknown: set[int] = set()
    for item_id, item in plan.needed(e).items():
        if e in item.unsure:
            unknown.add(item_id)
        else:
            amounts[item_id] = item.kept.get(e, 0) + item.free.get(e, 0)
    return _Pool(plan, amounts, unknown)


def _whole(amount: Fraction) -> Number:
    return amount.numerator if amount.denominator == 1 else amount


def _with_output(stock: _Pool, e: int) -> _Pool:
    """Return the stock and what the planned batches give an event, carried ones included."""
    plan = stock.plan
    pool = _Pool(plan, dict(stock.amounts), set(stock.unknown))
    for item_id, item in plan.needed(e).items():
        recipe = plan.made_by.get(item_id)
        if recipe is None or item_id in pool.unknown or not item.net.get(e):
            continue
        number = [line.item_id for line in recipe.outputs].index(item_id)
        covered = plan.covered(recipe.id, number, e)
        if covered is None:
            pool.unknown.add(item_id)
        else:
            pool.amounts[item_id] = pool.there(item_id) + _whole(covered * item.scale)
    return pool


def _after_production(pool: _Pool, e: int) -> _Pool:
    """Return what there is once the planned batches are made, and have used their inputs."""
    _use_inputs(pool, _planned(pool.plan, e))
    return pool


def _after_everything(pool: _Pool, e: int) -> _Pool:
    """Return what there is once all is bought, and made as far as made inputs allow."""
    plan = pool.plan
    for item_id, item in plan.needed(e).items():
        if item_id in pool.amounts and plan.kitchen.items[item_id].bought:
            pool.amounts[item_id] += item.net.get(e, 0)
    _use_inputs(pool, _possible_batches(pool, e))
    return pool


def _use_inputs(pool: _Pool, batches: Mapping[int, Fraction | None]) -> None:
    """Take out what batches use, as far as it is there."""
    for recipe_id, number in batches.items():
        if number:
            pool.use_lines(pool.plan.kitchen.recipes[recipe_id].lines, number)


def _possible_batches(pool: _Pool, e: int) -> dict[int, Fraction | None]:
    """Return the batches that their made inputs allow, and take what is not made out of the pool.

    A recipe that lacks a made input makes fewer batches; its left-over goes first, then its
    outputs from the last to the first.
    """
    plan = pool.plan
    possible = _planned(plan, e)
    for recipe_id, planned in reversed(possible.items()):
        if planned:
            made = possible[recipe_id] = _allowed(pool, recipe_id, planned, e)
            _take_back(pool, recipe_id, planned - made, e)
    return possible


def _allowed(pool: _Pool, recipe_id: int, planned: Fraction, e: int) -> Fraction:
    """Return how many of the planned batches the made inputs in the pool allow."""
    plan, recipe = pool.plan, pool.plan.kitchen.recipes[recipe_id]
    allowed = planned
    for line in recipe.lines:
        always = plan.kitchen.items[line.item_id].always_on_hand
        if always or line.item_id not in plan.made_by or line.amount is None:
            continue
        item = plan.items[line.item_id]
        need = 0 if e in item.unknown else item.need.get(e, 0)
        lacking = need - pool.there(line.item_id)
        if pool.is_lacking(line.item_id, lacking):
            missing = pool.units(line.item_id, lacking)
            allowed = min(allowed, max(NOTHING, planned - missing / line.amount))
    return allowed // recipe.step * recipe.step


def _take_back(pool: _Pool, recipe_id: int, lost: Fraction, e: int) -> None:
    """Take the output of batches that are not made out of the pool."""
    plan, outputs = pool.plan, pool.plan.kitchen.recipes[recipe_id].outputs
    for number, output in enumerate(outputs):
        if output.amount is not None:
            lost -= (plan.left_over(recipe_id, number, e) or NOTHING) / output.amount
    for output in reversed(outputs):
        there = pool.there(output.item_id)
        if lost > 0 and there and output.amount is not None:
            unmade = _whole(lost * output.amount * pool.scale(output.item_id))
            taken = min(there, unmade)
            pool.amounts[output.item_id] = there - taken
            lost -= pool.units(output.item_id, taken) / output.amount


# -- the walk ---------------------------------------------------------------------------------


class _Walk:
    """The lines of an event one by one, each drawing what it can have.

    `missing` is what bundles lack, `loose` what is lacking of made items that are ordered as
    they are.
    """

    def __init__(self, plan: Plan, e: int, pool: _Pool) -> None:
        self.plan = plan
        self.e = e
        self.pool = pool
        self.missing: dict[int, dict[int, Number]] = {}
        self.noted: dict[int, int] = {}
        self.loose: dict[int, Number] = {}

    def can(self, bundle_id: int) -> int | None:
        """Return how many of a bundle can be assembled, never more than remain."""
        remaining = self.plan.net(bundle_id, self.e)
        if remaining == 0:
            return 0
        lines = self.plan.kitchen.bundles[bundle_id]
        if remaining is None or any(self.pool.is_unknown(line) for line in lines):
            return None
        return min(int(remaining), self.pool.made.get(bundle_id, 0))

    def blockers(self, bundle_id: int) -> Iterator[Blocker]:
        """Name what the bundles that cannot be assembled lack."""
        if self.can(bundle_id) is None:
            return
        lines = self.plan.kitchen.bundles[bundle_id]
        used = {
            line.item_id: line.amount * self.pool.made.get(bundle_id, 0)
            for line in lines
            if line.amount is not None
        }
        for item_id, missing in self.missing.get(bundle_id, {}).items():
            there = self.pool.units(item_id, self.pool.there(item_id))
            available = used.get(item_id, NOTHING) + there
            yield Blocker(item_id, available + self.pool.units(item_id, missing), available)

    def serve(self, item_id: int, wanted: Fraction) -> None:
        """Give an event line what there is of its item, assembling bundles as far as it goes."""
        scale = self.pool.scale(item_id)
        amount = _whole(wanted * scale)
        if item_id not in self.plan.kitchen.bundles:
            lacking = self.pool.take(item_id, amount)
            if lacking and item_id not in self.pool.unknown:
                self.loose[item_id] = self.loose.get(item_id, 0) + lacking
            return
        count = ceil(wanted)
        most = _most(count, lambda n: self.pool.copy().draw(item_id, min(amount, n * scale)))
        if most:
            self.pool.draw(item_id, min(amount, most * scale))
        if most < count:
            self._note_missing(item_id, count - most)

    def use_up(self, bundle_id: int) -> None:
        """Assemble of a bundle what no event line has asked for: bundles and recipes do."""
        remaining = self.plan.net(bundle_id, self.e)
        still = int(remaining or 0) - self.pool.made.get(bundle_id, 0)
        lines = self.plan.kitchen.bundles[bundle_id]
        if still <= 0 or any(self.pool.is_unknown(line) for line in lines):
            return
        most = self.pool.draw_most(lines, still, Fraction(1))
        if most:
            self.pool.made[bundle_id] = self.pool.made.get(bundle_id, 0) + most
        noted = self.noted.get(bundle_id, 0)
        if most + noted < still:
            self._note_missing(bundle_id, still - most - noted)

    def _note_missing(self, bundle_id: int, count: int) -> None:
        lines = self.plan.kitchen.bundles[bundle_id]
        self.noted[bundle_id] = self.noted.get(bundle_id, 0) + count
        noted = self.missing.setdefault(bundle_id, {})
        for item_id, amount in self.pool.copy().lacking(lines, Fraction(count)).items():
            noted[item_id] = noted.get(item_id, 0) + amount


def _walk(plan: Plan, e: int, pool: _Pool) -> _Walk:
    """Walk an event's lines in order, drawing what each can have; then what else is to be done."""
    walk = _Walk(plan, e, pool)
    for line in plan.kitchen.events[e].lines:
        if line.need:
            walk.serve(line.item_id, line.need)
    for bundle_id, _ in bundles_of(plan, e):
        walk.use_up(bundle_id)
    return walk
