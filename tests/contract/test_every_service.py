"""The session rule of every public service, proved for each function that there is.

The functions are discovered, so a new one is proved too, as soon as it has example arguments in
`READS` or `WRITES`; without them it fails. See docs/architecture: every service takes
`session: Session | None = None`, uses a given session and nothing else, and works alone without.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import queue
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

import core.services
from core import _database, clock, errors
from core.documents import (
    BundleDoc,
    Document,
    EventDoc,
    ItemDoc,
    LineDoc,
    ProductDoc,
    RecipeDoc,
)
from core.errors import BakehouseError, ReadOnly, SessionMisuse
from core.models import Base, Run
from core.services import event_service, journal_service, settings_service, stock_service
from core.services.planning import plan_service
from core.services.planning.shopping_list import mark_shopping_complete
from core.services.receipt_service import ReceiptLine
from core.services.saying import Say
from core.session import (
    Database,
    configure,
    read_session,
    rehearsal,
    revision_of,
    session_scope,
)
from tests.builders import CHRISTMAS, KitchenBuilder

Arguments = tuple[tuple[Any, ...], dict[str, Any]]

PURE = {
    "planning.progress.estimated_cost",
    "planning.telling.tell",
    "saying.duration",
    "settings_service.read_value",
}
"""Functions of their arguments alone: they take no session because they ask no database."""


@dataclass(frozen=True)
class Ids:
    """What the example kitchen holds, by id."""

    event: int
    cookie: int
    flour: int
    bag: int
    recipe: int
    product: int
    made: int
    """The entry of the batches that were made."""


def given(*args: Any, **kwargs: Any) -> Arguments:
    return args, kwargs


ByIds = Callable[[Ids], Arguments]

READS: dict[str, ByIds] = {
    "card_service.recipe_card": lambda k: given(k.recipe),
    "card_service.bundle_card": lambda k: given(k.bag),
    "card_service.item_card": lambda k: given(k.flour),
    "card_service.product_card": lambda k: given(k.product),
    "catalog_service.find_item": lambda k: given(k.flour),
    "catalog_service.find_bundle": lambda k: given(k.bag),
    "catalog_service.find_product": lambda k: given(k.product),
    "catalog_service.find_recipe": lambda k: given(k.recipe),
    "catalog_service.list_items": lambda k: given(),
    "catalog_service.list_products": lambda k: given(),
    "catalog_service.list_recipes": lambda k: given(),
    "catalog_service.list_bundles": lambda k: given(),
    "catalog_service.get_item": lambda k: given(k.flour),
    "catalog_service.get_product": lambda k: given(k.product),
    "catalog_service.get_recipe": lambda k: given(k.recipe),
    "catalog_service.get_bundle": lambda k: given(k.bag),
    "catalog_service.free_slug": lambda k: given("item", "Tart"),
    "composition_service.get_compositions": lambda k: given(),
    "doctor_service.check_kitchen": lambda k: given(),
    "event_service.get_production_progress": lambda k: given(k.event),
    "event_service.get_assembly_progress": lambda k: given(k.event),
    "event_service.get_shopping_list": lambda k: given(k.event),
    "event_service.list_events": lambda k: given(),
    "event_service.find_event": lambda k: given(k.event),
    "event_service.get_event": lambda k: given(k.event),
    "journal_service.revision": lambda k: given(),
    "journal_service.list_changes": lambda k: given(),
    "production_service.list_runs": lambda k: given(),
    "saying.amounts": lambda k: given(),
    "saying.amounts_of": lambda k: given([k.flour, k.cookie]),
    "on_hand_service.list_stocked": lambda k: given(),
    "on_hand_service.list_on_hand": lambda k: given(),
    "on_hand_service.list_packs": lambda k: given(),
    "on_hand_service.get_deliverable": lambda k: given(k.event, k.bag),
    "on_hand_service.list_promises": lambda k: given(),
    "on_hand_service.list_claimants": lambda k: given(),
    "receipt_service.list_last_bought": lambda k: given(),
    "stock_service.list_stock": lambda k: given(),
    "stock_service.list_lots": lambda k: given(),
    "planning.cost_service.get_event_costs": lambda k: given(k.event),
    "planning.plan_service.get_plan": lambda k: given(),
    "planning.plan_service.get_plan_through": lambda k: given(CHRISTMAS),
    "planning.plan_service.explain": lambda k: given(k.event, "flour"),
    "planning.plan_service.explain_line": lambda k: given(k.event, "bag"),
    "planning.plan_service.explain_purchase": lambda k: given(k.event, "flour"),
    "planning.plan_service.explain_feeds": lambda k: given(k.cookie),
    "planning.plan_service.contention": lambda k: given(),
    "settings_service.list_settings": lambda k: given(),
    "planning.plan_service.problems": lambda k: given(),
    "stock_service.price_history": lambda k: given(k.flour),
    "trace_service.trace_change": lambda k: given(k.made),
    "trace_service.trace_item": lambda k: given(k.flour),
    "trace_service.trace_lot": lambda k: given(1),
    "trace_service.trace_run": lambda k: given(1),
    "planning.timeline_service.get_timeline": lambda k: given(k.event),
    "planning.timeline_service.get_stock_by_day": lambda k: given(k.event, k.flour),
    "planning.progress.get_event_progress": lambda k: given(k.event),
    "planning.standings.get_standings": lambda k: given(),
    "planning.shopping_list.get_items_to_buy": lambda k: given(k.event),
    "planning.shopping_list.get_shopping_summary": lambda k: given(k.event),
    "planning.shopping_list.is_shopping_complete": lambda k: given(k.event),
}

WRITES: dict[str, ByIds] = {
    "receipt_service.record_receipt": lambda k: given([ReceiptLine(k.flour, k.product, "2", "9")]),
    "settings_service.set_setting": lambda k: given("store_trip_cost", "4.00"),
    "assembly_service.record_assembly": lambda k: given(k.bag, 2, event_id=k.event),
    "catalog_service.save_item": lambda k: given(
        ItemDoc(slug="salt", name="Salt", kind="ingredient", unit="g")
    ),
    "catalog_service.save_product": lambda k: given(
        ProductDoc(slug="flour-2kg", item="flour", label="2 kg", pack="2 kg")
    ),
    "catalog_service.save_recipe": lambda k: given(
        RecipeDoc(slug="bars", name="Bars", makes=[LineDoc(item="bar", amount="12")])
    ),
    "catalog_service.save_bundle": lambda k: given(
        BundleDoc(item="bag", lines=[LineDoc(item="cookie", amount="7")])
    ),
    "event_service.add_event": lambda k: given("New year", date(2027, 1, 1)),
    "event_service.save_event": lambda k: given(
        EventDoc(slug="easter", name="Easter", date="2027-03-28")
    ),
    "event_service.set_event": lambda k: given(k.event, people=12),
    "event_service.set_status": lambda k: given(k.event, "started"),
    "event_service.set_line": lambda k: given(k.event, k.bag, 9),
    "event_service.copy_event": lambda k: given(k.event, "Next year", date(2027, 12, 15)),
    "event_service.check_item": lambda k: given(k.event, k.flour),
    "journal_service.undo": lambda k: given(),
    "journal_service.redo": lambda k: given(),
    "production_service.record_production": lambda k: given(k.recipe, 1, event_id=k.event),
    "stock_service.receive": lambda k: given(k.flour, amount="1 kg", paid="2.00"),
    "stock_service.count": lambda k: given(k.flour, "100 g"),
    "stock_service.discard": lambda k: given("10 g", "spilt", item_id=k.flour),
    "stock_service.deliver": lambda k: given(k.event, k.bag, 1),
    "planning.plan_service.set_target": lambda k: given(k.event, k.recipe, 5),
    "planning.plan_service.accept_targets": lambda k: given(k.event),
    "planning.shopping_list.mark_shopping_complete": lambda k: given(k.event),
    "planning.shopping_list.unmark_shopping_complete": lambda k: given(k.event),
}


# -- what there is -------------------------------------------------------------------------------


def discover() -> dict[str, Callable[..., Any]]:
    """Return every public function of every public module of `core.services`, by name."""
    found = {}
    prefix = f"{core.services.__name__}."
    for module_info in pkgutil.walk_packages(core.services.__path__, prefix):
        short = module_info.name.removeprefix(prefix)
        if any(part.startswith("_") for part in short.split(".")):
            continue
        module = importlib.import_module(module_info.name)
        for name, function in vars(module).items():
            own = inspect.isfunction(function) and function.__module__ == module.__name__
            if own and not name.startswith("_"):
                found[f"{short}.{name}"] = function
    return found


SERVICES = {name: found for name, found in discover().items() if name not in PURE}


def arguments_of(name: str, ids: Ids) -> Arguments:
    example = READS.get(name) or WRITES.get(name)
    if example is None:
        pytest.fail(
            f"add example arguments for core.services.{name} to READS or WRITES in {__file__}"
        )
    return example(ids)


def call(name: str, ids: Ids, session: Session | None = None) -> Any:
    args, kwargs = arguments_of(name, ids)
    return told(SERVICES[name](*args, **kwargs, session=session), ids)


def told(result: Any, ids: Ids) -> Any:
    """Return a result as something that can be compared."""
    if isinstance(result, Say):
        return [(result.name(key), result.amount(key, 1000)) for key in (ids.flour, ids.cookie)]
    return result


# -- the example kitchen -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kitchen_template(kitchen_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an example kitchen to copy in place of an empty one, which saves building it anew."""
    path = tmp_path_factory.mktemp("example") / "kitchen.db"
    shutil.copy(kitchen_template, path)
    with pytest.MonkeyPatch.context() as patch, clock.fixed(datetime(2026, 11, 22, 14, 2)):
        patch.setattr(_database, "_current", None)
        database = configure(path)
        build_example()
        database.dispose()
    return path


@pytest.fixture
def ids(kitchen: Database) -> Ids:
    """Give a kitchen in which every service has something to do, on each database."""
    if not event_service.list_events():
        build_example()
    return find_ids()


def build_example() -> None:
    with session_scope() as session:
        bakery = KitchenBuilder(session)
        bakery.ingredient("flour", measures={"cup": "125 g"})
        bakery.product("flour-5lb", "flour", "5 lb", "6.00", store="Mill", preferred=True)
        bakery.supply("ribbon")
        bakery.made("bar")
        bakery.recipe("cookies", {"cookie": 48}, {"flour": "4 cup"})
        bakery.bundle("bag", {"cookie": 6, "ribbon": 1})
        bakery.event("christmas", {"bag": 50})
        bakery.event("birthday", {"cookie": 12}, date(2026, 12, 20))
        bakery.buy("flour", packs=2, paid="12.00")
        bakery.buy("ribbon", 20, "5.00")
        bakery.make("cookies", 2, event="christmas")
        bakery.assemble("bag", 3, event="christmas")


def find_ids() -> Ids:
    with read_session() as session:
        bakery = KitchenBuilder(session)
        return Ids(
            event=bakery.event_id("christmas"),
            cookie=bakery.item("cookie"),
            flour=bakery.item("flour"),
            bag=bakery.item("bag"),
            recipe=bakery.recipe_id("cookies"),
            product=1,
            made=session.scalars(select(Run.change_id).where(Run.kind == "production")).one(),
        )


def prepare(name: str, ids: Ids) -> None:
    """Bring about what a service needs to find."""
    if name == "journal_service.redo":
        stock_service.count(ids.flour, 500)
        journal_service.undo()
    if name == "planning.shopping_list.unmark_shopping_complete":
        mark_shopping_complete(ids.event)


def disturb(session: Session, ids: Ids) -> None:
    """Change, without committing, something of everything that a service could read."""
    bakery = KitchenBuilder(session)
    bakery.edit_item("flour", name="Strong flour", measures={"cup": "140 g"}, display_unit="cup")
    bakery.edit_item("bag", name="Big bag")
    bakery.product("flour-5lb", "flour", "5 lb", "7.50", label="Sack", preferred=True)
    bakery.recipe("cookies", {"cookie": 40}, {"flour": "5 cup"})
    bakery.bundle("bag", {"cookie": 7, "ribbon": 2}, name="Big bag")
    bakery.made("tart")
    event_service.set_event(ids.event, name="Yule", session=session)
    event_service.set_line(ids.event, ids.bag, 60, session=session)
    mark_shopping_complete(ids.event, session=session)
    bakery.buy("flour", "50 g", "1.00", expires=date(2026, 12, 1))
    bakery.make("cookies", 1, event="christmas")
    bakery.assemble("bag", 1, event="christmas")
    plan_service.set_target(ids.event, ids.recipe, 4, short_ok=True, session=session)
    settings_service.set_setting("store_trip_cost", "2.50", session=session)
    session.execute(text("UPDATE lot SET cost_left = 0 WHERE cost_left > 0"))


TEXT_CHANGES = (
    "UPDATE event SET name = 'Yule', shopping_complete = true",
    "UPDATE event_line SET amount = '60/1'",
    "UPDATE item SET name = 'New ' || name, display_unit = 'cup'",
    "UPDATE measure SET amount = '140/1'",
    "INSERT INTO setting (key, value) VALUES ('store_trip_cost', '2.50')",
    "UPDATE item SET slug = 'tart' WHERE slug = 'bar'",
    "UPDATE product SET label = 'Sack', price = 7500000",
    "UPDATE recipe SET name = 'Biscuits'",
    "UPDATE recipe_line SET amount = '5/1'",
    "UPDATE recipe_output SET amount = '40/1'",
    "UPDATE bundle_line SET amount = '7/1'",
    "UPDATE run SET batches = '9/1'",
    'UPDATE lot SET "left" = 1, expires = \'2026-12-01\' WHERE "left" > 0',
    "UPDATE change SET summary = 'Done'",
)
"""Changes as SQL text, which no object of the session knows about."""


# -- watching ------------------------------------------------------------------------------------


@contextmanager
def watching(database: Database) -> Iterator[list[str]]:
    """Note every connection taken and every transaction begun or ended meanwhile."""
    seen: list[str] = []
    listeners = []
    for engine in (database.reader, database.writer):
        for target, what in (
            *((engine, what) for what in ("begin", "commit", "rollback")),
            *((engine.pool, what) for what in ("connect", "checkout", "checkin")),
        ):

            def note(*_: Any, what: str = what) -> None:
                seen.append(what)

            event.listen(target, what, note)
            listeners.append((target, what, note))
    try:
        yield seen
    finally:
        for listener in listeners:
            event.remove(*listener)


@contextmanager
def session_of_another_thread(*, reads: bool) -> Iterator[Session]:
    """Give a session that another thread opened and keeps open meanwhile."""
    opened: queue.Queue[Session] = queue.Queue()
    done = threading.Event()

    def hold() -> None:
        with session_scope(read_only=reads) as session:
            opened.put(session)
            done.wait(30)
            session.rollback()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        yield opened.get(timeout=30)
    finally:
        done.set()
        thread.join()


def assert_refuses_misused_sessions(name: str, ids: Ids, *, reads: bool) -> None:
    with session_scope(read_only=reads) as closed:
        pass
    with pytest.raises(SessionMisuse, match="closed"):
        call(name, ids, closed)
    with (
        session_of_another_thread(reads=reads) as foreign,
        pytest.raises(SessionMisuse, match="thread"),
    ):
        call(name, ids, foreign)


def assert_uses_only_its_session(name: str, ids: Ids, session: Session, database: Database) -> Any:
    """Call with a session: no connection, no transaction, nothing closed."""
    transaction = session.get_transaction()
    with watching(database) as seen:
        result = call(name, ids, session)
    assert seen == [], f"{name} did more than use the session it was given"
    assert session.get_transaction() is transaction
    assert transaction is not None
    assert transaction.is_active
    assert session.scalar(select(1)) == 1
    return result


# -- the rule ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_takes_a_session_or_none(name: str) -> None:
    parameter = inspect.signature(SERVICES[name]).parameters.get("session")
    assert parameter is not None, f"{name} takes no session"
    assert parameter.default is None
    assert parameter.annotation in ("Session | None", Session | None)


def test_every_service_has_example_arguments() -> None:
    missing = sorted(set(SERVICES) - set(READS) - set(WRITES))
    assert not missing, f"add example arguments for {', '.join(missing)} to READS or WRITES"


def test_no_example_is_for_a_service_that_is_gone() -> None:
    assert set(READS) | set(WRITES) <= set(SERVICES)
    assert set(discover()) >= PURE


@pytest.mark.parametrize("name", sorted(set(SERVICES) - set(WRITES)))
def test_every_read_keeps_the_session_rule(name: str, ids: Ids, kitchen: Database) -> None:
    alone = call(name, ids)
    assert not kitchen.in_use

    with read_session() as session:
        assert assert_uses_only_its_session(name, ids, session, kitchen) == alone

    # It takes no lock: it works, and sees what is committed, while another one writes.
    with session_scope() as writer:
        disturb(writer, ids)
        writer.flush()
        assert call(name, ids) == alone
        seen = assert_uses_only_its_session(name, ids, writer, kitchen)
        assert seen != alone, f"{name} does not see what its session has not committed yet"
        writer.rollback()

    assert call(name, ids) == alone
    assert_refuses_misused_sessions(name, ids, reads=True)


@pytest.mark.parametrize("name", sorted(set(SERVICES) - set(WRITES)))
def test_every_read_returns_documents_or_plain_data(name: str, sqlite_kitchen: Database) -> None:
    found = call(name, find_ids())
    for each in found if isinstance(found, list | tuple) else [found]:
        assert not isinstance(each, Base)
        assert isinstance(each, Document) or not isinstance(each, Struct)


@pytest.mark.parametrize("name", sorted(set(SERVICES) - set(WRITES)))
def test_every_read_sees_changes_made_as_text(name: str, sqlite_kitchen: Database) -> None:
    ids = find_ids()
    alone = call(name, ids)
    with session_scope() as writer:
        held = [writer.scalars(select(mapper.class_)).all() for mapper in Base.registry.mappers]
        assert call(name, ids, writer) == alone
        if name == "journal_service.revision":
            writer.execute(
                text(
                    "INSERT INTO change (id, at, terminal, kind, summary, edits) "
                    "SELECT max(id) + 1, max(at), 'x', 'x', 'x', '[]' FROM change"
                )
            )
        for change in TEXT_CHANGES:
            writer.execute(text(change))
        assert call(name, ids, writer) != alone, f"{name} shows an old state of {len(held)} tables"
        writer.rollback()


@pytest.mark.parametrize("name", sorted(WRITES))
def test_every_write_keeps_the_session_rule(name: str, ids: Ids, kitchen: Database) -> None:
    prepare(name, ids)
    before = KitchenBuilder().state()
    revision = journal_service.revision()

    # In a given session it builds on what is not committed yet, and commits nothing itself.
    with session_scope() as session:
        if name != "journal_service.redo":
            KitchenBuilder(session).edit_item("bar", notes="for the fair")
        earlier = revision_of(session)
        change = assert_uses_only_its_session(name, ids, session, kitchen)
        assert change.id == revision_of(session) == earlier + 1
        assert journal_service.revision() == revision
        session.rollback()
    assert KitchenBuilder().state() == before
    assert journal_service.revision() == revision

    with read_session() as reader, pytest.raises(ReadOnly):
        call(name, ids, reader)
    assert_refuses_misused_sessions(name, ids, reads=False)
    assert KitchenBuilder().state() == before

    # Alone it commits one entry and leaves no connection behind.
    change = call(name, ids)
    assert not kitchen.in_use
    assert change.id == journal_service.revision() == revision + 1
    assert KitchenBuilder().state() != before


# -- what it raises ------------------------------------------------------------------------------

NOT_THERE = 987_654
"""An id that nothing in the kitchen has."""
AMOUNTS = ("some", "-1", "0", "1/3", "3 cups", "3 blorps", "150%", "1000000")
NAMES = ("no such thing", "r", NOT_THERE)
"""Names of nothing, and a part of several names."""

WRONG: dict[str, tuple[object, ...]] = {
    "int": (NOT_THERE, 2**40),
    "int | None": (NOT_THERE, 2**40),
    "Collection[int]": ([NOT_THERE],),
    "Collection[int] | None": ([NOT_THERE],),
    "int | str": NAMES,
    "str | int": NAMES,
    "int | str | None": NAMES,
    "str": ("nonsense", ""),
    "str | None": ("nonsense", ""),
    "Entered": AMOUNTS,
    "Entered | None": AMOUNTS,
    "int | Decimal | Fraction | str | None": AMOUNTS,
    "str | Decimal | int | None": ("nothing", "-1"),
    "Mapping[int, Entered] | None": ({NOT_THERE: 1},),
    "Mapping[int, tuple[Entered, str]] | None": ({NOT_THERE: (1, "burnt")},),
    "Sequence[ReceiptLine]": ([], [ReceiptLine(NOT_THERE, None, "2")]),
    "BundleDoc": (BundleDoc(item="none", lines=[]),),
    "ItemDoc": (ItemDoc(slug="salt", name="", kind="ingredient", unit="g"),),
    "ItemDoc | None": (ItemDoc(slug="salt", name="", kind="ingredient", unit="g"),),
    "ProductDoc": (ProductDoc(slug="none", item="none", label="2 kg", pack="2 kg"),),
    "RecipeDoc": (RecipeDoc(slug="none", name="None", makes=[]),),
    "EventDoc": (EventDoc(slug="easter", name="", date="2027-03-28"),),
    "bool": (),
    "bool | None": (),
    "date": (),
    "date | None": (),
    "datetime | None": (),
    "datetime.date": (),
    "datetime.date | None": (),
}
"""What may be wrong with an argument, by its type; nothing can be with a day."""


def wrong_calls(name: str, ids: Ids) -> Iterator[inspect.BoundArguments]:
    """Give the example arguments of a service again and again, each time one of them wrong."""
    signature = inspect.signature(SERVICES[name])
    args, kwargs = arguments_of(name, ids)
    for parameter in signature.parameters.values():
        if parameter.name == "session":
            continue
        for wrong in WRONG[parameter.annotation]:
            told = signature.bind_partial(*args, **kwargs)
            told.arguments[parameter.name] = wrong
            yield told


def documented(name: str) -> tuple[type[BakehouseError], ...]:
    """Return the errors that the docstring of a service names under `Raises:`."""
    function = SERVICES[name]
    _, _, section = (inspect.getdoc(function) or "").partition("Raises:\n")
    found = re.findall(r"^ {4}(\w+(?:, \w+)*): ", section, re.MULTILINE)
    known = {**vars(errors), **function.__globals__}
    return tuple(known[error] for told in found for error in told.split(", "))


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_names_the_errors_that_wrong_arguments_raise(
    name: str, sqlite_kitchen: Database
) -> None:
    ids = find_ids()
    named = documented(name)
    assert not {BakehouseError, errors.Refused, errors.NotFound}.intersection(named)
    for wrong in wrong_calls(name, ids):
        with suppress(*named), rehearsal() as session:
            SERVICES[name](*wrong.args, **wrong.kwargs, session=session)
