"""Themes: contrast that is measured, and a choice that is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.color import Color as RichColor
from rich.style import Style
from textual.pilot import Pilot

from bakehouse.testing.screens import settle
from core.errors import BadFile
from core.session import Database
from tests.tui.conftest import NARROW, Site, app_of, keys, running, said, settings_in
from tui.palette import Commands
from tui.themes import DARK, LIGHT, remember_theme

LEAST = 4.5
"""The contrast that WCAG 2 asks of text (level AA)."""
DRAWN = set("█░▌▐▊▎▔▁━─│╭╮╰╯▂▃▄▅▆▇▏▕▖▗▘▝╸╺┃├└┬ ")
"""Signs that only draw: what a bar says stands beside it in figures."""


def luminance(color: RichColor) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = color.get_truecolor()
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)


def contrast(one: RichColor, other: RichColor) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def texts(pilot: Pilot[None]) -> Iterator[tuple[str, Style]]:
    """Return what can be read on the screen; not what lies dimmed behind it."""
    screen = pilot.app.screen
    own = [child.region for child in screen.children] if screen.is_modal else [screen.region]
    for y, strip in enumerate(screen._compositor.render_strips()):
        x = 0
        for text, style, _ in strip:
            if style and set(text) - DRAWN and any(region.contains(x, y) for region in own):
                yield text, style
            x += cell_len(text)


def too_faint(pilot: Pilot[None]) -> list[str]:
    found = set()
    for text, style in texts(pilot):
        if style.color is None or style.bgcolor is None or style.color.is_default:
            continue
        ratio = contrast(style.color, style.bgcolor)
        if ratio < LEAST:
            pair = f"{style.color.name} on {style.bgcolor.name}: {ratio:.2f}"
            found.add(f"{text.strip()!r} {pair}")
    return sorted(found)


def test_the_contrast_is_the_one_of_the_standard() -> None:
    assert contrast(RichColor.parse("#000000"), RichColor.parse("#ffffff")) == pytest.approx(21)
    assert contrast(RichColor.parse("#777777"), RichColor.parse("#ffffff")) == pytest.approx(
        4.48, abs=0.01
    )


@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
async def test_every_text_can_be_read(demo: Database, site: Site, theme: str) -> None:
    async with running(site, (120, 40)) as pilot:
        pilot.app.theme = theme
        faint = {}
        for pressed in (
            (), ("enter",), ("slash", "s"), ("escape", "3", "s"), ("ctrl+t",), ("p",),
            ("escape", "w"), ("escape", "m"), ("escape", "question_mark"), ("escape", "f5"),
            ("enter",), ("escape", "f6"), ("enter",), ("escape", "ctrl+o"), ("escape", "ctrl+p"),
        ):  # fmt: skip
            await keys(pilot, *pressed)
            if found := too_faint(pilot):
                faint[f"{type(pilot.app.screen).__name__} after {pressed}"] = found
        assert not faint, faint


# -- the terminal's own colours, and none ----------------------------------------------------------


async def test_the_terminals_colours_are_left_to_it(
    demo: Database, site: Site, tmp_path: Path
) -> None:
    settings = settings_in(tmp_path / "config.toml", 'theme = "terminal"\n')
    async with running(site, NARROW, settings=settings) as pilot:
        await keys(pilot, "enter")
        assert pilot.app.native_ansi_color
        for text, style in texts(pilot):
            for color in (style.color, style.bgcolor):
                assert color is None or color.triplet is None, (text, color)


async def test_without_colour_nothing_is_lost(
    demo: Database, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with running(site, NARROW) as pilot:
        await keys(pilot, "enter", "3")
        shown = " ".join(text for text, _ in texts(pilot))
        assert "▌3 Shopping▐" in shown
        assert "✓" in shown


# -- remembering -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'theme = "nord"\n'),
        (
            'theme = "gruvbox" # mine\nanimation = true\n',
            'theme = "nord" # mine\nanimation = true\n',
        ),
        ("# mine\n\n  theme='dracula'\n", '# mine\n\n  theme="nord"\n'),
        (
            '# keys\n[keys]\n"app.keys" = "f7"',
            '# keys\ntheme = "nord"\n\n[keys]\n"app.keys" = "f7"',
        ),
        ('[plugins.x]\ntheme = "dark"\n', 'theme = "nord"\n\n[plugins.x]\ntheme = "dark"\n'),
        ("animation = false", 'animation = false\ntheme = "nord"\n'),
        ('"theme" = "x"\n', '"theme" = "nord"\n'),
        (
            'database = """\ntheme = "x"\n"""\n',
            'database = """\ntheme = "x"\n"""\ntheme = "nord"\n',
        ),
    ],
)
def test_only_the_line_of_the_theme_is_written(tmp_path: Path, before: str, after: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(before)
    remember_theme(path, "nord")
    assert path.read_text() == after


@pytest.mark.parametrize(
    "text",
    ["theme = [\n", 'theme = "x"\ntheme = "y"\n', "theme.x = 1\n"],
)
def test_a_file_that_cannot_be_changed_safely_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(BadFile, match=r"config\.toml"):
        remember_theme(path, "nord")
    assert path.read_text() == text


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles.toml", tmp_path / "config.toml"
    real.write_text("# mine\n")
    link.symlink_to(real)
    remember_theme(link, "nord")
    assert link.is_symlink()
    assert real.read_text() == '# mine\ntheme = "nord"\n'


async def test_a_theme_of_the_palette_is_remembered(
    demo: Database, site: Site, tmp_path: Path
) -> None:
    path = tmp_path / "folder" / "config.toml"
    path.parent.mkdir()
    settings = settings_in(path, "# mine\n")
    async with running(site, settings=settings) as pilot:
        offered = {name: act for name, _, act in Commands(pilot.app.screen)._entries()}
        offered["theme: bakehouse-light"]()
        await settle(pilot)
        assert pilot.app.theme == "bakehouse-light"
    assert path.read_text() == '# mine\ntheme = "bakehouse-light"\n'
    async with running(site, settings=settings_in(path, path.read_text())) as pilot:
        assert pilot.app.theme == "bakehouse-light"


async def test_a_theme_that_cannot_be_remembered_is_taken_for_now(
    demo: Database, site: Site, tmp_path: Path
) -> None:
    settings = settings_in(tmp_path / "config.toml", "theme = [\n")
    async with running(site, settings=settings) as pilot:
        app_of(pilot).choose_theme("nord")
        await settle(pilot)
        assert pilot.app.theme == "nord"
        assert "for now only" in said(pilot)[-1]
