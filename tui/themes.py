"""The themes of our own, and remembering which one was chosen."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path

from textual.theme import BUILTIN_THEMES, Theme

from core.config import Config, Trouble, line_of
from plugins.configuring import write_value

DARK = Theme(
    name="bakehouse-dark",
    primary="#f0b35c",
    secondary="#8fb8de",
    warning="#f2c14e",
    error="#ff8a80",
    success="#8fd694",
    accent="#f0b35c",
    foreground="#f2ede6",
    background="#17130f",
    surface="#231d17",
    panel="#2e261e",
    dark=True,
    variables={
        "block-cursor-foreground": "#17130f",
        "block-cursor-background": "#f0b35c",
        "block-cursor-text-style": "bold",
        "text-muted": "#b8aea2",
        "text-disabled": "#a89e92",
        "text-error": "#ff8a80",
        "text-success": "#8fd694",
        "text-warning": "#f2c14e",
    },
)
LIGHT = Theme(
    name="bakehouse-light",
    primary="#7a3e00",
    secondary="#1f4e79",
    warning="#7a4d00",
    error="#a31515",
    success="#1b5e20",
    accent="#7a3e00",
    foreground="#000000",
    background="#fffdf9",
    surface="#f6f1e9",
    panel="#efe8dc",
    dark=False,
    variables={
        "block-cursor-foreground": "#fffdf9",
        "block-cursor-background": "#7a3e00",
        "block-cursor-text-style": "bold",
        "text-muted": "#5a5148",
        "text-disabled": "#6a6158",
        "text-error": "#a31515",
        "text-success": "#1b5e20",
        "text-warning": "#7a4d00",
    },
)
TERMINAL = "terminal"
"""What people call the theme of their terminal's own sixteen colours."""
OURS = (DARK, LIGHT)


def theme_names() -> list[str]:
    """Return every name that `theme` may have in the config file."""
    return sorted({*BUILTIN_THEMES, *(theme.name for theme in OURS), TERMINAL})


def theme_of(name: str) -> str:
    """Return Textual's name for a theme: the terminal's colours are its `ansi-dark`."""
    return "ansi-dark" if name == TERMINAL else name


def theme_trouble(config: Config) -> Trouble | None:
    """Return what is wrong with the theme that the config asks for."""
    if config.theme is None or config.theme in theme_names():
        return None
    near = get_close_matches(config.theme, theme_names(), n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(theme_names())}"
    message = f"there is no theme '{config.theme}'; {hint}"
    if os.environ.get("BAKEHOUSE_THEME"):
        return Trouble("BAKEHOUSE_THEME", message)
    return Trouble(str(config.path), message, _line(config.path), "theme")


def _line(path: Path) -> int | None:
    try:
        return line_of(path.read_text(encoding="utf-8"), "theme")
    except (OSError, UnicodeDecodeError):
        return None


# -- remembering ----------------------------------------------------------------------------------


def remember_theme(path: Path, name: str) -> None:
    """Write the theme into the config file; everything else in it stays as it is.

    Raises:
        BadFile: The file cannot be read or written; nothing has changed.
    """
    write_value(path, ("theme",), name)
