"""The dialog that asks for a file, shows what it would change, and imports it as one entry."""

from __future__ import annotations

import asyncio
import stat
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from msgspec import Struct
from textual import on, work

from core.commands.model import Command, Param, Wanted
from core.errors import BakehouseError, Interrupted
from core.places import read_path
from core.worker import SessionWorker
from plugins.host import Failure, Host, Importer
from tui.incoming import Brought, Foreseen, Incoming, foresee, read_file
from tui.screens.form.differences import DifferencesView
from tui.screens.form.fields import Field
from tui.screens.form.offers import Offer
from tui.screens.form.screen import FormScreen
from tui.screens.importing.files import files_in, folder_typed, working_folder
from tui.threads import in_thread
from tui.widgets.plain import plain

if TYPE_CHECKING:
    from tui.app import BakehouseApp

ANY = "A kitchen file, one of bake-tracker, or what a plugin reads; its look says which."
FILE = Param("file", Wanted.TEXT, "newest first, then folders")


class Named(Struct, frozen=True):
    """What is at the path that is typed: when it was last changed and its size, if it is there."""

    path: Path
    is_folder: bool = False
    changed: int | None = None
    size: int | None = None


class ImportScreen(FormScreen):
    """Asks for a file; what is imported is what was shown."""

    KEYS = "Enter imports it · Esc drops it · ↑↓ choose · Tab completes"

    def __init__(self, host: Host, importer: Importer | None) -> None:
        title = "file" if importer is None else importer.title
        summary = ANY if importer is None else _said(importer)
        super().__init__(Command(("import",), f"{title}: import", summary, (FILE,), ""), {})
        self._host = host
        self._importer = importer
        self._read_from: Named | None = None
        self._incoming: Incoming | None = None
        self._listed: str | None = None
        self._failure: Failure | None = None

    @property
    def kitchen(self) -> BakehouseApp:
        """The app, by its own type."""
        return cast("BakehouseApp", self.app)

    @property
    def field(self) -> Field:
        """Where the file is named."""
        return self.query_one(Field)

    @work(exclusive=True, group="fill")
    async def fill(self) -> None:
        """Begin in the working folder."""
        field = self.field
        with field.prevent(Field.Changed):
            field.input.value = working_folder()
        field.input.focus()
        field.input.cursor_position = len(field.input.value)
        self._ready = True
        self.list_files()
        self.look()

    # -- while one types ---------------------------------------------------------------------------

    def said(self, offer: Offer, *, chosen: bool) -> str:
        """Return the name of a file, without its folder."""
        return f"[{plain(offer.hint)}]" if chosen else plain(offer.hint)

    @on(Field.Changed)
    def _another_folder(self) -> None:
        if self._listed != folder_typed(self.field.text):
            self.list_files()

    @work(exclusive=True, group="list")
    async def list_files(self) -> None:
        """Offer what is in the folder that is being typed."""
        self._listed = folder = folder_typed(self.field.text)
        suffixes = () if self._importer is None else self._importer.spec.suffixes
        found = await asyncio.wrap_future(in_thread(lambda: files_in(folder, suffixes), "list"))
        self.field.offers = found
        self.field.post_message(Field.Focused(self.field))

    @work(exclusive=True, group="look")
    async def look(self) -> None:
        """Read the file and rehearse what it would do."""
        if not self.can_be_tried():
            return
        try:
            named = await self._named()
            if self.recording:
                return
            if named.is_folder:
                self._say("↓ chooses a file of this folder.")
                self._show(None)
                return
            incoming = await self._read_it(named)
            foreseen = await asyncio.wrap_future(
                self._worker().submit_rehearsal(partial(foresee, incoming))
            )
        except BakehouseError as error:
            self._refuse(error)
            return
        self._say(f"{foreseen.brought.summary}   ({incoming.format})")
        self._foresee(foreseen)

    def _foresee(self, foreseen: Foreseen) -> None:
        self.looked = True
        self.query_one(DifferencesView).show(
            foreseen.differences, done=True, several=True, notes=foreseen.brought.notes
        )

    def _refuse(self, error: BakehouseError) -> None:
        if isinstance(error, Interrupted):
            if self._failure is None:
                # Somebody typed on, and what is typed now is looked at.
                return
            error, self._failure = BakehouseError(str(self._failure)), None
        self._say(str(error), bad=True)
        self._show(None)

    # -- reading -----------------------------------------------------------------------------------

    def _worker(self) -> SessionWorker:
        """Return the session, another one where a plugin would not give it back."""
        if self._session is None or self._failure is not None:
            self._session = SessionWorker(name="import")
            self._failure = None
        return self._session

    async def _named(self) -> Named:
        """Look at what is typed; a folder far away may take its time to answer."""
        typed = self.field.text
        return await asyncio.wrap_future(in_thread(lambda: _named(typed), "look"))

    async def _read_it(self, named: Named) -> Incoming:
        """Return the file as it was read; what is unchanged is not read again."""
        if self._incoming is None or named.size is None or named != self._read_from:
            session, path = self._worker(), named.path

            def stuck(failure: Failure) -> None:
                self._failure = failure
                session.abandon()

            session.interrupt()
            self._incoming = await asyncio.wrap_future(
                session.submit(lambda own: read_file(self._host, path, self._importer, own, stuck))
            )
            self._read_from = named
        return self._incoming

    # -- doing it ----------------------------------------------------------------------------------

    @work(group="record")
    async def record(self) -> None:
        """Import it, as one entry."""
        if self._timer is not None:
            self._timer.stop()
        self._say("Importing …")
        try:
            incoming = await self._read_it(await self._named())
            brought = await asyncio.wrap_future(in_thread(lambda: incoming.do(None), "import"))
        except BakehouseError as error:
            self._refuse(error)
        else:
            self.dismiss(brought.change)
            self._tell(brought)
        finally:
            self.recording = False

    def _tell(self, brought: Brought) -> None:
        """Say what is worth knowing beside the entry itself."""
        if brought.change is None:
            self.kitchen.say(brought.summary)
            self.kitchen.read_anew()
        if brought.notes:
            first, rest = brought.notes[0], len(brought.notes) - 1
            more = f"\n{rest} more lines" if rest else ""
            self.kitchen.say(f"{first}{more}", "warning")


def _said(importer: Importer) -> str:
    return importer.spec.help or f"by {importer.plugin} {importer.version}"


def _named(typed: str) -> Named:
    path = read_path(typed)
    try:
        found = path.stat()
    except OSError:
        return Named(path)
    return Named(path, stat.S_ISDIR(found.st_mode), found.st_mtime_ns, found.st_size)
