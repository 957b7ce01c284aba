"""Saying traces so that a baker understands them at once: amounts, lots, runs, people."""

from __future__ import annotations

from collections.abc import Sequence

from core.services.planning.telling import AGAIN, About, Told
from core.services.rows.traces import Trace, Traced
from core.services.saying import Say


class TraceTeller:
    """Says the steps of a trace so that a baker understands them at once."""

    def __init__(self, amounts: Say) -> None:
        self.amounts = amounts

    def subject(self, trace: Trace) -> Told:
        """Tell what is traced, with all there is to tell about it below."""
        subject = trace.subject
        about = _about(subject.item_id)
        return Told(self.amount(subject), self.name(subject), self.ways(trace), about)

    def ways(self, trace: Trace) -> tuple[Told, Told, Told, Told]:
        """Tell where it came from, where it went, who was handed any of it, and what is left."""
        item_id = trace.subject.item_id
        about = _about(item_id)
        nowhere = (Told("–", "nothing"),)
        back = tuple(self.back(step) for step in trace.came_from) or nowhere
        forward = tuple(self.forward(step, item_id) for step in trace.went_into) or nowhere
        return (
            Told("", "Came from", back, about),
            Told("", "Went into", forward, about),
            Told("", "Handed out", self._ends(trace.handed_out)),
            Told("", "Still in stock", self._ends(trace.in_stock)),
        )

    def _ends(self, steps: Sequence[Traced]) -> tuple[Told, ...]:
        return tuple(
            Told(
                self.amount(step),
                f"{self.name(step)}{self._whereto(step)}",
                about=_about(step.item_id),
            )
            for step in steps
        )

    def amount(self, step: Traced) -> str:
        """Say how much a step is about."""
        if step.item_id is not None:
            return self.amounts.amount(step.item_id, step.amount)
        count = self.amounts.batches(step.amount)
        if step.unit == "each":
            return count
        return f"{count} batch{'' if step.amount <= 1 else 'es'}"

    def name(self, step: Traced) -> str:
        """Name a lot or run by what it is and its number."""
        letter = "run R" if step.kind == "run" else "lot L"
        words = f"{step.name}, {letter}{step.id}"
        if step.kind == "run":
            words += f", {step.day.isoformat()}"
            return f"{words}, for {step.event}" if step.event else words
        if step.expires is not None:
            words += f", good until {step.expires.isoformat()}"
        return words

    def _whereto(self, step: Traced) -> str:
        """Say to whom a delivered amount went."""
        return f": {self._handed(step)}" if step.kind == "delivered" else ""

    def _handed(self, step: Traced) -> str:
        words = f"handed to {step.recipient}" if step.recipient else "handed out"
        if step.event is not None:
            words += f" for {step.event}"
        return f"{words}, {step.day.isoformat()}"

    def back(self, step: Traced) -> Told:
        """Say a step on the way back, with what it came from."""
        inner = tuple(self.back(part) for part in step.steps)
        if step.kind == "received":
            words = f"bought, {step.day.isoformat()}"
            words += f": {step.note}" if step.note else ""
        elif step.kind == "counted":
            words = f"found in a count, {step.day.isoformat()}"
        else:
            words = self.name(step)
        return self._told(step, self.amount(step), words, inner)

    def forward(self, step: Traced, item_id: int | None) -> Told:
        """Say a step on the way forward, with what it went into; `item_id` is what it was of."""
        inner = tuple(self.forward(part, step.item_id) for part in step.steps)
        amount = self.amount(step)
        if step.kind == "delivered":
            words = self._handed(step)
        elif step.kind == "discarded":
            words = f"thrown away, {step.day.isoformat()}" + (f": {step.note}" if step.note else "")
        elif step.kind == "counted":
            words = f"missing in a count, {step.day.isoformat()}"
        elif step.kind == "run":
            words = f"into {amount} {'of ' if step.unit == 'batch' else ''}{self.name(step)}"
            if item_id is not None and step.used is not None:
                amount = self.amounts.amount(item_id, step.used)
        else:
            words = self.name(step)
        return self._told(step, amount, words, inner)

    @staticmethod
    def _told(step: Traced, amount: str, words: str, inner: tuple[Told, ...]) -> Told:
        return Told(amount, words, inner, _about(step.item_id), AGAIN if step.again else "")


def _about(item_id: int | None) -> About | None:
    return None if item_id is None else ("item", item_id)
