"""The web page in a browser, on a running service: from a dropped file to its text, and what can go wrong between."""

from __future__ import annotations

import io
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from tests.fakes.vllm import Asked, FakeVllm, Reply, failure
from tests.support.browser import API_KEY, visiting
from tests.support.jobs import submit, wait_finished
from tests.support.running import RunningService
from tests.support.simple_documents import encoded, pdf

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture(autouse=True)
def usual_answers(vllm: FakeVllm) -> Iterator[None]:
    """What a test scripts holds for that test."""
    yield
    vllm.script.clear()
    vllm.then = Reply()
    vllm.answer = lambda asked: None


def _state(page: Page, state: str) -> None:
    expect(page.locator(f".toolbar .pill.{state}")).to_be_visible()


def _drop(page: Page, kind: str, *files: tuple[str, bytes]) -> None:
    """Fires the event that dropping or pasting files gives."""
    page.evaluate(
        """([kind, files]) => {
            const carried = new DataTransfer();
            for (const [name, bytes] of files) {
                carried.items.add(new File([new Uint8Array(bytes)], name, { type: "application/pdf" }));
            }
            dispatchEvent(kind === "paste"
                ? new ClipboardEvent("paste", { clipboardData: carried })
                : new DragEvent("drop", { dataTransfer: carried, cancelable: true }));
        }""",
        [kind, [[name, list(content)] for name, content in files]],
    )


def test_a_scan_becomes_text_beside_its_picture(browser: Browser, service: RunningService, contract_scan: Path) -> None:
    with visiting(browser, service.url) as visitor:
        page = visitor.open()
        assert visitor.barriers() == []
        visitor.upload(("Договор 41.pdf", contract_scan.read_bytes()))
        expect(page.get_by_role("progressbar", name="Pages")).to_be_visible()
        _state(page, "completed")
        first = page.locator("#page-1")
        expect(first.get_by_role("heading", name="Договор поставки № 41/2026")).to_be_visible()
        expect(first.locator(".page-head")).to_contain_text(re.compile(r"Tesseract.*\d\ssec"))
        expect(first.get_by_role("img", name="Picture of page 1")).to_be_visible()

        table = first.locator(".region.table").first
        table.hover()
        expect(first.locator(".block.marked")).to_contain_text("Насос погружной")
        first.get_by_role("heading", name="3. Спецификация").hover()
        expect(first.locator(".region.marked")).to_have_attribute("data-name", "Heading")
        expect(first.locator(".block.marked")).to_have_count(1)

        first.locator("li", has_text="согласует").hover()
        expect(first.locator("li.marked")).to_contain_text("согласует с Покупателем")

        page.get_by_label("Go to page").fill("2")
        page.get_by_label("Go to page").press("Enter")
        expect(page.locator("#page-2 .figure canvas")).to_be_visible()
        assert visitor.barriers() == []

        page.get_by_role("group", name="Show as").get_by_role("button", name="Markdown").click()
        expect(first.locator("pre")).to_contain_text("# Договор поставки")
        page.get_by_role("group", name="Show as").get_by_role("button", name="JSON").click()
        assert json.loads(first.locator("pre").inner_text())["number"] == 1


def test_copies_downloads_and_removes(browser: Browser, vllm: FakeVllm, vlm_service: RunningService) -> None:
    vllm.then = Reply("A line of text")
    permissions = ["clipboard-read", "clipboard-write"]
    with visiting(browser, vlm_service.url, permissions=permissions, accept_downloads=True) as visitor:
        page = visitor.open()
        visitor.upload(("copy.pdf", pdf("copy")))
        _state(page, "completed")
        page.get_by_role("button", name="Copy", exact=True).click()
        page.get_by_role("button", name="Markdown the text with its marks").click()
        expect(page.locator(".toast")).to_have_text("Copied")
        assert "A line of text" in page.evaluate("navigator.clipboard.readText()")
        for name, start in (
            (".md", b"A line"),
            (".json", b"{"),
            (".chunks.json", b"{"),
            (".html", b"<!"),
            (".zip", b"PK"),
            (".pdf", b"%PDF"),
        ):
            page.get_by_role("button", name="Download").click()
            with page.expect_download() as download:
                page.locator(".menu-item", has=page.get_by_text(name, exact=True)).click()
            assert download.value.suggested_filename == f"copy{name}"
            content = Path(download.value.path()).read_bytes()
            assert content.lower().startswith(start.lower()), name
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Remove").click()
        expect(page.get_by_role("heading", name="Turn documents into Markdown")).to_be_visible()
        expect(page.get_by_role("link", name="copy.pdf")).to_have_count(0)


def test_several_dropped_and_pasted_documents_are_all_read(browser: Browser, vlm_service: RunningService) -> None:
    with visiting(browser, vlm_service.url) as visitor:
        page = visitor.open()
        _drop(page, "drop", *((f"dropped {number}.pdf", pdf(f"dropped {number}")) for number in range(3)))
        for number in range(3):
            card = page.locator(".card.job", has=page.get_by_role("link", name=f"dropped {number}.pdf"))
            expect(card).to_have_attribute("data-state", "completed")
        _drop(page, "paste", ("pasted.pdf", pdf("pasted")))
        _state(page, "completed")
        assert page.title() == "pasted.pdf"


def test_options_go_with_the_document(browser: Browser, vllm: FakeVllm, vlm_service: RunningService) -> None:
    with visiting(browser, vlm_service.url) as visitor:
        page = visitor.open()
        page.get_by_text("Options", exact=True).click()
        assert visitor.barriers() == []
        page.get_by_label("Pages", exact=True).fill("2,-1")
        visitor.upload(("four pages.pdf", pdf("one", "two", "three", "four")))
        _state(page, "completed")
        expect(page.locator(".page")).to_have_count(2)
        assert page.locator(".page").evaluate_all("pages => pages.map(page => page.dataset.page)") == ["2", "4"]
        expect(page.locator("#page-4 .prose")).to_contain_text("read")


def test_refused_documents_say_why(browser: Browser, vlm_service: RunningService) -> None:
    with visiting(browser, vlm_service.url) as visitor:
        page = visitor.open()
        visitor.upload(("empty.pdf", b""), ("no document.pdf", b"hello"))
        refused = page.get_by_role("alert")
        expect(refused.filter(has_text="The file is empty.")).to_be_visible()
        expect(refused.filter(has_text="neither a PDF nor a picture")).to_be_visible()
        page.get_by_role("button", name="Remove: empty.pdf").click()
        expect(refused).to_have_count(1)


def test_what_failed_is_named_and_read_again(browser: Browser, vllm: FakeVllm, vlm_service: RunningService) -> None:
    vllm.script.extend([failure(400, "too small"), Reply("The lower half")])
    vllm.then = Reply("Read the second time")
    with visiting(browser, vlm_service.url) as visitor:
        page = visitor.open()
        visitor.upload(("partly.pdf", pdf("partly")))
        _state(page, "partial")
        expect(page.locator(".banner.warn")).to_contain_text("1 page with problems")
        page.get_by_role("button", name="Show page 1").click()
        trouble = page.locator("#page-1 .callout")
        expect(trouble).to_contain_text("Text: could not be read")
        expect(trouble).to_contain_text("The model refused the request.")
        expect(page.locator(".region.failed")).to_have_count(1)
        expect(page.locator("#page-1 .prose")).to_contain_text("The lower half")
        assert visitor.barriers() == []
        trouble.get_by_role("button", name="Read again").click()
        _state(page, "completed")
        expect(page.locator("#page-1 .prose")).to_contain_text("Read the second time")
        expect(page.locator(".callout")).to_have_count(0)


def test_pages_that_are_being_read_again_are_shown_with_their_earlier_reading(
    browser: Browser, vllm: FakeVllm, vlm_service: RunningService
) -> None:
    client, gate = vlm_service.client, threading.Event()
    vllm.then = Reply("The first reading")
    book = submit(client, "book", pdf(*(f"page {number} of the book" for number in range(1, 7))))
    wait_finished(client, [book])
    vllm.then = Reply("The second reading", hold=gate)
    client.post(f"/jobs/{book}/retry", params={"pages": "2-3"}).raise_for_status()
    with visiting(browser, vlm_service.url) as visitor:
        page = visitor.open(f"#/jobs/{book}")
        _state(page, "running")
        again = page.locator(".strip-cell.again")
        expect(again).to_have_count(2)
        assert again.evaluate_all("cells => cells.map(cell => cell.dataset.first)") == ["2", "3"]
        expect(page.locator(".strip-cell.completed")).to_have_count(4)
        expect(page.get_by_role("progressbar", name="Pages")).to_have_attribute("aria-valuenow", "4")
        expect(page.locator("#page-2 .page-head")).to_contain_text("Being read again")
        expect(page.locator("#page-1 .page-head")).not_to_contain_text("Being read again")
        page.get_by_label("Go to page").fill("2")
        page.get_by_label("Go to page").press("Enter")
        expect(page.locator("#page-2 .prose")).to_contain_text("The first reading")
        assert visitor.barriers() == []

        page.get_by_role("button", name="Cancel").click()
        _state(page, "cancelled")
        expect(again).to_have_count(0)
        expect(page.locator("#page-2 .prose")).to_contain_text("The first reading")
        page.get_by_role("button", name="Read again").click()
        _state(page, "running")
        expect(again).to_have_count(2)
        gate.set()
        _state(page, "completed")
        expect(again).to_have_count(0)
        expect(page.locator("#page-2 .prose")).to_contain_text("The second reading")


def test_a_doubtful_region_of_a_whole_document_is_read_again(
    browser: Browser, vllm: FakeVllm, vlm_service: RunningService
) -> None:
    vllm.then = Reply("на на " * 2000, finish_reason="length")
    with visiting(browser, vlm_service.url) as visitor:
        page = visitor.open()
        visitor.upload(("doubtful.pdf", pdf("doubtful")))
        _state(page, "completed")
        trouble = page.locator("#page-1 .callout.warn")
        expect(trouble).not_to_have_count(0)
        vllm.then = Reply("Read the second time")
        trouble.first.get_by_role("button", name="Read again").click()
        expect(page.locator("#page-1 .prose")).to_contain_text("Read the second time")
        expect(page.locator(".callout")).to_have_count(0)
        _state(page, "completed")


def test_a_failed_page_does_not_hide_the_others(browser: Browser, vllm: FakeVllm, vlm_service: RunningService) -> None:
    def white_pages_only(request: Asked) -> Reply:
        _, green, _ = Image.open(io.BytesIO(request.jpeg)).convert("RGB").resize((1, 1)).tobytes()
        return Reply("A good page") if green > 128 else failure(400)

    vllm.answer = white_pages_only
    white, red = Image.new("RGB", (600, 800), "white"), Image.new("RGB", (600, 800), "red")
    with visiting(browser, vlm_service.url) as visitor:
        page = visitor.open()
        visitor.upload(("two pages.pdf", encoded(red, "PDF", save_all=True, append_images=[white])))
        _state(page, "partial")
        failed, good = page.locator(".page[data-state=failed]"), page.locator(".page[data-state=completed]")
        expect(failed.locator(".callout.bad").first).to_contain_text("could not be read")
        expect(good.locator(".prose")).to_contain_text("A good page")


def test_cancel_stops_the_reading(browser: Browser, vllm: FakeVllm, vlm_service: RunningService) -> None:
    vllm.then = Reply(hold=threading.Event())
    with visiting(browser, vlm_service.url) as visitor:
        page = visitor.open()
        visitor.upload(("long.pdf", pdf(*"abcdef")))
        _state(page, "running")
        vllm.wait_until(lambda fake: fake.in_flight > 0)
        page.get_by_role("button", name="Cancel").click()
        _state(page, "cancelled")
        vllm.wait_until(lambda fake: fake.in_flight == 0)
        expect(page.get_by_text("Reading was cancelled.")).to_be_visible()


def test_a_cancel_that_comes_after_the_end_removes_nothing(
    browser: Browser, vllm: FakeVllm, vlm_service: RunningService
) -> None:
    gate = threading.Event()
    vllm.then = Reply("Read to its end", hold=gate)
    with visiting(browser, vlm_service.url) as visitor:
        page = visitor.open()
        visitor.upload(("letter.pdf", pdf("letter")))
        _state(page, "running")

        def late(route: Route) -> None:
            gate.set()
            wait_finished(vlm_service.client, [page.url.rpartition("/")[2]])
            route.continue_()

        page.route(lambda url: "only=cancel" in url, late)
        with page.expect_response(lambda response: response.request.method == "DELETE") as answer:
            page.get_by_role("button", name="Cancel").click()
        assert answer.value.status == 409
        _state(page, "completed")
        expect(page.locator("#page-1 .prose")).to_contain_text("Read to its end")


def test_a_key_is_asked_for_and_kept_for_the_tab(browser: Browser, closed_service: RunningService) -> None:
    with visiting(browser, closed_service.url, accept_downloads=True) as visitor:
        page = visitor.open()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("needs an API key")
        assert visitor.barriers() == []
        dialog.get_by_label("API key").fill("a wrong one")
        dialog.get_by_role("button", name="Continue").click()
        expect(dialog.get_by_role("alert")).to_contain_text("not accepted")
        dialog.get_by_label("API key").fill(API_KEY)
        dialog.get_by_role("button", name="Continue").click()
        expect(dialog).to_be_hidden()
        visitor.upload(("closed.pdf", pdf("closed")))
        _state(page, "completed")
        expect(page.get_by_role("img", name="Picture of page 1")).to_be_visible()
        page.get_by_role("button", name="Download").click()
        with page.expect_download() as download:
            page.locator(".menu-item", has_text=".md").click()
        assert Path(download.value.path()).stat().st_size > 0
        page.reload()
        _state(page, "completed")
        assert page.evaluate("localStorage.length") == 0
        assert API_KEY in page.evaluate("Object.values(sessionStorage)")


def test_russian_by_browser_and_by_choice_on_a_phone(
    browser: Browser, vllm: FakeVllm, vlm_service: RunningService
) -> None:
    vllm.then = Reply("Текст договора")
    with visiting(browser, vlm_service.url, locale="ru-RU", color_scheme="dark", **PHONE) as visitor:
        page = visitor.open()
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Документы.— в Markdown"))
        assert page.evaluate("document.documentElement.lang") == "ru"
        assert visitor.barriers() == []
        visitor.upload(("договор.pdf", pdf("contract")))
        expect(page.locator(".page-head", has_text="Страница 1")).to_be_visible()
        expect(page.locator("#page-1 .prose")).to_contain_text("Текст договора")
        expect(page.locator("#page-1 .picture")).to_be_hidden()
        page.get_by_role("button", name="Страница", exact=True).click()
        expect(page.locator("#page-1 .picture img")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert visitor.barriers() == []
        page.get_by_role("button", name="EN").click()
        expect(page.locator(".page-head")).to_contain_text("Page 1")
        page.reload()
        expect(page.locator(".page-head")).to_contain_text("Page 1")


def test_everything_is_reached_with_the_keyboard(browser: Browser, vlm_service: RunningService) -> None:
    with visiting(browser, vlm_service.url) as visitor:
        page = visitor.open()
        visitor.upload(("keys.pdf", pdf("keys")))
        _state(page, "completed")
        expect(page.locator("#page-1 .region")).to_have_count(2)
        page.locator("#page-1 .region").first.focus()
        page.keyboard.press("ArrowDown")
        expect(page.locator("#page-1 .region").nth(1)).to_be_focused()
        assert page.locator("#page-1 .region[tabindex='0']").count() == 1
        page.keyboard.press("Enter")
        expect(page.locator("#page-1 .block").nth(1)).to_be_focused()
        page.get_by_role("button", name="Download").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.locator(".menu-panel:visible .menu-item").first).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Download")).to_be_focused()
        expect(page.locator(".menu-panel:visible")).to_have_count(0)


def test_a_document_that_is_gone_says_so(browser: Browser, vlm_service: RunningService) -> None:
    with visiting(browser, vlm_service.url) as visitor:
        page = visitor.open("#/jobs/none")
        expect(page.get_by_role("heading", name="There is no such document")).to_be_visible()
