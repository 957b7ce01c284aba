"""Tracing on the command line: where a lot, a run or an item came from and went."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from bakehouse.terminal.options import common_options, json_option, settings_of
from bakehouse.terminal.output import plain, print_json, say
from bakehouse.terminal.reasons import print_tree

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.services.rows.traces import Trace
    from core.services.saying import Say

NUMBERED = re.compile(r"([LlRr]?)([0-9]{1,30})")


@click.command(help="Where a lot (L12), a run (R3) or every lot of an item came from and went.")
@click.argument("what", metavar="LOT|RUN|ITEM")
@json_option
@common_options
@click.pass_context
def trace(ctx: click.Context, what: str) -> None:
    """Print a trace both ways, and who was handed any of it."""
    from core.services import saying
    from core.session import read_session

    settings = settings_of(ctx)
    settings.open()
    with read_session() as session:
        found = _find(what.strip(), session)
        if settings.as_json:
            print_json({"data": found})
            return
        amounts = saying.amounts(session)
        if not found:
            say("There has never been any of it.")
        for number, one in enumerate(found):
            if number:
                click.echo("")
            _print(one, amounts)


def _find(what: str, session: Session) -> Sequence[Trace]:
    from core.services import catalog_service, trace_service

    numbered = NUMBERED.fullmatch(what)
    if numbered is None:
        item = catalog_service.find_item(what, session=session)
        return trace_service.trace_item(item.id, session=session)
    letter, number = numbered.groups()
    if letter.upper() == "R":
        return [trace_service.trace_run(int(number), session=session)]
    return [trace_service.trace_lot(int(number), session=session)]


def _print(found: Trace, amounts: Say) -> None:
    from core.services.telling_traces import TraceTeller

    subject = TraceTeller(amounts).subject(found)
    came_from, went_into, *ends = subject.inner
    for way, inner in (("came from", came_from.inner), ("went into", went_into.inner)):
        print_tree(replace(subject, words=f"{subject.words}, {way}:", inner=inner))
    for told in ends:
        click.echo(f"{told.words}:" if told.inner else f"{told.words}: nothing.")
        for line in told.inner:
            click.echo(plain(f"  {line.amount}  {line.said}"))
