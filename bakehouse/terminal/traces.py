"""Tracing on the command line: where a lot, a run or an item came from and went."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from bakehouse.terminal.options import common_options, json_option, settings_of
from bakehouse.terminal.output import plain, print_json, say
from bakehouse.terminal.reasons import print_tree

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.services.planning.telling import Told
    from core.services.saying import Say
    from core.services.trace_service import Trace, Traced

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
    from core.services.planning.telling import Told

    teller = _Teller(amounts)
    amount, words = teller.amount(found.subject), teller.name(found.subject)
    nowhere = (Told("–", "nothing"),)
    back = tuple(teller.back(step) for step in found.came_from) or nowhere
    item_id = found.subject.item_id
    forward = tuple(teller.forward(step, item_id) for step in found.went_into) or nowhere
    print_tree(Told(amount, f"{words}, came from:", back))
    print_tree(Told(amount, f"{words}, went into:", forward))
    for title, steps in (("Handed out", found.handed_out), ("Still in stock", found.in_stock)):
        click.echo(f"{title}:" if steps else f"{title}: nothing.")
        for step in steps:
            line = f"  {teller.amount(step)}  {teller.name(step)}{teller.whereto(step)}"
            click.echo(plain(line))


class _Teller:
    """Says the steps of a trace so that a baker understands them at once."""

    def __init__(self, amounts: Say) -> None:
        self.amounts = amounts

    def amount(self, step: Traced) -> str:
        """Say how much a step is about."""
        if step.item_id is not None:
            return self.amounts.amount(step.item_id, step.amount)
        count = self.amounts.batches(step.amount)
        if step.unit == "each":
            return count
        return f"{count} batch{'' if step.amount <= 1 else 'es'}"

    def name(self, step: Traced) -> str:
        """Name a lot or run by what it is and its number."""
        letter = "run R" if step.kind == "run" else "lot L"
        words = f"{step.name}, {letter}{step.id}"
        if step.kind == "run":
            words += f", {step.day.isoformat()}"
            return f"{words}, for {step.event}" if step.event else words
        if step.expires is not None:
            words += f", good until {step.expires.isoformat()}"
        return words

    def whereto(self, step: Traced) -> str:
        """Say to whom a delivered amount went."""
        return f": {self._handed(step)}" if step.kind == "delivered" else ""

    def _handed(self, step: Traced) -> str:
        words = f"handed to {step.recipient}" if step.recipient else "handed out"
        if step.event is not None:
            words += f" for {step.event}"
        return f"{words}, {step.day.isoformat()}"

    def back(self, step: Traced) -> Told:
        """Say a step on the way back, with what it came from."""
        from core.services.planning.telling import Told

        inner = tuple(self.back(part) for part in step.steps)
        if step.kind == "received":
            words = f"bought, {step.day.isoformat()}"
            words += f": {step.note}" if step.note else ""
        elif step.kind == "counted":
            words = f"found in a count, {step.day.isoformat()}"
        else:
            words = self.name(step)
        return Told(self.amount(step), self._again(step, words), inner)

    def forward(self, step: Traced, item_id: int | None) -> Told:
        """Say a step on the way forward, with what it went into; `item_id` is what it was of."""
        from core.services.planning.telling import Told

        inner = tuple(self.forward(part, step.item_id) for part in step.steps)
        amount = self.amount(step)
        if step.kind == "delivered":
            words = self._handed(step)
        elif step.kind == "discarded":
            words = f"thrown away, {step.day.isoformat()}" + (f": {step.note}" if step.note else "")
        elif step.kind == "counted":
            words = f"missing in a count, {step.day.isoformat()}"
        elif step.kind == "run":
            words = f"into {amount} {'of ' if step.unit == 'batch' else ''}{self.name(step)}"
            if item_id is not None and step.used is not None:
                amount = self.amounts.amount(item_id, step.used)
        else:
            words = self.name(step)
        return Told(amount, self._again(step, words), inner)

    @staticmethod
    def _again(step: Traced, words: str) -> str:
        return f"{words} (told above)" if step.again else words
