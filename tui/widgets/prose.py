"""A text in Markdown as lines, without colours of its own: they would not go with every theme."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from typing import ClassVar

from rich.console import Console, ConsoleOptions, JustifyMethod, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown, MarkdownElement
from rich.padding import Padding
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from rich.theme import Theme
from textual.strip import Strip

from tui.widgets.lines import Lines
from tui.widgets.plain import plain_lines

BOLD, DIM, NONE = Style(bold=True), Style(dim=True), Style()
THEME = Theme(
    {
        "markdown.h1": Style(bold=True, underline=True),
        "markdown.h2": BOLD,
        "markdown.h3": BOLD,
        "markdown.h4": BOLD,
        "markdown.h5": BOLD,
        "markdown.h6": BOLD,
        "markdown.code": BOLD,
        "markdown.code_block": NONE,
        "markdown.block_quote": NONE,
        "markdown.list": NONE,
        "markdown.item.bullet": NONE,
        "markdown.item.number": NONE,
        "markdown.hr": DIM,
        "markdown.link": NONE,
        "markdown.link_url": Style(underline=True),
        "markdown.table.border": DIM,
        "markdown.table.header": BOLD,
    }
)


class _Code(CodeBlock):
    """Code as it is written; which language it is in is nobody's concern here."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Padding(Text(str(self.text).rstrip()), (0, 2))


class _Heading(Heading):
    LEVEL_ALIGN: ClassVar[dict[str, JustifyMethod]] = {}


class _Prose(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "heading_open": _Heading,
        "code_block": _Code,
        "fence": _Code,
    }


def prose_lines(text: str, width: int) -> list[list[Segment]]:
    """Return the lines of a text in Markdown, each in exactly `width` cells."""
    console = Console(width=width, file=StringIO(), theme=THEME, highlight=False)
    lines = console.render_lines(_Prose(plain_lines(text), hyperlinks=False))
    while lines and not any(segment.text.strip() for segment in lines[0]):
        del lines[0]
    return lines


class Prose(Lines):
    """A text in Markdown; links are words, and nothing of it is fetched or opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def lines_in(self, width: int) -> Sequence[Strip]:
        """Lay the text out."""
        return [Strip(line, width) for line in prose_lines(self.text, width)]
