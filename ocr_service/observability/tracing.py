"""Traces by OpenTelemetry: a span for a job's run, its pages and their stages. Off unless an endpoint is set.

Spans are made of values that are there anyway (``PageResult.stages``), when a page is kept: nothing is measured for
them, and the way of a page knows nothing of them. The SDK is imported only here, and only when traces are on; it reads
the other OTEL_ variables itself (headers, sampler, service name, batch sizes).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ocr_service.document import PageResult
from ocr_service.jobs.models import Job
from ocr_service.jobs.observers import RunEnd

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer
    from opentelemetry.util.types import AttributeValue

_LAST_SPANS_S = 2.0
_NANOSECONDS = 1_000_000_000


@contextmanager
def traces_to(endpoint: str, version: str) -> Iterator[JobTraces]:
    """Sends spans to ``endpoint`` (OTLP over HTTP, the whole address) in batches; what is left is sent at the end."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win over ours.
    resource = Resource.create({"service.name": "ocr-service", "service.version": version}).merge(
        OTELResourceDetector().detect()
    )
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    try:
        yield JobTraces(provider.get_tracer("ocr_service", version))
    finally:
        # A collector that is away must not hold up the end of the process, which has its own time limit.
        ending = threading.Thread(target=provider.shutdown, daemon=True, name="last spans")
        ending.start()
        ending.join(_LAST_SPANS_S)


class JobTraces:
    """A ``JobObserver``."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._runs: dict[str, Span] = {}

    def admitted(self, job: Job) -> None:
        """The span begins with the run, and says how long the job waited."""

    def started(self, job: Job) -> None:
        self._runs[job.id] = self._tracer.start_span(
            "job",
            attributes={
                "ocr.job.id": job.id,
                "ocr.job.run": job.runs,
                "ocr.job.pages": job.page_total,
                "ocr.job.queue_wait_s": max(0.0, (job.started_at or job.created_at) - job.created_at),
                "ocr.engine": job.engine,
                "ocr.file.type": job.file.type,
                "ocr.file.bytes": job.file.bytes,
            },
        )

    def page_read(self, job: Job, page: PageResult) -> None:
        from opentelemetry.trace import Status, StatusCode, set_span_in_context

        run = self._runs.get(job.id)
        if run is None or not run.is_recording():
            return
        ended = max((_nanoseconds(stage.started + stage.seconds) for stage in page.stages), default=time.time_ns())
        started = min((_nanoseconds(stage.started) for stage in page.stages), default=ended)
        of_job: dict[str, AttributeValue] = {"ocr.job.id": job.id, "ocr.page.number": page.number}
        span = self._tracer.start_span(
            "page",
            set_span_in_context(run),
            start_time=started,
            attributes={
                **of_job,
                "ocr.page.status": page.status,
                "ocr.page.reader": page.reader,
                "ocr.page.regions": len(page.regions),
            },
        )
        if page.error is not None:
            span.set_attribute("error.type", page.error.code)
            span.set_status(Status(StatusCode.ERROR, page.error.code))
        inside = set_span_in_context(span)
        for stage in page.stages:
            begin = _nanoseconds(stage.started)
            child = self._tracer.start_span(stage.stage, inside, start_time=begin, attributes=of_job)
            child.end(begin + _nanoseconds(stage.seconds))
        span.end(ended)

    def ended(self, job: Job, end: RunEnd) -> None:
        from opentelemetry.trace import Status, StatusCode

        run = self._runs.pop(job.id, None)
        if run is None:
            return
        run.set_attributes({"ocr.job.state": end.state.value, "ocr.job.pages.failed": end.failed})
        if end.failure is not None:
            run.set_attribute("error.type", end.failure.code)
            run.set_status(Status(StatusCode.ERROR, end.failure.code))
        run.end()

    def lost(self, job: Job) -> None:
        run = self._runs.pop(job.id, None)
        if run is not None:
            run.set_attribute("ocr.job.state", "lost")
            run.end()


def _nanoseconds(seconds: float) -> int:
    return int(seconds * _NANOSECONDS)
