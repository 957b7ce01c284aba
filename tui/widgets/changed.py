"""A number that a what-if changes: its new value, and how far that is from the old one."""

from __future__ import annotations

from dataclasses import dataclass

from bakehouse.plugin import Amount


@dataclass(frozen=True, slots=True)
class Changed(Amount):
    """A changed number; `said` has the new value and the difference, so no colour is needed."""
