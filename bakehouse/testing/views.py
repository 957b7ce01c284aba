"""Running what a plugin offers, as the screen and the command line do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bakehouse.plugin import ChangeSet, Finding, Row, Source, Table, ViewContext, ViewData

if TYPE_CHECKING:
    from core.commands.model import Given
    from core.session import Database
    from plugins.host import Host, Loaded


def prepared(host: Host, database: Database) -> Host:
    """Make the tables of a host's plugins in a kitchen, and return the host."""
    for failure in host.prepare(database):
        raise AssertionError(f"{failure}\n{failure.traceback_text}")
    return host


def typed_over(given: dict[str, Given], values: dict[str, str]) -> dict[str, Given]:
    """Return the arguments of a command after somebody typed over some of them."""
    told = given.get("value")
    pairs = [
        text if (name := text.partition("=")[0]) not in values else f"{name}={values[name]}"
        for text in (told if isinstance(told, list) else ())
    ]
    named = {name: text for name, text in values.items() if name in given}
    return {**given, **named, **({"value": pairs} if pairs else {})}


class Views:
    """The views, checks and formats of one plugin on one kitchen.

    A failure becomes an `AssertionError` with the plugin's own traceback.
    """

    def __init__(self, host: Host, database: Database) -> None:
        self.host = prepared(host, database)
        self._database = database

    def load(self, view: str, event_id: int | None = None) -> ViewData:
        """Load a view by its id on a session of its own."""
        return self.loaded(view, event_id).data

    def loaded(self, view: str, event_id: int | None = None) -> Loaded:
        """Load a view, and return also its revision and its milliseconds."""
        return self.twice(view, event_id, times=1)[0]

    def twice(self, view: str, event_id: int | None = None, *, times: int = 2) -> list[Loaded]:
        """Load a view several times on one session: one state of the kitchen."""
        from core.session import read_session
        from plugins.host import Loaded

        found = self.host.view(view)
        results: list[Loaded] = []
        with read_session() as session:
            for _ in range(times):
                outcome = self.host.load(found, session, event_id)
                if not isinstance(outcome, Loaded):
                    raise AssertionError(f"{outcome}\n{outcome.traceback_text}")
                results.append(outcome)
        return results

    def act(
        self, view: str, action: str, row: str, event_id: int | None = None, **values: str
    ) -> None:
        """Do an action on the row with this key as the screen does, kept in the journal.

        `values` are what a person types over in the dialog: of a command that takes pairs, the
        pair with this name; else the parameter.
        """
        from core.commands import run
        from tui.screens.form.words import read_words

        data, found = self.load(view, event_id), self.host.view(view)
        rows = data.rows if isinstance(data, Table) else ()
        [about] = [each for each in rows if isinstance(each, Row) and each.key == row]
        [asked] = [each for each in found.spec.actions if each.id == action]
        words = asked.words(about, event_id)
        assert words is not None, f"the row {row} lacks what the action {action} needs"
        name, given = read_words(words)
        run(name, typed_over(given, values))

    def findings(self, event_id: int | None = None, *, check: str | None = None) -> list[Finding]:
        """Return what all checks find, or one of them, for an event or the whole kitchen."""
        from core.session import read_session

        with read_session() as session:
            return self.host.findings(session, event_id, check=check)

    def read(self, importer: str, source: Source) -> ChangeSet:
        """Return what an importer wants to be done for a file; nothing is done.

        Raises:
            BadFile: It found something wrong in the file.
        """
        from core.session import read_session

        found = next(each for each in self.host.importers() if each.id == importer)
        with read_session() as session:
            return self.host.read_import(found, source, session)

    def write(self, exporter: str, event_id: int | None = None) -> bytes:
        """Return what an exporter writes."""
        from core.session import read_session

        found = next(each for each in self.host.exporters() if each.id == exporter)
        with read_session() as session:
            return self.host.write_export(found, session, event_id)

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """Give the list of statements that are sent to the database while this lasts."""
        from sqlalchemy import event

        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            sent.append(statement)

        engines = (self._database.reader, self._database.writer)
        for engine in engines:
            event.listen(engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            for engine in engines:
                event.remove(engine, "before_cursor_execute", note)


@contextmanager
def context(event_id: int | None) -> Iterator[ViewContext]:
    """Give what a `load` is called with: a session on loan, and the event."""
    from core import clock
    from core.session import lend, read_session

    with read_session() as session, lend(session):
        yield ViewContext(
            session=session, event_id=event_id, revision=session.revision, today=clock.today()
        )
