"""Charts: bars and lines of block characters, or a finer drawing where that is installed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from importlib.util import find_spec

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.strip import Strip
from textual.widget import Widget

from bakehouse.plugin import Chart, Series
from core.amount_words import say
from core.money import SYMBOLS, say_money
from core.units import to_decimal
from tui.widgets.lines import Lines
from tui.widgets.plain import fitted, plain

HEIGHTS = "▁▂▃▄▅▆▇█"
FULL, LESS = "█", "▏▎▍▌▋▊▉"
UNKNOWN = "?"
MOST_LABEL = 24
TALL = 12
"""The lines of a drawing that is finer than block characters."""
LEAST_DRAWN = 40
"""The width from which a finer drawing can be read."""

Number = Decimal | int | Fraction


def said(value: Number | None, unit: str) -> str:
    """Say one number of a chart."""
    if value is None:
        return "unknown"
    exact = Fraction(value)
    sign = "−" if exact < 0 else ""
    currency, rest = _money(unit)
    number = say_money(to_decimal(abs(exact)), currency) if currency else say(abs(exact), None)
    return f"{sign}{number}{f' {rest}' if rest else ''}"


def _money(unit: str) -> tuple[str, str]:
    """Return the currency a unit begins with, if it has a sign that goes before, and the rest."""
    currency, _, rest = unit.partition(" ")
    return (currency, rest) if currency in SYMBOLS else ("", unit)


def drawn(chart: Chart, width: int) -> list[str]:
    """Draw a chart in `width` cells with block characters, every number beside it in words."""
    title = [fitted(plain(chart.title), width).rstrip()] if chart.title else []
    if not chart.labels:
        return [*title, "nothing to draw yet"]
    lines = _bars(chart, width) if chart.kind == "bars" else _lines(chart, width)
    return [*title, *lines]


def _bars(chart: Chart, width: int) -> list[str]:
    several = len(chart.series) > 1
    rows = [
        (f"{label} {series.name}" if several else label, series.values[number])
        for number, label in enumerate(chart.labels)
        for series in chart.series
    ]
    most = max((abs(Fraction(value)) for _, value in rows if value is not None), default=Fraction())
    labels = [plain(label) for label, _ in rows]
    texts = [plain(said(value, chart.unit)) for _, value in rows]
    label_width = min(MOST_LABEL, max(map(cell_len, labels)))
    text_width = max(map(cell_len, texts))
    room = max(1, width - label_width - text_width - 2)
    lines = []
    for label, text, (_, value) in zip(labels, texts, rows, strict=True):
        bar = UNKNOWN if value is None else _bar(Fraction(value), most, room)
        line = f"{fitted(label, label_width)} {fitted(bar, room)} {text.rjust(text_width)}"
        lines.append(fitted(line, width).rstrip())
    return lines


def _bar(value: Fraction, most: Fraction, room: int) -> str:
    """Return a bar in eighths of a cell; what is more than nothing is seen."""
    if not most or not value:
        return ""
    eighths = max(1, round(abs(value) * room * 8 / most))
    full, rest = divmod(eighths, 8)
    return FULL * full + (LESS[rest - 1] if rest else "")


def _lines(chart: Chart, width: int) -> list[str]:
    known = [Fraction(v) for series in chart.series for v in series.values if v is not None]
    low, high = min([Fraction(0), *known]), max([Fraction(0), *known])
    names = max(cell_len(plain(series.name)) for series in chart.series)
    names = min(MOST_LABEL, names)
    room = max(1, width - names - 1)
    lines = []
    for series in chart.series:
        line = "".join(_height(value, low, high) for value in _sampled(series.values, room))
        lines.append(f"{fitted(plain(series.name), names)} {line}")
        lines.append(fitted(f"{' ' * names} {_ends(chart, series)}", width).rstrip())
    first, last = plain(chart.labels[0]), plain(chart.labels[-1])
    shown = min(room, len(chart.labels))
    gap = max(1, shown - cell_len(first) - cell_len(last))
    lines.append(fitted(f"{' ' * names} {first}{' ' * gap}{last}", width).rstrip())
    return lines


def _ends(chart: Chart, series: Series) -> str:
    known = [Fraction(value) for value in series.values if value is not None]
    if not known:
        return "unknown"
    currency, rest = _money(chart.unit)
    first, last = (said(series.values[place], currency) for place in (0, -1))
    least, most = said(min(known), currency), said(max(known), currency)
    return f"{first} → {last}, least {least}, most {most} {rest}".rstrip()


def _sampled(values: Sequence[Number | None], room: int) -> list[Number | None]:
    """Return as many of the values as there is room for, the last one included."""
    if len(values) <= room:
        return list(values)
    return [values[-1 - (room - 1 - n) * len(values) // room] for n in range(room)]


def _height(value: Number | None, low: Fraction, high: Fraction) -> str:
    if value is None:
        return UNKNOWN
    if high == low:
        return HEIGHTS[0]
    share = (Fraction(value) - low) / (high - low)
    return HEIGHTS[min(len(HEIGHTS) - 1, int(share * len(HEIGHTS)))]


class Blocks(Lines):
    """A chart of block characters, as high as it has to be in the width it has."""

    def __init__(self, chart: Chart) -> None:
        super().__init__()
        self._chart = chart

    def lines_in(self, width: int) -> Sequence[Strip]:
        """Draw it."""
        return [Strip([Segment(line)], cell_len(line)) for line in drawn(self._chart, width)]


class ChartView(Vertical):
    """A chart; the numbers in words are always there, the drawing is as fine as it can be."""

    def __init__(self, chart: Chart) -> None:
        super().__init__(classes="chart")
        self._chart = chart

    def compose(self) -> ComposeResult:
        """Lay out a finer drawing for lines, if there is one, and the blocks."""
        if self._chart.kind == "lines" and len(self._chart.labels) > 1 and can_draw():
            yield _drawing(self._chart)
        yield Blocks(self._chart)

    def on_resize(self, event: events.Resize) -> None:
        """Leave a finer drawing out where nobody could read it."""
        for drawing in self.query(".drawing"):
            drawing.display = event.size.width >= LEAST_DRAWN


def can_draw() -> bool:
    """Tell whether the extra `plots` is installed."""
    return find_spec("textual_plotext") is not None


def _drawing(chart: Chart) -> Widget:
    from textual_plotext import PlotextPlot

    drawing: Widget = PlotextPlot(classes="drawing")
    plot = drawing.plt  # type: ignore[attr-defined]
    for series in chart.series:
        # As floats: here the numbers are only places on the screen.
        known = [(n, float(v)) for n, v in enumerate(series.values) if v is not None]
        places, heights = [place for place, _ in known], [height for _, height in known]
        plot.plot(places, heights, label=plain(series.name), marker="braille")
    every = max(1, len(chart.labels) // 6)
    ticks = list(range(0, len(chart.labels), every))
    plot.xticks(ticks, [plain(chart.labels[place]) for place in ticks])
    plot.ylabel(plain(chart.unit))
    drawing.styles.height = TALL
    return drawing
