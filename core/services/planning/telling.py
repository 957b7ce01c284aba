"""Saying reasons so that a baker understands them at once: a tree of amounts and words.

The command line and the screen show the same tree, so its amounts are said to be added up: exactly
where they end, else with three decimals.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from core.planning.why import BATCH, Reason
from core.services.saying import Say
from core.units import UNKNOWN

About: TypeAlias = tuple[Literal["item", "recipe", "lot"], int]

AGAIN = "told above"
"""What is noted on a line whose inner lines stand further up."""


@dataclass(frozen=True, slots=True)
class Told:
    """One line of an explanation: an amount, what it is, and what it is made of.

    `note` is what is no part of the sum. `about` is what the line stands for, where there is
    something to go to; `event_id` the event of an event line.
    """

    amount: str
    words: str
    inner: tuple[Told, ...] = ()
    about: About | None = None
    note: str = ""
    event_id: int | None = None

    @property
    def said(self) -> str:
        """The words and the note, as one text."""
        return f"{self.words} ({self.note})" if self.note else self.words


def tell(reason: Reason, item_id: int, say: Say) -> Told:
    """Say a reason and all it rests on; `item_id` is the item whose amounts the first ones are.

    Where a number only repeats the one above it, its line is left out.
    """
    item_id = _item_of(reason, item_id)
    words, notes = _words(reason, item_id, say), list(_notes(reason))
    inner = tuple(tell(part, below, say) for part, below in _inner(reason, item_id))
    if reason.kind in INPUTS and len(inner) == 1:
        [only] = inner
        words, inner = f"{words}: {only.words}", only.inner
        notes += filter(None, [only.note])
    return Told(
        _amount_of(reason, item_id, say),
        words,
        inner,
        _about(reason, item_id),
        "; ".join(notes),
        reason.about[1] if reason.about is not None and reason.about[0] == "event" else None,
    )


def _inner(reason: Reason, item_id: int) -> Iterator[tuple[Reason, int]]:
    """Yield what stands below a reason, with the item its amounts are of.

    A need that one thing alone asks for is that thing.
    """
    for part in (*reason.parts, *reason.inputs):
        if part.kind == "need" and len(part.parts) == 1:
            yield part.parts[0], item_id
        else:
            yield part, item_id
    if reason.source is not None:
        # Its own amount and name are in the words of this line.
        yield from _inner(reason.source, _item_of(reason.source, item_id))


def _notes(reason: Reason) -> Iterator[str]:
    """Yield what is noted on a reason and on its source, which has no line of its own."""
    for each in (reason, reason.source):
        if each is not None and each.note:
            yield each.note
        if each is not None and each.again:
            yield AGAIN


def _about(reason: Reason, item_id: int) -> About:
    """Return what a line stands for: an event line for its item, a part for what it is part of."""
    for each in (reason, reason.source):
        if each is None or each.about is None:
            continue
        kind, key = each.about
        if kind == "recipe":
            return "recipe", key
        if kind == "lot":
            return "lot", key
        if kind == "item":
            return "item", key
    return "item", item_id


def _item_of(reason: Reason, item_id: int) -> int:
    about = reason.about
    return about[1] if about is not None and about[0] == "item" else item_id


def _amount_of(reason: Reason, item_id: int, say: Say) -> str:
    if reason.unit != BATCH or reason.amount is None:
        return _amount(reason.amount, item_id, say)
    said = say.of_batches if reason.kind == "batches" else say.of_worth
    return ("−" if reason.amount < 0 else "") + said(abs(reason.amount), exact=True)


def _amount(value: Fraction | None, item_id: int, say: Say) -> str:
    if value is None:
        return UNKNOWN
    return ("−" if value < 0 else "") + say.amount(item_id, abs(value), exact=True)


def _words(reason: Reason, item_id: int, say: Say) -> str:
    if reason.kind == "rounding" and reason.source is not None:
        more = _amount(reason.source.amount, _item_of(reason.source, item_id), say)
        return f"{reason.label}: {more} {reason.source.label} more than needed"
    if reason.source is not None:
        return _with_source(reason, reason.source, item_id, say)
    if reason.kind == "target":
        return "by your batch target" if (reason.amount or 0) > 0 else "fewer, by your batch target"
    words = WORDS.get(reason.kind, "{}").format(reason.label)
    if reason.kind in INPUTS and reason.factor is not None and reason.amount != reason.factor:
        words += f", {_amount(reason.factor, item_id, say)} {INPUTS[reason.kind]}"
    return words


def _with_source(reason: Reason, source: Reason, item_id: int, say: Say) -> str:
    inner_id = _item_of(source, item_id)
    amount = _amount_of(source, inner_id, say)
    of = f"{amount} of {source.label}" if source.unit == BATCH else f"{amount} {source.label}"
    if reason.factor is None:
        return f"for {of}, of an unknown amount each"
    if reason.unit == BATCH:
        return f"for {of}, {_amount(1 / reason.factor, inner_id, say)} a batch"
    each = _amount(reason.factor, item_id, say)
    before = BEFORE.get(reason.kind, "for")
    return f"{before} {of}, {each} {'a batch' if source.unit == BATCH else 'in each'}"


BEFORE = {"into-recipe": "into", "into-bundle": "into", "make": "from", "carried": "from"}

INPUTS = {"input": "in each", "batch-input": "a batch"}

WORDS = {
    "packs": "to buy: {}",
    "packs-rest": "left over, because it is sold in packs",
    "buy": "{} to buy",
    "make": "{} to make",
    "assemble": "{} to assemble",
    "always": "{}, which is always on hand and never bought",
    "need": "{} needed",
    "event": "for {}",
    "ordered": "ordered",
    "delivered": "delivered already",
    "batches": "of {}",
    "kept": "made already and kept for this event",
    "stock": "in stock already",
    "ledger": "rounding of the stock ledger",
    "carry": "left over from the batches of earlier events",
    "rounding": "{}",
    "lot": "{} in this lot",
    "feeds": "{} needed",
    "unused": "free: no open event needs it",
    "line": "for {}",
    "bundles": "{}",
    "left-over": "{}",
    "missing": "{}",
    "unknown": "{}",
}
