"""The dialog that asks where to write something, and in which format."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from core import clock
from core.errors import BakehouseError
from core.places import read_path, working_folder
from tui.exporting import Format, Taken, file_name, write_file
from tui.screens.dialog import Dialog
from tui.threads import in_thread
from tui.widgets.plain import plain_lines
from tui.widgets.words import Words

REPLACE = "ctrl+r"


class ExportScreen(Dialog[None]):
    """Writes a file; never over another one without being told so by another key."""

    KEYS_OF = "export"
    CSS_PATH = Path(__file__).with_name("export.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", id="export.back"),
        Binding("down", "other(1)", "Next format", priority=True),
        Binding("up", "other(-1)", "Previous format", priority=True),
        Binding(REPLACE, "replace", "Replace the file", id="export.replace", priority=True),
    ]

    def __init__(self, title: str, what: str, formats: Sequence[Format]) -> None:
        super().__init__()
        self._title = title
        self._what = what
        self._formats = formats
        self._taken = False
        self._writing = False

    def compose(self) -> ComposeResult:
        """Lay out what is written, where to, and what came of it."""
        name = file_name(self._title, clock.today(), self._formats[0].ending)
        other = " · ↑↓ another format" if len(self._formats) > 1 else ""
        with Vertical(id="export"):
            yield Words(f"Export {self._title}", id="export-title")
            yield Words(self._what, id="export-what")
            yield Input(str(working_folder() / name), compact=True)
            yield Words("", id="export-message")
            yield Words(f"Enter writes it{other} · Esc goes back", id="export-keys")

    def on_mount(self) -> None:
        """Type the path."""
        self.query_one(Input).focus()
        self._say_format()

    @property
    def typed(self) -> str:
        """Where it is to be written, as it is typed."""
        return self.query_one(Input).value.strip()

    @property
    def format(self) -> Format | None:
        """The format, by the ending of the file's name."""
        name = PurePath(self.typed).name.lower()
        return next((each for each in self._formats if name.endswith(f".{each.ending}")), None)

    @on(Input.Changed)
    def _typed(self) -> None:
        self._taken = False
        self._say_format()

    def _say_format(self) -> None:
        if self.format is not None:
            self._say(self.format.said)
        else:
            endings = ", ".join(f".{each.ending}" for each in self._formats)
            self._say(f"The ending of the name says the format: {endings}", bad=True)

    def _say(self, text: str, *, bad: bool = False) -> None:
        message = self.query_one("#export-message", Words)
        message.set_class(bad, "error")
        message.say(f"✗ {text}" if bad else text)

    def action_other(self, step: int) -> None:
        """Take the next format."""
        here = None if self.format is None else self._formats.index(self.format)
        there = 0 if here is None else (here + step) % len(self._formats)
        name = PurePath(self.typed).name
        folder = self.typed.rstrip(os.sep).removesuffix(name)
        stem = PurePath(name).stem
        if self.format is not None:
            stem = name[: -len(self.format.ending) - 1]
        self.query_one(Input).value = f"{folder}{stem}.{self._formats[there].ending}"

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
        chosen = self.format
        if chosen is None or self._writing:
            return
        self._writing = True
        self._say("Writing …")
        try:
            path = read_path(self.typed)
            await asyncio.wrap_future(
                in_thread(lambda: write_file(path, chosen.make(), replace=replace), "export")
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
