"""Delivery of results (S3, webhooks) and download of documents (S3, URLs), built and started together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from ocr_service.api.intake.admission import Admission
from ocr_service.api.intake.bucket_keys import OwnKeys
from ocr_service.api.intake.sources import SourceLimits, Sources
from ocr_service.bootstrap.configs import DeliveryConfig
from ocr_service.errors import AddressRefused
from ocr_service.jobs.batches.feeder import BatchFeeder
from ocr_service.jobs.batches.rows import BatchRows
from ocr_service.jobs.delivery.rows import DeliveryRows
from ocr_service.jobs.delivery.webhooks import WebhookSender
from ocr_service.jobs.delivery.worker import Deliveries, UploadDelivery, WebhookDelivery, delivery_retries
from ocr_service.jobs.files.exports import Exports
from ocr_service.jobs.models import Webhook
from ocr_service.jobs.service import JobService
from ocr_service.net.address_rules import AddressRules, resolve
from ocr_service.net.safe_http import SafeHttp
from ocr_service.storage.s3 import S3Store
from ocr_service.storage.space import FreeSpace
from ocr_service.workers.pool import PagePool

_WEBHOOK_TIMEOUT_S = 10.0
_WEBHOOK_GIVE_UP_S = 86_400.0


@dataclass(frozen=True, slots=True)
class DeliveryServices:
    """``s3`` is None where none is configured; ``webhooks``: whether ALLOW_WEBHOOKS is set.

    ``feeder`` is run by the caller, which can submit documents."""

    s3: S3Store | None
    rows: DeliveryRows
    batches: BatchRows
    sources: Sources
    exports: Exports
    rules: AddressRules
    webhooks: bool
    feeder: BatchFeeder

    async def webhook(self, url: str | None, events: str | None) -> Webhook | None:
        """The webhook that a submission asks for. Raises AddressRefused now rather than when it is called."""
        if not url:
            return None
        if not self.webhooks:
            raise AddressRefused.no_webhooks()
        await resolve(url, self.rules)
        return Webhook(url, tuple(events.split(",")) if events else ())


@asynccontextmanager
async def run_delivery(
    config: DeliveryConfig, jobs: JobService, pool: PagePool, admission: Admission, scratch: Path, space: FreeSpace
) -> AsyncIterator[DeliveryServices]:
    """Delivers until the context ends; deliveries that are pending then continue after the next start."""
    rows, batches = DeliveryRows(jobs.store.database), BatchRows(jobs.store.database)
    if config.one_process:
        await rows.release_all()
        await batches.release_all()
    async with AsyncExitStack() as stack:
        hooks = SafeHttp(config.rules, timeout_s=_WEBHOOK_TIMEOUT_S)
        stack.push_async_callback(hooks.close)
        sender = WebhookSender(hooks, config.webhook_secret)
        kinds: list[UploadDelivery | WebhookDelivery] = [
            WebhookDelivery(jobs.store, sender, delivery_retries(_WEBHOOK_GIVE_UP_S))
        ]
        s3 = None
        if config.s3 is not None:
            s3 = await asyncio.to_thread(S3Store, config.s3)  # botocore reads its models from disk: 0.3 s
            stack.callback(s3.close)
            kinds.append(UploadDelivery(s3, jobs.files, delivery_retries(config.s3_retry_s)))
            watching = asyncio.create_task(s3.watch(), name="watch of S3")
            stack.callback(watching.cancel)
        fetching = None
        if config.url_input:
            fetching = SafeHttp(config.rules, timeout_s=config.url_timeout_s)
            stack.push_async_callback(fetching.close)
        limits = SourceLimits(
            scratch, space, config.max_bytes, config.url_timeout_s, OwnKeys(config.s3.prefix if config.s3 else "")
        )
        exports = Exports(pool, jobs.files)
        await stack.enter_async_context(exports.running())
        deliveries, feeder = Deliveries(jobs.store, rows, kinds), BatchFeeder(batches)
        for listener in (deliveries.on_change, feeder.on_change):
            jobs.listeners.append(listener)
            stack.callback(jobs.listeners.remove, listener)
        await stack.enter_async_context(deliveries.running())
        yield DeliveryServices(
            s3=s3,
            rows=rows,
            batches=batches,
            sources=Sources(admission, s3, fetching, limits),
            exports=exports,
            rules=config.rules,
            webhooks=config.webhooks,
            feeder=feeder,
        )
