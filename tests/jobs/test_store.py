"""The rows, on both databases: queue order, moves, the fence, events, cache, idempotency."""

import asyncio
from dataclasses import replace

import pytest

from ocr_service.document import ReadOptions
from ocr_service.errors import IdempotencyConflict, NotFinished, NotFound, QueueFull
from ocr_service.jobs.db.queue_load import Backlog, QueueLimits
from ocr_service.jobs.models import Change, Claim, Job, JobFailure, JobState, PageCounts, PageRow, Priority, RunLost
from ocr_service.jobs.store import Store
from tests.support.running import PATIENCE_S, until
from tests.support.store import OpenStore, keep_page, new_job

pytestmark = pytest.mark.anyio


async def claim(store: Store, replica: str = "r1") -> Claim:
    claimed = await store.claim_next(replica)
    assert claimed is not None
    return claimed


async def claimed_ids(store: Store) -> list[str]:
    ids = []
    while claimed := await store.claim_next("r1"):
        ids.append(claimed.job.id)
    return ids


async def test_a_submitted_job_is_found_again_after_the_process(open_store: OpenStore) -> None:
    new = new_job(owner="anna", options=ReadOptions(pages="1-2", password="geheim"), deadline_s=60.0)
    async with open_store() as store:
        submitted = await store.submit(new)
        assert submitted.created
    async with open_store() as store:
        job = await store.get(new.id)
    assert job == submitted.job
    assert (job.state, job.file, job.options, job.owner) == (JobState.QUEUED, new.file, new.options, "anna")
    assert job.deadline_at == pytest.approx(job.created_at + 60)
    assert "geheim" not in repr(job)


async def test_interactive_goes_before_batch_and_keys_take_turns(store: Store) -> None:
    many = [new_job(owner="many") for _ in range(4)]
    for new in many:
        await store.submit(new)
    first = (await claim(store)).job.id
    few = [new_job(owner="few") for _ in range(2)]
    for new in few:
        await store.submit(new)
    urgent = new_job(owner="many", priority=Priority.INTERACTIVE)
    await store.submit(urgent)

    waiting = [urgent.id, few[0].id, many[1].id, few[1].id, many[2].id, many[3].id]
    assert first == many[0].id
    assert [await store.position(i) for i in waiting] == [1, 2, 3, 4, 5, 6]
    assert await claimed_ids(store) == waiting
    assert await store.position(urgent.id) is None


async def test_a_full_queue_refuses_with_a_time_to_come_back(open_store: OpenStore) -> None:
    async with open_store(limits=QueueLimits(waiting=2, per_owner=0, cache_ttl_s=0)) as store:
        await store.submit(new_job())
        await store.submit(new_job())
        with pytest.raises(QueueFull) as caught:
            await store.submit(new_job())
        assert caught.value.retry_after_s and caught.value.retry_after_s >= 1
        await claim(store)
        await store.submit(new_job())


async def test_one_key_cannot_take_the_whole_queue(open_store: OpenStore) -> None:
    async with open_store(limits=QueueLimits(waiting=100, per_owner=1, cache_ttl_s=0)) as store:
        await store.submit(new_job(owner="a"))
        with pytest.raises(QueueFull, match="JOBS_PER_KEY"):
            await store.submit(new_job(owner="a"))
        await store.submit(new_job(owner="b"))


async def test_the_same_idempotency_key_gives_the_same_job(store: Store) -> None:
    news = [new_job(content="one", owner="a", idempotency_key="k") for _ in range(5)]
    results = await asyncio.gather(*(store.submit(new) for new in news))
    assert len({result.job.id for result in results}) == 1
    assert sorted(result.created for result in results) == [False, False, False, False, True]
    with pytest.raises(IdempotencyConflict):
        await store.submit(new_job(content="two", owner="a", idempotency_key="k"))
    other_owner = await store.submit(new_job(content="two", owner="b", idempotency_key="k"))
    assert other_owner.created


async def test_a_page_is_counted_once_and_told_once(store: Store) -> None:
    new = new_job()
    await store.submit(new)
    run = (await claim(store)).run_id
    await keep_page(store, new.id, run, PageRow(2, "completed", 0.5))
    await keep_page(store, new.id, run, PageRow(2, "completed", 0.5))
    await keep_page(store, new.id, run, PageRow(1, "failed", 0.1, "render_failed"))
    assert await store.page_counts([new.id]) == {new.id: PageCounts(done=1, failed=1)}
    assert [page.number for page in await store.pages(new.id)] == [1, 2]
    events = await store.events(new.id, 0)
    assert [(event.kind, event.data.get("number")) for event in events] == [
        ("state", None),
        ("state", None),
        ("page", 2),
        ("page", 1),
    ]


async def test_a_run_that_lost_its_job_writes_nothing(store: Store) -> None:
    new = new_job()
    await store.submit(new)
    old = (await claim(store, "frozen")).run_id
    await store.hand_back("frozen", "replica lost")
    taken = (await claim(store, "live")).run_id
    with pytest.raises(RunLost):
        await keep_page(store, new.id, old, PageRow(1, "completed", 0.1))
    with pytest.raises(RunLost):
        await store.finish(new.id, old, JobState.FAILED, failure=JobFailure("x", "x"))
    with pytest.raises(RunLost):
        await store.check_owned(new.id, old)
    await store.finish(new.id, taken, JobState.COMPLETED)
    job = await store.get(new.id)
    assert (job.state, job.runs) == (JobState.COMPLETED, 2)
    assert await store.page_counts([new.id]) == {}


async def test_the_failure_is_kept_with_page_and_stage(store: Store) -> None:
    new = new_job()
    await store.submit(new)
    failure = JobFailure("render_failed", "Page 3 could not be drawn.", page=3, stage="render")
    await store.finish(new.id, (await claim(store)).run_id, JobState.FAILED, failure=failure)
    job = await store.get(new.id)
    assert job.failure == failure
    assert job.finished_at is not None and job.started_at is not None
    assert job.created_at <= job.started_at <= job.finished_at


async def test_events_resume_after_any_of_them(store: Store) -> None:
    new = new_job()
    await store.submit(new)
    run = (await claim(store)).run_id
    for number in (1, 2, 3):
        await keep_page(store, new.id, run, PageRow(number, "completed", 0.1))
    await store.finish(new.id, run, JobState.COMPLETED)
    everything = await store.events(new.id, 0)
    assert [event.kind for event in everything] == ["state", "state", "page", "page", "page", "state", "end"]
    assert [event.seq for event in everything] == sorted({event.seq for event in everything})
    for index, event in enumerate(everything):
        assert await store.events(new.id, event.seq) == everything[index + 1 :]
    assert everything[-1].seq == (await store.get(new.id)).last_seq


async def test_another_keys_result_is_never_shared(store: Store) -> None:
    """Else how fast it comes would tell that somebody has sent the same document."""
    first, second = new_job(content="same", owner="anna"), new_job(content="same", owner="boris")
    await store.submit(first)
    submission = await store.submit(second)
    assert submission.job.leader_id is None
    assert {(await claim(store)).job.id, (await claim(store)).job.id} == {first.id, second.id}


async def test_two_submissions_of_the_same_content_share_one_run(store: Store) -> None:
    leader, follower = new_job(content="same"), new_job(content="same")
    await store.submit(leader)
    await store.submit(follower)
    first = await claim(store)
    assert first.job.id == leader.id
    assert await store.claim_next("r1") is None
    await store.finish(leader.id, first.run_id, JobState.COMPLETED)
    second = await claim(store)
    assert (second.job.id, second.job.leader_id) == (follower.id, leader.id)


async def test_when_the_shared_run_fails_one_follower_reads_for_the_others(store: Store) -> None:
    news = [new_job(content="same") for _ in range(3)]
    for new in news:
        await store.submit(new)
    first = await claim(store)
    await store.cancel(first.job.id)
    second = await claim(store)
    assert second.job.leader_id is None
    assert await store.claim_next("r1") is None
    await store.finish(second.job.id, second.run_id, JobState.COMPLETED)
    third = await claim(store)
    assert third.job.leader_id == second.job.id


@pytest.mark.parametrize(
    "changes",
    [{"content": "other"}, {"options": ReadOptions(dpi=300)}, {"engine_version": "6"}, {"use_cache": False}],
)
async def test_what_differs_is_read_anew(store: Store, changes: dict[str, object]) -> None:
    done = new_job(content="same")
    await store.submit(done)
    await store.finish(done.id, (await claim(store)).run_id, JobState.COMPLETED)
    assert (await store.submit(new_job(content="same"))).job.leader_id == done.id
    assert (await store.submit(new_job(**{"content": "same", **changes}))).job.leader_id is None


async def test_a_result_older_than_the_cache_time_is_read_anew(open_store: OpenStore) -> None:
    done = new_job(content="same")
    async with open_store(limits=QueueLimits(1000, 0, cache_ttl_s=3600)) as store:
        await store.submit(done)
        await store.finish(done.id, (await claim(store)).run_id, JobState.COMPLETED)
        assert (await store.submit(new_job(content="same"))).job.leader_id == done.id
    async with open_store(limits=QueueLimits(1000, 0, cache_ttl_s=0.2)) as store:

        async def read_anew() -> bool:
            return (await store.submit(new_job(content="same"))).job.leader_id != done.id

        await until(read_anew)


async def test_cancel_takes_the_job_from_its_run_at_once(open_store: OpenStore) -> None:
    told: asyncio.Queue[Change] = asyncio.Queue()
    async with open_store(told.put_nowait) as store:
        new = new_job()
        await store.submit(new)
        run = (await claim(store)).run_id
        assert (await store.cancel(new.id)).state is JobState.CANCELLED
        assert (await store.cancel(new.id)).state is JobState.CANCELLED
        async with asyncio.timeout(PATIENCE_S):
            while (await told.get()).state is not JobState.CANCELLED:
                pass
        with pytest.raises(RunLost):
            await keep_page(store, new.id, run, PageRow(1, "completed", 0.1))
        with pytest.raises(NotFound):
            await store.cancel("nothing")


async def test_retry_queues_again_and_removal_needs_an_end(store: Store) -> None:
    new = new_job(idempotency_key="k")
    await store.submit(new)
    with pytest.raises(NotFinished):
        await store.remove(new.id)
    assert await store.find(new.id) is not None
    run = (await claim(store)).run_id
    await keep_page(store, new.id, run, PageRow(1, "completed", 0.1))
    await store.finish(new.id, run, JobState.PARTIAL)
    assert (await store.retry(new.id)).state is JobState.QUEUED
    await store.finish(new.id, (await claim(store)).run_id, JobState.COMPLETED)
    assert (await store.retry(new.id)).state is JobState.COMPLETED
    assert (await store.retry(new.id, [1])).state is JobState.QUEUED
    await store.finish(new.id, (await claim(store)).run_id, JobState.COMPLETED)
    await store.remove(new.id)
    assert await store.find(new.id) is None
    assert await store.events(new.id, 0) == [] and await store.pages(new.id) == []
    assert (await store.submit(new_job(idempotency_key="k"))).created


async def test_a_page_that_is_to_be_read_again_stays_and_does_not_count_until_it_is(store: Store) -> None:
    new = new_job()
    await store.submit(new)
    first = await claim(store)
    for page in (PageRow(1, "completed", 0.1), PageRow(2, "failed", 0.1, "page_timeout"), PageRow(3, "completed", 0.1)):
        await keep_page(store, new.id, first.run_id, page)
    await store.finish(new.id, first.run_id, JobState.PARTIAL)
    await store.retry(new.id, [3])
    assert [(page.number, page.again) for page in await store.pages(new.id)] == [(1, False), (2, True), (3, True)]
    assert await store.page_counts([new.id]) == {new.id: PageCounts(done=1)}
    assert set((await store.page_runs(new.id)).values()) == {first.run_id}
    told = [event.data for event in await store.events(new.id, 0) if event.kind == "page"]
    assert [(page["number"], page["again"]) for page in told] == [(1, False), (2, True), (3, True)]
    before = (await store.get(new.id)).last_seq

    second = await claim(store)
    await keep_page(store, new.id, second.run_id, PageRow(3, "completed", 0.2))
    await store.cancel(new.id)
    assert [page.number for page in await store.pages(new.id) if page.again] == [2]
    assert await store.page_runs(new.id) == {1: first.run_id, 2: first.run_id, 3: second.run_id}
    told = [event.data for event in await store.events(new.id, before) if event.kind == "page"]
    assert [(page["number"], page["again"]) for page in told] == [(3, False)]
    await store.retry(new.id)
    assert [page.number for page in await store.pages(new.id) if page.again] == [2]


async def test_a_deadline_that_passes_in_the_queue_fails_the_job(store: Store) -> None:
    late, in_time = new_job(deadline_s=0.1), new_job(deadline_s=3600.0)
    await store.submit(late)
    await store.submit(in_time)

    async def expired() -> bool:
        assert await store.expire_waiting() is not None
        return (await store.get(late.id)).state is not JobState.QUEUED

    await until(expired)
    failure = (await store.get(late.id)).failure
    assert failure and failure.code == "deadline_exceeded"
    claimed = await claim(store)
    assert claimed.job.id == in_time.id
    assert claimed.deadline_in_s == pytest.approx(3600, abs=60)


async def test_the_list_goes_on_after_the_last_id(store: Store) -> None:
    news = [new_job(owner="a" if index % 2 else "b") for index in range(7)]
    for new in news:
        await store.submit(new)
    ids = sorted((new.id for new in news), reverse=True)
    first = await store.newest(limit=4)
    rest = await store.newest(limit=4, after=first[-1].id)
    assert [job.id for job in first + rest] == ids
    assert {job.owner for job in await store.newest(owner="a")} == {"a"}
    assert await store.newest(states=[JobState.RUNNING]) == []
    assert await store.newest(states=[JobState.RUNNING, JobState.QUEUED], limit=100) == await store.newest(limit=100)
    [name] = {job.file.name for job in first}
    assert len(await store.newest(name=name[1:-1].upper(), limit=100)) == len(await store.newest(limit=100))
    assert await store.newest(name="%") == await store.newest(name="no such name") == []
    assert set(await store.state_counts()) == {JobState.QUEUED}
    assert sum((await store.state_counts("a")).values()) == len(await store.newest(owner="a", limit=100))
    assert await store.state_counts() == {JobState.QUEUED: 7}


async def test_a_replica_that_falls_silent_loses_its_jobs(store: Store) -> None:
    for _ in range(2):
        await store.submit(new_job())
    await store.seen("dead")
    await store.seen("live")
    lost, kept = await claim(store, "dead"), await claim(store, "live")

    async def taken_over() -> bool:
        await store.seen("live")
        return (await store.take_over(silent_s=1.0)).again == 1

    await until(taken_over)
    assert (await store.get(lost.job.id)).state is JobState.QUEUED
    assert (await store.get(kept.job.id)).state is JobState.RUNNING


async def test_a_submission_whose_commit_came_through_unheard_is_the_same_job(store: Store) -> None:
    new = new_job()
    first = await store.submit(new)
    again = await store.submit(new)
    assert (again.job.id, again.created) == (first.job.id, True)
    assert await store.state_counts() == {JobState.QUEUED: 1}


async def test_the_backlog_is_the_pages_that_no_run_has_kept(store: Store) -> None:
    assert await store.backlog() == Backlog(0, 0.0)
    first = await store.submit(new_job(content="same"))
    await store.submit(new_job(content="same"))  # waits for the first: its pages are the first one's
    await store.submit(new_job())
    assert (await store.backlog()).pages == 6
    run = await claim(store)
    assert run.job.id == first.job.id
    await keep_page(store, first.job.id, run.run_id, PageRow(1, "completed", 0.1))
    left = await store.backlog()
    assert left.pages == 5
    assert left.oldest_s >= 0
    await store.finish(first.job.id, run.run_id, JobState.FAILED)
    assert (await store.backlog()).pages == 6, "the failed one's two do not wait any more; its follower's three do"


async def test_jobs_are_listed_by_age_and_by_name_in_parts(store: Store) -> None:
    names = ["b.pdf", "A.pdf", "c.pdf", "a.pdf", "B.pdf"]
    news = []
    for name in names:
        new = new_job()
        news.append(replace(new, file=replace(new.file, name=name)))
        await store.submit(news[-1])
    ids = [new.id for new in news]
    assert [job.id for job in await store.newest(sort="oldest", after=ids[1])] == ids[2:]
    listed: list[str] = []
    after: Job | None = None
    while True:
        part = await store.newest(
            sort="name", after=after.id if after else None, after_name=after.file.name if after else "", limit=2
        )
        if not part:
            break
        listed += [job.file.name for job in part]
        after = part[-1]
    assert listed == ["A.pdf", "a.pdf", "b.pdf", "B.pdf", "c.pdf"]
