"""Texts in Markdown: laid out in any width, whatever is in them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from bakehouse.testing.screens import until
from core.session import Database
from tests.tui.conftest import NARROW, Site, keys, running
from tests.tui.test_event_screen import open_pane
from tui.widgets.prose import Prose, prose_lines

SHEET = """# Tuesday

Mix **twice**, see [the book](https://example.org), `code [b]`.

1. Mix
2. Rest
   - cold

> said
> by hand

```
[/x] as it is
```

| Item | Amount |
|------|-------:|
| Flour | 5 kg |
"""
PIECES = st.sampled_from(
    ["# ", "- ", "1. ", "> ", "```", "|", "|-|-|", "\n", "\n\n", "    ", "*", "_", "`", "[", "](",
     ")", "![", "<b>", "&amp;", "---", "\\", "word", "ä", "粉", "\t", "\x1b[31m", "[b]", "[/x]", "http://x.y"]
)  # fmt: skip


def laid_out(text: str, width: int) -> list[str]:
    return ["".join(s.text for s in line).rstrip() for line in prose_lines(text, width)]


def test_a_text_is_laid_out_as_people_read_it() -> None:
    assert laid_out(SHEET, 40) == [
        "Tuesday",
        "",
        "Mix twice, see the book",
        "(https://example.org), code [b].",
        "",
        " 1 Mix",
        " 2 Rest",
        "    • cold",
        "",
        "▌ said by hand",
        "",
        "  [/x] as it is",
        "",
        "",
        " Item   Amount",
        " ─────────────",
        " Flour    5 kg",
        "",
    ]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=60).map("".join), st.integers(1, 50)
)
def test_every_text_can_be_laid_out_and_nothing_of_it_steers_the_terminal(
    text: str, width: int
) -> None:
    for line in prose_lines(text, width):
        said = "".join(segment.text for segment in line)
        assert cell_len(said) == width
        assert said.isprintable() or "\u200c" in said or "\u200d" in said


async def test_a_long_text_has_all_its_lines(demo: Database, site: Site) -> None:
    site.install("notes", "return Markdown('- line\\n' * 1000)", title="Notes")
    async with running(site, NARROW) as pilot:
        await keys(pilot, "enter")
        await open_pane(pilot, "notes")
        prose = pilot.app.screen.query_one(Prose)
        await until(pilot, lambda: prose.size.height == 1000)
        assert prose.render_line(999).text.strip() == "• line"
