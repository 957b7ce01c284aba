"""The public plugin API: data that checks itself, and decorators that help."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from bakehouse.plugin import (
    Action,
    Amount,
    Area,
    Chart,
    CheckSpec,
    Column,
    Deadline,
    DeadlineError,
    Markdown,
    Money,
    Ref,
    Row,
    Sections,
    Series,
    Table,
    ViewContext,
    ViewSpec,
    contribute,
)

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
        ({"budget_ms": 0}, "'by-store.list': budget_ms must be 1 or more"),
        ({"order": "first"}, "'by-store.list': order must be a number"),
        ({"actions": ("make",)}, "'by-store.list': 'make' is no Action"),
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


def test_columns_are_named_once_and_there_is_one() -> None:
    with pytest.raises(ValueError, match="two columns are named 'item'"):
        Table([Column("item"), Column("item")])
    with pytest.raises(ValueError, match="at least one column"):
        Table([])


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
        ({"labels": (1, 2)}, "labels must be texts"),
        ({"unit": None}, "unit must be a text"),
        ({"labels": ("Mon",)}, "series 'oven' has 2 values for 1 labels"),
        ({"series": (Series("a", (1, 2)), Series("a", (1, 2)))}, "two series are named 'a'"),
    ],
)
def test_a_wrong_chart_says_what_is_wrong(change: dict[str, object], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        chart(**change)


@pytest.mark.parametrize("value", [1.5, True, "2", Decimal("NaN"), Decimal("Infinity")])
def test_a_series_takes_exact_numbers_only(value: object) -> None:
    with pytest.raises((ValueError, TypeError), match="Series 'oven'"):
        Series("oven", (value,))  # type: ignore[arg-type]
