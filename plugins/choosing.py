"""Choosing views by name and by key."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches

from plugins.states import KeyClash, View


def matching(name: str, views: Sequence[View]) -> list[View]:
    """Return the view with this id, else those of the plugin, else those with this last part."""
    for matches in (
        [view for view in views if view.id == name],
        [view for view in views if view.plugin == name],
        [view for view in views if _last_part(view) == name],
    ):
        if matches:
            return matches
    return []


def near(name: str, views: Sequence[View]) -> list[str]:
    """Return the ids of views that are called something like it."""
    known = {short: view.id for view in views for short in (_last_part(view), view.id)}
    return sorted({known[close] for close in get_close_matches(name, known)})


def keys_of(
    views: Sequence[View], reserved: Collection[str]
) -> tuple[dict[str, View], list[KeyClash]]:
    """Return the view of each suggested key, and the keys that are wanted more than once.

    `reserved` keys win, then built-in views, then those that come first.
    """
    wanted: dict[str, list[View]] = {}
    for view in sorted(views, key=lambda view: not view.builtin):
        if view.spec.key is not None:
            wanted.setdefault(view.spec.key, []).append(view)
    given = {key: those[0] for key, those in wanted.items() if key not in reserved}
    clashes = []
    for key, those in sorted(wanted.items()):
        kept_by = given[key].id if key in given else ""
        lost_by = tuple(view.id for view in those if view.id != kept_by)
        if lost_by:
            clashes.append(KeyClash(key=key, kept_by=kept_by, lost_by=lost_by))
    return given, clashes


def clashes_of(suggested: Mapping[str, str]) -> list[KeyClash]:
    """Return the keys that several views suggest, from their ids and keys; the first keeps it."""
    wanted: dict[str, list[str]] = {}
    for view_id, key in suggested.items():
        wanted.setdefault(key, []).append(view_id)
    return [
        KeyClash(key=key, kept_by=ids[0], lost_by=tuple(ids[1:]))
        for key, ids in sorted(wanted.items())
        if len(ids) > 1
    ]


def _last_part(view: View) -> str:
    return view.id.rpartition(".")[2]
