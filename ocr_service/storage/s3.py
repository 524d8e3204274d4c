"""The S3 store: Cloud.ru's, or any other. boto3 blocks, so its calls run in a few threads of its own.

Path-style addresses, SigV4, and no checksum headers beyond Content-MD5: boto3 1.36 and later add CRC headers that other
stores refuse, unless both checksum settings are ``when_required``.
"""

from __future__ import annotations

import asyncio
import base64
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, ParamSpec, TypeVar, cast

from ocr_service.errors import FileTooLarge, S3Unavailable, ServiceError
from ocr_service.storage.daemon_threads import DaemonThreads
from ocr_service.storage.etag import file_etag, file_md5, proves_difference

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

P = ParamSpec("P")
T = TypeVar("T")

_MEBIBYTE = 1 << 20
MULTIPART_FROM = 16 * _MEBIBYTE  # a single PUT below; parts of this size above (the least allowed is 5 MiB)


@dataclass(frozen=True, slots=True)
class S3Config:
    """Where the store is and who we are there. ``presign_s``: seconds that a link works."""

    endpoint: str
    region: str
    bucket: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    tenant_id: str = ""
    prefix: str = ""
    presign_s: int = 86400
    threads: int = 8

    @property
    def full_access_key(self) -> str:
        """Cloud.ru's form ``<tenant_id>:<key_id>``, also when the key already came so."""
        if not self.tenant_id or self.access_key.startswith(f"{self.tenant_id}:"):
            return self.access_key
        return f"{self.tenant_id}:{self.access_key}"


@dataclass(frozen=True, slots=True)
class S3Object:
    """An object as a listing shows it. ``size`` in bytes; ``etag`` without its quotes; ``modified`` since the epoch."""

    key: str
    size: int
    etag: str
    modified: float


class S3Store:
    """One client and its threads; ``close`` ends both. ``state`` is ``ok`` or ``error: …``, as of the last call."""

    def __init__(self, config: S3Config) -> None:
        self.config = config
        self.state = "checking"
        self._closed = threading.Event()
        self._threads = DaemonThreads(config.threads, "s3")
        self._client = s3_client(config)
        self._client.meta.events.register("before-send.s3", self._refuse_when_closed)

    async def check(self) -> None:
        """Sets ``state`` by asking for the bucket's first key (a right that uploads need to go on after a break)."""
        try:
            await self._call(f"check of bucket {self.config.bucket}", self._first_key)
        except ServiceError:
            return  # the state tells

    async def watch(self, *, every_s: float = 60.0) -> None:
        """Checks for ever, so that ``state`` is of now also while nothing is uploaded; to be run as one task."""
        while True:
            await self.check()
            await asyncio.sleep(every_s)

    async def upload(self, path: Path, key: str, content_type: str, *, silent_s: float | None = None) -> float:
        """Puts a file. What arrived is compared with what was sent. Raises S3Refused or S3Unavailable.

        ``silent_s``: gives up when the store has taken no byte and given no answer for so long; without, after boto3's
        own time-outs and tries (up to a minute). Returns the longest time in seconds that the store was silent.
        """
        silence = Silence(silent_s)
        await self._heard(f"upload of {key}", partial(self._upload, path, key, content_type, silence), silence)
        return silence.longest_s

    async def download(
        self, key: str, target: Path, *, max_bytes: int | None = None, silence: Silence | None = None
    ) -> int:
        """Fetches an object into a file; asks for its size first where it is limited. Returns bytes.

        Raises NotFound, FileTooLarge; S3Unavailable where ``silence`` is too long.
        """
        silence = silence or Silence()
        return await self._heard(
            f"download of {key}", partial(self._download, key, target, max_bytes, silence), silence
        )

    async def objects(self, prefix: str, *, silence: Silence | None = None) -> list[S3Object]:
        """Everything under a prefix, in the order of the keys. Raises S3Unavailable where ``silence`` is too long."""
        silence = silence or Silence()
        return await self._heard(f"list of {prefix}", partial(self._objects, prefix, silence), silence)

    async def remove(self, key: str) -> None:
        """One by one: a list of keys needs a checksum header that not every store knows."""
        await self._call(f"removal of {key}", partial(self._remove, key))

    async def each(self, items: Sequence[T], work: Callable[[T], Awaitable[None]]) -> None:
        """Work for each of many objects, a bounded number at once. Raises the first error."""
        slots = asyncio.Semaphore(2 * self.config.threads)  # keeps the threads busy while others are looked at

        async def one(item: T) -> None:
            async with slots:
                await work(item)

        try:
            async with asyncio.TaskGroup() as group:
                for item in items:
                    group.create_task(one(item), name=f"S3 {item}")
        except ExceptionGroup as several:
            raise several.exceptions[0] from several

    async def links(self, keys: Sequence[str]) -> list[str]:
        """Presigned GET addresses that work ``presign_s`` seconds. Computed here, without a request."""
        return await self._threads.run(lambda: [self._link(key) for key in keys])

    def close(self) -> None:
        """Ends uploads under way at their next chunk, and waits for no answer."""
        self._closed.set()
        self._threads.close()
        self._client.close()

    async def _heard(self, doing: str, work: Callable[[], T], silence: Silence) -> T:
        """``_call`` that is given up when the store is silent for longer than ``silence`` allows."""
        calling = self._call(doing, work)
        if silence.limit_s is None:
            return await calling
        task = asyncio.create_task(calling, name=doing)
        try:
            while not task.done():
                left = silence.at + silence.limit_s - time.monotonic()
                if left <= 0:
                    self.state = f"error: S3, {doing}: no answer for {silence.limit_s:g} s"
                    raise S3Unavailable(self.state.removeprefix("error: "))
                await asyncio.wait({task}, timeout=left)
            return task.result()
        finally:
            silence.made()
            silence.over.set()
            task.cancel()

    async def _call(self, doing: str, work: Callable[[], T]) -> T:
        """One call in a thread; keeps ``state``, of which what the caller got wrong (not found) says nothing."""

        from ocr_service.storage.s3_errors import s3_errors

        def mapped() -> T:
            with s3_errors(doing):
                return work()

        try:
            result = await self._threads.run(mapped)
        except ServiceError as error:
            if error.code in ("s3_refused", "s3_unavailable"):
                self.state = f"error: {error}"
            raise
        self.state = "ok"
        return result

    def _link(self, key: str) -> str:
        return self._client.generate_presigned_url(
            "get_object", Params={"Bucket": self.config.bucket, "Key": key}, ExpiresIn=self.config.presign_s
        )

    def _first_key(self) -> None:
        self._client.list_objects_v2(Bucket=self.config.bucket, MaxKeys=1)

    def _upload(self, path: Path, key: str, content_type: str, progress: Silence) -> None:
        if path.stat().st_size < MULTIPART_FROM:
            md5 = file_md5(path)
            with _watched(path, progress) as body:
                answer = self._client.put_object(
                    Bucket=self.config.bucket,
                    Key=key,
                    Body=body,
                    ContentType=content_type,
                    ContentMD5=base64.b64encode(md5).decode(),  # the store refuses other bytes (BadDigest)
                )
            progress.made()
            encrypted, etag, expected = answer.get("ServerSideEncryption", ""), answer["ETag"], md5.hex()
        else:
            from boto3.s3.transfer import TransferConfig

            self._client.upload_file(
                str(path),
                self.config.bucket,
                key,
                ExtraArgs={"ContentType": content_type},
                Callback=self._moving(progress),
                Config=TransferConfig(
                    multipart_threshold=MULTIPART_FROM, multipart_chunksize=MULTIPART_FROM, use_threads=False
                ),
            )
            there = self._client.head_object(Bucket=self.config.bucket, Key=key)
            progress.made()
            if there["ContentLength"] != path.stat().st_size:
                raise S3Unavailable(
                    f"S3, upload of {key}: {there['ContentLength']} bytes arrived of {path.stat().st_size}"
                )
            encrypted, etag = there.get("ServerSideEncryption", ""), there["ETag"]
            expected = file_etag(path, MULTIPART_FROM)
        if proves_difference(etag, expected, encrypted):
            raise S3Unavailable(f"S3, upload of {key}: what arrived differs from what was sent")

    def _remove(self, key: str) -> None:
        self._client.delete_object(Bucket=self.config.bucket, Key=key)

    def _download(self, key: str, target: Path, max_bytes: int | None, silence: Silence) -> int:
        if max_bytes is not None:
            size = self._client.head_object(Bucket=self.config.bucket, Key=key)["ContentLength"]
            if size > max_bytes:
                raise FileTooLarge(f"{key} has {size} bytes; at most {max_bytes} are read (MAX_UPLOAD_MB)")
        answer = self._client.get_object(Bucket=self.config.bucket, Key=key)
        received = 0
        with closing(answer["Body"]) as body:
            if silence.over.is_set():  # whoever waited has gone, and the file with it
                raise S3Unavailable(f"S3, download of {key}: given up")
            with target.open("wb") as file:
                for chunk in body.iter_chunks(_MEBIBYTE):
                    self._stop_when_closed(len(chunk))
                    silence.made()
                    received += len(chunk)
                    if (
                        max_bytes is not None and received > max_bytes
                    ):  # it was replaced by a larger one since it was asked for its size
                        raise FileTooLarge(f"{key} is larger than {max_bytes} bytes (MAX_UPLOAD_MB)")
                    file.write(chunk)
        if received != answer["ContentLength"]:
            raise S3Unavailable(f"S3, download of {key}: {received} bytes arrived of {answer['ContentLength']}")
        return received

    def _objects(self, prefix: str, silence: Silence) -> list[S3Object]:
        found: list[S3Object] = []
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self.config.bucket, Prefix=prefix):
            silence.made()
            found += [
                S3Object(item["Key"], item["Size"], item["ETag"].strip('"'), item["LastModified"].timestamp())
                for item in page.get("Contents", [])
            ]
        return found

    def _moving(self, progress: Silence) -> Callable[[int], None]:
        def moved(count: int) -> None:
            progress.made()
            self._stop_when_closed(count)

        return moved

    def _stop_when_closed(self, _bytes: int) -> None:
        if self._closed.is_set():
            raise S3Unavailable("S3: the service stops; it goes on after the next start")

    def _refuse_when_closed(self, **_event: Any) -> None:
        self._stop_when_closed(0)


class Silence:
    """How long the store says nothing in one call, and how long it may: ``limit_s``, None for boto3's own time-outs.

    ``at``: when the call last moved (monotonic seconds); ``longest_s``: the longest time that it did not.
    """

    def __init__(self, limit_s: float | None = None) -> None:
        self.limit_s = limit_s
        self.over = threading.Event()  # nobody waits for the call any more
        self.at = time.monotonic()
        self.longest_s = 0.0

    def made(self) -> None:
        now = time.monotonic()
        self.longest_s = max(self.longest_s, now - self.at)
        self.at = now


@contextmanager
def _watched(path: Path, progress: Silence) -> Iterator[BinaryIO]:
    """The file; what is read of it goes to the store, so reading is progress."""

    class Watched(FileIO):
        def read(self, size: int | None = -1, /) -> bytes:
            progress.made()
            return super().read(size if size is not None else -1)

    with Watched(path) as body:
        yield cast(BinaryIO, body)


def s3_client(config: S3Config) -> S3Client:
    """boto3's client with what Cloud.ru's store wants; the caller closes it."""
    import boto3  # with its errors 0.3 s and 20 MB, which a service without a bucket does not need
    from botocore.config import Config

    # A session of our own: boto3's default session is shared state and is not safe to build clients from in threads.
    client: S3Client = boto3.session.Session().client(
        "s3",
        endpoint_url=config.endpoint,
        region_name=config.region,
        aws_access_key_id=config.full_access_key,
        aws_secret_access_key=config.secret_key,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            retries={"mode": "standard", "max_attempts": 4},
            max_pool_connections=config.threads,
            connect_timeout=5,
            read_timeout=10,
        ),
    )
    return client
