"""Reading what all checks find, those of plugins included."""

from __future__ import annotations

from bakehouse.plugin import Finding
from core.session import KitchenSession
from plugins.host import Host, PluginError
from plugins.jobs import OnStuck
from tui.screens.base import Again


def read_problems(
    host: Host, session: KitchenSession, event_id: int | None, on_stuck: OnStuck
) -> tuple[Finding, ...]:
    """Return what would make the plan of an event wrong, or of all; a check that fails is in it.

    Raises:
        Again: A check broke the session; the host will not run it again.
    """
    try:
        return tuple(host.findings(session, event_id, on_stuck=on_stuck))
    except PluginError as error:
        raise Again from error
