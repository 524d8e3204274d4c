"""What a submission waits for its database and its bucket, in all of its calls together."""

from __future__ import annotations

import asyncio

import pytest

from ocr_service.errors import NotReady
from ocr_service.jobs.admission_control import AdmissionControl
from ocr_service.jobs.wait_budget import WaitBudget, new_wait_budget, wait_budget
from tests.support.postgres_server import PostgresServer
from tests.support.store import OpenStore, new_job

pytestmark = pytest.mark.anyio


def test_what_one_call_took_is_gone_for_the_next() -> None:
    left = WaitBudget(60.0)
    left.spend(59.0)
    assert left.left_s == 1.0
    with pytest.raises(NotReady), left.waiting() as left_s:
        assert left_s == 1.0
        raise NotReady.no_database()
    assert left.left_s < 1.0


def test_a_healthy_call_has_time_whatever_the_others_took() -> None:
    left = WaitBudget(5.0)
    left.spend(500.0)
    assert 0 < left.left_s < 1


async def test_each_submission_has_its_own() -> None:
    async def left_after(seconds: float) -> float:
        new_wait_budget(60.0).spend(seconds)
        await asyncio.sleep(0)
        return wait_budget().left_s

    assert list(await asyncio.gather(left_after(10.0), left_after(20.0))) == [50.0, 40.0]


async def test_a_database_that_falls_silent_between_two_calls_costs_one_budget(
    open_postgres_store: OpenStore, postgres: PostgresServer
) -> None:
    async with open_postgres_store() as store:
        room = AdmissionControl(store.limits, store.load)
        async with room.place(""):
            left = wait_budget()
        left.spend(4.9)  # as a bucket that answered late
        postgres.freeze()
        try:
            for _ in range(3):
                with pytest.raises(NotReady), wait_budget().waiting() as left_s:
                    assert left_s < 1
                    await store.within(left_s).submit(new_job())
        finally:
            postgres.thaw()
