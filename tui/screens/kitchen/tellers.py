"""Telling what a line that is being written means: amount, item, or why it cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Literal, Protocol

from msgspec import Struct
from msgspec.structs import replace

from core.amount_words import say
from core.commands.catalog import named_output
from core.commands.equivalents import with_equivalents
from core.commands.kept_lines import new_kind, written, written_as
from core.commands.known import KnownItem, KnownItems
from core.commands.lines import NEW_KINDS, ReadLine, read
from core.documents import ItemDoc
from core.errors import BakehouseError
from core.units import parse_amount
from tui.widgets.plain import folded, plain

State = Literal["empty", "known", "new", "unknown", "which", "of what", "bad"]
SIGNS: dict[State, str] = {
    "empty": "",
    "known": "✓ ",
    "new": "+ ",
    "unknown": "? ",
    "which": "? ",
    "of what": "? ",
    "bad": "✗ ",
}


class Told(Struct, frozen=True):
    """What a line means, said in a few words.

    `offers` are what its last words may be; `item` and `unit` are of an amount that wants mending;
    `otherwise` is what else a new item could be.
    """

    state: State
    text: str = ""
    offers: tuple[KnownItem, ...] = ()
    item: KnownItem | None = None
    unit: str = ""
    typed: str = ""
    """The words that are meant to be its item."""
    otherwise: str = ""

    @property
    def said(self) -> str:
        """The words with their sign."""
        return SIGNS[self.state] + plain(self.text)

    @property
    def stands(self) -> bool:
        """Whether the line can be kept."""
        return self.state not in ("which", "of what", "bad")


class Teller(Protocol):
    """Reads the lines of one field."""

    def tell(self, text: str) -> Told:
        """Return what a line means."""

    def accept(self, text: str, offer: KnownItem) -> str:
        """Return the line with the item that was offered."""

    def refuse(self, text: str) -> str:
        """Return the line as one that means a new item."""

    def switch(self, text: str) -> str:
        """Return the line with its new item as something else."""


class LineTeller:
    """Reads lines with an amount and an item; `kind` is what an item becomes that nobody knows.

    `made` are the names of what is made of the lines.
    """

    def __init__(self, known: KnownItems, kind: str) -> None:
        self._known = known
        self._kind = kind
        self.made: Collection[str] = ()

    def _read(self, text: str) -> ReadLine:
        return read(text, self._known)

    def tell(self, text: str) -> Told:
        """Return what a line means."""
        line = self._read(text)
        if line.is_empty:
            return Told("empty")
        if line.item is None and line.guesses:
            said = f"{line.said} {line.guesses[0].name}?"
            return Told("which", said, line.guesses, typed=line.name)
        if line.wants_unit:
            return Told("of what", str(line.error))
        if line.error is not None:
            return Told("bad", line.fix or str(line.error), (), line.item, line.unit or "")
        if line.item is None:
            return self._tell_new(line)
        if line.is_unknown:
            said = f"{line.said} {line.item.name}: {line.fix}"
            return Told("unknown", said, (), line.item, line.unit or "")
        return Told("known", _with_note(f"{line.said} {line.item.name}", line))

    def _tell_new(self, line: ReadLine) -> Told:
        if folded(line.name) in self.made:
            return Told("bad", f"{line.name} is what this makes: it cannot go into itself")
        kind = new_kind(line, self._kind)
        what = "made item" if kind == "made" else kind
        said = f"{line.said} {line.name}: new {what}, in {line.stock_unit}"
        return Told("new", _with_note(said, line), otherwise=_other_kind(kind))

    def accept(self, text: str, offer: KnownItem) -> str:
        """Return the line with the item that was offered."""
        line = self._read(text)
        return written(offer.id, line.amount, line.note, self._known)

    def refuse(self, text: str) -> str:
        """Return the line as one that means a new item: its name in quotes."""
        line = self._read(text)
        note = f", {line.note}" if line.note else ""
        return f'{line.amount} "{line.name}"{note}'

    def switch(self, text: str) -> str:
        """Return the line with its new item as something else."""
        line = self._read(text)
        kind = _other_kind(new_kind(line, self._kind))
        usual = new_kind(replace(line, kind=None), self._kind)
        return written_as(line, None if kind == usual else kind, self._known)


class OutputTeller(LineTeller):
    """Reads what a batch makes; an amount alone is of what is called like the recipe."""

    def __init__(self, known: KnownItems, name: Callable[[], str]) -> None:
        super().__init__(known, "made")
        self._name = name

    def _read(self, text: str) -> ReadLine:
        name = self._name()
        return super()._read(named_output(text, name) if name and text.strip() else text)

    def _tell_new(self, line: ReadLine) -> Told:
        return Told("new", f"{line.said} {line.name}: what it makes, new, in {line.stock_unit}")

    def names(self, texts: Iterable[str]) -> set[str]:
        """Return what lines are of, folded."""
        return {folded(self._read(text).name) for text in texts}

    def switch(self, text: str) -> str:
        """Return the line as it is; what a recipe makes is made."""
        return text


class EqualsTeller:
    """Reads what an amount of an item is in another unit."""

    def __init__(self, unit: Callable[[], str]) -> None:
        self._unit = unit

    def tell(self, text: str) -> Told:
        """Return what a line means."""
        if not text.strip():
            return Told("empty")
        doc = ItemDoc(slug="x", name="it", kind="ingredient", unit=self._unit())
        try:
            found = with_equivalents(doc, [text])
        except BakehouseError as error:
            return Told("bad", str(error))
        if found.grams_each is not None:
            return Told("known", f"one weighs {_grams(found.grams_each)}")
        if found.grams_per_ml is not None:
            return Told("known", f"{_grams(found.grams_per_ml)} per ml")
        [(name, amount)] = found.measures.items()
        return Told("known", f"a {name} is {amount}")

    def accept(self, text: str, offer: KnownItem) -> str:
        """Return the line as it is; nothing is offered."""
        return text

    def refuse(self, text: str) -> str:
        """Return the line as it is; nothing is offered."""
        return text

    def switch(self, text: str) -> str:
        """Return the line as it is; it names no item."""
        return text


def _grams(text: str) -> str:
    return say(parse_amount(text).value, "g")


def _other_kind(kind: str) -> str:
    return NEW_KINDS[(NEW_KINDS.index(kind) + 1) % len(NEW_KINDS)]


def _with_note(said: str, line: ReadLine) -> str:
    return f"{said} · {line.note}" if line.note else said
