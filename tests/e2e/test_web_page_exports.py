"""Files of a long document that are still being made when they are asked for."""

from __future__ import annotations

import re
from pathlib import Path

import psutil
from playwright.sync_api import Browser, expect

from tests.fakes.vllm import FakeVllm
from tests.support.browser import visiting
from tests.support.jobs import document, quick_service, submit, wait_finished
from tests.support.processes import WORKER, children_running

_PAGES = 100  # from so many on, a request waits a second and then is told to ask again


def test_a_file_that_is_being_made_shows_its_progress_and_comes(browser: Browser, tmp_path: Path) -> None:
    fake = FakeVllm()
    with fake.running(), quick_service(tmp_path, fake, RENDER_WORKERS="1") as service:
        job = submit(service.client, "book", document("book", _PAGES))
        wait_finished(service.client, [job])
        assert service.process is not None
        workers = children_running(psutil.Process(service.process.pid), WORKER)
        [exporter] = [worker for worker in workers if worker.nice() == max(other.nice() for other in workers)]
        with visiting(browser, service.url, accept_downloads=True) as visitor:
            page = visitor.open(f"#/jobs/{job}")
            expect(page.locator("#page-1 .prose")).to_be_visible()
            exporter.suspend()
            try:
                page.get_by_role("button", name="Download").click()
                with page.expect_download() as download:
                    page.locator(".menu-item", has_text=".docx").click()
                    expect(page.get_by_role("button", name="Download")).to_contain_text(re.compile(r"\d+ %"))
                    exporter.resume()
            finally:
                exporter.resume()
            assert Path(download.value.path()).read_bytes().startswith(b"PK")
            expect(page.get_by_role("button", name="Download")).not_to_contain_text("%")
