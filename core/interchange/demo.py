"""The demo: a worked example kitchen, with dates relative to today (domain.md §1).

`demo_kitchen.json` is a kitchen file with two liberties: a date may be "today", "today-12" or
"today+23", and `steps` are records that are replayed through the services, each on its day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import now, today
from core.errors import RuleBroken
from core.interchange.importing import Imported, import_kitchen
from core.interchange.reading import parse_json, parse_kitchen
from core.models import Event, Item, Product, Recipe, Setting
from core.services import (
    assembly_service,
    event_service,
    journal_service,
    production_service,
    stock_service,
)
from core.session import reading, writing

FILE: Final = Path(__file__).with_name("demo_kitchen.json")

_MARK: Final = "demo"
_DAY: Final = re.compile(r"today(?:([+-]\d+))?")
_MORNING: Final = time(9)

Fields = Mapping[str, Any]


def make_demo(session: Session | None = None) -> Imported:
    """Fill an empty kitchen with the demo: one import, and then each record as its own change.

    Raises:
        RuleBroken: Something is in the kitchen already.
    """
    with writing(session) as writer:
        if journal_service.revision(writer):
            raise RuleBroken("The demo needs an empty kitchen of its own.")
        data = _dated(parse_json(FILE.read_bytes()), today())
        steps = data.pop("steps")
        parsed = parse_kitchen(data)
        imported = import_kitchen(
            parsed.doc, notes=parsed.notes, problems=parsed.problems, session=writer
        )
        for number, step in enumerate(steps):
            _Step(writer, step, _moment(step["day"], number)).replay()
        writer.merge(Setting(key=_MARK, value="yes"))
        writer.flush()
        return imported


def is_demo(session: Session | None = None) -> bool:
    """Tell whether the kitchen was made by `make_demo`."""
    with reading(session) as reader:
        return reader.get(Setting, _MARK) is not None


def _dated(data: Any, day: date) -> Any:
    """Replace every "today+3" by the day it means."""
    if isinstance(data, dict):
        return {key: _dated(value, day) for key, value in data.items()}
    if isinstance(data, list):
        return [_dated(value, day) for value in data]
    if isinstance(data, str) and (found := _DAY.fullmatch(data)):
        return (day + timedelta(days=int(found.group(1) or 0))).isoformat()
    return data


def _moment(day: int, number: int) -> datetime:
    """Return a time in the morning of a day, later for later steps, and never in the future."""
    start = datetime.combine(today() + timedelta(days=day), _MORNING)
    return min(start + timedelta(minutes=10 * number), now())


class _Step:
    """One record of the demo."""

    def __init__(self, session: Session, step: Fields, at: datetime) -> None:
        self.session = session
        self.step = step
        self.at = at

    def replay(self) -> None:
        """Record it."""
        records = {
            "make": self._make,
            "assemble": self._assemble,
            "buy": self._buy,
            "count": self._count,
            "discard": self._discard,
            "deliver": self._deliver,
            "check": self._check,
        }
        records[self.step["do"]]()

    def _id(self, model: type[Item | Product | Recipe | Event], slug: str) -> int:
        return self.session.scalars(select(model.id).where(model.slug == slug)).one()

    def _item(self) -> int:
        return self._id(Item, self.step["item"])

    def _event(self) -> int:
        return self._id(Event, self.step["event"])

    def _make(self) -> None:
        good, lost = self.step.get("good", {}), self.step.get("lost", {})
        production_service.record_production(
            self._id(Recipe, self.step["recipe"]),
            self.step["batches"],
            good={self._id(Item, slug): amount for slug, amount in good.items()},
            lost={self._id(Item, slug): (what, why) for slug, (what, why) in lost.items()},
            event_id=self._event(),
            at=self.at,
            session=self.session,
        )

    def _assemble(self) -> None:
        assembly_service.record_assembly(
            self._id(Item, self.step["bundle"]),
            self.step["quantity"],
            event_id=self._event(),
            at=self.at,
            session=self.session,
        )

    def _buy(self) -> None:
        product = self.session.get_one(Product, self._id(Product, self.step["product"]))
        expires = self.step.get("expires")
        stock_service.receive(
            product.item_id,
            packs=self.step["packs"],
            product_id=product.id,
            paid=self.step["paid"],
            store=self.step.get("store"),
            received=self.at.date(),
            expires=None if expires is None else date.fromisoformat(expires),
            session=self.session,
        )

    def _count(self) -> None:
        stock_service.count(self._item(), self.step["amount"], session=self.session)

    def _discard(self) -> None:
        stock_service.discard(
            self.step["amount"], self.step["reason"], item_id=self._item(), session=self.session
        )

    def _deliver(self) -> None:
        stock_service.deliver(
            self._event(),
            self._item(),
            self.step["quantity"],
            to=self.step.get("to"),
            session=self.session,
        )

    def _check(self) -> None:
        event_service.check_item(self._event(), self._item(), session=self.session)
