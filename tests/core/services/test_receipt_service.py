"""A receipt: many lines recorded as one, and what was bought the last time."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.event import listen

from core.commands import run
from core.errors import ReceiptRefused, RuleBroken
from core.models import Change
from core.services import (
    catalog_service,
    doctor_service,
    event_service,
    journal_service,
    receipt_service,
    stock_service,
)
from core.services.receipt_service import ReceiptLine
from core.session import Database, read_session, rehearsal
from tests.builders import KitchenBuilder


@pytest.fixture
def bakery(sqlite_kitchen: Database) -> KitchenBuilder:
    """Give a kitchen with flour in bags, sugar by weight, eggs by the piece and boxes of butter."""
    bakery = KitchenBuilder()
    bakery.ingredient("flour")
    bakery.product("flour-5lb", "flour", "5 lb", "5.00", label="Flour, 5 lb bag")
    bakery.ingredient("sugar")
    bakery.ingredient("eggs", "each")
    bakery.ingredient("butter")
    bakery.product("butter-1lb", "butter", "1 lb", "4.00", label="Butter, 1 lb box")
    bakery.product("butter-5lb", "butter", "5 lb", "18.00", label="Butter, 5 lb box")
    return bakery


def line(bakery: KitchenBuilder, item: str, amount: str, paid: str | None = None) -> ReceiptLine:
    return ReceiptLine(bakery.item(item), None, amount, paid)


def left(bakery: KitchenBuilder, item: str) -> Decimal:
    return sum((lot.left for lot in bakery.lots(item)), Decimal(0))


def test_all_lines_are_one_entry_that_one_undo_takes_back(bakery: KitchenBuilder) -> None:
    before = journal_service.revision()
    change = receipt_service.record_receipt(
        [
            line(bakery, "flour", "2 x 5 lb", "9.00"),
            line(bakery, "sugar", "1.5 kg", "3.00"),
            line(bakery, "eggs", "12"),
        ],
        store="Mill",
    )
    assert change.id == before + 1
    assert change.summary == ("Bought 3 things at Mill for $12.00: Flour; Sugar; Eggs")
    assert left(bakery, "flour") == Decimal("4535.9237")
    assert left(bakery, "eggs") == 12
    [lot] = bakery.lots("eggs")
    assert (lot.store, lot.paid) == ("Mill", None)

    journal_service.undo()
    assert not bakery.lots("flour")
    assert not bakery.lots("sugar")


@pytest.mark.parametrize(
    ("item", "amount", "grams"),
    [
        ("flour", "2", "4535.9237"),
        ("flour", "2 bags", None),
        ("flour", "2 packs", "4535.9237"),
        ("flour", "2 x 5 lb", "4535.9237"),
        ("flour", "2x5 lb", "4535.9237"),
        ("flour", "2 × 1 kg", "2000"),
        ("flour", "3 kg", "3000"),
        ("butter", "2 x 5 lb", "4535.9237"),
        ("butter", "2 * 1 lb", "907.18474"),
        ("sugar", "2 x 5 kg", "10000"),
    ],
)
def test_amounts_are_packs_or_amounts(
    bakery: KitchenBuilder, item: str, amount: str, grams: str | None
) -> None:
    product = catalog_service.find_product("flour-5lb").id if grams is None else None
    receipt_service.record_receipt([ReceiptLine(bakery.item(item), product, amount, "9")])
    assert left(bakery, item) == Decimal(grams or "4535.9237")


def test_packs_of_another_size_than_the_product_are_an_amount_of_the_item(
    bakery: KitchenBuilder,
) -> None:
    gone = ReceiptLine(bakery.item("flour"), 987_654, "2 x 3 kg", "9")
    assert receipt_service.record_receipt([gone]).summary == "Bought 1 thing for $9.00: Flour"
    assert left(bakery, "flour") == 6000


@pytest.mark.parametrize(
    ("label", "amount", "pieces"),
    [
        ("Eggs, 1 dozen carton", "4 cartons", 48),
        ("Eggs, 1 dozen carton", "1 carton", 12),
        ("Carton of eggs, free range", "2 cartons", 24),
        ("Eggs carton 1 dozen", "2 cartons", 24),
        ("Eggs, 1 dozen carton", "4 packs", 48),
        ("Eggs, 1 dozen carton", "4", 4),
    ],
)
def test_packs_are_named_by_the_word_in_the_label(
    bakery: KitchenBuilder, label: str, amount: str, pieces: int
) -> None:
    bakery.product("carton", "eggs", "1 dozen", "3.60", label=label)
    receipt_service.record_receipt([line(bakery, "eggs", amount, "14.40")])
    assert left(bakery, "eggs") == pieces


def test_packs_that_are_named_by_their_size_become_the_last_price(bakery: KitchenBuilder) -> None:
    receipt_service.record_receipt([line(bakery, "butter", "2 x 5 lb", "30.00")])
    assert catalog_service.find_product("butter-5lb").price == Decimal("15.00")
    assert catalog_service.find_product("butter-1lb").price == Decimal("4.00")


def test_every_wrong_line_is_told_and_nothing_is_kept(bakery: KitchenBuilder) -> None:
    before = journal_service.revision()
    with pytest.raises(ReceiptRefused) as refused:
        receipt_service.record_receipt(
            [
                line(bakery, "flour", "some", "9.00"),
                line(bakery, "sugar", "1.5 kg", "3.00"),
                line(bakery, "butter", "3", "nothing"),
            ]
        )
    assert set(refused.value.lines) == {0, 2}
    assert "'some'" in refused.value.lines[0]
    assert "line 3: 'nothing'" in str(refused.value)
    assert journal_service.revision() == before
    assert not bakery.lots("sugar")


@pytest.mark.parametrize("ticked", [False, True])
def test_a_receipt_of_many_lines_takes_no_more_statements(
    sqlite_kitchen: Database, ticked: bool
) -> None:
    few, many = (statements_of(KitchenBuilder(), lines, ticked=ticked) for lines in (2, 24))
    assert many <= few


def statements_of(bakery: KitchenBuilder, lines: int, *, ticked: bool) -> int:
    """Count what a receipt of new units, packs with prices and things on a list asks for."""
    slugs = [f"flour-{lines}-{number}" for number in range(lines)]
    bakery.made("cookie")
    bakery.event(f"party-{lines}", {"cookie": 48})
    for slug in slugs:
        bakery.ingredient(slug)
        bakery.product(f"{slug}-bag", slug, "5 lb", "5.00", label="5 lb bag")
        if ticked:
            event_service.check_item(bakery.event_id(f"party-{lines}"), bakery.item(slug))
    amounts = ["2", "1.5 kg"]
    bought = [line(bakery, slug, amounts[n % 2], "9.00") for n, slug in enumerate(slugs)]
    seen: list[str] = []
    with rehearsal() as session:
        listen(session.connection(), "before_cursor_execute", lambda *told: seen.append(told[2]))
        receipt_service.record_receipt(bought, store="Mill", session=session)
        assert len(stock_service.list_lots(session=session)) == lines
    return len(seen)


def test_each_line_of_a_long_receipt_is_a_lot_with_its_price(kitchen: Database) -> None:
    bakery = KitchenBuilder()
    bakery.ingredient("sugar")
    bought = [
        line(bakery, "sugar", f"{100 - number} g", f"{number % 7}.50") for number in range(50)
    ]
    receipt_service.record_receipt(bought)
    lots = sorted(bakery.lots("sugar"), key=lambda lot: lot.id)
    assert [f"{lot.left} g" for lot in lots] == [each.amount for each in bought]
    assert [str(lot.paid) for lot in lots] == [each.paid for each in bought]
    assert doctor_service.check_kitchen() == []


def test_things_that_were_ticked_off_are_edits_of_their_line(bakery: KitchenBuilder) -> None:
    bakery.made("cookie")
    bakery.event("party", {"cookie": 48})
    for item in ("eggs", "sugar", "butter"):
        event_service.check_item(bakery.event_id("party"), bakery.item(item))
    change = receipt_service.record_receipt(
        [line(bakery, "sugar", "1 kg"), line(bakery, "flour", "2", "9"), line(bakery, "eggs", "6")]
    )
    with read_session() as session:
        edits = session.get_one(Change, change.id).edits
    assert [(edit["kind"], edit["patches"][0]["was"]) for edit in edits] == [
        ("event", ["sugar"]),
        ("product", "5.00"),
        ("event", ["eggs"]),
    ]
    assert event_service.get_event(bakery.event_id("party")).checked == ["butter"]
    journal_service.undo()
    assert event_service.get_event(bakery.event_id("party")).checked == ["butter", "eggs", "sugar"]


def test_an_empty_receipt_is_refused(bakery: KitchenBuilder) -> None:
    with pytest.raises(RuleBroken, match="nothing on the receipt"):
        receipt_service.record_receipt([])


def test_what_was_bought_last_is_said_as_it_would_be_typed(bakery: KitchenBuilder) -> None:
    for day, packs in (date(2026, 11, 1), "1"), (date(2026, 11, 15), "2"):
        receipt_service.record_receipt(
            [
                line(bakery, "flour", packs, f"{packs}.50"),
                line(bakery, "sugar", "1.5 kg", "3.00"),
                line(bakery, "eggs", "12"),
            ],
            store="Mill",
            received=day,
        )
    receipt_service.record_receipt([line(bakery, "eggs", "6", "2")], received=date(2026, 11, 20))

    said = [
        (row.name, row.store, row.amount, row.paid) for row in receipt_service.list_last_bought()
    ]
    assert said == [
        ("Eggs", None, "6", Decimal("2.00")),
        ("Flour, 5 lb bag", "Mill", "2 x 5 lb", Decimal("2.50")),
        ("Sugar", "Mill", "1.5 kg", Decimal("3.00")),
        ("Eggs", "Mill", "12", None),
    ]


def test_a_receipt_that_was_undone_is_not_offered_again(bakery: KitchenBuilder) -> None:
    receipt_service.record_receipt([line(bakery, "sugar", "1 kg", "3.00")], store="Mill")
    journal_service.undo()
    assert receipt_service.list_last_bought() == []


def test_the_command_reads_lines_as_text(bakery: KitchenBuilder) -> None:
    change = run(
        "receipt",
        {"store": "Mill", "line": ["flour-5lb=2@9.00", "Sugar=1.5 kg"], "date": "2026-11-20"},
    )
    assert change.summary.startswith("Bought 2 things at Mill for $9.00")
    [lot] = bakery.lots("flour")
    assert lot.received == date(2026, 11, 20)
    with pytest.raises(RuleBroken, match="ITEM=AMOUNT@PRICE"):
        run("receipt", {"line": ["flour"]})
