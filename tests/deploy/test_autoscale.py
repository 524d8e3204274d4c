"""The chart's autoscaling over a simulated day (bench/autoscale.py)."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from bench.autoscale import Cluster, Document, documents_of_a_day, simulate
from tests.support.helm import CHART

pytestmark = pytest.mark.slow

VALUES = yaml.safe_load((CHART / "values.yaml").read_text())["autoscaling"]
CLUSTER = Cluster(most=40)


def test_the_simulation_uses_the_defaults_of_the_chart() -> None:
    simulated = (CLUSTER.target_wait_s, CLUSTER.scale_up_s, CLUSTER.scale_down_s)
    assert simulated == (VALUES["targetWaitSeconds"], VALUES["scaleUpSeconds"], VALUES["scaleDownSeconds"])
    rate = f"[{CLUSTER.rate_over_s // 60}m]"
    assert rate in (CHART / "templates" / "autoscaling.yaml").read_text()


@pytest.mark.parametrize("start_s", [60, 180])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_waiting_is_bounded_and_replicas_do_not_flap(seed: int, start_s: int) -> None:
    documents = documents_of_a_day(6.0, seed)
    day = simulate(replace(CLUSTER, start_s=start_s), documents)
    assert day.waiting_p95 < CLUSTER.target_wait_s / 2
    assert max(day.waiting) < 2 * CLUSTER.target_wait_s
    assert day.turns <= 4
    busiest = max(day.replicas)
    assert day.replica_hours < 0.5 * 24 * busiest, "as many as at the busiest hour would cost more than twice as much"


@pytest.mark.parametrize("error", [-0.3, 0.3])
def test_a_capacity_that_is_measured_wrong_costs_replicas_or_waiting_within_bounds(error: float) -> None:
    day = simulate(replace(CLUSTER, capacity_error=error), documents_of_a_day(6.0, 1))
    assert day.waiting_p95 < CLUSTER.target_wait_s
    assert day.turns <= 4


def test_a_load_that_does_not_change_changes_nothing() -> None:
    steady = [Document(second, 5) for second in range(0, 86400, 2)]
    day = simulate(CLUSTER, steady)
    assert len(set(day.replicas[3600:])) == 1
