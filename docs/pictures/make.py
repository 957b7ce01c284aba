"""Make the pictures of the documentation from the app itself: `python docs/pictures/make.py`."""

from __future__ import annotations

import asyncio
import os
import tempfile
from datetime import datetime
from pathlib import Path

os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ.pop("NO_COLOR", None)
os.environ["BAKEHOUSE_TERMINAL"] = "baker@oven"

from textual.widgets import Input

from core import clock
from core.interchange.demo import make_demo
from core.session import configure
from plugins.host import Host
from tui.app import BakehouseApp

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 22, 14, 2)
WIDE, NARROW = (120, 40), (80, 24)

PICTURES: dict[str, tuple[tuple[int, int], str | None, list[str]]] = {
    "events": (WIDE, None, []),
    "workspace": (WIDE, "winter-market-stall", []),
    "workspace-narrow": (NARROW, "winter-market-stall", []),
    "make": (WIDE, "winter-market-stall", ["m", "1"]),
    "why": (WIDE, "winter-market-stall", ["w"]),
    "problems": (WIDE, "winter-market-stall", ["p"]),
    "journal": (WIDE, None, ["f5"]),
}
"""Name: size, event, and the keys to press before the picture is taken."""


async def take(name: str, size: tuple[int, int], event: str | None, keys: list[str]) -> None:
    """Run the app, press the keys, wait for what they bring, and keep the picture."""
    app = BakehouseApp(Host(only=()), event=event, look_every=3600)
    async with app.run_test(size=size) as pilot:
        for key in ["", *keys]:
            if key:
                await pilot.press(key)
            for _ in range(5):
                await pilot.pause(0.2)
                await app.workers.wait_for_complete()
        svg = app.export_screenshot(title="Bakehouse")
    (HERE / f"{name}.svg").write_text(svg, encoding="utf-8")
    print(HERE / f"{name}.svg")


def main() -> None:
    """Make every picture on a demo kitchen of its own."""
    Input.cursor_blink = False  # type: ignore[assignment]
    with tempfile.TemporaryDirectory() as folder, clock.fixed(NOW):
        configure(Path(folder) / "demo.db", create=True)
        make_demo()
        for name, (size, event, keys) in PICTURES.items():
            asyncio.run(take(name, size, event, keys))


if __name__ == "__main__":
    main()
