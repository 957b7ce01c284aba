"""Saying reasons so that a baker understands them at once: a tree of amounts and words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from core.planning.why import BATCH, Reason
from core.services.saying import Say


@dataclass(frozen=True, slots=True)
class Told:
    """One line of an explanation: an amount, what it is, and what it is made of.

    `item_id` is the item it is about, where there is one to go to.
    """

    amount: str
    words: str
    inner: tuple[Told, ...] = ()
    item_id: int | None = None


def tell(reason: Reason, item_id: int, say: Say) -> Told:
    """Say a reason and all it rests on; `item_id` is the item whose amounts the first ones are.

    Where a number only repeats the one above it, its line is left out.
    """
    item_id = _item_of(reason, item_id)
    words = _words(reason, item_id, say)
    if reason.note:
        words += f" ({reason.note})"
    inner = tuple(tell(part, below, say) for part, below in _inner(reason, item_id))
    if reason.kind in INPUTS and len(inner) == 1:
        words, inner = f"{words}: {inner[0].words}", inner[0].inner
    return Told(_amount(reason.amount, reason.unit, item_id, say), words, inner)


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


def _item_of(reason: Reason, item_id: int) -> int:
    about = reason.about
    return about[1] if about is not None and about[0] == "item" else item_id


def _amount(value: Fraction | None, unit: str, item_id: int, say: Say) -> str:
    if unit == BATCH:
        if value is None:
            return say.batches(None)
        return ("−" if value < 0 else "") + say.of_batches(abs(value))
    sign = "−" if value is not None and value < 0 else ""
    return sign + say.amount(item_id, None if value is None else abs(value))


def _words(reason: Reason, item_id: int, say: Say) -> str:
    if reason.kind == "rounding" and reason.source is not None:
        more = _amount(reason.source.amount, "", _item_of(reason.source, item_id), say)
        return f"{reason.label}: {more} {reason.source.label} more than needed"
    if reason.source is not None:
        return _with_source(reason, reason.source, item_id, say)
    if reason.kind == "target":
        return "by your batch target" if (reason.amount or 0) > 0 else "fewer, by your batch target"
    words = WORDS.get(reason.kind, "{}").format(reason.label)
    if reason.kind in INPUTS and reason.factor is not None and reason.amount != reason.factor:
        words += f", {say.amount(item_id, reason.factor)} {INPUTS[reason.kind]}"
    return words


def _with_source(reason: Reason, source: Reason, item_id: int, say: Say) -> str:
    inner_id = _item_of(source, item_id)
    amount = _amount(source.amount, source.unit, inner_id, say)
    of = f"{amount} of {source.label}" if source.unit == BATCH else f"{amount} {source.label}"
    if reason.factor is None:
        return f"for {of}, of an unknown amount each"
    if reason.unit == BATCH:
        return f"for {of}, {say.amount(inner_id, 1 / reason.factor)} a batch"
    each = say.amount(item_id, reason.factor)
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
