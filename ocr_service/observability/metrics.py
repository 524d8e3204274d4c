"""What ``/metrics`` tells, in Prometheus' conventions (https://prometheus.io/docs/practices/naming): base units, a
``_total`` for what only grows, and labels with few values. docs/observability.md has the list with its meanings.

One ``Metrics`` an app, with a registry of its own, made by ``create_app``. Counters and histograms are updated as
events happen; gauges are collected at scrape time.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, GCCollector, Histogram, ProcessCollector
from prometheus_client import disable_created_metrics as _without_created_series
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ocr_service.document import PageResult, RegionResult
from ocr_service.jobs.db.queue_load import Backlog
from ocr_service.jobs.delivery.rows import Kind
from ocr_service.jobs.models import Job, JobState, Usage
from ocr_service.jobs.observers import RunEnd
from ocr_service.observability.capacity import Capacity
from ocr_service.vlm.answer_checks import AnswerProblem
from ocr_service.vlm.client import Trouble
from ocr_service.vlm.scheduler import Scheduler
from ocr_service.workers.pool import RESTART_REASONS, PagePool

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_REQUEST_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_LAG_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_STAGE_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
# A series that is there from the start, at 0, lets an alert see its first increase.
_ANSWER_PROBLEMS = tuple(problem.name.lower() for problem in AnswerProblem)
_CAUSES = (*(trouble.name.lower() for trouble in Trouble), "answer")
_JOB_S = (0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 1800, 3600, 14400)


@dataclass(slots=True)
class Watched:
    """What the gauges are collected from. Set at the start; a part that is missing exports nothing."""

    pools: Mapping[str, PagePool] = field(default_factory=dict)
    scheduler: Scheduler | None = None
    folders: Mapping[str, Path] = field(default_factory=dict)
    capacity: Capacity = field(default_factory=Capacity)
    backlog: Backlog | None = None
    usage: Mapping[str, Usage] = field(default_factory=dict)  # by API key; empty where the scrape may not see it

    @property
    def pages_wait(self) -> bool:
        """Whether pages wait for a page worker, or their regions for a backend."""
        regions = self.scheduler is not None and self.scheduler.queued > 0
        return regions or ("pages" in self.pools and self.pools["pages"].waiting > 0)


class Metrics:
    """``registry`` is what ``/metrics`` shows. The methods that take an event are a ``JobObserver``."""

    def __init__(self, version: str) -> None:
        _without_created_series()  # type: ignore[no-untyped-call]  # they double the series and nothing here reads them
        registry = self.registry = CollectorRegistry()
        self.watched = Watched()
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        registry.register(_AtScrape(self.watched))
        Gauge("ocr_build_info", "Always 1; the version is in the label", ["version"], registry=registry).labels(
            version
        ).set(1)
        self._requests = Counter(
            "ocr_http_requests", "Number of HTTP responses", ["method", "route", "status"], registry=registry
        )
        self._request_s = Histogram(
            "ocr_http_request_duration_seconds",
            "Seconds from a request's head to the end of its response",
            ["method", "route"],
            buckets=_REQUEST_S,
            registry=registry,
        )
        self._loop_lag_s = Histogram(
            "ocr_event_loop_lag_seconds",
            "Seconds that the event loop runs a timer late, measured about 20 times a second",
            buckets=_LAG_S,
            registry=registry,
        )
        self._jobs = Gauge("ocr_jobs", "Number of jobs by state", ["state"], registry=registry)
        self._admitted = Counter("ocr_jobs_admitted", "Jobs admitted", ["engine"], registry=registry)
        self._pages_admitted = Counter("ocr_pages_admitted", "Pages of admitted jobs", ["engine"], registry=registry)
        self._ended = Counter(
            "ocr_job_runs",
            "Runs of jobs by the state they ended in (`lost`: cancelled, handed back or taken over)",
            ["engine", "state"],
            registry=registry,
        )
        self._wait_s = Histogram(
            "ocr_job_queue_wait_seconds",
            "Seconds from a job's admission to its first run",
            buckets=_JOB_S,
            registry=registry,
        )
        self._job_s = Histogram(
            "ocr_job_run_duration_seconds",
            "Seconds that a run took",
            ["engine"],
            buckets=_JOB_S,
            registry=registry,
        )
        self._pages = Counter("ocr_pages", "Pages read", ["reader", "status"], registry=registry)
        self._page_s = Histogram(
            "ocr_page_duration_seconds",
            "Seconds from rendering a page to its result",
            ["reader"],
            buckets=_STAGE_S,
            registry=registry,
        )
        self._regions = Counter("ocr_regions", "Regions read", ["reader", "label", "outcome"], registry=registry)
        self._by_layer = Counter(
            "ocr_text_layer_regions",
            "Regions that the PDF's own text gave, corrected or contradicted",
            ["reader", "outcome"],
            registry=registry,
        )
        self._tokens = Counter("ocr_tokens", "Tokens as the backends count them", ["kind"], registry=registry)
        self._page_cpu_s = Counter("ocr_page_cpu_seconds", "CPU seconds of page workers", ["reader"], registry=registry)
        self._review = Counter(
            "ocr_regions_review",
            "Regions that a person should look at, by reason",
            ["reader", "reason"],
            registry=registry,
        )
        self._stage_s = Histogram(
            "ocr_stage_duration_seconds",
            "Seconds that one stage of a page took, waiting for a backend included",
            ["stage", "reader"],
            buckets=_STAGE_S,
            registry=registry,
        )
        self._deliveries = Gauge(
            "ocr_deliveries_pending", "Number of jobs with a pending upload or webhook", ["kind"], registry=registry
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """``route`` is the template, "" for what no route matched: paths of clients would be labels without end."""
        method = method if method in _METHODS else "other"
        route = route or "unmatched"
        self._requests.labels(method, route, str(status)).inc()
        self._request_s.labels(method, route).observe(seconds)

    def loop_lag(self, seconds: float) -> None:
        self._loop_lag_s.observe(seconds)

    def jobs_kept(self, counts: Mapping[JobState, int], backlog: Backlog, deliveries: Mapping[str, int]) -> None:
        """Sets what the database says just before a scrape."""
        for state in JobState:
            self._jobs.labels(state.value).set(counts.get(state, 0))
        self.watched.backlog = backlog
        for kind in get_args(Kind):
            self._deliveries.labels(kind).set(deliveries.get(kind, 0))

    def jobs_unknown(self) -> None:
        """The database does not answer: no value is better than an old one."""
        self._jobs.clear()
        self._deliveries.clear()
        self.watched.backlog = None

    def admitted(self, job: Job) -> None:
        self._admitted.labels(job.engine).inc()
        self._pages_admitted.labels(job.engine).inc(job.page_total)

    def started(self, job: Job) -> None:
        if job.runs == 1 and job.started_at is not None:
            self._wait_s.observe(max(0.0, job.started_at - job.created_at))

    def page_read(self, job: Job, page: PageResult) -> None:
        self._pages.labels(page.reader, page.status).inc()
        self._page_s.labels(page.reader).observe(page.seconds)
        self._tokens.labels("prompt").inc(page.usage.prompt_tokens)
        self._tokens.labels("completion").inc(page.usage.completion_tokens)
        self._page_cpu_s.labels(page.reader).inc(page.usage.cpu_s)
        self.watched.capacity.page_ended(time.monotonic(), more_waiting=self.watched.pages_wait)
        for stage in page.stages:
            self._stage_s.labels(stage.stage, page.reader).observe(stage.seconds)
        for region in page.regions:
            self._regions.labels(page.reader, region.label, _outcome(region)).inc()
            for doubt in region.review:
                self._review.labels(page.reader, doubt).inc()
            for outcome in _layer_outcomes(region):
                self._by_layer.labels(page.reader, outcome).inc()

    def ended(self, job: Job, end: RunEnd) -> None:
        self._ended.labels(job.engine, end.state.value).inc()
        self._job_s.labels(job.engine).observe(end.seconds)

    def lost(self, job: Job) -> None:
        self._ended.labels(job.engine, "lost").inc()


def _layer_outcomes(region: RegionResult) -> Iterator[str]:
    """``spared``: taken from the text layer, so that nothing had to read it."""
    if region.source == "text_layer":
        yield "spared"
    if region.corrected:
        yield "corrected"
    if region.contradicted:
        yield "contradicted"


def _outcome(region: RegionResult) -> str:
    if region.error is not None:
        return "failed"
    return "degraded" if region.degraded else "completed"


class _AtScrape(Collector):
    """Gauges and counters whose values other objects hold, collected at scrape time."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def collect(self) -> Iterator[Metric]:
        yield from _pools(self._watched.pools)
        if self._watched.scheduler is not None:
            yield from _scheduler(self._watched.scheduler)
        if (backlog := self._watched.backlog) is not None:
            yield _gauge(
                "ocr_pages_waiting", "Pages of unfinished jobs that are not read yet", [], [((), backlog.pages)]
            )
            yield _gauge(
                "ocr_oldest_job_seconds", "Since the first of the waiting jobs was queued", [], [((), backlog.oldest_s)]
            )
        yield from _usage(self._watched.usage)
        measured = self._watched.capacity.pages_a_second
        yield _gauge(
            "ocr_capacity_pages_per_second",
            "Pages a second while others waited; not there before 20 were read so",
            [],
            [] if measured is None else [((), measured)],
        )
        yield _gauge(
            "ocr_disk_free_bytes",
            "Free bytes of the file system of a folder",
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
    yield _gauge("ocr_page_tasks", "Number of page tasks by state", states, tasks)
    yield _gauge("ocr_page_workers", "Number of worker processes, warm and configured", states, workers)
    yield _counter("ocr_page_worker_restarts", "Worker processes replaced, by reason", ["pool", "reason"], restarts)


def _usage(usage: Mapping[str, Usage]) -> Iterator[Metric]:
    def by_key(name: str, meaning: str, value: Callable[[Usage], float]) -> Metric:
        return _counter(f"ocr_usage_{name}", meaning, ["key"], [((key,), value(one)) for key, one in usage.items()])

    if usage:
        yield by_key("pages", "Pages with a result, by API key", lambda one: one.pages)
        yield by_key("failed_pages", "Pages without a result, by API key", lambda one: one.failed_pages)
        yield by_key("regions", "Regions, by API key", lambda one: one.regions)
        yield by_key("prompt_tokens", "Prompt tokens, by API key", lambda one: one.prompt_tokens)
        yield by_key("completion_tokens", "Completion tokens, by API key", lambda one: one.completion_tokens)
        yield by_key("cpu_seconds", "CPU seconds of page workers, by API key", lambda one: one.cpu_s)


def _scheduler(scheduler: Scheduler) -> Iterator[Metric]:
    yield _gauge("ocr_regions_waiting", "Number of regions that wait for a backend", [], [((), scheduler.queued)])
    backends = scheduler.status()
    up = [((backend.url,), float(backend.up)) for backend in backends]
    yield _gauge("ocr_backend_up", "1 while a backend accepts requests", ["backend"], up)
    in_flight = [((backend.url,), backend.in_flight) for backend in backends]
    yield _gauge("ocr_backend_requests_in_flight", "Requests in flight at a backend", ["backend"], in_flight)
    answered = [((url, outcome), count) for (url, outcome), count in scheduler.requests.items()]
    yield _counter("ocr_backend_requests", "Requests to a backend by outcome", ["backend", "outcome"], answered)
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
