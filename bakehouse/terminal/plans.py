"""The plan on the command line: what is needed, why, what it feeds, and who contends for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from bakehouse.terminal.options import common_options, json_option, settings_of
from bakehouse.terminal.output import Heading, plain, print_json, print_table, say
from bakehouse.terminal.reads import next_event
from bakehouse.terminal.reasons import print_tree
from bakehouse.terminal.records import do, rehearse
from core.commands.registry import COMMANDS

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.services.rows.events import EventRow
    from core.services.rows.plan import ContendedItem
    from core.services.saying import Say

LOT = re.compile(r"[Ll]([0-9]{1,30})")


@click.command(help="The plan of an event, or of all open events.")
@click.argument("event", required=False)
@click.option("--why", metavar="ITEM", help="Why this much of an item, down to the event lines.")
@click.option("--feeds", metavar="LOT|ITEM", help="Where a lot (L12) or an item goes.")
@click.option("--takes", metavar="ITEM", help="What an event's line takes: batches, stock, packs.")
@click.option("--contention", is_flag=True, help="What several events want, and who gets it.")
@click.option("--through", is_flag=True, help="Plan the events up to this one only.")
@click.option(
    "--packs",
    type=click.Choice(["preferred", "cheapest"]),
    default="preferred",
    help="Which packs to buy.",
)
@click.option("--accept", is_flag=True, help="Accept the planned batches as targets.")
@click.option("--dry-run", is_flag=True, help="With --accept: only show what it would change.")
@json_option
@common_options
@click.pass_context
def plan(
    ctx: click.Context,
    event: str | None,
    why: str | None,
    feeds: str | None,
    takes: str | None,
    contention: bool,
    through: bool,
    packs: str,
    accept: bool,
    dry_run: bool,
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
        work = rehearse if dry_run else do
        work(ctx, COMMANDS["event accept"], {"event": event})
        return
    if dry_run:
        raise click.UsageError("--dry-run goes with --accept: the plan itself changes nothing.")
    with read_session() as session:
        chosen = None if event is None else event_service.find_event(event, session=session)
        if why is not None or feeds is not None or takes is not None:
            _print_reason(settings.as_json, session, chosen, (why, feeds, takes), packs)
            return
        if contention:
            items = plan_service.contention(session=session)
            if chosen is not None:
                items = [i for i in items if chosen.id in {e.event_id for e in i.events}]
            if settings.as_json:
                print_json({"data": items})
            else:
                _print_contention(session, items)
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


def _print_reason(
    as_json: bool,
    session: Session,
    chosen: EventRow | None,
    asked: tuple[str | None, str | None, str | None],
    packs: str,
) -> None:
    """Print one explanation: why a number is what it is, what it feeds, or what it takes."""
    from core.services import catalog_service, event_service, saying, stock_service
    from core.services.planning import plan_service, telling

    why, feeds, takes = asked
    name = why or feeds or takes or ""
    lot = None if feeds is None else LOT.fullmatch(feeds.strip())
    if lot is not None:
        lot_id = int(lot.group(1))
        reason = plan_service.explain_feeds(lot_id=lot_id, session=session)
        lots = stock_service.list_lots(session=session)
        item_id = next(row.item_id for row in lots if row.id == lot_id)
    else:
        item_id = catalog_service.find_item(name, session=session).id
        if feeds is not None:
            event_id = None if chosen is None else chosen.id
            reason = plan_service.explain_feeds(item_id, event_id=event_id, session=session)
        else:
            chosen = chosen or next_event(event_service.list_events(session))
            reason = (
                plan_service.explain_line(chosen.id, item_id, session=session)
                if why is None
                else plan_service.explain_purchase(chosen.id, item_id, packs=packs, session=session)
            )
    if as_json:
        key = "why" if why is not None else "feeds" if feeds is not None else "takes"
        slug = None if chosen is None else chosen.slug
        print_json({"event": slug, "item": name, key: reason})
    else:
        print_tree(telling.tell(reason, item_id, saying.amounts(session)))


def _print_contention(session: Session, items: Sequence[ContendedItem]) -> None:
    from core.services import saying

    amounts = saying.amounts(session)
    if not items:
        say("No item is wanted by several open events.")
    enough = [item.name for item in items if item.is_enough]
    for item in (item for item in items if not item.is_enough):
        click.echo("")
        stock = amounts.amount(item.item_id, item.stock)
        click.echo(plain(f"{item.name} · {stock} in stock · {item.ends}"))
        rows = [
            (
                row.event_name,
                row.date.isoformat(),
                amounts.amount(item.item_id, row.need),
                amounts.amount(item.item_id, row.from_stock),
                amounts.amount(item.item_id, row.carried),
                amounts.amount(item.item_id, row.short),
            )
            for row in item.events
        ]
        headings = [
            Heading("event", "Event"),
            Heading("date", "Date"),
            Heading("need", "Wants", "amount"),
            Heading("stock", "From stock", "amount"),
            Heading("carried", "From batches", "amount"),
            Heading("short", "Short", "amount"),
        ]
        print_table(headings, rows)
        for line in _moves_said(item, amounts):
            click.echo(plain(line))
    if enough:
        click.echo("")
        click.echo(plain(f"Enough for all events: {', '.join(enough)}."))


def _moves_said(item: ContendedItem, amounts: Say) -> Iterator[str]:
    if item.moves is None and item.runs_out_at is not None:
        yield "  What moving a date would change was not worked out; there are too many."
    told = set()
    for move in item.moves or ():
        # Of two neighbours, the one moved before is the other moved after.
        if (move.changes, frozenset((move.event_id, move.other_id))) in told:
            continue
        told.add((move.changes, frozenset((move.event_id, move.other_id))))
        said = "; ".join(
            f"{change.event_name} short of {amounts.amount(item.item_id, change.after)} "
            f"(now {amounts.amount(item.item_id, change.before)})"
            for change in move.changes
        )
        what = said or "nothing would change"
        yield f"  {move.event_name} {move.where} {move.other_name}: {what}."


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
