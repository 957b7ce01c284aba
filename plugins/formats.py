"""Choosing among the formats that plugins read and write, and calling them."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import partial
from pathlib import PurePath
from typing import Any, TypeVar

from bakehouse.plugin import ChangeSet, Source
from core.errors import Ambiguous, NotFound
from plugins.jobs import Job, change_set, refuse_coroutine
from plugins.states import Exporter, Importer

MOST_BYTES = 512 * 1024 * 1024
"""A larger export is refused: it would have to be kept in memory."""

Format = TypeVar("Format", Importer, Exporter)


class FormatNotFound(NotFound):
    """There is no format of this name."""

    noun = "format"


def chosen(name: str, formats: Sequence[Format], ours: Sequence[str] = ()) -> Format:
    """Return the format with this id, its plugin's name, or this last part of its id.

    Raises:
        FormatNotFound: No such format; names those that there are, `ours` first.
        Ambiguous: Several formats have this short name.
    """
    for found in (
        [each for each in formats if each.id == name],
        [each for each in formats if each.plugin == name],
        [each for each in formats if each.id.rpartition(".")[2] == name],
    ):
        if len(found) > 1:
            raise Ambiguous(name, [each.id for each in found])
        if found:
            return found[0]
    known = [*ours, *(each.id for each in formats)]
    raise FormatNotFound(name, get_close_matches(name, known, n=3, cutoff=0) or known)


def by_suffix(name: str, importers: Sequence[Importer]) -> list[Importer]:
    """Return the importers that may read a file of this name; those with its suffix first."""
    lower = PurePath(name).name.lower()
    fitting = [each for each in importers if lower.endswith(each.spec.suffixes or ())]
    return [*fitting, *(each for each in importers if not each.spec.suffixes and each.spec.sniff)]


def read_job(importer: Importer, source: Source) -> Job[ChangeSet]:
    """Return the job of reading a file."""
    spec = importer.spec
    return Job(
        importer.plugin,
        importer.version,
        spec.id,
        spec.read,
        spec.budget_ms,
        partial(change_set, importer.plugin),
        (source,),
    )


def sniff_job(importer: Importer, source: Source) -> Job[bool]:
    """Return the job of looking whether a file has a format."""
    spec = importer.spec
    assert spec.sniff is not None
    return Job(
        importer.plugin,
        importer.version,
        spec.id,
        spec.sniff,
        spec.budget_ms,
        _yes_or_no,
        (source,),
    )


def write_job(exporter: Exporter) -> Job[bytes]:
    """Return the job of writing a file into memory."""
    spec = exporter.spec
    file = io.BytesIO()
    return Job(
        exporter.plugin,
        exporter.version,
        spec.id,
        spec.write,
        spec.budget_ms,
        _written_to(file),
        (file,),
    )


def _yes_or_no(result: Any) -> bool:
    refuse_coroutine(result, "sniff")
    if not isinstance(result, bool):
        raise TypeError(f"sniff must return True or False, not {type(result).__name__}")
    return result


def _written_to(file: io.BytesIO) -> Callable[[Any], bytes]:
    """Return what takes the content of an export: what was written, or what was returned."""

    def take(result: Any) -> bytes:
        refuse_coroutine(result, "write")
        written = file.getvalue()
        if result is None:
            content = written
        elif isinstance(result, str | bytes):
            if written:
                raise TypeError("write must either write to the file or return its content")
            content = result.encode() if isinstance(result, str) else result
        else:
            kind = type(result).__name__
            raise TypeError(f"write must return a text, bytes or None, not {kind}")
        if not content:
            raise ValueError("it wrote nothing")
        if len(content) > MOST_BYTES:
            raise ValueError(f"it wrote more than {MOST_BYTES // 1024**2} MB")
        return content

    return take
