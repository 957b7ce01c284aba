"""The built-in plugins pass the suite that every plugin author inherits."""

from __future__ import annotations

import pytest

import plugins.assembly
import plugins.contention
import plugins.costs
import plugins.plan
import plugins.problems
import plugins.production
import plugins.shopping
import plugins.stock
import plugins.timeline
from bakehouse.testing import CheckConformance, ViewConformance


class TestProduction(ViewConformance):
    plugin = plugins.production


class TestAssembly(ViewConformance):
    plugin = plugins.assembly


class TestShopping(ViewConformance):
    plugin = plugins.shopping


@pytest.mark.thorough
class TestPlan(ViewConformance):
    plugin = plugins.plan


@pytest.mark.thorough
class TestStock(ViewConformance):
    plugin = plugins.stock
    has_pane = False


@pytest.mark.thorough
class TestContention(ViewConformance):
    plugin = plugins.contention


class TestTimeline(ViewConformance):
    plugin = plugins.timeline


@pytest.mark.thorough
class TestCosts(ViewConformance):
    plugin = plugins.costs


class TestProblems(ViewConformance):
    plugin = plugins.problems
    has_pane = False


class TestProblemsChecks(CheckConformance):
    plugin = plugins.problems
