"""The list of documents: counted, filtered, searched, several at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.fakes.vllm import FakeVllm, failure
from tests.support.browser import visiting
from tests.support.jobs import submit, wait_finished
from tests.support.running import RunningService
from tests.support.simple_documents import pdf

pytestmark = pytest.mark.slow

_KEY = "the-key-of-the-list"


@pytest.fixture
def listed(tmp_path: Path) -> Iterator[RunningService]:
    """A service with a key, four documents that were read and one that failed."""
    fake = FakeVllm()
    with fake.running():
        settings = {"USE_VLM_API": "true", "VLLM_URL": fake.url, "LAYOUT_MODEL": "stub:2", "VLM_RETRIES": "0"}
        with RunningService(tmp_path, API_KEYS=f"Accounts:{_KEY}", **settings) as service:
            service.client.headers["X-API-Key"] = _KEY
            jobs = [submit(service.client, f"Отчёт {number}", pdf(f"report {number}")) for number in range(4)]
            wait_finished(service.client, jobs)
            fake.answer = lambda asked: failure(400)
            wait_finished(service.client, [submit(service.client, "Broken", pdf("broken"))])
            yield service


def test_documents_are_filtered_searched_and_removed_together(browser: Browser, listed: RunningService) -> None:
    with visiting(browser, listed.url) as visitor:
        page = visitor.open()
        page.locator("input[name=key]").fill(_KEY)
        page.get_by_role("button", name="Continue").click()
        rows = page.locator(".card.job")
        expect(rows).to_have_count(5)
        expect(page.get_by_role("button", name=re.compile(r"^With problems 1$"))).to_be_visible()

        page.get_by_role("button", name=re.compile("^With problems")).click()
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text("Broken.pdf")
        page.get_by_role("button", name=re.compile("^All")).click()
        page.get_by_label("Search by name").fill("отчёт 2")
        expect(rows).to_have_count(1)
        page.get_by_label("Search by name").fill("no such name")
        expect(page.locator(".empty")).to_contain_text("No document fits")
        assert visitor.barriers() == []
        page.get_by_label("Search by name").fill("")
        expect(rows).to_have_count(5)

        page.get_by_label("Select Отчёт 1.pdf").check()
        page.get_by_label("Select Отчёт 2.pdf").check()
        expect(page.locator(".selection-tools")).to_contain_text("2 documents selected")
        assert visitor.barriers() == []
        page.on("dialog", lambda dialog: dialog.accept())
        page.locator(".selection-tools").get_by_role("button", name="Remove").click()
        expect(rows).to_have_count(3)
        assert listed.client.get("/jobs/counts").json() == {"completed": 2, "failed": 1}


def test_a_key_is_kept_in_the_browser_by_choice_until_sign_out(browser: Browser, listed: RunningService) -> None:
    with visiting(browser, listed.url) as visitor:
        page = visitor.open()
        page.locator("input[name=key]").fill(_KEY)
        page.get_by_label("Remember it in this browser").check()
        page.get_by_role("button", name="Continue").click()
        expect(page.locator(".card.job")).to_have_count(5)
        other = page.context.new_page()
        other.goto(listed.url)
        expect(other.locator(".card.job")).to_have_count(5)
        expect(other.locator(".key-name")).to_contain_text("Accounts")
        other.locator(".key-name").click()
        expect(other.get_by_role("dialog")).to_contain_text("needs an API key")
        assert other.evaluate("localStorage.length + sessionStorage.length") <= 1  # the tab's own number
        assert _KEY not in other.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
