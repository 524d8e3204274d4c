"""While the application loads: the port answers, probes tell the truth, nothing is accepted that nobody would do."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.running import RunningService, wait_until

pytestmark = pytest.mark.slow


def test_the_port_answers_before_the_application_is_loaded(tmp_path: Path) -> None:
    service = RunningService(tmp_path)
    try:
        service.start(until="/health/live")
        early = service.client.get("/health/startup")
        refused = service.client.post("/ocr/pdf", files={"file": b"%PDF-"})
        early_page = service.client.get("/")
        assert early.status_code == 503 and early.json()["waiting_for"] == ["the application to load"]
        assert refused.status_code == 503 and refused.json()["code"] == "not_ready"
        assert refused.headers["content-type"] == "application/problem+json"
        assert int(refused.headers["retry-after"]) > 0
        assert early_page.status_code == 200 and "trusted-types 'none'" in early_page.headers["content-security-policy"]
        wait_until(lambda: service.client.get("/health/ready").status_code == 200)
        assert service.client.get("/version").status_code == 200
    finally:
        assert service.stop() == 0
        service.client.close()


def test_a_stop_while_it_loads_is_an_orderly_one(tmp_path: Path) -> None:
    service = RunningService(tmp_path)
    service.start(until="/health/live")
    assert service.stop() == 0
    service.client.close()


def test_an_application_that_cannot_start_ends_the_process_with_its_reason(tmp_path: Path) -> None:
    jobs = tmp_path / "output" / ".jobs"
    jobs.mkdir(parents=True)
    (jobs / "jobs.sqlite3").write_bytes(b"this is no database, and long enough to be seen as none" * 40)
    service = RunningService(tmp_path)
    with suppress(AssertionError):  # it may end before the first answer
        service.start(until="/health/live")
    assert service.process is not None
    assert service.process.wait(30) == 2
    assert "database" in service.log.read_text().lower()
    service.client.close()
