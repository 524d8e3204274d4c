"""A document that ends the process every time is given up; those that were read beside it are not."""

import pytest

from ocr_service.jobs.db.queue_load import QueueLimits
from ocr_service.jobs.models import Job, JobState, PageRow
from ocr_service.jobs.store import Store
from tests.support.store import keep_page, new_job

pytestmark = pytest.mark.anyio


MOST = QueueLimits(1, 0, 0).lost_runs


async def submitted(store: Store, count: int) -> list[str]:
    return [(await store.submit(new_job())).job.id for _ in range(count)]


async def started(store: Store) -> list[str]:
    """All that may start just now."""
    found = []
    while claim := await store.claim_next("here"):
        found.append(claim.job.id)
    return found


async def crashed(store: Store) -> list[Job]:
    """The process dies; the jobs it was running, as its successor finds them."""
    running = [job.id for job in await store.newest(states=[JobState.RUNNING])]
    await store.requeue_all("restart")
    return [await store.get(job_id) for job_id in running]


async def test_a_job_is_given_up_when_runs_end_with_the_process_and_no_page_is_kept(store: Store) -> None:
    [job_id] = await submitted(store, 1)
    ends = []
    while (await store.get(job_id)).state is JobState.QUEUED:
        assert await started(store) == [job_id]
        ends += [job.state for job in await crashed(store)]
    assert ends == [JobState.QUEUED] * (MOST - 1) + [JobState.FAILED]
    given_up = await store.get(job_id)
    assert given_up.failure is not None
    assert (given_up.runs, given_up.failure.code) == (MOST, "service_crashed")
    assert (await store.events(job_id, 0))[-1].data == {"state": "failed"}

    await store.retry(job_id)
    assert await started(store) == [job_id]
    assert [job.state for job in await crashed(store)] == [JobState.QUEUED]


async def test_a_page_that_is_kept_and_an_orderly_end_are_no_crash(store: Store) -> None:
    [job_id] = await submitted(store, 1)
    for number in range(1, 2 * MOST):
        claim = await store.claim_next("here")
        assert claim is not None
        if number % 2:
            await keep_page(store, job_id, claim.run_id, PageRow(number, "completed", 0.1))
            await crashed(store)
        else:
            await store.hand_back("here", "handed back")
        assert (await store.get(job_id)).lost_runs <= 1
    assert (await store.get(job_id)).state is JobState.QUEUED


async def test_suspects_start_one_at_a_time_beside_all_others(store: Store) -> None:
    suspects = await submitted(store, 3)
    assert await started(store) == suspects
    await crashed(store)
    fresh = await submitted(store, 2)
    assert await started(store) == [suspects[0], *fresh]


async def test_the_next_suspect_starts_when_the_one_before_keeps_a_page(store: Store) -> None:
    suspects = await submitted(store, 2)
    await started(store)
    await crashed(store)
    claim = await store.claim_next("here")
    assert claim is not None and claim.job.id == suspects[0]
    assert await started(store) == []
    await keep_page(store, claim.job.id, claim.run_id, PageRow(1, "completed", 0.1))
    assert await started(store) == [suspects[1]]


async def test_the_one_that_ends_the_process_fails_alone(store: Store) -> None:
    first, guilty, last = await submitted(store, 3)
    while running := await started(store):
        if guilty in running:
            await crashed(store)
            continue
        for job_id in running:
            run = (await store.get(job_id)).run_id
            assert run is not None
            await store.finish(job_id, run, JobState.COMPLETED)
    states = {job_id: (await store.get(job_id)).state for job_id in (first, guilty, last)}
    assert states == {first: JobState.COMPLETED, guilty: JobState.FAILED, last: JobState.COMPLETED}
