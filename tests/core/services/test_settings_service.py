"""The settings of a kitchen: its currency."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.errors import RuleBroken, UnreadableAmount
from core.services import journal_service, saying, settings_service
from core.session import Database
from tests.builders import KitchenBuilder


def currency() -> str | None:
    [row] = [row for row in settings_service.list_settings() if row.key == "currency"]
    return row.value


def test_the_currency_is_set_and_undone_as_any_setting(kitchen: Database) -> None:
    assert currency() == "USD"

    settings_service.set_setting("currency", "eur")
    assert currency() == "EUR"
    assert saying.amounts().money(Decimal(2)) == "€2.00"

    journal_service.undo()
    assert currency() == "USD"


def test_a_currency_is_known_by_its_sign(kitchen: Database) -> None:
    settings_service.set_setting("currency", "£")
    assert currency() == "GBP"
    with pytest.raises(UnreadableAmount, match="three letters"):
        settings_service.set_setting("currency", "pounds")


def test_prices_are_not_taken_for_those_of_another_currency(kitchen: Database) -> None:
    bakery = KitchenBuilder()
    bakery.ingredient("flour")
    bakery.product("flour-1kg", "flour", "1 kg", "2.00")

    with pytest.raises(RuleBroken, match="There are prices in USD"):
        settings_service.set_setting("currency", "EUR")
    assert currency() == "USD"
