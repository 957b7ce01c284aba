"""The commands that record what happened: made, assembled, bought, counted, delivered, undone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from sqlalchemy.orm import Session

from core.commands.model import Arguments
from core.errors import (
    Ambiguous,
    AmountError,
    LotNotFound,
    NotFound,
    RuleBroken,
    UnreadableArgument,
)
from core.models import Item
from core.services import (
    assembly_service,
    catalog_service,
    event_service,
    journal_service,
    production_service,
    receipt_service,
    stock_service,
)
from core.services._bought import TIMES, packs_or_amount
from core.services._wares import Wares
from core.services._writing import known_amount
from core.services.receipt_service import ReceiptLine
from core.services.rows.journal import ChangeRow
from core.units import canonical_unit, dimension, parse_amount

LOT = re.compile(r"[Ll]([0-9]{1,30})")
LOSS = re.compile(r"\s*([-0-9¼-¾⅐-⅞.,/\s]*[0-9¼-¾⅐-⅞])(.*)", re.DOTALL)
NEXT_LOSS = re.compile(r"(?:,\s+|;\s*|\s+and\s+)(?=[0-9¼-¾⅐-⅞])")
OF_OUTPUT = {"good": "46", "lost": "2:burnt"}
OF_ONLY_OUTPUT = {"good": "46", "lost": "5 burnt"}
"""What may be said of an output, for example: by its name, and of the only one."""


def make(given: Arguments, session: Session) -> ChangeRow:
    """Record batches of a recipe."""
    recipe = catalog_service.find_recipe(given.text("recipe"), session=session)
    good = _good(given, recipe.id, session)
    lost = _lost(given, recipe.id, session)
    return production_service.record_production(
        recipe.id,
        given.text("batches"),
        good=good or None,
        lost=lost or None,
        event_id=_event(given, session),
        count_first=given.is_on("count_first"),
        lots=[_lot(name) for name in given.many("lot")],
        session=session,
    )


def _good(given: Arguments, recipe_id: int, session: Session) -> dict[int, str]:
    """Return what came out good of each output. Raises `RuleBroken` where one is said twice."""
    good: dict[int, str] = {}
    for item_id, amount in _by_output(given, "good", recipe_id, session):
        if item_id in good:
            name = catalog_service.get_item(item_id, session=session).name
            raise RuleBroken(f"How many {name} came out good is said twice. Say it once.")
        good[item_id] = amount
    return good


def _lost(
    given: Arguments, recipe_id: int, session: Session
) -> dict[int, tuple[str | Fraction, str]]:
    """Return how much was lost of each output and why; losses of one are added up."""
    losses: dict[int, list[tuple[str, str]]] = {}
    for item_id, told in _by_output(given, "lost", recipe_id, session):
        losses.setdefault(item_id, []).extend(map(_loss, NEXT_LOSS.split(told)))
    return {item_id: _added_up(item_id, parts, session) for item_id, parts in losses.items()}


def _added_up(
    item_id: int, losses: Sequence[tuple[str, str]], session: Session
) -> tuple[str | Fraction, str]:
    """Return one loss for several; with several reasons, how much of it each one took."""
    if len(losses) == 1:
        return losses[0]
    reasons = {reason for _, reason in losses}
    said = ", ".join(reasons if len(reasons) == 1 else (f"{n} {why}" for n, why in losses))
    item = session.get_one(Item, item_id)
    amounts = (known_amount(session, item, n, allow_zero=True) for n, _ in losses)
    return sum(amounts, Fraction(0)), said


def _by_output(
    given: Arguments, name: str, recipe_id: int, session: Session
) -> Iterator[tuple[int, str]]:
    """Yield what is said of each output; where a recipe has only one, it need not be named.

    Raises `UnreadableArgument` for what does not say of which output.
    """
    for text in given.many(name):
        item, equals, rest = (part.strip() for part in text.partition("="))
        if equals and item and rest:
            yield _item(item, session), rest
        else:
            yield _only_output(recipe_id, name, text, session), text.strip()


def _only_output(recipe_id: int, name: str, text: str, session: Session) -> int:
    """Return the one output of a recipe, of which something is said without naming it."""
    makes = catalog_service.get_recipe(recipe_id, session=session).makes
    outputs = [catalog_service.find_item(line.item, session=session) for line in makes]
    an_amount = "=" not in text and any(sign.isnumeric() for sign in text)
    if len(outputs) == 1 and an_amount:
        return outputs[0].id
    if len(outputs) == 1 and "=" not in text:
        ways = f"{OF_ONLY_OUTPUT[name]}, or as {outputs[0].name}={OF_OUTPUT[name]}"
        raise UnreadableArgument(f"'{text}' does not say how many. Write it as {ways}.")
    said = text.strip() if an_amount else OF_OUTPUT[name]
    ways = " or ".join(f"{output.name}={said}" for output in outputs)
    raise UnreadableArgument(f"'{text}' does not say how many of what. Write it as {ways}.")


def assemble(given: Arguments, session: Session) -> ChangeRow:
    """Record bundles put together."""
    bundle = catalog_service.find_bundle(given.text("bundle"), session=session)
    return assembly_service.record_assembly(
        bundle.id,
        given.text("quantity"),
        event_id=_event(given, session),
        borrow=given.is_on("borrow"),
        lots=[_lot(name) for name in given.many("lot")],
        session=session,
    )


def buy(given: Arguments, session: Session) -> ChangeRow:
    """Record a purchase of an item or a product."""
    item_id, product_id = _bought(given.text("what"), session)
    packs: str | Fraction | None = given.maybe("packs")
    amount = given.maybe("amount")
    if isinstance(packs, str) and amount is None:
        bare = not TIMES.fullmatch(packs) and parse_amount(packs).unit is None
        wares = Wares(session, [item_id], [product_id])
        if not bare or not wares.sold(item_id):
            packs, product_id, amount = packs_or_amount(wares, item_id, product_id, packs)
    return stock_service.receive(
        item_id,
        amount=amount,
        packs=packs,
        product_id=product_id,
        paid=given.text("paid"),
        store=given.maybe("store"),
        received=given.day("date", past=True),
        expires=given.day("expires"),
        session=session,
    )


def receipt(given: Arguments, session: Session) -> ChangeRow:
    """Record everything on a receipt as one."""
    lines = []
    for text in given.many("line"):
        what, equals, bought = text.rpartition("=")
        amount, _, paid = bought.partition("@")
        if not equals or not what.strip():
            raise RuleBroken(f"'{text}' should be written as ITEM=AMOUNT@PRICE: flour=2 x 5 kg@9.")
        item_id, product_id = _bought(what.strip(), session)
        lines.append(ReceiptLine(item_id, product_id, amount.strip(), paid.strip() or None))
    return receipt_service.record_receipt(
        lines, store=given.maybe("store"), received=given.day("date", past=True), session=session
    )


def _bought(what: str, session: Session) -> tuple[int, int | None]:
    """Return the item, and the product where one is named; an item's own name means the item."""
    named = [
        row.id
        for row in catalog_service.list_items(session)
        if what.casefold() in (row.slug, row.name.casefold())
    ]
    if len(named) == 1:
        return named[0], None
    try:
        product = catalog_service.find_product(what, session=session)
    except (Ambiguous, NotFound):
        return _item(what, session), None
    return product.item_id, product.id


def count(given: Arguments, session: Session) -> ChangeRow:
    """Set what is there of an item to what was counted."""
    lot = given.maybe("lot")
    return stock_service.count(
        _item(given.text("item"), session),
        given.text("amount"),
        lot_id=None if lot is None else _lot(lot),
        session=session,
    )


def discard(given: Arguments, session: Session) -> ChangeRow:
    """Take a lot or an amount of an item out of stock."""
    what, amount = given.text("what"), given.text("amount")
    everything = amount.casefold() == "all"
    if LOT.fullmatch(what):
        return stock_service.discard(
            None if everything else amount,
            given.text("reason"),
            lot_id=_lot(what),
            session=session,
        )
    if everything:
        raise RuleBroken("Say how much of it, or name one lot as L12.")
    return stock_service.discard(
        amount, given.text("reason"), item_id=_item(what, session), session=session
    )


def deliver(given: Arguments, session: Session) -> ChangeRow:
    """Hand out what an event ordered."""
    return stock_service.deliver(
        event_service.find_event(given.text("event"), session=session).id,
        _item(given.text("item"), session),
        given.text("quantity"),
        to=given.maybe("to"),
        more=given.is_on("more"),
        borrow=given.is_on("borrow"),
        session=session,
    )


def undo(given: Arguments, session: Session) -> ChangeRow:
    """Take back a change."""
    return journal_service.undo(given.number("change"), session=session)


def redo(given: Arguments, session: Session) -> ChangeRow:
    """Bring back what was undone last."""
    return journal_service.redo(session=session)


def _item(name: str, session: Session) -> int:
    return catalog_service.find_item(name, session=session).id


def _event(given: Arguments, session: Session) -> int | None:
    name = given.maybe("event")
    return None if name is None else event_service.find_event(name, session=session).id


def _loss(told: str) -> tuple[str, str]:
    """Return how much was lost and why: "2:burnt", "2 burnt", "1 dozen burnt"."""
    amount, colon, reason = told.partition(":")
    found = None if colon else LOSS.fullmatch(told)
    if found is not None:
        amount, reason = found.groups()
        unit, _, rest = reason.strip().partition(" ")
        if _is_unit(unit):
            amount, reason = f"{amount} {unit}", rest
    if not reason.strip():
        raise RuleBroken(f"'{told}' needs the reason, as {amount.strip()} burnt.")
    return amount.strip(), reason.strip()


def _is_unit(word: str) -> bool:
    try:
        return bool(word) and dimension(canonical_unit(word)) is not None
    except AmountError:
        return False


def _lot(text: str) -> int:
    found = re.fullmatch(r"[Ll]?([0-9]{1,30})", text.strip())
    if found is None:
        raise LotNotFound(text)
    return int(found.group(1))
