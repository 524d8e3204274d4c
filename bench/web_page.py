"""A long document in the web page: how long is the longest task of the browser's main thread, and a search?

    python -m bench.web_page [--pages 500]

The service reads with the tests' fake backend; each page is six sentences with a formula and a table of 12 rows. While
pages arrive, the page is scrolled, then jumped through. Times are CPU time of tasks of Chromium's main thread, in
milliseconds: 200 and more is felt as a stutter. A search is timed from the key to the picture with its answer: the
first one fetches the text of all pages.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.fakes.vllm import FakeVllm, Reply
from tests.support.browser import LONG_PAGE, launch, visiting
from tests.support.jobs import document, quick_service
from tests.support.rush import percentile


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=500)
    pages = parser.parse_args().pages
    fake = FakeVllm(then=Reply(LONG_PAGE))
    with (
        fake.running(),
        tempfile.TemporaryDirectory() as folder,
        quick_service(Path(folder), fake) as service,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        expect.set_options(timeout=300_000)
        with visiting(browser, service.url) as visitor:
            page = visitor.open()
            browser.start_tracing(page=page, categories=["toplevel"])
            visitor.upload(("book.pdf", document("Page", pages)))
            expect(page.locator("#page-1 .prose")).to_contain_text("quick brown fox")
            for _ in range(20):
                page.mouse.wheel(0, 2000)
                page.evaluate("new Promise(requestAnimationFrame)")
            expect(page.locator(".toolbar .pill.completed")).to_be_visible()
            for number in range(50, pages + 1, 50):
                page.get_by_label("Go to page").fill(str(number))
                page.get_by_label("Go to page").press("Enter")
                expect(page.locator(f"#page-{number} .picture img")).to_be_visible()
            tasks = main_thread_tasks(browser.stop_tracing())
            searches = searched(page)
        browser.close()
    print(f"{len(tasks)} tasks, CPU ms: p50 {percentile(tasks, 0.5):.1f}, p99 {percentile(tasks, 0.99):.1f}, ", end="")
    print(f"longest {max(tasks):.1f}, all {sum(tasks):.0f}")
    first, *later = searches
    print(f"search, ms: first {first:.0f}, then {', '.join(f'{ms:.0f}' for ms in later)}")


_TYPE = """async words => {
    const box = document.querySelector(".search-bar input");
    const status = () => document.querySelector(".search-bar [role=status]").textContent;
    const type = text => {
        box.value = text;
        box.dispatchEvent(new Event("input", { bubbles: true }));
    };
    type("");
    while (/of|Nothing/.test(status())) await new Promise(requestAnimationFrame);
    const before = performance.now();
    type(words);
    while (!/\\d of \\d|Nothing/.test(status())) await new Promise(requestAnimationFrame);
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    return performance.now() - before;
}"""


def searched(page: Page) -> list[float]:
    """Milliseconds that each search takes until its answer is painted; the first waits for the text of all pages."""
    page.keyboard.press("Control+f")
    expect(page.locator(".search-bar input")).to_be_focused()
    words = ("quick brown fox", "lazy dog", "left", "no such words", "over the lazy dog, and")
    return [float(page.evaluate(_TYPE, one)) for one in words]


def main_thread_tasks(trace: bytes) -> list[float]:
    """CPU time of each task of the page's main thread, in milliseconds."""
    events = json.loads(trace)["traceEvents"]
    names = [event for event in events if event.get("name") == "thread_name"]
    mains = {(item["pid"], item["tid"]) for item in names if item["args"]["name"] == "CrRendererMain"}
    return [
        event["tdur"] / 1000
        for event in events
        if event.get("name", "").endswith("RunTask") and (event["pid"], event["tid"]) in mains and "tdur" in event
    ]


if __name__ == "__main__":
    main()
