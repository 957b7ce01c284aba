"""The limit of the machine: the same answers by hand-written SQL and plain dictionaries.

No sessions, no objects, no unknown amounts, no targets, no deliveries, no reasons, no joint
feasibility: what is left is what any program has to do. It is as lazy as the planner: what is
bought is netted only where the event needs it. The benchmark checks that its numbers are the ones
the services give.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from math import gcd, lcm

MICRO = 1_000_000
Asked = tuple[dict[int, int], int, int]
"""How many times by event something is made, and what one of it takes of an item."""
Product = tuple[int, str, str | None, str, int]
"""Id, label, store, amount in stock units and price."""
Row = tuple[
    str, str, str, str | None, int, int, int, int, int,
    tuple[int, str, int, int, str | None] | None, bool,
]  # fmt: skip
"""Name, kind, unit, category, needed, on hand, reserved, available, to buy, packs, checked."""
Stock = dict[int, int]
"""What the plan gives an event of its stock by item, scaled."""
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
        self.items = {
            key: (name, kind, unit, category)
            for key, name, kind, unit, category in self._rows(
                "SELECT id, name, kind, unit, category FROM item"
            )
        }
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
        """Net what is made and assembled for every event, and note what asks for the rest."""
        made_by = {lines[0][0]: recipe for recipe, lines in self.outputs.items()}
        order = self._order(made_by)
        self.asked: dict[int, list[Asked]] = {item: [] for item in order}
        self.own: dict[int, list[tuple[int, int, int]]] = {item: [] for item in order}
        for e, event in enumerate(self.events):
            for item, n, d in self.wanted[event]:
                self.own[item].append((e, n, d))
        self.need: dict[int, dict[int, int]] = {}
        self.scale: dict[int, int] = {}
        self.net: dict[int, dict[int, int]] = {}
        self.taken: dict[int, tuple[dict[int, int], dict[int, int]]] = {}
        self.batches: dict[int, dict[int, int]] = {}
        for item in order:
            if item in self.bundles:
                self._net(item)
                unit = self.scale[item]
                times = {e: -(-amount // unit) for e, amount in self.net[item].items()}
                for child, n, d in self.bundles[item]:
                    self.asked[child].append((times, n, d))
            elif item in made_by:
                self._net(item)
                recipe = made_by[item]
                times = self.batches[recipe] = self._bake(recipe, item, self.net[item])
                sn, sd = self.steps[recipe]
                for child, n, d in self.inputs[recipe]:
                    self.asked[child].append((times, n * sn, d * sd))

    def _net(self, item: int) -> None:
        if item in self.net:
            return
        scale = MICRO
        for _, n, d in self.asked[item]:
            if n * scale % d:
                scale = lcm(scale, d // gcd(n, d))
        need: dict[int, int] = {}
        for e, n, d in self.own[item]:
            need[e] = need.get(e, 0) + n * scale // d
        for times, n, d in self.asked[item]:
            per = n * scale // d
            for e, number in times.items():
                need[e] = need.get(e, 0) + number * per
        self.scale[item], self.need[item] = scale, need
        self.net[item] = self._cover(item)

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
        if item not in self.free and item not in self.kept:
            self.taken[item] = {}, {}
            return self.need[item]
        per = self.scale[item] // MICRO
        pool = self.free.get(item, 0) * per
        need = self.need[item]
        kept = self.kept.get(item, {})
        own = {}
        for e, micro in kept.items():
            used = min(micro * per, need.get(e, 0))
            own[e] = used
            pool += micro * per - used
        net, free = {}, {}
        for e in sorted(need):
            wanted = need[e] - own.get(e, 0)
            if pool:
                free[e] = taken = min(pool, wanted)
                pool -= taken
                wanted -= taken
            if wanted:
                net[e] = wanted
        self.taken[item] = own, free
        return net

    def _bake(self, recipe: int, item: int, net: dict[int, int]) -> dict[int, int]:
        _, on, od = self.outputs[recipe][0]
        sn, sd = self.steps[recipe]
        unit = self.scale[item]
        # One batch step makes (sn/sd) * (on/od) items; in scaled units that is num/den.
        num, den = sn * on * unit, sd * od
        batches: dict[int, int] = {}
        over = 0
        for e in sorted(net):
            wanted = net[e] * den
            steps = -(-(wanted - over) // num) if wanted > over else 0
            if steps:
                batches[e] = steps
            over = over + steps * num - wanted
        return batches

    # -- the three answers -------------------------------------------------------------------------

    def production(self, event: int) -> tuple[dict[int, tuple[int, int]], Stock]:
        """Return the batch steps to make for an event, by recipe, with good output so far.

        With them comes the stock that the event is given: what can be made now rests on it.
        """
        self.load()
        self.plan()
        e = self.events.index(event)
        good = dict(
            self._rows(
                "SELECT o.item_id, sum(o.good) FROM run r JOIN run_output o ON o.run_id = r.id"
                f" WHERE r.event_id = {event} AND r.undone = 0 GROUP BY o.item_id"
            )
        )
        batches = {
            recipe: (batches[e], good.get(self.outputs[recipe][0][0], 0))
            for recipe, batches in self.batches.items()
            if e in batches
        }
        return batches, self._stock(event, e)

    def assembly(self, event: int) -> tuple[dict[int, int], Stock]:
        """Return the bundles still to assemble for an event, and the stock it is given."""
        self.load()
        self.plan()
        e = self.events.index(event)
        bundles = {
            item: -(-self.net[item][e] // self.scale[item])
            for item in self.net
            if item in self.bundles and e in self.net[item]
        }
        return bundles, self._stock(event, e)

    def _concerned(self, event: int, e: int) -> Iterator[int]:
        """Yield the items that an event needs, netted."""
        concerned = {item for item, _, _ in self.wanted[event]}
        for lines, times in [
            *((self.bundles[i], net) for i, net in self.net.items() if i in self.bundles),
            *((self.inputs[r], steps) for r, steps in self.batches.items()),
        ]:
            if e in times:
                concerned.update(item for item, _, _ in lines)
        for item in concerned:
            self._net(item)
            yield item

    def _stock(self, event: int, e: int) -> Stock:
        stock = {}
        for item in self._concerned(event, e):
            own, free = self.taken[item]
            stock[item] = own.get(e, 0) + free.get(e, 0)
        return stock

    def shopping(self, event: int) -> dict[int, Row]:
        """Return the shopping list of an event by item; amounts are scaled."""
        self.load()
        self.plan()
        e = self.events.index(event)
        products: dict[int, list[Product]] = defaultdict(list)
        for key, item, label, store, amount, price in self._rows(
            "SELECT id, item_id, label, store, amount, price FROM product WHERE NOT archived"
        ):
            products[item].append((key, label, store, amount, price))
        ticked = {
            item for (item,) in self._rows(f"SELECT item_id FROM checked WHERE event_id = {event}")
        }
        rows = {}
        for item in self._concerned(event, e):
            name, kind, unit, category = self.items[item]
            if kind not in ("ingredient", "supply"):
                continue
            scale, (own, free) = self.scale[item], self.taken[item]
            there = self.free.get(item, 0) + sum(self.kept[item].values() if own else ())
            there *= scale // MICRO
            reserved = sum(own.values()) - own.get(e, 0)
            reserved += sum(amount for other, amount in free.items() if other < e)
            needed, to_buy = self.need[item][e], self.net[item].get(e, 0)
            packs = self._packs(products[item], to_buy, scale)
            rows[item] = (
                name, kind, unit, category, needed, there, reserved, there - reserved, to_buy,
                packs, item in ticked,
            )  # fmt: skip
        return rows

    def _packs(
        self, products: list[Product], to_buy: int, scale: int
    ) -> tuple[int, str, int, int, str | None] | None:
        """Return the packs to buy: product, label, number, price and store (of one product)."""
        if not to_buy or not products:
            return None
        key, label, store, amount, price = products[0]
        n, d = amount.split("/")
        number = -(-to_buy * int(d) // (int(n) * scale))
        return key, label, number, number * price, store
