"""Whether an item can become of another kind, or be counted in another unit."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.documents import ItemDoc
from core.errors import RuleBroken
from core.models import BundleLine, Event, EventLine, Item, Lot, Product, Recipe, RecipeOutput
from core.services._rules import BOUGHT


def check_new_nature(session: Session, item: Item, doc: ItemDoc) -> None:
    """Let an item become what a document says, unless what is recorded contradicts it.

    What is bought may turn from an ingredient into a supply and back; nothing rests on which of
    the two it is. Raises `RuleBroken` with what stands against it.
    """
    if item.unit == doc.unit and item.kind in BOUGHT and doc.kind in BOUGHT:
        return
    against = _stocked(session, item) or _made_or_wanted(session, item)
    if not against and doc.kind not in BOUGHT:
        against = _sold(session, item)
    if against:
        changes = "counted in another unit" if item.unit != doc.unit else f"of kind {doc.kind}"
        raise RuleBroken(
            f"{item.name} cannot be {changes}: {against}. Archive it and add another item."
        )


def _stocked(session: Session, item: Item) -> str:
    found = session.scalar(select(Lot.id).where(Lot.item_id == item.id).limit(1))
    return "" if found is None else f"some of it was stocked in {item.unit} (lot L{found})"


def _made_or_wanted(session: Session, item: Item) -> str:
    makes = select(Recipe.name).join(RecipeOutput).where(RecipeOutput.item_id == item.id)
    wants = (
        select(Event.name)
        .join(EventLine, EventLine.event_id == Event.id)
        .where(EventLine.item_id == item.id)
    )
    for query, verb in ((makes, "makes"), (wants, "wants")):
        name = session.scalar(query.limit(1))
        if name is not None:
            return f"{name} {verb} it"
    holds = session.scalar(select(BundleLine.id).where(BundleLine.bundle_id == item.id).limit(1))
    return "" if holds is None else "it holds lines"


def _sold(session: Session, item: Item) -> str:
    label = session.scalar(select(Product.label).where(Product.item_id == item.id).limit(1))
    return "" if label is None else f"{label} is a pack of it"
