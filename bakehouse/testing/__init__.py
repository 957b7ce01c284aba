"""What plugin authors test with: fixtures, a conformance suite to inherit, and the screen.

Installed with Bakehouse and found by pytest without being asked for. The fixtures are those of
`bakehouse.testing.fixtures`; their names begin with `bakehouse_`. Conformance is inherited:

    class TestByStore(ViewConformance):
        plugin = by_store
"""

from __future__ import annotations

from bakehouse.testing.commands import Command, Ended
from bakehouse.testing.conformance import (
    CheckConformance,
    ExporterConformance,
    ImporterConformance,
    ViewConformance,
)
from bakehouse.testing.kitchens import NOW, Samples
from bakehouse.testing.screens import NARROW, WIDE, Screens
from bakehouse.testing.views import Views

__all__ = [
    "NARROW",
    "NOW",
    "WIDE",
    "CheckConformance",
    "Command",
    "Ended",
    "ExporterConformance",
    "ImporterConformance",
    "Samples",
    "Screens",
    "ViewConformance",
    "Views",
]
