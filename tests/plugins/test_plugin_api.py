"""The public plugin API: data that checks itself, and decorators that help."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from itertools import count, repeat
from pathlib import Path

import pytest

from bakehouse.plugin import (
    Action,
    Amount,
    Area,
    ChangeSet,
    Chart,
    CheckSpec,
    Column,
    Deadline,
    DeadlineError,
    Finding,
    Markdown,
    Money,
    Part,
    Ref,
    Row,
    Sections,
    Series,
    Setting,
    Step,
    Table,
    ViewContext,
    ViewSpec,
    contribute,
)
from bakehouse.terminal.output import json_text
from bakehouse.terminal.views import print_view, view_as_csv, view_as_markdown
from tui.widgets.cells import said, sort_key
from tui.widgets.chart import drawn as chart_drawn

ROOT = Path(__file__).parents[2]


def spec(**changes: object) -> ViewSpec:
    given: dict[str, object] = {
        "id": "by-store.list",
        "title": "By store",
        "area": Area.EVENT,
        "load": "by_store.view:load",
    }
    return ViewSpec(**{**given, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("module", ["bakehouse.plugin", "plugins.production", "plugins.problems"])
def test_registering_imports_neither_textual_nor_sqlalchemy_nor_the_kitchen(module: str) -> None:
    code = (
        f"import sys, {module}\n"
        "heavy = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted(heavy & {'textual', 'rich', 'sqlalchemy', 'core', 'tui', 'msgspec'}))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert ran.stdout.strip() == "[]"


def test_listing_plugins_needs_no_database_library() -> None:
    code = (
        "import sys\nfrom plugins.host import Host\nHost(path=[]).records()\n"
        "print('sqlalchemy' in sys.modules, 'textual' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert ran.stdout.strip() == "False False"


def test_a_decorated_hook_is_still_the_function() -> None:
    def views() -> list[ViewSpec]:
        return [spec()]

    assert contribute.views(views) is views


def test_a_misspelt_hook_says_what_was_meant() -> None:
    with pytest.raises(AttributeError, match="no hook 'veiws'; did you mean 'views'"):
        contribute.veiws  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "by store"}, "ViewSpec 'by store'"),
        ({"id": ""}, "ViewSpec ''"),
        ({"id": ".list"}, r"ViewSpec '\.list'"),
        ({"title": " "}, "'by-store.list': needs a title"),
        ({"load": "by_store.view"}, "'by-store.list': load must be 'module:function'"),
        ({"load": "os:system('x')"}, "'by-store.list': load must be"),
        ({"area": "event"}, "'by-store.list': area must be an Area"),
        ({"key": "g h"}, "'by-store.list': key must be one key"),
        ({"budget_ms": 0}, "'by-store.list': budget_ms must be from 1 to 600,000"),
        ({"budget_ms": 10**400}, "'by-store.list': budget_ms must be from 1 to 600,000"),
        ({"help": None}, "'by-store.list': help must be a text"),
        ({"order": "first"}, "'by-store.list': order must be a number"),
        ({"actions": ("make",)}, "'by-store.list': 'make' is no Action"),
        ({"actions": repeat("make")}, "a ViewSpec has actions, at most 100"),
    ],
)
def test_a_wrong_view_spec_names_its_id(change: dict[str, object], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        spec(**change)


def test_a_wrong_check_spec_names_its_id() -> None:
    with pytest.raises(ValueError, match="CheckSpec 'by-store': check must be 'module:function'"):
        CheckSpec(id="by-store", title="By store", check="nothing")


def test_specs_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        spec().title = "Other"  # type: ignore[misc]


# -- tables ----------------------------------------------------------------------------------------

FLOUR = Amount(Decimal("5000"), "11 lb")


def table(*rows: Row | tuple[object, ...], **more: object) -> Table:
    columns = [Column("item"), Column("to_buy", kind="amount")]
    return Table(columns, rows, **more)  # type: ignore[arg-type]


def test_plain_tuples_become_rows_that_are_about_nothing() -> None:
    made = table(("Flour", FLOUR), ("Sugar", None))
    assert [row.key for row in made.rows] == ["1", "2"]
    assert made.rows[0].about is None
    assert made.rows[0].cells == ("Flour", FLOUR)


def test_without_data_each_row_is_an_object_with_exact_values() -> None:
    made = table(("Flour", FLOUR), Row("x", ("Ribbon", None), about=Ref("item", 7)))
    assert made.as_data() == [
        {"item": "Flour", "to_buy": Decimal("5000")},
        {"item": "Ribbon", "to_buy": None},
    ]


def test_data_is_printed_as_given_even_when_empty() -> None:
    assert table(("Flour", FLOUR), data=[]).as_data() == []


@pytest.mark.parametrize(
    ("rows", "more", "message"),
    [
        ([("Flour",)], {}, "row '1' has 1 cells for 2 columns"),
        ([("Flour", FLOUR, "x")], {}, "row '1' has 3 cells for 2 columns"),
        ([("Flour", 1.5)], {}, "row '1', column 'to_buy'.*not float"),
        ([("Flour", True)], {}, "row '1', column 'to_buy'.*not bool"),
        ([("Flour", ["5 lb"])], {}, "row '1', column 'to_buy'.*not list"),
        ([("Flour", datetime(2026, 12, 15))], {}, "row '1', column 'to_buy'.*not datetime"),
        ([("Flour", Decimal("Infinity"))], {}, "row '1', column 'to_buy': Infinity is no number"),
        ([("Flour", Decimal("sNaN"))], {}, "row '1', column 'to_buy': sNaN is no number"),
        ([("Flour", 10**5000)], {}, "row '1', column 'to_buy': a number has at most 60 digits"),
        ([("Flour", Decimal("1E-999999"))], {}, "'to_buy': a number has at most 60 digits"),
        ([], {"totals": repeat("x")}, "totals are at most 200"),
        ([], {"empty": None}, "Table: empty must be a text, not None"),
        ([], {"note": 3}, "Table: note must be a text, not int"),
        ([["Flour", FLOUR]], {}, "row 1 must be a Row or a tuple, not list"),
        ([Row("a", ("x", None)), Row("a", ("y", None))], {}, "two rows have the key 'a'"),
        ([], {"totals": ("Total",)}, "the totals has 1 cells for 2 columns"),
    ],
)
def test_a_wrong_table_says_where(
    rows: list[object], more: dict[str, object], message: str
) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        table(*rows, **more)  # type: ignore[arg-type]


def test_money_that_is_no_number_is_refused_when_it_is_made() -> None:
    with pytest.raises(ValueError, match="Money: NaN is no number that can be shown"):
        Money(Decimal("NaN"), "nothing")


HALF = "half \ud800"


@pytest.mark.parametrize(
    "make",
    [
        lambda: Table([Column("a")], [(HALF,)]),
        lambda: Table([Column("a")], note=HALF),
        lambda: Column(HALF),
        lambda: Column("a", title=HALF),
        lambda: Row(HALF, ()),
        lambda: Amount(None, HALF),
        lambda: Markdown(HALF),
        lambda: Sections(((HALF, Markdown("x")),)),
        lambda: Series(HALF, ()),
        lambda: Chart("bars", (HALF,), (Series("a", (1,)),)),
        lambda: Finding(message=HALF),
        lambda: Step("count", {"item": HALF}),
        lambda: ChangeSet((), summary=HALF),
        lambda: spec(title=HALF),
        lambda: spec(key="\ud800"),
        lambda: Setting(key="a", title=HALF, default=""),
        lambda: Setting(key="a", title="A", default=HALF),
        lambda: Setting(key="a", title="A", default="", kind="choice", choices=(HALF,)),
    ],
)
def test_half_a_character_that_nothing_could_write_is_refused_at_once(
    make: Callable[[], object],
) -> None:
    with pytest.raises(ValueError, match=r"half a character|key must be one key"):
        make()


class Loud(str):
    """A text whose own methods fail, as some of a lazy translation do before it is set up."""

    def __str__(self) -> str:
        raise RuntimeError("not set up")


class Month(date):
    """A date that says itself in another way."""

    def isoformat(self) -> str:
        raise RuntimeError("no day")


class Trays(IntEnum):
    """A whole number with a name."""

    ONE = 1


class Exact(Decimal):
    """A number of another library."""

    def __format__(self, spec: str, context: object = None, /) -> str:
        raise RuntimeError("no format")


def test_what_is_of_another_class_is_taken_as_the_plain_data_it_is() -> None:
    made = Table(
        [Column("a"), Column("b"), Column("c"), Column("d")],
        [
            Row(
                Loud("key"),
                (Loud("x"), Month(2026, 12, 15), Exact("1.50"), IntEnum("N", "one").one),
            )
        ],  # type: ignore[attr-defined]
    )
    [row] = made.rows
    assert (row.key, row.cells) == ("key", ("x", date(2026, 12, 15), Decimal("1.50"), 1))
    assert [type(cell) for cell in (row.key, *row.cells)] == [str, str, date, Decimal, int]


class Named(Column):
    """A column with a heading of its own making."""


@pytest.mark.parametrize(
    "make",
    [
        lambda: Table([Named("a")]),
        lambda: Chart("bars", (), (type("Mine", (Series,), {})("a", ()),)),
        lambda: Sections((("", type("Mine", (Markdown,), {})("x")),)),
    ],
)
def test_classes_of_the_api_are_not_for_subclassing(make: Callable[[], object]) -> None:
    with pytest.raises(TypeError, match="not (Named|Mine)"):
        make()


def test_what_people_read_of_another_class_is_taken_as_plain_text_and_numbers() -> None:
    amount = Amount(Exact("1.5"), Loud("1.5 kg"))
    assert [type(amount.value), type(amount.said)] == [Decimal, str]
    [series] = chart(
        labels=("a", Loud("b")), series=(Series(Loud("s"), (Trays.ONE, Exact(2))),)
    ).series
    assert [type(each) for each in (series.name, *series.values)] == [str, int, Decimal]
    assert type(Column(Loud("a"), Loud("A")).heading) is str


def test_a_number_of_many_digits_can_be_said_in_every_way() -> None:
    numbers = [
        sign * Decimal(f"9.{'9' * 27}E{power}") for sign in (1, -1) for power in (59, 28, -59)
    ]
    made = Table(
        [Column("a", kind="amount"), Column("b", kind="percent"), Column("c", kind="integer")],
        [(number, number, int(number)) for number in numbers],
        totals=(numbers[0], numbers[0], -(10**59)),
    )
    drawn = Chart(
        "bars", ("a",) * 6, (Series("x", tuple(numbers)), Series("y", (Fraction(1, 3),) * 6))
    )
    for data in (made, drawn, replace(drawn, kind="lines"), Sections((("", made), ("", drawn)))):
        assert view_as_csv(data)
        assert view_as_markdown(data)
        assert json_text(data.as_data())
        print_view(data)
    for row in made.rows:
        assert all(said(cell, column) for cell, column in zip(row.cells, made.columns, strict=True))
    assert sorted(made.rows, key=lambda row: sort_key(row.cells[0]))[0].cells[0] == min(numbers)
    assert chart_drawn(drawn, 80)
    assert chart_drawn(replace(drawn, kind="lines"), 80)


def test_columns_are_named_once_and_there_is_one() -> None:
    with pytest.raises(ValueError, match="two columns are named 'item'"):
        Table([Column("item"), Column("item")])
    with pytest.raises(ValueError, match="at least one column"):
        Table([])
    with pytest.raises(ValueError, match="a Table has columns, at most 200"):
        Table(repeat(Column("a")))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="Column 'a': title must be a text, not int"):
        Column("a", title=3)  # type: ignore[arg-type]


def test_a_heading_is_the_title_or_the_name_in_words() -> None:
    assert Column("to_buy").heading == "To buy"
    assert Column("to_buy", "Buy").heading == "Buy"
    assert Column("checked", "").heading == ""


def test_numbers_keep_right_unless_told_otherwise() -> None:
    assert [Column("a", kind=kind).side for kind in ("text", "amount", "status")] == [
        "left",
        "right",
        "left",
    ]
    assert Column("a", kind="amount", align="left").side == "left"


@pytest.mark.parametrize(
    "make",
    [
        lambda: Column("a", kind="number"),  # type: ignore[arg-type]
        lambda: Column("a", edit="name"),  # type: ignore[arg-type]
        lambda: Column("a", width=0),
        lambda: Column("a", width=True),
        lambda: Ref("item", 10**20),
        lambda: Ref("item", 0),
        lambda: Column("a", priority=-1),
        lambda: Column(""),
        lambda: Ref("cookie", 1),  # type: ignore[arg-type]
        lambda: Row("a", (), style="red"),  # type: ignore[arg-type]
        lambda: Row("", ()),
    ],
)
def test_words_that_are_not_in_the_list_are_refused(make: object) -> None:
    with pytest.raises(ValueError, match=r"Column|Ref|Row"):
        make()  # type: ignore[operator]


def test_amounts_and_money_are_exact() -> None:
    with pytest.raises(TypeError, match="Amount: value must be a Decimal or None, not float"):
        Amount(1.5, "1.5")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="Money: value must be a Decimal or None, not int"):
        Money(12, "$12.00")  # type: ignore[arg-type]


def test_markup_in_texts_is_kept_as_it_is() -> None:
    made = table(("Brot [glutenfrei] [/x]", FLOUR), note="[b]no[/b]")
    assert made.rows[0].cells[0] == "Brot [glutenfrei] [/x]"
    assert made.note == "[b]no[/b]"


def test_a_table_can_be_replaced_in_part() -> None:
    changed = replace(table(("Flour", FLOUR)), note="checked")
    assert changed.note == "checked"
    assert len(changed.rows) == 1


def test_sections_hold_tables_and_texts() -> None:
    parts = Sections((("List", table(("Flour", FLOUR))), ("Note", Markdown("*hm*"))))
    assert parts.as_data() == [
        {"title": "List", "data": [{"item": "Flour", "to_buy": Decimal("5000")}]},
        {"title": "Note", "data": {"markdown": "*hm*"}},
    ]
    with pytest.raises(
        TypeError, match="section 'List' must be a Table, Markdown or Chart, not str"
    ):
        Sections((("List", "flour"),))  # type: ignore[arg-type]


def bars(labels: int) -> Chart:
    return chart(labels=("a",) * labels, series=(Series("b", (1,) * labels),))


def several(*parts: Part) -> Sections:
    return Sections(tuple(("", part) for part in parts))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Markdown("- one\n" * 200_000), "at most 1,000 lines"),
        (lambda: Markdown("x" * 50_001), "50,000 characters"),
        (lambda: Sections(repeat(("", Markdown("x")))), "Sections have parts, at most 50"),
        (lambda: several(*(Markdown("x\n" * 600),) * 2), "at most 1,000 lines of text together"),
        (
            lambda: several(bars(3_000), bars(3_000)),
            "5,000 numbers in charts together, not 6,000",
        ),
        (lambda: chart(labels=("a",) * 100_000), "a Chart has labels, at most 5,000"),
        (lambda: chart(labels=("a",) * 3_000), "a Chart has at most 5,000 numbers, not 6,000"),
        (lambda: chart(series=(Series(str(n), (1, 2)) for n in count())), "series, at most 50"),
        (lambda: Series("a", repeat(1)), "Series 'a' has values, at most 5,000"),
        (lambda: Row("a", repeat("x")), "a Row has cells, at most 200"),
    ],
)
def test_more_than_a_screen_can_draw_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_rows_of_sections_are_counted_together() -> None:
    rows = Table([Column("a")], [("x",)] * 100_001)
    with pytest.raises(ValueError, match="at most 200,000 rows together, not 200,002"):
        Sections((("a", rows), ("b", rows)))


# -- findings --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"about": ("item", 3)}, "Finding: about must be a Ref, not tuple"),
        ({"kind": None}, "Finding: kind must be a text, not None"),
        ({"message": 5}, "Finding: message must be a text, not int"),
        ({"event_ids": 3}, "not iterable"),
        ({"event_ids": ("3",)}, "Finding: the id of an event is a number, not str"),
        ({"event_id": "3"}, "Finding: the id of an event is a number, not str"),
        ({"event_ids": repeat(3)}, "a Finding has event_ids, at most 10,000"),
    ],
)
def test_a_wrong_finding_says_what_is_wrong(change: dict[str, object], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        Finding(**{"message": "No price", **change})  # type: ignore[arg-type]


def test_the_events_of_a_finding_may_come_as_a_list() -> None:
    assert Finding(message="No price", event_ids=[1, 2]).event_ids == (1, 2)  # type: ignore[arg-type]


# -- actions ---------------------------------------------------------------------------------------


def test_an_action_is_filled_in_for_its_row() -> None:
    action = Action(
        id="make", title="Make", command=("make", "{about.id}", "--event", "{event}", "{key}")
    )
    row = Row("recipe:7", ("Cookies",), about=Ref("recipe", 7))
    assert action.words(row, 3) == ("make", "7", "--event", "3", "recipe:7")
    assert action.words(row) is None
    assert action.words(Row("x", ("Cookies",)), 3) is None


def test_braces_in_keys_are_not_filled_in_again() -> None:
    action = Action(id="look", title="Look", command=("show", "{key}"))
    assert action.words(Row("{event}", ("x",)), 3) == ("show", "{event}")


def test_an_action_with_an_unknown_placeholder_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Action 'make': no \{about.__class__\} there"):
        Action(id="make", title="Make", command=("make", "{about.__class__}"))


# -- context ---------------------------------------------------------------------------------------


def context(**more: object) -> ViewContext:
    given = {"session": None, "event_id": None, "revision": 1, "today": date(2026, 11, 22)}
    return ViewContext(**{**given, **more})  # type: ignore[arg-type]


def test_a_view_about_one_event_says_so_when_there_is_none() -> None:
    assert context(event_id=3).event == 3
    with pytest.raises(ValueError, match="Name the event"):
        context().event  # noqa: B018


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        context().settings["x"] = 1  # type: ignore[index]


def test_a_deadline_ends_by_time_and_by_being_revoked() -> None:
    Deadline().check()
    with pytest.raises(DeadlineError):
        Deadline(0).check()
    later = Deadline(60_000)
    assert 0 < later.remaining_ms() <= 60_000
    later.revoke()
    assert later.remaining_ms() == 0
    with pytest.raises(DeadlineError):
        later.check()


# -- charts ----------------------------------------------------------------------------------------


def chart(**changes: object) -> Chart:
    given: dict[str, object] = {
        "kind": "bars",
        "labels": ("Mon", "Tue"),
        "series": (Series("oven", (Decimal("1.5"), 2)), Series("hands", (Fraction(1, 3), None))),
        "unit": "h",
    }
    return Chart(**{**given, **changes})  # type: ignore[arg-type]


def test_a_chart_is_the_same_numbers_as_its_table_and_its_data() -> None:
    table = chart().as_table()
    assert [column.name for column in table.columns] == ["label", "oven", "hands"]
    assert [row.cells for row in table.rows] == [
        ("Mon", Decimal("1.5"), Decimal("0.333333")),
        ("Tue", 2, None),
    ]
    assert chart().as_data() == {
        "kind": "bars",
        "unit": "h",
        "labels": ["Mon", "Tue"],
        "series": [
            {"name": "oven", "values": [Decimal("1.5"), 2]},
            {"name": "hands", "values": [Decimal("0.333333"), None]},
        ],
    }
    assert chart(data=["mine"]).as_data() == ["mine"]


def test_a_fraction_with_a_finite_decimal_stays_exact_in_a_chart() -> None:
    finite = chart(labels=("a",), series=(Series("x", (Fraction(1, 2**20),)),)).as_table()
    assert finite.rows[0].cells[1] == Decimal(1) / 2**20


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "pie"}, "kind must be one of bars, lines, not 'pie'"),
        ({"series": ()}, "a Chart needs at least one Series"),
        ({"series": ("oven",)}, "a Chart takes series of Series, not str"),
        ({"labels": (1, 2)}, "label must be a text, not int"),
        ({"unit": None}, "unit must be a text"),
        ({"labels": ("Mon",)}, "series 'oven' has 2 values for 1 labels"),
        ({"series": (Series("a", (1, 2)), Series("a", (1, 2)))}, "two series are named 'a'"),
    ],
)
def test_a_wrong_chart_says_what_is_wrong(change: dict[str, object], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        chart(**change)


def test_the_labels_of_a_chart_have_a_column_of_their_own_whatever_series_are_called() -> None:
    taken = chart(series=(Series("label", (1, 2)), Series("label_", (3, 4)))).as_table()
    assert [column.name for column in taken.columns] == ["label__", "label", "label_"]


@pytest.mark.parametrize(
    "value", [1.5, True, "2", Decimal("NaN"), Decimal("Infinity"), 10**60, Fraction(10**99, 7)]
)
def test_a_series_takes_exact_numbers_only(value: object) -> None:
    with pytest.raises((ValueError, TypeError), match="Series 'oven'"):
        Series("oven", (value,))  # type: ignore[arg-type]
