"""The dialog of a command: its fields, what it would change, and doing it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.reactive import var
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from bakehouse.plugin import Ref
from core.commands import command, run
from core.commands.model import Command, Given, Param, Wanted
from core.commands.openings import deliver_quantity, event_fields, line_of, ordered, target_batches
from core.commands.preview import Preview, preview_of
from core.errors import BakehouseError, Interrupted
from core.services.rows.journal import ChangeRow
from core.session import KitchenSession
from core.worker import SessionWorker
from tui.screens.dialog import Dialog
from tui.screens.form.differences import DifferencesView
from tui.screens.form.faults import fault_of
from tui.screens.form.fields import Field, FieldInput, label_of
from tui.screens.form.offers import Offer, Offers, Prefilled, opening_text, read_offers
from tui.threads import in_thread
from tui.widgets.plain import plain
from tui.widgets.words import Words

DEBOUNCE = 0.15
PATIENCE = 2.0
"""Seconds to wait for keys that are on their way to a field."""
SHOWN_OFFERS = 6
NEW_EVENTS = ("event add", "event copy")
OF_LINES = ("event line", "deliver")
"""What is about the lines of an event: who has ordered something is offered."""


class FormScreen(Dialog[ChangeRow | None]):
    """Asks for the parameters of a command and shows what it would change while one types."""

    KEYS_OF = "forms"
    CSS_PATH: ClassVar = [Path(__file__).with_name("form.tcss")]
    AUTO_FOCUS = ""
    KEYS = "Enter does it · Esc drops it · ↑↓ choose · Tab next"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "drop", "Drop", id="form.drop"),
        Binding("enter", "record", "Do it", id="form.record", priority=True),
        Binding("pagedown", "scroll(1)", "More", show=False, priority=True),
        Binding("pageup", "scroll(-1)", "Less", show=False, priority=True),
    ]

    recording: var[bool] = var(False, init=False)
    """Whether it is being done."""
    _ready: var[bool] = var(False, init=False)
    """Whether the fields have been filled."""

    def __init__(
        self,
        asked: str | Command,
        given: Mapping[str, Prefilled],
        *,
        event_id: int | None = None,
    ) -> None:
        super().__init__()
        self.command = command(asked) if isinstance(asked, str) else asked
        self.given_before = given
        # What a new event takes, it takes from all.
        self.about_event = None if self.command.name in NEW_EVENTS else event_id
        self.preview: Preview | None = None
        self.looked = False
        """Whether what would change has been looked at since something was typed."""
        self._session: SessionWorker | None = None
        self._timer: Timer | None = None
        self.keys_wait = True

    def watch_recording(self, recording: bool) -> None:
        """Have what is typed meanwhile wait: it is for what comes after, or for a refused form."""
        self.keys_wait = recording
        if not recording:
            self.take_keys()

    def watch__ready(self, ready: bool) -> None:
        """Take what was typed before there were fields to type in."""
        if ready:
            self.take_keys()

    def compose(self) -> ComposeResult:
        """Lay out the title, the fields, what is offered, what would change, the keys."""
        params = [p for p in self.command.params if p.asked or p.name in self.given_before]
        labels = [self.label(param) for param in params]
        width = max(map(cell_len, labels), default=0) + 2
        with Vertical(id="form"):
            yield Words(self.command.title, id="form-title")
            yield Words(self.command.summary, id="form-summary")
            with VerticalScroll(id="form-fields", can_focus=False):
                for param, label in zip(params, labels, strict=True):
                    needed = bool(param.instead) and param.instead not in self.given_before
                    yield Field(param, width, label, required=needed)
            yield Words("", id="form-offers")
            yield Words("", id="form-message")
            yield DifferencesView()
            yield Words(self.KEYS, id="form-keys")

    def label(self, param: Param) -> str:
        """Return what stands beside the field of a parameter."""
        return label_of(param)

    def about(self, field: Field) -> str:
        """Return what is said of a field while it has the focus and nothing is offered."""
        return field.param.help

    def on_mount(self) -> None:
        """Read what can be named, then fill the fields."""
        self._session = SessionWorker(name="form")
        self.watch(self.app, "newest", self._look_again, init=False)
        self.fill()

    def on_unmount(self) -> None:
        """Have the session closed on its own thread."""
        if self._session is not None:
            self._session.close()

    @work(exclusive=True, group="fill")
    async def fill(self) -> None:
        """Fill the fields with what is known already."""
        session = self._session
        assert session is not None
        try:
            offers, opening = await asyncio.wrap_future(session.submit(self._read))
        except BakehouseError as error:
            self._say(str(error), bad=True)
            self.take_keys()
            return
        self._fill(offers, opening)
        self._ready = True
        self.look()

    def _read(self, session: KitchenSession) -> tuple[Offers, Mapping[str, str]]:
        offers = read_offers(self.command, session)
        event = self.given_before.get("event")
        if self.command.name in OF_LINES and isinstance(event, Ref):
            return self._read_lines(event.id, offers, session)
        if self.command.name == "event set" and isinstance(event, Ref):
            return offers, event_fields(event.id, session)
        recipe = self.given_before.get("recipe")
        target = self.command.name == "event target"
        if target and isinstance(event, Ref) and isinstance(recipe, Ref):
            return offers, {"batches": target_batches(event.id, recipe.id, session)}
        return offers, {}

    def _read_lines(
        self, event_id: int, offers: Offers, session: KitchenSession
    ) -> tuple[Offers, Mapping[str, str]]:
        """Offer for whom the event ordered something, and what of it can be handed out.

        Of what has several lines, or none, there is nothing to say.
        """
        wanted, item = ordered(event_id, session), self.given_before.get("item")
        people = [Offer("recipient", n, who) for n, who in enumerate(wanted.recipients)]
        named = {**offers, Wanted.TEXT: people}
        if self.command.name == "event line":
            return named, line_of(wanted, item.id) if isinstance(item, Ref) else {}
        named[Wanted.ITEM] = [each for each in offers[Wanted.ITEM] if each.id in wanted.items]
        opening = {}
        if isinstance(item, Ref) and item.id in wanted.items:
            opening["quantity"] = deliver_quantity(event_id, item.id, session)
        elif isinstance(item, Ref):
            opening["item"] = ""
        return named, opening

    def _fill(self, offers: Offers, opening: Mapping[str, str]) -> None:
        fields = list(self.query(Field))
        for field in fields:
            field.offer(offers.get(field.param.wanted, field.offers))
            name = field.param.name
            value = opening.get(name, self.given_before.get(name))
            with field.prevent(Field.Changed):
                if not field.text:
                    field.input.value = opening_text(field.param, value, offers)
        waiting = [field for field in fields if field.is_missing]
        known = [
            field
            for field in fields
            if field.param.name in {**self.given_before, **opening}
            and field.param.name != "event"
            and field.text
        ]
        numbers = [field for field in known if not field.offers]
        first = waiting or numbers or known or fields
        if first:
            first[0].input.focus()

    @property
    def values(self) -> dict[str, Given]:
        """What was typed, as the command takes it."""
        return {field.param.name: field.given for field in self.query(Field)}

    @property
    def missing(self) -> list[Field]:
        """The fields that must not stay empty."""
        return [field for field in self.query(Field) if field.is_missing]

    # -- while one types ---------------------------------------------------------------------------

    @on(Field.Changed)
    def _typed(self) -> None:
        if not self._ready:
            return
        self.looked = False
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(DEBOUNCE, self.rested)

    def rested(self) -> None:
        """Look what would change, now that nothing has been typed for a moment."""
        self.look()

    def _look_again(self) -> None:
        """Look what it would change now that somebody has changed the kitchen."""
        if self._ready and not self.recording and not self.has_left:
            self.look()

    @on(Field.Focused)
    def _offer(self, message: Field.Focused) -> None:
        field = message.field
        found = field.found if field.offers else []
        text = self.about(field)
        if found:
            start = max(0, field.chosen)
            names = [
                self.said(offer, chosen=place == field.chosen) for place, offer in enumerate(found)
            ][start : start + SHOWN_OFFERS]
            more = len(found) - start - len(names)
            text = "↓ " + " · ".join(names) + (f" · {more} more" if more > 0 else "")
            if field.param.wanted is Wanted.FLAG:
                text = f"{self.about(field)} {text}"
        elif field.text and field.param.wanted is Wanted.FLAG:
            text = f"{self.about(field)} yes or no?"
        elif field.offers and field.text:
            text = f"nothing that is offered is called “{plain(field.text)}”"
        self.query_one("#form-offers", Words).say(text)

    def said(self, offer: Offer, *, chosen: bool) -> str:
        """Say what is offered; more of what is chosen, and of a lot, whose number says nothing."""
        text = f"[{plain(offer.text)}]" if chosen else plain(offer.text)
        told = offer.hint and (chosen or offer.kind == "lot")
        return f"{text} {plain(offer.hint)}" if told else text

    @on(FieldInput.Next)
    def _next(self, message: FieldInput.Next) -> None:
        field = next((f for f in self.query(Field) if f.input is self.focused), None)
        if field is not None and field.choose(message.step):
            return
        if message.step > 0:
            self.focus_next()
        else:
            self.focus_previous()

    @work(exclusive=True, group="look")
    async def look(self) -> None:
        """Do it in a rehearsal and show what changes."""
        session, values = self._session, self.values
        assert session is not None
        if not self.can_be_tried():
            return
        session.interrupt()
        work_ = partial(_look, self.command.name, values, self.about_event)
        try:
            seen = await asyncio.wrap_future(session.submit_rehearsal(work_))
        except Interrupted:
            return
        except BakehouseError as error:
            self._say(self._fault(error), bad=True)
            self._show(None)
            return
        self._say("\n".join([seen.change.summary, *(f"! {note}" for note in seen.notes)]))
        self._show(seen)

    def can_be_tried(self) -> bool:
        """Say what is still missing; True where nothing is."""
        if self.missing:
            self._say_missing()
        return not self.missing

    def _say_missing(self) -> None:
        names = " and ".join(label_of(field.param).lower() for field in self.missing)
        self._say(f"Still needed: {names}.")
        self._show(None)

    def _show(self, seen: Preview | None) -> None:
        self.preview = seen
        self.looked = True
        differences = () if seen is None else seen.differences
        for view in self.query(DifferencesView):
            view.show(differences, done=seen is not None, several=self.about_event is None)

    def _fault(self, error: BakehouseError) -> str:
        labels = {param.name: self.label(param) for param in self.command.params}
        return fault_of(error, labels)

    def _say(self, text: str, *, bad: bool = False) -> None:
        # Work may end while the dialog is being taken away.
        for message in self.query("#form-message").results(Words):
            message.set_class(bad, "error")
            message.say(f"✗ {text}" if bad else text)

    # -- doing it ----------------------------------------------------------------------------------

    async def caught_up(self) -> None:
        """Wait until the field with the focus has taken in what was typed before this key.

        A key that is bound with priority overtakes those that are on their way to a field.
        """
        await _idle(self)
        if self.focused is not None:
            await _idle(self.focused)

    @on(Input.Submitted)
    async def action_record(self) -> None:
        """Do it; what was typed stays if it is refused."""
        await self.caught_up()
        if not self._ready or self.recording:
            return
        if self.missing:
            self.missing[0].input.focus()
            self._say_missing()
            return
        self.recording = True
        self.record()

    @work(group="record")
    async def record(self) -> None:
        """Run the command on a thread."""
        if self._timer is not None:
            self._timer.stop()
        values = self.values
        try:
            change = await asyncio.wrap_future(
                in_thread(lambda: run(self.command.name, values), "record")
            )
        except BakehouseError as error:
            self._say(self._fault(error), bad=True)
            self._show(None)
        else:
            self.dismiss(change)
        finally:
            self.recording = False

    def action_drop(self) -> None:
        """Leave without doing anything."""
        if not self.recording:
            self.dismiss(None)

    def action_scroll(self, pages: int) -> None:
        """Scroll through what would change."""
        self.query_one(DifferencesView).scroll_relative(y=5 * pages, animate=False)


def _look(
    name: str, values: Mapping[str, Given], event_id: int | None, session: KitchenSession
) -> Preview:
    return preview_of(session, name, values, event_id=event_id)


async def _idle(widget: Widget) -> None:
    """Wait until a widget has heard everything that was sent to it before."""
    heard = asyncio.Event()
    widget.call_later(heard.set)
    with suppress(TimeoutError):
        await asyncio.wait_for(heard.wait(), PATIENCE)
