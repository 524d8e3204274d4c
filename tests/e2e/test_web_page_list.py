"""The list of documents: counted, filtered, searched, several at once."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from playwright.sync_api import Browser, expect

from tests.fakes.fault_proxy import FaultProxy
from tests.fakes.vllm import FakeVllm, failure
from tests.support.browser import visiting
from tests.support.jobs import quick_service, submit, wait_finished
from tests.support.running import RunningService, wait_until
from tests.support.s3_server import BUCKET, REGION
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


def test_documents_are_sorted_and_several_downloaded_as_one_zip(browser: Browser, listed: RunningService) -> None:
    with visiting(browser, listed.url, accept_downloads=True) as visitor:
        page = visitor.open()
        page.locator("input[name=key]").fill(_KEY)
        page.get_by_role("button", name="Continue").click()
        names = page.locator(".card.job .card-name")
        expect(names).to_have_count(5)
        expect(names.first).to_contain_text("Broken.pdf")
        page.get_by_label("Order").select_option("oldest")
        expect(names.first).to_contain_text("Отчёт 0.pdf")
        page.get_by_label("Order").select_option("name")
        expect(names).to_have_text(["Broken.pdf", *(f"Отчёт {number}.pdf" for number in range(4))])
        page.get_by_label("Select Отчёт 1.pdf").check()
        page.get_by_label("Select Отчёт 2.pdf").check()
        assert visitor.barriers() == []
        with page.expect_download() as download:
            page.get_by_role("button", name="Download as one ZIP").click()
        names_in_zip = zipfile.ZipFile(download.value.path()).namelist()
        assert {name for name in names_in_zip if name.endswith(".md")} == {
            "Отчёт 1/Отчёт 1.md",
            "Отчёт 2/Отчёт 2.md",
        }


def test_a_long_list_has_rows_only_where_somebody_looks(browser: Browser, tmp_path: Path) -> None:
    fake = FakeVllm()
    with fake.running(), quick_service(tmp_path, fake) as service:
        jobs = [submit(service.client, f"letter {number}", pdf("letter"), cache="true") for number in range(180)]
        wait_finished(service.client, jobs)
        with visiting(browser, service.url, viewport={"width": 1280, "height": 500}) as visitor:
            page = visitor.open()
            expect(page.get_by_role("link", name="letter 179.pdf")).to_be_visible()
            rows = page.locator(".card.job")
            first = page.get_by_role("link", name="letter 0.pdf")
            while first.count() == 0:
                page.mouse.wheel(0, 3000)
                page.evaluate("new Promise(requestAnimationFrame)")
            first.scroll_into_view_if_needed()
            expect(first).to_be_in_viewport()
            assert page.evaluate("scrollY") > 0
            expect(page.get_by_role("link", name="letter 179.pdf")).to_have_count(0)
            assert rows.count() < 120
            while page.evaluate("scrollY") > 0:  # what is left of the wheel's motion ends that of the key
                page.keyboard.press("Home")
                page.evaluate("new Promise(requestAnimationFrame)")
            expect(page.get_by_role("link", name="letter 179.pdf")).to_be_in_viewport()


def test_documents_of_a_batch_stand_together(browser: Browser, tmp_path: Path, proxy: FaultProxy) -> None:
    client = boto3.session.Session().client(
        "s3", endpoint_url=proxy.url, aws_access_key_id="a", aws_secret_access_key="b", region_name=REGION
    )
    for number in range(3):
        client.put_object(Bucket=BUCKET, Key=f"in/scan {number}.pdf", Body=pdf(f"scan {number}"))
    fake = FakeVllm()
    settings = {
        "CLOUDRU_S3_ENDPOINT": proxy.url,
        "CLOUDRU_S3_BUCKET": BUCKET,
        "CLOUDRU_S3_ACCESS_KEY": "key-id",
        "CLOUDRU_S3_SECRET_KEY": "very-secret-key",
    }
    with fake.running(), quick_service(tmp_path, fake, **settings) as service:
        wait_finished(service.client, [submit(service.client, "alone", pdf("alone"))])
        batch = service.client.post("/jobs", json={"source": {"s3_prefix": "in/"}}).json()["id"]
        wait_until(lambda: service.client.get(f"/batches/{batch}").json()["state"] == "completed", what="the batch")
        with visiting(browser, service.url, locale="ru-RU") as visitor:
            page = visitor.open()
            head = page.locator(".batch-head")
            expect(head).to_contain_text("Пакет in/")
            expect(head).to_contain_text("Готово: 3")
            expect(page.locator(".card.job")).to_have_count(4)
            assert visitor.barriers() == []
            head.get_by_role("button", name="Выбрать весь").click()
            expect(page.locator(".selection-tools")).to_contain_text("3")
            head.get_by_role("button", name="Пакет in/").click()
            expect(page.locator(".card.job")).to_have_count(1)
