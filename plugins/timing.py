"""Running code of plugins that may never end, where nothing is lost if it does not."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable
from decimal import localcontext
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Generic, TypeVar

from plugins import watchdog

T = TypeVar("T")


class TooLong(Exception):
    """It did not end in time; its thread goes on by itself, and what it returns is lost."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"it took longer than {seconds:g} s")


class Helper:
    """Within `with`: a thread that runs one thing after the other, and another one if it is lost.

    A thread for each thing costs more than most of them. It never holds up the end of the program.
    """

    def __init__(self) -> None:
        self._queue: SimpleQueue[_Errand[Any] | None] | None = None

    def __enter__(self) -> Helper:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._dismiss()

    def run(
        self, seconds: float, work: Callable[[], T], stop: Callable[[], bool] | None = None
    ) -> T:
        """Run `work` on the thread, and wait for it.

        After `seconds`, `stop` is called here again and again, and `work` has a moment to end.
        Where it returns false there is nothing to stop: what is left ends by itself.

        Raises:
            TooLong: It did not end in time; and whatever `work` itself raises.
        """
        errand = _Errand(work)
        if self._queue is None:
            self._queue = SimpleQueue()
            threading.Thread(
                target=_run_errands, args=(self._queue,), name="plugin-code", daemon=True
            ).start()
        self._queue.put(errand)
        if not errand.ended.wait(seconds) and not (stop is not None and _stopped(errand, stop)):
            self._dismiss()
            raise TooLong(seconds)
        return errand.outcome()

    def _dismiss(self) -> None:
        if self._queue is not None:
            self._queue.put(None)
            self._queue = None


class _Errand(Generic[T]):
    """One thing to run, in the context of whoever asks for it, but for decimals."""

    def __init__(self, work: Callable[[], T]) -> None:
        self.ended = threading.Event()
        self._work = work
        self._context = contextvars.copy_context()
        self._results: list[T] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        # Whatever it is, it belongs to the caller: Ctrl-C and sys.exit() too.
        try:
            self._results.append(self._context.run(_with_own_decimals, self._work))
        except BaseException as error:
            self._error = error
        self.ended.set()

    def outcome(self) -> T:
        if self._error is not None:
            raise self._error
        return self._results[0]


def _with_own_decimals(work: Callable[[], T]) -> T:
    with localcontext():
        return work()


def _stopped(errand: _Errand[T], stop: Callable[[], bool]) -> bool:
    until = time.monotonic() + watchdog.GRACE
    while time.monotonic() < until:
        if errand.ended.wait(watchdog.AGAIN if stop() else None):
            return True
    return False


def _run_errands(queue: SimpleQueue[_Errand[Any] | None]) -> None:
    while (errand := queue.get()) is not None:
        errand.run()
        # Nothing of it may live until the next one comes.
        del errand
