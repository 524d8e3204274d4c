"""Uploads a finished job's files to S3: ``<prefix>/<job_id>/`` has the names of OUTPUT_DIR."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ocr_service.errors import S3Refused
from ocr_service.storage.etag import file_etag, file_md5
from ocr_service.storage.filesystem import JobFolder
from ocr_service.storage.s3 import MULTIPART_FROM, S3Object, S3Store

_TYPES = {
    ".md": "text/markdown; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
}


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file of the job and its key in the bucket."""

    path: Path
    key: str


def artifacts_of(folder: JobFolder, prefix: str) -> list[Artifact]:
    """The published files, the JSON last: once it is there, so are the others. Empty where nothing was published."""
    root = folder.published
    files = sorted(
        (path for path in root.rglob("*") if path.is_file()), key=lambda path: (path.suffix == ".json", path)
    )
    base = "/".join(part for part in (prefix.strip("/"), folder.job_id) if part)
    return [Artifact(path, f"{base}/{path.relative_to(root).as_posix()}") for path in files]


async def upload_job(store: S3Store, folder: JobFolder, *, again: bool) -> None:
    """Uploads the job's artifacts; ``again``: skips those that an earlier try uploaded completely.

    Raises S3Refused or S3Unavailable; the objects uploaded before the error stay.
    """
    artifacts = await asyncio.to_thread(artifacts_of, folder, store.config.prefix)
    if again and artifacts:
        artifacts = await asyncio.to_thread(_missing, artifacts, await _present(store, artifacts))

    async def upload(artifact: Artifact) -> None:
        await store.upload(artifact.path, artifact.key, content_type(artifact.path))

    for part in (artifacts[:-1], artifacts[-1:]):
        await store.each(part, upload)


def content_type(path: Path) -> str:
    return _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


async def _present(store: S3Store, artifacts: Sequence[Artifact]) -> dict[str, S3Object]:
    try:
        found = await store.objects(artifacts[-1].key.rpartition("/")[0] + "/")
    except S3Refused:  # credentials without the right to list: upload all again, under the same names
        return {}
    return {item.key: item for item in found}


def _missing(artifacts: Sequence[Artifact], present: dict[str, S3Object]) -> list[Artifact]:
    return [item for item in artifacts if item.key not in present or not _is_same(item.path, present[item.key])]


def _is_same(path: Path, there: S3Object) -> bool:
    size = path.stat().st_size
    if there.size != size:
        return False
    return there.etag == (file_md5(path).hex() if size < MULTIPART_FROM else file_etag(path, MULTIPART_FROM))
