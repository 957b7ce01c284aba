"""Rebinding keys: which bindings there are, and whether what the config asks for can be had.

Textual takes any keymap in silence: names that it does not know, keys that nobody can press, and
keys that are taken, whose other binding is then gone. Here each of them is told and left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pkgutil import walk_packages

from msgspec import Struct
from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import Keys, _character_to_key, key_to_character
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, TextArea

import tui
from core.config import Config, Trouble, line_of
from tui.key_names import EVERYWHERE, said_key, said_keys, said_place

MODIFIERS = ("ctrl", "alt", "shift", "super", "hyper", "meta")
SAME_TO_TERMINALS = {
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+h": "backspace",
    "ctrl+j": "enter",
    "ctrl+[": "escape",
    "ctrl+left_square_bracket": "escape",
}
"""Keys that most terminals send as another key."""
NAMED = frozenset(key.value for key in Keys if not key.value.startswith("<"))


class KnownKey(Struct, frozen=True):
    """A binding that can be rebound: its id, its keys now, what it does and where it works."""

    id: str
    keys: str
    does: str
    where: str


class Checked(Struct, frozen=True):
    """What can be rebound of what the config asks for, and what is wrong with the rest."""

    keymap: Mapping[str, str]
    troubles: tuple[Trouble, ...] = ()


class _Bound(Struct, frozen=True):
    """One key of one binding of one kind of screen or widget."""

    owner: type[DOMNode]
    key: str
    binding: Binding


def checked(config: Config) -> Checked:
    """Return the keymap of the config without what cannot be had, and why that cannot be had."""
    if not config.keys:
        return Checked({})
    return _Checking(config, _bound()).check()


def known_keys(config: Config) -> list[KnownKey]:
    """Return every binding that can be rebound, by id."""
    keymap = checked(config).keymap
    found: dict[str, list[_Bound]] = {}
    for each in _bound():
        if each.binding.id is not None and _ours(each.owner):
            found.setdefault(each.binding.id, []).append(each)
    return [_known(id_, keymap.get(id_), found[id_]) for id_ in sorted(found)]


def _known(id_: str, rebound: str | None, bound: list[_Bound]) -> KnownKey:
    binding = bound[0].binding
    does = binding.description or binding.action
    if binding.tooltip:
        does = f"{does}: {binding.tooltip}"
    keys = rebound or ",".join(dict.fromkeys(each.key for each in bound))
    places = dict.fromkeys(said_place(each.owner) for each in bound)
    where = EVERYWHERE if EVERYWHERE in places else ", ".join(places)
    return KnownKey(id_, said_keys(keys), does, where)


# -- every binding there is -----------------------------------------------------------------------


@cache
def _bound() -> tuple[_Bound, ...]:
    for module in walk_packages(tui.__path__, "tui."):
        import_module(module.name)
    return tuple(_of_classes(sorted(_classes(DOMNode), key=lambda owner: owner.__qualname__)))


def _classes(parent: type[DOMNode]) -> set[type[DOMNode]]:
    """Return the classes of ours below `parent`."""
    found = set()
    for child in parent.__subclasses__():
        found |= {child} if _ours(child) else set()
        found |= _classes(child)
    return found


def _ours(owner: type[DOMNode]) -> bool:
    return owner.__module__.startswith("tui.")


def _of_classes(owners: Iterable[type[DOMNode]]) -> Iterator[_Bound]:
    for owner in owners:
        # In a field, what edits the text comes first, as every letter does.
        typing = {
            key
            for field in (Input, TextArea)
            if issubclass(owner, field)
            for key in field._merge_bindings().key_to_bindings
        }
        for key, bindings in owner._merge_bindings().key_to_bindings.items():
            if key not in typing:
                yield from (_Bound(owner, key, binding) for binding in bindings)


# -- checking -------------------------------------------------------------------------------------


class _Checking:
    def __init__(self, config: Config, bound: Collection[_Bound]) -> None:
        self._config = config
        self._bound = bound
        self._keys_of_app = {each.key for each in bound if issubclass(each.owner, App)}
        self._troubles: list[Trouble] = []

    def check(self) -> Checked:
        """Leave out what is unknown or no key first, then what clashes, the last asked first."""
        keymap: dict[str, str] = {}
        for id_, keys in self._config.keys.items():
            if self._is_known(id_) and (good := self._good_keys(id_, keys)):
                keymap[id_] = good
        while clash := self._clash(keymap):
            del keymap[clash]
        return Checked(keymap, tuple(self._troubles))

    def _wrong(self, id_: str, message: str) -> None:
        path = self._config.path
        try:
            line = line_of(path.read_text(encoding="utf-8"), "keys", *id_.split("."))
        except OSError:
            line = None
        self._troubles.append(Trouble(str(path), message, line, f"keys.{id_}"))

    def _is_known(self, id_: str) -> bool:
        known = {each.binding.id for each in self._bound if each.binding.id and _ours(each.owner)}
        if id_ in known:
            return True
        near = get_close_matches(id_, known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else "`bakehouse keys` lists them"
        self._wrong(id_, f"nothing on the screen has this name; {hint}")
        return False

    def _good_keys(self, id_: str, keys: str) -> str | None:
        priority = any(e.binding.priority for e in self._bound if e.binding.id == id_)
        good = []
        for key in keys.split(","):
            normal, reason = key_of(key.strip())
            if normal and priority and (key_to_character(normal) or "").isprintable():
                character = key_to_character(normal)
                reason = f"'{character}' could not be typed any more" if character else ""
            if reason:
                self._wrong(id_, reason)
                return None
            good.append(normal)
        return ",".join(good)

    def _clash(self, keymap: Mapping[str, str]) -> str | None:
        """Return the last rebinding that takes a key from something else, and tell of it."""
        now = [_Bound(each.owner, key, each.binding) for each in self._bound
               for key in _keys_now(each, keymap)]  # fmt: skip
        for id_ in reversed(list(keymap)):
            others = [each for each in now if each.binding.id != id_]
            for mine in (each for each in now if each.binding.id == id_):
                taken = next((other for other in others if self._clashing(mine, other)), None)
                if taken is not None:
                    self._wrong(id_, _taken(mine.key, taken))
                    return id_
        return None

    def _clashing(self, mine: _Bound, other: _Bound) -> bool:
        """Tell whether two bindings want one key at one time, and did not before."""
        if mine.key != other.key or not _meet(mine, other):
            return False
        # A screen that takes a key of the app for itself does so whatever the app does with it.
        takes_over = (
            issubclass(mine.owner, App)
            and not issubclass(other.owner, App)
            and other.binding.key == other.key
            and other.key in self._keys_of_app
        )
        as_before = mine.binding.key == mine.key and other.binding.key == other.key
        return not (as_before or takes_over)


def _keys_now(bound: _Bound, keymap: Mapping[str, str]) -> list[str]:
    rebound = keymap.get(bound.binding.id or "")
    return [bound.key] if rebound is None else rebound.split(",")


def _taken(key: str, other: _Bound) -> str:
    what = other.binding.description or other.binding.action
    name = f" ({other.binding.id})" if other.binding.id else ""
    taken = said_key(key)
    return f"{taken} is taken by “{what}”{name}; give that another key first, or choose another"


def _meet(one: _Bound, other: _Bound) -> bool:
    """Tell whether the bindings of two kinds of screens and widgets can work at one time."""
    first, second = one.owner, other.owner
    if issubclass(first, second) or issubclass(second, first):
        return True
    if issubclass(first, Screen) and issubclass(second, Screen):
        return False
    if issubclass(first, App) or issubclass(second, App):
        return not (issubclass(first, ModalScreen) or issubclass(second, ModalScreen))
    if issubclass(first, Screen) or issubclass(second, Screen):
        screen, widget = (first, second) if issubclass(first, Screen) else (second, first)
        near = screen.__module__.rpartition(".")[0]
        return widget.__module__.startswith(("tui.widgets.", f"{near}."))
    modules = (first.__module__, second.__module__)
    return modules[0] == modules[1] or all(name.startswith("tui.widgets.") for name in modules)


# -- keys -----------------------------------------------------------------------------------------


def key_of(told: str) -> tuple[str, str]:
    """Return the key that a person means as Textual names it, and what is wrong with it if so."""
    if len(told) == 1:
        return _character_to_key(told), ""
    *modifiers, last = told.split("+")
    modifiers = [modifier.lower() for modifier in modifiers]
    for modifier in modifiers:
        if modifier not in MODIFIERS:
            near = get_close_matches(modifier, MODIFIERS, n=1)
            return "", f"there is no key '{told}'" + (f"; did you mean '{near[0]}+…'?" * bool(near))
    if len(last) == 1:
        if modifiers == ["shift"] and last.isalpha():
            return "", f"write '{last.upper()}' for '{told}'"
        name = _character_to_key(last.lower() if "ctrl" in modifiers else last)
    elif last.lower() in NAMED or key_to_character(last) is not None:
        name = last.lower()
    else:
        near = get_close_matches(last.lower(), NAMED, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else "; write it as 'z', 'ctrl+z' or 'f7'"
        return "", f"there is no key '{told}'{hint}"
    key = "+".join((*(m for m in MODIFIERS if m in modifiers), name))
    if key in SAME_TO_TERMINALS:
        return "", f"terminals cannot tell '{told}' from {SAME_TO_TERMINALS[key]}"
    return key, ""
