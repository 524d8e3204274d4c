"""A job's files in the bucket, as results show them: their keys, what state they are in, presigned links."""

from __future__ import annotations

import asyncio
from pathlib import Path

from ocr_service.api.dependencies import Services
from ocr_service.jobs.delivery.s3_upload import artifacts_of
from ocr_service.jobs.models import Job

_STATES = {"pending": "pending", "done": "uploaded", "given_up": "failed"}


async def s3_files(services: Services, job: Job) -> list[dict[str, str]]:
    """``key`` and ``state`` (``uploaded``, ``pending``, ``failed``) of each file, ``url`` where it is uploaded."""
    s3 = services.delivery.s3
    delivery = await services.delivery.rows.state(job.id, "s3") if s3 else None
    if s3 is None or delivery is None:
        return []
    folder = await services.jobs.files.of(job, "result")
    artifacts = await asyncio.to_thread(artifacts_of, folder, s3.config.prefix)
    files = [{"key": artifact.key, "state": _STATES[delivery.state]} for artifact in artifacts]
    if delivery.state == "done":
        for file, url in zip(files, await s3.links([artifact.key for artifact in artifacts]), strict=True):
            file["url"] = url
    elif delivery.error:
        for file in files:
            file["error"] = delivery.error
    return files


async def figure_links(services: Services, job: Job) -> dict[str, str]:
    """Presigned links by the figures' names in the Markdown; empty while they are not uploaded."""
    links: dict[str, str] = {}
    for file in await s3_files(services, job):
        if "url" in file:
            name = Path(file["key"]).name
            links[f"images/{name}"] = file["url"]
    return links
