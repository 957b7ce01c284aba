"""A stylesheet that parses each source once."""

from __future__ import annotations

from textual.cache import LRUCache
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

SOURCES = 1024
"""More than there are widgets and files: the parsed rules of each are kept."""


class KeptStylesheet(Stylesheet):
    """Textual's, which keeps the rules of 64 sources and goes through all of them in turn.

    With more sources than that, every first widget of a class would have all of them parsed again.
    """

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._parse_cache = LRUCache(SOURCES)

    def set_variables(self, variables: dict[str, str]) -> None:
        """Forget what was parsed if they are others; Textual sets the same ones at the start."""
        if variables != self._variables:
            super().set_variables(variables)

    def reparse(self) -> None:
        """Parse what is new; other variables have emptied the cache already."""
        self.parse()


# What Textual says in Python, said in C: every look for the rules of a widget hashes all of them.
RuleSet.__hash__ = object.__hash__  # type: ignore[method-assign]
