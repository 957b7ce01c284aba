"""A plugin's own widget in a place of its own: what it raises costs that place only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self, cast

from textual.containers import Container
from textual.css.errors import StylesheetError
from textual.css.stylesheet import Stylesheet
from textual.message import Message
from textual.widget import Widget

from plugins.failing import describe
from plugins.host import Failure, View
from tui.threads import in_thread

if TYPE_CHECKING:
    from tui.app import BakehouseApp


class Guest(Container):
    """Makes the widget of a view with what its `load` returned, and gives way when it fails."""

    DEFAULT_CSS = "Guest { height: 1fr; width: 1fr; }"

    class Failed(Message):
        """The widget raised something, and is not shown any more."""

        def __init__(self, failure: Failure) -> None:
            self.failure = failure
            super().__init__()

    def __init__(self, view: View, own: object) -> None:
        super().__init__()
        assert view.spec.show is not None
        self.module = view.spec.show.partition(":")[0].partition(".")[0]
        self.failed = False
        self._view = view
        self._own = own
        self._sources: frozenset[object] = frozenset()
        self._wants_focus = False

    def on_mount(self) -> None:
        """Import and make the widget, away from the screen as far as that goes."""
        self._sources = frozenset(self.app.stylesheet.source)
        self.run_worker(self._build(), exit_on_error=True)

    async def _build(self) -> None:
        # Whatever it raises costs this place only, but taking this place away is no error.
        try:
            reference = cast(str, self._view.spec.show)
            make = await asyncio.wrap_future(in_thread(lambda: _resolve(reference)))
            widget = make(self._own)
            if not isinstance(widget, Widget):
                kind = type(widget).__name__
                raise TypeError(f"{reference} must make a Textual widget, not {kind}")
            self._try_css(widget)
        except BaseException as error:
            if not may_be_a_plugins(error):
                raise
            self.fail(error)
            return
        _let_go_of(widget)
        if self.is_attached:
            await self.mount(widget)
            if self._wants_focus:
                self.focus()

    def focus(self, scroll_visible: bool = True) -> Self:
        """Put the focus on the first part of the widget that takes it, as soon as it is there."""
        self._wants_focus = not self.children
        for widget in self.query("*"):
            if widget.focusable:
                widget.focus(scroll_visible)
                break
        return self

    def fail(self, error: BaseException) -> None:
        """Hide, and say why; only the first failure counts."""
        if self.failed:
            return
        self.failed = True
        self.display = False
        if isinstance(error, StylesheetError):
            self._drop_bad_css()
        host = cast("BakehouseApp", self.app).host
        self.post_message(self.Failed(host.blame(self._view, describe(error), error)))

    def _try_css(self, widget: Widget) -> None:
        """Raise `StylesheetError` for CSS that would spoil that of the whole app."""
        sheet = Stylesheet(variables=self.app.get_css_variables())
        for read_from, css, tie_breaker, scope in widget._get_default_css():
            sheet.add_source(
                css, read_from=read_from, is_default_css=True, tie_breaker=tie_breaker, scope=scope
            )
        sheet.parse()

    def _drop_bad_css(self) -> None:
        """Take out the CSS that the widget's children added: the app's must be read without it."""
        sheet = self.app.stylesheet
        for key in [key for key in sheet.source if key not in self._sources]:
            del sheet.source[key]
        sheet.reparse()


def _resolve(reference: str) -> Callable[[Any], object]:
    module, _, name = reference.partition(":")
    found = getattr(import_module(module), name)
    if not callable(found):
        raise TypeError(f"{reference} is no widget")
    return cast(Callable[[Any], object], found)


def may_be_a_plugins(error: BaseException) -> bool:
    """Tell whether an error may be of a plugin: not Ctrl-C, and not that the task is given up."""
    if isinstance(error, asyncio.CancelledError):
        task = asyncio.current_task()
        return task is not None and not task.cancelling()
    return not isinstance(error, KeyboardInterrupt | GeneratorExit)


def _let_go_of(widget: Widget) -> None:
    """Have the widget gone from the screen also where it fails while it is taken away."""
    leave = widget._message_loop_exit

    async def left() -> None:
        try:
            await leave()
        except Exception as error:
            # Its parent must still let go of it.
            widget.app._handle_exception(error)
            if widget._parent is not None:
                cast(Widget, widget._parent)._nodes._remove(widget)
            widget.app._registry.discard(widget)
            widget._detach()

    widget._message_loop_exit = left  # type: ignore[method-assign]
