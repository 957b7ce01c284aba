"""Settings of the kitchen: what they are, and setting them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.documents import SettingDoc
from core.errors import NotFound, RuleBroken
from core.services import saying
from core.services._journal import put, recording, remove
from core.services._read_documents import read_document
from core.services._rows import change_row
from core.services._settings import (
    CURRENCY,
    HANDS_HOURS,
    OVEN_HOURS,
    READ,
    STORE_TRIP_COST,
    has_prices,
    settings,
)
from core.services.rows.journal import ChangeRow
from core.session import reading, writing

KNOWN = {
    STORE_TRIP_COST: "what going to every store after the first costs; packs are chosen with it",
    HANDS_HOURS: "how many hours of work a day has; a day with more in the timeline is a problem",
    OVEN_HOURS: "how many hours the oven can be used in a day; more is a problem",
}
"""The settings that a kitchen file lists, and what each does."""

SETTINGS = {
    **KNOWN,
    CURRENCY: "the currency of all prices, as EUR; set it before the first price",
}
"""All settings that can be set; a kitchen file has the currency as a field of its own."""


class SettingNotFound(NotFound):
    """There is no setting of this name."""

    noun = "setting"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting; `value` is None where it is not set."""

    key: str
    value: str | None
    help: str


def list_settings(session: Session | None = None) -> list[SettingRow]:
    """Return all settings that can be set, with their values."""
    with reading(session) as reader:
        values = {CURRENCY: saying.DEFAULT_CURRENCY, **settings(reader)}
        return [SettingRow(key, values.get(key), help_) for key, help_ in SETTINGS.items()]


def set_setting(key: str, value: str | None, *, session: Session | None = None) -> ChangeRow:
    """Set a setting; None takes it away.

    Raises:
        SettingNotFound: No such setting.
        AmountError: The value is none that the setting can have.
        RuleBroken: It is not set, so that it cannot be taken away; or it is the currency, and
            there are prices in another one.
    """
    with writing(session) as writer:
        if key not in SETTINGS:
            raise SettingNotFound(key, list(SETTINGS))
        if key == CURRENCY:
            _check_currency(writer, READ[key](value or saying.DEFAULT_CURRENCY))
        said = key.replace("_", " ")
        if value is None:
            if key not in settings(writer):
                raise RuleBroken(f"'{key}' is not set.")
            with recording(writer, "setting", f"Setting {said}: none") as entry:
                remove(writer, "setting", key, read_document(writer, "setting", key))
            return change_row(entry)
        doc = SettingDoc(slug=key, value=READ[key](value))
        with recording(writer, "setting", f"Setting {said}: {doc.value}") as entry:
            put(writer, doc)
        return change_row(entry)


def _check_currency(session: Session, wanted: str) -> None:
    """Refuse another currency where there are prices: they would be taken for what they are not."""
    ours = settings(session).get(CURRENCY, saying.DEFAULT_CURRENCY)
    if wanted != ours and has_prices(session):
        raise RuleBroken(
            f"There are prices in {ours}. To take their numbers for {wanted}, export the kitchen, "
            "change `currency` in the file, and import it into an empty kitchen."
        )


def read_value(key: str, value: str) -> str:
    """Return the value of a setting as it is kept.

    Raises:
        AmountError: The value is none that the setting can have.
    """
    return READ[key](value) if key in READ else value
