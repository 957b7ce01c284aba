"""Writing recipes, bundles, items and products as text, key by key."""

from __future__ import annotations

import pytest
from textual import events
from textual.pilot import Pilot

from bakehouse.plugin import Ref
from bakehouse.testing.screens import settle, until
from core.documents import RecipeLineDoc
from core.services import catalog_service, journal_service
from core.session import Database
from tests.builders import KitchenBuilder
from tests.tui.conftest import NARROW, Site, app_of, keys, running, said, write
from tui.palette import Commands
from tui.screens.form.fields import Field
from tui.screens.form.screen import FormScreen
from tui.screens.kitchen.entry import EntryScreen
from tui.screens.kitchen.lines import LinesField
from tui.screens.kitchen.screen import CatalogueScreen
from tui.screens.kitchen.tellers import Told
from tui.widgets.words import Words

LINES = [
    "2 1/4 c flour",
    "1 tsp baking soda",
    "1 tsp salt",
    "2 stick butter, soft",
    "3/4 c sugar",
    "1 c molasses",
    "2 egg",
    "2 tsp vanilla extract",
    "12 oz chocolate chips",
    "1 c walnuts",
    "1 tbsp cinnamon",
    "1/4 tsp cloves",
]


class Typist:
    """Presses keys one by one, and counts those that are not part of a word."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot
        self.others = 0

    async def word(self, text: str) -> None:
        for char in text:
            await self.pilot.press("space" if char == " " else char)

    async def press(self, *pressed: str) -> None:
        self.others += len(pressed)
        for key in pressed:
            await self.pilot.press(key)


def entry(pilot: Pilot[None]) -> EntryScreen:
    assert isinstance(pilot.app.screen, EntryScreen)
    return pilot.app.screen


def lines(pilot: Pilot[None], name: str = "line") -> LinesField:
    return next(each for each in entry(pilot).query(LinesField) if each.param.name == name)


def told(pilot: Pilot[None], name: str = "line") -> list[tuple[str, str]]:
    return [(each.state, each.text) for each in lines(pilot, name).told]


def message(pilot: Pilot[None], part: str = "#form-message") -> str:
    return str(entry(pilot).query_one(part, Words).render())


async def typed(pilot: Pilot[None], *texts: str) -> None:
    """Type texts, each followed by Enter."""
    typist = Typist(pilot)
    for text in texts:
        await typist.word(text)
        await typist.press("enter")
    await settle(pilot)


async def paste(pilot: Pilot[None], text: str) -> None:
    assert pilot.app.focused is not None
    pilot.app.focused.post_message(events.Paste(text))
    await settle(pilot)


async def test_twelve_lines_in_under_150_keys_beyond_the_words(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4")
        typist = Typist(pilot)
        await typist.press("n")
        await settle(pilot)
        await typist.word("Holiday chippers")
        await typist.press("enter")
        await typist.word("48")
        await typist.press("enter")
        for line in LINES:
            await typist.word(line)
            await typist.press("enter")
        await settle(pilot)
        # Numbers, units and blanks are not words either.
        beyond = typist.others + sum(
            len(line) - len("".join(char for char in line if char.isalpha())) for line in LINES
        )
        assert [each.state for each in lines(pilot).told] == [*["known"] * 12, "empty"]
        await typist.press("ctrl+s")
        await settle(pilot)
        assert beyond + 1 < 150
        assert isinstance(pilot.app.screen, CatalogueScreen)
        recipe = catalog_service.find_recipe("Holiday chippers")
        doc = catalog_service.get_recipe(recipe.id)
        assert len(doc.lines) == 12
        assert (doc.lines[3].item, doc.lines[3].amount, doc.lines[3].note) == (
            "butter",
            "2 stick",
            "soft",
        )
        assert said(pilot)[-1] == (
            "Added recipe Holiday chippers with Holiday chippers — u to undo"
        )


async def test_every_line_says_at_once_what_it_means(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "n")
        await typed(pilot, "Bars", "24")
        for text in ("2 1/3 c flour", "1 c oat drink, warm", "2 tub butter", "flour", "1 tsp van"):
            await paste(pilot, text)
            if text != "1 tsp van":
                await keys(pilot, "enter")
        assert told(pilot, "makes") == [("new", "24 Bars: what it makes, new, in each")]
        assert told(pilot) == [
            ("known", "291.667 g Flour, all purpose"),
            ("new", "1 cup oat drink: new ingredient, in ml · warm"),
            ("bad", "add a measure 'tub' to Butter, unsalted"),
            ("bad", "'flour' should be an amount and an item, as '2 1/3 c flour'."),
            ("which", "1 tsp Vanilla extract?"),
        ]


async def test_enter_goes_from_what_a_batch_makes_to_the_lines(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "n")
        await typed(pilot, "Bars", "800 g", "250 g butter")
        assert entry(pilot).texts["makes"] == "800 g"
        assert lines(pilot).lines == ["250 g butter"]
        await keys(pilot, "ctrl+s")
        assert [row.makes for row in catalog_service.list_recipes() if row.name == "Bars"] == [
            "800 g Bars"
        ]


async def test_the_down_key_opens_another_thing_that_a_batch_makes(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "n")
        await typed(pilot, "Bars")
        await Typist(pilot).word("24")
        assert "↓ opens another one" in message(pilot, "#form-offers")
        await keys(pilot, "down")
        await Typist(pilot).word("48 half bar")
        assert lines(pilot, "makes").lines == ["24", "48 half bar"]
        assert [text.partition(":")[0] for _, text in told(pilot, "makes")] == [
            "24 Bars",
            "or 48 half bar",
        ]
        await keys(pilot, "down", "down")
        assert lines(pilot).area.has_focus
        assert lines(pilot, "makes").area.text == "24\n48 half bar"


async def test_a_line_says_the_amount_that_was_understood(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "n")
        await typed(pilot, "Bars", "24")
        await paste(pilot, "1.000 g spelt\n1 c water\n1 c cinnamon\n2 kg hazel")
        assert [text.partition(":")[0] for _, text in told(pilot)][:2] == [
            "1 g spelt",
            "1 cup Water",
        ]


async def test_a_new_name_in_a_bundle_is_bought_unless_it_is_said_to_be_made(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "2", "n")
        await typed(pilot, "Sampler", "1 paper box")
        await Typist(pilot).word("2 honey cake")
        await settle(pilot)
        assert [text for _, text in told(pilot)] == [
            "1 paper box: new supply, in each",
            "2 honey cake: new supply, in each",
        ]
        assert "Ctrl+G: made instead" in message(pilot, "#form-offers")
        await keys(pilot, "ctrl+g")
        assert told(pilot)[1] == ("new", "2 honey cake: new made item, in each")
        assert lines(pilot).lines[1] == "2 honey cake, made"
        await keys(pilot, "ctrl+s")
        kinds = {row.name: row.kind for row in catalog_service.list_items()}
        assert (kinds["paper box"], kinds["honey cake"]) == ("supply", "made")


async def test_what_was_written_has_the_cursor(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "n")
        await typed(pilot, "Zebra cake", "1", "250 g butter")
        await keys(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, CatalogueScreen)
        await until(pilot, lambda: pilot.app.screen.named == {"recipe": "zebra-cake"})
        await keys(pilot, "k", "n", "escape", "r")
        assert pilot.app.screen.named != {"recipe": "zebra-cake"}


async def test_an_item_is_edited_from_its_name_on(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "3", "enter")
        [name] = [each for each in entry(pilot).query(Field) if each.param.name == "name"]
        assert name.input.has_focus


async def test_a_number_is_no_category(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "3", "n")
        await typed(pilot, "Spelt")
        [category] = [each for each in entry(pilot).query(Field) if each.param.name == "category"]
        category.input.value = "14"
        await keys(pilot, "ctrl+s")
        await until(pilot, lambda: "A number is no category" in message(pilot))
        assert category.input.has_focus
        category.input.value = "Flour 14"
        await keys(pilot, "ctrl+s")
        assert catalog_service.find_item("Spelt").category == "Flour 14"


async def test_tab_takes_the_first_item_and_arrows_choose(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "n")
        await typed(pilot, "Bars", "24")
        await Typist(pilot).word("1 tsp VAN")
        await settle(pilot)
        assert "[Vanilla extract]" in message(pilot, "#form-offers")
        await keys(pilot, "tab")
        assert lines(pilot).lines == ["1 tsp Vanilla extract"]
        await keys(pilot, "enter")
        await Typist(pilot).word("1 lb almond")
        await settle(pilot)
        await keys(pilot, "down", "enter")
        assert lines(pilot).lines[1] == "1 lb Almonds, sliced"


async def test_enter_completes_what_was_begun_and_replaces_nothing(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "n")
        await typed(pilot, "Toffee", "24", "250 g unsal", "250 g butt")
        assert lines(pilot).lines == ["250 g unsal", "250 g Butter, unsalted"]
        await until(pilot, lambda: "Is “unsal” Butter, unsalted?" in message(pilot))


async def test_escape_makes_a_new_item_of_what_is_typed(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "n")
        await typed(pilot, "Bars", "24")
        await Typist(pilot).word("1 c chocolate")
        await keys(pilot, "escape")
        assert lines(pilot).lines == ['1 c "chocolate"']
        await keys(pilot, "ctrl+s")
        assert catalog_service.find_item("chocolate").name == "chocolate"


async def test_a_line_that_cannot_be_kept_is_shown_and_nothing_is_lost(
    demo: Database, site: Site
) -> None:
    before = journal_service.revision()
    async with running(site, NARROW) as pilot:
        await keys(pilot, "f4", "n")
        await typed(pilot, "Bars", "24", "flour", "2 egg")
        await keys(pilot, "ctrl+s")
        told = [str(words.render()) for words in entry(pilot).query(Words)]
        assert any("should be an amount and an item" in text for text in told), told
        assert lines(pilot).row == 0
        assert journal_service.revision() == before
        assert lines(pilot).lines == ["flour", "2 egg"]


async def test_what_an_unknown_line_wants_is_asked_on_the_spot(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "n")
        await typed(pilot, "Bars", "24")
        await Typist(pilot).word("2 tubs butter")
        await keys(pilot, "ctrl+g")
        assert isinstance(pilot.app.screen, FormScreen)
        assert pilot.app.screen.values["amount"] == "1 tub"
        await write(pilot, "250 g")
        await keys(pilot, "enter")
        assert told(pilot) == [("known", "500 g Butter, unsalted")]


async def test_a_number_of_what_is_weighed_asks_for_its_unit(demo: Database, site: Site) -> None:
    before = journal_service.revision()
    async with running(site) as pilot:
        await keys(pilot, "f4", "n")
        await typed(pilot, "Bars", "24", "2 flour")
        [asked, _] = lines(pilot).told
        assert asked.said.startswith("? 2 of what? Flour, all purpose is counted in g.")
        await keys(pilot, "ctrl+s")
        assert journal_service.revision() == before
        assert "2 of what?" in message(pilot, "#form-offers")


async def test_an_amount_that_is_kept_without_a_unit_is_written_with_it(
    demo: Database, site: Site
) -> None:
    made, flour = catalog_service.find_recipe("almond biscotti"), catalog_service.find_item("flour")
    doc = catalog_service.get_recipe(made.id)
    doc.lines = [RecipeLineDoc(item=flour.slug, amount="500")]
    catalog_service.save_recipe(doc)
    async with running(site) as pilot:
        await keys(pilot, "f4", "enter")
        assert lines(pilot).lines == ["500 g Flour, all purpose"]


async def test_a_pasted_table_becomes_lines(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "n")
        await typed(pilot, "Bars", "24")
        await paste(
            pilot,
            "Item\tAmount\tNotes\r\n"
            "Flour, all purpose\t2 1/3 cup\r\n250\tg\tbutter\r\n\r\n• 2 eggs\x07\r\n",
        )
        assert [text for _, text in told(pilot)] == [
            "291.667 g Flour, all purpose",
            "250 g Butter, unsalted",
            "2 Egg, large",
        ]


async def test_leaving_asks_nothing_and_loses_nothing(demo: Database, site: Site) -> None:
    before = journal_service.revision()
    async with running(site) as pilot:
        await keys(pilot, "f4", "n")
        await typed(pilot, "Bars", "24", "2 egg")
        await keys(pilot, "escape", "escape")
        assert isinstance(pilot.app.screen, CatalogueScreen)
        assert said(pilot)[-1] == "The draft is kept; open it again to go on."
        await keys(pilot, "n")
        assert "your draft is back" in message(pilot, "#form-title")
        assert (entry(pilot).texts["name"], lines(pilot).lines) == ("Bars", ["2 egg"])
        await keys(pilot, "ctrl+r")
        assert (entry(pilot).texts["name"], lines(pilot).lines) == ("", [])
        await keys(pilot, "escape", "n")
        assert "draft" not in message(pilot, "#form-title")
        assert journal_service.revision() == before


async def test_editing_keeps_what_is_not_touched_and_takes_away_what_is_emptied(
    demo: Database, site: Site
) -> None:
    recipe = catalog_service.find_recipe("almond biscotti")
    was = catalog_service.get_recipe(recipe.id)
    async with running(site) as pilot:
        await keys(pilot, "f4", "enter")
        assert len(lines(pilot).lines) == len(was.lines)
        await typed(pilot, "", "3 egg")
        await keys(pilot, "ctrl+s")
    now = catalog_service.get_recipe(recipe.id)
    assert now.lines[:-1] == was.lines
    assert (now.lines[-1].item, now.lines[-1].amount) == ("egg", "3")
    now.lines = was.lines
    assert now == was


async def test_a_field_that_is_emptied_is_taken_away(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "R")
        assert entry(pilot).texts["minutes"] == "50"
        for field in entry(pilot).query("Field").results():
            if field.param.name == "minutes":
                field.input.value = ""
        await keys(pilot, "ctrl+s")
    assert catalog_service.find_recipe("almond biscotti").minutes is None


async def test_renaming_is_three_keys_and_the_name(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "R")
        await write(pilot, "Cantucci")
        await keys(pilot, "ctrl+s")
        assert catalog_service.find_recipe("almond-biscotti").name == "Cantucci"


async def test_a_copy_makes_something_of_its_own(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "c")
        assert entry(pilot).texts["name"] == "Almond biscotti copy"
        assert entry(pilot).texts["makes"] == "36"
        await write(pilot, "Hazel biscotti")
        await keys(pilot, "ctrl+s")
        row = catalog_service.find_recipe("hazel biscotti")
        assert row.makes == "36 Hazel biscotti"
        assert len(catalog_service.get_recipe(row.id).lines) == 10


async def test_the_preview_shows_what_the_open_plan_would_need(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "j", "j", "enter")
        await until(pilot, lambda: entry(pilot).looked)
        await typed(pilot, "", "3 lb flour")
        await until(pilot, lambda: entry(pilot).looked and entry(pilot).preview is not None)
        await until(pilot, lambda: "Flour" in message(pilot, "#differences-text"))
        assert "Edited recipe Chocolate chip cookies" in message(pilot)


async def test_a_bundle_an_item_and_a_product_are_written_in_the_same_way(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "2", "n")
        await typed(pilot, "Sampler", "6 chocolate chip cookie", "3 fudge brownie")
        await keys(pilot, "ctrl+s", "3", "n")
        await typed(pilot, "Rye flour", "", "", "1 cup = 102 g")
        assert told(pilot, "equals")[0] == ("known", "a cup is 102 g")
        await keys(pilot, "ctrl+s", "4", "n")
        await typed(pilot, "rye", "5 kg bag")
        await Typist(pilot).word("7.50")
        await keys(pilot, "ctrl+s")
        [bundle] = [row for row in catalog_service.list_bundles() if row.name == "Sampler"]
        assert bundle.holds == "6 Chocolate chip cookie, 3 Fudge brownie"
        rye = catalog_service.find_item("rye")
        assert catalog_service.get_item(rye.id).measures == {"cup": "102 g"}
        [bag] = catalog_service.list_products(item_id=rye.id)
        assert (bag.label, bag.pack, str(bag.price)) == ("Rye flour 5 kg bag", "5 kg", "7.50")


@pytest.mark.parametrize(
    ("field", "text", "said_so"),
    [
        ("step", "half", "✗ Step: 'half': it has no number in front. Type a number, for"),
        ("minutes", "-7", "✗ Hands, min: -7 is below zero."),
        ("keeps", "-7", "✗ Keeps, days: -7 is below zero."),
        ("makes", "24 chocolate chip cookie", "✗ Makes, line 1: Chocolate chip cookie is already"),
    ],
)
async def test_what_is_wrong_is_said_by_the_name_of_its_field(
    demo: Database, site: Site, field: str, text: str, said_so: str
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "n")
        await typed(pilot, "Bars", "24 bars", "100 g butter")
        if field == "makes":
            lines(pilot, "makes").load(text)
        else:
            [one] = [each for each in entry(pilot).query(Field) if each.param.name == field]
            entry(pilot).set_focus(one.input)
            await write(pilot, text)
        await until(pilot, lambda: message(pilot).startswith(said_so))


async def test_what_is_neither_yes_nor_no_is_refused(demo: Database, site: Site) -> None:
    before = journal_service.revision()
    async with running(site) as pilot:
        await keys(pilot, "f4", "3", "n")
        await typed(pilot, "Rye", "", "g")
        [always] = [
            each for each in entry(pilot).query(Field) if each.param.name == "always_on_hand"
        ]
        entry(pilot).set_focus(always.input)
        await settle(pilot)
        assert "never bought" in message(pilot, "#form-offers")
        await write(pilot, "5 lb")
        refused = "✗ Always there: '5 lb' is neither yes nor no."
        await until(pilot, lambda: message(pilot).startswith(refused))
        await keys(pilot, "ctrl+s")
        assert message(pilot).startswith(refused)
        assert (journal_service.revision(), always.text) == (before, "5 lb")
        await write(pilot, "yes")
        await keys(pilot, "ctrl+s")
        assert catalog_service.find_item("Rye").always_on_hand


async def test_lines_that_are_pasted_into_a_field_become_one(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "n")
        await paste(pilot, "Lemon bars\r\nwith crust\n\n[b]")
        assert entry(pilot).texts["name"] == "Lemon bars with crust [b]"


async def test_a_unit_that_is_none_names_its_field(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "3", "n")
        await typed(pilot, "Rye", "", "g")
        [shown] = [each for each in entry(pilot).query(Field) if each.param.name == "display_unit"]
        entry(pilot).set_focus(shown.input)
        await write(pilot, "1")
        await until(pilot, lambda: message(pilot).startswith("✗ Shown in: '1': a unit or"))


async def test_what_goes_into_a_field_of_lines_is_said_whole(demo: Database, site: Site) -> None:
    async with running(site, NARROW) as pilot:
        await keys(pilot, "f4", "n")
        hints = [each.area.placeholder for each in entry(pilot).query(LinesField)]
        assert [
            each.area.size.width >= len(str(hint))
            for each, hint in zip(entry(pilot).query(LinesField), hints, strict=True)
        ] == [True, True]


async def test_what_is_written_cannot_go_into_itself(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "n")
        await typed(pilot, "Toffee", "24", "100 g toffee")
        assert told(pilot)[0] == ("bad", "toffee is what this makes: it cannot go into itself")
        await keys(pilot, "escape", "2", "n")
        await typed(pilot, "Party box", "1 party box")
        assert told(pilot)[0][0] == "bad"


async def test_a_density_is_said_in_decimals(demo: Database, site: Site) -> None:
    async with running(site, NARROW) as pilot:
        await keys(pilot, "f4", "3", "n")
        await typed(pilot, "Syrup", "", "ml", "1 cup = 240 g")
        assert ("known", "1.014 g per ml") in told(pilot, "equals")


async def test_a_problem_opens_the_entry_that_mends_it(demo: Database, site: Site) -> None:
    item = catalog_service.find_item("honey")
    async with running(site) as pilot:
        app_of(pilot).ask("item set", {"item": Ref("item", item.id)}, field="equals")
        await settle(pilot)
        assert entry(pilot).slug == "honey"
        assert lines(pilot, "equals").area.has_focus
        await keys(pilot, "escape")
        app_of(pilot).ask("product add", {"item": Ref("item", item.id)})
        await settle(pilot)
        assert entry(pilot).texts["item"] == "honey"


async def test_the_palette_means_the_thing_under_the_cursor(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4")
        acts = {name: act for name, _, act in Commands(pilot.app.screen)._entries()}
        assert {"recipe: new", "recipe: edit", "item: new", "item: equivalent"} <= {*acts}
        acts["recipe: edit"]()
        await settle(pilot)
        assert entry(pilot).slug == "almond-biscotti"


@pytest.mark.parametrize("name", ["שוקולד", "👩‍🍳 x", "[/x] [b]", "a\u202eb", "x" * 2000])
async def test_any_name_can_be_written(demo: Database, site: Site, name: str) -> None:
    KitchenBuilder().ingredient("odd", name=name)
    async with running(site, NARROW) as pilot:
        await keys(pilot, "f4", "n")
        await typed(pilot, "Bars", "24")
        await paste(pilot, f"2 g {name}"[:900])
        states = {each.state for each in lines(pilot).told}
        assert states <= {"known", "which", "new"}
        assert Told("known").stands
        await keys(pilot, "escape", "escape", "3")
        assert pilot.app.is_running
