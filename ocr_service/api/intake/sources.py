"""Documents that are downloaded instead of uploaded: from the bucket, or by URL with ALLOW_URL_INPUT."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.requests import Request

from ocr_service.api.intake.admission import Admission, Admitted
from ocr_service.api.intake.bucket_keys import OwnKeys, check_key, check_prefix
from ocr_service.api.intake.json_body import small_json
from ocr_service.api.intake.multipart import Upload
from ocr_service.api.schemas.document import NO_NUL, SubmissionOptions
from ocr_service.api.validation import validated
from ocr_service.errors import AddressRefused, BadOption, EmptyFile, NotFound, TooManyDocuments
from ocr_service.jobs.wait_budget import wait_budget
from ocr_service.net.safe_http import SafeHttp
from ocr_service.net.url_input import fetch_document
from ocr_service.storage.artifacts import SUBMISSION_S
from ocr_service.storage.s3 import S3Store, Silence
from ocr_service.storage.space import FreeSpace, storage_errors

MOST_DOCUMENTS = 10_000  # of a batch


class SourceModel(BaseModel):
    """Where the document lies: exactly one of these."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    s3_key: str | None = Field(
        None, min_length=1, max_length=1024, pattern=NO_NUL, description="A key in the service's bucket"
    )
    s3_prefix: str | None = Field(
        None, min_length=1, max_length=1024, pattern=NO_NUL, description="All keys that begin so: a batch"
    )
    url: str | None = Field(None, max_length=2000, description="An https address; only with ALLOW_URL_INPUT")

    @model_validator(mode="after")
    def _exactly_one(self) -> SourceModel:
        if sum(value is not None for value in (self.s3_key, self.s3_prefix, self.url)) != 1:
            raise ValueError("give exactly one of s3_key, s3_prefix and url")
        return self


class SourceSubmission(SubmissionOptions):
    """A submission without a file: `source`, and the options beside it."""

    source: SourceModel


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """``scratch``: where fetched files go first. ``own_keys``: the service's own in the bucket."""

    scratch: Path
    space: FreeSpace
    max_bytes: int
    url_timeout_s: float
    own_keys: OwnKeys


class Sources:
    """``s3`` and ``http`` are None where that kind of source is switched off."""

    def __init__(self, admission: Admission, s3: S3Store | None, http: SafeHttp | None, limits: SourceLimits) -> None:
        self._admission = admission
        self._s3 = s3
        self._http = http
        self._limits = limits

    async def from_s3(self, key: str, asked: SubmissionOptions, owner: str) -> Admitted:
        """Raises NotFound, FileTooLarge (before the download), S3Refused, S3Unavailable, and as an upload does."""
        store = self._store()
        check_key("s3_key", key)
        if self._limits.own_keys.has(key):
            raise NotFound(f"S3, download of {key}: not found")
        async with self._scratch_file(owner) as path:
            with storage_errors("TEMP_DIR"), _silence() as silence:
                await store.download(key, path, max_bytes=self._limits.max_bytes, silence=silence)
            upload = await asyncio.to_thread(_upload, path, key.rpartition("/")[2])
            return await self._admission.inspected(upload, asked)

    async def from_url(
        self, url: str, asked: SubmissionOptions, owner: str, first_pages: int | None = None
    ) -> Admitted:
        """Raises AddressRefused, FetchFailed, FileTooLarge, and as an upload does. ``first_pages`` as ``inspected``."""
        if self._http is None:
            raise AddressRefused.switched_off()
        async with self._scratch_file(owner) as path:
            limits = self._limits
            with storage_errors("TEMP_DIR"):
                name = await fetch_document(
                    self._http, url, path, max_bytes=limits.max_bytes, timeout_s=limits.url_timeout_s
                )
            upload = await asyncio.to_thread(_upload, path, name)
            return await self._admission.inspected(upload, asked, first_pages)

    async def keys(self, prefix: str) -> list[str]:
        """The documents under a prefix. Raises NotFound when there are none, TooManyDocuments."""
        store = self._store()
        check_prefix("s3_prefix", prefix)
        own = self._limits.own_keys
        with _silence() as silence:
            listed = [] if own.has(prefix) else await store.objects(prefix, silence=silence)
        found = [item.key for item in listed if not item.key.endswith("/") and not own.has(item.key)]
        if not found:
            raise NotFound(f"There are no documents under {prefix!r} in the bucket")
        if len(found) > MOST_DOCUMENTS:
            raise TooManyDocuments.under(prefix, len(found), MOST_DOCUMENTS)
        return found

    def _store(self) -> S3Store:
        if self._s3 is None:
            raise BadOption("S3 is not configured here (CLOUDRU_S3_BUCKET)")
        return self._s3

    @asynccontextmanager
    async def _scratch_file(self, owner: str) -> AsyncIterator[Path]:
        """A file, within the limits of the queue; after an error it is removed, else the caller removes it."""
        async with self._admission.place(owner):
            path = self._new_file()
            try:
                yield path
            except BaseException:
                await asyncio.to_thread(path.unlink, missing_ok=True)
                raise

    def _new_file(self) -> Path:
        self._limits.space.check()
        with storage_errors("TEMP_DIR"):
            handle, name = tempfile.mkstemp(dir=self._limits.scratch, prefix="source-")
            os.close(handle)
        return Path(name)


@contextmanager
def _silence() -> Iterator[Silence]:
    """What the bucket may be silent in a submission; what it was is gone for the calls that follow."""
    left = wait_budget()
    silence = Silence(min(SUBMISSION_S, left.left_s))
    try:
        yield silence
    finally:
        left.spend(silence.longest_s)


async def parse_submission(request: Request) -> tuple[SourceModel, SubmissionOptions]:
    """The JSON body and the query together. Raises BadOption."""
    fields = await small_json(request, such_as='{"source": {"s3_key": "in/letter.pdf"}}')
    submission = await asyncio.to_thread(validated, SourceSubmission, {**request.query_params, **fields})
    asked = submission.model_dump(exclude={"source"}, exclude_unset=True)
    return submission.source, SubmissionOptions.model_validate(asked)


def _upload(path: Path, name: str) -> Upload:
    size = path.stat().st_size
    if not size:
        raise EmptyFile.named(name)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Upload(path, name or "document", digest, size, {})
