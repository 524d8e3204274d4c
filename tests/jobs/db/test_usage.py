"""What keys have read, on both databases: counted once with the rows of pages, and the quota that looks at it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from ocr_service.errors import QuotaExceeded, TooManyPages
from ocr_service.jobs.admission_control import AdmissionControl
from ocr_service.jobs.db.queue_load import QueueLimits
from ocr_service.jobs.db.usage import PageQuotas, QuotaUse, UsageRows
from ocr_service.jobs.models import Claim, JobState, KeptPage, NewJob, PageRow, Usage
from ocr_service.jobs.store import Store
from tests.support.store import LIMITS, OpenStore, new_job

pytestmark = pytest.mark.anyio

READ = Usage(pages=1, regions=4, prompt_tokens=900, completion_tokens=80, cpu_s=0.25)
DAY_S = 86400


async def started(store: Store, new: NewJob) -> Claim:
    await store.submit(new)
    claim = await store.claim_next("r1")
    assert claim is not None and claim.job.id == new.id
    return claim


def kept(claim: Claim, number: int, usage: Usage = READ) -> KeptPage:
    return KeptPage(claim.job.id, claim.run_id, PageRow(number, "completed", 0.5), usage)


async def usage_of(store: Store, owner: str | None = None) -> dict[str, Usage]:
    return {day.owner: day.usage for day in await UsageRows(store.database).by_day(owner, None, None)}


async def test_usage_adds_up_by_key(store: Store) -> None:
    a, b = [await started(store, new_job(owner=owner)) for owner in ("anna", "boris")]
    await store.keep_pages([kept(a, 1), kept(b, 1), kept(a, 2)])
    await store.keep_pages([kept(a, 3, Usage(failed_pages=1, cpu_s=1.0))])
    assert await usage_of(store) == {
        "anna": Usage(2, 1, 8, 1800, 160, 1.5),
        "boris": READ,
    }
    assert await usage_of(store, "boris") == {"boris": READ}
    assert await UsageRows(store.database).totals() == await usage_of(store)


async def test_a_page_that_is_written_twice_by_a_run_is_counted_once(store: Store) -> None:
    claim = await started(store, new_job(owner="anna"))
    await store.keep_pages([kept(claim, 1)])
    await store.keep_pages([kept(claim, 1), kept(claim, 2)])
    assert (await usage_of(store))["anna"].pages == 2


async def test_a_run_that_lost_its_job_counts_nothing(store: Store) -> None:
    claim = await started(store, new_job(owner="anna"))
    await store.keep_pages([kept(claim, 1)])
    await store.requeue_all("restart")
    assert await store.keep_pages([kept(claim, 2)]) == {claim.run_id}
    second = await store.claim_next("r2")
    assert second is not None
    await store.keep_pages([kept(second, 2), kept(second, 3)])
    assert (await usage_of(store))["anna"].pages == 3


async def test_a_page_that_is_read_again_is_counted_again(store: Store) -> None:
    claim = await started(store, new_job(owner="anna"))
    await store.keep_pages([kept(claim, number) for number in (1, 2, 3)])
    await store.finish(claim.job.id, claim.run_id, JobState.COMPLETED)
    await store.retry(claim.job.id, [2])
    again = await store.claim_next("r1")
    assert again is not None
    await store.keep_pages([kept(again, 2)])
    assert (await usage_of(store))["anna"].pages == 4


async def test_usage_survives_its_jobs(store: Store) -> None:
    claim = await started(store, new_job(owner="anna"))
    await store.keep_pages([kept(claim, 1)])
    await store.cancel(claim.job.id)
    await store.remove(claim.job.id)
    assert await usage_of(store) == {"anna": READ}


async def test_many_writers_of_one_key_lose_nothing(store: Store) -> None:
    claims = [await started(store, new_job(owner=f"key{index % 2}", pages=30)) for index in range(4)]
    pages = [kept(claim, number) for number in range(1, 31) for claim in claims]
    await asyncio.gather(*(store.keep_pages([page]) for page in pages))
    assert {owner: used.pages for owner, used in (await usage_of(store)).items()} == {"key0": 60, "key1": 60}


async def test_days_are_chosen_and_the_newest_comes_first(store: Store) -> None:
    claim = await started(store, new_job(owner="anna"))
    await store.keep_pages([kept(claim, 1)])
    rows = UsageRows(store.database)
    [today] = await rows.by_day(None, None, None)
    assert await rows.by_day(None, today.day, today.day) == [today]
    assert await rows.by_day(None, today.day + 1, today.day + 2) == []
    assert await rows.by_day(None, None, today.day - 1) == []


def quotas(**named: int) -> QueueLimits:
    return replace(LIMITS, quotas=PageQuotas(10, named))


async def test_a_quota_counts_what_is_read_and_what_waits(open_store: OpenStore) -> None:
    async with open_store(limits=quotas(boris=4, admin=0)) as store:
        claim = await started(store, new_job(owner="anna", pages=6))
        await store.keep_pages([kept(claim, number) for number in (1, 2)])
        with pytest.raises(QuotaExceeded, match="6 of 10 pages a day") as refused:
            await store.submit(new_job(owner="anna", pages=5))
        assert refused.value.retry_after_s is not None and 0 < refused.value.retry_after_s <= DAY_S
        await store.submit(new_job(owner="anna", pages=4))
        with pytest.raises(QuotaExceeded):
            await store.submit(new_job(owner="anna", pages=1))
        with pytest.raises(TooManyPages, match="PAGES_PER_DAY"):
            await store.submit(new_job(owner="boris", pages=5))
        await store.submit(new_job(owner="boris", pages=4))
        await store.submit(new_job(owner="admin", pages=3000))
        assert await store.state_counts("anna") == {JobState.RUNNING: 1, JobState.QUEUED: 1}


async def test_what_is_cancelled_or_failed_frees_the_quota(open_store: OpenStore) -> None:
    async with open_store(limits=quotas()) as store:
        claim = await started(store, new_job(owner="anna", pages=10))
        await store.keep_pages([kept(claim, 1), kept(claim, 2, Usage(failed_pages=1))])
        await store.cancel(claim.job.id)
        use = await UsageRows(store.database).quota_use("anna")
        assert (use.read, use.waiting) == (1, 0)
        assert use.day_ends_at % DAY_S == 0
        await store.submit(new_job(owner="anna", pages=9))


async def test_a_copy_of_an_equal_document_costs_nothing(open_store: OpenStore) -> None:
    async with open_store(limits=quotas()) as store:
        await store.submit(new_job(owner="anna", content="same", pages=10))
        copy = await store.submit(new_job(owner="anna", content="same", pages=10))
        assert copy.job.leader_id is not None
        with pytest.raises(QuotaExceeded):
            await store.submit(new_job(owner="anna", content="other", pages=1))


async def test_copies_of_what_is_cancelled_are_read_within_the_quota(open_store: OpenStore) -> None:
    async with open_store(limits=quotas()) as store:
        claim = await started(store, new_job(owner="anna", content="same", pages=6))
        copies = [await store.submit(new_job(owner="anna", content="same", pages=6)) for _ in range(2)]
        await store.keep_pages([kept(claim, number) for number in range(1, 6)])
        await store.cancel(claim.job.id)
        after = [await store.get(copy.job.id) for copy in copies]
        assert [(job.state, job.failure and job.failure.code) for job in after] == [
            (JobState.FAILED, "quota_exceeded")
        ] * 2
        assert await store.claim_next("r1") is None


async def test_a_copy_is_read_where_the_quota_allows_it(open_store: OpenStore) -> None:
    async with open_store(limits=quotas()) as store:
        claim = await started(store, new_job(owner="anna", content="same", pages=6))
        copy = await store.submit(new_job(owner="anna", content="same", pages=6))
        await store.keep_pages([kept(claim, number) for number in range(1, 5)])
        await store.cancel(claim.job.id)
        again = await store.claim_next("r1")
        assert again is not None and again.job.id == copy.job.id


async def read_and_copied(store: Store) -> tuple[str, list[str]]:
    """A document of six pages that is read, of ten a day, and three copies that wait."""
    claim = await started(store, new_job(owner="anna", content="same", pages=6))
    await store.keep_pages([kept(claim, number) for number in range(1, 7)])
    await store.finish(claim.job.id, claim.run_id, JobState.COMPLETED)
    copies = [(await store.submit(new_job(owner="anna", content="same", pages=6))).job for _ in range(3)]
    assert {copy.leader_id for copy in copies} == {claim.job.id}
    return claim.job.id, [copy.id for copy in copies]


async def states_of(store: Store, jobs: list[str]) -> list[tuple[JobState, str | None]]:
    found = [await store.get(job_id) for job_id in jobs]
    return [(job.state, job.failure.code if job.failure else None) for job in found]


async def test_copies_of_what_is_removed_are_read_within_the_quota(open_store: OpenStore) -> None:
    async with open_store(limits=quotas()) as store:
        original, copies = await read_and_copied(store)
        await store.remove(original)
        assert await states_of(store, copies) == [(JobState.FAILED, "quota_exceeded")] * 3


async def test_one_copy_of_what_is_removed_reads_it_for_the_others(open_store: OpenStore) -> None:
    async with open_store(limits=quotas(anna=12)) as store:
        original, copies = await read_and_copied(store)
        await store.remove(original)
        claim = await store.claim_next("r1")
        assert claim is not None and (claim.job.id, claim.job.leader_id) == (copies[0], None)
        assert await store.claim_next("r1") is None
        await store.keep_pages([kept(claim, number) for number in range(1, 7)])
        await store.finish(claim.job.id, claim.run_id, JobState.COMPLETED)
        second = await store.claim_next("r1")
        assert second is not None and second.job.leader_id == copies[0]


async def test_a_copy_that_runs_while_the_other_is_removed_is_within_the_quota_too(open_store: OpenStore) -> None:
    async with open_store(limits=quotas()) as store:
        original, _ = await read_and_copied(store)
        running = await store.claim_next("r1")
        assert running is not None
        await store.remove(original)
        with pytest.raises(QuotaExceeded):
            await store.read_for_itself(running.job.id, running.run_id)
    async with open_store(limits=quotas(anna=12)) as store:
        await store.read_for_itself(running.job.id, running.run_id)
        use = await UsageRows(store.database).quota_use("anna")
        assert (use.read, use.waiting) == (6, 6)


async def test_copies_of_what_misses_its_deadline_are_read_within_the_quota(open_store: OpenStore) -> None:
    async with open_store(limits=quotas()) as store:
        claim = await started(store, new_job(owner="anna", content="same", pages=6, deadline_s=0.0))
        copy = await store.submit(new_job(owner="anna", content="same", pages=6))
        await store.keep_pages([kept(claim, number) for number in range(1, 6)])
        await store.hand_back("r1", "restart")
        await store.expire_waiting()
        assert await states_of(store, [claim.job.id]) == [(JobState.FAILED, "deadline_exceeded")]
        assert await states_of(store, [copy.job.id]) == [(JobState.FAILED, "quota_exceeded")]


async def test_reading_again_is_within_the_quota_too(open_store: OpenStore) -> None:
    async with open_store(limits=quotas()) as store:
        claim = await started(store, new_job(owner="anna", pages=6))
        await store.keep_pages([kept(claim, number) for number in range(1, 7)])
        await store.finish(claim.job.id, claim.run_id, JobState.COMPLETED)
        with pytest.raises(QuotaExceeded):
            await store.retry(claim.job.id, [1, 2, 3, 4, 5])
        assert (await store.get(claim.job.id)).state is JobState.COMPLETED
        assert not any(page.again for page in await store.pages(claim.job.id))
        await store.retry(claim.job.id, [1, 2, 3, 4])


async def test_submissions_at_the_same_moment_stay_within_the_quota(open_store: OpenStore) -> None:
    async with open_store(limits=quotas()) as store:
        outcomes = await asyncio.gather(
            *(store.submit(new_job(owner="anna", pages=3)) for _ in range(8)), return_exceptions=True
        )
        assert sum(isinstance(outcome, QuotaExceeded) for outcome in outcomes) == 5
        assert await store.state_counts("anna") == {JobState.QUEUED: 3}


async def test_where_no_page_is_left_the_upload_is_refused_before_it_comes(open_store: OpenStore) -> None:
    limits = quotas()
    async with open_store(limits=limits) as store:
        await store.submit(new_job(owner="anna", pages=10))
        room = AdmissionControl(store.limits, store.load)
        for _ in range(2):
            with pytest.raises(QuotaExceeded) as refused:
                async with room.place("anna"):
                    pass
            assert refused.value.retry_after_s is not None
        async with room.place("boris"):
            pass


def test_quotas_are_written_as_numbers_and_names() -> None:
    found = PageQuotas.parse(("1000", "archive:50000", "admin:0"))
    assert [found.of(name) for name in ("anna", "archive", "admin", "")] == [1000, 50000, 0, 1000]
    assert found.any
    assert not PageQuotas.parse(()).any and not PageQuotas.parse(("0",)).any
    assert PageQuotas.parse(("a:1",)).of("b") == 0


def test_pages_of_a_quota_are_those_read_and_those_that_wait() -> None:
    assert QuotaUse(3, 4, 10.0, 86400.0).pages == 7
