"""Labels on Bakehouse's own sample kitchen."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from types import ModuleType

import bakehouse_labels
import pytest
from bakehouse_labels.export import write
from bakehouse_labels.labelling import labels_of

from bakehouse.plugin import ViewContext
from bakehouse.testing import Command, ExporterConformance, Samples
from core.services import catalog_service, event_service

Lend = Callable[[int | None], AbstractContextManager[ViewContext]]


class TestConformance(ExporterConformance):
    plugin = bakehouse_labels


def page(lend: Lend, event_id: int, **settings: object) -> str:
    file = io.BytesIO()
    with lend(event_id) as ctx:
        write(replace(ctx, settings=settings), file)
    return file.getvalue().decode()


def test_ingredients_are_in_order_of_weight(
    bakehouse_context: Lend, bakehouse_events: Samples
) -> None:
    from core.services import composition_service

    with bakehouse_context(bakehouse_events.typical) as ctx:
        [label, *_] = labels_of(ctx, bakehouse_events.typical, "EU")
    item_id = catalog_service.find_item(label.item).id
    made = composition_service.get_compositions([item_id])[item_id]
    grams = {each.name: each.grams for each in made.components}

    weights = [grams[each.name] for each in label.ingredients if each.weighed]

    assert len(weights) > 3
    assert weights == sorted(weights, reverse=True)


def test_allergens_stand_out_and_a_ribbon_is_no_ingredient(
    bakehouse_context: Lend, bakehouse_events: Samples
) -> None:
    text = page(bakehouse_context, bakehouse_events.typical, region="EU")

    assert re.search(r"<strong>Butter, unsalted \(milk\)</strong>", text)
    assert re.search(r"<strong>Flour, all purpose \(gluten\)</strong>", text)
    assert "ibbon" not in text


def test_the_us_tells_wheat_and_says_what_it_contains(
    bakehouse_context: Lend, bakehouse_events: Samples
) -> None:
    text = page(bakehouse_context, bakehouse_events.typical, region="US")

    assert "Flour, all purpose (wheat)" in text
    assert re.search(r"Contains: .*milk.*wheat", text)
    assert "gluten" not in text


def test_what_is_made_has_its_lot_and_date(
    bakehouse_context: Lend, bakehouse_events: Samples
) -> None:
    started = next(row for row in event_service.list_events() if row.status == "started")
    with bakehouse_context(started.id) as ctx:
        labels = labels_of(ctx, started.id, "EU")

    assert any(label.lot and label.best_before for label in labels)
    assert all(label.best_before is None or label.best_before >= ctx.today for label in labels)


def test_a_name_with_markup_is_a_name(bakehouse_context: Lend, bakehouse_events: Samples) -> None:
    butter = catalog_service.get_item(catalog_service.find_item("butter").id)
    butter.name = "Butter <script>alert(1)</script>"
    catalog_service.save_item(butter)

    text = page(bakehouse_context, bakehouse_events.typical, maker="A & B")

    assert "<script>" not in text
    assert "Butter &lt;script&gt;" in text
    assert "A &amp; B" in text


@pytest.mark.parametrize("event", ["typical", "empty"])
def test_it_is_written_by_the_command_line(
    event: str,
    tmp_path: object,
    bakehouse_command_of: Callable[[ModuleType], Command],
    bakehouse_events: Samples,
) -> None:
    target = f"{tmp_path}/labels.html"
    ended = bakehouse_command_of(bakehouse_labels).run(
        "export", target, "--as", "labels", "--event", str(getattr(bakehouse_events, event))
    )

    assert ended.code == 0, ended.err
    with open(target, encoding="utf-8") as file:
        assert file.read().startswith("<!doctype html>")
