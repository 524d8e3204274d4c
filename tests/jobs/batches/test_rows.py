"""Batches: every document gets a job or its refusal, across a full queue and a restart; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ocr_service.errors import DamagedFile, NotFound, QueueFull, S3Unavailable
from ocr_service.jobs.batches.feeder import BatchFeeder
from ocr_service.jobs.batches.rows import BatchDocument, BatchRows
from ocr_service.jobs.models import Change, JobFailure, JobState
from ocr_service.jobs.store import Store
from tests.support.running import until
from tests.support.store import OpenStore, new_job

pytestmark = pytest.mark.anyio


class Intake:
    """What the API does for a document of a batch, without a document."""

    def __init__(self, store: Store, refusals: dict[str, list[Exception]]) -> None:
        self.store = store
        self.refusals = refusals
        self.calls: list[str] = []

    async def __call__(self, document: BatchDocument) -> str:
        self.calls.append(document.key)
        if errors := self.refusals.get(document.key):
            raise errors.pop(0)
        key = f"batch:{document.batch.id}:{document.number}"
        content: dict[str, Any] = {"content": document.key}
        new = new_job(batch_id=document.batch.id, owner=document.batch.owner, idempotency_key=key, **content)
        return (await self.store.submit(new)).job.id


async def finish_all(store: Store, outcome: Callable[[str], JobState]) -> None:
    while claim := await store.claim_next("here"):
        state = outcome(claim.job.file.sha256)
        failure = JobFailure("page_timeout", "took too long", 1) if state is JobState.FAILED else None
        await store.finish(claim.job.id, claim.run_id, state, failure=failure)


async def test_every_document_is_read_and_the_broken_ones_are_named(open_store: OpenStore) -> None:
    on_change: list[Callable[[Change], None]] = []
    async with open_store(lambda change: [one(change) for one in on_change]) as store:
        rows = BatchRows(store.database)
        keys = [f"in/{number:02}.pdf" for number in range(60)]  # more than may be unfinished at a time
        intake = Intake(
            store,
            {
                "in/03.pdf": [DamagedFile("the PDF is damaged")],
                "in/05.pdf": [QueueFull("full", retry_after_s=0.01), S3Unavailable("away")],
            },
        )
        feeder = BatchFeeder(rows, retry_s=0.05)
        on_change.append(feeder.on_change)
        await rows.create("b1", owner="anna", prefix="in/", options={"dpi": 100}, keys=keys)

        async def done() -> bool:
            await finish_all(store, lambda key: JobState.FAILED if key == "in/07.pdf" else JobState.COMPLETED)
            return (await rows.progress("b1")).finished

        async with feeder.running(intake):
            await until(done)
        progress = await rows.progress("b1")
    assert progress.states == {"completed": 58, "failed": 1, "refused": 1}
    assert [(failure.key, failure.state, failure.code) for failure in progress.failures] == [
        ("in/03.pdf", "refused", "damaged_pdf"),
        ("in/07.pdf", "failed", "page_timeout"),
    ]
    assert progress.finished_at is not None
    assert progress.batch.options == {"dpi": 100}
    assert sorted(set(intake.calls)) == keys


async def test_batch_goes_on_after_a_restart_and_makes_no_job_twice(open_store: OpenStore) -> None:
    keys = [f"in/{number}.pdf" for number in range(4)]
    async with open_store() as store:
        rows = BatchRows(store.database)
        await rows.create("b1", owner="", prefix="in/", options={}, keys=keys)
        batch = await rows.claim(most_of_owner=1)
        assert batch is not None
        first = await rows.next_document(batch)
        assert first is not None
        await Intake(store, {})(first)  # the process dies before it writes down that the job is made
    async with open_store() as store:
        rows = BatchRows(store.database)
        await rows.release_all()
        feeder = BatchFeeder(rows)

        async def fed() -> bool:
            return (await rows.progress("b1")).states == {"queued": 4}

        async with feeder.running(Intake(store, {})):
            await until(fed)
        assert len(await store.newest(batch_id="b1")) == 4


async def test_unknown_batch_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        await BatchRows(store.database).progress("none")
