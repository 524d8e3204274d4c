"""Backends that hang, come and go: no page is lost while one of them can read."""

from __future__ import annotations

from pathlib import Path

from tests.fakes.flapping import comes_and_goes
from tests.fakes.vllm import FakeVllm, Reply
from tests.support.aftermath import VLM, Holdings, check_holdings, check_nothing_left, check_whole, submit, wait_ended
from tests.support.running import RunningService, free_port, wait_until

PAGES = 30


def test_a_backend_that_hangs_is_left_out_and_the_other_reads(tmp_path: Path) -> None:
    with FakeVllm().running() as hanging, FakeVllm(then=Reply(after_s=0.05)).running() as steady:
        urls = f"{hanging.url},{steady.url}"
        with RunningService(tmp_path, **VLM, VLLM_URL=urls, VLM_TIMEOUT_S="2", VLM_RETRIES="8") as service:
            before = Holdings.of(service)
            hanging.then = Reply(hang=True)  # after its warm-up: /health and /v1/models still answer
            job_id = submit(service, "hang", PAGES)
            assert wait_ended(service, [job_id]) == ["completed"]
            check_whole(service, job_id, PAGES)
            metrics = service.client.get("/metrics").text
            assert f'ocr_backend_up{{backend="{hanging.url}"}} 0.0' in metrics
            assert f'ocr_backend_up{{backend="{steady.url}"}} 1.0' in metrics
            assert f'ocr_backend_requests_total{{backend="{hanging.url}",outcome="timeout"}}' in metrics
            check_holdings(service, before, files=16)  # pooled connections to two backends
            check_nothing_left(service)


def test_a_backend_that_comes_and_goes_costs_no_page(tmp_path: Path) -> None:
    port = free_port()
    settings = {**VLM, "VLLM_URL": f"http://127.0.0.1:{port}/v1", "VLM_RETRIES": "20", "VLM_CONCURRENCY": "2"}
    with (
        comes_and_goes(FakeVllm(then=Reply(after_s=0.05)), port) as turns,
        RunningService(tmp_path, **settings) as service,
    ):
        before = turns.away
        jobs = [submit(service, f"flap {number}", PAGES) for number in range(2)]
        assert wait_ended(service, jobs) == ["completed"] * 2
        assert turns.away > before, "the backend never went away while the jobs ran"
        for job_id in jobs:
            check_whole(service, job_id, PAGES)
        check_nothing_left(service)


def test_while_no_backend_is_up_jobs_wait_and_then_say_why(tmp_path: Path) -> None:
    backend = FakeVllm(then=Reply(after_s=0.05))
    with backend.running(), RunningService(tmp_path, **VLM, VLLM_URL=backend.url, BACKEND_WAIT_S="2") as service:
        backend.stop()
        waiting = submit(service, "waits", 4)
        assert wait_ended(service, [waiting]) == ["failed"]
        job = service.client.get(f"/jobs/{waiting}").json()
        assert job["error"]["code"] == "engine_unavailable"
        with backend.running(backend.port):
            wait_until(lambda: service.client.get("/health/ready").status_code == 200)
            service.client.post(f"/jobs/{waiting}/retry").raise_for_status()
            assert wait_ended(service, [waiting]) == ["completed"]
            check_whole(service, waiting, 4)
            check_nothing_left(service)
