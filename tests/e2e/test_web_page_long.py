"""A document of 500 pages in the browser: it arrives, scrolls and jumps in bounded memory."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.fakes.vllm import FakeVllm, Reply
from tests.support.browser import LONG_PAGE, visiting
from tests.support.jobs import document
from tests.support.running import RunningService

_PAGES = 500


def _memory(page: Page) -> tuple[float, int]:
    """Bytes of the heap after a collection, and the number of DOM nodes."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {item["name"]: item["value"] for item in session.send("Performance.getMetrics")["metrics"]}
    return float(metrics["JSHeapUsedSize"]), int(metrics["Nodes"])


def test_a_book_of_500_pages_stays_light(browser: Browser, vllm: FakeVllm, vlm_service: RunningService) -> None:
    vllm.then = Reply(LONG_PAGE)
    with visiting(browser, vlm_service.url) as visitor:
        page = visitor.open()
        page.get_by_text("Options", exact=True).click()
        page.get_by_label("Resolution").select_option("150")
        visitor.upload(("book.pdf", document("Page", _PAGES)))
        expect(page.locator("#page-1 .prose")).to_contain_text("quick brown fox")
        expect(page.locator(".page")).to_have_count(_PAGES)
        early = _memory(page)
        for _ in range(20):  # while pages arrive
            page.mouse.wheel(0, 2000)
            page.evaluate("new Promise(requestAnimationFrame)")
        expect(page.locator(".toolbar .pill.completed")).to_be_visible()
        for number in range(50, _PAGES + 1, 50):
            page.get_by_label("Go to page").fill(str(number))
            page.get_by_label("Go to page").press("Enter")
            expect(page.locator(f"#page-{number} .picture img")).to_be_visible()
            expect(page.locator(f"#page-{number}")).to_be_in_viewport()
        late = _memory(page)
        assert page.locator(".picture").count() < 10
        assert page.evaluate("document.querySelectorAll('.page[data-state=completed]').length") == _PAGES
    vllm.then = Reply()
    assert late[0] < early[0] + 10e6
    assert late[1] < early[1] + 5000
