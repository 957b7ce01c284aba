"""The log: what it holds, what it never holds, and that it stays small."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.logs import KEPT, LARGEST, start_log, stop_log

log = logging.getLogger("bakehouse.test")


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    stop_log()
    logging.getLogger("bakehouse").propagate = True


def test_it_says_what_happened_at_the_level_asked_for(tmp_path: Path) -> None:
    path = start_log("warning", tmp_path)
    assert path is not None
    log.info("opened")
    log.warning("the kitchen was lost")
    assert path.read_text().endswith("WARNING bakehouse.test the kitchen was lost\n")
    assert "opened" not in path.read_text()


def test_an_exception_is_logged_without_its_message(tmp_path: Path) -> None:
    path = start_log("info", tmp_path)
    try:
        raise ValueError("Aunt Dahlia's secret fudge")
    except ValueError:
        log.exception("a view failed")
    assert path is not None
    told = path.read_text()
    assert "builtins.ValueError" in told
    assert "test_logs.py" in told
    assert "fudge" not in told


def test_it_never_grows_beyond_its_files(tmp_path: Path) -> None:
    start_log("info", tmp_path)
    for _ in range(LARGEST * (KEPT + 3) // 1000):
        log.info("x" * 1000)
    files = sorted(tmp_path.iterdir())
    assert len(files) == KEPT + 1
    assert all(file.stat().st_size <= LARGEST for file in files)


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert start_log("info", tmp_path / "file") is None
    log.info("nobody hears")
