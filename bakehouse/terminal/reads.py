"""Reading the kitchen: any view of any plugin, the plan and its reasons, and the journal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from bakehouse.terminal.options import common_options, json_option, settings_of
from bakehouse.terminal.output import (
    Heading,
    csv_text,
    markdown_table,
    plain,
    print_json,
    print_table,
    say,
)

if TYPE_CHECKING:
    from bakehouse.plugin import Cell, Column, Row, Table, ViewData
    from core.planning.why import Reason
    from core.services._rows import EventRow
    from plugins.host import Failure, Host, Loaded, View


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
    settings = settings_of(ctx)
    settings.open()
    host = settings.host()
    found = host.view(view)
    loaded, chosen = _load(host, found, event)
    if settings.as_json:
        print_json(
            {
                "view": found.id,
                "event": None if chosen is None else chosen.slug,
                "revision": loaded.revision,
                "as_of": loaded.as_of,
                "data": loaded.data.as_data(),
            }
        )
    elif as_csv:
        click.echo(_csv(loaded.data), nl=False)
    elif as_markdown:
        click.echo(_markdown(loaded.data), nl=False)
    else:
        _print(loaded.data, found.title, chosen)


def _load(host: Host, view: View, name: str | None) -> tuple[Loaded, EventRow | None]:
    from bakehouse.plugin import Area
    from core.services import event_service
    from core.session import read_session
    from plugins.host import Failure, PluginError

    with read_session() as session:
        event = None
        if name is not None:
            event = event_service.find_event(name, session=session)
        elif view.spec.area is Area.EVENT:
            event = _next_event(event_service.list_events(session))
        result = host.load(view, session, None if event is None else event.id, on_stuck=_give_up)
        if isinstance(result, Failure):
            raise PluginError(view.plugin, str(result), result)
        return result, event


def _next_event(events: Sequence[EventRow]) -> EventRow:
    """Return the open event that comes first; without one, say how to have one."""
    from core.errors import RuleBroken

    for event in events:
        if event.status in ("planned", "started"):
            return event
    raise RuleBroken("There is no open event. Name one, or add one with `bakehouse event add`.")


def _give_up(failure: Failure) -> None:
    """End at once: a plugin holds the thread that would have to say so."""
    click.echo(plain(f"bakehouse: {failure}"), err=True)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)


def _tables(data: ViewData) -> Iterator[tuple[str, Table | str]]:
    """Yield the titled parts of what a view returned; Markdown as its text."""
    from bakehouse.plugin import Markdown, Sections

    parts = data.parts if isinstance(data, Sections) else (("", data),)
    for title, part in parts:
        yield title, part.text if isinstance(part, Markdown) else part


def _said(cell: Cell, column: Column) -> str:
    """Return a cell as people read it."""
    from bakehouse.plugin import Amount, Money
    from core.units import plain_decimal

    if cell is None:
        return "unknown"
    if isinstance(cell, Amount | Money):
        return cell.said
    if isinstance(cell, Decimal):
        if column.kind == "percent":
            return f"{int(cell)} %"
        return plain_decimal(cell)
    if isinstance(cell, date | datetime):
        return cell.isoformat()
    return str(cell)


def _value(cell: Cell) -> Any:
    """Return a cell as programs read it."""
    from bakehouse.plugin import Amount, Money

    return cell.value if isinstance(cell, Amount | Money) else cell


def _row(row: Row, columns: Sequence[Column]) -> list[str]:
    return [_said(cell, column) for cell, column in zip(row.cells, columns, strict=True)]


def _print(data: ViewData, title: str, event: EventRow | None) -> None:
    if event is not None:
        say(f"{title} · {event.name} · {event.date.isoformat()}")
    for heading, part in _tables(data):
        if heading:
            click.echo(plain(heading))
        if isinstance(part, str):
            click.echo(plain(part, lines=True))
            continue
        totals = part.totals
        print_table(
            [Heading(c.name, c.heading, c.kind) for c in part.columns],
            [_row(row, part.columns) for row in part.rows],
            None
            if totals is None
            else [_said(cell, c) for cell, c in zip(totals, part.columns, strict=True)],
            part.empty,
        )
        if part.note:
            say(part.note)


def _csv(data: ViewData) -> str:
    parts = []
    for _, part in _tables(data):
        if isinstance(part, str):
            parts.append(part + "\n")
        else:
            names = [column.name for column in part.columns]
            parts.append(csv_text(names, [[_value(c) for c in row.cells] for row in part.rows]))
    return "\n".join(parts)


def _markdown(data: ViewData) -> str:
    parts = []
    for heading, part in _tables(data):
        text = f"## {plain(heading)}\n\n" if heading else ""
        if isinstance(part, str):
            text += part + "\n"
        else:
            titles = [column.heading for column in part.columns]
            text += markdown_table(titles, [_row(row, part.columns) for row in part.rows])
        parts.append(text)
    return "\n".join(parts)


# -- plan -----------------------------------------------------------------------------------------


@click.command(help="The plan of an event, or of all open events.")
@click.argument("event", required=False)
@click.option("--why", metavar="ITEM", help="Why this much of an item, down to the event lines.")
@click.option("--through", is_flag=True, help="Plan the events up to this one only.")
@click.option(
    "--packs",
    type=click.Choice(["preferred", "cheapest"]),
    default="preferred",
    help="Which packs to buy.",
)
@click.option("--accept", is_flag=True, help="Accept the planned batches as targets.")
@json_option
@common_options
@click.pass_context
def plan(
    ctx: click.Context,
    event: str | None,
    why: str | None,
    through: bool,
    packs: str,
    accept: bool,
) -> None:
    """Print the plan, or one number's reasons, or accept it."""
    from core.services import event_service
    from core.services.planning import plan_service
    from core.session import read_session

    settings = settings_of(ctx)
    settings.open()
    if accept:
        if event is None:
            raise click.UsageError("Name the event whose plan to accept.")
        change = plan_service.accept_targets(event_service.find_event(event).id)
        click.echo(plain(f"#{change.id} {change.summary}"))
        return
    with read_session() as session:
        rows = event_service.list_events(session)
        chosen = None if event is None else event_service.find_event(event, session=session)
        if why is not None:
            chosen = chosen or _next_event(rows)
            reason = plan_service.explain(chosen.id, why, session=session)
            if settings.as_json:
                print_json({"event": chosen.slug, "item": why, "why": reason})
            else:
                _print_why(reason)
            return
        if through and chosen is not None:
            view = plan_service.get_plan_through(chosen.date, session=session)
        else:
            view = plan_service.get_plan(session=session)
        events = [e for e in view.events if chosen is None or through or e.event_id == chosen.id]
        shopping = {
            e.event_id: event_service.get_shopping_list(e.event_id, session=session, packs=packs)
            for e in events
            if not through
        }
        problems = plan_service.problems(None if chosen is None else chosen.id, session=session)
        if settings.as_json:
            print_json(
                {
                    "revision": view.revision,
                    "as_of": view.as_of,
                    "events": events,
                    "shopping": shopping,
                    "problems": problems,
                }
            )
        else:
            _print_plan(session, events, shopping, problems)


def _print_plan(session: Any, events: Sequence[Any], shopping: Any, problems: Any) -> None:
    from core.services import saying

    amounts = saying.amounts(session)
    if not events:
        say("Nothing is planned.")
    for event in events:
        click.echo("")
        click.echo(plain(f"{event.name} · {event.date.isoformat()}"))
        batches = [
            (
                row.name,
                amounts.batches(row.batches),
                "stale" if row.stale else "short" if row.short else "",
            )
            for row in event.recipes
        ]
        print_table(
            [Heading("recipe", "Recipe"), Heading("batches", "Batches", "number"), Heading("", "")],
            batches,
            empty="Nothing to bake.",
        )
        items = [
            (
                row.name,
                amounts.amount(row.item_id, row.need),
                amounts.amount(row.item_id, row.from_stock),
                amounts.amount(row.item_id, row.net),
                row.status,
                _packs_said(shopping.get(event.event_id, ()), row.item_id),
            )
            for row in event.items
        ]
        click.echo("")
        print_table(
            [
                Heading("item", "Item"),
                Heading("need", "Need", "amount"),
                Heading("stock", "From stock", "amount"),
                Heading("net", "Still", "amount"),
                Heading("status", "To do"),
                Heading("packs", "Packs"),
            ],
            items,
            empty="Nothing is needed.",
        )
    for problem in problems:
        say(f"{problem.kind}: {problem.message} {problem.effect} → {problem.fix}")


def _packs_said(rows: Any, item_id: int) -> str:
    for row in rows:
        if row["item_id"] == item_id:
            return ", ".join(f"{pack['packs']} × {pack['label']}" for pack in row["packs"])
    return ""


def _print_why(reason: Reason, depth: int = 0) -> None:
    """Print a reason as a tree: parts add up to it, sources give it times a factor."""
    from core.units import say as say_amount

    amount = say_amount(reason.amount, None if reason.unit == "batch" else reason.unit)
    unit = ""
    if reason.unit == "batch" and reason.amount is not None:
        unit = " batch" if reason.amount == 1 else " batches"
    factor = ""
    if reason.source is not None and reason.factor is not None:
        each = "a batch" if reason.source.unit == "batch" else "each"
        if reason.unit == "batch":
            factor = f" ({say_amount(1 / reason.factor, reason.source.unit)} a batch)"
        else:
            factor = f" ({say_amount(reason.factor, reason.unit)} {each})"
    click.echo(plain(f"{'  ' * depth}{amount}{unit}  {WORDS[reason.kind]} {reason.label}{factor}"))
    for part in reason.parts:
        _print_why(part, depth + 1)
    if reason.source is not None:
        _print_why(reason.source, depth + 1)


WORDS = {
    "buy": "to buy:",
    "make": "to make:",
    "assemble": "to assemble:",
    "always": "always on hand:",
    "need": "needed:",
    "event": "for",
    "ordered": "",
    "delivered": "",
    "bundle": "in",
    "recipe": "in",
    "output": "of",
    "batches": "of",
    "kept": "",
    "stock": "",
    "ledger": "",
    "carry": "",
    "rounding": "",
    "target": "",
}


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
