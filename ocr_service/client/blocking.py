"""The client for programs without an event loop: ``AsyncClient`` on a thread with a loop of its own."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any, Self, TypeVar, Unpack

from ocr_service.client.async_client import DEFAULT_URL, AsyncClient, OnEvent
from ocr_service.client.values import Document, Event, Form, Job, Options, Page

T = TypeVar("T")


class Client:
    """``with Client("http://ocr.example:8081", key) as client: document = client.read("scan.pdf")``

    As ``AsyncClient``, whose methods wait here. Works inside a running loop too, as in a notebook.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        key: str | None = None,
        *,
        patience_s: float = 300,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="ocr_service client", daemon=True)
        self._thread.start()
        self._client = AsyncClient(url, key, patience_s=patience_s, headers=headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connections; the client is not used any more. Closing it twice does no harm."""
        if self._loop.is_closed():
            return
        self._run(self._client.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def check(self) -> None:
        """Tries one request. Raises Unreachable where the service does not answer, Refused where it refuses the key."""
        self._run(self._client.check())

    def read(
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
        job = self.submit(file, name=name, **options)
        return self.document(self.wait(job, on_event=on_event))

    def submit(
        self,
        file: str | os.PathLike[str] | bytes,
        *,
        name: str | None = None,
        idempotency_key: str | None = None,
        **options: Unpack[Options],
    ) -> Job:
        """Submits a document. The same ``idempotency_key`` gives the same job."""
        return self._run(self._client.submit(file, name=name, idempotency_key=idempotency_key, **options))

    def submit_url(self, url: str, **options: Unpack[Options]) -> Job:
        """Submits the document at an https address, where the service allows it (ALLOW_URL_INPUT)."""
        return self._run(self._client.submit_url(url, **options))

    def wait(self, job: Job | str, *, on_event: OnEvent | None = None) -> Job:
        """The job once it is finished, however it ended. ``on_event`` is called in this thread."""
        for event in self.events(job):
            if on_event is not None:
                on_event(event)
        return self.job(job)

    def job(self, job: Job | str) -> Job:
        """The job as it is now."""
        return self._run(self._client.job(job))

    def jobs(self, *, limit: int = 50, **filters: str) -> list[Job]:
        """The newest jobs of this key; ``state`` and ``name`` choose among them."""
        return self._run(self._client.jobs(limit=limit, **filters))

    def retry(self, job: Job | str, *, pages: str = "") -> Job:
        """Reads pages again: those that failed and partial ones, or those that are named."""
        return self._run(self._client.retry(job, pages=pages))

    def cancel(self, job: Job | str) -> None:
        """Nothing more of it is read. A job that has ended stays as it is."""
        self._run(self._client.cancel(job))

    def remove(self, job: Job | str) -> None:
        """Removes a finished job with its files. One that is not there any more is no error."""
        self._run(self._client.remove(job))

    def events(self, job: Job | str) -> Iterator[Event]:
        """The job's events until it ends; after a broken connection, those that follow the last event received."""
        events = self._client.events(job)

        async def following() -> Event | None:
            return await anext(events, None)

        async def closed() -> None:
            await events.aclose()  # type: ignore[attr-defined]  # an asynchronous generator

        try:
            while (event := self._run(following())) is not None:
                yield event
        finally:
            self._run(closed())

    def document(self, job: Job | str) -> Document:
        """The result of a finished job. Raises JobFailed where it has none."""
        return self._run(self._client.document(job))

    def markdown(self, job: Job | str, *, partial: bool = False) -> str:
        """The text of a finished job; with ``partial`` what is read so far."""
        return self._run(self._client.markdown(job, partial=partial))

    def chunks(self, job: Job | str, *, max_tokens: int | None = None) -> list[dict[str, Any]]:
        """The text of a finished job in pieces for retrieval, as docs/formats.md describes them."""
        return self._run(self._client.chunks(job, max_tokens=max_tokens))

    def page(self, job: Job | str, number: int) -> Page:
        """One page, as soon as it is read."""
        return self._run(self._client.page(job, number))

    def download(self, job: Job | str, form: Form, target: str | os.PathLike[str]) -> Path:
        """Downloads ``result.{form}`` of a finished job to ``target``, which is whole or not there."""
        return self._run(self._client.download(job, form, target))

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:  # a KeyboardInterrupt of this thread, say: the other one goes on otherwise
            future.cancel()
            raise
