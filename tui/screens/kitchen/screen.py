"""The kitchen: recipes, bundles, items and products in four lists, each thing whole beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

from msgspec import Struct
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.timer import Timer

from bakehouse.plugin import Ref, Table
from core.errors import BakehouseError, NotFound
from core.services.rows.journal import ChangeRow
from core.session import KitchenSession
from tui.screens.base import KitchenScreen
from tui.screens.form.offers import Prefilled
from tui.screens.kitchen.card import CardTable, CardView
from tui.screens.kitchen.cards import Card, read_card
from tui.screens.kitchen.lists import read_list
from tui.screens.kitchen.things import KINDS, Kind, Thing, thing_of
from tui.screens.kitchen.uses import UsesScreen
from tui.widgets.footer import Footer
from tui.widgets.headline import Head, Headline
from tui.widgets.listing import Listing
from tui.widgets.notice import Notice
from tui.widgets.table import TableView
from tui.widgets.tabs import Tab, TabLine

SETTLED = 0.04
"""Seconds that the cursor rests on a row before the thing is read."""
WIDE = 110
LISTS: dict[Kind, str] = {kind: f"{kind.capitalize()}s" for kind in KINDS}


class Listed(Struct, frozen=True):
    """One list, and the thing under its cursor."""

    kind: Kind
    table: Table
    card: Card | None


class ThingList(Listing):
    """The list of things, where `c` copies a recipe and not a cell."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave `c` to the screen."""
        return action != "copy_cell" and super().check_action(action, parameters)


class CatalogueScreen(KitchenScreen[Listed]):
    """Everything that recipes are made of."""

    KEYS_OF = "kitchen"
    CSS_PATH = Path(__file__).with_name("kitchen.tcss")
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,e", "edit", "Edit", key_display="Enter", id="kitchen.edit"),
        Binding("n", "new", "New", id="kitchen.new"),
        Binding("c", "copy", "Copy", id="kitchen.copy", tooltip="a new one with these lines"),
        Binding("f", "fix", "Mend", id="kitchen.fix", tooltip="say what an unknown line wants"),
        Binding("R", "edit('name')", "Rename", id="kitchen.rename", show=False),
        Binding("w", "uses", "Where used", id="kitchen.uses"),
        Binding("x", "archive", "Archive", id="kitchen.archive", tooltip="or bring it back"),
        Binding("z", "archived", "Archived", id="kitchen.archived", show=False),
        Binding("m", "record('make')", "Make", id="kitchen.make", show=False),
        Binding("b", "record('buy')", "Buy", id="kitchen.buy", show=False),
        Binding("right", "turn(1)", "Next list", id="kitchen.next", show=False),
        Binding("left", "turn(-1)", "Previous list", id="kitchen.previous", show=False),
        *(
            Binding(
                str(n), f"list({n})", f"{kind.capitalize()}s", id=f"kitchen.{kind}s", show=False
            )
            for n, kind in enumerate(KINDS, 1)
        ),
        Binding("r", "reload", "Refresh", id="screen.refresh", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.kind: Kind = "recipe"
        self.with_archived = False
        self._places: dict[Kind, str] = {}
        self._before: frozenset[str] | None = None
        """The things there were before one was written; the new one gets the cursor."""
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay out the headline, the tabs, the list and the card, the keys."""
        yield Headline()
        yield TabLine()
        with Container(id="kitchen-body"):
            yield ThingList()
            yield CardView()
            yield Notice()
        yield Footer()

    def on_mount(self) -> None:
        """Say that it is coming."""
        self.head(Head("Kitchen"))
        self._show_tabs()
        self._show_notice("Opening the kitchen …")
        super().on_mount()

    # -- reading -----------------------------------------------------------------------------------

    def catch_up(self, change: ChangeRow) -> None:
        """Read again, and go to what was written here."""
        if change.kind == self.kind:
            self._before = frozenset(row.key for row in self.query_one(ThingList).table.table.rows)
        super().catch_up(change)

    def reader(self) -> Callable[[KitchenSession], Listed]:
        """Return what reads the open list and the thing under its cursor."""
        return partial(_read, self.kind, self.with_archived, self._places.get(self.kind))

    def present(self, data: Listed) -> None:
        """Show the list and the card."""
        if data.kind != self.kind:
            return
        self.query_one(Notice).display = False
        listing = self.query_one(ThingList)
        listing.display = True
        count = len(data.table.rows)
        archived = " with archived" if self.with_archived else ""
        self.head(Head("Kitchen", (f"{count} {self.kind}{'s' * (count != 1)}{archived}",)))
        listing.table.show_table(data.table)
        place = self._new_place(data.table) or self._places.get(self.kind)
        if place is not None:
            listing.table.move_to_key(place)
        self.query_one(CardView).display = bool(count)
        self._show_card(data.card)
        if self.focused is None:
            listing.table.focus()
        self.refresh_bindings()

    def _new_place(self, table: Table) -> str | None:
        before, self._before = self._before, None
        if before is None:
            return None
        return next((row.key for row in table.rows if row.key not in before), None)

    def present_error(self, error: BakehouseError) -> None:
        """Say why the kitchen cannot be read; what is shown stays."""
        if self.query_one(ThingList).table.table.rows and self.stays(error):
            return
        self._show_notice("The kitchen cannot be read", str(error), (("r", "try again"),))

    def _show_notice(
        self, title: str, message: str = "", keys: tuple[tuple[str, str], ...] = ()
    ) -> None:
        self.query_one(ThingList).display = False
        self.query_one(CardView).display = False
        notice = self.query_one(Notice)
        notice.display = True
        notice.say(title, message, keys)

    @on(TableView.Moved)
    def _moved(self, message: TableView.Moved) -> None:
        self.refresh_bindings()
        thing = self.thing
        if thing is None:
            return
        self._places[self.kind] = thing.key
        if self.card is not None and self.card.thing == thing:
            return
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(SETTLED, self.load_card)

    @work(exclusive=True, group="card")
    async def load_card(self) -> None:
        """Read the thing under the cursor."""
        session, thing = self._session, self.thing
        if session is None or thing is None:
            return
        try:
            card = await asyncio.wrap_future(session.submit(partial(read_card, thing)))
        except NotFound:
            self.load()
            return
        except BakehouseError as error:
            self.kitchen.say(str(error), "error")
            return
        if thing == self.thing:
            self._show_card(card)

    def _show_card(self, card: Card | None) -> None:
        self.query_one(CardView).show(card)
        self.refresh_bindings()

    @property
    def thing(self) -> Thing | None:
        """The thing under the cursor of the list."""
        listing = self.query_one(ThingList)
        row = listing.table.row if listing.display else None
        return None if row is None else thing_of(row.key)

    @property
    def named(self) -> dict[str, str]:
        """The thing under the cursor, as commands take it."""
        return {} if self.card is None else {self.kind: self.card.slug}

    @property
    def card(self) -> Card | None:
        """The card that is shown."""
        return self.query_one(CardView).card

    # -- going -------------------------------------------------------------------------------------

    def _show_tabs(self) -> None:
        self.query_one(TabLine).tabs = tuple(
            Tab(f"{n} {kind.capitalize()}s", n, kind == self.kind)
            for n, kind in enumerate(KINDS, 1)
        )

    def go_to(self, thing: Thing) -> None:
        """Open the list of a thing with the cursor on it."""
        self._places[thing.kind] = thing.key
        self._open(thing.kind)

    def _open(self, kind: Kind) -> None:
        listing = self.query_one(ThingList)
        if listing.filter.value:
            listing.action_clear()
        if kind != self.kind:
            self.kind = kind
            listing.table.sort_by(None)
            listing.table.show_table(Table(listing.table.table.columns, empty="…"))
            self._show_tabs()
        listing.table.focus()
        self.load()

    @on(TabLine.Chosen)
    def _chosen(self, message: TabLine.Chosen) -> None:
        self.action_list(message.place)

    def action_list(self, number: int) -> None:
        """Open a list by its number."""
        self._open(KINDS[number - 1])

    def action_turn(self, step: int) -> None:
        """Open the list beside this one."""
        self._open(KINDS[(KINDS.index(self.kind) + step) % len(KINDS)])

    @on(CardTable.Followed)
    def _followed(self, message: CardTable.Followed) -> None:
        card = self.card
        if card is not None and message.key in card.fixes:
            self.action_fix()
            return
        self._follow_key(message.key)

    @on(TableView.Selected)
    def _selected(self, message: TableView.Selected) -> None:
        if self.query_one(CardTable).has_focus:
            self.query_one(CardTable).action_follow()
        else:
            self.action_edit()

    def _follow_key(self, key: str | None) -> None:
        if key is None:
            return
        thing = thing_of(key)
        if thing is not None:
            self.go_to(thing)
        elif key.startswith("event:"):
            self.kitchen.open_event(int(key.partition("#")[0].removeprefix("event:")))

    def action_uses(self) -> None:
        """Show what uses the thing under the cursor."""
        if self.card is not None:
            self.app.push_screen(UsesScreen(self.card), self._follow_key)

    # -- doing -------------------------------------------------------------------------------------

    def action_new(self) -> None:
        """Write a new thing of this kind."""
        self.kitchen.ask(f"{self.kind} add")

    def action_edit(self, field: str = "") -> None:
        """Edit the thing under the cursor."""
        if self.card is not None:
            self.kitchen.ask(f"{self.kind} set", self.named, field=field)

    def action_copy(self) -> None:
        """Write a new thing that begins as a copy of this one."""
        if self.card is not None:
            self.kitchen.ask(f"{self.kind} add", {"copy of": self.card.slug})

    def action_fix(self) -> None:
        """Ask what an unknown line wants to know."""
        fix = self.query_one(CardView).fix
        if fix is not None:
            self.kitchen.ask("item equal", {"item": fix.item, "amount": f"1 {fix.unit}"})

    def action_archive(self) -> None:
        """Put the thing under the cursor away, or bring it back."""
        if self.card is not None:
            given = {**self.named, "restore": self.card.archived}
            self.kitchen.do(f"{self.kind} archive", given)

    def action_archived(self) -> None:
        """Show what is archived too, or not."""
        self.with_archived = not self.with_archived
        self.load()

    def action_record(self, name: str) -> None:
        """Record a batch of the recipe, or a purchase of the item, under the cursor."""
        thing = self.thing
        if thing is None:
            return
        given: dict[str, Prefilled] = {}
        if name == "make":
            given = {"recipe": Ref("recipe", thing.id), "batches": "1"}
        elif thing.kind == "item":
            given = {"what": Ref("item", thing.id)}
        elif self.card is not None:
            given = {"what": self.card.title}
        self.kitchen.ask(name, given)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what the thing under the cursor allows."""
        if not self.is_mounted:
            return False
        if action in ("new", "edit", "copy", "fix", "archive", "record") and self.kitchen.readonly:
            return False
        if action in ("edit", "uses", "archive"):
            return self.card is not None
        if action == "copy":
            return self.card is not None and self.kind in ("recipe", "bundle")
        if action == "fix":
            return self.query_one(CardView).fix is not None
        if action == "record":
            wanted = ("recipe",) if parameters[0] == "make" else ("item", "product")
            return self.card is not None and self.kind in wanted
        return True


def _read(kind: Kind, archived: bool, place: str | None, session: KitchenSession) -> Listed:
    table = read_list(kind, session, archived=archived)
    keys = [row.key for row in table.rows]
    key = place if place in keys else keys[0] if keys else None
    thing = None if key is None else thing_of(key)
    return Listed(kind, table, None if thing is None else read_card(thing, session))
