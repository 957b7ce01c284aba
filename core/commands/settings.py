"""The commands that set what holds for the whole kitchen."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.commands.model import Arguments
from core.services import settings_service
from core.services.rows.journal import ChangeRow


def set_(given: Arguments, session: Session) -> ChangeRow:
    """Set a setting, or take it away."""
    value = given.text("value")
    return settings_service.set_setting(
        given.text("key"), None if value.casefold() == "none" else value, session=session
    )
