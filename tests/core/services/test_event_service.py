"""Events: the three progress reads with and without a session, and the editing of events."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from core.documents import EventDoc, EventLineDoc
from core.errors import Ambiguous, AmountError, BadDocument, EventNotFound, ItemNotFound, RuleBroken
from core.models import Event, EventLine
from core.services import event_service, journal_service
from core.services.event_service import (
    get_assembly_progress,
    get_production_progress,
    get_shopping_list,
)
from core.session import Database, read_session, rehearsal, session_scope
from tests.builders import CHRISTMAS, KitchenBuilder


@pytest.fixture
def bakery(kitchen: Database) -> KitchenBuilder:
    """Give a kitchen with an order for 50 gift bags, some of it bought, baked and packed."""
    bakery = KitchenBuilder()
    bakery.ingredient("flour", measures={"cup": "125 g"})
    bakery.supply("ribbon")
    bakery.product("flour-5lb", "flour", "5 lb", "6.00", preferred=True)
    bakery.recipe("cookies", {"cookie": 48}, {"flour": "2 1/3 cup"})
    bakery.recipe("brownies", {"brownie": 24}, {"flour": "1 cup"})
    bakery.bundle("gift-bag", {"cookie": 6, "brownie": 3, "ribbon": 1})
    bakery.event("christmas", {"gift-bag": 50})
    bakery.buy("flour", "1 kg", "1.50")
    bakery.buy("ribbon", 20, "5.00")
    bakery.make("cookies", 2, event="christmas")
    bakery.make("brownies", 1, event="christmas")
    bakery.assemble("gift-bag", 5, event="christmas")
    return bakery


@pytest.fixture
def christmas(bakery: KitchenBuilder) -> int:
    return bakery.event_id("christmas")


# -- progress with a session ---------------------------------------------------------------------


def test_get_production_progress_with_session(christmas: int) -> None:
    with read_session() as session:
        transaction = session.get_transaction()
        progress = get_production_progress(christmas, session=session)
        assert session.get_transaction() is transaction, "the session was ended or exchanged"

    assert (progress["event_id"], progress["event_name"]) == (christmas, "Christmas")
    brownies, cookies = progress["recipes"]
    assert (brownies["recipe_name"], brownies["target_batches"]) == ("Brownies", 7)
    assert (cookies["recipe_name"], cookies["target_batches"]) == ("Cookies", 7)
    assert (cookies["produced_batches"], cookies["remaining_batches"]) == (2, 5)
    [cookie] = cookies["outputs"]
    assert (cookie["needed"], cookie["produced"], cookie["remaining"]) == (300, 96, 204)
    assert progress["total_target"] == 14
    assert progress["is_complete"] is False


def test_get_assembly_progress_with_session(christmas: int) -> None:
    with read_session() as session:
        transaction = session.get_transaction()
        progress = get_assembly_progress(christmas, session=session)
        assert session.get_transaction() is transaction, "the session was ended or exchanged"

    assert (progress["total_target"], progress["total_assembled"]) == (50, 5)
    assert progress["progress_pct"] == 10
    [bags] = progress["bundles"]
    assert (bags["bundle_name"], bags["remaining"], bags["can_assemble_now"]) == ("Gift bag", 45, 3)
    assert bags["can_assemble_after_production"] == 15
    assert [(b["item_name"], b["missing"]) for b in bags["blockers"]] == [("Ribbon", 30)]


def test_get_shopping_list_with_session(christmas: int) -> None:
    with read_session() as session:
        transaction = session.get_transaction()
        flour, ribbon = get_shopping_list(christmas, session=session)
        assert session.get_transaction() is transaction, "the session was ended or exchanged"

    # Five batches of cookies and six of brownies are still to bake: 11 2/3 + 6 cups.
    assert (flour["item_name"], flour["needed"]) == ("Flour", Decimal("2208.333333"))
    assert (flour["to_buy"], flour["status"]) == (Decimal("1916.666666"), "buy")
    assert [(pack["label"], pack["packs"]) for pack in flour["packs"]] == [("Flour 5lb", 1)]
    assert (ribbon["item_name"], ribbon["to_buy"]) == ("Ribbon", 30)
    assert ribbon["problem"] == "no product: nothing says how it is sold"


def test_a_bundle_is_wanted_whole(bakery: KitchenBuilder, christmas: int) -> None:
    bag = bakery.item("gift-bag")
    with pytest.raises(RuleBroken, match="Type 31 or 30"):
        event_service.set_line(christmas, bag, "30,5")
    event_service.set_line(christmas, bag, "2 1/2 dozen")
    assert bakery.bundle_row("christmas", "gift-bag")["target_quantity"] == 30


def test_what_was_delivered_is_told(bakery: KitchenBuilder, christmas: int) -> None:
    bakery.deliver("christmas", "gift-bag", 4)
    assert bakery.bundle_row("christmas", "gift-bag")["delivered_quantity"] == 4


def test_progress_sees_uncommitted_changes(bakery: KitchenBuilder, christmas: int) -> None:
    """Whatever the session has done and not committed counts: services, objects and plain SQL."""
    before = get_production_progress(christmas)
    with session_scope() as session:
        in_session = KitchenBuilder(session)

        # written by a service
        in_session.make("cookies", 1, event="christmas", count_first=True)
        cookies = get_production_progress(christmas, session=session)["recipes"][1]
        assert cookies["produced_batches"] == 3

        # written by the caller's objects, not even flushed
        line = session.scalars(select(EventLine)).one()
        line.amount = line.amount * 2
        assert get_assembly_progress(christmas, session=session)["total_target"] == 100

        # written as text
        session.execute(text("UPDATE recipe_line SET amount = '100/1' WHERE amount = '7/3'"))
        flour, _ = get_shopping_list(christmas, session=session)
        assert flour["needed"] == (10 * 100 + 12) * 125

        # and nobody else sees any of it
        assert get_production_progress(christmas) == before
        session.rollback()

    assert get_production_progress(christmas) == before


# -- progress without a session ------------------------------------------------------------------


def test_get_production_progress_without_session(christmas: int, kitchen: Database) -> None:
    progress = get_production_progress(christmas)

    assert [row["remaining_batches"] for row in progress["recipes"]] == [6, 5]
    assert not kitchen.in_use, "a connection was left behind"


def test_get_assembly_progress_without_session(christmas: int, kitchen: Database) -> None:
    progress = get_assembly_progress(christmas)

    assert (progress["total_target"], progress["total_assembled"]) == (50, 5)
    assert not kitchen.in_use, "a connection was left behind"


def test_get_shopping_list_without_session(christmas: int, kitchen: Database) -> None:
    assert [row["item_name"] for row in get_shopping_list(christmas)] == ["Flour", "Ribbon"]
    assert not kitchen.in_use, "a connection was left behind"


READS = [get_production_progress, get_assembly_progress, get_shopping_list]


@pytest.mark.parametrize("read", READS)
def test_progress_is_the_same_with_and_without_a_session(read, christmas: int) -> None:
    with read_session() as session:
        assert read(christmas, session=session) == read(christmas)


@pytest.mark.parametrize("read", READS)
def test_progress_of_an_unknown_event_is_refused(read, christmas: int) -> None:
    with pytest.raises(EventNotFound):
        read(999)
    with read_session() as session, pytest.raises(EventNotFound):
        read(999, session=session)


@pytest.mark.parametrize("read", READS)
def test_progress_is_made_fresh_for_each_call(read, christmas: int) -> None:
    """What a view does to its rows does not reach the next view on the same session."""
    with read_session() as session:
        first = read(christmas, session=session)
        again = read(christmas, session=session)
        first.clear()
        assert read(christmas, session=session) == again


def test_progress_of_a_rehearsal_is_gone_afterwards(bakery: KitchenBuilder, christmas: int) -> None:
    before = get_assembly_progress(christmas)
    with rehearsal() as session:
        KitchenBuilder(session).assemble("gift-bag", 3, event="christmas")
        assert get_assembly_progress(christmas, session=session)["total_assembled"] == 8
    assert get_assembly_progress(christmas) == before


# -- what an event that is not open shows --------------------------------------------------------


def test_a_cancelled_event_has_nothing_remaining_and_nothing_to_buy(
    bakery: KitchenBuilder, christmas: int
) -> None:
    event_service.set_status(christmas, "cancelled")

    production, assembly = get_production_progress(christmas), get_assembly_progress(christmas)
    assert (production["total_remaining"], production["is_complete"]) == (0, True)
    assert [row["produced_batches"] for row in production["recipes"]] == [1, 2]
    assert (assembly["bundles"][0]["remaining"], assembly["total_assembled"]) == (0, 5)
    assert get_shopping_list(christmas) == []


def test_an_event_without_lines_needs_nothing(sqlite_kitchen: Database) -> None:
    event_service.add_event("Quiet day", CHRISTMAS)
    [event] = event_service.list_events()

    assert get_production_progress(event.id)["recipes"] == []
    assert get_production_progress(event.id)["progress_pct"] == 100
    assert get_assembly_progress(event.id)["bundles"] == []
    assert get_shopping_list(event.id) == []


# -- finding -------------------------------------------------------------------------------------


@pytest.fixture
def fairs(sqlite_kitchen: Database) -> KitchenBuilder:
    """Give a kitchen with two fairs, the later one written first."""
    bakery = KitchenBuilder()
    bakery.recipe("cookies", {"cookie": 48})
    bakery.event("summer-fair", {"cookie": 96}, date(2027, 6, 1), name="Été fair")
    bakery.event("winter-fair", {"cookie": 48}, date(2027, 1, 10))
    return bakery


def test_events_are_listed_by_date(fairs: KitchenBuilder) -> None:
    assert [e.slug for e in event_service.list_events()] == ["winter-fair", "summer-fair"]


def test_an_event_is_found_by_slug_id_or_part_of_its_name(fairs: KitchenBuilder) -> None:
    found = event_service.find_event("summer-fair")
    assert event_service.find_event(found.id) == found
    assert event_service.find_event(str(found.id)) == found
    assert event_service.find_event("ete") == found


def test_a_name_part_that_fits_two_events_is_ambiguous(fairs: KitchenBuilder) -> None:
    with pytest.raises(Ambiguous, match="winter-fair"):
        event_service.find_event("fair")


def test_a_misspelt_event_is_refused_with_near_names(fairs: KitchenBuilder) -> None:
    with pytest.raises(EventNotFound, match="winter-fair"):
        event_service.find_event("wintr-fair")


def test_an_archived_event_is_listed_only_when_asked_for(fairs: KitchenBuilder) -> None:
    event_service.set_status(fairs.event_id("winter-fair"), "done")
    event_service.set_event(fairs.event_id("winter-fair"), archived=True)

    assert [e.slug for e in event_service.list_events()] == ["summer-fair"]
    assert len(event_service.list_events(archived=True)) == 2


def test_an_open_event_is_not_put_away(fairs: KitchenBuilder) -> None:
    with pytest.raises(RuleBroken, match=r"^Winter fair is still planned\."):
        event_service.set_event(fairs.event_id("winter-fair"), archived=True)


def test_an_event_that_is_put_away_is_brought_back_before_it_starts(fairs: KitchenBuilder) -> None:
    event = fairs.event_id("winter-fair")
    event_service.set_status(event, "done")
    event_service.set_event(event, archived=True)
    with pytest.raises(RuleBroken, match="Bring it back"):
        event_service.set_status(event, "started")


# -- editing -------------------------------------------------------------------------------------


def test_adding_an_event_twice_gives_it_another_slug(sqlite_kitchen: Database) -> None:
    event_service.add_event("Christmas fair", CHRISTMAS)
    event_service.add_event("Christmas fair", CHRISTMAS)

    slugs = [event.slug for event in event_service.list_events()]
    assert slugs == ["christmas-fair", "christmas-fair-2"]


def test_a_line_is_set_changed_and_taken_away(fairs: KitchenBuilder) -> None:
    event_id = fairs.event_id("winter-fair")
    fairs.want("winter-fair", "cookie", "2 dozen", to="Ann")
    fairs.want("winter-fair", "cookie", 12, to="Ann")

    lines = event_service.get_event(event_id).lines
    assert [(line.amount, line.recipient) for line in lines] == [("48", None), ("12", "Ann")]
    fairs.want("winter-fair", "cookie", 0, to="Ann")
    assert len(event_service.get_event(event_id).lines) == 1


def test_the_price_of_a_line_stays_when_its_quantity_changes(fairs: KitchenBuilder) -> None:
    event_id, cookie = fairs.event_id("winter-fair"), fairs.item("cookie")
    event_service.set_line(event_id, cookie, 10, price="1.50")
    event_service.set_line(event_id, cookie, 20)

    [line] = event_service.get_event(event_id).lines
    assert (line.amount, line.price) == ("20", "1.50")


def test_the_price_of_a_line_can_be_taken_away(fairs: KitchenBuilder) -> None:
    event_id, cookie = fairs.event_id("winter-fair"), fairs.item("cookie")
    event_service.set_line(event_id, cookie, 10, price="1.50")
    event_service.set_line(event_id, cookie, 10, price=event_service.NO_PRICE)

    [line] = event_service.get_event(event_id).lines
    assert line.price is None


def test_taking_away_a_line_that_is_not_there_is_refused(fairs: KitchenBuilder) -> None:
    with pytest.raises(RuleBroken, match="no line for Cookie for Bob"):
        fairs.want("winter-fair", "cookie", 0, to="Bob")


def test_a_copy_has_the_lines_but_not_the_decisions(fairs: KitchenBuilder) -> None:
    fairs.target("winter-fair", "cookies", 3)
    event_service.copy_event(fairs.event_id("winter-fair"), "Next winter", date(2028, 1, 10))

    copied = event_service.get_event(fairs.event_id("next-winter"))
    assert [line.amount for line in copied.lines] == ["48"]
    assert copied.targets == []


def test_an_item_is_ticked_off_and_on_again(fairs: KitchenBuilder) -> None:
    event_id, cookie = fairs.event_id("winter-fair"), fairs.item("cookie")
    event_service.check_item(event_id, cookie)
    assert event_service.get_event(event_id).checked == ["cookie"]
    event_service.check_item(event_id, cookie, checked=False)
    assert event_service.get_event(event_id).checked == []


def test_every_broken_rule_of_an_event_is_told_at_once(fairs: KitchenBuilder) -> None:
    fairs.ingredient("flour")
    doc = EventDoc(slug="Bad Slug", name=" ", date="15 December", status="maybe", people=0)
    doc.lines = [
        EventLineDoc(item="nothing", amount="1"),
        EventLineDoc(item="flour", amount="1 g"),
        EventLineDoc(item="cookie", amount="-3"),
    ]
    with pytest.raises(BadDocument) as refused:
        event_service.save_event(doc)

    assert [problem.path for problem in refused.value.problems] == [
        "slug",
        "name",
        "date",
        "status",
        "people",
        "lines[0].item",
        "lines[1].item",
        "lines[2].amount",
    ]
    assert len(event_service.list_events()) == 2


@pytest.mark.parametrize("quantity", ["-1", "many", "1,000", "1e3", ""])
def test_a_quantity_that_cannot_be_read_changes_nothing(
    fairs: KitchenBuilder, quantity: str
) -> None:
    revision = journal_service.revision()
    with pytest.raises(AmountError):
        fairs.want("winter-fair", "cookie", quantity)
    assert journal_service.revision() == revision


def test_editing_what_is_not_there_is_refused(fairs: KitchenBuilder) -> None:
    event_id, cookie = fairs.event_id("winter-fair"), fairs.item("cookie")
    for refused in (
        lambda: event_service.set_event(999, name="x"),
        lambda: event_service.set_status(999, "done"),
        lambda: event_service.set_line(999, cookie, 1),
        lambda: event_service.copy_event(999, "x", CHRISTMAS),
        lambda: event_service.check_item(999, cookie),
    ):
        with pytest.raises(EventNotFound):
            refused()
    with pytest.raises(ItemNotFound):
        event_service.set_line(event_id, 999, 1)
    with pytest.raises(BadDocument, match="none of planned"):
        event_service.set_status(event_id, "postponed")


def test_a_refused_edit_leaves_nothing_in_the_callers_session(fairs: KitchenBuilder) -> None:
    """The caller may catch the error, go on and commit: nothing half-written comes along."""
    revision = journal_service.revision()
    with session_scope() as session:
        with pytest.raises(BadDocument):
            event_service.set_status(fairs.event_id("winter-fair"), "soon", session=session)
        event_service.set_status(fairs.event_id("winter-fair"), "started", session=session)

    assert journal_service.revision() == revision + 1
    with read_session() as session:
        assert session.scalars(select(Event.status).order_by(Event.slug)).all() == [
            "planned",
            "started",
        ]
