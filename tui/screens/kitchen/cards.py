"""Reading one thing of the kitchen whole, as it stands beside the list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct, field
from sqlalchemy.orm import Session

from bakehouse.plugin import Cell, Column, Money, Row, Table
from core.commands.equivalents import equivalents_of
from core.services import card_service, saying
from core.services.card_service import CardLine, ItemCard, ProductLine, Use
from core.services.saying import Say
from tui.screens.kitchen.things import Thing

COLUMNS = (
    Column("amount", "", align="right", width=12, priority=0),
    Column("what", width=20, priority=0),
    Column("exactly", "Is", align="right", width=10, priority=2),
    Column("cost", "Cost", "money", priority=1),
    Column("state", "", "status", width=10, priority=0),
)
SHOWN_USES = 200
"""How many uses are shown at most."""


class Fix(Struct, frozen=True):
    """What an unknown line wants to know: what one `unit` of an item is."""

    item: str
    unit: str
    said: str


class Card(Struct, frozen=True):
    """One thing: its name, facts in short, its lines and uses as a table, a text."""

    thing: Thing
    slug: str
    title: str
    facts: tuple[str, ...]
    table: Table
    text: str = ""
    archived: bool = False
    fixes: Mapping[str, Fix] = field(default_factory=dict)
    uses: tuple[Use, ...] = ()


def read_card(thing: Thing, session: Session) -> Card:
    """Return a thing whole. Raises what its service raises when it is gone."""
    say = saying.amounts(session)
    if thing.kind == "recipe":
        return _recipe(thing, session, say)
    if thing.kind == "bundle":
        return _bundle(thing, session, say)
    if thing.kind == "item":
        return _item(thing, card_service.item_card(thing.id, session=session), say)
    product, item = card_service.product_card(thing.id, session=session)
    return _product(thing, product, item, say)


def _recipe(thing: Thing, session: Session, say: Say) -> Card:
    card = card_service.recipe_card(thing.id, session=session)
    keeps = sorted({days for days in card.keeps if days is not None})
    facts = (
        "makes " + " or ".join(f"{line.entered} {line.name}" for line in card.makes),
        f"step {card.step}",
        *_minutes(card.minutes, "hands"),
        *_minutes(card.oven_minutes, "oven"),
        *(f"keeps {days} days" for days in keeps),
        _cost(card.cost, card.at_least, card.unpriced, say, "a batch"),
        *_allergens(card.allergens),
    )
    return Card(
        thing,
        card.slug,
        card.name,
        facts,
        Table(COLUMNS, [*_lines(card.lines, say), *_uses(card.uses)], empty="No lines yet."),
        card.method or "",
        card.archived,
        _fixes(card.lines),
        card.uses,
    )


def _bundle(thing: Thing, session: Session, say: Say) -> Card:
    card = card_service.bundle_card(thing.id, session=session)
    facts = (
        _cost(card.cost, card.at_least, card.unpriced, say, "each"),
        *([] if card.keeps is None else [f"keeps {card.keeps} days"]),
        *_allergens(card.allergens),
    )
    return Card(
        thing,
        card.slug,
        card.name,
        facts,
        Table(COLUMNS, [*_lines(card.lines, say), *_uses(card.uses)], empty="It holds nothing."),
        archived=card.archived,
        fixes=_fixes(card.lines),
        uses=card.uses,
    )


def _item(thing: Thing, card: ItemCard, say: Say) -> Card:
    doc = card.doc
    facts = (
        doc.kind,
        f"counted in {doc.unit}",
        *([] if doc.shelf_life_days is None else [f"keeps {doc.shelf_life_days} days"]),
        *(["always on hand"] if doc.always_on_hand else []),
        *([] if card.price is None else [f"{_rate(card, say)}"]),
        *_allergens(doc.allergens),
    )
    rows = [*_equivalents(card), *_made_by(card), *_packs(card, say), *_uses(card.uses)]
    table = Table(COLUMNS, rows, empty="Nothing is known of it, and nothing uses it.")
    return Card(
        thing, doc.slug, doc.name, facts, table, doc.notes or "", doc.archived, uses=card.uses
    )


def _product(thing: Thing, product: ProductLine, item: ItemCard, say: Say) -> Card:
    facts = (
        f"{product.pack} of {item.doc.name}",
        say.money(product.price) if product.price is not None else "price unknown",
        *([f"at {product.store}"] if product.store else []),
        *([f"priced on {product.priced_on.isoformat()}"] if product.priced_on else []),
        *([f"barcode {product.barcode}"] if product.barcode else []),
        *(["preferred"] if product.preferred else []),
    )
    own = Row(
        f"item:{item.id}#of", (f"{product.pack}", item.doc.name, "", "", "its item"), style="muted"
    )
    others = [row for row in _packs(item, say) if row.key != thing.key]
    return Card(
        thing,
        product.slug,
        product.label,
        facts,
        Table(COLUMNS, [own, *others, *_uses(item.uses)]),
        archived=product.archived,
        uses=item.uses,
    )


def _minutes(minutes: int | None, where: str) -> list[str]:
    return [] if minutes is None else [f"{minutes} min {where}"]


def _allergens(allergens: Iterable[str]) -> list[str]:
    names = ", ".join(allergens)
    return [f"contains {names}"] if names else []


def _cost(
    cost: Decimal | None, at_least: Decimal, unpriced: Sequence[str], say: Say, each: str
) -> str:
    if cost is not None:
        return f"{say.money(cost)} {each}"
    names = ", ".join(unpriced[:3]) + (" …" if len(unpriced) > 3 else "")
    least = f", at least {say.money(at_least)} {each}" if at_least else ""
    return f"cost unknown{least} (without {names})"


def _rate(card: ItemCard, say: Say) -> str:
    """Say what an item costs, by a kilogram or litre where one gram would say little."""
    assert card.price is not None
    large = {"g": "kg", "ml": "l"}.get(card.doc.unit)
    if large is None:
        return f"{say.money(card.price)} each"
    return f"{say.money(card.price * 1000)} a {large}"


def _lines(lines: Sequence[CardLine], say: Say) -> Iterator[Row]:
    for number, line in enumerate(lines):
        name = f"{line.name}, {line.note}" if line.note else line.name
        exactly = "" if line.amount is None else say.amount(line.item_id, line.amount)
        cost: Cell = Money(line.cost, say.money(line.cost)) if line.cost is not None else None
        same = exactly == line.entered or line.always_on_hand
        yield Row(
            f"item:{line.item_id}#{number}",
            (
                line.entered,
                name,
                "" if same else exactly,
                "" if line.always_on_hand else cost,
                "unknown" if line.fix else "always" if line.always_on_hand else "",
            ),
            style="unknown" if line.fix else "muted" if line.always_on_hand else None,
        )


def _fixes(lines: Sequence[CardLine]) -> dict[str, Fix]:
    return {
        f"item:{line.item_id}#{number}": Fix(line.name, line.unit, line.fix)
        for number, line in enumerate(lines)
        if line.fix
    }


def _uses(uses: Sequence[Use]) -> Iterator[Row]:
    for number, use in enumerate(uses[:SHOWN_USES]):
        when = "" if use.day is None else use.day.isoformat()
        yield Row(
            f"{use.kind}:{use.id}#use{number}",
            (use.amount, f"in {use.name}", when, "", use.kind),
            style="muted",
        )
    if len(uses) > SHOWN_USES:
        yield Row("more", ("", f"and {len(uses) - SHOWN_USES} more", "", "", ""), style="muted")


def _equivalents(card: ItemCard) -> Iterator[Row]:
    for number, line in enumerate(equivalents_of(card.doc)):
        one, _, other = line.partition(" = ")
        yield Row(f"equal#{number}", (one, f"= {other}", "", "", ""))


def _made_by(card: ItemCard) -> Iterator[Row]:
    if card.made_by is not None:
        made = card.made_by
        yield Row(f"recipe:{made.id}#made", (made.amount, f"by {made.name}", "", "", "recipe"))


def _packs(card: ItemCard, say: Say) -> Iterator[Row]:
    for product in card.products:
        price: Cell = None
        if product.price is not None:
            price = Money(product.price, say.money(product.price))
        state = "preferred" if product.preferred else "product"
        yield Row(
            Thing("product", product.id).key,
            (product.pack, product.label, product.store or "", price, state),
            style="done" if product.preferred else None,
        )
