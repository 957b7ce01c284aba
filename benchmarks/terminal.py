"""Running a program in a terminal of our own: a pty whose output is read as it comes."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ESCAPES = re.compile(
    rb"\x1b(?:\[[0-9;?<>=$]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_].*?\x1b\\|.)"
)
TICK = os.sysconf("SC_CLK_TCK")
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Paint:
    """When everything that was waited for stood on the screen: seconds since the start."""

    wall: float
    cpu: float


class Program:
    """A Python program in a pty of 120x40; `with` ends it."""

    def __init__(self, words: Sequence[str], size: tuple[int, int] = (120, 40)) -> None:
        self._seen = b""
        self._started = time.monotonic()
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor",
                           "TEXTUAL_ANIMATIONS": "none", "BAKEHOUSE_PLUGINS": "",
                           "BAKEHOUSE_TODAY": "2026-11-22", "PYTHONPATH": str(ROOT)}  # fmt: skip
            # What is installed has its bytecode; the first start writes ours.
            environment.pop("PYTHONDONTWRITEBYTECODE", None)
            # The size must be there before the program asks for it.
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
            os.execve(sys.executable, [sys.executable, *words], environment)

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._terminal)

    @property
    def text(self) -> str:
        """What was written, without what moves the cursor and colours."""
        return ESCAPES.sub(b"", self._seen).decode(errors="replace")

    @property
    def raw(self) -> bytes:
        """What was written."""
        return self._seen

    @property
    def cpu(self) -> float:
        """Seconds of processor time that the program has used, in steps of a tick."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._terminal, text.encode())

    def until(self, *words: str, seconds: float = 60) -> Paint:
        """Read until all the words have been written; `TimeoutError` if they are not."""
        while not all(word in self.text for word in words):
            if not self._read(seconds):
                missing = [word for word in words if word not in self.text]
                raise TimeoutError(f"never painted: {missing}; last: {self.text[-2000:]}")
        return Paint(time.monotonic() - self._started, self.cpu)

    def drain(self) -> int:
        """Read until the program ends, and return its exit code."""
        while self._read(600):
            pass
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def _read(self, seconds: float) -> bool:
        if (
            time.monotonic() - self._started > 900
            or not select.select([self._terminal], [], [], seconds)[0]
        ):
            return False
        try:
            got = os.read(self._terminal, 65536)
        except OSError:
            return False
        self._seen += got
        return bool(got)
