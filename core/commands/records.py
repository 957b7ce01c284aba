"""The commands that record what happened: made, assembled, bought, counted, delivered, undone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy.orm import Session

from core.commands.model import Arguments
from core.errors import Ambiguous, LotNotFound, NotFound, RuleBroken
from core.services import (
    assembly_service,
    catalog_service,
    event_service,
    journal_service,
    production_service,
    receipt_service,
    stock_service,
)
from core.services.receipt_service import ReceiptLine
from core.services.rows import ChangeRow

LOT = re.compile(r"[Ll]([0-9]{1,30})")


def make(given: Arguments, session: Session) -> ChangeRow:
    """Record batches of a recipe."""
    recipe = catalog_service.find_recipe(given.text("recipe"), session=session)
    good = dict(_by_item(given, "good", session))
    lost = {item_id: _loss(told) for item_id, told in _by_item(given, "lost", session)}
    return production_service.record_production(
        recipe.id,
        given.text("batches"),
        good=dict(good) or None,
        lost=dict(lost) or None,
        event_id=_event(given, session),
        count_first=given.is_on("count_first"),
        lots=[_lot(name) for name in given.many("lot")],
        session=session,
    )


def _by_item(given: Arguments, name: str, session: Session) -> Iterator[tuple[int, str]]:
    """Yield what is said of each item. Raises `RuleBroken` where one is named twice."""
    told: set[int] = set()
    for item, rest in given.pairs(name):
        item_id = _item(item, session)
        if item_id in told:
            raise RuleBroken(f"{item} is named twice in --{name}. Say it once.")
        told.add(item_id)
        yield item_id, rest


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
    return stock_service.receive(
        item_id,
        amount=given.maybe("amount"),
        packs=given.maybe("packs"),
        product_id=product_id,
        paid=given.text("paid"),
        store=given.maybe("store"),
        received=given.day("date"),
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
        lines, store=given.maybe("store"), received=given.day("date"), session=session
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
    amount, colon, reason = told.partition(":")
    if not colon or not reason.strip():
        raise RuleBroken(f"'{told}' needs the reason, as ITEM=2:burnt.")
    return amount.strip(), reason.strip()


def _lot(text: str) -> int:
    found = re.fullmatch(r"[Ll]?([0-9]{1,30})", text.strip())
    if found is None:
        raise LotNotFound(text)
    return int(found.group(1))
