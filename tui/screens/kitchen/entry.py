"""Writing a recipe, bundle, item or product: one continuous form whose lines are text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget

from bakehouse.plugin import Ref
from core.amount_words import singular
from core.commands.catalog import NEW_COMPONENT, NEW_INPUT
from core.commands.model import NONE, Given, Param, Wanted
from core.errors import BakehouseError
from tui.drafts import Draft
from tui.screens.form.differences import DifferencesView
from tui.screens.form.fields import Field, FieldInput, label_of
from tui.screens.form.screen import FormScreen
from tui.screens.kitchen.lines import LinesField
from tui.screens.kitchen.opening import Opening, Wish, read_opening
from tui.screens.kitchen.tellers import EqualsTeller, LineTeller, OutputTeller, Teller
from tui.screens.kitchen.things import KINDS, Kind
from tui.widgets.plain import folded, plain
from tui.widgets.words import Words

if TYPE_CHECKING:
    from core.services.rows.journal import ChangeRow
    from tui.app import BakehouseApp

COPY_OF = "copy of"
"""What a new thing is given as to begin as a copy of another one."""
LAYOUT: Mapping[Kind, tuple[tuple[str, ...], ...]] = {
    "recipe": (
        ("name",),
        ("makes",),
        ("line",),
        ("step", "minutes", "oven_minutes", "keeps"),
        ("category",),
        ("method",),
    ),
    "bundle": (("name",), ("line",)),
    "item": (
        ("name",),
        ("kind", "unit"),
        ("equals",),
        ("shelf_life_days", "display_unit", "always_on_hand"),
        ("category", "allergen"),
        ("notes",),
    ),
    "product": (
        ("item",),
        ("pack", "price"),
        ("store",),
        ("label",),
        ("barcode", "preferred"),
    ),
}
LABELS = {
    "line": "Lines",
    "equals": "Equals",
    "minutes": "Hands, min",
    "oven_minutes": "Oven, min",
    "keeps": "Keeps, days",
    "shelf_life_days": "Keeps, days",
    "display_unit": "Shown in",
    "always_on_hand": "Always there",
    "allergen": "Allergens",
}
KEYS = "Ctrl+S keeps it · Enter goes on · Tab takes · ↑↓ choose · Esc leaves a draft"
NO_CATEGORY = "A number is no category. Does it belong into the field before?"
SHOWN_OFFERS = 5


def is_entry(name: str, given: Mapping[str, object]) -> bool:
    """Tell whether a command is written as an entry: a new thing, or one that is known."""
    kind, _, verb = name.partition(" ")
    return kind in KINDS and (verb == "add" or (verb == "set" and kind in given))


class EntryScreen(FormScreen, inherit_bindings=False):
    """Asks for a thing as people write it down; what was typed is never lost."""

    KEYS_OF = "kitchen entry"
    CSS_PATH: ClassVar = [*FormScreen.CSS_PATH, Path(__file__).with_name("entry.tcss")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "drop", "Leave", id="entry.leave", priority=True),
        Binding("enter", "go_on", "Go on", id="entry.on", priority=True),
        Binding("tab", "take", "Take", show=False, priority=True),
        Binding("shift+tab", "back", "Back", show=False, priority=True),
        Binding("ctrl+s", "record", "Keep it", id="entry.keep", priority=True),
        Binding("ctrl+g", "mend", "Mend the line", id="entry.mend", priority=True),
        Binding("ctrl+r", "anew", "Throw the draft away", id="entry.anew", priority=True),
        Binding("pagedown", "scroll(1)", "More", show=False, priority=True),
        Binding("pageup", "scroll(-1)", "Less", show=False, priority=True),
    ]

    def __init__(self, name: str, given: Mapping[str, object], *, field: str = "") -> None:
        super().__init__(name, {})
        self.kind = cast(Kind, self.command.words[0])
        self.sets = self.command.words[1] == "set"
        named = cast("Mapping[str, str | Ref | None]", given)
        thing = named.get(self.kind) if self.sets else None
        self._wish = Wish(thing, named.get(COPY_OF), named.get("item"))
        self.slug = ""
        """Of the thing that is edited, once it has been read."""
        self._first = field
        self.keys_wait = self.sets
        self._opening: Opening | None = None
        self._teach_made: Callable[[], None] = lambda: None
        self._before: dict[str, str] = {}

    @property
    def kitchen(self) -> BakehouseApp:
        """The app, by its own type."""
        return cast("BakehouseApp", self.app)

    def compose(self) -> ComposeResult:
        """Lay out the title, the fields and lines, what is offered, what would change, keys."""
        with Vertical(id="entry"):
            yield Words(self.command.title, id="form-title")
            with VerticalScroll(id="entry-fields", can_focus=False):
                yield from self._rows()
            yield Words("", id="form-offers")
            yield Words("", id="form-message")
            yield DifferencesView()
            yield Words(KEYS, id="form-keys")

    def _rows(self) -> Iterator[Widget]:
        params = {param.name: param for param in self.command.params}
        rows = [[params[name] for name in row if name in params] for row in LAYOUT[self.kind]]
        width = max(len(self.label(row[0])) for row in rows if row) + 2
        for row in filter(None, rows):
            fields = [self._field(param, width if n == 0 else 0) for n, param in enumerate(row)]
            yield fields[0] if len(fields) == 1 else Horizontal(*fields, classes="entry-row")

    def _field(self, param: Param, width: int) -> Widget:
        lines = param.wanted in (Wanted.LINE, Wanted.EQUALS) and param.many
        return (LinesField if lines else Field)(param, width, self.label(param))

    def label(self, param: Param) -> str:
        """Return what stands beside the field of a parameter."""
        return LABELS.get(param.name, label_of(param))

    # -- opening -----------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Let people type at once; what can be named comes meanwhile."""
        for field in self.query(".entry-row FieldInput").results(FieldInput):
            field.placeholder = ""
        if not self.sets:
            self._focus_first()
        super().on_mount()

    @work(exclusive=True, group="fill")
    async def fill(self) -> None:
        """Fill the fields with the thing as it is, or with the draft of it."""
        session = self._session
        assert session is not None
        read = partial(read_opening, self.command, self.kind, self._wish)
        try:
            opening = await asyncio.wrap_future(session.submit(read))
        except BakehouseError as error:
            self._say(str(error), bad=True)
            self.take_keys()
            return
        first = self._opening is None
        self._opening = opening
        self.slug = opening.slug or ""
        self._teach(opening)
        if first:
            typed = {name: text for name, text in self.texts.items() if text}
            self._before = {**dict.fromkeys(self.texts, ""), **opening.texts}
            self._write({**opening.texts, **typed})
            self._offer_draft(typed)
            self._named()
            self._ready = True
            if self.sets or self._wish != Wish():
                self._focus_first()
        self.look()

    def _teach(self, opening: Opening) -> None:
        """Give the fields what can be named."""
        new = NEW_COMPONENT if self.kind == "bundle" else NEW_INPUT
        outputs = OutputTeller(opening.outputs, lambda: self.texts.get("name", ""))
        inputs = LineTeller(opening.inputs, new)
        self._teach_made = partial(self._tell_made, outputs, inputs)
        self._teach_made()
        tellers: dict[str, Teller] = {
            "makes": outputs,
            "line": inputs,
            "equals": EqualsTeller(lambda: self.texts.get("unit") or opening.unit),
        }
        for lines in self.query(LinesField):
            lines.teller = tellers[lines.param.name]
            lines.tell()
        for field in self.query(Field):
            field.offer(opening.offers.get(field.param.wanted, field.offers))

    def _write(self, texts: Mapping[str, str]) -> None:
        for field in self.query(Field):
            text = texts.get(field.param.name, "")
            if field.text != text:
                with field.prevent(Field.Changed):
                    field.input.value = text
        for lines in self.query(LinesField):
            text = texts.get(lines.param.name, "")
            if "\n".join(lines.lines) != text:
                lines.load(text)

    def _offer_draft(self, typed: Mapping[str, str]) -> None:
        draft = self.kitchen.drafts.find(*self._draft_key)
        if draft is not None:
            self._write({**draft.texts, **typed})
            title = f"{self.command.title} · your draft is back, Ctrl+R begins anew"
            self.query_one("#form-title", Words).say(title)

    def _focus_first(self) -> None:
        first = self._first or ("line" if self.sets else "")
        lines = next((each for each in self.query(LinesField) if each.param.name == first), None)
        if lines is not None:
            lines.focus_end()
            return
        fields = [*self.query(Field)]
        waiting = [each for each in fields if each.param.name == first or each.is_missing]
        self.set_focus((waiting or fields)[0].input)

    # -- what is written ---------------------------------------------------------------------------

    @property
    def texts(self) -> dict[str, str]:
        """What stands in each field, by its parameter."""
        texts = {field.param.name: field.text for field in self.query(Field)}
        texts |= {each.param.name: "\n".join(each.lines) for each in self.query(LinesField)}
        return texts

    @property
    def values(self) -> dict[str, Given]:
        """What was changed, as the command takes it.

        The field that the entry was opened for is taken as it stands: that confirms it.
        """
        known = {param.name for param in self.command.params}
        values: dict[str, Given] = {self.kind: self.slug} if self.sets else {}
        if "new_items" in known:
            values["new_items"] = True
        for name, text in self.texts.items():
            same = text == self._before.get(name, "").strip()
            if self.sets and same and not (text and name == self._first):
                continue
            param = self.command.param(name)
            if not text:
                values[name] = _nothing(param) if self.sets else None
            elif param.wanted in (Wanted.LINE, Wanted.EQUALS):
                values[name] = text.split("\n")
            elif param.many:
                values[name] = [part.strip() for part in text.split(";") if part.strip()]
            else:
                values[name] = text
        return values

    @property
    def _draft_key(self) -> tuple[str, str]:
        return self.command.name, self.slug or str(self._wish)

    # -- while one writes --------------------------------------------------------------------------

    @on(LinesField.Offered)
    def _offered(self, message: LinesField.Offered) -> None:
        field = message.field
        if not field.area.has_focus:
            return
        here = field.here
        text = field.hint
        if here.state == "which":
            names = [
                f"[{plain(offer.name)}]" if n == field.offer else plain(offer.name)
                for n, offer in enumerate(here.offers)
            ][field.offer : field.offer + SHOWN_OFFERS]
            more = len(here.offers) - field.offer - len(names)
            rest = f" · {more} more" if more > 0 else ""
            text = f"Tab takes {' · '.join(names)}{rest}   Esc: a new item"
        elif here.item is not None:
            text = f"{plain(here.text)} · Ctrl+G mends it"
        elif here.otherwise:
            text = f"{plain(here.text)} · Ctrl+G: {here.otherwise} instead"
        elif here.state in ("of what", "bad"):
            text = plain(here.text)
        self.query_one("#form-offers", Words).say(text)
        self._keep_in_sight(field)

    def _keep_in_sight(self, field: LinesField) -> None:
        body = self.query_one("#entry-fields", VerticalScroll)
        y = field.virtual_region.y + field.row
        top, height = body.scroll_offset.y, body.size.height
        if y < top or y >= top + height:
            target = y if y < top else y - height + 1
            body.scroll_to(y=target, animate=False, force=True)

    def _tell_made(self, outputs: OutputTeller, inputs: LineTeller) -> None:
        """Tell those who read the lines what is made of them."""
        texts = self.texts
        makes = texts.get("makes")
        named = {folded(texts.get("name", ""))}
        inputs.made = named if makes is None else outputs.names(makes.split("\n"))

    @on(Field.Changed)
    def _named(self) -> None:
        self._teach_made()
        for lines in self.query(LinesField):
            if not lines.area.has_focus:
                lines.tell()

    def rested(self) -> None:
        """Keep what was typed, in case the program ends."""
        self.keep_draft()
        super().rested()

    def keep_draft(self) -> bool:
        """Keep what was typed; False where that is nothing new."""
        if not self._ready:
            return False
        texts, drafts = self.texts, self.kitchen.drafts
        if texts == self._before:
            drafts.drop(*self._draft_key)
            return False
        drafts.keep(Draft(*self._draft_key, texts))
        return True

    async def action_go_on(self) -> None:
        """Open the next line, or go to the next field; after the last one keep it."""
        await self.caught_up()
        lines = self._lines_here
        if lines is not None:
            if not lines.next_line():
                self.focus_next()
            return
        fields = [*self.query(".field")]
        here = next((field for field in self.query(Field) if field.input.has_focus), None)
        if here is not None and here is fields[-1]:
            await self.action_record()
        elif here is not None:
            here.go_on()

    async def action_take(self) -> None:
        """Take what is offered, else go to the next field."""
        await self.caught_up()
        lines = self._lines_here
        if lines is None:
            await self.action_go_on()
        elif not lines.take():
            self.focus_next()

    async def action_back(self) -> None:
        """Go to the field before this one."""
        await self.caught_up()
        self.focus_previous()

    @property
    def _lines_here(self) -> LinesField | None:
        return next((each for each in self.query(LinesField) if each.area.has_focus), None)

    async def action_mend(self) -> None:
        """Ask what the line under the cursor wants to know of its item; make a new one another."""
        await self.caught_up()
        lines = self._lines_here
        if lines is None:
            return
        here = lines.here
        if here.otherwise:
            lines.switch()
        if here.item is None:
            return
        given = {"item": here.item.slug, "amount": f"1 {singular(here.unit)}"}
        self.app.push_screen(FormScreen("item equal", given), self._mended)

    def _mended(self, change: ChangeRow | None) -> None:
        if change is not None:
            self.kitchen.done(change)
            self.fill()

    def action_anew(self) -> None:
        """Throw the draft away."""
        if self._opening is not None:
            self.kitchen.drafts.drop(*self._draft_key)
            self._write(self._opening.texts)
            self.query_one("#form-title", Words).say(self.command.title)
            self._focus_first()
            self.look()

    def can_be_tried(self) -> bool:
        """Say what is still missing, or which line cannot be kept; True where all can."""
        if not super().can_be_tried():
            return False
        for lines in self.query(LinesField):
            bad = lines.bad_rows()
            if not bad:
                continue
            left = [row for row in bad if row != lines.row or not lines.area.has_focus]
            self._say(f"Line {left[0] + 1}: {_why_not(lines, left[0])}" if left else "")
            self._show(None)
            return False
        if self._misplaced is not None:
            self._say(NO_CATEGORY, bad=True)
            self._show(None)
        return self._misplaced is None

    @property
    def _misplaced(self) -> Field | None:
        """The category, where a number stands in it: one Enter too many after the minutes."""
        return next(
            (f for f in self.query(Field) if f.param.name == "category" and f.text.isdigit()), None
        )

    # -- doing it ----------------------------------------------------------------------------------

    async def action_record(self) -> None:
        """Keep it, if every line can be kept; else go to the first that cannot."""
        await self.caught_up()
        for lines in self.query(LinesField):
            bad = lines.bad_rows()
            if bad:
                lines.go_to(bad[0])
                self._say(_why_not(lines, bad[0]), bad=True)
                return
        if self._misplaced is not None:
            self.set_focus(self._misplaced.input)
            self._say(NO_CATEGORY, bad=True)
            return
        await super().action_record()

    async def action_drop(self) -> None:  # type: ignore[override]
        """Refuse what is offered, or leave; what was typed is kept as a draft."""
        await self.caught_up()
        lines = self._lines_here
        if lines is not None and lines.refuse():
            return
        if self.recording:
            return
        if self.keep_draft():
            self.kitchen.say("The draft is kept; open it again to go on.")
        self.dismiss(None)

    def dismiss(self, result: ChangeRow | None = None) -> object:  # type: ignore[override]
        """Leave; what has been kept is no draft any more."""
        if result is not None:
            self.kitchen.drafts.drop(*self._draft_key)
        return super().dismiss(result)


def _nothing(param: Param) -> Given:
    """Return what takes a value away."""
    if param.wanted is Wanted.FLAG:
        return "no"
    return [NONE] if param.many else NONE


def _why_not(lines: LinesField, row: int) -> str:
    told = lines.told[row]
    if told.state == "which":
        return f"Is “{told.typed}” {told.offers[0].name}? Tab takes it, Esc makes a new item."
    return told.text
