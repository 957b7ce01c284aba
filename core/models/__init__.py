"""The tables of the kitchen, one module per noun group."""

from core.models.base import Base, Exact
from core.models.catalog import KINDS, Item, ItemUnit, Measure, Product
from core.models.events import OPEN, STATUSES, BatchTarget, Checked, Event, EventLine
from core.models.journal import Change, Setting
from core.models.recipes import BundleLine, Recipe, RecipeLine, RecipeOutput
from core.models.runs import Run, RunNotDrawn, RunOutput
from core.models.stock import REASONS, Lot, StockMove

__all__ = [
    "KINDS",
    "OPEN",
    "REASONS",
    "STATUSES",
    "Base",
    "BatchTarget",
    "BundleLine",
    "Change",
    "Checked",
    "Event",
    "EventLine",
    "Exact",
    "Item",
    "ItemUnit",
    "Lot",
    "Measure",
    "Product",
    "Recipe",
    "RecipeLine",
    "RecipeOutput",
    "Run",
    "RunNotDrawn",
    "RunOutput",
    "Setting",
    "StockMove",
]
