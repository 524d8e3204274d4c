"""Documents on their way from a browser to the service: every file has a fate that is seen, and leaving loses none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.fault_proxy import FaultProxy
from tests.support.browser import visiting
from tests.support.running import RunningService
from tests.support.simple_documents import pdf

pytestmark = pytest.mark.slow


@pytest.fixture
def slow_link(service: RunningService) -> Iterator[FaultProxy]:
    """The service behind a link that can fall silent or go down."""
    with FaultProxy(("127.0.0.1", service.port)) as proxy:
        yield proxy


_ARE_KEPT = """async (count) => {
    const request = indexedDB.open("ocr-uploads");
    const database = await new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
    const rows = database.transaction("uploads").objectStore("uploads").count();
    const kept = await new Promise((resolve) => { rows.onsuccess = () => resolve(rows.result); });
    database.close();
    return kept === count;
}"""


def _names(page: Page) -> list[str]:
    return page.locator(".card-name").all_inner_texts()


def test_documents_dropped_on_a_dead_link_are_sent_after_the_tab_comes_back(
    browser: Browser, slow_link: FaultProxy, service: RunningService
) -> None:
    with visiting(browser, slow_link.url) as visitor:
        page = visitor.open()
        expect(page.locator(".documents .empty, .card.job").first).to_be_visible()
        with slow_link.silent():
            visitor.upload(*((f"left {number}.pdf", pdf(f"left {number}")) for number in range(3)))
            expect(page.locator(".card.upload")).to_have_count(3)
            expect(page.locator(".card.upload.sending")).to_have_count(2)
            page.on("dialog", lambda dialog: dialog.accept())  # the browser's own "leave?"
            page.goto("about:blank")
        visitor.open()
        for number in range(3):
            expect(page.locator(".card.job", has_text=f"left {number}.pdf")).to_have_count(1)
        expect(page.locator(".card.upload")).to_have_count(0)
    jobs = service.client.get("/jobs", params={"limit": 500}).json()["jobs"]
    assert sorted(job["file"]["name"] for job in jobs if job["file"]["name"].startswith("left")) == [
        "left 0.pdf",
        "left 1.pdf",
        "left 2.pdf",
    ]


def test_an_upload_waits_for_the_connection_and_goes_on_by_itself(browser: Browser, slow_link: FaultProxy) -> None:
    with visiting(browser, slow_link.url) as visitor:
        page = visitor.open()
        expect(page.locator(".documents .empty, .card.job").first).to_be_visible()
        slow_link.take_down()
        visitor.upload(("waits 1.pdf", pdf("waits 1")), ("waits 2.pdf", pdf("waits 2")))
        expect(page.locator(".card.upload.later").first).to_contain_text("sent again by itself")
        expect(page.locator(".connection")).to_contain_text("No connection to the service")
        assert visitor.barriers() == []
        slow_link.bring_up()
        expect(page.locator(".card.job", has_text="waits 1.pdf")).to_be_visible()
        expect(page.locator(".card.job", has_text="waits 2.pdf")).to_be_visible()
        expect(page.locator(".connection .banner")).to_have_count(0)


def test_every_dropped_file_is_a_row_with_its_fate_in_the_order_of_the_drop(
    browser: Browser, service: RunningService
) -> None:
    with visiting(browser, service.url) as visitor:
        page = visitor.open()
        files = [
            ("row 1.pdf", pdf("one")),
            ("row 2.docx", b"PK"),
            ("row 3.pdf", b""),
            ("row 4.pdf", b"%PDF-" + b"0" * (20 << 20)),
            ("row 5.exe", b"MZ"),
            ("row 6.pdf", pdf("six")),
            ("row 7.pdf", b"%PDF-1.7 nothing"),
        ]
        sent: list[str] = []
        page.on("request", lambda asked: sent.append(asked.method))
        page.evaluate(_DROP, [[name, len(content), content[:4000].decode("latin-1")] for name, content in files])
        expect(page.locator(".card.upload.refused")).to_have_count(5)
        rows = {name: page.locator(".card", has_text=name) for name, _ in files}
        expect(rows["row 2.docx"]).to_contain_text("neither a PDF nor a picture")
        expect(rows["row 3.pdf"]).to_contain_text("The file is empty")
        expect(rows["row 4.pdf"]).to_contain_text("larger than the service takes")
        expect(rows["row 5.exe"]).to_contain_text("neither a PDF nor a picture")
        expect(rows["row 7.pdf"]).to_contain_text("damaged")
        for name, _ in files:
            expect(rows[name]).to_have_count(1)
        refused = [
            name for name in _names(page) if name in ("row 2.docx", "row 3.pdf", "row 4.pdf", "row 5.exe", "row 7.pdf")
        ]
        assert refused == ["row 2.docx", "row 3.pdf", "row 4.pdf", "row 5.exe", "row 7.pdf"]
        assert sent.count("POST") == 3
        assert visitor.barriers() == []


_DROP = """files => {
    const carried = new DataTransfer();
    for (const [name, size, head] of files) {
        const bytes = new Uint8Array(size);
        for (let at = 0; at < Math.min(size, head.length); at += 1) bytes[at] = head.charCodeAt(at);
        carried.items.add(new File([bytes], name));
    }
    dispatchEvent(new DragEvent("drop", { dataTransfer: carried, cancelable: true }));
}"""


def test_a_document_opens_after_the_right_password(browser: Browser, service: RunningService, tmp_path: Path) -> None:
    (tmp_path / "plain.pdf").write_bytes(pdf("behind a password"))
    with pikepdf.open(tmp_path / "plain.pdf") as plain:
        plain.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(user="open", owner="open"))
    with visiting(browser, service.url) as visitor:
        page = visitor.open()
        visitor.upload(("other.pdf", pdf("another one")), ("locked.pdf", (tmp_path / "locked.pdf").read_bytes()))
        row = page.locator(".card.upload", has_text="locked.pdf")
        expect(row).to_contain_text("protected by a password")
        expect(row).not_to_contain_text("`password`")
        row.get_by_label("Password of this PDF").fill("wrong")
        row.get_by_role("button", name="Unlock").click()
        expect(row).to_contain_text("does not open the PDF")
        assert page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})").find("wrong") < 0
        row.get_by_label("Password of this PDF").fill("open")
        row.get_by_role("button", name="Unlock").click()
        expect(page.locator(".toolbar-name")).to_have_text("locked.pdf")
        expect(page.locator("#page-1 .prose")).to_contain_text("password")


def test_dropping_while_a_document_is_open_shows_where_it_went(browser: Browser, service: RunningService) -> None:
    with visiting(browser, service.url) as visitor:
        page = visitor.open()
        visitor.upload(("first.pdf", pdf("first")))
        expect(page.locator(".toolbar-name")).to_have_text("first.pdf")
        page.evaluate(_DROP, [["second.docx", 2, "PK"]])
        expect(page.locator(".card.upload.refused", has_text="second.docx")).to_be_visible()


def test_only_configured_options_are_offered(browser: Browser, service: RunningService) -> None:
    with visiting(browser, service.url, locale="ru-RU") as visitor:
        page = visitor.open()
        page.get_by_text("Параметры").click()
        expect(page.get_by_role("radio")).to_have_count(0)
        languages = page.get_by_label("Язык текста").locator("option").all_inner_texts()
        assert languages[:2] == ["Как настроен сервис", "Русский и английский"]
        offered = service.client.get("/options").json()["languages"]
        assert len(languages) == 2 + len(offered)
        assert json.dumps(languages, ensure_ascii=False).find("osd") < 0
        assert visitor.barriers() == []
