"""The one clock: the calendar's day, unless the environment or a test tells another."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime

from core import clock

TELL = "from core import clock; print(clock.today(), clock.now().date())"


def test_the_environment_tells_the_day_for_the_whole_run() -> None:
    command = [sys.executable, "-c", TELL]
    environment = {"BAKEHOUSE_TODAY": "2026-12-15"}
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["2026-12-15", "2026-12-15"]


def test_a_fixed_clock_stands_still_and_is_put_back() -> None:
    before = clock.today()
    with clock.fixed(datetime(2030, 1, 2, 3, 4)):
        assert clock.today() == date(2030, 1, 2)
        assert clock.now() == datetime(2030, 1, 2, 3, 4)
    assert clock.today() == before
