"""What Textual does again and again for every key, done once.

It draws every widget whole for every change, also containers that lie under others, and then takes
of each place what was drawn first. And to give a callback as many arguments as it takes, it works
out the whole signature, each time, of a dozen callbacks for one key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from inspect import CO_VARARGS, CO_VARKEYWORDS, signature
from typing import Any

from textual import _callback
from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip

Parts = dict[int, Strip | None]
"""The parts of one line of the screen by where they begin; None is not drawn yet."""


def make_quicker() -> None:
    """Have Textual draw only what has changed and can be seen, and count parameters by the code."""
    Compositor._render_chops = draw_parts  # type: ignore[method-assign,assignment]
    _callback._count_parameters = count_parameters


def draw_parts(
    compositor: Compositor, crop: Region, is_changed: Callable[[int], bool]
) -> Sequence[Mapping[int, Strip | None]]:
    """Draw the lines that have changed, from front to back, each part of them once."""
    cuts = compositor.cuts
    parts: list[Parts] = [dict.fromkeys(line[:-1]) for line in cuts]
    changed = set(filter(is_changed, crop.line_range))
    for widget, (region, clip) in compositor.visible_widgets.items():
        seen = region.intersection(clip)
        start, end = seen.column_span
        bare = (y for y in seen.line_range if y in changed and _is_bare(parts[y], start, end))
        for first, last in _runs(bare):
            lines = Region(start - region.x, first - region.y, seen.width, last - first + 1)
            for y, strip in enumerate(widget.render_lines(lines), first):
                places = [cut for cut in cuts[y] if start <= cut <= end]
                divided = strip.divide([cut - start for cut in places[1:]])
                for place, part in zip(places, divided, strict=False):
                    if parts[y][place] is None:
                        parts[y][place] = part
    return parts


def _is_bare(line: Parts, start: int, end: int) -> bool:
    return any(part is None and start <= place < end for place, part in line.items())


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last number of each run of neighbours."""
    run: tuple[int, int] | None = None
    for number in numbers:
        if run is not None and number == run[1] + 1:
            run = run[0], number
            continue
        if run is not None:
            yield run
        run = number, number
    if run is not None:
        yield run


def count_parameters(func: Callable[..., Any]) -> int:
    """Return how many arguments a function takes; of a method, without itself."""
    code = getattr(func, "__code__", None)
    if code is None or hasattr(func, "__wrapped__"):
        return len(signature(func).parameters)
    rest = bool(code.co_flags & CO_VARARGS) + bool(code.co_flags & CO_VARKEYWORDS)
    named: int = code.co_argcount + code.co_kwonlyargcount
    return named + rest - hasattr(func, "__self__")
