"""A document of 500 pages in the browser: it arrives, scrolls and jumps without a long task, in bounded memory."""

from __future__ import annotations

import io
import json

from playwright.sync_api import Browser, Page, expect
from reportlab.pdfgen.canvas import Canvas

from tests.fakes.vllm import FakeVllm, Reply
from tests.support.browser import visiting
from tests.support.running import RunningService

_PAGES = 500
_LONGEST_TASK_MS = 200
_PARAGRAPH = "The quick brown fox jumps over the lazy dog, and $E = mc^2$ holds for both of them. " * 6
_TABLE = "<table>" + "<tr><td>left</td><td>middle</td><td>right</td></tr>" * 12 + "</table>"


def _book() -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(200, 280), invariant=True)
    for number in range(1, _PAGES + 1):
        canvas.drawString(40, 200, f"Page {number}")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _longest_task_ms(trace: bytes) -> float:
    """CPU time (not wall time, which other processes stretch) of the longest task of the page's main thread."""
    events = json.loads(trace)["traceEvents"]
    names = [event for event in events if event.get("name") == "thread_name"]
    mains = {(item["pid"], item["tid"]) for item in names if item["args"]["name"] == "CrRendererMain"}
    tasks = [
        event["tdur"] / 1000
        for event in events
        if event.get("name", "").endswith("RunTask") and (event["pid"], event["tid"]) in mains and "tdur" in event
    ]
    assert len(tasks) > 1000
    return float(max(tasks))


def _memory(page: Page) -> tuple[float, int]:
    """Bytes of the heap after a collection, and the number of DOM nodes."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {item["name"]: item["value"] for item in session.send("Performance.getMetrics")["metrics"]}
    return float(metrics["JSHeapUsedSize"]), int(metrics["Nodes"])


def test_a_book_of_500_pages_stays_light(browser: Browser, vllm: FakeVllm, vlm_service: RunningService) -> None:
    vllm.then = Reply(f"{_PARAGRAPH}\n\n{_TABLE}")
    with visiting(browser, vlm_service.url) as visitor:
        page = visitor.open()
        page.get_by_text("Options", exact=True).click()
        page.get_by_label("Resolution").select_option("150")
        browser.start_tracing(page=page, categories=["toplevel"])
        visitor.upload(("book.pdf", _book()))
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
        longest = _longest_task_ms(browser.stop_tracing())
        late = _memory(page)
        assert page.locator(".picture").count() < 10
        assert page.evaluate("document.querySelectorAll('.page[data-state=completed]').length") == _PAGES
    vllm.then = Reply()
    assert longest < _LONGEST_TASK_MS
    assert late[0] < early[0] + 10e6
    assert late[1] < early[1] + 5000
