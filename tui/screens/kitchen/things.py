"""The four kinds of things in the kitchen."""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import Struct

Kind = Literal["recipe", "bundle", "item", "product"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Thing(Struct, frozen=True):
    """A recipe, bundle, item or product by its id."""

    kind: Kind
    id: int

    @property
    def key(self) -> str:
        """The key of its row."""
        return f"{self.kind}:{self.id}"


def thing_of(key: str) -> Thing | None:
    """Return what a row with this key is about, if it is one of the four."""
    kind, _, number = key.partition("#")[0].partition(":")
    return Thing(kind, int(number)) if kind in KINDS else None
