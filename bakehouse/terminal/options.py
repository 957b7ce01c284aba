"""The options that every command has, and the kitchen that they open."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from core.session import Database
    from plugins.host import Host

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(slots=True)
class Settings:
    """What the common options say, wherever on the line they stand."""

    db: str | None = None
    readonly: bool = False
    without: str | None = None
    as_json: bool = False
    opened: Database | None = None

    def target(self) -> str:
        """Return the database: `--db`, `BAKEHOUSE_DB`, the config file, or the default kitchen."""
        from core.config import config

        return self.db or config().database or str(default_kitchen())

    def open(self, *, create: bool = False) -> Database:
        """Open the kitchen, making it first with `create`."""
        from core.session import configure

        self.opened = configure(self.target(), create=create, readonly=self.readonly)
        return self.opened

    @contextmanager
    def fill(self, *, keep: bool) -> Iterator[Database]:
        """Open the kitchen; one that is not there yet is made, and only at the end, to `keep`."""
        from core.backups import filled_first
        from core.session import configure, file_of

        path = file_of(self.target())
        if self.readonly or path is None or os.path.lexists(path):
            yield self.open(create=True)
            return
        with filled_first(path, keep=keep) as new:
            kitchen = configure(new)
            try:
                yield kitchen
            finally:
                kitchen.dispose()
        if keep:
            self.open()

    def close(self) -> None:
        """Leave the kitchen that was opened whole in its file."""
        if self.opened is not None:
            self.opened.dispose()

    def host(self) -> Host:
        """Return the plugin host that `--no-plugins` allows."""
        from plugins.host import Host

        if self.without is None:
            return Host()
        names = [name.strip() for name in self.without.split(",") if name.strip()]
        return Host(without=names) if names else Host(only=())


def default_kitchen() -> Path:
    """Return where the kitchen is kept when nothing else is said."""
    from core.places import data_folder

    return data_folder() / "kitchen.db"


def common_options(function: Function) -> Function:
    """Give a command the common options; they reach it through the context's `Settings`."""

    def keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
        settings = ctx.find_root().ensure_object(Settings)
        if value is not None and value is not False and param.name is not None:
            setattr(settings, param.name, value)

    for option in (
        click.option(
            "--no-plugins",
            "without",
            metavar="[=A,B]",
            help="Run without third-party plugins, or without those named.",
            expose_value=False,
            callback=keep,
        ),
        click.option(
            "--readonly",
            is_flag=True,
            help="Open the kitchen for reading only.",
            expose_value=False,
            callback=keep,
        ),
        click.option(
            "--db",
            metavar="PATH|URL",
            help="The kitchen: a file, or a postgresql:// URL.",
            expose_value=False,
            callback=keep,
        ),
    ):
        function = option(function)
    return function


def json_option(function: Function) -> Function:
    """Give a command the option `--json`."""

    def keep(ctx: click.Context, param: click.Parameter, value: bool) -> None:
        if value:
            ctx.find_root().ensure_object(Settings).as_json = True

    return click.option(
        "--json", "as_json", is_flag=True, help="Print JSON.", expose_value=False, callback=keep
    )(function)


def settings_of(ctx: click.Context) -> Settings:
    """Return what the common options say."""
    return ctx.find_root().ensure_object(Settings)
