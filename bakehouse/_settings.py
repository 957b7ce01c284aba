"""The settings of a plugin: one schema for the config file, the environment and forms.

`bakehouse.plugin` makes it public.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Literal, TypeAlias, get_args

from bakehouse._cells import MOST_DIGITS, plain_number
from bakehouse._checking import at_most, checked_text, kind_of, plain_text, put_texts

MOST_CHOICES = 1000
"""More choices than this are taken for an endless generator."""

SettingKind: TypeAlias = Literal["text", "integer", "number", "flag", "choice", "date"]
SettingValue: TypeAlias = str | int | Decimal | bool | date

_KEY = re.compile(r"[a-z][a-z0-9_]*")
_FLAGS = {"true": True, "yes": True, "on": True, "1": True}
_FLAGS |= {"false": False, "no": False, "off": False, "0": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting of a plugin.

    Attributes:
        key: Its name in the config file, in small letters, digits and _.
        title: What people read beside it.
        default: What holds where nothing is set; it must itself be a valid value.
        kind: What values it takes. A "number" is a `Decimal`, a "flag" true or false.
        choices: The values of a "choice".
        least: The smallest "integer" or "number".
        most: The largest one.
        secret: Whether its value is never shown.
        help: One sentence.
    """

    key: str
    title: str
    default: SettingValue
    kind: SettingKind = "text"
    choices: tuple[str, ...] = ()
    least: int | Decimal | None = None
    most: int | Decimal | None = None
    secret: bool = False
    help: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.key, str) or not _KEY.fullmatch(self.key):
            raise ValueError(f"Setting {self.key!r}: a key is small letters, digits and _")
        where = f"Setting {self.key!r}"
        put_texts(self, "Setting", "key")
        put_texts(self, where, "title", "help")
        if not self.title.strip():
            raise ValueError(f"{where}: needs a title")
        if self.kind not in get_args(SettingKind):
            known = ", ".join(get_args(SettingKind))
            raise ValueError(
                f"Setting {self.key!r}: kind must be one of {known}, not {self.kind!r}"
            )
        choices = at_most(self.choices, MOST_CHOICES, "it has choices,")
        choices = tuple(checked_text(choice, f"{where}: a choice") for choice in choices)
        object.__setattr__(self, "choices", choices)
        for bound in ("least", "most"):
            if getattr(self, bound) is not None:
                object.__setattr__(self, bound, _bound(getattr(self, bound), f"{where}: {bound}"))
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError(f"Setting {self.key!r}: a choice, and nothing else, has choices")
        try:
            object.__setattr__(self, "default", self.accept(self.default))
        except ValueError as error:
            raise ValueError(f"Setting {self.key!r}: its default {error}") from error

    @property
    def takes(self) -> str:
        """What values it takes, in words."""
        words = {
            "text": "a text",
            "integer": "a whole number",
            "number": "a number",
            "flag": "yes or no",
            "choice": " | ".join(self.choices),
            "date": "a date as 2026-12-15",
        }[self.kind]
        if self.least is not None:
            words += f", {self.least} or more"
        return words if self.most is None else f"{words}, {self.most} or less"

    def accept(self, value: object) -> SettingValue:
        """Return a value of the right type from one of a config file.

        Raises:
            ValueError: It is none; the message goes on from the name of the setting.
        """
        taken = self._taken(value)
        if self.choices and taken not in self.choices:
            raise ValueError(f"must be one of {', '.join(self.choices)}, not '{taken}'")
        if isinstance(taken, int | Decimal) and not isinstance(taken, bool):
            if self.least is not None and taken < self.least:
                raise ValueError(f"must be {self.least} or more, not {taken}")
            if self.most is not None and taken > self.most:
                raise ValueError(f"must be {self.most} or less, not {taken}")
        return taken

    def read(self, text: str) -> SettingValue:
        """Return the value that a person typed, or that the environment holds.

        Raises:
            ValueError: It is none; the message goes on from the name of the setting.
        """
        typed = text.strip()
        if self.kind == "flag":
            if typed.lower() not in _FLAGS:
                raise ValueError(f"must be yes or no, not '{typed}'")
            return _FLAGS[typed.lower()]
        if self.kind in ("integer", "number"):
            return self.accept(_number(typed))
        if self.kind == "date":
            return self.accept(_date(typed))
        return self.accept(text)

    def _taken(self, value: object) -> SettingValue:
        if self.kind == "flag" and isinstance(value, bool):
            return value
        if self.kind in ("text", "choice") and isinstance(value, str):
            return plain_text(value)
        if self.kind == "date":
            if isinstance(value, str):
                return _date(value)
            if isinstance(value, date) and not isinstance(value, datetime):
                return date.fromordinal(date.toordinal(value))
        if self.kind in ("integer", "number") and not isinstance(value, bool):
            if isinstance(value, float):
                value = Decimal(str(value))
            if isinstance(value, int | Decimal):
                number = Decimal(_plain(value))
                if self.kind == "number":
                    return number
                if number == number.to_integral_value():
                    return int(number)
        wanted = {"flag": "true or false", "integer": "a whole number", "date": "a date"}
        raise ValueError(f"must be {wanted.get(self.kind, f'a {self.kind}')}, not {value!r}")


def _bound(value: object, what: str) -> int | Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError(f"{what} must be a whole number or a Decimal, not {kind_of(value)}")
    return _plain(value)


def _plain(value: int | Decimal) -> int | Decimal:
    try:
        return plain_number(value)
    except ValueError:
        raise ValueError(f"must be a number of at most {MOST_DIGITS} digits") from None


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"must be a number, not '{text}'") from None


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"must be a date as 2026-12-15, not '{text}'") from None
