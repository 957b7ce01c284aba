"""Run benchmarks: `python -m benchmarks plan|screen|plugins [--json] [--write] …`."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass

from benchmarks.document import PATH, write_section


@dataclass(frozen=True, slots=True)
class Result:
    """What a suite measured: as data, as a table, as a section of the page; whether limits hold."""

    data: object
    text: str
    heading: str
    section: str
    holds: bool = True


def main() -> int:
    """Run what the command line asks for and print it; exit 1 if a limit does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    suites = {"plan": _plan, "screen": _screen, "plugins": _plugins}
    parser.add_argument("suite", choices=list(suites))
    parser.add_argument(
        "--sizes", default="XSML", help="plan: which kitchens, any of X, S, M and L"
    )
    parser.add_argument(
        "--postgres",
        default="SM",
        help="plan: which of them on PostgreSQL too: SM, SML, or '' for none",
    )
    parser.add_argument("--quick", action="store_true", help="screen: fewer rounds and rows")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--write", action="store_true", help=f"also write {PATH.name}")
    given = parser.parse_args()
    result = suites[given.suite](given)
    if given.write:
        write_section(result.heading, result.section)
    if given.json:
        json.dump(result.data, sys.stdout, indent=2)
        print()
    else:
        print(result.text)
    return 0 if result.holds else 1


def _plan(given: argparse.Namespace) -> Result:
    from benchmarks import plan

    figures = plan.measure(given.sizes, given.postgres)
    data = {"figures": [each.as_dict() for each in figures], "growth": plan.growth(figures)}
    text = plan.table(figures)
    return Result(data, text, plan.HEADING, plan.section(text))


def _screen(given: argparse.Namespace) -> Result:
    from benchmarks import screen

    figures = screen.measure(quick=given.quick)
    text = screen.table(figures)
    data = [each.as_dict() for each in figures]
    return Result(data, text, screen.HEADING, screen.section(text, quick=given.quick))


def _plugins(given: argparse.Namespace) -> Result:
    from benchmarks import plugins

    figures = plugins.measure()
    text = plugins.table(figures)
    holds = all(each.holds for each in figures)
    data = [each.as_dict() for each in figures]
    return Result(data, text, plugins.HEADING, plugins.section(text), holds)


if __name__ == "__main__":
    sys.exit(main())
