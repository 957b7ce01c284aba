"""Errors for people: what happened, where, and what to do.

Every error of the kitchen is a `BakehouseError`. Its text is a sentence for the person at the
screen; its fields are for programs. `exit_code` is what the command line ends with
(contract: 0 done, 1 refused, 2 usage or bad file, 3 busy or unreachable).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

LONGEST = 600
"""Signs of one message about a file."""


class BakehouseError(Exception):
    """The base of everything the kitchen raises on purpose."""

    exit_code: int = 1


class Refused(BakehouseError):
    """A rule of the kitchen forbids it; nothing has changed."""


# -- amounts ---------------------------------------------------------------------------------


class AmountError(Refused):
    """An amount or price that cannot be read, or that is out of bounds."""

    def __init__(self, text: object, reason: str, fix: str = "") -> None:
        self.text = str(text)
        self.reason = reason
        self.fix = fix
        shown = self.text if len(self.text) <= 60 else self.text[:57] + "…"
        super().__init__(f"'{shown}': {reason}." + (f" {fix}" if fix else ""))


class UnreadableAmount(AmountError):
    """A text that is no amount or price at all, as opposed to one that a rule refuses."""

    exit_code = 2


class UnreadableArgument(Refused):
    """A text that is no date, no whole number or no pair, where one is wanted."""

    exit_code = 2


class UnknownUnit(Refused):
    """A word that is neither a standard unit nor a measure of the item."""

    def __init__(self, unit: str, item: str) -> None:
        self.unit = unit
        self.item = item
        super().__init__(
            f"'{unit}' is no unit and no measure of {item}. "
            f"Use g, ml, cup … or add a measure '{unit}' to {item}."
        )


class UnknownAmount(Refused):
    """An amount that must be exact here, but cannot be converted for want of a density."""

    def __init__(self, item: str, unit: str, fix: str) -> None:
        self.item = item
        self.unit = unit
        self.fix = fix
        super().__init__(
            f"'{unit}' of {item} cannot be converted: {fix}. The palette has that as "
            "'item: equivalent', the command line as `bakehouse item equal`."
        )


# -- things that are named -------------------------------------------------------------------


class NotFound(Refused):
    """Nothing in the kitchen has this slug, id or name part."""

    noun: ClassVar[str] = "thing"
    advice: ClassVar[str] = ""
    """What else to do, as a sentence after a blank."""

    def __init__(self, name: object, near: Sequence[str] = ()) -> None:
        self.name = str(name)
        self.near = tuple(near)
        hint = f" Did you mean {', '.join(self.near)}?" if self.near else ""
        super().__init__(f"There is no {self.noun} '{self.name}'.{hint}{self.advice}")


class ItemNotFound(NotFound):
    """Nothing in the kitchen is an item of this name."""

    noun = "item"


class NewInLine(ItemNotFound):
    """A line names an item that is not there, and nobody said that it is a new one."""

    advice = " With --new-items it is added."


class ProductNotFound(NotFound):
    """Nothing in the kitchen is a product of this name."""

    noun = "product"


class RecipeNotFound(NotFound):
    """Nothing in the kitchen is a recipe of this name."""

    noun = "recipe"


class BundleNotFound(NotFound):
    """Nothing in the kitchen is a bundle of this name."""

    noun = "bundle"


class EventNotFound(NotFound):
    """Nothing in the kitchen is an event of this name."""

    noun = "event"


class LotNotFound(NotFound):
    """Nothing in the kitchen is a lot of this name."""

    noun = "lot"


class RunNotFound(NotFound):
    """Nothing in the kitchen is a run of this name."""

    noun = "run"


class ChangeNotFound(NotFound):
    """Nothing in the kitchen is a change of this name."""

    noun = "change"


class ViewNotFound(NotFound):
    """Nothing in the kitchen is a view of this name."""

    noun = "view"
    advice = " `bakehouse plugins list` names the plugins; `bakehouse show` takes their names too."


class PluginNotFound(NotFound):
    """Nothing in the kitchen is a plugin of this name."""

    noun = "plugin"


class Ambiguous(Refused):
    """A name part that fits several things."""

    def __init__(self, name: str, matches: Sequence[str]) -> None:
        self.name = name
        self.matches = tuple(matches)
        shown = ", ".join(self.matches[:8]) + (" …" if len(self.matches) > 8 else "")
        super().__init__(f"'{name}' could be any of: {shown}. Say more of the name.")


# -- rules ------------------------------------------------------------------------------------


class Cycle(Refused):
    """A recipe or bundle that would contain itself."""

    def __init__(self, path: Sequence[str]) -> None:
        self.path = tuple(path)
        super().__init__(f"This would make a cycle: {' → '.join(self.path)}.")


@dataclass(frozen=True, slots=True)
class Missing:
    """One item that a record lacks. Amounts are texts for people, in the item's display unit."""

    item_id: int
    item_name: str
    needed: str
    available: str


class Shortage(Refused):
    """There is not enough of something; names every missing item.

    `allowed_by` is the argument with which it is recorded all the same, if there is one: what is
    missing is counted in then.
    """

    def __init__(self, missing: Sequence[Missing], hint: str = "", *, allowed_by: str = "") -> None:
        self.missing = tuple(missing)
        self.hint = hint
        self.allowed_by = allowed_by
        parts = "; ".join(f"{m.item_name}: needs {m.needed}, has {m.available}" for m in missing)
        super().__init__(f"Not enough: {parts}." + (f" {hint}" if hint else ""))


class RuleBroken(Refused):
    """Any other rule of the kitchen; the message says which and what to do."""


class ReceiptRefused(Refused):
    """Lines of a receipt that cannot be recorded: their places, from 0, with their sentences."""

    def __init__(self, lines: Mapping[int, str]) -> None:
        self.lines = dict(lines)
        told = [f"line {place + 1}: {sentence}" for place, sentence in self.lines.items()]
        super().__init__("\n".join(told))


class CannotUndo(Refused):
    """Later changes are built on this one; `first` are their numbers, newest first."""

    def __init__(self, change_id: int, first: Sequence[int], reason: str) -> None:
        self.change_id = change_id
        self.first = tuple(first)
        super().__init__(reason)


# -- files ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file: its JSON path and what is wrong.

    Said to people, what the file holds is cut short: it may be megabytes.
    """

    path: str
    message: str

    def __str__(self) -> str:
        return f"{_cut(self.path)}: {_cut(self.message)}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 100]} … {text[-97:]}"


class BadDocument(Refused):
    """An item, recipe, bundle, product or event that breaks rules; lists all of them.

    `unreadable`: a part of it could not even be read.
    """

    def __init__(self, problems: Sequence[Problem], *, unreadable: bool = False) -> None:
        self.problems = tuple(problems)
        self.exit_code = 2 if unreadable else 1
        super().__init__("\n".join(str(problem) for problem in problems))


class BadFile(BakehouseError):
    """A file that cannot be read or is no kitchen; lists all problems at once."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


# -- the database and its sessions --------------------------------------------------------------


class DatabaseError(BakehouseError):
    """The database cannot be used now; trying again may help."""

    exit_code = 3


class DatabaseBusy(DatabaseError):
    """Another program holds the database longer than we wait."""


class DatabaseUnreachable(DatabaseError):
    """The database cannot be opened or has gone away."""


class Interrupted(DatabaseError):
    """What was running in the database was stopped because somebody asked for it."""


class NoDatabase(Refused):
    """There is no kitchen at this path."""


class NotAKitchen(BakehouseError):
    """The file or database is there but is no kitchen of ours."""

    exit_code = 2


class NewerSchema(Refused):
    """The kitchen was written by a newer version of the program."""


class ReadOnly(Refused):
    """Writing was asked of something that only reads."""


class SessionMisuse(BakehouseError):
    """A session used where it must not be: closed, on another thread, or on loan."""
