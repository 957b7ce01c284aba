"""The commands that edit the catalogue, as data: items, products, recipes and bundles."""

from __future__ import annotations

from core.commands.model import Command, Param, Wanted, option, place

CATALOG = "core.commands.catalog"

ITEM = place("item", Wanted.ITEM, "the item")
SOLD = place("item", Wanted.ITEM, "the item", kinds=("ingredient", "supply"))
ARCHIVE = option("restore", Wanted.FLAG, "bring it back instead")

ITEM_KINDS = ("ingredient", "supply", "made", "bundle")
UNIT = option("unit", Wanted.CHOICE, "the unit it is counted in", choices=("g", "ml", "each"))
ITEM_FIELDS = (
    option("grams_per_ml", Wanted.NUMBER, "its density"),
    option("grams_each", Wanted.NUMBER, "what one weighs"),
    option("measure", Wanted.PAIR, "a named amount", many=True, metavar="NAME=AMOUNT"),
    option("equals", Wanted.EQUALS, "all its equivalents, as '1 cup = 120 g'", many=True),
    option("display_unit", Wanted.TEXT, "the unit to show it in"),
    option("category", Wanted.TEXT, "where it belongs"),
    option("shelf_life_days", Wanted.NUMBER, "how many days it keeps"),
    option("allergen", Wanted.TEXT, "an allergen", many=True),
    option("always_on_hand", Wanted.FLAG, "never bought, drawn or short (water, salt)"),
    option("notes", Wanted.TEXT, "anything to remember"),
)
PRODUCT_FIELDS = (
    option("price", Wanted.MONEY, "the price of a pack"),
    option("store", Wanted.TEXT, "where it is sold"),
    option("barcode", Wanted.TEXT, "its barcode"),
    option("preferred", Wanted.FLAG, "buy this one of the item"),
)
NEW_ITEMS = option("new_items", Wanted.FLAG, "add the items that lines name and nobody knows")
RECIPE_FIELDS = (
    option("makes", Wanted.LINE, "what a batch makes, as '24 cookies'", many=True),
    option("line", Wanted.LINE, "an input, as '2 1/3 c flour'", many=True),
    option("step", Wanted.NUMBER, "the smallest part of a batch, as 1/2"),
    option("category", Wanted.TEXT, "where it belongs"),
    option("minutes", Wanted.NUMBER, "minutes of work per batch"),
    option("oven_minutes", Wanted.NUMBER, "minutes in the oven per batch"),
    option("keeps", Wanted.NUMBER, "how many days what it makes keeps"),
    option("method", Wanted.TEXT, "how it is made"),
    NEW_ITEMS,
)
NAME = place("name", Wanted.TEXT, "its name")
RENAME = option("name", Wanted.TEXT, "its name")
SLUG = option("slug", Wanted.TEXT, "a short name for typing")

CATALOGUE = (
    Command(
        ("item", "add"),
        "item: new",
        "Add an item.",
        (
            NAME,
            option("kind", Wanted.CHOICE, "ingredient if left out", choices=ITEM_KINDS),
            UNIT,
            SLUG,
            *ITEM_FIELDS,
        ),
        f"{CATALOG}:add_item",
    ),
    Command(
        ("item", "set"),
        "item: edit",
        "Change an item; mending a density mends every line.",
        (
            ITEM,
            RENAME,
            option("kind", Wanted.CHOICE, "what it is", choices=ITEM_KINDS),
            UNIT,
            *ITEM_FIELDS,
        ),
        f"{CATALOG}:set_item",
    ),
    Command(
        ("item", "archive"),
        "item: archive",
        "Put an item away.",
        (ITEM, ARCHIVE),
        f"{CATALOG}:archive_item",
    ),
    Command(
        ("item", "equal"),
        "item: equivalent",
        "Say what a unit of an item is in another, as 1 cup = 120 g.",
        (
            ITEM,
            place("amount", Wanted.AMOUNT, "a unit or measure, as cup or 1 stick"),
            place("equals", Wanted.AMOUNT, "what it is, as 120 g"),
        ),
        f"{CATALOG}:equal_item",
    ),
    Command(
        ("product", "add"),
        "product: new",
        "Add a pack that can be bought.",
        (
            SOLD,
            place("label", Wanted.TEXT, "what stands on it", required=False),
            Param("pack", Wanted.AMOUNT, "how much is in it, as 5 lb", option=True),
            SLUG,
            *PRODUCT_FIELDS,
        ),
        f"{CATALOG}:add_product",
    ),
    Command(
        ("product", "set"),
        "product: edit",
        "Change a product.",
        (
            place("product", Wanted.PRODUCT, "the product"),
            option("label", Wanted.TEXT, "what stands on it"),
            option("pack", Wanted.AMOUNT, "how much is in it"),
            *PRODUCT_FIELDS,
        ),
        f"{CATALOG}:set_product",
    ),
    Command(
        ("product", "archive"),
        "product: archive",
        "Put a product away.",
        (place("product", Wanted.PRODUCT, "the product"), ARCHIVE),
        f"{CATALOG}:archive_product",
    ),
    Command(
        ("recipe", "add"),
        "recipe: new",
        "Add a recipe.",
        (NAME, SLUG, *RECIPE_FIELDS),
        f"{CATALOG}:add_recipe",
    ),
    Command(
        ("recipe", "set"),
        "recipe: edit",
        "Change a recipe; lines that are given replace all lines.",
        (place("recipe", Wanted.RECIPE, "the recipe"), RENAME, *RECIPE_FIELDS),
        f"{CATALOG}:set_recipe",
    ),
    Command(
        ("recipe", "archive"),
        "recipe: archive",
        "Put a recipe away.",
        (place("recipe", Wanted.RECIPE, "the recipe"), ARCHIVE),
        f"{CATALOG}:archive_recipe",
    ),
    Command(
        ("bundle", "add"),
        "bundle: new",
        "Add a bundle.",
        (
            NAME,
            SLUG,
            option("line", Wanted.LINE, "a component, as '6 cookie'", many=True),
            NEW_ITEMS,
        ),
        f"{CATALOG}:add_bundle",
    ),
    Command(
        ("bundle", "set"),
        "bundle: edit",
        "Change a bundle; lines that are given replace all lines.",
        (
            place("bundle", Wanted.BUNDLE, "the bundle"),
            RENAME,
            option("line", Wanted.LINE, "a component, as '6 cookie'", many=True),
            NEW_ITEMS,
        ),
        f"{CATALOG}:set_bundle",
    ),
    Command(
        ("bundle", "archive"),
        "bundle: archive",
        "Put a bundle away.",
        (place("bundle", Wanted.BUNDLE, "the bundle"), ARCHIVE),
        f"{CATALOG}:archive_bundle",
    ),
)
