"""Reading the kitchen: any view of any plugin, and the journal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from bakehouse.terminal.options import common_options, json_option, settings_of
from bakehouse.terminal.output import Heading, print_json, print_table, say
from bakehouse.terminal.talk import give_up, stdout_is_talk

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bakehouse.plugin import Area
    from core.services.rows.events import EventRow
    from plugins.host import Host, Loaded, View


# -- show -----------------------------------------------------------------------------------------


@click.command(help="Show any view of any plugin, for an event or the next open one.")
@click.argument("view")
@click.argument("event", required=False)
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown.")
@common_options
@click.pass_context
def show(ctx: click.Context, view: str, event: str | None, as_csv: bool, as_markdown: bool) -> None:
    """Load a view as the screen does, and print what it returned."""
    from bakehouse.terminal.views import print_view, view_as_csv, view_as_json, view_as_markdown
    from plugins.failing import Unwritable
    from plugins.host import PluginError

    settings = settings_of(ctx)
    kitchen = settings.open()
    host = settings.host()
    # What a plugin prints is talk; stdout is for the view's data.
    with stdout_is_talk():
        host.prepare(kitchen, view)
        found = host.view(view)
        loaded, chosen = _load(host, found, event)
    if settings.as_json:
        try:
            data = view_as_json(loaded.data)
        except Unwritable as error:
            raise PluginError(found.plugin, f"{found.source}: {error}") from error
        print_json(
            {
                "view": found.id,
                "event": None if chosen is None else chosen.slug,
                "revision": loaded.revision,
                "as_of": loaded.as_of,
                "data": data,
            }
        )
    elif as_csv:
        click.echo(view_as_csv(loaded.data), nl=False)
    elif as_markdown:
        click.echo(view_as_markdown(loaded.data), nl=False)
    else:
        if chosen is not None:
            say(f"{found.title} · {chosen.name} · {chosen.date.isoformat()}")
        print_view(loaded.data)


def _load(host: Host, view: View, name: str | None) -> tuple[Loaded, EventRow | None]:
    from core.session import read_session
    from plugins.host import Failure, PluginError

    with read_session() as session:
        event = event_for(view.spec.area, name, session)
        result = host.load(view, session, None if event is None else event.id, on_stuck=give_up)
        if isinstance(result, Failure):
            raise PluginError(view.plugin, str(result), result)
        return result, event


def event_for(area: Area, name: str | None, session: Session) -> EventRow | None:
    """Return the event that was named, else the next open one where the area is one event."""
    from bakehouse.plugin import Area
    from core.services import event_service

    if name is not None:
        return event_service.find_event(name, session=session)
    return next_event(event_service.list_events(session)) if area is Area.EVENT else None


def next_event(events: Sequence[EventRow]) -> EventRow:
    """Return the open event that comes first; without one, say how to have one."""
    from core.errors import RuleBroken

    for event in events:
        if event.status in ("planned", "started"):
            return event
    raise RuleBroken("There is no open event. Name one, or add one with `bakehouse event add`.")


# -- log ------------------------------------------------------------------------------------------


@click.command(help="What was done, newest first.")
@click.option("--limit", default=30, show_default=True, help="How many entries.")
@click.option("--before", type=int, help="Only entries older than this number.")
@json_option
@common_options
@click.pass_context
def log(ctx: click.Context, limit: int, before: int | None) -> None:
    """Print the journal."""
    from core.services import journal_service

    settings = settings_of(ctx)
    settings.open()
    changes = journal_service.list_changes(limit=limit, before=before)
    if settings.as_json:
        print_json({"data": changes})
        return
    rows = [
        (
            f"#{change.id}",
            change.at.strftime("%Y-%m-%d %H:%M"),
            change.summary,
            f"undone by #{change.undone_by}" if change.undone_by else "",
            change.terminal,
        )
        for change in changes
    ]
    headings = [
        Heading("id", ""),
        Heading("at", "When"),
        Heading("summary", "What"),
        Heading("undone", ""),
        Heading("terminal", "Where"),
    ]
    print_table(headings, rows, empty="Nothing was done yet.")
