"""The feeder of batches: whose quota is used up waits, and the batches of others go on."""

from __future__ import annotations

import pytest

from ocr_service.errors import QuotaExceeded
from ocr_service.jobs.batches.feeder import BatchFeeder
from ocr_service.jobs.batches.rows import BatchDocument, BatchRows
from ocr_service.jobs.models import new_job_id
from ocr_service.jobs.store import Store
from tests.support.running import until

pytestmark = pytest.mark.anyio


async def test_a_key_whose_quota_is_used_up_holds_up_no_other(store: Store) -> None:
    rows = BatchRows(store.database)
    ids = {owner: new_job_id() for owner in ("anna", "boris")}
    for owner, batch_id in ids.items():
        await rows.create(batch_id, owner=owner, prefix="in/", options={}, keys=["in/a.pdf", "in/b.pdf"])
    refused: list[BatchDocument] = []

    async def submit(document: BatchDocument) -> str:
        if document.batch.owner == "anna":
            refused.append(document)
            raise QuotaExceeded.pages(10, 10, 40_000.0)
        return new_job_id()

    async def states(owner: str) -> dict[str, int]:
        return (await rows.progress(ids[owner])).states

    async def boris_is_fed() -> bool:
        return await states("boris") == {"removed": 2}  # they have jobs, which this test makes none of

    feeder = BatchFeeder(rows)
    async with feeder.running(submit):
        await until(boris_is_fed)
        feeder.wake()
        await until(lambda: refused)
    assert await states("anna") == {"waiting": 2}
    assert [document.number for document in refused] == [1]
    claimed = [await rows.claim() for _ in ids]  # boris's batch may not be closed yet
    assert ids["anna"] not in {batch.id for batch in claimed if batch}  # not before the postponement is over
