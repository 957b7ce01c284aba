"""Run benchmarks: `python -m benchmarks plan|plugins [--json] [--write] …`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks import pages, plan, plugins

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "performance.md"


def main() -> int:
    """Run what the command line asks for and print it; exit 1 if a limit does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("suite", choices=["plan", "plugins"])
    parser.add_argument("--sizes", default="SML", help="of the plan: any of S, M and L")
    parser.add_argument(
        "--postgres", default="SM", help="which of them on PostgreSQL too: SM, SML, or '' for none"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--write", action="store_true", help=f"also write {DOCUMENT.name}")
    given = parser.parse_args()
    data: object
    if given.suite == "plan":
        planned = plan.measure(given.sizes, given.postgres)
        text = plan.table(planned)
        data = {
            "figures": [figure.as_dict() for figure in planned],
            "growth": plan.growth(planned),
        }
        page, holds = plan.document(text), True
    else:
        figures = plugins.measure()
        data, text = [figure.as_dict() for figure in figures], plugins.table(figures)
        page, holds = plugins.section(text), all(figure.holds for figure in figures)
    if given.write:
        pages.put(DOCUMENT, page)
    if given.json:
        json.dump(data, sys.stdout, indent=2)
        print()
    else:
        print(text)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
