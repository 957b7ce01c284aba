"""An export is the kitchen: restored, it is the same to the byte (domain.md vector 22)."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from core import clock
from core.errors import BakehouseError, EventNotFound
from core.interchange.exporting import export_kitchen, write_kitchen
from core.interchange.importing import import_file
from core.services import (
    catalog_service,
    doctor_service,
    event_service,
    journal_service,
    settings_service,
    stock_service,
)
from core.services.planning import plan_service
from core.session import Database, configure, database, read_session, session_scope, use
from tests.builders import KitchenBuilder

CONTRACT = Path(__file__).with_name("contract_kitchen.json")
NOON = datetime(2026, 11, 20, 12, 30)


@contextmanager
def another(target: Path | str) -> Iterator[Database]:
    """Work in another, empty kitchen inside the block: a server's, or a file of its own."""
    place = target / "another.db" if isinstance(target, Path) else target
    with use(database()):
        other = configure(place, create=True)
        try:
            yield other
        finally:
            other.dispose()


@pytest.fixture
def build(kitchen: Database) -> KitchenBuilder:
    """Fill a kitchen with a bit of everything, undone things included."""
    builder = KitchenBuilder()
    busy_kitchen(builder)
    return builder


def busy_kitchen(build: KitchenBuilder) -> None:
    import_file(CONTRACT.read_bytes())
    build.ingredient("honey", name="Crème de miel «½»", notes="a\nb")
    build.supply("ribbon", measures={"yard": "1 each", "inch": "1/36 each"})
    build.recipe("dough", {"large": 24, "mini": 30}, {"flour": "1/3 lb", "honey": "2/3 cup"})
    build.bundle("box", {"gift-bag": 1, "large": "2", "ribbon": "2 yard"})
    build.event("easter", [("box", 3, "Ana"), ("mini", 7)], date(2026, 12, 1), people=12)
    build.target("easter", "dough", 2, short_ok=True)
    event_service.check_item(build.event_id("easter"), build.item("egg"))
    build.buy("egg", 36, "7.00", expires=date(2026, 11, 30))
    build.buy("egg", 12)
    build.buy("flour", packs="2.5", paid="15.00")
    build.buy("ribbon", 30, "0")
    build.make("sugar-cookie", 2, lost={"cookie": (5, "burnt")}, event="christmas-2026", at=NOON)
    build.make("dough", 1, good={"large": 11, "mini": 12}, event="easter")
    build.assemble("gift-bag", 7, event="christmas-2026")
    build.assemble("box", 2, event="easter", borrow=True)
    build.deliver("easter", "box", 1, to="Ana")
    build.count("egg", "20")
    build.discard("flour", "1/3 lb", "moths")
    build.edit_item("ribbon", measures={"yard": "1 each"})
    settings_service.set_setting("store_trip_cost", "2.50")
    # Undone: a record, an edit, and things that the ledger keeps under a withdrawn slug.
    build.count("honey", "500 g")
    journal_service.undo()
    journal_service.redo()
    journal_service.undo()
    import_file(
        json.dumps(
            {
                "format": "bakehouse",
                "version": 1,
                "items": [
                    {"slug": "nut", "name": "Nut", "kind": "ingredient", "unit": "g"},
                    {"slug": "bar", "name": "Bar", "kind": "made", "unit": "each"},
                ],
                "products": [{"slug": "nuts", "item": "nut", "label": "Nuts", "pack": "1 kg"}],
                "recipes": [
                    {
                        "slug": "bar",
                        "name": "Bars",
                        "makes": [{"item": "bar", "amount": "9"}],
                        "lines": [{"item": "nut", "amount": "1 cup"}],
                    }
                ],
                "events": [
                    {
                        "slug": "fair",
                        "name": "Fair",
                        "date": "2026-12-03",
                        "lines": [{"item": "bar", "amount": "8"}],
                    }
                ],
                "lots": [
                    {"item": "nut", "product": "nuts", "amount": "2 kg", "paid": "3"},
                    {"item": "bar", "amount": "4", "event": "fair"},
                ],
            }
        )
    )
    journal_service.undo()


def everything() -> list[Any]:
    """Return all that people see of a kitchen."""
    with read_session() as session:
        events = event_service.list_events(session, archived=True)
        return [
            events,
            *(
                read(event.id, session)
                for event in events
                for read in (
                    event_service.get_production_progress,
                    event_service.get_assembly_progress,
                    event_service.get_shopping_list,
                    event_service.get_event,
                )
            ),
            plan_service.get_plan(session=session),
            plan_service.problems(None, session=session),
            catalog_service.list_items(session, archived=True),
            catalog_service.list_products(session, archived=True),
            catalog_service.list_recipes(session, archived=True),
            catalog_service.list_bundles(session, archived=True),
            settings_service.list_settings(session),
            stock_service.list_stock(session=session),
            stock_service.list_lots(empty=True, session=session),
            journal_service.list_changes(session=session),
        ]


# -- vector 22 ------------------------------------------------------------------------------------


def test_a_restored_kitchen_is_the_same_in_every_view_and_to_the_byte(
    build: KitchenBuilder, tmp_path: Path
) -> None:
    before, exported = everything(), write_kitchen(export_kitchen())
    with another(tmp_path):
        imported = import_file(exported)
        assert imported.change is None
        assert everything() == before
        assert write_kitchen(export_kitchen()) == exported
        assert doctor_service.check_kitchen() == []


@pytest.mark.parametrize("back", [False, True])
def test_a_kitchen_moves_from_one_database_to_the_other(
    back: bool, sqlite_kitchen: Database, empty_postgres: str, tmp_path: Path
) -> None:
    busy_kitchen(KitchenBuilder())
    before, exported = everything(), write_kitchen(export_kitchen())
    with another(empty_postgres):
        import_file(exported)
        assert everything() == before
        assert write_kitchen(export_kitchen()) == exported
        if back:
            moved = write_kitchen(export_kitchen())
            with another(tmp_path):
                import_file(moved)
                assert everything() == before
                assert write_kitchen(export_kitchen()) == exported


def test_work_goes_on_after_a_restore(build: KitchenBuilder, empty_postgres: str) -> None:
    exported = write_kitchen(export_kitchen())
    with another(empty_postgres):
        import_file(exported)
        revision = journal_service.revision()
        build.ingredient("salt")
        build.event("tea", {"cookie": 5})
        build.recipe("tea", {"tea-cake": 5}, {"salt": 5})
        bought = build.buy("salt", "1 kg", "1.00")
        build.make("tea", 1)
        assert bought.id == revision + 5
        assert doctor_service.check_kitchen() == []


def test_what_was_done_before_is_undone_and_redone_after_a_restore(
    build: KitchenBuilder, tmp_path: Path
) -> None:
    exported = write_kitchen(export_kitchen())

    def walk() -> bytes:
        journal_service.redo()
        for _ in range(9):
            journal_service.undo()
        journal_service.redo()
        return write_kitchen(export_kitchen())

    with another(tmp_path):
        import_file(exported)
        there = walk()
        assert doctor_service.check_kitchen() == []
    assert walk() == there


def test_a_line_whose_measure_was_taken_away_is_restored_as_unknown(
    build: KitchenBuilder, tmp_path: Path
) -> None:
    build.edit_item("ribbon", measures={})
    exported = write_kitchen(export_kitchen())
    assert build.shopping("easter")["ribbon"]["needed"] is None
    with another(tmp_path):
        imported = import_file(exported)
        assert imported.exit_code == 4
        assert "add a measure 'yard' to Ribbon" in [note.fix for note in imported.unknown]
        assert build.shopping("easter")["ribbon"]["needed"] is None
        assert write_kitchen(export_kitchen()) == exported


def test_a_restore_that_fails_keeps_nothing(build: KitchenBuilder, tmp_path: Path) -> None:
    exported = json.loads(write_kitchen(export_kitchen()))
    exported["moves"][-1]["lot"] = "L999"
    with another(tmp_path):
        with session_scope() as session, pytest.raises(BakehouseError):
            import_file(json.dumps(exported), session=session)
        assert everything()[0] == []
        assert journal_service.revision() == 0


# -- how it is written ----------------------------------------------------------------------------


def test_an_export_diffs_well(build: KitchenBuilder) -> None:
    text = write_kitchen(export_kitchen()).decode("utf-8")
    assert text.endswith("}\n")
    assert "\r" not in text
    assert '\n  "items": [\n    {\n      "slug": "bar-2",' not in text
    assert "Crème de miel «½»" in text
    file = json.loads(text)
    assert list(file) == [
        *("format", "version", "currency", "items", "products", "recipes", "bundles", "events"),
        *("settings", "lots", "runs", "moves", "changes"),
    ]
    for key, name in (("items", "slug"), ("recipes", "slug"), ("bundles", "item")):
        assert [row[name] for row in file[key]] == sorted(row[name] for row in file[key])
    assert [lot["id"] for lot in file["lots"]] == [f"L{n + 1}" for n in range(len(file["lots"]))]
    assert [row["id"] for row in file["changes"]] == [*range(1, len(file["changes"]) + 1)]


def test_amounts_are_exported_as_entered_and_the_ledger_in_stock_units(
    build: KitchenBuilder,
) -> None:
    doc = export_kitchen()
    dough = next(recipe for recipe in doc.recipes if recipe.slug == "dough")
    assert [line.amount for line in dough.lines] == ["1/3 lb", "2/3 cup"]
    assert (doc.lots[0].amount, doc.lots[0].left) == ("4535.9237", "3650.195453")
    eggs = [lot for lot in doc.lots if lot.item == "egg"]
    assert [(lot.paid, lot.priced) for lot in eggs] == [("7.00", None), (None, None)]
    assert all(move.amount.startswith("-") for move in doc.moves if move.reason == "discarded")
    assert {lot.item for lot in doc.lots if lot.priced is False} == {"large", "mini", "box"}


def test_an_empty_kitchen_exports_and_imports_to_nothing(kitchen: Database) -> None:
    exported = write_kitchen(export_kitchen())
    assert json.loads(exported)["changes"] == []
    import_file(exported)
    assert write_kitchen(export_kitchen()) == exported


# -- what one event needs -------------------------------------------------------------------------


def test_an_event_is_exported_with_all_it_needs_and_nothing_else(
    build: KitchenBuilder, tmp_path: Path
) -> None:
    doc = export_kitchen(event="christmas-2026")
    assert [item.slug for item in doc.items] == ["cookie", "egg", "flour", "gift-bag"]
    assert [recipe.slug for recipe in doc.recipes] == ["sugar-cookie"]
    assert [bundle.item for bundle in doc.bundles] == ["gift-bag"]
    assert [product.slug for product in doc.products] == ["flour-5lb"]
    assert [event.slug for event in doc.events] == ["christmas-2026"]
    assert [*doc.lots, *doc.runs, *doc.moves, *doc.changes] == []
    with another(tmp_path):
        imported = import_file(write_kitchen(doc))
        assert imported.change is not None
        assert imported.exit_code == 0
        assert write_kitchen(export_kitchen(event="christmas-2026")) == write_kitchen(doc)


def test_an_event_with_nested_bundles_brings_their_parts(
    build: KitchenBuilder, tmp_path: Path
) -> None:
    doc = export_kitchen(event="easter")
    assert {bundle.item for bundle in doc.bundles} == {"box", "gift-bag"}
    assert {recipe.slug for recipe in doc.recipes} == {"dough", "sugar-cookie"}
    assert "ribbon" in {item.slug for item in doc.items}
    with another(tmp_path):
        import_file(write_kitchen(doc))
        assert [row.slug for row in event_service.list_events()] == ["easter"]


def test_an_event_that_is_not_there_is_said(kitchen: Database) -> None:
    with pytest.raises(EventNotFound, match="easter"):
        export_kitchen(event="easter")


# -- any small kitchen ----------------------------------------------------------------------------

ACTS: dict[str, Callable[[KitchenBuilder, int], object]] = {
    "buy": lambda build, n: build.buy("flour", f"{n + 1}/3 lb", paid=f"{n}.35"),
    "get": lambda build, n: build.buy("egg", n + 1),
    "make": lambda build, n: build.make("dough", f"{n + 1}/2", event="fair" if n % 2 else None),
    "burn": lambda build, n: build.make("dough", 1, lost={"large": (n, "burnt")}),
    "fill": lambda build, n: build.assemble("bag", n, event="fair"),
    "give": lambda build, n: build.deliver("fair", "bag", n, to="Kim" if n % 2 else None),
    "count": lambda build, n: build.count("egg", n),
    "throw": lambda build, n: build.discard("flour", f"{n}/7 oz"),
    "price": lambda build, n: build.product(f"sack-{n % 2}", "flour", f"{n + 1} lb", f"{n}.5"),
    "mend": lambda build, n: build.edit_item("flour", grams_per_ml=f"0.5{n}"),
    "name": lambda build, n: build.edit_item(
        "egg", name=f"Œuf {n}", allergens=["egg", "é"][: n % 3]
    ),
    "want": lambda build, n: build.want("fair", "large", n, to="Zoë"),
    "plan": lambda build, n: build.target("fair", "dough", f"{n}/2", short_ok=bool(n % 2)),
    "set": lambda build, n: settings_service.set_setting("store_trip_cost", f"{n}"),
    "add": lambda build, n: build.ingredient(f"spice-{n}"),
    "undo": lambda build, n: journal_service.undo(),
    "redo": lambda build, n: journal_service.redo(),
    "undo early": lambda build, n: journal_service.undo(n + 5),
}


@contextmanager
def empty_kitchen(template: Path) -> Iterator[None]:
    """Work in an empty kitchen of its own inside the block, as no fixture can in each example."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kitchen.db"
        shutil.copy(template, path)
        fresh = Database(make_url(f"sqlite:///{path}"), readonly=False, timeout=5)
        with use(fresh):
            try:
                yield
            finally:
                fresh.dispose()


@given(acts=st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 6)), max_size=12))
def test_whatever_was_done_the_restored_kitchen_exports_the_same_bytes(
    kitchen_template: Path, acts: list[tuple[str, int]]
) -> None:
    with clock.fixed(datetime(2026, 11, 22, 14, 2)), empty_kitchen(kitchen_template):
        build = KitchenBuilder()
        build.ingredient("flour", grams_per_ml="0.5")
        build.ingredient("egg", "each")
        build.recipe("dough", {"large": 12, "mini": 30}, {"flour": "1 cup", "egg": 1}, step="1/2")
        build.bundle("bag", {"large": 2, "mini": "1"})
        build.event("fair", {"bag": 4, "mini": 3})
        build.buy("flour", "5 lb", "6.00")
        for act, number in acts:
            with suppress(BakehouseError):
                ACTS[act](build, number)
        before, exported = everything(), write_kitchen(export_kitchen())
        with empty_kitchen(kitchen_template):
            import_file(exported)
            assert write_kitchen(export_kitchen()) == exported
            assert everything() == before
