"""A document in the viewer: searched, linked to, enlarged, copied into other programs."""

from __future__ import annotations

import re
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.vllm import FakeVllm, Reply
from tests.support.browser import visiting
from tests.support.jobs import submit, wait_finished
from tests.support.office import converted, needs_office
from tests.support.running import RunningService, wait_until
from tests.support.simple_documents import pdf

pytestmark = pytest.mark.slow

_TABLE = (
    '<table><tr><td rowspan="2">Goods</td><td colspan="2">Price</td></tr><tr><td>trade</td><td>retail</td></tr>'
    "<tr><td>Bolt</td><td>84 500,00</td><td>$1,200.50</td></tr></table>"
)


@pytest.fixture(autouse=True)
def usual_answers(vllm: FakeVllm) -> Iterator[None]:
    yield
    vllm.script.clear()
    vllm.then = Reply()


@pytest.fixture
def book(vllm: FakeVllm, vlm_service: RunningService) -> str:
    """A document of 30 pages; what each says is told by its number."""
    texts = [Reply(f"Page text {number // 2 + 1}, part {number % 2 + 1}") for number in range(60)]
    vllm.script.extend(texts)
    job = submit(vlm_service.client, "book", pdf(*(f"sheet {number}" for number in range(30))), cache="false")
    wait_finished(vlm_service.client, [job])
    return job


def _copied(page: Page, kind: str, words: str) -> str:
    """What the clipboard holds in this type, once it has the words: the page writes it after the click."""
    read = """async kind => {
        try {
            const [item] = await navigator.clipboard.read();
            return item?.types.includes(kind) ? await (await item.getType(kind)).text() : "";
        } catch (error) {  // written while it was read
            if (error.name !== "InvalidStateError") throw error;
            return "";
        }
    }"""
    found: list[str] = []

    def arrived() -> bool:
        found.append(page.evaluate(read, kind))
        return words in found[-1]

    wait_until(arrived, what=f"{words!r} in the clipboard")
    return found[-1]


def test_search_finds_words_on_pages_that_are_far_from_view(
    browser: Browser, book: str, vlm_service: RunningService
) -> None:
    pages = vlm_service.client.get(f"/jobs/{book}/result").json()["pages"]
    number = 27
    words = next(
        region["content"] for region in pages[number - 1]["regions"] if region["content"].startswith("Page text")
    )
    with visiting(browser, vlm_service.url) as visitor:
        page = visitor.open(f"#/jobs/{book}")
        expect(page.locator("#page-1 .prose")).to_be_visible()
        page.keyboard.press("Control+f")
        search = page.get_by_role("searchbox", name="Search in the document")
        expect(search).to_be_focused()
        search.fill(words.upper())
        expect(page.locator(".search-bar")).to_contain_text(re.compile(r"1 of \d"))
        shown = page.locator(f"#page-{number} .prose")
        expect(shown).to_be_in_viewport()
        assert page.evaluate("CSS.highlights.get('search').size") > 0
        expect(page.locator(f"#page-{number} .region.hit").first).to_be_attached()
        assert visitor.barriers() == []
        search.fill("no such words")
        expect(page.locator(".search-bar")).to_contain_text("Nothing found")
        page.keyboard.press("Escape")
        expect(page.locator(".search-bar")).to_have_count(0)


def test_the_page_in_view_is_in_the_address_and_survives_reload_link_and_back(
    browser: Browser, book: str, vlm_service: RunningService
) -> None:
    with visiting(browser, vlm_service.url) as visitor:
        page = visitor.open(f"#/jobs/{book}/p/20")
        expect(page.locator("#page-20 .prose")).to_be_in_viewport()
        page.reload()
        expect(page.locator("#page-20 .prose")).to_be_in_viewport()
        page.get_by_label("Go to page").fill("5")
        page.get_by_label("Go to page").press("Enter")
        expect(page.locator("#page-5 .prose")).to_be_in_viewport()
        expect(page).to_have_url(re.compile(r"/p/5$"))
        page.go_back()
        expect(page.locator("#page-20 .prose")).to_be_in_viewport()


def test_a_page_is_enlarged_and_moved_with_the_keyboard(
    browser: Browser, book: str, vlm_service: RunningService
) -> None:
    with visiting(browser, vlm_service.url) as visitor:
        page = visitor.open(f"#/jobs/{book}")
        page.get_by_role("button", name="Enlarge page 1", exact=True).click()
        picture = page.locator("dialog.zoom img")
        expect(picture).to_be_visible()
        before = picture.bounding_box()
        page.keyboard.press("+")
        expect(page.locator(".zoom-tools")).to_contain_text("150 %")
        after = picture.bounding_box()
        assert before and after and after["width"] > 1.4 * before["width"]
        assert visitor.barriers() == []
        page.keyboard.press("Escape")
        expect(page.locator("dialog.zoom")).to_have_count(0)


@needs_office
def test_what_is_copied_arrives_in_an_office_program(
    browser: Browser, vllm: FakeVllm, vlm_service: RunningService, tmp_path: Path
) -> None:
    vllm.then = Reply(_TABLE)
    job = submit(vlm_service.client, "price", pdf("prices"), cache="false")
    wait_finished(vlm_service.client, [job])
    with visiting(browser, vlm_service.url, permissions=["clipboard-read", "clipboard-write"]) as visitor:
        page = visitor.open(f"#/jobs/{job}")
        block = page.locator("#page-1 .block", has=page.locator("table")).first
        block.hover()
        block.get_by_role("button", name="Copy this part").click()
        assert _copied(page, "text/plain", "Bolt").split("\n")[:3] == [
            "Goods\tPrice\t",
            "\ttrade\tretail",
            "Bolt\t84 500,00\t$1,200.50",
        ]
        page.evaluate("navigator.clipboard.writeText('')")  # or what follows would find the first copy
        page.get_by_role("button", name="Copy", exact=True).click()
        page.get_by_role("button", name="For Word").click()
        (tmp_path / "pasted.html").write_text(_copied(page, "text/html", "84 500,00"), encoding="utf-8")
    text = converted(tmp_path / "pasted.html", "odt", infilter="HTML (StarWriter)")
    content = zipfile.ZipFile(text).read("content.xml").decode()
    assert 'table:number-columns-spanned="2"' in content and "84 500,00" in content
    sheet = converted(tmp_path / "pasted.html", "csv", infilter="HTML (StarCalc)")
    assert "Goods,Price," in sheet.read_text()


def test_thumbnails_lead_to_pages(browser: Browser, book: str, vlm_service: RunningService) -> None:
    with visiting(browser, vlm_service.url) as visitor:
        page = visitor.open(f"#/jobs/{book}")
        page.get_by_role("button", name="Overview of the pages").click()
        overview = page.get_by_role("navigation", name="Overview of the pages")
        expect(overview.locator("img").first).to_be_visible()
        assert overview.locator("img").count() < 30  # the others are fetched when they come into view
        assert visitor.barriers() == []
        last = overview.get_by_role("button", name="Page 30")
        last.scroll_into_view_if_needed()
        expect(last.locator("img")).to_be_visible()
        last.click()
        expect(page.locator("#page-30 .prose")).to_be_in_viewport()


def test_the_original_is_shown_before_it_is_read(browser: Browser, vllm: FakeVllm, vlm_service: RunningService) -> None:
    gate = threading.Event()
    vllm.then = Reply("late words", hold=gate)
    job = submit(vlm_service.client, "early", pdf("early"), cache="false")
    try:
        with visiting(browser, vlm_service.url) as visitor:
            page = visitor.open(f"#/jobs/{job}")
            picture = page.get_by_role("img", name="Picture of page 1")
            expect(picture).to_be_visible()
            assert picture.evaluate("img => img.naturalWidth") > 500
            expect(page.locator("#page-1")).to_contain_text("Not read yet")
            assert visitor.barriers() == []
            gate.set()
            expect(page.locator("#page-1 .prose")).to_contain_text("late words")
    finally:
        gate.set()


def test_select_all_copies_and_print_prints_the_whole_document(
    browser: Browser, book: str, vlm_service: RunningService, tmp_path: Path
) -> None:
    pages = vlm_service.client.get(f"/jobs/{book}/result").json()["pages"]
    words = [page["regions"][0]["content"] for page in pages]
    assert len(set(words)) > 20
    with visiting(browser, vlm_service.url, permissions=["clipboard-read", "clipboard-write"]) as visitor:
        visitor.page.add_init_script("window.print = () => undefined;")  # a headless browser has no printer
        page = visitor.open(f"#/jobs/{book}")
        expect(page.locator("#page-1 .prose")).to_be_visible()
        assert page.locator("#page-27 .prose").count() == 0
        page.keyboard.press("Control+a")
        expect(page.locator(".toast")).to_contain_text("copy takes all pages")
        page.keyboard.press("Control+c")
        copied = " ".join(_copied(page, "text/html", words[-1]).split())
        assert [one for one in words if one not in copied] == []
        page.keyboard.press("Control+p")
        expect(page.locator(".print-document .prose")).to_contain_text("Page text")
        page.pdf(path=tmp_path / "printed.pdf")
        with pdfium.PdfDocument(tmp_path / "printed.pdf") as printed:
            text = " ".join(" ".join(one.get_textpage().get_text_range() for one in printed).split())
        assert [one for one in words if one not in text] == []
        assert "Download" not in text
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        expect(page.locator(".print-document .prose")).to_be_empty()
        page.evaluate("dispatchEvent(new Event('beforeprint'))")  # as the browser's own menu does
        expect(page.locator(".print-document .prose")).to_contain_text(words[-1])
