"""The built-in plugins pass the suite that every plugin author inherits."""

from __future__ import annotations

import plugins.assembly
import plugins.contention
import plugins.costs
import plugins.plan
import plugins.problems
import plugins.production
import plugins.shopping
import plugins.stock
from bakehouse.testing import CheckConformance, ViewConformance


class TestProduction(ViewConformance):
    plugin = plugins.production


class TestAssembly(ViewConformance):
    plugin = plugins.assembly


class TestShopping(ViewConformance):
    plugin = plugins.shopping


class TestPlan(ViewConformance):
    plugin = plugins.plan


class TestStock(ViewConformance):
    plugin = plugins.stock


class TestContention(ViewConformance):
    plugin = plugins.contention


class TestCosts(ViewConformance):
    plugin = plugins.costs


class TestProblems(ViewConformance):
    plugin = plugins.problems


class TestProblemsChecks(CheckConformance):
    plugin = plugins.problems
