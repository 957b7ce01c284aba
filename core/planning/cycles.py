"""Finding what would contain itself (domain.md §3.9)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TypeVar

Key = TypeVar("Key", bound=int | str)


def cycles(parts: Mapping[Key, Collection[Key]]) -> Iterator[list[Key]]:
    """Give a cycle for every step that closes one, each as a path that ends where it begins."""
    finished: set[Key] = set()
    for start in sorted(parts):
        if start in finished:
            continue
        path: dict[Key, None] = {start: None}
        stack: list[tuple[Key, Iterator[Key]]] = [(start, iter(sorted(parts[start])))]
        while stack:
            whole, rest = stack[-1]
            part = next(rest, None)
            if part is None:
                stack.pop()
                path.pop(whole)
                finished.add(whole)
            elif part in path:
                loop = list(path)
                yield [*loop[loop.index(part) :], part]
            elif part not in finished and part in parts:
                path[part] = None
                stack.append((part, iter(sorted(parts[part]))))
