"""How items and products are written."""

from __future__ import annotations

from fractions import Fraction
from typing import cast

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.documents import (
    ItemDoc,
    ProductDoc,
)
from core.errors import UnknownUnit
from core.models import Base, Item, ItemUnit, Measure, Product
from core.schema import KINDS
from core.services._facts import facts_of
from core.services._nature import check_new_nature
from core.services._rules import (
    BOUGHT,
    check_not_negative,
    check_one_of,
    check_only_preferred,
    check_stock_unit,
)
from core.services._writing import (
    Problems,
    check_name,
    found_item,
    items_by_slug,
    ledger_amount,
    read_amount,
    read_date,
    read_positive,
    read_price,
    use_unit,
)
from core.units import (
    Amount,
    ItemFacts,
    check_measures,
    factor_to_stock,
    parse_amount,
)


def put_item(session: Session, doc: ItemDoc) -> None:
    """Write an item with its measures; mending a density mends every line that uses it."""
    problems = Problems()
    check_name(problems, doc.slug, doc.name)
    with problems.at("kind"):
        check_one_of(doc.kind, KINDS)
    with problems.at("unit"):
        check_stock_unit(doc)
    numbers: dict[str, Fraction | None] = {}
    for field in ("grams_per_ml", "grams_each"):
        with problems.at(field):
            numbers[field] = read_positive(getattr(doc, field))
    measures: dict[str, Amount] = {}
    for name, text in doc.measures.items():
        with problems.at(f"measures.{name}"):
            measures[name] = parse_amount(text)
    with problems.at("shelf_life_days"):
        check_not_negative(doc.shelf_life_days)
    problems.check()
    with problems.at("measures"):
        facts = ItemFacts(
            doc.name, doc.unit, numbers["grams_per_ml"], numbers["grams_each"], measures
        )
        check_measures(facts)
    problems.check()
    item = session.scalar(select(Item).where(Item.slug == doc.slug))
    if item is None:
        item = Item(slug=doc.slug)
        session.add(item)
    elif (item.kind, item.unit) != (doc.kind, doc.unit):
        with problems.at("unit" if item.unit != doc.unit else "kind"):
            check_new_nature(session, item, doc)
        problems.check()
    item.name, item.kind, item.unit = doc.name, doc.kind, doc.unit
    item.grams_per_ml, item.grams_each = numbers["grams_per_ml"], numbers["grams_each"]
    item.display_unit, item.category, item.notes = doc.display_unit, doc.category, doc.notes
    item.shelf_life_days, item.always_on_hand = doc.shelf_life_days, doc.always_on_hand
    item.allergens, item.archived = list(doc.allergens), doc.archived
    session.flush()
    rows: list[Base] = [
        Measure(item_id=item.id, name=name, amount=amount.value, unit=amount.unit or doc.unit)
        for name, amount in sorted(measures.items())
    ]
    existing = session.scalars(
        select(Measure).where(Measure.item_id == item.id).order_by(Measure.name)
    ).all()
    if [(m.name, m.amount, m.unit) for m in existing] != [
        (m.name, m.amount, m.unit) for m in cast(list[Measure], rows)
    ]:
        session.execute(delete(Measure).where(Measure.item_id == item.id))
        session.expire_all()
        session.add_all(rows)
        session.flush()
    _renew_factors(session, item)


def _renew_factors(session: Session, item: Item) -> None:
    units = session.scalars(select(ItemUnit).where(ItemUnit.item_id == item.id)).all()
    facts = facts_of(session, item) if units else None
    for known in units:
        try:
            known.factor = (
                Fraction(1)
                if known.unit == item.unit or facts is None
                else factor_to_stock(known.unit, facts)
            )
        except UnknownUnit:
            known.factor = None
    session.flush()


def put_product(session: Session, doc: ProductDoc) -> None:
    """Write a product. At most one product of an item is preferred."""
    problems = Problems()
    check_name(problems, doc.slug, doc.label)
    item: Item | None = None
    amount, unit, price, priced_on = Fraction(1), "", None, None
    with problems.at("item"):
        items = items_by_slug(session, [doc.item])
        item = found_item(items, doc.item, BOUGHT)
    with problems.at("pack"):
        if item is not None:
            amount, unit = read_amount(session, item, doc.pack)
            size = use_unit(session, item, unit)
            if size is not None:
                ledger_amount(doc.pack, amount * size)
    with problems.at("price"):
        price = read_price(doc.price)
    with problems.at("priced_on"):
        priced_on = read_date(doc.priced_on)
    problems.check()
    product = session.scalar(select(Product).where(Product.slug == doc.slug))
    with problems.at("preferred"):
        other = session.scalar(
            select(Product.slug).where(
                Product.item_id == item.id, Product.preferred, Product.slug != doc.slug
            )
        )
        if doc.preferred:
            check_only_preferred(item.name, other)
    problems.check()
    if product is None:
        product = Product(slug=doc.slug)
        session.add(product)
    product.item_id, product.label, product.amount, product.unit = item.id, doc.label, amount, unit
    product.price, product.priced_on = price, priced_on
    product.store, product.barcode = doc.store, doc.barcode
    product.preferred, product.archived = doc.preferred, doc.archived
    session.flush()
