"""Hooks as a type checker must see them. `.ci/run` has mypy check it: it refuses an `ignore` that
is not needed, so that each wrong hook here is one that it finds, and the right one is let through.
"""

from __future__ import annotations

from bakehouse.plugin import Area, ViewSpec, contribute


@contribute.views
def right() -> list[ViewSpec]:
    """Return what the hook wants."""
    return [ViewSpec(id="a", title="A", area=Area.EVENT, load="a:load")]


@contribute.views  # type: ignore[type-var]
def returns_something_else() -> list[str]:
    """Return texts where specs are wanted."""
    return []


@contribute.views  # type: ignore[type-var]
def wants_an_argument(event_id: int) -> list[ViewSpec]:
    """Want what no hook is given."""
    return []


@contribute.vews  # type: ignore[attr-defined,untyped-decorator]
def misspelt() -> list[ViewSpec]:
    """Be registered under a hook that there is not."""
    return []
