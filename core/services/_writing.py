"""What the writers of documents share: collecting problems, reading amounts, ordered lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.documents import ItemDoc, LineDoc
from core.errors import (
    AmountError,
    BadDocument,
    BakehouseError,
    Problem,
    Refused,
    RuleBroken,
    UnknownAmount,
    UnreadableAmount,
    UnreadableArgument,
)
from core.models import Base, Item, ItemUnit
from core.money import parse_money
from core.money import to_micro as money_micro
from core.schema import KINDS
from core.services._facts import facts_of
from core.services._rules import check_kind, check_slug, check_spoken
from core.units import (
    STOCK_UNITS,
    Amount,
    Entered,
    ItemFacts,
    dimension,
    exact,
    factor_to_stock,
    missing_fact,
    parse_amount,
    to_micro,
    unrounded,
)


class Problems:
    """Collects what is wrong with one document, by path."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self.unreadable = False

    @contextmanager
    def at(self, path: str) -> Iterator[None]:
        """Note a broken rule inside the block under `path`, and go on."""
        try:
            yield
        except BadDocument as error:
            self.unreadable = self.unreadable or error.exit_code == 2
            self.found.extend(Problem(_join(path, p.path), p.message) for p in error.problems)
        except Refused as error:
            self.unreadable = self.unreadable or error.exit_code == 2
            self.found.append(Problem(path, str(error)))

    def check(self) -> None:
        """Raise `BadDocument` if anything was noted."""
        if self.found:
            raise BadDocument(self.found, unreadable=self.unreadable)


def _join(path: str, inner: str) -> str:
    return f"{path}.{inner}" if path and inner else path or inner


def facts_in(doc: ItemDoc) -> ItemFacts | None:
    """Return what a document says of converting amounts; None where that part of it is broken."""
    if doc.unit not in STOCK_UNITS:
        return None
    try:
        return ItemFacts(
            doc.name,
            doc.unit,
            read_positive(doc.grams_per_ml),
            read_positive(doc.grams_each),
            {name: parse_amount(text) for name, text in doc.measures.items()},
        )
    except BakehouseError:
        return None


def use_unit(session: Session, item: Item, unit: str) -> Fraction | None:
    """Return the factor from `unit` to the item's stock unit, working it out on first use.

    None is unknown (no density, no `grams_each`). Raises `UnknownUnit`.
    """
    known = session.get(ItemUnit, (item.id, unit))
    if known is None or known.factor is None:
        factor = (
            Fraction(1) if unit == item.unit else factor_to_stock(unit, facts_of(session, item))
        )
        if known is None:
            session.add(ItemUnit(item_id=item.id, unit=unit, factor=factor))
            session.flush()
        return factor
    return known.factor


def plain_number(given: object, what: str, *, allow_zero: bool = False) -> Fraction:
    """Return how many `what` an entry says: "2 1/2", or "1 dozen"; no other unit counts things."""
    amount = (
        given
        if isinstance(given, Amount)
        else parse_amount(cast(Any, given), allow_zero=allow_zero)
    )
    if amount.unit is None:
        return amount.value
    if dimension(amount.unit) != "count":
        raise RuleBroken(f"'{given}' is no number of {what}. Type a number, as 2 or 1/2.")
    each = factor_to_stock(amount.unit, ItemFacts(what, "each", None, None, {}))
    return amount.value * (each or Fraction(1))


def batches_of(given: object, recipe: str, step: Fraction, *, allow_zero: bool = False) -> Fraction:
    """Return how many batches of a recipe an entry says. Raises `RuleBroken` between its steps."""
    batches = plain_number(given, "batches", allow_zero=allow_zero)
    if batches % step:
        near = round(batches / step) * step
        meant = f" Write {exact(Amount(near, None))}." if unrounded(batches) == near else ""
        raise RuleBroken(
            f"{recipe} is made in steps of {step} batch; "
            f"{exact(Amount(batches, None))} is none of them.{meant}"
        )
    return batches


def stock_amount(session: Session, item: Item, given: object) -> Fraction | None:
    """Return an entered amount in the item's stock unit, or None where it is unknown.

    An `Amount` has been read already, and may be zero where its reader allowed it.
    """
    amount = given if isinstance(given, Amount) else parse_amount(cast(Any, given))
    factor = use_unit(session, item, amount.unit or item.unit)
    return None if factor is None else amount.value * factor


def known_amount(
    session: Session, item: Item, given: Entered | Amount, *, allow_zero: bool = False
) -> Fraction:
    """Return an entered amount in the item's stock unit. Raises `UnknownAmount`."""
    amount = parse_amount(given, allow_zero=allow_zero)
    found = stock_amount(session, item, amount)
    if found is None:
        unit = amount.unit or item.unit
        raise UnknownAmount(item.name, unit, missing_fact(unit, facts_of(session, item)))
    return found


def ledger_amount(given: object, amount: Fraction) -> int:
    """Return an amount in micro-units; what is too little to be counted is refused."""
    micro = to_micro(amount)
    if amount and not micro:
        raise AmountError(given, "it is less than a millionth of what stock is counted in")
    return micro


def read_amount(session: Session, item: Item, text: str) -> tuple[Fraction, str]:
    amount = parse_amount(text)
    unit = amount.unit or item.unit
    use_unit(session, item, unit)
    return amount.value, unit


def read_positive(text: str | None) -> Fraction | None:
    if text is None:
        return None
    try:
        amount = parse_amount(text)
    except UnreadableAmount as error:
        raise UnreadableAmount(text, error.reason, "Type a number, for example 1/2.") from None
    if amount.unit is not None:
        raise RuleBroken(f"'{text}' should be a plain number, without a unit.")
    return amount.value


def read_date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnreadableArgument(f"'{text}' is no date. Write it as 2026-12-15.") from None


def read_price(text: str | None) -> int | None:
    return None if text is None else money_micro(parse_money(text))


def check_name(problems: Problems, slug: str, name: str) -> None:
    with problems.at("slug"):
        check_slug(slug)
    with problems.at("name"):
        check_spoken(name)


def items_by_slug(session: Session, slugs: Iterable[str]) -> dict[str, Item]:
    """Return items by slug; unknown ones are missing."""
    found = session.scalars(select(Item).where(Item.slug.in_(set(slugs))))
    return {item.slug: item for item in found}


def found_item(items: Mapping[str, Item], slug: str, kinds: Sequence[str] = KINDS) -> Item:
    item = items.get(slug)
    if item is None:
        raise RuleBroken(f"There is no item '{slug}'.")
    check_kind(item.name, item.kind, kinds)
    return item


def line_up(session: Session, existing: Sequence[Base], rows: Sequence[Base]) -> None:
    """Bring ordered rows in line with `rows`: change in place, add, delete."""
    for old, new in zip(existing, rows, strict=False):
        for column in old.__table__.columns.keys():  # noqa: SIM118 - a ColumnCollection
            value = getattr(new, column)
            if column != "id" and getattr(old, column) != value:
                setattr(old, column, value)
    for row in existing[len(rows) :]:
        session.delete(row)
    session.add_all(rows[len(existing) :])


def read_lines(
    session: Session,
    problems: Problems,
    items: Mapping[str, Item],
    key: str,
    lines: Sequence[LineDoc],
    kinds: Sequence[str],
) -> list[tuple[Item, Fraction, str]]:
    ids = [items[line.item].id for line in lines if line.item in items]
    known = set(
        session.execute(
            select(ItemUnit.item_id, ItemUnit.unit).where(
                ItemUnit.item_id.in_(ids), ItemUnit.factor.is_not(None)
            )
        ).all()
    )
    read = []
    for number, line in enumerate(lines):
        item = None
        with problems.at(f"{key}[{number}].item"):
            item = found_item(items, line.item, kinds)
        with problems.at(f"{key}[{number}].amount"):
            if item is None:
                parse_amount(line.amount)
            else:
                amount = parse_amount(line.amount)
                unit = amount.unit or item.unit
                if (item.id, unit) not in known:
                    use_unit(session, item, unit)
                read.append((item, amount.value, unit))
    return read
