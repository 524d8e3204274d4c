"""``/metrics`` for Prometheus, as text or OpenMetrics, as the scraper asks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import cast

from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import choose_encoder

from ocr_service.api.dependencies import ServicesDep
from ocr_service.api.routes.usage import sees_all
from ocr_service.errors import NotReady
from ocr_service.jobs.db.usage import UsageRows
from ocr_service.jobs.delivery.rows import DeliveryRows
from ocr_service.jobs.models import Usage
from ocr_service.observability.metrics import Metrics

router = APIRouter(tags=["service"])

_DATABASE_S = 2.0  # Prometheus waits for 10 s


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}, "application/openmetrics-text": {}}}},
)
async def metrics(request: Request, services: ServicesDep) -> Response:
    """While the database does not answer, the jobs' series are left out, so that no alert fires on old values.

    Usage by key is shown to those who may see that of all keys: with PROTECT_METRICS, to keys of ADMIN_KEYS.
    """
    counted = cast(Metrics, request.app.state.metrics)
    store = services.jobs.store.within(_DATABASE_S)
    deliveries = DeliveryRows(store.database, give_up_s=_DATABASE_S)
    usage: Mapping[str, Usage] = {}
    try:
        async with asyncio.timeout(_DATABASE_S):
            if sees_all(request):
                usage = await UsageRows(store.database, give_up_s=_DATABASE_S).totals()
            counted.jobs_kept(await store.state_counts(), await store.backlog(), await deliveries.pending_counts())
    except (NotReady, TimeoutError):
        counted.jobs_unknown()
    counted.watched.usage = usage  # nothing is awaited from here on: another scrape may see less
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(counted.registry), headers={"Content-Type": content_type})
