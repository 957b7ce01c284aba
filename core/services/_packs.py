"""What a pack is called: the "bag" of "Flour, 5 lb bag"."""

from __future__ import annotations

from core.units import dimension
from core.usual_measures import CONTAINERS, plural


def pack_word(label: str, item_name: str, unit: str) -> str:
    """Return what a pack of this label is called; "" where the label does not say.

    What things are sold in may stand anywhere in it, another word only at its end.

    `unit` is what the pack is measured in: the "yards" of "Twine, 100 yards" is no pack.
    """
    words = [word.strip(".,;()") for word in label.split()]
    own = item_name.casefold().split()
    if len(words) < 2:
        return ""
    for word in map(str.casefold, reversed(words)):
        if word in CONTAINERS and word not in own:
            return word
    last = words[-1]
    if not last.isalpha() or not last.islower() or dimension(last) is not None:
        return ""
    return "" if last in own or is_word_for(last, unit) else last


def is_word_for(unit: str, word: str) -> bool:
    """Tell whether a unit that somebody typed is this word, singular or plural."""
    return bool(word) and unit in (word, plural(word))
