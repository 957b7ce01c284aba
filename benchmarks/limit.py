"""The limit of the machine: the same answers by hand-written SQL and plain dictionaries.

No sessions, no objects, no unknown amounts, no targets, no reasons: what is left is what any
program has to do. The benchmark checks that its numbers are the ones the services give.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from math import gcd, lcm

MICRO = 1_000_000
Lines = dict[int, list[tuple[int, int, int]]]
"""By recipe or bundle: item, numerator and denominator of the amount in stock units."""


class Limit:
    """One plan of all open events, by hand."""

    def __init__(self, path: str) -> None:
        self.db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.queries = 0

    def close(self) -> None:
        """Close the database."""
        self.db.close()

    def _rows(self, sql: str) -> sqlite3.Cursor:
        self.queries += 1
        return self.db.execute(sql)

    def _lines(self, table: str, owner: str) -> Lines:
        lines: Lines = defaultdict(list)
        for key, item, amount, factor in self._rows(
            f"SELECT l.{owner}, l.item_id, l.amount, u.factor FROM {table} l"
            f" JOIN item_unit u ON u.item_id = l.item_id AND u.unit = l.unit"
            f" ORDER BY l.{owner}, l.position"
        ):
            n, d = amount.split("/")
            if factor == "1/1":
                lines[key].append((item, int(n), int(d)))
            else:
                fn, fd = factor.split("/")
                lines[key].append((item, int(n) * int(fn), int(d) * int(fd)))
        return lines

    def load(self) -> None:
        """Read everything that the plan needs."""
        self.outputs = self._lines("recipe_output", "recipe_id")
        self.inputs = self._lines("recipe_line", "recipe_id")
        self.bundles = self._lines("bundle_line", "bundle_id")
        self.wanted = self._lines("event_line", "event_id")
        self.steps = {
            key: tuple(map(int, step.split("/")))
            for key, step in self._rows("SELECT id, batch_step FROM recipe")
        }
        self.events = [
            key
            for (key,) in self._rows(
                "SELECT id FROM event WHERE status IN ('planned', 'started') ORDER BY date, slug"
            )
        ]
        self.kinds = dict(self._rows("SELECT id, kind FROM item"))
        self.free: dict[int, int] = {}
        self.kept: dict[int, dict[int, int]] = defaultdict(dict)
        place = {event: e for e, event in enumerate(self.events)}
        for item, event, left in self._rows(
            'SELECT item_id, event_id, sum("left") FROM lot WHERE "left" > 0'
            " AND (expires IS NULL OR expires >= '2026-11-22') GROUP BY item_id, event_id"
        ):
            if event in place:
                self.kept[item][place[event]] = left
            else:
                self.free[item] = self.free.get(item, 0) + left

    def plan(self) -> None:
        """Net every item for every event."""
        made_by = {lines[0][0]: recipe for recipe, lines in self.outputs.items()}
        order = self._order(made_by)
        scale = dict.fromkeys(order, MICRO)
        for recipe, lines in self.inputs.items():
            sn, sd = self.steps[recipe]
            for item, n, d in lines:
                if item in scale:
                    n, d = n * sn, d * sd
                    scale[item] = lcm(scale[item], d // gcd(n, d))
        need: dict[int, dict[int, int]] = {item: {} for item in order}
        for e, event in enumerate(self.events):
            for item, n, d in self.wanted[event]:
                need[item][e] = need[item].get(e, 0) + n * scale[item] // d
        self.need, self.scale = need, scale
        self.net: dict[int, dict[int, int]] = {}
        self.batches: dict[int, dict[int, int]] = {}
        for item in order:
            net = self.net[item] = self._cover(item)
            if item in self.bundles:
                unit = scale[item]
                parts = [(need[i], n * scale[i] // d) for i, n, d in self.bundles[item]]
                for e, amount in net.items():
                    whole = -(-amount // unit)
                    for child, per in parts:
                        child[e] = child.get(e, 0) + whole * per
            elif item in made_by:
                self._bake(made_by[item], item, net)

    def _order(self, made_by: dict[int, int]) -> list[int]:
        finished: dict[int, None] = {}

        def visit(item: int) -> None:
            if item in finished:
                return
            recipe = made_by.get(item)
            for child, _, _ in self.inputs[recipe] if recipe else self.bundles.get(item, ()):
                visit(child)
            finished[item] = None

        for event in self.events:
            for item, _, _ in self.wanted[event]:
                visit(item)
        return list(reversed(finished))

    def _cover(self, item: int) -> dict[int, int]:
        per = self.scale[item] // MICRO
        pool = self.free.get(item, 0) * per
        need = self.need[item]
        kept = self.kept.get(item, {})
        own = {}
        for e, micro in kept.items():
            used = min(micro * per, need.get(e, 0))
            own[e] = used
            pool += micro * per - used
        net = {}
        for e in sorted(need):
            wanted = need[e] - own.get(e, 0)
            taken = min(pool, wanted)
            pool -= taken
            if wanted > taken:
                net[e] = wanted - taken
        return net

    def _bake(self, recipe: int, item: int, net: dict[int, int]) -> None:
        _, on, od = self.outputs[recipe][0]
        sn, sd = self.steps[recipe]
        unit = self.scale[item]
        # One batch step makes (sn/sd) * (on/od) items; in scaled units that is num/den.
        num, den = sn * on * unit, sd * od
        parts = [
            (self.need[i], n * sn * self.scale[i] // (d * sd)) for i, n, d in self.inputs[recipe]
        ]
        batches = self.batches[recipe] = {}
        over = 0
        for e in sorted(net):
            wanted = net[e] * den
            steps = -(-max(0, wanted - over) // num)
            batches[e] = steps
            over = over + steps * num - wanted
            if steps:
                for child, per in parts:
                    child[e] = child.get(e, 0) + steps * per

    # -- the three answers -------------------------------------------------------------------------

    def production(self, event: int) -> dict[int, tuple[int, int]]:
        """Return the batch steps to make for an event, by recipe, with good output so far."""
        self.load()
        self.plan()
        e = self.events.index(event)
        good = dict(
            self._rows(
                "SELECT o.item_id, sum(o.good) FROM run r JOIN run_output o ON o.run_id = r.id"
                f" WHERE r.event_id = {event} AND r.undone = 0 GROUP BY o.item_id"
            )
        )
        return {
            recipe: (batches[e], good.get(self.outputs[recipe][0][0], 0))
            for recipe, batches in self.batches.items()
            if e in batches
        }

    def assembly(self, event: int) -> dict[int, int]:
        """Return the bundles still to assemble for an event."""
        self.load()
        self.plan()
        e = self.events.index(event)
        return {
            item: -(-self.net[item][e] // self.scale[item])
            for item in self.net
            if item in self.bundles and e in self.net[item]
        }

    def shopping(self, event: int) -> dict[int, int]:
        """Return what to buy for an event, scaled, by item."""
        self.load()
        self.plan()
        e = self.events.index(event)
        return {
            item: net[e]
            for item, net in self.net.items()
            if self.kinds[item] in ("ingredient", "supply") and e in net
        }
