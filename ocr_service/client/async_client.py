"""The client for programs with an event loop.

A broken connection and a busy service are tried again; an upload whose answer was lost is sent again as the same job;
a stream of events goes on after the last event that came.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO, Self, TypeVar, Unpack
from urllib.parse import quote

import httpx

from ocr_service.client.answers import RETRIED, RetryDeadline, checked, events_of, json_of, reason, retry_after_s
from ocr_service.client.values import Document, Event, Form, Job, JobFailed, Options, Page, Refused, Unreachable
from ocr_service.storage.atomic_write import atomic_file

T = TypeVar("T")
DEFAULT_URL = "http://127.0.0.1:8081"
_TIMEOUT = httpx.Timeout(60, connect=10)  # the event stream has a keep-alive every 15 s
OnEvent = Callable[[Event], None]
"""Is told what happens to a job."""


class AsyncClient:
    """``async with AsyncClient("http://ocr.example:8081", key) as client: document = await client.read("scan.pdf")``

    ``key``: one of the service's API_KEYS; ``headers``: what a gateway before it asks for. ``patience_s``: seconds for
    which a broken connection or a busy service is tried again, counted from the last answer. Methods take a job or its
    id, and raise Refused and Unreachable.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        key: str | None = None,
        *,
        patience_s: float = 300,
        headers: Mapping[str, str] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        sent = {**(headers or {}), **({"Authorization": f"Bearer {key}"} if key else {})}
        self._http = httpx.AsyncClient(base_url=url.rstrip("/"), headers=sent, timeout=_TIMEOUT, transport=transport)
        self._patience_s = patience_s

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def check(self) -> None:
        """Tries one request. Raises Unreachable where the service does not answer, Refused where it refuses the key."""
        try:
            await checked(await self._http.get("/jobs", params={"limit": "1"}))
        except RETRIED as error:
            raise Unreachable(f"{self._http.base_url}: {reason(error)}") from error

    async def read(
        self,
        file: str | os.PathLike[str] | bytes,
        *,
        name: str | None = None,
        on_event: OnEvent | None = None,
        **options: Unpack[Options],
    ) -> Document:
        """Reads a document to its end. Raises JobFailed where it has no result, OSError for a file that is not there.

        ``file``: a path, or the document's bytes; ``name``: what it is called, a path's own name unless given.
        """
        job = await self.submit(file, name=name, **options)
        return await self.document(await self.wait(job, on_event=on_event))

    async def submit(
        self,
        file: str | os.PathLike[str] | bytes,
        *,
        name: str | None = None,
        idempotency_key: str | None = None,
        **options: Unpack[Options],
    ) -> Job:
        """Submits a document. The same ``idempotency_key`` gives the same job."""
        called = name or ("document" if isinstance(file, bytes) else Path(file).name)
        form = {option: _as_text(value) for option, value in options.items()}
        headers = {"Idempotency-Key": idempotency_key or os.urandom(16).hex()}

        async def once() -> dict[str, Any]:
            with _opened(file) as content:
                upload = {"file": (called, content)}
                return await json_of(await self._http.post("/jobs", files=upload, data=form, headers=headers))

        return Job.of(await self._patiently(once))

    async def submit_url(self, url: str, **options: Unpack[Options]) -> Job:
        """Submits the document at an https address, where the service allows it (ALLOW_URL_INPUT)."""
        headers = {"Idempotency-Key": os.urandom(16).hex()}

        async def once() -> dict[str, Any]:
            return await json_of(
                await self._http.post("/jobs", json={"source": {"url": url}, **options}, headers=headers)
            )

        return Job.of(await self._patiently(once))

    async def wait(self, job: Job | str, *, on_event: OnEvent | None = None) -> Job:
        """The job once it is finished, however it ended."""
        async for event in self.events(job):
            if on_event is not None:
                on_event(event)
        return await self.job(job)

    async def job(self, job: Job | str) -> Job:
        """The job as it is now."""
        return Job.of(await self._get(_path(job)))

    async def jobs(self, *, limit: int = 50, **filters: str) -> list[Job]:
        """The newest jobs of this key; ``state`` and ``name`` choose among them."""
        found = await self._get("/jobs", {"limit": str(limit), **filters})
        return [Job.of(fields) for fields in found["jobs"]]

    async def retry(self, job: Job | str, *, pages: str = "") -> Job:
        """Reads pages again: those that failed and partial ones, or those that are named."""
        query = {"pages": pages} if pages else {}

        async def once() -> dict[str, Any]:
            return await json_of(await self._http.post(f"{_path(job)}/retry", params=query))

        return Job.of(await self._patiently(once))

    async def cancel(self, job: Job | str) -> None:
        """Nothing more of it is read. A job that has ended stays as it is."""
        with _unless("already_finished"):
            await self._delete(job, "cancel")

    async def remove(self, job: Job | str) -> None:
        """Removes a finished job with its files. One that is not there any more is no error."""
        with _unless("not_found"):
            await self._delete(job, "remove")

    async def events(self, job: Job | str) -> AsyncIterator[Event]:
        """The job's events until it ends; after a broken connection, those that follow the last event received."""
        deadline = RetryDeadline(self._patience_s)
        seen = "0"
        while True:
            try:
                async with self._http.stream(
                    "GET", f"{_path(job)}/events", params={"markdown": "false"}, headers={"Last-Event-ID": seen}
                ) as answer:
                    await checked(answer)
                    ended = answer.status_code == httpx.codes.NO_CONTENT
                    async for event in events_of(answer.aiter_lines()):
                        deadline.renew()
                        seen, ended = event.id, event.kind == "end"
                        yield event
                    # The end of an earlier run is an event too; after the end of the last run the stream closes.
                    if ended:
                        return
            except RETRIED as error:
                await deadline.pause(error)

    async def document(self, job: Job | str) -> Document:
        """The result of a finished job. Raises JobFailed where it has none."""
        if isinstance(job, Job) and job.state in ("failed", "cancelled"):
            raise JobFailed(job)
        return Document.of(await self._get(f"{_path(job)}/result"))

    async def markdown(self, job: Job | str, *, partial: bool = False) -> str:
        """The text of a finished job; with ``partial`` what is read so far."""
        query = {"partial": "true"} if partial else {}
        return (await self._ready(f"{_path(job)}/result.md", query)).text

    async def chunks(self, job: Job | str, *, max_tokens: int | None = None) -> list[dict[str, Any]]:
        """The text of a finished job in pieces for retrieval, as docs/formats.md describes them."""
        query = {"max_tokens": str(max_tokens)} if max_tokens else {}
        found: list[dict[str, Any]] = (await self._ready(f"{_path(job)}/result.chunks.json", query)).json()["chunks"]
        return found

    async def page(self, job: Job | str, number: int) -> Page:
        """One page, as soon as it is read."""
        return Page.of(await self._get(f"{_path(job)}/pages/{number}"))

    async def download(self, job: Job | str, form: Form, target: str | os.PathLike[str]) -> Path:
        """Downloads ``result.{form}`` of a finished job to ``target``, which is whole or not there."""
        path = Path(target)

        async def once() -> bool:
            async with self._http.stream("GET", f"{_path(job)}/result.{form}") as answer:
                await checked(answer)
                if answer.status_code == httpx.codes.ACCEPTED:
                    await asyncio.sleep(retry_after_s(answer) or 1.0)
                    return False
                with atomic_file(path) as unfinished, unfinished.open("wb") as file:
                    async for chunk in answer.aiter_bytes(1 << 16):
                        file.write(chunk)
                return True

        while not await self._patiently(once):
            pass  # 202: the service is still making it, which has no time limit
        return path

    async def _ready(self, path: str, query: Mapping[str, str]) -> httpx.Response:
        """A file of a result, once it is made."""

        async def once() -> httpx.Response | None:
            answer = await self._http.get(path, params=query)
            await checked(answer)
            if answer.status_code == httpx.codes.ACCEPTED:
                await asyncio.sleep(retry_after_s(answer) or 1.0)
                return None
            return answer

        while (answer := await self._patiently(once)) is None:
            pass
        return answer

    async def _get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        async def once() -> dict[str, Any]:
            return await json_of(await self._http.get(path, params=query))

        return await self._patiently(once)

    async def _delete(self, job: Job | str, only: str) -> None:
        async def once() -> None:
            await checked(await self._http.delete(_path(job), params={"only": only}))

        await self._patiently(once)

    async def _patiently(self, act: Callable[[], Awaitable[T]]) -> T:
        deadline = RetryDeadline(self._patience_s)
        while True:
            try:
                return await act()
            except RETRIED as error:
                await deadline.pause(error)


def _path(job: Job | str) -> str:
    return f"/jobs/{quote(job.id if isinstance(job, Job) else job, safe='')}"


def _opened(file: str | os.PathLike[str] | bytes) -> AbstractContextManager[bytes | BinaryIO]:
    return nullcontext(file) if isinstance(file, bytes) else Path(file).open("rb")


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@contextmanager
def _unless(code: str) -> Iterator[None]:
    """Passes over a refusal with this code: what was asked for is so already."""
    try:
        yield
    except Refused as error:
        if error.code != code:
            raise
