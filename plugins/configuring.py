"""Writing one value into the config file; everything else in it stays as it was written."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.errors import BadFile, Problem
from plugins.storage import held, replace_file

Value = str | int | Decimal | bool | date


def write_value(path: Path, keys: Sequence[str], value: Value | None) -> None:
    """Set one value of a TOML file, found by the keys that lead to it, or take it out with None.

    Raises:
        BadFile: The file cannot be read or written, is no TOML, or has something else there;
            nothing has changed.
    """
    # Slow to import, and config files are seldom written.
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        # A link, as people who keep such files elsewhere have it, stays one.
        file = path.resolve()
        with held(file):
            text = file.read_bytes().decode() if file.exists() else ""
            document = tomlkit.parse(text)
            _change(path, document, keys, None if value is None else _item(value))
            new = tomlkit.dumps(document)
            if new != text:
                replace_file(file, new)
    except (TOMLKitError, UnicodeDecodeError, RecursionError) as error:
        raise _bad(path, f"it is no TOML, so nothing was written: {error}") from error
    except OSError as error:
        raise _bad(path, f"it cannot be written: {error.strerror}") from error


def _change(path: Path, document: Any, keys: Sequence[str], item: Any) -> None:
    import tomlkit

    table = document
    for place, key in enumerate(keys[:-1]):
        if key not in table:
            if item is None:
                return
            table[key] = tomlkit.table(is_super_table=place < len(keys) - 2)
        table = table[key]
        if not isinstance(table, MutableMapping):
            raise _bad(path, f"'{'.'.join(keys[: place + 1])}' is no table there; mend that first")
    if isinstance(table.get(keys[-1]), MutableMapping):
        raise _bad(path, f"'{'.'.join(keys)}' is a table there; mend that first")
    if item is None:
        table.pop(keys[-1], None)
    else:
        table[keys[-1]] = item


def _item(value: Value) -> Any:
    import tomlkit

    # A number keeps its digits: as a float it would lose some.
    return tomlkit.value(f"{value:f}") if isinstance(value, Decimal) else tomlkit.item(value)


def _bad(path: Path, message: str) -> BadFile:
    return BadFile([Problem(str(path), message)])
