"""Saying what is wrong with a thing by the names that its form has for the fields."""

from __future__ import annotations

import re
from collections.abc import Mapping

from core.errors import BadDocument, BakehouseError, Problem, Shortage

PATH = re.compile(r"(?P<field>[a-z_]+)(?:\[(?P<from_none>[0-9]+)\]| (?P<from_one>[0-9]+))?.*")
PARAMS = {
    "lines": "line",
    "batch_step": "step",
    "shelf_life_days": "keeps",
    "measures": "equals",
    "grams_per_ml": "equals",
    "grams_each": "equals",
    "priced_on": "price",
}
"""The parameters that set fields of documents, where they are called otherwise."""


def fault_of(error: BakehouseError, labels: Mapping[str, str]) -> str:
    """Say an error by the labels of the fields, which are told by parameter.

    Of a document that is each problem, of a shortage the field with which it can be recorded.
    """
    if isinstance(error, Shortage) and error.allowed_by in labels:
        field = labels[error.allowed_by]
        return f"{error} With {field}: yes what is missing is counted in, and it is recorded."
    if not isinstance(error, BadDocument):
        return str(error)
    return "\n".join(
        str(Problem(_place(each.path, labels), each.message)) for each in error.problems
    )


def _place(path: str, labels: Mapping[str, str]) -> str:
    found = PATH.fullmatch(path)
    if found is None:
        return path
    field = found["field"]
    label = labels.get(field) or labels.get(PARAMS.get(field, "")) or path
    if found["from_none"]:
        return f"{label}, line {int(found['from_none']) + 1}"
    return f"{label}, line {found['from_one']}" if found["from_one"] else label
