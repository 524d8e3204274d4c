"""Swagger UI in a real browser: it loads nothing from outside, and its try-out reads a document."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.running import RunningService
from tests.support.simple_documents import pdf


def tried_out(page: Page, service: RunningService, document: Path) -> tuple[Locator, Locator]:
    """Submits the document by the page's own form; the form, and where its answer appears."""
    page.goto(f"{service.url}/docs")
    operation = page.locator("[id*='read_pdf']").first
    operation.locator("button.opblock-summary-control").click()
    operation.locator("input[type=file]").set_input_files(document)
    operation.get_by_role("button", name="Execute").click()
    return operation, operation.locator(".live-responses-table tbody .response-col_description").first


def test_swagger_ui_submits_a_pdf_and_asks_nobody_else(
    browser: Browser, service: RunningService, tmp_path: Path
) -> None:
    document = tmp_path / "hello.pdf"
    document.write_bytes(pdf("Hello from Swagger"))
    page = browser.new_page()
    requests: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    _, answer = tried_out(page, service, document)
    expect(answer).to_contain_text("Hello from Swagger")
    assert requests
    outside = [url for url in requests if not url.startswith((service.url, "data:", "blob:"))]
    assert outside == []
    assert errors == []
    page.close()


def test_swagger_ui_submits_with_a_key(browser: Browser, tmp_path: Path) -> None:
    document = tmp_path / "hello.pdf"
    document.write_bytes(pdf("Hello with a key"))
    with RunningService(tmp_path / "service", API_KEYS="anna:secret") as service:
        page = browser.new_page()
        operation, answer = tried_out(page, service, document)
        expect(answer).to_contain_text("A valid API key is needed")
        page.get_by_role("button", name="Authorize").first.click()
        dialog = page.locator(".modal-ux")
        dialog.locator("input").first.fill("secret")
        dialog.locator("button.authorize").first.click()
        dialog.locator("button.btn-done").first.click()
        operation.get_by_role("button", name="Execute").click()
        expect(answer).to_contain_text("Hello with a key")
        page.close()
