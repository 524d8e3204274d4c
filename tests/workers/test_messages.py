"""What a worker sends is data: nothing of it runs in the app, whatever it is."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from ocr_service.document import Crop, PageResult, PreparedPage, PreparedRegion, Region, RegionResult
from ocr_service.errors import NotReady, ServiceError, WorkerCrashed
from ocr_service.workers.messages import Done, MalformedAnswer, Refused, declared_type, encode_value
from ocr_service.workers.pool import PagePool
from tests.support import worker_tasks

pytestmark = pytest.mark.anyio

LONG_S = 300.0


class Trap:
    """Makes a file where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self._mark,)


def test_a_pages_values_arrive_as_they_were() -> None:
    region = Region("text", (1, 2, 3, 4), 0, 0.5)
    prepared = PreparedPage(
        1, 100, 200, 72, 0, (PreparedRegion(region, Crop("OCR:", b"/9j/", b"\x00\xff", figures=(("[F1]", "a.jpg"),))),)
    )
    read = PageResult(1, "completed", 100, 200, 72, 90, "vlm", "текст", (RegionResult("text", (1, 2, 3, 4), 0, 0.5),))
    for value in (prepared, read):
        assert Done(encode_value(value)).value(type(value)) == value


def test_errors_arrive_with_their_code_and_their_pause() -> None:
    error = Refused("not_ready", "away", 3.0).error
    assert isinstance(error, NotReady) and str(error) == "away" and error.retry_after_s == 3.0
    assert type(Refused("of a later version", "text").error) is ServiceError


@pytest.mark.parametrize("encoded", [b"", b"\xc1", pickle.dumps(1), encode_value({"number": "1"}), encode_value([1])])
def test_what_is_no_page_is_refused(encoded: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        Done(encoded).value(PageResult)


def test_a_function_declares_what_it_returns() -> None:
    assert declared_type(worker_tasks.page_without_regions) is PageResult


async def test_a_value_of_another_type_costs_the_worker(tmp_path: Path) -> None:
    async with PagePool(1) as pool:
        for task in (worker_tasks.lie, worker_tasks.page_without_regions):
            with pytest.raises(WorkerCrashed, match="malformed"):
                await pool.run(task, document="a", order=1, timeout_s=LONG_S)
        assert await pool.run(worker_tasks.echo, 1, document="a", order=1, timeout_s=LONG_S) == 1


async def test_a_pickle_from_a_worker_that_was_taken_over_never_runs(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    trap = pickle.dumps(Trap(mark))
    async with PagePool(1) as pool:
        for kind in (2, 3, 5, 200):
            message = worker_tasks.announced(kind, len(trap)) + trap
            with pytest.raises(WorkerCrashed):
                await pool.run(worker_tasks.speak_for_the_worker, message, document="a", order=1, timeout_s=LONG_S)
            assert not mark.exists()
        assert await pool.run(worker_tasks.echo, 1, document="a", order=1, timeout_s=LONG_S) == 1
    assert not mark.exists()


async def test_an_answer_without_end_is_not_waited_for() -> None:
    async with PagePool(1) as pool:
        with pytest.raises(WorkerCrashed, match="announced"):
            await pool.run(
                worker_tasks.speak_for_the_worker,
                worker_tasks.announced(2, (1 << 32) - 1),
                document="a",
                order=1,
                timeout_s=LONG_S,
            )
