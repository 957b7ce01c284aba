"""The command line in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from bakehouse.testing.kitchens import NOW


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: its exit code, its data, its talk."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Return what was printed as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Command:
    """`bakehouse` on one kitchen with the plugins named."""

    url: str
    plugins: tuple[str, ...] = ()
    seconds: float = 60.0

    def run(self, *words: str) -> Ended:
        """Run a command to its end."""
        environment = os.environ | {
            "BAKEHOUSE_DB": self.url,
            "BAKEHOUSE_PLUGINS": ",".join(self.plugins),
            "BAKEHOUSE_TODAY": NOW.date().isoformat(),
            "PYTHONPATH": os.pathsep.join(entry or os.getcwd() for entry in sys.path),
        }
        done = subprocess.run(
            [sys.executable, "-m", "bakehouse.cli", *words],
            capture_output=True,
            text=True,
            env=environment,
            stdin=subprocess.DEVNULL,
            timeout=self.seconds,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)
