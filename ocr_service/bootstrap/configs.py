"""Settings become the configurations of jobs and of their delivery: what needs no engine to read pages."""

from __future__ import annotations

from dataclasses import dataclass, field

from ocr_service.jobs.db.queue_load import QueueLimits
from ocr_service.jobs.db.usage import PageQuotas
from ocr_service.jobs.service import JobsConfig
from ocr_service.net.address_rules import AddressRules
from ocr_service.settings import Settings
from ocr_service.storage.s3 import S3Config


@dataclass(frozen=True, slots=True)
class DeliveryConfig:
    """Values of the settings. ``s3`` is None where none is configured; ``one_process``: nobody shares the rows."""

    s3: S3Config | None
    s3_retry_s: float
    rules: AddressRules
    webhook_secret: str = field(repr=False)
    webhooks: bool
    url_input: bool
    url_timeout_s: float
    max_bytes: int
    one_process: bool


def delivery_config(settings: Settings) -> DeliveryConfig:
    return DeliveryConfig(
        s3=_s3_config(settings),
        s3_retry_s=settings.s3_retry_h * 3600,
        rules=AddressRules(hosts=settings.url_hosts, trusted=settings.url_trusted_hosts),
        webhook_secret=settings.webhook_secret.get_secret_value() if settings.webhook_secret else "",
        webhooks=settings.allow_webhooks,
        url_input=settings.allow_url_input,
        url_timeout_s=settings.url_timeout_s,
        max_bytes=settings.max_upload_mb << 20,
        one_process=settings.database_url is None,
    )


def _s3_config(settings: Settings) -> S3Config | None:
    access, secret = settings.cloudru_s3_access_key, settings.cloudru_s3_secret_key
    if not settings.s3_configured or access is None or secret is None:
        return None
    return S3Config(
        endpoint=settings.cloudru_s3_endpoint,
        region=settings.cloudru_s3_region,
        bucket=settings.cloudru_s3_bucket,
        access_key=access.get_secret_value(),
        secret_key=secret.get_secret_value(),
        tenant_id=settings.cloudru_s3_tenant_id,
        prefix=settings.cloudru_s3_prefix,
        presign_s=settings.s3_presign_s,
    )


def jobs_config(settings: Settings) -> JobsConfig:
    return JobsConfig(
        root=settings.output_dir,
        database_url=settings.database_url.get_secret_value() if settings.database_url else None,
        limits=QueueLimits(
            waiting=settings.queue_limit,
            per_owner=settings.jobs_per_key,
            cache_ttl_s=settings.cache_ttl_h * 3600,
            lost_runs=settings.max_crashes,
            quotas=PageQuotas.parse(settings.pages_per_day),
        ),
        max_running=settings.max_running_jobs,
        takeover_s=settings.takeover_s,
        ttl_s=settings.job_ttl_h * 3600,
        grace_s=settings.work_grace_s,
        min_free=settings.min_free_mb << 20,
        artifacts=_s3_config(settings) if settings.artifacts == "s3" else None,
    )
