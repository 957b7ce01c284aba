"""Carrying out the plan: what it says is bought, baked and packed, event by event."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import Session

from core.schema import OPEN
from core.services import (
    assembly_service,
    event_service,
    production_service,
    saying,
    stock_service,
)
from core.services.planning.progress import get_event_progress


class CarryingOut:
    """Does for all open events what the plan says, by the numbers that a person reads."""

    def __init__(self, session: Session) -> None:
        self.session = session
        rows = event_service.list_events(session)
        self.events = [event for event in rows if event.status in OPEN]

    def do_all(self) -> None:
        """Buy the list, bake and pack.

        What the ledger rounds may bring a need just above a batch: it is done once more then.
        """
        for _ in range(2):
            self._shop()
            self._bake_and_pack()

    def _shop(self) -> None:
        for event in self.events:
            for row in event_service.get_shopping_list(event.id, session=self.session):
                if row["to_buy"]:
                    stock_service.receive(
                        row["item_id"], amount=row["to_buy"], paid=1, session=self.session
                    )

    def _bake_and_pack(self) -> None:
        for event in self.events:
            # Bundles come first: what can be baked may use some that can be packed.
            while self._pack(event.id) or self._bake(event.id):
                pass

    def _bake(self, event_id: int) -> bool:
        """Bake what can be baked now: the inner recipes of a recipe come before it."""
        progress = event_service.get_production_progress(event_id, session=self.session)
        say = saying.amounts(self.session)
        for row in progress["recipes"]:
            if row["can_make"]:
                assert row["can_make"] <= row["remaining_batches"]
                production_service.record_production(
                    row["recipe_id"],
                    say.batches(row["can_make"]),
                    event_id=event_id,
                    session=self.session,
                )
                return True
        return False

    def _pack(self, event_id: int) -> bool:
        progress = event_service.get_assembly_progress(event_id, session=self.session)
        for row in reversed(progress["bundles"]):
            if row["can_assemble_now"]:
                assembly_service.record_assembly(
                    row["bundle_id"],
                    row["can_assemble_now"],
                    event_id=event_id,
                    session=self.session,
                )
                return True
        return False

    def nothing_is_left_to_do(self) -> None:
        for event in self.events:
            found = get_event_progress(event.id, session=self.session)
            assert found["production"]["total_remaining"] == Decimal(0)
            assert found["production"]["progress_pct"] == 100
            assert [row["remaining"] for row in found["assembly"]["bundles"]] == [
                0 for _ in found["assembly"]["bundles"]
            ]
            assert [row["item_name"] for row in found["shopping"] if row["to_buy"]] == []
