"""The demo kitchen's file."""

from __future__ import annotations

from pathlib import Path

from bakehouse.terminal.options import Settings, default_kitchen
from bakehouse.terminal.output import say


def demo_path() -> Path:
    """Return where the demo kitchen is kept when nothing else is said."""
    return default_kitchen().with_name("demo.db")


def say_where(path: Path) -> None:
    """Say where the demo kitchen is, to somebody who has just left it."""
    say(f"The demo kitchen is at {path}; give other commands --db {path}")


def prepare_demo(settings: Settings, path: Path, *, fresh: bool = False) -> None:
    """Make the demo kitchen where there is none, or anew; a kitchen of one's own is refused."""
    from core.errors import RuleBroken
    from core.interchange.demo import is_demo, make_demo

    if path.exists():
        settings.open()
        if not is_demo():
            raise RuleBroken(f"{path} is a kitchen of your own. Give --at another path.")
        if not fresh:
            return
        from core.session import database

        database().dispose()
        for file in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
            file.unlink(missing_ok=True)
    settings.open(create=True)
    make_demo()
