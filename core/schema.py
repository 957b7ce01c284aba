"""The tables of the kitchen. What is read is read from them; `core.models` are for writing.

Amounts of the ledger are integers in micro-units (10^-6 of the stock unit) and money is integers
in micro-money (domain.md §2).
"""

from __future__ import annotations

from fractions import Fraction

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from core.columns import Exact, may, must, one_of, partial_index, positive

KINDS = ("ingredient", "supply", "made", "bundle")
STATUSES = ("planned", "started", "done", "cancelled")
OPEN = ("planned", "started")
REASONS = ("received", "made", "used", "counted", "discarded", "delivered")

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


CHANGE = Table(
    "change",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    must("at", DateTime),
    must("terminal", String),
    must("kind", String),
    must("summary", String),
    may("undoes", Integer, ForeignKey("change.id"), index=True),
    may("undone_by", Integer, ForeignKey("change.id")),
    must("edits", JSON, default=list),
    Index("ix_change_terminal", "terminal", "id"),
)

SETTING = Table(
    "setting",
    METADATA,
    Column("key", String, primary_key=True),
    must("value", String),
)

ITEM = Table(
    "item",
    METADATA,
    Column("id", Integer, primary_key=True),
    must("slug", String, unique=True),
    must("name", String),
    must("kind", String),
    must("unit", String),
    may("grams_per_ml", Exact),
    may("grams_each", Exact),
    may("display_unit", String),
    may("category", String),
    may("shelf_life_days", Integer),
    must("always_on_hand", Boolean, default=False),
    must("allergens", JSON, default=list),
    may("notes", String),
    must("archived", Boolean, default=False),
    one_of("kind", *KINDS),
    one_of("unit", "g", "ml", "each"),
    CheckConstraint("kind <> 'bundle' OR unit = 'each'", name="bundle_each"),
    CheckConstraint("shelf_life_days IS NULL OR shelf_life_days >= 0", name="shelf_life"),
    positive("grams_per_ml"),
    positive("grams_each"),
)

ITEM_UNIT = Table(
    "item_unit",
    METADATA,
    Column("item_id", Integer, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("unit", String, primary_key=True),
    may("factor", Exact),
    positive("factor"),
)

MEASURE = Table(
    "measure",
    METADATA,
    Column("item_id", Integer, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String, primary_key=True),
    must("amount", Exact),
    must("unit", String),
    positive("amount"),
)

PRODUCT = Table(
    "product",
    METADATA,
    Column("id", Integer, primary_key=True),
    must("slug", String, unique=True),
    must("item_id", Integer, ForeignKey("item.id"), index=True),
    must("label", String),
    must("amount", Exact),
    must("unit", String),
    may("price", BigInteger),
    may("priced_on", Date),
    may("store", String),
    may("barcode", String),
    must("preferred", Boolean, default=False),
    must("archived", Boolean, default=False),
    positive("amount"),
    CheckConstraint("price IS NULL OR price >= 0", name="price_not_negative"),
    partial_index(
        "uq_product_preferred",
        "item_id",
        unique=True,
        where="preferred = 1",
        where_on_server="preferred",
    ),
)

RECIPE = Table(
    "recipe",
    METADATA,
    Column("id", Integer, primary_key=True),
    must("slug", String, unique=True),
    must("name", String),
    may("category", String),
    must("batch_step", Exact, default=Fraction(1)),
    may("minutes", Integer),
    may("oven_minutes", Integer),
    may("method", String),
    must("archived", Boolean, default=False),
    positive("batch_step"),
    CheckConstraint("minutes IS NULL OR minutes >= 0", name="minutes"),
    CheckConstraint("oven_minutes IS NULL OR oven_minutes >= 0", name="oven_minutes"),
)

RECIPE_OUTPUT = Table(
    "recipe_output",
    METADATA,
    Column("id", Integer, primary_key=True),
    must("recipe_id", Integer, ForeignKey("recipe.id", ondelete="CASCADE")),
    must("position", Integer),
    must("item_id", Integer, ForeignKey("item.id"), unique=True),
    must("amount", Exact),
    must("unit", String),
    positive("amount"),
    UniqueConstraint("recipe_id", "position"),
)

RECIPE_LINE = Table(
    "recipe_line",
    METADATA,
    Column("id", Integer, primary_key=True),
    must("recipe_id", Integer, ForeignKey("recipe.id", ondelete="CASCADE")),
    must("position", Integer),
    must("item_id", Integer, ForeignKey("item.id"), index=True),
    must("amount", Exact),
    must("unit", String),
    may("note", String),
    positive("amount"),
    UniqueConstraint("recipe_id", "position"),
)

BUNDLE_LINE = Table(
    "bundle_line",
    METADATA,
    Column("id", Integer, primary_key=True),
    must("bundle_id", Integer, ForeignKey("item.id", ondelete="CASCADE")),
    must("position", Integer),
    must("item_id", Integer, ForeignKey("item.id"), index=True),
    must("amount", Exact),
    must("unit", String),
    positive("amount"),
    UniqueConstraint("bundle_id", "position"),
)

EVENT = Table(
    "event",
    METADATA,
    Column("id", Integer, primary_key=True),
    must("slug", String, unique=True),
    must("name", String),
    must("date", Date),
    must("status", String, default="planned"),
    may("people", Integer),
    may("notes", String),
    must("shopping_complete", Boolean, default=False),
    must("archived", Boolean, default=False),
    one_of("status", *STATUSES),
    CheckConstraint("people IS NULL OR people > 0", name="people"),
    Index("ix_event_status_date", "status", "date", "slug"),
)

EVENT_LINE = Table(
    "event_line",
    METADATA,
    Column("id", Integer, primary_key=True),
    must("event_id", Integer, ForeignKey("event.id", ondelete="CASCADE")),
    must("position", Integer),
    must("item_id", Integer, ForeignKey("item.id"), index=True),
    must("amount", Exact),
    must("unit", String),
    may("recipient", String),
    may("price", BigInteger),
    positive("amount"),
    UniqueConstraint("event_id", "position"),
    CheckConstraint("price IS NULL OR price >= 0", name="price_not_negative"),
)

BATCH_TARGET = Table(
    "batch_target",
    METADATA,
    Column("event_id", Integer, ForeignKey("event.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "recipe_id",
        Integer,
        ForeignKey("recipe.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
    must("batches", Exact),
    must("short_ok", Boolean, default=False),
    may("accepted_need", Exact),
    CheckConstraint("batches NOT LIKE '-%' AND batches LIKE '%/%'", name="batches"),
)

CHECKED = Table(
    "checked",
    METADATA,
    Column("event_id", Integer, ForeignKey("event.id", ondelete="CASCADE"), primary_key=True),
    Column("item_id", Integer, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
)

RUN = Table(
    "run",
    METADATA,
    Column("id", Integer, primary_key=True),
    must("change_id", Integer, ForeignKey("change.id"), index=True),
    must("kind", String),
    may("recipe_id", Integer, ForeignKey("recipe.id"), index=True),
    may("bundle_id", Integer, ForeignKey("item.id"), index=True),
    may("event_id", Integer, ForeignKey("event.id"), index=True),
    must("batches", Exact),
    must("at", DateTime),
    must("cost", BigInteger, default=0),
    must("waste", BigInteger, default=0),
    must("undone", Boolean, default=False),
    one_of("kind", "production", "assembly"),
    CheckConstraint(
        "(kind = 'production' AND recipe_id IS NOT NULL AND bundle_id IS NULL)"
        " OR (kind = 'assembly' AND bundle_id IS NOT NULL AND recipe_id IS NULL)",
        name="made_from_one_thing",
    ),
    CheckConstraint("cost >= 0 AND waste >= 0 AND waste <= cost", name="cost"),
    positive("batches"),
)

RUN_OUTPUT = Table(
    "run_output",
    METADATA,
    Column("run_id", Integer, ForeignKey("run.id"), primary_key=True),
    Column("item_id", Integer, ForeignKey("item.id"), primary_key=True),
    must("good", BigInteger),
    must("lost", BigInteger, default=0),
    may("reason", String),
    CheckConstraint("good >= 0 AND lost >= 0", name="not_negative"),
    CheckConstraint("lost = 0 OR reason IS NOT NULL", name="loss_has_reason"),
)

RUN_NOT_DRAWN = Table(
    "run_not_drawn",
    METADATA,
    Column("id", Integer, primary_key=True),
    must("run_id", Integer, ForeignKey("run.id"), index=True),
    must("item_id", Integer, ForeignKey("item.id")),
    must("amount", Exact),
    must("unit", String),
    positive("amount"),
)

LOT = Table(
    "lot",
    METADATA,
    Column("id", Integer, primary_key=True),
    must("item_id", Integer, ForeignKey("item.id")),
    may("product_id", Integer, ForeignKey("product.id"), index=True),
    may("event_id", Integer, ForeignKey("event.id"), index=True),
    may("run_id", Integer, ForeignKey("run.id"), index=True),
    must("amount", BigInteger),
    must("left", BigInteger),
    must("paid", BigInteger, default=0),
    must("cost_left", BigInteger, default=0),
    must("priced", Boolean, default=True),
    must("received", Date),
    may("expires", Date),
    may("store", String),
    CheckConstraint("amount > 0 AND amount <= 1000000000000000", name="amount"),
    CheckConstraint('"left" >= 0 AND "left" <= amount', name="left_within_amount"),
    CheckConstraint("paid >= 0", name="paid_not_negative"),
    CheckConstraint("cost_left >= 0 AND cost_left <= paid", name="cost_left_within_paid"),
    partial_index("ix_lot_on_hand", "item_id", "event_id", "expires", "left", where='"left" > 0'),
    Index("ix_lot_item_id_received", "item_id", "received", "id"),
)

STOCK_MOVE = Table(
    "stock_move",
    METADATA,
    Column("id", Integer, primary_key=True),
    must("lot_id", Integer, ForeignKey("lot.id"), index=True),
    must("change_id", Integer, ForeignKey("change.id"), index=True),
    may("run_id", Integer, ForeignKey("run.id"), index=True),
    must("reason", String),
    must("amount", BigInteger),
    must("cost", BigInteger, default=0),
    may("event_id", Integer, ForeignKey("event.id")),
    may("recipient", String),
    may("note", String),
    one_of("reason", *REASONS),
    CheckConstraint("amount <> 0 OR cost <> 0", name="moves_something"),
    partial_index("ix_stock_move_delivered", "event_id", where="reason = 'delivered'"),
)
