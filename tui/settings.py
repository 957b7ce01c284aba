"""Putting the config into effect."""

from __future__ import annotations

from typing import Any

from textual.app import App

from core.config import Config, Trouble
from tui.themes import OURS, theme_of, theme_trouble


def apply_config(app: App[Any], config: Config) -> tuple[Trouble, ...]:
    """Give the app its theme, its keys and its animation; return what of it cannot be had."""
    troubles = list(config.troubles)
    for theme in OURS:
        app.register_theme(theme)
    wrong = theme_trouble(config)
    if wrong is not None:
        troubles.append(wrong)
    elif config.theme is not None:
        app.theme = theme_of(config.theme)
    if not config.animation:
        app.animation_level = "none"
    if config.keys:
        # It has to know every screen there is, which nobody else wants at the start.
        from tui.keymap import checked

        found = checked(config)
        troubles += found.troubles
        app.set_keymap(dict(found.keymap))
    return tuple(troubles)
