"""What views return, as text: charts as bars, and the same numbers for programs."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from bakehouse.plugin import Chart, Markdown, Sections, Series
from bakehouse.terminal.views import print_view, view_as_csv, view_as_markdown

OVEN = Chart(
    "bars",
    ("Mon", "Tuesday", "Wed"),
    (Series("oven", (Decimal("4"), 2, None)),),
    unit="h",
    title="Hours [in] the oven",
)
TWO = Chart(
    "lines", ("Mon", "Tue"), (Series("oven", (3, -1)), Series("hands", (Fraction(1, 3), 0)))
)


def test_a_chart_is_bars_whose_longest_stands_for_the_most(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_view(OVEN)
    assert capsys.readouterr().out.splitlines() == [
        "Hours [in] the oven",
        "Mon      " + "█" * 40 + "      4 h",
        "Tuesday  " + "█" * 20 + " " * 20 + "      2 h",
        "Wed      " + " " * 40 + "  unknown",
    ]


def test_several_series_share_a_label_and_less_than_nothing_is_lighter(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_view(TWO)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["Mon", "oven"],
        ["hands", "████"],
        ["Tue", "oven"],
        ["hands", "0"],
    ]
    assert "░" * 13 in lines[2]
    assert lines[1].endswith("0.333333")


def test_a_chart_without_labels_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    print_view(Chart("bars", (), (Series("oven", ()),)))
    assert capsys.readouterr().err == "Nothing to draw yet.\n"


def test_a_chart_as_csv_and_markdown_is_its_numbers() -> None:
    assert view_as_csv(TWO) == "label,oven,hands\nMon,3,0.333333\nTue,-1,0\n"
    parts = Sections((("Work", OVEN), ("Note", Markdown("*rest*"))))
    assert view_as_csv(parts) == "label,oven\nMon,4\nTuesday,2\nWed,\n\n*rest*\n"
    assert "## Work\n\n|  | oven |" in view_as_markdown(parts)
