from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from ocr_service.errors import (
    EngineUnavailable,
    NotReady,
    PageTimeout,
    RenderFailed,
    ServiceError,
    WorkerCrashed,
)
from ocr_service.workers.pool import PagePool
from tests.support import worker_tasks
from tests.support.gate import Gate
from tests.support.processes import WORKER, children_running, gone, pid_gone
from tests.support.running import until

pytestmark = pytest.mark.anyio

LONG_S = 300.0  # a time limit that is not meant to be met


def environment_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


async def pid_of(pool: PagePool) -> int:
    return await pool.run(worker_tasks.pid, document="any", order=1, timeout_s=LONG_S)


async def test_task_gets_its_arguments_and_gives_its_value() -> None:
    async with PagePool(1) as pool:
        value = {"page": 1, "text": "страница" * 100_000}
        assert await pool.run(worker_tasks.echo, value, document="a", order=1, timeout_s=LONG_S) == value
        assert await pid_of(pool) != os.getpid()


async def test_error_of_ours_comes_back_as_it_was_raised() -> None:
    async with PagePool(1) as pool:
        with pytest.raises(RenderFailed, match="no such page") as caught:
            await pool.run(worker_tasks.refuse, "no such page", document="a", order=1, timeout_s=LONG_S)
        assert caught.value.retry_after_s == 3
        assert not pool.restarts


@pytest.mark.parametrize("task", [worker_tasks.fail, worker_tasks.no_data])
async def test_bug_in_a_task_is_logged_and_costs_that_task_alone(
    task: Callable[[], object], caplog: pytest.LogCaptureFixture
) -> None:
    async with PagePool(1) as pool:
        before = await pid_of(pool)
        with pytest.raises(ServiceError) as caught:
            await pool.run(task, document="a", order=1, timeout_s=LONG_S)
        assert caught.value.code == "internal_error"
        assert "Traceback" in caplog.text
        assert await pid_of(pool) == before


async def test_crash_is_tried_once_more_in_a_fresh_process(tmp_path: Path) -> None:
    async with PagePool(1) as pool:
        mark = tmp_path / "mark"
        pid = await pool.run(worker_tasks.crash_the_first_time, mark, document="a", order=1, timeout_s=LONG_S)
        assert pid != int(mark.read_text())
        assert pool.restarts == {"crashed": 1}


async def test_page_that_crashes_twice_fails_and_others_do_not_notice(tmp_path: Path) -> None:
    async with PagePool(2) as pool:
        gate, told = Gate(tmp_path / "gate"), tmp_path / "told"
        other = asyncio.create_task(
            pool.run(worker_tasks.wait_for, gate.path, told, document="b", order=1, timeout_s=LONG_S)
        )
        await until(told.exists)
        with pytest.raises(WorkerCrashed, match="SIGSEGV"):
            await pool.run(worker_tasks.crash, document="a", order=1, timeout_s=LONG_S)
        gate.open()
        assert await other == int(told.read_text())


async def test_page_that_ends_its_process_without_an_error_is_not_waited_for() -> None:
    async with PagePool(1) as pool:
        with pytest.raises(WorkerCrashed, match="without an answer"):
            await pool.run(worker_tasks.end_quietly, document="a", order=1, timeout_s=LONG_S)
        assert pool.restarts == {"crashed": 2}


async def test_worker_killed_in_mid_task_loses_nothing(tmp_path: Path) -> None:
    async with PagePool(1) as pool:
        gate, told = Gate(tmp_path / "gate"), tmp_path / "told"
        task = asyncio.create_task(
            pool.run(worker_tasks.wait_for, gate.path, told, document="a", order=1, timeout_s=LONG_S)
        )
        await until(told.exists)
        killed = int(told.read_text())
        gate.open()
        os.kill(killed, signal.SIGKILL)
        assert await task
        assert await pid_of(pool) != killed


async def test_worker_killed_while_idle_costs_no_try(tmp_path: Path) -> None:
    async with PagePool(1) as pool:
        idle = await pid_of(pool)
        os.kill(idle, signal.SIGKILL)
        await until(lambda: pid_gone(idle))
        mark = tmp_path / "mark"
        # Crashes once by itself: it would fail if the idle worker's death had counted.
        assert await pool.run(worker_tasks.crash_the_first_time, mark, document="a", order=1, timeout_s=LONG_S)


async def test_hang_in_native_code_ends_in_a_timeout() -> None:
    async with PagePool(1) as pool:
        with pytest.raises(PageTimeout, match=r"longer than 0\.4 s"):
            await pool.run(worker_tasks.hang_in_native_code, document="a", order=1, timeout_s=0.4)
        assert pool.restarts["timeout"] == 2
        assert await pid_of(pool)


@pytest.mark.slow
async def test_hang_by_chance_is_tried_once_more(tmp_path: Path) -> None:
    async with PagePool(1) as pool:
        mark = tmp_path / "mark"
        task = pool.run(worker_tasks.hang_the_first_time, mark, document="a", order=1, timeout_s=2)
        assert await task == "done"


@pytest.mark.parametrize("take", [worker_tasks.allocate, worker_tasks.enlarge])
async def test_memory_limit_costs_the_page_that_meets_it(take: Callable[[int], int]) -> None:
    async with PagePool(1, memory_mb=512) as pool:
        assert await pool.run(take, 100, document="a", order=1, timeout_s=LONG_S) == 1
        with pytest.raises(WorkerCrashed, match="more than 512 MB of memory"):
            await pool.run(take, 600, document="a", order=1, timeout_s=LONG_S)
        assert await pid_of(pool)


async def test_cancel_ends_the_running_worker_and_what_it_has_started(tmp_path: Path) -> None:
    async with PagePool(1) as pool:
        worker = await pid_of(pool)
        told = tmp_path / "told"
        task = asyncio.create_task(
            pool.run(worker_tasks.start_a_child_and_hang, told, document="a", order=1, timeout_s=LONG_S)
        )
        await until(told.exists)
        child = int(told.read_text())
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: pid_gone(worker) and pid_gone(child))
        assert await pid_of(pool) != worker
        assert pool.restarts == {"cancelled": 1}


async def test_cancelled_task_leaves_the_queue(tmp_path: Path) -> None:
    async with PagePool(1) as pool:
        gate, told = Gate(tmp_path / "gate"), tmp_path / "told"
        running = asyncio.create_task(
            pool.run(worker_tasks.wait_for, gate.path, told, document="a", order=1, timeout_s=LONG_S)
        )
        await until(told.exists)
        mark = tmp_path / "mark"
        queued = asyncio.create_task(
            pool.run(worker_tasks.crash_the_first_time, mark, document="a", order=2, timeout_s=LONG_S)
        )
        await until(lambda: pool.waiting == 1)
        queued.cancel()
        with pytest.raises(asyncio.CancelledError):
            await queued
        assert (pool.waiting, pool.running) == (0, 1)
        gate.open()
        await running
        await pid_of(pool)
        assert not mark.exists()


async def test_task_cancelled_between_its_tries_harms_no_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    gate = Gate(tmp_path / "gate")
    gate.open()
    async with PagePool(1, warm_up=worker_tasks.wait_for_the_gate_in_home) as pool:
        await pool.wait_ready()
        gate.close()
        task = asyncio.create_task(pool.run(worker_tasks.crash, document="a", order=1, timeout_s=LONG_S))
        await until(lambda: pool.restarts["crashed"] == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        gate.open()
        assert await pid_of(pool)
        assert pool.restarts == {"crashed": 1}


async def test_documents_take_turns_and_no_more_run_than_there_are_workers(tmp_path: Path) -> None:
    async with PagePool(1) as pool:
        gate, told = Gate(tmp_path / "gate"), tmp_path / "told"
        done: list[str] = []

        async def page(document: str, order: int) -> None:
            await pool.run(worker_tasks.echo, None, document=document, order=order, timeout_s=LONG_S)
            done.append(f"{document} {order}")

        async with asyncio.TaskGroup() as group:
            group.create_task(pool.run(worker_tasks.wait_for, gate.path, told, document="x", order=1, timeout_s=LONG_S))
            await until(told.exists)
            for document, order in (("book", 3), ("book", 1), ("book", 2), ("letter", 1)):
                group.create_task(page(document, order))
            await until(lambda: pool.waiting == 4)
            assert pool.running == 1
            gate.open()
        assert done == ["book 1", "letter 1", "book 2", "book 3"]


async def test_worker_sees_no_secret_of_the_apps_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDRU_S3_SECRET_KEY", "hush-hush")
    monkeypatch.setenv("OMP_THREAD_LIMIT", "1")
    async with PagePool(1) as pool:
        environment = environment_of(await pid_of(pool))
        assert b"OMP_THREAD_LIMIT=1" in environment
        assert b"hush-hush" not in environment
        assert not any(line.startswith((b"CLOUDRU", b"API_KEYS")) for line in environment.split(b"\0"))
        # Neither does one that was started later, in the place of another.
        os.kill(await pid_of(pool), signal.SIGKILL)
        assert b"hush-hush" not in environment_of(await pid_of(pool))


async def test_worker_is_limited_before_it_does_anything() -> None:
    async with PagePool(1, memory_mb=700, nice=3) as pool:
        process = psutil.Process(await pid_of(pool))
        assert process.rlimit(psutil.RLIMIT_DATA) == (700 << 20, 700 << 20)
        assert process.rlimit(psutil.RLIMIT_CORE) == (0, 0)
        assert process.rlimit(psutil.RLIMIT_CPU)[0] < 4 * LONG_S + 60
        assert process.nice() == psutil.Process().nice() + 3


async def test_worker_ignores_the_terminals_interrupt() -> None:
    async with PagePool(1) as pool:
        worker = await pid_of(pool)
        os.kill(worker, signal.SIGINT)
        assert await pid_of(pool) == worker


async def test_worker_is_replaced_after_its_share_of_tasks() -> None:
    async with PagePool(1, tasks_per_worker=3) as pool:
        pids = [await pid_of(pool) for _ in range(7)]
        assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [3, 3, 1]
        assert pool.restarts == {"recycled": 2}


async def test_loop_is_free_while_workers_warm_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    gate = Gate(tmp_path / "gate")
    async with PagePool(1, warm_up=worker_tasks.wait_for_the_gate_in_home) as pool:
        task = asyncio.create_task(pid_of(pool))
        await until(lambda: pool.waiting == 1)
        assert not pool.ready
        gate.open()
        await pool.wait_ready()
        assert pool.ready
        assert await task


@pytest.mark.slow
async def test_workers_that_cannot_start_say_why_and_keep_nobody_waiting() -> None:
    async with PagePool(1, warm_up=worker_tasks.fail_to_warm_up) as pool:
        waiting = asyncio.create_task(pid_of(pool))
        with pytest.raises(EngineUnavailable, match="no such model"):
            await pool.wait_ready()
        with pytest.raises(EngineUnavailable, match="no such model"):
            await waiting
        assert not pool.ready


async def test_system_that_refuses_processes_is_named_and_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    async with PagePool(1) as pool:
        with pytest.raises(EngineUnavailable, match="/nonexistent/python"):
            await pool.wait_ready()


async def test_result_cut_off_by_a_cancel_does_no_harm() -> None:
    async with PagePool(1) as pool:
        for delay in (0.0, 0.01, 0.03, 0.06):
            # 60 MB through a pipe of 64 KB: the worker is killed while it writes.
            task = asyncio.create_task(
                pool.run(worker_tasks.large, 60_000_000, document="a", order=1, timeout_s=LONG_S)
            )
            await until(lambda: pool.running == 1)
            await asyncio.sleep(delay)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await pool.run(worker_tasks.large, 3, document="a", order=1, timeout_s=LONG_S) == bytes(3)


async def test_closing_ends_the_workers_and_refuses_what_waits(tmp_path: Path) -> None:
    async with PagePool(2) as pool:
        never, told = Gate(tmp_path / "never"), [tmp_path / str(index) for index in range(2)]
        tasks = [
            asyncio.create_task(
                pool.run(worker_tasks.wait_for, never.path, path, document="a", order=1, timeout_s=LONG_S)
            )
            for path in told
        ]
        await until(lambda: all(path.exists() for path in told))
        tasks.append(asyncio.create_task(pid_of(pool)))
        await until(lambda: pool.waiting == 1)
    never.open()
    assert all(pid_gone(int(path.read_text())) for path in told)
    for task in tasks:
        with pytest.raises(NotReady, match="shutting down"):
            await task
    with pytest.raises(NotReady, match="shutting down"):
        await pid_of(pool)


async def test_closing_while_workers_start_leaves_none_behind() -> None:
    before = children_running(psutil.Process(), WORKER)
    async with PagePool(2, warm_up=worker_tasks.hang_in_native_code):
        pass
    assert set(children_running(psutil.Process(), WORKER)) <= set(before)


async def test_workers_die_with_an_app_that_is_killed(tmp_path: Path) -> None:
    app = textwrap.dedent(
        f"""
        import asyncio
        from pathlib import Path
        from ocr_service.workers.pool import PagePool
        from tests.support import worker_tasks

        async def main():
            async with PagePool(2) as pool:
                idle = await pool.run(worker_tasks.pid, document="a", order=1, timeout_s=300)
                print(idle, flush=True)
                told = Path({str(tmp_path / "told")!r})
                await pool.run(worker_tasks.start_a_child_and_hang, told, document="a", order=1, timeout_s=300)

        asyncio.run(main())
        """
    )
    process = subprocess.Popen([sys.executable, "-c", app], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        with process.stdout:
            await asyncio.to_thread(process.stdout.readline)
            await until((tmp_path / "told").exists)
            grandchild = psutil.Process(int((tmp_path / "told").read_text()))
            workers = children_running(psutil.Process(process.pid), WORKER)
            assert len(workers) == 2
            process.kill()
            await until(lambda: gone(workers))
        grandchild.kill()
    finally:
        process.kill()
        process.wait()
