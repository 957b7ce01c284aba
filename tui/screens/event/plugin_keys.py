"""The keys that plugins ask for: to go to their views, and to act on their rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from textual import events

from bakehouse.plugin import Action, Row
from core.errors import RuleBroken
from plugins.choosing import keys_of
from plugins.host import View

if TYPE_CHECKING:
    from core.commands.model import Given


def plugin_keys(views: Sequence[View], taken: Collection[str]) -> list[tuple[str, str, str]]:
    """Return what each key of a plugin does, where it comes from, and the key."""
    found = [
        (f"Go to {view.title}", f"plugin {view.plugin}", key)
        for key, view in keys_of(views, taken)[0].items()
    ]
    for view in views:
        found += [
            (action.title, f"{view.title} ({view.plugin})", action.key)
            for action in view.spec.actions
            if action.key is not None and action.key not in taken
        ]
    return found


def view_under(views: Sequence[View], key: events.Key, taken: Collection[str]) -> View | None:
    """Return the view that asked for a key; the keys of the program are not given away."""
    keys = keys_of(views, taken)[0]
    return keys.get(key.key) or keys.get(key.character or "")


def action_under(view: View, key: events.Key) -> Action | None:
    """Return the action of a view that asked for a key."""
    pressed = (key.key, key.character)
    return next((action for action in view.spec.actions if action.key in pressed), None)


def command_of(action: Action, row: Row, event_id: int | None) -> tuple[str, dict[str, Given]]:
    """Return the command of an action on a row. Raises `RuleBroken` where it cannot be done."""
    from tui.screens.form.words import read_words

    words = action.words(row, event_id)
    if words is None:
        raise RuleBroken(f"{action.title}: this row lacks what it needs.")
    return read_words(words)
