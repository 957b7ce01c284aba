"""What a pack is called: the "bag" of "Flour, 5 lb bag"."""

from __future__ import annotations

from core.units import dimension
from core.usual_measures import plural


def pack_word(label: str, item_name: str, unit: str) -> str:
    """Return what a pack of this label is called; "" where the label does not say.

    `unit` is what the pack is measured in: the "yards" of "Twine, 100 yards" is no pack.
    """
    words = label.split()
    last = words[-1].strip(".,;()") if len(words) > 1 else ""
    if not last.isalpha() or not last.islower() or dimension(last) is not None:
        return ""
    return "" if last in item_name.casefold().split() or is_word_for(last, unit) else last


def is_word_for(unit: str, word: str) -> bool:
    """Tell whether a unit that somebody typed is this word, singular or plural."""
    return bool(word) and unit in (word, plural(word))
