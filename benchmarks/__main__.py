"""Run benchmarks: `python -m benchmarks plan [--json] [--sizes SML] [--postgres SM] [--write]`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks import plan

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "performance.md"


def main() -> int:
    """Run what the command line asks for and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("suite", choices=["plan"])
    parser.add_argument("--sizes", default="SML", help="which kitchens: any of S, M and L")
    parser.add_argument(
        "--postgres", default="SM", help="which of them on PostgreSQL too: SM, SML, or '' for none"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--write", action="store_true", help=f"also write {DOCUMENT.name}")
    given = parser.parse_args()
    figures = plan.measure(given.sizes, given.postgres)
    text = plan.table(figures)
    if given.write:
        DOCUMENT.write_text(plan.document(text), encoding="utf-8")
    if given.json:
        found = [figure.as_dict() for figure in figures]
        json.dump({"figures": found, "growth": plan.growth(figures)}, sys.stdout, indent=2)
        print()
    else:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
