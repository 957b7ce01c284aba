"""A stylesheet that parses each source once."""

from __future__ import annotations

from textual.cache import LRUCache
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

    def reparse(self) -> None:
        """Parse what is new; other variables have emptied the cache already."""
        self.parse()
