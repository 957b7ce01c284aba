"""The items that a line can name, found without asking the database for each."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.models import Item, Recipe, RecipeOutput
from core.schema import KINDS
from core.services._facts import item_facts
from core.services._naming import sorting
from core.services._rules import WITHDRAWN
from core.session import remembered
from core.units import ItemFacts

MOST_GUESSES = 50
LEAST_LETTERS = 4
"""Shorter words are near too many others to be taken for a slip of the keys."""
NEAR = 0.88
LETTERS_OFF = 2


class KnownItem(Struct, frozen=True):
    """An item as far as reading a line goes; `always` is never converted, it is always there."""

    id: int
    slug: str
    name: str
    kind: str
    facts: ItemFacts
    always: bool = False
    archived: bool = False

    @property
    def is_weighed(self) -> bool:
        """Whether it is counted in grams or millilitres, and counted at all."""
        return self.facts.unit != "each" and not self.always


class KnownItems:
    """Items by what people call them: case, accents and plural ignored."""

    def __init__(
        self,
        items: Iterable[KnownItem],
        kinds: Sequence[str] = KINDS,
        without: Collection[int] = (),
    ) -> None:
        self.by_id = {item.id: item for item in items}
        self._by_slug = {item.slug: item for item in self.by_id.values()}
        self._by_name: dict[str, list[KnownItem]] = defaultdict(list)
        self._by_words: dict[str, list[KnownItem]] = defaultdict(list)
        self._by_head: dict[str, list[KnownItem]] = defaultdict(list)
        self._folded: list[tuple[str, KnownItem]] = []
        self._by_ending: dict[str, list[tuple[str, KnownItem]]] = defaultdict(list)
        for item in self.by_id.values():
            key = _key(item.name)
            self._by_name[key].append(item)
            head, comma, _ = key.partition(",")
            if comma:
                self._by_head[head].append(item)
            if comma or "-" in key:
                self._by_words[_words(key)].append(item)
            if not item.archived and item.kind in kinds and item.id not in without:
                self._folded.append((key, item))
        self._folded.sort(key=lambda pair: (kinds.index(pair[1].kind), pair[0], pair[1].id))
        for pair in self._folded:
            for name in {pair[0], pair[0].partition(",")[0]}:
                self._by_ending[name].append(pair)

    def guessing(self, kinds: Sequence[str], without: Collection[int] = ()) -> KnownItems:
        """Return the same items, guessing only these kinds in this order, less some by id."""
        return KnownItems(self.by_id.values(), kinds, without)

    def named(self, name: str) -> KnownItem | None:
        """Return the one item that is called just so: by name, slug or id."""
        text = name.strip()
        key = _key(text)
        if not key:
            return None
        forms = _forms(key)
        reordered = [_words(form) for form in forms]
        for index, spellings in (
            (self._by_name, forms),
            (self._by_words, reordered),
            (self._by_head, forms),
        ):
            for spelling in spellings:
                found = index.get(spelling, [])
                current = [item for item in found if not item.archived] or found
                if len(current) == 1:
                    return current[0]
                if current:
                    return self._by_slug.get(key)
        if text.isdigit():
            return self.by_id.get(int(text))
        return self._by_slug.get(key)

    def guesses(self, typed: str, most: int = MOST_GUESSES) -> tuple[KnownItem, ...]:
        """Return items that have each typed word in their name, those that begin with it first.

        Where there is none, those whose name it ends in ("sifted flour"), or from whose name it
        differs by a slip of the keys.
        """
        key = _key(typed)
        words = key.split()
        if not words:
            return ()
        found = [pair for pair in self._folded if all(word in pair[0] for word in words)]
        if not found:
            stems = [min(_forms(word), key=len) for word in words]
            found = [pair for pair in self._folded if all(word in pair[0] for word in stems)]
        found = found or self._ending(words) or self._near(key)
        found.sort(key=lambda pair: not pair[0].startswith(key))
        return tuple(item for _, item in found[:most])

    def _near(self, key: str) -> list[tuple[str, KnownItem]]:
        if len(key) < LEAST_LETTERS:
            return []
        names: dict[str, tuple[str, KnownItem]] = {}
        for pair in self._folded:
            for name in (pair[0], pair[0].partition(",")[0]):
                # Only of about the same length is worth comparing letter by letter.
                if abs(len(name) - len(key)) <= 2:
                    names.setdefault(name, pair)
        close = difflib.get_close_matches(key, names, n=3, cutoff=NEAR)
        slips = [name for name in names if name not in close and _is_slip(key, name)]
        return list({names[name][1].id: names[name] for name in [*close, *slips]}.values())

    def _ending(self, words: Sequence[str]) -> list[tuple[str, KnownItem]]:
        """Return those with the longest name that words end in."""
        for start in range(1, len(words)):
            for form in _forms(" ".join(words[start:])):
                if form in self._by_ending:
                    return [*self._by_ending[form]]
        return []


def known_items(session: Session) -> KnownItems:
    """Return all items of the session's state of the kitchen."""
    return remembered(session, "known items", lambda: KnownItems(_load(session)))


def made_elsewhere(session: Session, recipe: str | None) -> set[int]:
    """Return the ids of items that a recipe makes, but for the recipe with this slug."""
    query = select(RecipeOutput.item_id).join(Recipe).where(Recipe.slug != (recipe or ""))
    return set(session.scalars(query))


def _load(session: Session) -> list[KnownItem]:
    facts = item_facts(session)
    query = select(
        Item.id, Item.slug, Item.name, Item.kind, Item.always_on_hand, Item.archived
    ).where(Item.slug.not_like(f"{WITHDRAWN}%"))
    return [
        KnownItem(key, slug, name, kind, facts[key], always, away)
        for key, slug, name, kind, always, away in session.execute(query)
    ]


def _key(name: str) -> str:
    return " ".join(sorting(name).split())


def _words(key: str) -> str:
    """Return the words of a name in one order: "all purpose flour" is "flour, all purpose"."""
    return " ".join(sorted(key.replace(",", " ").replace("-", " ").split()))


def _is_slip(typed: str, name: str) -> bool:
    """Tell whether words differ by one letter more, less or other, or by two that are swapped.

    Where the first four letters are right, the end may be two letters off.
    """
    pairs = enumerate(zip(typed, name, strict=False))
    same = next((n for n, (one, other) in pairs if one != other), min(len(typed), len(name)))
    one, other = typed[same:], name[same:]
    swapped = one[1::-1] == other[:2] and one[2:] == other[2:]
    if swapped or one[1:] == other or one == other[1:] or one[1:] == other[1:]:
        return True
    return same >= LEAST_LETTERS and max(len(one), len(other)) <= LETTERS_OFF


def _forms(key: str) -> list[str]:
    """Return a name, and what it may be in the singular and the plural."""
    forms = [key]
    if key.endswith("ies"):
        forms.append(f"{key[:-3]}y")
    if key.endswith("es"):
        forms.append(key[:-2])
    if key.endswith("s"):
        forms.append(key[:-1])
    forms += [f"{key}s", f"{key}es"]
    if key.endswith("y"):
        forms.append(f"{key[:-1]}ies")
    return forms
