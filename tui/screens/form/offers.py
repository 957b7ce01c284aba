"""What can be named in a dialog: events, items, products, recipes, bundles, lots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct
from sqlalchemy.orm import Session

from bakehouse.plugin import Ref
from core.commands.model import Command, Given, Param, Wanted
from core.services import catalog_service, event_service, stock_service
from core.services.rows.events import EventRow
from core.services.rows.stock import LotRow
from tui.widgets.plain import folded, plain

Prefilled = Given | Ref
"""A value that a dialog opens with: as it would be typed, or the thing itself."""

NAMED = (Wanted.EVENT, Wanted.ITEM, Wanted.PRODUCT, Wanted.RECIPE, Wanted.BUNDLE, Wanted.LOT)


class Offer(Struct, frozen=True):
    """One thing that can be named: what is typed for it, and what is said beside it.

    `slug` is what else it is found by.
    """

    kind: str
    id: int
    text: str
    hint: str = ""
    slug: str = ""


Offers = Mapping[Wanted, Sequence[Offer]]


def read_offers(command: Command, session: Session) -> Offers:
    """Return what the parameters of a command can name."""
    wanted = {param.wanted for param in command.params}
    return {kind: _read(kind, session) for kind in NAMED if kind in wanted}


def _read(kind: Wanted, session: Session) -> Sequence[Offer]:
    if kind is Wanted.EVENT:
        # A command takes those that are put away too.
        events = event_service.list_events(session, archived=True)
        events.sort(key=lambda row: row.archived)
        return _offers("event", [(row.id, row.name, row.slug, _day(row)) for row in events])
    if kind is Wanted.RECIPE:
        recipes = catalog_service.list_recipes(session)
        return _offers("recipe", [(row.id, row.name, row.slug, row.makes) for row in recipes])
    if kind is Wanted.BUNDLE:
        bundles = catalog_service.list_bundles(session)
        return _offers("bundle", [(row.id, row.name, row.slug, row.holds) for row in bundles])
    items = catalog_service.list_items(session)
    named = _offers("item", [(row.id, row.name, row.slug, row.kind) for row in items])
    if kind is Wanted.ITEM:
        return named
    if kind is Wanted.LOT:
        lots = stock_service.list_lots(session=session)
        return [Offer("lot", lot.id, f"L{lot.id}", _hint(lot)) for lot in lots]
    products = catalog_service.list_products(session)
    packs = _offers(
        "product",
        [(row.id, row.label, row.slug, f"{row.item_name}, {row.pack}") for row in products],
    )
    bought = {row.id for row in items if row.kind in ("ingredient", "supply")}
    return [*packs, *(offer for offer in named if offer.id in bought)]


def _offers(kind: str, rows: Sequence[tuple[int, str, str, str]]) -> list[Offer]:
    """Offer things by name, or by slug where a name would not be enough."""
    names = Counter(folded(name) for _, name, _, _ in rows)
    return [
        Offer(
            kind,
            key,
            name if _can_be_typed(name) and names[folded(name)] == 1 else slug,
            hint,
            slug,
        )
        for key, name, slug, hint in rows
    ]


def _day(event: EventRow) -> str:
    return f"{event.date.isoformat()}{', archived' if event.archived else ''}"


def _hint(lot: LotRow) -> str:
    until = "" if lot.expires is None else f", good until {lot.expires.isoformat()}"
    return f"{lot.item_name}{until}"


def _can_be_typed(name: str) -> bool:
    return not name.isdigit() and plain(name) == name == name.strip()


def matching(offers: Sequence[Offer], typed: str) -> list[Offer]:
    """Return the offers that have each typed word, those that begin with it first."""
    words = folded(typed).split()
    found = [
        offer
        for offer in offers
        if all(word in f"{folded(offer.text)} {offer.slug}" for word in words)
    ]
    start = folded(typed.strip())
    return sorted(found, key=lambda offer: not folded(offer.text).startswith(start))


def opening_text(param: Param, value: Prefilled, offers: Offers) -> str:
    """Return what stands in a field when the dialog opens."""
    if isinstance(value, Ref):
        kinds = ("item", "bundle") if value.kind in ("item", "bundle") else (value.kind,)
        for offer in offers.get(param.wanted, ()):
            if offer.id == value.id and offer.kind in kinds:
                return offer.text
        return str(value.id)
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    return value if isinstance(value, str) else "; ".join(value)
