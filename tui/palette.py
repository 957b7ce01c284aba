"""The palette: everything that can be done now, named "noun: verb"."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual.await_complete import AwaitComplete
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from bakehouse.plugin import Ref
from core.commands import COMMANDS
from core.commands.model import Wanted
from plugins.host import Exporter, Importer
from tui import files
from tui.modes import MODES
from tui.screens.form.offers import Prefilled
from tui.themes import theme_names, theme_of
from tui.threads import in_thread
from tui.widgets.listing import Listing
from tui.widgets.plain import folded, plain

if TYPE_CHECKING:
    from tui.app import BakehouseApp

WORD = re.compile(r"\w+")
LEAST_SCORE = 0.01
"""Of what is found by a word of its help only."""
Entry = tuple[str, str, Callable[[], object]]
"""Its name, its help, and what it does."""


class Palette(CommandPalette):
    """Textual's palette, for people who press Enter twice and hold keys down."""

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Go away, once: a second Enter may be on its way, and must not do the command again."""
        if self.app.screen is self:
            if self._selected_command is not None:
                # The command comes next in the queue of the app; what is typed now is for it.
                app = cast("BakehouseApp", self.app)
                app.hold_keys()
                app.call_later(app.call_later, app.release_keys)
            return super().dismiss(result)
        self._selected_command = Hit(0, "", lambda: None)
        return AwaitComplete()

    def _action_command_list(self, action: str) -> None:
        # A page down in a list that is just being filled finds no lines yet.
        with suppress(KeyError, IndexError):
            super()._action_command_list(action)


class Entries(Provider):
    """Offers entries by what is typed of their names."""

    @property
    def kitchen(self) -> BakehouseApp:
        """The app, by its own type."""
        return cast("BakehouseApp", self.app)

    async def discover(self) -> Hits:
        """Offer all of them, in order."""
        for name, help_, act in self._entries():
            yield DiscoveryHit(Content(plain(name)), act, text=name, help=plain(help_))

    async def search(self, query: str) -> Hits:
        """Offer what matches."""
        matcher, typed, asked = self.matcher(query), folded(query), self._asked()
        for name, help_, act in self._entries():
            shown = plain(name)
            score = matcher.match(shown)
            if not score and typed in WORD.findall(folded(f"{help_} {asked.get(name, '')}")):
                # "started" is a word of what `event: set status` does, "currency" one of what
                # `kitchen: setting` asks for.
                score = LEAST_SCORE
            if score > 0:
                yield Hit(score, matcher.highlight(shown), act, text=name, help=plain(help_))

    def _entries(self) -> Iterator[Entry]:
        """Yield what there is to offer."""
        raise NotImplementedError

    def _asked(self) -> Mapping[str, str]:
        """Return the words of what entries ask for, by their names."""
        return {}


class Formats(Entries):
    """The files that plugins read and write; the plugins are loaded for it, beside the screen."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._importers: list[Importer] = []
        self._exporters: list[Exporter] = []

    async def startup(self) -> None:
        """Ask the plugins."""
        host = self.kitchen.host
        self._importers, self._exporters = await asyncio.wrap_future(
            in_thread(lambda: (host.importers(), host.exporters()), "formats")
        )

    def _entries(self) -> Iterator[Entry]:
        app = self.kitchen
        for exporter in self._exporters:
            export = partial(files.ask_export_by, app, exporter)
            yield f"{exporter.title.lower()}: export", _said(exporter), export
        for importer in () if app.readonly else self._importers:
            import_ = partial(files.ask_import, app, importer)
            yield f"{importer.title.lower()}: import", _said(importer), import_


def _said(format_: Importer | Exporter) -> str:
    return format_.spec.help or f"by {format_.plugin} {format_.version}"


class Commands(Entries):
    """What the state of the app allows."""

    def _entries(self) -> Iterator[Entry]:
        app = self.kitchen
        for mode in MODES:
            yield f"go: {mode.title.lower()}", mode.help, partial(app.action_go, mode.name)
        yield "go: anywhere", "letters on whatever can be gone to", app.action_jump
        listing = self._listing()
        if listing is not None and app.writers:
            yield "list: export", "CSV, Markdown or JSON", partial(app.export, listing)
        yield (
            "kitchen: export",
            "a kitchen file of all of it",
            partial(files.ask_export_kitchen, app),
        )
        yield (
            "event: export",
            "a kitchen file of what an event needs",
            partial(files.ask_export_event, app),
        )
        if not app.readonly:
            yield (
                "file: import",
                "a kitchen file, or what a plugin reads",
                partial(files.ask_import, app),
            )
            yield from self._commands()
        yield "keys: show", "every key that works here", app.action_keys
        yield "panes: sources", "plugin, version, time and revision of each", app.action_sources
        if app.troubles:
            yield "config: problems", "what is wrong in the config file", app.say_troubles
        for theme in theme_names():
            if theme_of(theme) != app.theme:
                yield (
                    f"theme: {theme}",
                    "how it looks; remembered",
                    partial(app.choose_theme, theme),
                )
        yield "app: quit", "leave", app.exit

    def _listing(self) -> Listing | None:
        """Return the list that has the focus, else the only one there is."""
        focused = self.screen.focused
        for widget in () if focused is None else focused.ancestors_with_self:
            if isinstance(widget, Listing):
                return widget
        shown = [each for each in self.screen.query(Listing) if each.display]
        return shown[0] if len(shown) == 1 else None

    def _asked(self) -> Mapping[str, str]:
        asked = {}
        for command in COMMANDS.values():
            words = [word for each in command.params for word in (each.help, *each.choices)]
            asked[command.title] = " ".join(words).replace("_", " ")
        return asked

    def _commands(self) -> Iterator[Entry]:
        app = self.kitchen
        event_id = getattr(self.screen, "event_id", None)
        named: Mapping[str, str] = getattr(self.screen, "named", {})
        offered = [command for command in COMMANDS.values() if command.offered]
        for command in sorted(offered, key=lambda command: command.title):
            if command.name in ("undo", "redo"):
                yield command.title, command.summary, partial(app.do, command.name, {})
                continue
            wants_event = any(p.wanted is Wanted.EVENT for p in command.params)
            given: dict[str, Prefilled] = {}
            if wants_event and event_id is not None:
                given["event"] = Ref("event", event_id)
            params = {param.name for param in command.params if not param.option}
            given.update((name, slug) for name, slug in named.items() if name in params)
            act = partial(app.ask, command.name, given, event_id=event_id)
            yield command.title, command.summary, act
