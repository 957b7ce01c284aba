"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def positive(column: str, name: str) -> sa.CheckConstraint:
    """Return the check that a column of exact rationals, kept as text "n/d", is above zero."""
    return sa.CheckConstraint(
        f"{column} NOT LIKE '-%' AND {column} NOT LIKE '0/%' AND {column} LIKE '%/%'",
        name=op.f(name),
    )


def upgrade() -> None:
    """Make every table in an empty database."""
    op.create_table(
        "change",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("terminal", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("edits", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["undoes"], ["change.id"], name=op.f("fk_change_undoes")),
        sa.ForeignKeyConstraint(["undone_by"], ["change.id"], name=op.f("fk_change_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    op.create_index("ix_change_terminal", "change", ["terminal", "id"], unique=False)
    op.create_index(op.f("ix_change_undoes"), "change", ["undoes"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("shopping_complete", sa.Boolean(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "status IN ('planned', 'started', 'done', 'cancelled')",
            name=op.f("ck_event_status_known"),
        ),
        sa.CheckConstraint("people IS NULL OR people > 0", name=op.f("ck_event_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("slug", name=op.f("uq_event_slug")),
    )
    op.create_index("ix_event_status_date", "event", ["status", "date", "slug"], unique=False)
    op.create_table(
        "item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("grams_per_ml", sa.Text(), nullable=True),
        sa.Column("grams_each", sa.Text(), nullable=True),
        sa.Column("display_unit", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("shelf_life_days", sa.Integer(), nullable=True),
        sa.Column("always_on_hand", sa.Boolean(), nullable=False),
        sa.Column("allergens", sa.JSON(), nullable=False),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("archived", sa.Boolean(), nullable=False),
        positive("grams_each", "ck_item_grams_each_positive"),
        positive("grams_per_ml", "ck_item_grams_per_ml_positive"),
        sa.CheckConstraint("kind <> 'bundle' OR unit = 'each'", name=op.f("ck_item_bundle_each")),
        sa.CheckConstraint(
            "kind IN ('ingredient', 'supply', 'made', 'bundle')", name=op.f("ck_item_kind_known")
        ),
        sa.CheckConstraint("unit IN ('g', 'ml', 'each')", name=op.f("ck_item_unit_known")),
        sa.CheckConstraint(
            "shelf_life_days IS NULL OR shelf_life_days >= 0", name=op.f("ck_item_shelf_life")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("slug", name=op.f("uq_item_slug")),
    )
    op.create_table(
        "recipe",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("batch_step", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("oven_minutes", sa.Integer(), nullable=True),
        sa.Column("method", sa.String(), nullable=True),
        sa.Column("archived", sa.Boolean(), nullable=False),
        positive("batch_step", "ck_recipe_batch_step_positive"),
        sa.CheckConstraint("minutes IS NULL OR minutes >= 0", name=op.f("ck_recipe_minutes")),
        sa.CheckConstraint(
            "oven_minutes IS NULL OR oven_minutes >= 0", name=op.f("ck_recipe_oven_minutes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipe")),
        sa.UniqueConstraint("slug", name=op.f("uq_recipe_slug")),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "batch_target",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("recipe_id", sa.Integer(), nullable=False),
        sa.Column("batches", sa.Text(), nullable=False),
        sa.Column("short_ok", sa.Boolean(), nullable=False),
        sa.Column("accepted_need", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "batches NOT LIKE '-%' AND batches LIKE '%/%'", name=op.f("ck_batch_target_batches")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_batch_target_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["recipe_id"], ["recipe.id"], name=op.f("fk_batch_target_recipe_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "recipe_id", name=op.f("pk_batch_target")),
    )
    op.create_index(op.f("ix_batch_target_recipe_id"), "batch_target", ["recipe_id"], unique=False)
    op.create_table(
        "bundle_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bundle_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        positive("amount", "ck_bundle_line_amount_positive"),
        sa.ForeignKeyConstraint(
            ["bundle_id"], ["item.id"], name=op.f("fk_bundle_line_bundle_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_bundle_line_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundle_line")),
        sa.UniqueConstraint(
            "bundle_id", "position", name=op.f("uq_bundle_line_bundle_id_position")
        ),
    )
    op.create_index(op.f("ix_bundle_line_item_id"), "bundle_line", ["item_id"], unique=False)
    op.create_table(
        "checked",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_checked_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_checked_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "item_id", name=op.f("pk_checked")),
    )
    op.create_table(
        "event_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=True),
        sa.Column("price", sa.BigInteger(), nullable=True),
        positive("amount", "ck_event_line_amount_positive"),
        sa.CheckConstraint(
            "price IS NULL OR price >= 0", name=op.f("ck_event_line_price_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_line_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_event_line_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_line")),
        sa.UniqueConstraint("event_id", "position", name=op.f("uq_event_line_event_id_position")),
    )
    op.create_index(op.f("ix_event_line_item_id"), "event_line", ["item_id"], unique=False)
    op.create_table(
        "item_unit",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("factor", sa.Text(), nullable=True),
        positive("factor", "ck_item_unit_factor_positive"),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_item_unit_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "unit", name=op.f("pk_item_unit")),
    )
    op.create_table(
        "measure",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        positive("amount", "ck_measure_amount_positive"),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_measure_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "name", name=op.f("pk_measure")),
    )
    op.create_table(
        "product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("priced_on", sa.Date(), nullable=True),
        sa.Column("store", sa.String(), nullable=True),
        sa.Column("barcode", sa.String(), nullable=True),
        sa.Column("preferred", sa.Boolean(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        positive("amount", "ck_product_amount_positive"),
        sa.CheckConstraint(
            "price IS NULL OR price >= 0", name=op.f("ck_product_price_not_negative")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_product_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("slug", name=op.f("uq_product_slug")),
    )
    op.create_index(op.f("ix_product_item_id"), "product", ["item_id"], unique=False)
    op.create_index(
        "uq_product_preferred",
        "product",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("preferred = 1"),
        postgresql_where=sa.text("preferred"),
    )
    op.create_table(
        "recipe_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipe_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        positive("amount", "ck_recipe_line_amount_positive"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_recipe_line_item_id")),
        sa.ForeignKeyConstraint(
            ["recipe_id"], ["recipe.id"], name=op.f("fk_recipe_line_recipe_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipe_line")),
        sa.UniqueConstraint(
            "recipe_id", "position", name=op.f("uq_recipe_line_recipe_id_position")
        ),
    )
    op.create_index(op.f("ix_recipe_line_item_id"), "recipe_line", ["item_id"], unique=False)
    op.create_table(
        "recipe_output",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipe_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        positive("amount", "ck_recipe_output_amount_positive"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_recipe_output_item_id")),
        sa.ForeignKeyConstraint(
            ["recipe_id"],
            ["recipe.id"],
            name=op.f("fk_recipe_output_recipe_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipe_output")),
        sa.UniqueConstraint("item_id", name=op.f("uq_recipe_output_item_id")),
        sa.UniqueConstraint(
            "recipe_id", "position", name=op.f("uq_recipe_output_recipe_id_position")
        ),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("recipe_id", sa.Integer(), nullable=True),
        sa.Column("bundle_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("batches", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("waste", sa.BigInteger(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'production' AND recipe_id IS NOT NULL AND bundle_id IS NULL)"
            " OR (kind = 'assembly' AND bundle_id IS NOT NULL AND recipe_id IS NULL)",
            name=op.f("ck_run_made_from_one_thing"),
        ),
        positive("batches", "ck_run_batches_positive"),
        sa.CheckConstraint("kind IN ('production', 'assembly')", name=op.f("ck_run_kind_known")),
        sa.CheckConstraint("cost >= 0 AND waste >= 0 AND waste <= cost", name=op.f("ck_run_cost")),
        sa.ForeignKeyConstraint(["bundle_id"], ["item.id"], name=op.f("fk_run_bundle_id")),
        sa.ForeignKeyConstraint(["change_id"], ["change.id"], name=op.f("fk_run_change_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_run_event_id")),
        sa.ForeignKeyConstraint(["recipe_id"], ["recipe.id"], name=op.f("fk_run_recipe_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_index(op.f("ix_run_bundle_id"), "run", ["bundle_id"], unique=False)
    op.create_index(op.f("ix_run_change_id"), "run", ["change_id"], unique=False)
    op.create_index(op.f("ix_run_event_id"), "run", ["event_id"], unique=False)
    op.create_index(op.f("ix_run_recipe_id"), "run", ["recipe_id"], unique=False)
    op.create_table(
        "lot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("left", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("cost_left", sa.BigInteger(), nullable=False),
        sa.Column("priced", sa.Boolean(), nullable=False),
        sa.Column("received", sa.Date(), nullable=False),
        sa.Column("expires", sa.Date(), nullable=True),
        sa.Column("store", sa.String(), nullable=True),
        sa.CheckConstraint(
            '"left" >= 0 AND "left" <= amount', name=op.f("ck_lot_left_within_amount")
        ),
        sa.CheckConstraint("amount > 0 AND amount <= 1000000000000000", name=op.f("ck_lot_amount")),
        sa.CheckConstraint(
            "cost_left >= 0 AND cost_left <= paid", name=op.f("ck_lot_cost_left_within_paid")
        ),
        sa.CheckConstraint("paid >= 0", name=op.f("ck_lot_paid_not_negative")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_lot_event_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_lot_item_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_lot_product_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_lot_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
    )
    op.create_index(op.f("ix_lot_event_id"), "lot", ["event_id"], unique=False)
    op.create_index("ix_lot_item_id_received", "lot", ["item_id", "received", "id"], unique=False)
    op.create_index(
        "ix_lot_on_hand",
        "lot",
        ["item_id", "event_id", "expires", "left"],
        unique=False,
        sqlite_where=sa.text('"left" > 0'),
        postgresql_where=sa.text('"left" > 0'),
    )
    op.create_index(op.f("ix_lot_product_id"), "lot", ["product_id"], unique=False)
    op.create_index(op.f("ix_lot_run_id"), "lot", ["run_id"], unique=False)
    op.create_table(
        "run_not_drawn",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        positive("amount", "ck_run_not_drawn_amount_positive"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_run_not_drawn_item_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_not_drawn_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_not_drawn")),
    )
    op.create_index(op.f("ix_run_not_drawn_run_id"), "run_not_drawn", ["run_id"], unique=False)
    op.create_table(
        "run_output",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("good", sa.BigInteger(), nullable=False),
        sa.Column("lost", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("good >= 0 AND lost >= 0", name=op.f("ck_run_output_not_negative")),
        sa.CheckConstraint(
            "lost = 0 OR reason IS NOT NULL", name=op.f("ck_run_output_loss_has_reason")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_run_output_item_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_output_run_id")),
        sa.PrimaryKeyConstraint("run_id", "item_id", name=op.f("pk_run_output")),
    )
    op.create_table(
        "stock_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("recipient", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('received', 'made', 'used', 'counted', 'discarded', 'delivered')",
            name=op.f("ck_stock_move_reason_known"),
        ),
        sa.CheckConstraint("amount <> 0 OR cost <> 0", name=op.f("ck_stock_move_moves_something")),
        sa.ForeignKeyConstraint(["change_id"], ["change.id"], name=op.f("fk_stock_move_change_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_stock_move_event_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_stock_move_lot_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_stock_move_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_move")),
    )
    op.create_index(op.f("ix_stock_move_change_id"), "stock_move", ["change_id"], unique=False)
    op.create_index(
        "ix_stock_move_delivered",
        "stock_move",
        ["event_id"],
        unique=False,
        sqlite_where=sa.text("reason = 'delivered'"),
        postgresql_where=sa.text("reason = 'delivered'"),
    )
    op.create_index(op.f("ix_stock_move_lot_id"), "stock_move", ["lot_id"], unique=False)
    op.create_index(op.f("ix_stock_move_run_id"), "stock_move", ["run_id"], unique=False)
