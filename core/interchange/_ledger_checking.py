"""Judging the ledger and the journal of a kitchen file: lots, runs, moves, changes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from core.documents import ItemDoc, LotDoc, MoveDoc, RunDoc
from core.errors import BakehouseError, RuleBroken
from core.interchange._world import World
from core.interchange.reading import decode
from core.money import parse_money
from core.money import to_micro as money_micro
from core.schema import REASONS
from core.services._rules import check_one_of
from core.services._write_documents import TYPES
from core.units import LIMIT, MICRO, to_micro

LOT_ID: Final = re.compile(r"L([1-9][0-9]{0,9})")
_LARGEST: Final = 2**31 - 1

_SIGNED: Final = re.compile(r"(-?)([0-9]+)(?:\.([0-9]{1,6}))?")


def check_ledger(world: World) -> None:
    """Judge lots, and of a whole kitchen everything that was ever done with them."""
    _check_lots(world)
    if not world.whole:
        for key in ("runs", "moves"):
            if getattr(world.doc, key):
                world.wrong(
                    key, "These belong to the changes of a whole kitchen, of which there are none."
                )
        return
    for key in ("items", "products", "recipes", "events"):
        rows = getattr(world.doc, key)
        _check_numbers(world, key, [row.id for row in rows])
    _check_numbers(world, "runs", [run.id for run in world.doc.runs])
    _check_numbers(world, "changes", [change.id for change in world.doc.changes])
    _check_changes(world)
    _check_runs(world)
    _check_moves(world)


def _check_numbers(world: World, key: str, numbers: Iterable[int | None]) -> None:
    first: dict[int, int] = {}
    for place, number in enumerate(numbers):
        if number is None:
            continue
        path = f"{key}[{place}].id"
        if number < 1:
            world.wrong(path, f"{number} is no number of a row; they begin with 1.")
        elif first.setdefault(number, place) != place:
            world.wrong(path, f"{number} is a duplicate of {key}[{first[number]}].")


# -- lots -----------------------------------------------------------------------------------------


def _check_lots(world: World) -> None:
    named = [lot.id if lot.id is not None else object() for lot in world.doc.lots]
    world.unique("lots", named, "id")
    for number, lot in enumerate(world.doc.lots):
        _check_lot(world, f"lots[{number}]", lot)


def _check_lot(world: World, path: str, lot: LotDoc) -> None:
    item = world.item(f"{path}.item", lot.item)
    of = f"a lot of {lot.item if item is None else item.name}"
    if world.whole:
        amount, left = micro_of_whole(world, path, lot)
    else:
        before = len(world.unknown)
        amount = _micro(world, f"{path}.amount", lot.amount, item, of)
        left = amount
        if lot.left is not None:
            left = _micro(world, f"{path}.left", lot.left, item, of, zero=True)
        # Its two amounts are one thing to mend.
        del world.unknown[before + 1 :]
    if amount is not None and left is not None and left > amount:
        world.wrong(f"{path}.left", f"{lot.left} is left of only {lot.amount}.")
    paid, cost_left = None, None
    with world.at(f"{path}.paid"):
        paid = None if lot.paid is None else money_micro(parse_money(lot.paid))
    with world.at(f"{path}.cost_left"):
        cost_left = None if lot.cost_left is None else money_micro(parse_money(lot.cost_left))
        if cost_left is not None and cost_left > (paid or 0):
            raise RuleBroken(f"{lot.cost_left} is left of only {lot.paid or 'nothing'} paid.")
        if cost_left and left == 0:
            raise RuleBroken("Nothing is left of this lot, so nothing of its cost is.")
    if lot.priced and lot.paid is None:
        world.wrong(f"{path}.priced", "A lot with a price says what was paid; 0 for a gift.")
    world.day(f"{path}.received", lot.received)
    if world.whole and lot.received is None:
        world.wrong(f"{path}.received", "In a whole kitchen every lot has the day it came in.")
    world.day(f"{path}.expires", lot.expires)
    if lot.product is not None:
        product = world.referred(f"{path}.product", lot.product, world.products, "product")
        if product is not None and product.item != lot.item and not world.whole:
            world.wrong(f"{path}.product", f"'{lot.product}' is a product of {product.item}.")
    if lot.event is not None:
        world.referred(f"{path}.event", lot.event, world.events, "event")
    if lot.run is not None and not world.whole:
        world.wrong(f"{path}.run", "A run belongs to a whole kitchen, with its changes.")


def _micro(
    world: World, path: str, text: str, item: ItemDoc | None, of: str, *, zero: bool = False
) -> int | None:
    value: Fraction | None = world.amount(path, text, item, of, zero=zero)
    micro = None
    with world.at(path):
        micro = None if value is None else to_micro(value)
        if micro == 0 and not zero:
            raise RuleBroken(f"'{text}' is less than the ledger can hold, a millionth.")
    return micro


def micro_of_whole(world: World, path: str, lot: LotDoc) -> tuple[int | None, int | None]:
    """Return amount and left of a lot of a whole kitchen; they are in the stock unit."""
    amount, left = None, None
    with world.at(f"{path}.amount"):
        amount = read_micro(lot.amount, least=1)
    with world.at(f"{path}.left"):
        left = amount if lot.left is None else read_micro(lot.left, least=0)
    with world.at(f"{path}.id"):
        if lot.id is None:
            raise RuleBroken("In a whole kitchen every lot has an id, such as L1.")
        lot_number(lot.id)
    return amount, left


def lot_number(name: str) -> int:
    """Return the number of a lot, "L12"."""
    found = LOT_ID.fullmatch(name)
    if found is None or int(found.group(1)) > _LARGEST:
        raise RuleBroken(f"'{name}' is no id of a lot. Write it as L1.")
    return int(found.group(1))


def read_micro(text: str, *, least: int | None = None) -> int:
    """Read a signed decimal of the ledger, in millionths."""
    found = _SIGNED.fullmatch(text.strip())
    if found is None:
        raise RuleBroken(f"'{text[:60]}' is no decimal number of the stock unit, such as -12.5.")
    sign, whole, decimals = found.groups()
    if len(whole) > 12 or int(whole) > LIMIT:
        raise RuleBroken(f"'{text[:60]}': amounts above 10^9 are refused.")
    micro = int(whole) * MICRO + int((decimals or "").ljust(6, "0"))
    micro = -micro if sign else micro
    if least is not None and micro < least:
        bound = "it must be more than zero" if least else "it is less than zero"
        raise RuleBroken(f"'{text[:60]}': {bound}.")
    return micro


# -- what was done --------------------------------------------------------------------------------


def _check_changes(world: World) -> None:
    numbers = {change.id for change in world.doc.changes}
    for place, change in enumerate(world.doc.changes):
        path = f"changes[{place}]"
        _check_moment(world, f"{path}.at", change.at)
        if change.undoes is not None and not (
            change.undoes in numbers and change.undoes < change.id
        ):
            world.wrong(f"{path}.undoes", f"There is no earlier change {change.undoes} here.")
        if change.undone_by is not None and not (
            change.undone_by in numbers and change.undone_by > change.id
        ):
            world.wrong(f"{path}.undone_by", f"There is no later change {change.undone_by} here.")
        for number, edit in enumerate(change.edits):
            _check_edit(world, f"{path}.edits[{number}]", edit)


def _check_edit(world: World, path: str, edit: dict[str, Any]) -> None:
    kind, slug = edit.get("kind"), edit.get("slug")
    if kind not in TYPES or not isinstance(slug, str):
        world.wrong(path, f"An edit has a slug and a kind: {', '.join(TYPES)}.")
        return
    told = [key for key in ("created", "deleted", "patches") if key in edit]
    if len(told) != 1:
        world.wrong(path, "An edit has one of created, deleted and patches.")
        return
    if told[0] != "patches":
        world.problems.found += decode(TYPES[kind], edit[told[0]], f"{path}.{told[0]}")[1]
        return
    patches = edit["patches"]
    for number, patch in enumerate(patches if isinstance(patches, list) else [None]):
        if not _is_patch(patch, TYPES[kind].__struct_fields__):
            world.wrong(f"{path}.patches[{number}]", "A patch has a field, what it was and is now.")


def _is_patch(patch: object, fields: tuple[str, ...]) -> bool:
    if not isinstance(patch, dict) or not {"was", "now"} <= set(patch):
        return False
    if "at" in patch and not (
        isinstance(patch["at"], int) and all(isinstance(patch[key], list) for key in ("was", "now"))
    ):
        return False
    return patch.get("field") in fields


def _check_moment(world: World, path: str, text: str) -> None:
    with world.at(path):
        read_moment(text)


def read_moment(text: str) -> datetime:
    """Read a local date and time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise RuleBroken(f"'{text}' is no time. Write it as 2026-12-15T14:30:00.") from None
    if moment.tzinfo is not None:
        raise RuleBroken(f"'{text}': times are local here; leave the time zone out.")
    return moment


def _check_runs(world: World) -> None:
    changes = {change.id for change in world.doc.changes}
    for number, run in enumerate(world.doc.runs):
        path = f"runs[{number}]"
        _check_change(world, path, run.change, changes)
        _check_moment(world, f"{path}.at", run.at)
        world.plain(f"{path}.batches", run.batches)
        if (run.recipe is None) == (run.bundle is None):
            world.wrong(path, "A run is of a recipe or of a bundle.")
        elif run.recipe is not None:
            world.referred(f"{path}.recipe", run.recipe, world.recipes, "recipe")
        elif run.bundle is not None:
            world.item(f"{path}.bundle", run.bundle)
        if run.event is not None:
            world.referred(f"{path}.event", run.event, world.events, "event")
        cost = _money(world, f"{path}.cost", run.cost)
        waste = _money(world, f"{path}.waste", run.waste)
        if waste > cost:
            world.wrong(f"{path}.waste", f"{run.waste} was wasted of only {run.cost}.")
        _check_outputs(world, path, run)
        for place, line in enumerate(run.not_drawn):
            world.item(f"{path}.not_drawn[{place}].item", line.item)
            # What could not be drawn is kept as it was said then; nothing is converted.
            world.amount(f"{path}.not_drawn[{place}].amount", line.amount, None, "")


def _check_outputs(world: World, path: str, run: RunDoc) -> None:
    world.unique(f"{path}.outputs", (output.item for output in run.outputs), "item")
    for place, output in enumerate(run.outputs):
        at = f"{path}.outputs[{place}]"
        world.item(f"{at}.item", output.item)
        with world.at(f"{at}.good"):
            read_micro(output.good, least=0)
        with world.at(f"{at}.lost"):
            lost = read_micro(output.lost, least=0)
            if lost and output.reason is None:
                raise RuleBroken("A loss has a reason.")


def _money(world: World, path: str, text: str) -> int:
    with world.at(path):
        return money_micro(parse_money(text))
    return 0


def _check_change(world: World, path: str, number: int, changes: set[int]) -> None:
    if number not in changes:
        world.wrong(f"{path}.change", f"There is no change {number} in this file.")


def _check_moves(world: World) -> None:
    changes = {change.id for change in world.doc.changes}
    runs = {run.id for run in world.doc.runs}
    lots = {lot.id for lot in world.doc.lots}
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for number, move in enumerate(world.doc.moves):
        path = f"moves[{number}]"
        _check_change(world, path, move.change, changes)
        if move.lot not in lots:
            world.wrong(f"{path}.lot", f"There is no lot '{move.lot}' in this file.")
        if move.run is not None and move.run not in runs:
            world.wrong(f"{path}.run", f"There is no run {move.run} in this file.")
        if move.event is not None:
            world.referred(f"{path}.event", move.event, world.events, "event")
        with world.at(f"{path}.reason"):
            check_one_of(move.reason, REASONS)
        amount, cost = _read_move(world, path, move)
        sums[move.lot][0] += amount
        sums[move.lot][1] += cost
    for number, lot in enumerate(world.doc.lots):
        path = f"lots[{number}]"
        if lot.run is not None and lot.run not in runs:
            world.wrong(f"{path}.run", f"There is no run {lot.run} in this file.")
        _check_sums(world, path, lot, *sums[lot.id or ""])


def _read_move(world: World, path: str, move: MoveDoc) -> tuple[int, int]:
    amount, cost = 0, 0
    with world.at(f"{path}.amount"):
        amount = read_micro(move.amount)
    with world.at(f"{path}.cost"):
        cost = read_micro(move.cost)
        if not amount and not cost:
            raise RuleBroken("A move moves something.")
    return amount, cost


def _check_sums(world: World, path: str, lot: LotDoc, amount: int, cost: int) -> None:
    """Judge whether `left` and `cost_left` are the sums of the lot's moves."""
    try:
        left = read_micro(lot.amount if lot.left is None else lot.left)
        cost_left = read_micro(lot.cost_left or "0")
    except BakehouseError:
        return
    if left != amount:
        world.wrong(f"{path}.left", f"{lot.left or lot.amount} is not what its moves add up to.")
    if cost_left != cost:
        world.wrong(
            f"{path}.cost_left", f"{lot.cost_left or 'nothing'} is not what its moves add up to."
        )
