"""Loading the list of problems."""

from __future__ import annotations

from dataclasses import asdict

from bakehouse.plugin import Column, Finding, Row, Table, ViewContext

COLUMNS = (
    Column("message", "Problem", width=44, priority=0),
    Column("place", "Where", width=20, priority=3),
    Column("effect", "Effect", width=36, priority=2),
    Column("fix", "Fix", width=40, priority=1),
)


def load(ctx: ViewContext) -> Table:
    """Return what the checks found, in their order."""
    return Table(
        COLUMNS,
        [_row(number, finding) for number, finding in enumerate(ctx.findings, start=1)],
        data=[asdict(finding) for finding in ctx.findings],
        empty="Nothing is wrong with the plan.",
    )


def _row(number: int, finding: Finding) -> Row:
    return Row(
        f"{finding.check}:{number}",
        (finding.message, finding.place, finding.effect, finding.fix),
        about=finding.about,
        style="unknown" if finding.kind == "unknown" else None,
    )
