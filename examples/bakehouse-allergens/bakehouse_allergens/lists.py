"""The allergens that law names, and other words for them.

Sources: Regulation (EU) No 1169/2011, Annex II; US Federal Food, Drug, and Cosmetic Act, section
201(qq), as amended by the FASTER Act of 2021.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

EU: Final = (
    "gluten",
    "crustaceans",
    "egg",
    "fish",
    "peanuts",
    "soy",
    "milk",
    "tree nuts",
    "celery",
    "mustard",
    "sesame",
    "sulphites",
    "lupin",
    "molluscs",
)
"""The 14 of the European Union."""

US: Final = (
    "milk",
    "egg",
    "fish",
    "crustaceans",
    "tree nuts",
    "peanuts",
    "wheat",
    "soy",
    "sesame",
)
"""The 9 of the United States."""

IMPLIES: Final[Mapping[str, tuple[str, ...]]] = {
    "wheat": ("gluten",),
    "rye": ("gluten",),
    "barley": ("gluten",),
    "oats": ("gluten",),
    "spelt": ("wheat", "gluten"),
    "khorasan": ("wheat", "gluten"),
    "cereals": ("gluten",),
    "almonds": ("tree nuts",),
    "hazelnuts": ("tree nuts",),
    "walnuts": ("tree nuts",),
    "cashews": ("tree nuts",),
    "pecans": ("tree nuts",),
    "brazil nuts": ("tree nuts",),
    "pistachios": ("tree nuts",),
    "macadamias": ("tree nuts",),
}
"""What a narrower word stands for in the lists of law."""

WORDS: Final[Mapping[str, str]] = {
    "almond": "almonds",
    "barley malt": "barley",
    "cashew": "cashews",
    "crustacean": "crustaceans",
    "dairy": "milk",
    "eggs": "egg",
    "groundnuts": "peanuts",
    "hazelnut": "hazelnuts",
    "lactose": "milk",
    "mollusc": "molluscs",
    "mollusks": "molluscs",
    "nuts": "tree nuts",
    "oat": "oats",
    "peanut": "peanuts",
    "pecan": "pecans",
    "pistachio": "pistachios",
    "sesame seeds": "sesame",
    "shellfish": "crustaceans",
    "soya": "soy",
    "soybeans": "soy",
    "sulfites": "sulphites",
    "sulphur dioxide": "sulphites",
    "tree nut": "tree nuts",
    "walnut": "walnuts",
}
"""Other words for them."""

HINTS: Final[Mapping[str, str]] = {
    "almond": "almonds",
    "butter": "milk",
    "buttermilk": "milk",
    "cashew": "cashews",
    "cheese": "milk",
    "cream": "milk",
    "egg": "egg",
    "hazelnut": "hazelnuts",
    "milk": "milk",
    "peanut": "peanuts",
    "peanuts": "peanuts",
    "pecan": "pecans",
    "pecans": "pecans",
    "pistachio": "pistachios",
    "sesame": "sesame",
    "soy": "soy",
    "tahini": "sesame",
    "walnut": "walnuts",
    "walnuts": "walnuts",
    "wheat": "wheat",
    "yoghurt": "milk",
    "yogurt": "milk",
}
"""Words in the name of an ingredient that say what it must hold."""


def canonical(word: str) -> str:
    """Return the one word used here for an allergen; an unknown one as it was entered."""
    plain = " ".join(word.split()).casefold()
    return WORDS.get(plain, plain)


def covered(word: str) -> frozenset[str]:
    """Return the allergen and everything it stands for in the lists of law."""
    name = canonical(word)
    return frozenset((name, *IMPLIES.get(name, ())))


def hinted(name: str) -> frozenset[str]:
    """Return what the name of an ingredient says that it must hold.

    A fat or a drink that only borrows the word is left alone: cocoa butter, coconut milk.
    """
    words = [word.strip("()[],.%").casefold() for word in name.split()]
    if {"cocoa", "coconut", "shea", "tartar", "free"} & set(words):
        return frozenset()
    if "peanut" in words and "butter" in words:
        words.remove("butter")
    return frozenset(HINTS[word] for word in words if word in HINTS)
