"""``/metrics`` for Prometheus, as text or OpenMetrics, as the scraper asks."""

from __future__ import annotations

from typing import cast

from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import choose_encoder

from ocr_service.metrics import Metrics

router = APIRouter(tags=["service"])


@router.get("/metrics", summary="Figures for Prometheus", response_class=Response)
async def metrics(request: Request) -> Response:
    registry = cast(Metrics, request.app.state.metrics).registry
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(registry), headers={"Content-Type": content_type})
