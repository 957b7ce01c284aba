"""Keeping what a plugin's own widget raises from ending the app.

Textual ends the app on every exception that nothing handles. Three private doors lead there:
`App._handle_exception` (compose, mount, handlers, timers, watchers, layout, workers),
`App._dispatch_action` (actions, where the app's own loop would end) and
`Screen._compositor_refresh` (rendering, where the screen's would). What belongs to a guest is told
to it, and it gives way to a panel; everything else goes the way it always went. A test tries every
way a widget can fail, since a new Textual may have new doors.

What is no `Exception`, as `sys.exit()`, would go past all of them and end the loop itself. Three
more doors turn it into one: `textual._callback._invoke`, which every callback goes through,
`Widget._post_mount` (the first watchers), and what runs the worker of a guest.

What still comes to a screen while the app is left finds its parts gone, which is no reason to leave
with a report of a crash.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from types import TracebackType
from typing import Any, TypeVar

from rich.console import RenderableType
from textual import _callback
from textual._context import active_message_pump
from textual.app import App, ScreenStackError
from textual.css.query import NoMatches
from textual.dom import DOMNode, NoScreen
from textual.message_pump import MessagePump
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widget import MountError, Widget
from textual.worker import NoActiveWorker, Worker, WorkerFailed, get_current_worker
from textual.worker_manager import WorkerManager

from plugins.failing import describe
from tui.widgets.guest import Guest, may_be_a_plugins

Result = TypeVar("Result")

log = logging.getLogger("bakehouse.screen")

PARTS_GONE = (MountError, NoMatches, NoScreen, ScreenStackError)
"""What comes of putting something on a screen that is being taken apart."""


class ContainingApp(App[Result]):
    """An app that outlives what its guests raise."""

    @property
    def workers(self) -> WorkerManager:
        """The work under way, in which a guest's own cannot end the loop."""
        if not isinstance(self._workers, _Workers):
            self._workers = _Workers(self)
        return self._workers

    def _handle_exception(self, error: Exception) -> None:
        """End the app, unless the error is a guest's or of an end that is under way."""
        if self._leaves and isinstance(_cause_of(error), PARTS_GONE):
            log.info("left while something was still coming: %r", error)
            return
        guest = guest_behind(self, error)
        if guest is None:
            super()._handle_exception(error)
        else:
            guest.fail(_cause_of(error))

    @property
    def _leaves(self) -> bool:
        """Whether the app is being left, and its screens are taken apart one by one."""
        return self._exit or not self.is_running

    def exit(
        self,
        result: Result | None = None,
        return_code: int = 0,
        message: RenderableType | None = None,
    ) -> None:
        """End the app; that is not for a guest to do."""
        guest = _guest_around(active_message_pump.get(None))
        if guest is None:
            super().exit(result, return_code, message)
        else:
            guest.fail(RuntimeError("it would end the program"))

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Say something in the corner; what a guest says is only text."""
        guest = _guest_around(active_message_pump.get(None))
        super().notify(
            message,
            title=title,
            severity=severity,
            timeout=timeout,
            markup=markup and guest is None,
        )

    async def _dispatch_action(self, namespace: DOMNode, action_name: str, params: Any) -> bool:
        """Run an action; one of a guest that raises is done with."""
        try:
            return await super()._dispatch_action(namespace, action_name, params)
        except BaseException as error:
            guest = _guest_around(namespace) or guest_behind(self, error)
            if guest is None or not may_be_a_plugins(error):
                raise
            guest.fail(error)
            return True


class _Workers(WorkerManager):
    def add_worker(self, worker: Worker[Any], start: bool = True, exclusive: bool = True) -> None:
        if _guest_around(worker.node) is not None:
            worker.run = _held(worker.run)  # type: ignore
        super().add_worker(worker, start, exclusive)


class _ExceptionsOnly:
    """Within `with`: nothing is raised that would end the loop it runs in."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None or isinstance(error, Exception) or not may_be_a_plugins(error):
            return
        raise RuntimeError(describe(error)) from error


_EXCEPTIONS_ONLY = _ExceptionsOnly()


def _held(run: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def held(*given: Any) -> Any:
        with _EXCEPTIONS_ONLY:
            return await run(*given)

    return held


def _held_callback(invoke: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Return what calls back the same, and ends the loop of nobody that a guest left it with."""

    async def held(*given: Any) -> Any:
        try:
            with _EXCEPTIONS_ONLY:
                return await invoke(*given)
        except Exception as error:
            pump = active_message_pump.get(None)
            if _guest_around(pump) is not None or not isinstance(pump, MessagePump):
                raise
            guest = guest_behind(pump.app, error)
            if guest is None:
                raise
            guest.fail(error)
            return None

    return held


def _held_post_mount(post_mount: Callable[[Widget], None]) -> Callable[[Widget], None]:
    def held(widget: Widget) -> None:
        with _EXCEPTIONS_ONLY:
            post_mount(widget)

    return held


def guest_behind(app: App[Any], error: BaseException) -> Guest | None:
    """Return the guest that an error came from: by its worker, its frames, or who is running."""
    if isinstance(error, WorkerFailed):
        try:
            worker_guest = _guest_around(get_current_worker().node)
        except NoActiveWorker:
            worker_guest = None
        if worker_guest is not None:
            return worker_guest
    modules = {guest.module: guest for guest in _guests(app)}
    for node, module in _frames(_cause_of(error)):
        guest = _guest_around(node) or modules.get(module.partition(".")[0])
        if guest is not None:
            return guest
    return _guest_around(active_message_pump.get(None))


def _cause_of(error: BaseException) -> BaseException:
    """Return what was raised in the first place."""
    if isinstance(error, WorkerFailed):
        return error.error
    return error


def _frames(error: BaseException) -> Iterator[tuple[object, str]]:
    """Yield who ran in each frame of an error and of those before it, innermost first."""
    seen: BaseException | None = error
    while seen is not None:
        frames = []
        trace: TracebackType | None = seen.__traceback__
        while trace is not None:
            names = trace.tb_frame
            frames.append((names.f_locals.get("self"), str(names.f_globals.get("__name__", ""))))
            trace = trace.tb_next
        yield from reversed(frames)
        seen = seen.__cause__ or seen.__context__


def _guest_around(node: object) -> Guest | None:
    """Return the guest that a node is, or is inside of."""
    while isinstance(node, DOMNode):
        if isinstance(node, Guest):
            return node
        node = node._parent
    return None


def _guests(app: App[Any]) -> Iterator[Guest]:
    for screen in app.screen_stack:
        yield from screen.query(Guest)


def _contained(refresh: Callable[[Screen[Any]], None]) -> Callable[[Screen[Any]], None]:
    def contained(screen: Screen[Any]) -> None:
        try:
            refresh(screen)
        except BaseException as error:
            guest = guest_behind(screen.app, error)
            if guest is None or not may_be_a_plugins(error):
                raise
            guest.fail(error)

    return contained


# Every screen draws those behind it, so that a guest may fail in any of them, the palette too.
Screen._compositor_refresh = _contained(Screen._compositor_refresh)  # type: ignore
_callback._invoke = _held_callback(_callback._invoke)  # type: ignore[assignment]
Widget._post_mount = _held_post_mount(Widget._post_mount)  # type: ignore
