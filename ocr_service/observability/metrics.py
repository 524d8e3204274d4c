"""What ``/metrics`` tells, in Prometheus' conventions (https://prometheus.io/docs/practices/naming): base units, a
``_total`` for what only grows, and labels with few values. docs/observability.md has the list with its meanings.

One ``Metrics`` an app, with a registry of its own, made by ``create_app``. What happens is counted when it happens;
what stands at a number is read when it is asked for.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, GCCollector, Histogram, ProcessCollector
from prometheus_client import disable_created_metrics as _without_created_series
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ocr_service.document import PageResult, RegionResult
from ocr_service.jobs.delivery.rows import Kind
from ocr_service.jobs.models import Job, JobState
from ocr_service.jobs.observers import RunEnd
from ocr_service.vlm.answer_checks import AnswerProblem
from ocr_service.vlm.client import Trouble
from ocr_service.vlm.scheduler import Scheduler
from ocr_service.workers.pool import RESTART_REASONS, PagePool

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_REQUEST_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_STAGE_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
# A series that is there from the start, at 0, lets an alert see its first increase.
_ANSWER_PROBLEMS = tuple(problem.name.lower() for problem in AnswerProblem)
_CAUSES = (*(trouble.name.lower() for trouble in Trouble), "answer")
_JOB_S = (0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 1800, 3600, 14400)


@dataclass(slots=True)
class Watched:
    """What is asked at a scrape. Filled by the start; a part that is not there tells nothing."""

    pools: Mapping[str, PagePool] = field(default_factory=dict)
    scheduler: Scheduler | None = None
    folders: Mapping[str, Path] = field(default_factory=dict)


class Metrics:
    """``registry`` is what ``/metrics`` shows. The methods that take an event are a ``JobWatch``."""

    def __init__(self, version: str) -> None:
        _without_created_series()  # type: ignore[no-untyped-call]  # they double the series and nothing here reads them
        registry = self.registry = CollectorRegistry()
        self.watched = Watched()
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        registry.register(_Standing(self.watched))
        Gauge("ocr_build_info", "Always 1; the version is in the label", ["version"], registry=registry).labels(
            version
        ).set(1)
        self._requests = Counter(
            "ocr_http_requests", "Requests answered", ["method", "route", "status"], registry=registry
        )
        self._request_s = Histogram(
            "ocr_http_request_duration_seconds",
            "From a request's head to its answer's end",
            ["method", "route"],
            buckets=_REQUEST_S,
            registry=registry,
        )
        self._jobs = Gauge("ocr_jobs", "Jobs that are kept, by state", ["state"], registry=registry)
        self._admitted = Counter("ocr_jobs_admitted", "Jobs taken in", ["engine"], registry=registry)
        self._ended = Counter(
            "ocr_job_runs",
            "Runs of jobs, by what they came to (`lost`: cancelled, handed back)",
            ["engine", "state"],
            registry=registry,
        )
        self._wait_s = Histogram(
            "ocr_job_queue_wait_seconds",
            "From a job's admission to its first run",
            buckets=_JOB_S,
            registry=registry,
        )
        self._job_s = Histogram(
            "ocr_job_run_duration_seconds", "One run of a job", ["engine"], buckets=_JOB_S, registry=registry
        )
        self._pages = Counter("ocr_pages", "Pages read", ["reader", "status"], registry=registry)
        self._page_s = Histogram(
            "ocr_page_duration_seconds",
            "A page from rendering to result",
            ["reader"],
            buckets=_STAGE_S,
            registry=registry,
        )
        self._regions = Counter("ocr_regions", "Regions read", ["reader", "label", "outcome"], registry=registry)
        self._stage_s = Histogram(
            "ocr_stage_duration_seconds",
            "One stage of a page, waiting for a backend included",
            ["stage", "reader"],
            buckets=_STAGE_S,
            registry=registry,
        )
        self._deliveries = Gauge(
            "ocr_deliveries_pending", "Jobs whose uploads or webhooks are not done", ["kind"], registry=registry
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """``route`` is the template, "" for what no route matched: paths of clients would be labels without end."""
        method = method if method in _METHODS else "other"
        route = route or "unmatched"
        self._requests.labels(method, route, str(status)).inc()
        self._request_s.labels(method, route).observe(seconds)

    def jobs_kept(self, counts: Mapping[JobState, int], deliveries: Mapping[str, int]) -> None:
        """As the database says just before a scrape."""
        for state in JobState:
            self._jobs.labels(state.value).set(counts.get(state, 0))
        for kind in get_args(Kind):
            self._deliveries.labels(kind).set(deliveries.get(kind, 0))

    def jobs_unknown(self) -> None:
        """The database is away."""
        self._jobs.clear()
        self._deliveries.clear()

    def admitted(self, job: Job) -> None:
        self._admitted.labels(job.engine).inc()

    def started(self, job: Job) -> None:
        if job.runs == 1 and job.started_at is not None:
            self._wait_s.observe(max(0.0, job.started_at - job.created_at))

    def page_read(self, job: Job, page: PageResult) -> None:
        self._pages.labels(page.reader, page.status).inc()
        self._page_s.labels(page.reader).observe(page.seconds)
        for time in page.stages:
            self._stage_s.labels(time.stage, page.reader).observe(time.seconds)
        for region in page.regions:
            self._regions.labels(page.reader, region.label, _outcome(region)).inc()

    def ended(self, job: Job, end: RunEnd) -> None:
        self._ended.labels(job.engine, end.state.value).inc()
        self._job_s.labels(job.engine).observe(end.seconds)

    def lost(self, job: Job) -> None:
        self._ended.labels(job.engine, "lost").inc()


def _outcome(region: RegionResult) -> str:
    if region.error is not None:
        return "failed"
    return "degraded" if region.degraded else "completed"


class _Standing(Collector):
    """What stands at a number, read from its owner at a scrape."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def collect(self) -> Iterator[Metric]:
        yield from _pools(self._watched.pools)
        if self._watched.scheduler is not None:
            yield from _scheduler(self._watched.scheduler)
        yield _gauge(
            "ocr_disk_free_bytes",
            "Free space of a folder's file system",
            ["folder"],
            [((name,), shutil.disk_usage(path).free) for name, path in self._watched.folders.items() if path.exists()],
        )


def _pools(pools: Mapping[str, PagePool]) -> Iterator[Metric]:
    states = ["pool", "state"]
    tasks: list[Row] = []
    workers: list[Row] = []
    restarts: list[Row] = []
    for name, pool in pools.items():
        tasks += [((name, "waiting"), pool.waiting), ((name, "running"), pool.running)]
        workers += [((name, "warm"), pool.warm), ((name, "configured"), pool.workers)]
        restarts += [((name, reason), pool.restarts[reason]) for reason in RESTART_REASONS]
    yield _gauge("ocr_page_tasks", "Tasks that wait for a worker, and that are in one", states, tasks)
    yield _gauge("ocr_page_workers", "Worker processes that can take a task, of those configured", states, workers)
    yield _counter("ocr_page_worker_restarts", "Workers replaced", ["pool", "reason"], restarts)


def _scheduler(scheduler: Scheduler) -> Iterator[Metric]:
    yield _gauge("ocr_regions_waiting", "Regions that wait for a backend", [], [((), scheduler.queued)])
    backends = scheduler.status()
    up = [((backend.url,), float(backend.up)) for backend in backends]
    yield _gauge("ocr_backend_up", "1 while a backend takes work", ["backend"], up)
    in_flight = [((backend.url,), backend.in_flight) for backend in backends]
    yield _gauge("ocr_backend_requests_in_flight", "Requests in flight at a backend", ["backend"], in_flight)
    answered = [((url, outcome), count) for (url, outcome), count in scheduler.requests.items()]
    yield _counter("ocr_backend_requests", "Requests to a backend, by how they ended", ["backend", "outcome"], answered)
    problems = [((problem,), scheduler.answer_problems[problem]) for problem in _ANSWER_PROBLEMS]
    yield _counter("ocr_answer_problems", "Answers that failed a check", ["problem"], problems)
    retries = [((cause,), scheduler.retries[cause]) for cause in _CAUSES]
    yield _counter("ocr_region_retries", "Requests for a region after the first", ["cause"], retries)


Row = tuple[Sequence[str], float]


def _gauge(name: str, meaning: str, labels: Sequence[str], rows: Iterable[Row]) -> Metric:
    return _filled(GaugeMetricFamily(name, meaning, labels=labels), rows)


def _counter(name: str, meaning: str, labels: Sequence[str], rows: Iterable[Row]) -> Metric:
    return _filled(CounterMetricFamily(name, meaning, labels=labels), rows)


def _filled(family: GaugeMetricFamily | CounterMetricFamily, rows: Iterable[Row]) -> Metric:
    for labels, value in rows:
        family.add_metric(labels, value)
    return family
