"""The classes that write to the tables of the kitchen, one module per noun group."""

from core.models.base import Base
from core.models.catalog import Item, ItemUnit, Measure, Product
from core.models.events import BatchTarget, Checked, Event, EventLine
from core.models.journal import Change, Setting
from core.models.recipes import BundleLine, Recipe, RecipeLine, RecipeOutput
from core.models.runs import Run, RunNotDrawn, RunOutput
from core.models.stock import Lot, StockMove

__all__ = [
    "Base",
    "BatchTarget",
    "BundleLine",
    "Change",
    "Checked",
    "Event",
    "EventLine",
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
