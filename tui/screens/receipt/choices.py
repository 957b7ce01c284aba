"""What a line of a receipt can name, the likeliest first: what was bought here the last time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct
from sqlalchemy.orm import Session

from core.errors import AmountError
from core.money import parse_money
from core.services import catalog_service, receipt_service, saying
from core.services._bought import TIMES
from core.services._packs import pack_word
from core.services._products import PACKS
from core.services.receipt_service import LastBought
from core.services.rows.catalog import ItemRow
from core.units import parse_amount
from core.usual_measures import plural
from tui.widgets.plain import folded

MOST = 50
"""How many choices are ranked to the end; nobody looks further."""
LETTERS = 3
"""The rank of a name that has only the letters, in their order."""
BOUGHT = ("ingredient", "supply")


class Choice(Struct, frozen=True):
    """Something that can be bought: how it is called, and the pack and price of a product.

    `comes_in` is what the packs of an item are called that is counted in pieces itself.
    """

    item_id: int
    product_id: int | None
    name: str
    folded: str
    pack: str = ""
    price: Decimal | None = None
    comes_in: str = ""

    @property
    def key(self) -> tuple[int, int | None]:
        """What it is, whatever it is called."""
        return self.item_id, self.product_id


class Choices(Struct, frozen=True):
    """All that can be bought, and what was, the last time, newest first."""

    all: tuple[Choice, ...]
    last: tuple[LastBought, ...]
    stores: tuple[str, ...]
    currency: str

    def of_last(self, last: LastBought) -> Choice | None:
        """Return what was bought as something to choose."""
        key = (last.item_id, last.product_id)
        return next((choice for choice in self.all if choice.key == key), None)

    def bought(self, choice: Choice, store: str) -> LastBought | None:
        """Return how it was bought the last time: at this store, else anywhere."""
        fits = [each for each in self.last if (each.item_id, each.product_id) == choice.key]
        here = [each for each in fits if folded(each.store or "") == folded(store)]
        return next(iter(here or fits), None)


def read_choices(session: Session) -> Choices:
    """Read what can be bought: products by their labels, and items by their names."""
    sold = catalog_service.list_products(session)
    products = [
        Choice(row.item_id, row.id, row.label, folded(row.label), row.pack, row.price)
        for row in sold
    ]
    words: dict[int, set[str]] = defaultdict(set)
    for product in sold:
        unit = parse_amount(product.pack).unit or ""
        words[product.item_id].add(pack_word(product.label, product.item_name, unit) or PACKS[0])
    items = [
        Choice(row.id, None, row.name, folded(row.name), comes_in=_comes_in(row, words[row.id]))
        for row in catalog_service.list_items(session)
        if row.kind in BOUGHT
    ]
    last = tuple(receipt_service.list_last_bought(session))
    stores = dict.fromkeys(each.store for each in last if each.store)
    return Choices((*products, *items), last, tuple(stores), saying.amounts(session).currency)


def _comes_in(row: ItemRow, words: Collection[str]) -> str:
    if row.unit != "each" or not words:
        return ""
    return next(iter(words)) if len(words) == 1 else PACKS[0]


def number_said(choice: Choice, amount: str) -> str:
    """Say what a bare number means of what is counted in pieces and comes in packs as well."""
    read = _parts(amount or "2")
    if not choice.comes_in or read is None or read[1] is not None:
        return ""
    number = amount or "2"
    word = choice.comes_in if read[0] == 1 else plural(choice.comes_in)
    return f"{number} = {number} × {choice.name}; {number} {word} for packs"


def offered(
    choices: Choices, typed: str, store: str, taken: Collection[tuple[int, int | None]]
) -> list[Choice]:
    """Return what is offered for what was typed, what was bought at this store first.

    For nothing typed: what was on the last receipt of this store and is not on this one yet.
    """
    here = [each for each in choices.last if folded(each.store or "") == folded(store.strip())]
    recent = {(each.item_id, each.product_id): place for place, each in enumerate(here)}
    if not typed.strip():
        found = (choices.of_last(each) for each in here)
        return [choice for choice in found if choice is not None and choice.key not in taken]
    wanted = folded(typed).strip()
    words = wanted.split()
    ranked: list[tuple[tuple[object, ...], Choice]] = []
    for choice in choices.all:
        rank = _rank(choice.folded, wanted, words)
        if rank is not None:
            place = recent.get(choice.key, len(here))
            is_item = choice.product_id is None
            far = rank == LETTERS
            taken_already = choice.key in taken
            key = (far, taken_already, place, is_item, rank, choice.folded, choice.key[0])
            ranked.append((key, choice))
    ranked.sort(key=lambda each: each[0])
    return [choice for _, choice in ranked[:MOST]]


def _rank(name: str, wanted: str, words: Sequence[str]) -> int | None:
    """Say how well a name fits: 0 begins so, 1 its words do, 2 has them, 3 has the letters."""
    if name.startswith(wanted):
        return 0
    if all(word in name for word in words):
        parts = name.split()
        return 1 if all(any(p.startswith(w) for p in parts) for w in words) else 2
    letters: Iterator[str] = iter(name)
    return LETTERS if len(wanted) > 2 and all(c in letters for c in wanted if c != " ") else None


def first_amount(choice: Choice, last: LastBought | None) -> str:
    """Return the amount a line opens with: the last one, else one pack."""
    if last is not None:
        return last.amount
    return f"1 x {choice.pack}" if choice.pack else ""


def likely_price(choice: Choice, last: LastBought | None, amount: str) -> str:
    """Return what an amount probably costs: at the last price, else at that of the pack."""
    known = None if last is None else last.paid
    before = first_amount(choice, last)
    if known is None:
        known, before = choice.price, f"1 x {choice.pack}"
    if known is None:
        return ""
    times = _times(amount, before)
    if times is None:
        return ""
    cents = round(Fraction(known) * times * 100)
    return f"{cents // 100}.{cents % 100:02}"


def _times(amount: str, before: str) -> Fraction | None:
    """Return how many times `before` an amount is, where both are said alike."""
    if amount.strip() == before.strip():
        return Fraction(1)
    now, then = _parts(amount), _parts(before)
    if now is None or then is None or not then[0]:
        return None
    alike = now[1] == then[1] or (now[1] is None and TIMES.fullmatch(before.strip()))
    return now[0] / then[0] if alike else None


def _parts(amount: str) -> tuple[Fraction, object] | None:
    times = TIMES.fullmatch(amount.strip())
    try:
        if times is not None:
            return parse_amount(times["packs"]).value, parse_amount(times["pack"])
        read = parse_amount(amount)
    except AmountError:
        return None
    return read.value, read.unit


def total(paid: Sequence[str]) -> tuple[Decimal, int]:
    """Return the sum of what can be read as prices, and how many are missing."""
    found, missing = Decimal(0), 0
    for text in paid:
        try:
            found += parse_money(text)
        except AmountError:
            missing += 1
    return found, missing
