"""Reading the kitchen file: JSON to documents, with every problem and its JSON path at once.

Decoding never gives up at the first thing that is wrong: a broken value is replaced by a harmless
one and its path is remembered, so that the rest is read and judged too. Amounts and money may be
JSON numbers; they are read exactly as written (48, 2.5), never as binary floats.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from types import NoneType
from typing import Any, Final, TypeVar, cast, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct, field

from core.documents import FORMAT, VERSION, Document, KitchenDoc
from core.errors import BadFile, Problem
from core.interchange.notes import IGNORED, Note
from core.units import plain_decimal

D = TypeVar("D", bound=Document)

AMOUNTS: Final = frozenset(
    {"accepted_need", "amount", "batch_step", "batches", "cost", "cost_left", "good"}
    | {
        "grams_each",
        "grams_per_ml",
        "left",
        "lost",
        "measures",
        "pack",
        "paid",
        "price",
        "value",
        "waste",
    }
)
"""The text fields that may be written as JSON numbers."""

_LARGEST: Final = 2**31 - 1
_DIGITS: Final = 4000
_NOUNS: Final = {bool: "true or false", list: "a list", dict: "an object", NoneType: "null"}


class Parsed(Struct):
    """A file as far as it could be read. Every place in `problems` holds a harmless value."""

    doc: KitchenDoc
    notes: list[Note] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class _Object(dict[str, Any]):
    """A JSON object that remembers which keys it had twice."""

    twice: tuple[str, ...] = ()


def parse_json(text: str | bytes) -> object:
    """Decode JSON with exact numbers. Raises `BadFile`: it is no JSON."""
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadFile([Problem("$", f"this is no text in UTF-8: {error.reason}")]) from None
    try:
        return json.loads(
            text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"),
            parse_float=_decimal,
            parse_int=_whole,
            parse_constant=Decimal,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadFile([Problem("$", f"this is no JSON: {error.msg} at {where}")]) from None
    except RecursionError:
        raise BadFile([Problem("$", "this is nested too deep to be a kitchen")]) from None


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("Infinity")


def _whole(text: str) -> int | Decimal:
    return int(text) if len(text) <= _DIGITS else Decimal(text)


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        found.twice = tuple(dict.fromkeys(key for key in keys if keys.count(key) > 1))
    return found


def parse_kitchen(data: object) -> Parsed:
    """Return a decoded file as documents, with what is wrong in its shape.

    Raises:
        BadFile: It is no kitchen file at all, or one of a newer version.
    """
    _check_header(data)
    decoder = _Decoder()
    doc = decoder.struct(KitchenDoc, data, "")
    return Parsed(doc, decoder.notes, decoder.problems)


def _check_header(data: object) -> None:
    if not isinstance(data, dict):
        raise BadFile([Problem("$", f"a kitchen is an object, not {_said(data)}")])
    told, version = data.get("format"), data.get("version")
    if told != FORMAT:
        said = "there is none" if told is None else f"not {_said(told)}"
        raise BadFile(
            [Problem("format", f'this is no kitchen file: "{FORMAT}" is expected, {said}')]
        )
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        said = "there is none" if version is None else f"not {_said(version)}"
        raise BadFile([Problem("version", f"a number such as {VERSION} is expected, {said}")])
    if version > VERSION:
        raise BadFile(
            [
                Problem(
                    "version",
                    f"this file has the newer version {version}; this program reads up to "
                    f"version {VERSION}. Update bakehouse to read it.",
                )
            ]
        )


def decode(type_: type[D], data: object, path: str) -> tuple[D, list[Problem]]:
    """Return a document of plain data, and what is wrong in its shape, below `path`."""
    decoder = _Decoder()
    return decoder.struct(type_, data, path), decoder.problems


class _Decoder:
    """Turns plain data into documents by their annotations."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.notes: list[Note] = []

    def struct(self, type_: type[D], data: object, path: str) -> D:
        """Return a document; what is missing or of a wrong type is a problem."""
        if not isinstance(data, dict):
            self._wrong(path, "an object", data)
            data = dict.fromkeys(_required(type_))
            return _Silent().struct(type_, data, path)
        fields = _fields(type_)
        given: dict[str, Any] = {}
        for name, (hint, required) in fields.items():
            place = _join(path, name)
            if name in data:
                given[name] = self._value(hint, data[name], place, name)
            elif required:
                self._problem(place, "is missing")
                given[name] = _Silent()._value(hint, None, place, name)
        for key in data:
            if key not in fields:
                self.notes.append(
                    Note(IGNORED, _join(path, key), "is no field that is known here; ignored")
                )
        self._twice(data, path)
        return type_(**given)

    def _value(self, hint: Any, data: object, path: str, name: str) -> Any:
        if NoneType in get_args(hint):
            if data is None:
                return None
            hint = next(arg for arg in get_args(hint) if arg is not NoneType)
        if hint is str:
            return self._text(data, path, name)
        if hint is int:
            return self._int(data, path)
        if hint is bool:
            return data if isinstance(data, bool) else self._wrong(path, "true or false", data)
        if get_origin(hint) is list:
            return self._list(get_args(hint)[0], data, path, name)
        if get_origin(hint) is dict:
            return self._dict(get_args(hint)[1], data, path, name)
        if hint is Any:
            return self._plain(data, path)
        return self.struct(hint, data, path)

    def _text(self, data: object, path: str, name: str) -> str:
        if isinstance(data, str):
            if "\0" in data or any("\ud800" <= char <= "\udfff" for char in data):
                self._problem(path, "this text has characters that cannot be stored")
                return ""
            return data
        if name in AMOUNTS and isinstance(data, int | Decimal) and not isinstance(data, bool):
            return self._number(Decimal(data), path)
        return cast(str, self._wrong(path, "text", data, ""))

    def _number(self, number: Decimal, path: str) -> str:
        if not number.is_finite():
            self._problem(path, f"{number} is no finite number")
            return ""
        if number.adjusted() > _DIGITS or int(number.as_tuple().exponent) < -_DIGITS:
            self._problem(path, "amounts above 10^9, or finer than can be told, are refused")
            return ""
        return plain_decimal(number)

    def _int(self, data: object, path: str) -> int:
        if isinstance(data, Decimal) and data.is_finite() and abs(data) <= _LARGEST:
            data = int(data) if data == int(data) else data
        if isinstance(data, bool) or not isinstance(data, int):
            return cast(int, self._wrong(path, "a whole number", data, 1))
        if abs(data) > _LARGEST:
            self._problem(path, f"whole numbers above {_LARGEST} are refused")
            return 1
        return data

    def _list(self, inner: Any, data: object, path: str, name: str) -> list[Any]:
        if not isinstance(data, list):
            return cast(list[Any], self._wrong(path, "a list", data, []))
        return [self._value(inner, each, f"{path}[{n}]", name) for n, each in enumerate(data)]

    def _dict(self, inner: Any, data: object, path: str, name: str) -> dict[str, Any]:
        if not isinstance(data, dict):
            return cast(dict[str, Any], self._wrong(path, "an object", data, {}))
        self._twice(data, path)
        return {
            self._text(key, f"{path}.{key}", ""): self._value(inner, each, f"{path}.{key}", name)
            for key, each in data.items()
        }

    def _plain(self, data: object, path: str) -> object:
        """Return journal data as it is, if it is what a journal holds."""
        if isinstance(data, str):
            return self._text(data, path, "")
        if isinstance(data, list):
            return [self._plain(each, f"{path}[{n}]") for n, each in enumerate(data)]
        if isinstance(data, dict):
            return {key: self._plain(each, f"{path}.{key}") for key, each in data.items()}
        if isinstance(data, Decimal):
            return self._wrong(path, "text or a whole number", data)
        return data

    def _twice(self, data: Mapping[str, object], path: str) -> None:
        for key in data.twice if isinstance(data, _Object) else ():
            self._problem(_join(path, key), "is there twice")

    def _wrong(self, path: str, expected: str, data: object, harmless: object = False) -> object:
        self._problem(path, f"{expected} is expected, not {_said(data)}")
        return harmless

    def _problem(self, path: str, message: str) -> None:
        self.problems.append(Problem(path or "$", message))


class _Silent(_Decoder):
    """Makes harmless values where a problem is told already."""

    def _problem(self, path: str, message: str) -> None:
        pass


@cache
def _fields(type_: type[Document]) -> dict[str, tuple[Any, bool]]:
    """Return the annotations of a document's fields, and which of them must be there."""
    hints = get_type_hints(type_)
    return {each.name: (hints[each.name], each.required) for each in msgspec.structs.fields(type_)}


def _required(type_: type[Document]) -> Iterable[str]:
    return [name for name, (_, required) in _fields(type_).items() if required]


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _said(data: object) -> str:
    if isinstance(data, str):
        return f"'{data[:40]}'"
    if isinstance(data, dict):
        return "an object"
    return _NOUNS.get(type(data), "a number")
