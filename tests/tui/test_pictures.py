"""Pictures of every screen; each was looked at. `--snapshot-update` takes them anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from bakehouse.testing.screens import come_to_rest, settle, until
from core.services import event_service, journal_service
from core.session import Database, configure
from tests.builders import KitchenBuilder
from tests.tui.conftest import NARROW, WIDE, Site, keys, write
from tui.app import BakehouseApp
from tui.screens.form.screen import FormScreen
from tui.screens.receipt.screen import ReceiptScreen

Compare = Callable[..., bool]
HUGE = (200, 50)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Give the plugins that the pictures are about, whatever others there will be."""
    folder = tmp_path / "site"
    monkeypatch.syspath_prepend(str(folder))
    return Site(folder, ("production", "assembly", "shopping", "problems"))


def compare(
    snap_compare: Compare,
    site: Site,
    size: tuple[int, int],
    *pressed: str,
    typed: str = "",
    theme: str = "",
) -> bool:
    """Press keys, type a text, wait for everything, and compare with the picture taken before."""

    async def before(pilot: Pilot[None]) -> None:
        await settle(pilot)
        if theme:
            pilot.app.theme = theme
        for part in (pressed[:1], pressed[1:]):
            await keys(pilot, *part)
        if typed:
            await write(pilot, typed)
        screen = pilot.app.screen
        if isinstance(screen, FormScreen | ReceiptScreen):
            await until(pilot, lambda: screen.looked)
        await come_to_rest(pilot)

    app = BakehouseApp(site.host(), look_every=3600)
    return snap_compare(app, terminal_size=size, run_before=before)


ENTER = ("enter",)
SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])


@SIZES
def test_home(snap_compare: Compare, demo: Database, site: Site, size: tuple[int, int]) -> None:
    assert compare(snap_compare, site, size)


def test_empty_kitchen(snap_compare: Compare, sqlite_kitchen: Database, site: Site) -> None:
    assert compare(snap_compare, site, NARROW)


def test_empty_journal(snap_compare: Compare, sqlite_kitchen: Database, site: Site) -> None:
    assert compare(snap_compare, site, NARROW, "f5")


@SIZES
def test_event(snap_compare: Compare, demo: Database, site: Site, size: tuple[int, int]) -> None:
    assert compare(snap_compare, site, size, *ENTER)


def test_event_side_by_side(snap_compare: Compare, demo: Database, site: Site) -> None:
    assert compare(snap_compare, site, HUGE, *ENTER, "2")


@pytest.mark.parametrize("number", ["2", "3"])
def test_event_tabs(snap_compare: Compare, demo: Database, site: Site, number: str) -> None:
    assert compare(snap_compare, site, NARROW, *ENTER, number)


def test_event_filtered_and_sorted(snap_compare: Compare, demo: Database, site: Site) -> None:
    assert compare(snap_compare, site, NARROW, *ENTER, "3", "s", "s", "slash", typed="sugar")


def test_event_failing_view(snap_compare: Compare, demo: Database, site: Site) -> None:
    site.install("ovens", "raise ValueError('the [bold]oven[/x] is cold')", title="Ovens [2]")
    assert compare(snap_compare, site, WIDE, *ENTER, "4")


def test_event_other_kinds_of_view(snap_compare: Compare, demo: Database, site: Site) -> None:
    site.install(
        "notes",
        """
        rows = [("Flour [organic]", Amount(None, "unknown"), 40), ("Sugar", "", 100)]
        table = Table([Column("what"), Column("n", kind="amount"),
                       Column("done", kind="percent", width=20)], rows, note="as of today")
        return Sections([("To do", table), ("By hand", Markdown("* knead\\n* rest"))])
        """,
        title="Notes",
    )
    assert compare(snap_compare, site, NARROW, *ENTER, "4")


def test_event_without_color(
    snap_compare: Compare, demo: Database, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert compare(snap_compare, site, NARROW, *ENTER, "3")


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
def test_event_themes(snap_compare: Compare, demo: Database, site: Site, theme: str) -> None:
    assert compare(snap_compare, site, WIDE, *ENTER, theme=theme)


def test_event_read_only(snap_compare: Compare, demo: Database, site: Site) -> None:
    assert demo.path is not None
    configure(demo.path, readonly=True)
    assert compare(snap_compare, site, NARROW, *ENTER)


def test_event_with_nothing_on_it(snap_compare: Compare, demo: Database, site: Site) -> None:
    event_service.add_event("Bare", event_service.list_events()[-1].date)
    assert compare(snap_compare, site, WIDE, *ENTER, "right_square_bracket")


@SIZES
def test_make(snap_compare: Compare, demo: Database, site: Site, size: tuple[int, int]) -> None:
    assert compare(snap_compare, site, size, *ENTER, "m")


DIALOGS = {
    "assemble": ("2", "a"),
    "buy": ("3", "b"),
    "deliver": ("2", "d"),
    "count": ("3", "number_sign"),
    "discard": ("3", "x"),
    "quantity": ("2", "N"),
    "target": ("1", "t"),
    "accept": ("1", "A"),
    "new-event": ("f1", "n"),
}


@pytest.mark.parametrize("name", DIALOGS)
def test_dialog(snap_compare: Compare, demo: Database, site: Site, name: str) -> None:
    assert compare(snap_compare, site, NARROW, *ENTER, *DIALOGS[name])


def test_dialog_refused(snap_compare: Compare, demo: Database, site: Site) -> None:
    assert compare(snap_compare, site, NARROW, *ENTER, "m", typed="400")


def test_dialog_offers(snap_compare: Compare, demo: Database, site: Site) -> None:
    assert compare(snap_compare, site, WIDE, *ENTER, "b", typed="sug")


@SIZES
def test_why(snap_compare: Compare, demo: Database, site: Site, size: tuple[int, int]) -> None:
    assert compare(snap_compare, site, size, *ENTER, "3", "j", "w")


@SIZES
def test_problems(snap_compare: Compare, demo: Database, site: Site, size: tuple[int, int]) -> None:
    assert compare(snap_compare, site, size, *ENTER, "p")


@SIZES
def test_keys(snap_compare: Compare, demo: Database, site: Site, size: tuple[int, int]) -> None:
    assert compare(snap_compare, site, size, *ENTER, "question_mark")


@SIZES
def test_stock(snap_compare: Compare, demo: Database, site: Site, size: tuple[int, int]) -> None:
    assert compare(snap_compare, site, size, "f3", *["j"] * 9)


@SIZES
def test_stock_lots(
    snap_compare: Compare, demo: Database, site: Site, size: tuple[int, int]
) -> None:
    assert compare(snap_compare, site, size, "f3", *["j"] * 9, "enter")


@SIZES
def test_stock_counting(
    snap_compare: Compare, demo: Database, site: Site, size: tuple[int, int]
) -> None:
    typed = ("2", "0", "enter", "5", "enter", "down", "2", "space", "o", "z")
    assert compare(snap_compare, site, size, "f3", *typed, "enter", "4", "0")


def test_stock_where_it_goes(snap_compare: Compare, demo: Database, site: Site) -> None:
    assert compare(snap_compare, site, NARROW, "f3", *["j"] * 9, "w")


def test_empty_stock(snap_compare: Compare, sqlite_kitchen: Database, site: Site) -> None:
    assert compare(snap_compare, site, NARROW, "f3")


def test_stock_of_odd_names(snap_compare: Compare, sqlite_kitchen: Database, site: Site) -> None:
    bakery = KitchenBuilder()
    names = ("[bold]Brot[/x]", "👩‍🍳 Cookies 🎄", "דבש טהור", "Crème brûlée", "\\[ $text {0} %s")
    for number, name in enumerate(names):
        bakery.ingredient(f"odd-{number}", name=name)
        bakery.product(f"odd-{number}-bag", f"odd-{number}", "5 kg", label=f"{name}, 5 kg bag")
        bakery.buy(f"odd-{number}", packs=number + 1, paid="3.00", store=name)
    assert compare(snap_compare, site, NARROW, "f3", "number_sign", "down", "2", "k", "g", "enter")


@SIZES
def test_receipt(snap_compare: Compare, demo: Database, site: Site, size: tuple[int, int]) -> None:
    assert compare(snap_compare, site, size, "f3", "B", *["enter"] * 8)


def test_receipt_refused(snap_compare: Compare, demo: Database, site: Site) -> None:
    pressed = ("f3", "B", *["enter"] * 6, "s", "o", "m", "e")
    assert compare(snap_compare, site, NARROW, *pressed)


@SIZES
def test_journal(snap_compare: Compare, demo: Database, site: Site, size: tuple[int, int]) -> None:
    journal_service.undo()
    assert compare(snap_compare, site, size, "f5")


def test_journal_details(snap_compare: Compare, demo: Database, site: Site) -> None:
    assert compare(snap_compare, site, NARROW, "f5", "j", "enter")


def test_palette(snap_compare: Compare, demo: Database, site: Site) -> None:
    assert compare(snap_compare, site, NARROW, *ENTER, "ctrl+p")
