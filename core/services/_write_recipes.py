"""How recipes and bundles are written."""

from __future__ import annotations

from fractions import Fraction
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.documents import (
    BundleDoc,
    RecipeDoc,
)
from core.errors import RuleBroken
from core.models import BundleLine, Item, Recipe, RecipeLine, RecipeOutput
from core.schema import KINDS
from core.services._rules import MADE, check_makes, check_not_negative, check_only_maker
from core.services._writing import (
    Problems,
    check_name,
    found_item,
    items_by_slug,
    line_up,
    read_lines,
    read_positive,
)


def put_recipe(session: Session, doc: RecipeDoc) -> None:
    """Write a recipe with what it makes and its lines. Cycles are checked by the caller."""
    problems = Problems()
    check_name(problems, doc.slug, doc.name)
    step: Fraction | None = None
    with problems.at("batch_step"):
        step = read_positive(doc.batch_step)
    with problems.at("minutes"):
        check_not_negative(doc.minutes)
    with problems.at("oven_minutes"):
        check_not_negative(doc.oven_minutes)
    with problems.at("makes"):
        check_makes(doc.makes)
    items = items_by_slug(session, [line.item for line in (*doc.makes, *doc.lines)])
    makes = read_lines(session, problems, items, "makes", doc.makes, MADE)
    lines = read_lines(session, problems, items, "lines", doc.lines, KINDS)
    recipe = session.scalar(select(Recipe).where(Recipe.slug == doc.slug))
    for number, line in enumerate(doc.makes):
        with problems.at(f"makes[{number}].item"):
            if line.item in items:
                _refuse_second_recipe(session, items[line.item], recipe)
            if line.item in [earlier.item for earlier in doc.makes[:number]]:
                raise RuleBroken(f"'{line.item}' is already made by this recipe, further up.")
    problems.check()
    if recipe is None:
        recipe = Recipe(slug=doc.slug)
        session.add(recipe)
    recipe.name, recipe.category, recipe.batch_step = doc.name, doc.category, cast(Fraction, step)
    recipe.minutes, recipe.oven_minutes = doc.minutes, doc.oven_minutes
    recipe.method, recipe.archived = doc.method, doc.archived
    session.flush()
    outputs = session.scalars(
        select(RecipeOutput)
        .where(RecipeOutput.recipe_id == recipe.id)
        .order_by(RecipeOutput.position)
    ).all()
    wanted = [(item.id, amount, unit) for item, amount, unit in makes]
    if [(o.item_id, o.amount, o.unit) for o in outputs] != wanted:
        for output in outputs:
            session.delete(output)
        session.flush()
        session.add_all(
            RecipeOutput(recipe_id=recipe.id, position=n, item_id=i, amount=amount, unit=unit)
            for n, (i, amount, unit) in enumerate(wanted)
        )
    existing = session.scalars(
        select(RecipeLine).where(RecipeLine.recipe_id == recipe.id).order_by(RecipeLine.position)
    ).all()
    rows = [
        RecipeLine(
            recipe_id=recipe.id, position=n, item_id=item.id, amount=amount, unit=unit, note=note
        )
        for n, ((item, amount, unit), note) in enumerate(
            zip(lines, (line.note for line in doc.lines), strict=True)
        )
    ]
    line_up(session, existing, rows)
    session.flush()


def _refuse_second_recipe(session: Session, item: Item, recipe: Recipe | None) -> None:
    other = session.scalar(select(Recipe).join(RecipeOutput).where(RecipeOutput.item_id == item.id))
    check_only_maker(item.name, None if other is None or other is recipe else other.name)


def put_bundle(session: Session, doc: BundleDoc) -> None:
    """Write what a bundle holds. Cycles are checked by the caller."""
    problems = Problems()
    items = items_by_slug(session, [doc.item, *(line.item for line in doc.lines)])
    bundle: Item | None = None
    with problems.at("item"):
        bundle = found_item(items, doc.item, ("bundle",))
    lines = read_lines(session, problems, items, "lines", doc.lines, KINDS)
    problems.check()
    existing = session.scalars(
        select(BundleLine).where(BundleLine.bundle_id == bundle.id).order_by(BundleLine.position)
    ).all()
    rows = [
        BundleLine(bundle_id=bundle.id, position=n, item_id=item.id, amount=amount, unit=unit)
        for n, (item, amount, unit) in enumerate(lines)
    ]
    line_up(session, existing, rows)
    session.flush()
