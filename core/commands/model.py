"""The data that describes a command, and the arguments it is given."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum

from msgspec import Struct, field

from core import clock
from core.days import parse_day
from core.errors import BadDocument, Problem, RuleBroken, UnreadableArgument

WHOLE = re.compile(r"-?[0-9]{1,30}")

NONE = "none"
"""What takes away what is set."""
YES = ("y", "yes", "true", "1", "on")
NO = ("n", "no", "false", "0", "off", NONE)

Given = str | bool | Sequence[str] | None
"""One argument as given: a text, a flag, several texts, or nothing."""


class Wanted(Enum):
    """What a parameter wants; it says which completion and which hint a person gets."""

    EVENT = "event"
    ITEM = "item"
    PRODUCT = "product"
    RECIPE = "recipe"
    BUNDLE = "bundle"
    LOT = "lot"
    CHANGE = "change"
    AMOUNT = "amount"
    MONEY = "money"
    DATE = "date"
    NUMBER = "number"
    TEXT = "text"
    FLAG = "flag"
    CHOICE = "choice"
    LINE = "line"
    PAIR = "pair"
    EQUALS = "equals"


class Param(Struct, frozen=True):
    """One parameter. An `option` is given by name, another one by its place.

    `metavar` is its placeholder in usage lines; `many` may be given several times. Of items only
    those of `kinds` are offered, if any are named; a day that is `past` is one that has been.
    In a dialog it stands under `label`, and is `asked` for, unless another parameter takes it too;
    there it is required where the one it stands `instead` of is not given.
    """

    name: str
    wanted: Wanted
    help: str
    option: bool = False
    required: bool = True
    many: bool = False
    choices: tuple[str, ...] = ()
    metavar: str | None = None
    kinds: tuple[str, ...] = ()
    past: bool = False
    label: str = ""
    asked: bool = True
    instead: str = ""

    @property
    def flag(self) -> str:
        """Return the name of the option on a command line."""
        return "--" + self.name.replace("_", "-")


def place(name: str, wanted: Wanted, help_: str, **more: object) -> Param:
    """Return a parameter that is given by its place."""
    return Param(name, wanted, help_, **more)  # type: ignore[arg-type]


def option(name: str, wanted: Wanted, help_: str, **more: object) -> Param:
    """Return a parameter that is given by its name, and may be left out."""
    return Param(name, wanted, help_, option=True, required=False, **more)  # type: ignore[arg-type]


class Command(Struct, frozen=True):
    """Something that can be done. `runs` names its function as "module:function".

    What only plugins name is not `offered` to people by itself.
    """

    words: tuple[str, ...]
    title: str
    summary: str
    params: tuple[Param, ...]
    runs: str
    offered: bool = True

    @property
    def name(self) -> str:
        """Return the words as people type them."""
        return " ".join(self.words)

    def param(self, name: str) -> Param:
        """Return a parameter by name."""
        return next(param for param in self.params if param.name == name)


class Arguments(Struct, frozen=True):
    """The arguments of one call, read by the command that wants them."""

    values: Mapping[str, Given] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a required text. Raises `RuleBroken` where it is missing."""
        value = self.maybe(name)
        if value is None:
            raise RuleBroken(f"'{name}' is missing.")
        return value

    def maybe(self, name: str) -> str | None:
        """Return a text, or None where nothing was given."""
        value = self.values.get(name)
        return value.strip() if isinstance(value, str) and value.strip() else None

    def has(self, name: str) -> bool:
        """Tell whether anything was given."""
        return bool(self.values.get(name))

    def or_none(self, name: str, before: str | None) -> str | None:
        """Return a text, what was there `before` if nothing was given, None for "none"."""
        value = self.maybe(name)
        return before if value is None else None if _is_none(value) else value

    def is_on(self, name: str, before: bool = False) -> bool:
        """Tell whether a flag is set; "no" takes away what was there `before`.

        Raises:
            BadDocument: It is neither yes nor no.
        """
        value = self.values.get(name)
        if not isinstance(value, str):
            return value is True or before
        said = value.strip().casefold()
        if said and said not in (*YES, *NO):
            raise BadDocument([Problem(name, f"'{value.strip()}' is neither yes nor no.")])
        return said in YES if said else before

    def many(self, name: str) -> list[str]:
        """Return several texts."""
        value = self.values.get(name)
        if value is None or isinstance(value, bool):
            return []
        return [value] if isinstance(value, str) else list(value)

    def day(self, name: str, *, past: bool = False) -> date | None:
        """Return a date, as `parse_day` reads it. Raises `UnreadableArgument` for what is none."""
        text = self.maybe(name)
        return None if text is None else parse_day(text, clock.today(), past=past)

    def number(self, name: str) -> int | None:
        """Return a whole number. Raises `UnreadableArgument` for what is none."""
        text = self.maybe(name)
        if text is None:
            return None
        if not WHOLE.fullmatch(text):
            shown = text if len(text) <= 60 else f"{text[:57]}…"
            raise UnreadableArgument(f"'{shown}' is no whole number.")
        return int(text)

    def number_or_none(self, name: str, before: int | None) -> int | None:
        """Return a whole number, what was there `before` if nothing was given, None for "none"."""
        value = self.maybe(name)
        return before if value is None else None if _is_none(value) else self.number(name)

    def list_or_none(self, name: str, before: Sequence[str]) -> list[str]:
        """Return several texts, those `before` if none was given, nothing for "none"."""
        texts = [text for text in self.many(name) if text.strip()]
        if not texts:
            return list(before)
        return [] if [text.strip().casefold() for text in texts] == [NONE] else texts

    def pairs(self, name: str) -> list[tuple[str, str]]:
        """Return the pairs of several "NAME=REST". Raises `UnreadableArgument` for what is none."""
        pairs = []
        for text in self.many(name):
            left, equals, right = text.partition("=")
            if not equals or not left.strip() or not right.strip():
                raise UnreadableArgument(
                    f"'{text}' should be written as NAME=…, for example cup=120 g."
                )
            pairs.append((left.strip(), right.strip()))
        return pairs


def _is_none(text: str) -> bool:
    return text.casefold() == NONE
