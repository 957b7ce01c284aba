"""The dialog that asks where to write a list, and in which format."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from bakehouse.plugin import Table, ViewData
from core import clock
from core.errors import BakehouseError
from tui.exporting import Taken, Writers, file_name, write_file
from tui.screens.dialog import Dialog
from tui.threads import in_thread
from tui.widgets.plain import plain_lines
from tui.widgets.words import Words

REPLACE = "ctrl+r"
NAMES = {"csv": "CSV, for spreadsheets", "md": "Markdown, for people", "json": "JSON, for programs"}


class ExportScreen(Dialog[None]):
    """Writes what a list shows; never over a file without being told so by another key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", id="export.back"),
        Binding("down", "other(1)", "Next format", priority=True),
        Binding("up", "other(-1)", "Previous format", priority=True),
        Binding(REPLACE, "replace", "Replace the file", id="export.replace", priority=True),
    ]

    def __init__(self, data: ViewData, title: str, writers: Writers) -> None:
        super().__init__()
        self._data = data
        self._title = title
        self._writers = writers
        self._taken = False
        self._writing = False

    def compose(self) -> ComposeResult:
        """Lay out what is written, where to, and what came of it."""
        name = file_name(self._title, clock.today(), next(iter(self._writers)))
        with Vertical(id="export"):
            yield Words(f"Export {self._title}", id="export-title")
            yield Words(self._what, id="export-what")
            yield Input(str(Path.cwd() / name), compact=True)
            yield Words("", id="export-message")
            yield Words("Enter writes it · ↑↓ another format · Esc goes back", id="export-keys")

    def on_mount(self) -> None:
        """Type the path."""
        self.query_one(Input).focus()
        self._say_format()

    @property
    def _what(self) -> str:
        if isinstance(self._data, Table):
            rows = len(self._data.rows)
            return f"{rows} row{'s' * (rows != 1)}, as the list shows them"
        return "all of it"

    @property
    def path(self) -> Path:
        """Where it is to be written."""
        return Path(self.query_one(Input).value.strip()).expanduser().absolute()

    @property
    def ending(self) -> str:
        """The format, by the ending of the file's name."""
        return self.path.suffix.removeprefix(".").lower()

    @on(Input.Changed)
    def _typed(self) -> None:
        self._taken = False
        self._say_format()

    def _say_format(self) -> None:
        if self.ending in self._writers:
            self._say(NAMES.get(self.ending, self.ending))
        else:
            endings = ", ".join(f".{ending}" for ending in self._writers)
            self._say(f"The ending of the name says the format: {endings}", bad=True)

    def _say(self, text: str, *, bad: bool = False) -> None:
        message = self.query_one("#export-message", Words)
        message.set_class(bad, "error")
        message.say(f"✗ {text}" if bad else text)

    def action_other(self, step: int) -> None:
        """Take the next format."""
        endings = list(self._writers)
        here = endings.index(self.ending) if self.ending in endings else -step
        there = endings[(here + step) % len(endings)]
        self.query_one(Input).value = str(self.path.with_suffix(f".{there}"))

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.write(replace=False)

    def action_replace(self) -> None:
        """Write over the file, after one has been told that it is there."""
        if self._taken:
            self.write(replace=True)

    @work(exclusive=True)
    async def write(self, *, replace: bool) -> None:
        """Write it, and say where it is, or why not."""
        if self.ending not in self._writers or self._writing:
            return
        self._writing = True
        path, writer = self.path, self._writers[self.ending]
        try:
            await asyncio.wrap_future(
                in_thread(lambda: write_file(path, writer(self._data), replace=replace))
            )
        except Taken as error:
            self._taken = True
            self._say(f"{error} {REPLACE} replaces it, another name keeps it.", bad=True)
        except BakehouseError as error:
            self._say(str(error), bad=True)
        else:
            self.dismiss(None)
            self.app.notify(plain_lines(f"Written to {path}"), markup=False)
            # A second Enter may be on its way: what is written stays as it is.
            return
        self._writing = False
