"""What a connection remembers: values, each for the state of the tables it was made from.

A state is told by numbers that are given once and never again. Whatever may change rows gives the
tables it may touch a new one, so where the numbers are the same, the rows are.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from itertools import count

from msgspec import Struct, field
from msgspec.structs import replace

Stamp = tuple[int, ...]
"""The numbers of the tables that a value was made from."""
Tables = Collection[str] | None
"""The tables that a value was made from; None for any."""


class Remembered(Struct, frozen=True):
    """A value, what it was made from and the state of that."""

    value: object
    of: Tables
    stamp: Stamp


class State(Struct):
    """The state of a connection's tables.

    `last` is the number of the last write to anything, `elsewhere` that of the last one whose
    tables are not plain to see, `tables` those of the last writes to one table alone.
    """

    last: int = 0
    elsewhere: int = 0
    tables: dict[str, int] = field(default_factory=dict)

    def stamp(self, of: Tables) -> Stamp:
        """Return what is another after every write that may touch one of these tables."""
        if of is None:
            return (self.last,)
        return self.elsewhere, *(self.tables.get(table, 0) for table in of)

    def copy(self) -> State:
        """Return the state as it is now."""
        return replace(self, tables=dict(self.tables))


class Memory:
    """The values of one connection, which outlive a transaction as far as their state does.

    What was made of rows that the transaction has written to is forgotten with it. At the
    beginning of the next one a version says whether others have written since; a connection that
    has no such version forgets everything.
    """

    def __init__(self) -> None:
        self.state = State()
        self._numbers = count(1)
        self._begun = self.state.copy()
        self._version: object = None
        self._lasting: dict[Hashable, Remembered] = {}
        self._passing: dict[Hashable, Remembered] = {}

    def touch(self, table: str | None) -> None:
        """Note a write to a table; None for one that may be to any."""
        self.state.last = number = next(self._numbers)
        if table is None:
            self.state.elsewhere = number
        else:
            self.state.tables[table] = number

    def begin(self, version: object) -> None:
        """Begin a transaction on the version of the database that it sees; None is unknown."""
        if version is None or version != self._version:
            self.touch(None)
            self._version = version
        self._begun = self.state.copy()
        self._forget()

    def end(self, *, as_begun: bool) -> None:
        """End the transaction; with `as_begun` all that it wrote is taken back."""
        if as_begun:
            self.state = self._begun.copy()
        if self._version is None:
            self._lasting.clear()
        self._forget()

    def find(self, key: Hashable, of: Tables) -> Remembered | None:
        """Return what was made under a key of rows that are still the same."""
        stamp = self.state.stamp(of)
        for values in (self._passing, self._lasting):
            known = values.get(key)
            if known is not None and known.stamp == stamp:
                return known
        return None

    def keep(self, key: Hashable, made: Remembered) -> None:
        """Remember a value; longest where the transaction has not written to what it is of."""
        as_begun = made.stamp == self._begun.stamp(made.of)
        (self._lasting if as_begun else self._passing)[key] = made

    def _forget(self) -> None:
        """Forget what was made of other rows than those that are there now."""
        self._passing.clear()
        stale = [k for k, v in self._lasting.items() if v.stamp != self.state.stamp(v.of)]
        for key in stale:
            del self._lasting[key]
