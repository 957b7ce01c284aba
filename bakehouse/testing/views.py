"""Running what a plugin offers, as the screen and the command line do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bakehouse.plugin import ChangeSet, Finding, Source, ViewContext, ViewData

if TYPE_CHECKING:
    from core.session import Database
    from plugins.host import Host, Loaded


class Views:
    """The views, checks and formats of one plugin on one kitchen.

    A failure becomes an `AssertionError` with the plugin's own traceback.
    """

    def __init__(self, host: Host, database: Database) -> None:
        self.host = host
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

    def findings(self, event_id: int | None = None) -> list[Finding]:
        """Return what all checks find, for an event or the whole kitchen."""
        from core.session import read_session

        with read_session() as session:
            return self.host.findings(session, event_id)

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
