"""Loading the table of allergens."""

from __future__ import annotations

from bakehouse.plugin import Column, Ref, Row, Table, ViewContext
from bakehouse_allergens.rolling import Line, lines_of, way

NONE = ""


def load(ctx: ViewContext) -> Table:
    """Return a row for each line of the event and a column for each allergen in any of them."""
    lines = lines_of(ctx, ctx.event)
    allergens = sorted({name for line in lines for name in line.allergens})
    columns = [
        Column("item", width=24, priority=0),
        Column("for", "For", width=18, priority=0),
        *(Column(name, name, width=16, priority=1) for name in allergens),
    ]
    return Table(
        columns,
        [_row(number, line, allergens) for number, line in enumerate(lines)],
        data=[_data(line) for line in lines],
        empty="Nothing is wanted for this event yet.",
        note="As entered with the ingredients; read the labels of what you buy.",
    )


def _row(number: int, line: Line, allergens: list[str]) -> Row:
    cells = (_said(line, name) for name in allergens)
    return Row(
        f"line:{number}", (line.item, line.recipient, *cells), about=Ref("item", line.item_id)
    )


def _said(line: Line, allergen: str) -> str:
    brought = line.allergens.get(allergen, ())
    if not brought:
        return NONE
    more = f" +{len(brought) - 1}" if len(brought) > 1 else ""
    return f"● {way(brought[0])}{more}"


def _data(line: Line) -> dict[str, object]:
    return {
        "item_id": line.item_id,
        "item": line.item,
        "recipient": line.recipient or None,
        "allergens": {
            name: [way(component) for component in brought]
            for name, brought in line.allergens.items()
        },
    }
