"""Lines as recipes keep them: made of what people wrote, and written for them again."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from sqlalchemy.orm import Session

from core.commands.known import KnownItem, KnownItems, known_items
from core.commands.lines import ReadLine, Resolve, read
from core.documents import ItemDoc, RecipeLineDoc
from core.errors import (
    BadDocument,
    ItemNotFound,
    NewInLine,
    Problem,
    RuleBroken,
    UnreadableArgument,
)
from core.services import catalog_service
from core.units import Amount, parse_amount
from core.usual_measures import length


def read_line(text: str, session: Session) -> RecipeLineDoc:
    """Return the item and amount of a line; a unique part of a name is enough.

    Raises:
        ItemNotFound, Ambiguous, AmountError, RuleBroken: It cannot be read.
    """
    known = known_items(session)
    line = read(text, known, _finding(known, session))
    if isinstance(line.error, ItemNotFound):
        raise NewInLine(line.error.name, line.error.near) from line.error
    if line.error is not None:
        raise line.error
    if line.item is None:
        raise UnreadableArgument(f"'{text}' should be an amount and an item, as '2 1/3 c flour'.")
    return RecipeLineDoc(item=line.item.slug, amount=line.amount, note=line.note)


def _finding(known: KnownItems, session: Session) -> Resolve:
    return lambda name: known.by_id[catalog_service.find_item(name, session=session).id]


def read_lines(
    texts: Sequence[str], session: Session, *, known: KnownItems, kind: str, where: str
) -> tuple[list[RecipeLineDoc], list[ItemDoc]]:
    """Return lines, and as documents the items of this kind that they name and nobody knows.

    Raises:
        BadDocument: Every line that cannot be read, or that may mean several items.
    """
    docs: list[RecipeLineDoc] = []
    new: dict[str, ItemDoc] = {}
    problems: list[Problem] = []
    for number, text in enumerate(texts, 1):
        line = read(text, known)
        if line.is_empty:
            continue
        error = line.error or which(line)
        if error is not None:
            problems.append(Problem(f"{where} {number}", str(error)))
            continue
        if line.item is not None:
            slug = line.item.slug
        else:
            own = new_kind(line, kind) if where == "line" else kind
            item = new.get(line.name.casefold()) or _new_item(line, own, [*new.values()], session)
            new[line.name.casefold()] = item
            slug = item.slug
        docs.append(RecipeLineDoc(item=slug, amount=line.amount, note=line.note))
    if problems:
        raise BadDocument(problems)
    return docs, list(new.values())


def new_kind(line: ReadLine, kind: str) -> str:
    """Return what a new item of a line becomes: what it is said to be, else mostly `kind`.

    What goes into something by length, as ribbon, is bought.
    """
    return line.kind or ("supply" if length(line.unit or "") else kind)


def which(line: ReadLine) -> RuleBroken | None:
    """Return why a line that may mean several items cannot be kept."""
    if not line.guesses or line.item is not None:
        return None
    names = " or ".join(item.name for item in line.guesses[:3])
    return RuleBroken(
        f"'{line.name}' may be {names}. Write its whole name, or \"{line.name}\" for a new item."
    )


def _new_item(line: ReadLine, kind: str, others: Sequence[ItemDoc], session: Session) -> ItemDoc:
    slug = base = catalog_service.free_slug("item", line.name, session=session)
    number = 1
    while slug in [other.slug for other in others]:
        number += 1
        slug = f"{base}-{number}"
    doc = ItemDoc(slug=slug, name=line.name, kind=kind, unit=line.stock_unit)
    counted_in = length(line.unit or "")
    if counted_in is not None:
        doc.measures, doc.display_unit = {counted_in: "1 each"}, counted_in
    return doc


def written_as(line: ReadLine, kind: str | None, known: KnownItems) -> str:
    """Return the line of a new item with what it is said to be; its name in quotes if need be."""
    rest = "".join(f", {part}" for part in (kind, line.note) if part)
    text = f"{line.amount} {line.name}{rest}"
    read_again = read(text, known)
    same = read_again.is_new and (read_again.name, read_again.kind) == (line.name, kind)
    return text if same else f'{line.amount} "{line.name}"{rest}'


def written(item_id: int, amount: str, note: str | None, known: KnownItems) -> str:
    """Return a line that reads as this item, amount and note; by name where that is enough."""
    item = known.by_id[item_id]
    rests = (f", {note}", f" ({note})") if note else ("",)
    texts = [f"{amount} {name}{rest}" for rest in rests for name in (item.name, item.slug)]
    wanted = parse_amount(amount)
    for text in texts:
        line = read(text, known)
        entered = parse_amount(line.amount) if line.amount else Amount(Fraction(0), None)
        if (line.item, line.note, entered) == (item, note, wanted):
            return text
    return f"{item.slug}={amount}"


def with_unit(amount: str, item: KnownItem) -> str:
    """Return an amount that is kept as people write it: of what is weighed with its unit."""
    bare = parse_amount(amount).unit is None and item.is_weighed
    return f"{amount} {item.facts.unit}" if bare else amount
