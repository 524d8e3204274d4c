"""A day's load on replicas that KEDA adds and removes: how long documents wait, how often the number turns round.

    .venv/bin/python -m bench.autoscale [--capacity 1.0] [--start-s 60] [--target-wait-s 180] [--peak 6] [--seed 1]

Simulated in steps of one second; nothing is started. The replicas follow deploy/helm/templates/autoscaling.yaml: what
Prometheus would answer, then the HorizontalPodAutoscaler's algorithm with its defaults
(https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details).
"""

from __future__ import annotations

import argparse
import math
import random
from collections import deque
from dataclasses import dataclass, field
from statistics import mean

DAY_S = 86400
_SYNC_S = 15
_TOLERANCE = 0.1
_TURN_S = 900


@dataclass(frozen=True, slots=True)
class Cluster:
    """``capacity``: pages a second of one replica; ``start_s``: seconds until a new one reads."""

    capacity: float = 1.0
    start_s: int = 60
    target_wait_s: float = 180
    scale_up_s: int = 60
    scale_down_s: int = 1800
    rate_over_s: int = 900
    least: int = 1
    most: int = 20
    capacity_error: float = 0.0  # how wrong the measured capacity is: 0.3 takes a replica for 1.3 times as fast


@dataclass(frozen=True, slots=True)
class Document:
    at: float
    pages: int


@dataclass(slots=True)
class Day:
    """What came of it. Waiting: seconds until a document's first page begins."""

    waiting: list[float] = field(default_factory=list)
    replicas: list[int] = field(default_factory=list)

    @property
    def waiting_p95(self) -> float:
        return sorted(self.waiting)[int(0.95 * len(self.waiting))]

    @property
    def replica_hours(self) -> float:
        return sum(self.replicas) / 3600

    @property
    def changes(self) -> list[tuple[int, int]]:
        """Second and difference of each change."""
        pairs = zip(self.replicas, self.replicas[1:], strict=False)
        return [(second, after - before) for second, (before, after) in enumerate(pairs) if after != before]

    @property
    def turns(self) -> int:
        """How often a replica was taken away and another one wanted soon after: flapping."""
        pairs = zip(self.changes, self.changes[1:], strict=False)
        return sum(less < 0 < more and after - before <= _TURN_S for (before, less), (after, more) in pairs)


def documents_of_a_day(peak: float, seed: int) -> list[Document]:
    """An office: little at night, ``peak`` pages a second at eleven and half past three; every two hours a book."""
    chance = random.Random(seed)
    found = []
    for second in range(DAY_S):
        hour = second / 3600
        shape = 0.05 + math.exp(-(((hour - 11) / 2) ** 2)) + 0.9 * math.exp(-(((hour - 15.5) / 1.5) ** 2))
        pages_here = peak * min(1.0, shape)
        while chance.random() < min(0.9, pages_here / 8):  # 8 pages a document on average
            found.append(Document(second + chance.random(), max(1, round(chance.lognormvariate(1.5, 1.1)))))
            pages_here -= 8
        if second % 7200 == 3600:
            found.append(Document(second, 400))
    return found


def simulate(cluster: Cluster, documents: list[Document]) -> Day:
    day = Day()
    coming = deque(sorted(documents, key=lambda document: document.at))
    waiting: deque[list[float]] = deque()  # when it came, pages left; the first one is being read
    begun = 0
    starting: deque[int] = deque()  # seconds at which new replicas are ready
    ready, wanted = cluster.least, cluster.least
    arrived: deque[int] = deque([0] * cluster.rate_over_s, maxlen=cluster.rate_over_s)
    advised: deque[int] = deque(maxlen=max(cluster.scale_up_s, cluster.scale_down_s) // _SYNC_S + 1)
    measured = cluster.capacity * (1 + cluster.capacity_error)
    for second in range(DAY_S + 7200):
        pages_in = 0
        while coming and coming[0].at <= second:
            document = coming.popleft()
            waiting.append([document.at, document.pages])
            pages_in += document.pages
        arrived.append(pages_in)
        while starting and starting[0] <= second:
            starting.popleft()
            ready += 1
        begun = _read(waiting, ready * cluster.capacity, second, begun, day)
        if second % _SYNC_S == 0:
            backlog = sum(document[1] for document in waiting)
            oldest = second - waiting[begun][0] if begun < len(waiting) else 0.0
            queries = (
                (sum(arrived) / cluster.rate_over_s + backlog / cluster.target_wait_s) / measured,
                ready * min(2.0, oldest / (2 * cluster.target_wait_s)),
            )
            current = ready + len(starting)
            advised.append(max(_advice(query, current) for query in queries))
            wanted = _clamped(_stabilised(list(advised), current, cluster), cluster)
            while ready + len(starting) > wanted:  # one that starts goes first, and no page with it
                if starting:
                    starting.pop()
                else:
                    ready -= 1
            starting.extend([second + cluster.start_s] * (wanted - ready - len(starting)))
        if second < DAY_S:
            day.replicas.append(ready + len(starting))
    assert not waiting, "the day's documents were not read by two in the morning"
    return day


def _read(waiting: deque[list[float]], pages: float, second: int, begun: int, day: Day) -> int:
    """A second of reading, first come first served; how many of ``waiting`` are begun then."""
    while waiting and pages > 0:
        if not begun:
            day.waiting.append(second - waiting[0][0])
            begun = 1
        read = min(pages, waiting[0][1])
        waiting[0][1] -= read
        pages -= read
        if waiting[0][1] <= 1e-9:
            waiting.popleft()
            begun = 0
    return begun


def _advice(query: float, current: int) -> int:
    """What the HPA makes of a metric with an AverageValue of 1: it leaves small differences alone."""
    if abs(query / current - 1) <= _TOLERANCE:
        return current
    return math.ceil(query)


def _stabilised(advised: list[int], current: int, cluster: Cluster) -> int:
    """Up to the least, down to the most that was advised within the window; up by doubling or four at a time."""
    up = min(advised[-(cluster.scale_up_s // _SYNC_S + 1) :])
    if up > current:
        return min(up, max(2 * current, current + 4))
    return min(current, max(advised[-(cluster.scale_down_s // _SYNC_S + 1) :]))


def _clamped(replicas: int, cluster: Cluster) -> int:
    return max(cluster.least, min(cluster.most, replicas))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--capacity", type=float, default=1.0, help="pages a second of one replica")
    parser.add_argument("--start-s", type=int, default=60, help="seconds until a new replica reads; 180 with vLLM")
    parser.add_argument("--target-wait-s", type=float, default=180)
    parser.add_argument("--peak", type=float, default=6.0, help="pages a second at the busiest hour")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    documents = documents_of_a_day(options.peak, options.seed)
    pages = sum(document.pages for document in documents)
    print(f"{len(documents)} documents, {pages} pages, {pages / DAY_S:.2f} pages/s on average")
    print("capacity measured     wait p50     p95   worst  replicas  most   hours  turns")
    for error in (0.0, 0.3, -0.3):
        cluster = Cluster(options.capacity, options.start_s, options.target_wait_s, capacity_error=error)
        day = simulate(cluster, documents)
        waits = sorted(day.waiting)
        print(
            f"{error:+20.0%} {waits[len(waits) // 2]:8.0f}s {day.waiting_p95:6.0f}s {waits[-1]:6.0f}s"
            f" {mean(day.replicas):9.1f} {max(day.replicas):5} {day.replica_hours:7.0f} {day.turns:6}"
        )


if __name__ == "__main__":
    main()
