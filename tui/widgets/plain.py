"""The one door for text that people typed: shown as it is, never as markup or control codes."""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len, set_cell_size

_KEPT_FORMATS = frozenset("\u200c\u200d")
_ELLIPSIS = "…"


def plain(text: object) -> str:
    """Return `text` on one line, without anything that would move the cursor or turn the line."""
    said = str(text)
    if said.isprintable():
        return said
    return "".join(map(_harmless, said))


def plain_lines(text: object) -> str:
    """Return `text` like `plain`, keeping its lines."""
    return "\n".join(map(plain, str(text).splitlines()))


def fitted(text: str, width: int, *, right: bool = False) -> str:
    """Return `text` in exactly `width` cells; what does not fit ends in an ellipsis."""
    length = cell_len(text)
    if length == width:
        return text
    if length < width:
        space = " " * (width - length)
        return space + text if right else text + space
    return set_cell_size(text, width - 1) + _ELLIPSIS if width > 0 else ""


def cut(text: str, longest: int) -> str:
    """Return `text` without its middle where it is too long; its end often says what to do."""
    return text if len(text) <= longest else f"{text[: longest - 120]} … {text[-117:]}"


def folded(text: str) -> str:
    """Return `text` for searching: case and accents ignored."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    # Far fewer different characters than characters.
    for accent in filter(unicodedata.combining, set(decomposed)):
        decomposed = decomposed.replace(accent, "")
    return decomposed


def _harmless(char: str) -> str:
    if char.isprintable() or char in _KEPT_FORMATS:
        return char
    category = unicodedata.category(char)
    if category == "Cf":
        return ""
    return "�" if category in ("Cs", "Cn", "Co") else " "
