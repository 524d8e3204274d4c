"""A visitor in Debian's Chromium, who notes what no page of ours may do: errors, and requests to other places."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, FilePayload, Page, Playwright

API_KEY = "a-key-for-the-tests"
CHROMIUM = "/usr/bin/chromium"  # Debian's package
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

# Markdown of a page with as much to draw as a page of a book has.
LONG_PAGE = (
    "The quick brown fox jumps over the lazy dog, and $E = mc^2$ holds for both of them. " * 6
    + "\n\n<table>"
    + "<tr><td>left</td><td>middle</td><td>right</td></tr>" * 12
    + "</table>"
)

_AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


class Visitor:
    """``page`` with a record of its errors and of requests to other origins than ``origin``."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self.origin = origin
        self.errors: list[str] = []
        self.outside: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._asked(request.url))

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium writes every answer of 400 and above there, also those that the page handles.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    def _asked(self, url: str) -> None:
        if not url.startswith((self.origin, "blob:")):
            self.outside.append(url)

    def open(self, route: str = "") -> Page:
        self.page.goto(f"{self.origin}/{route}")
        return self.page

    def upload(self, *files: tuple[str, bytes]) -> None:
        uploads: list[FilePayload] = [
            {"name": name, "mimeType": "application/pdf", "buffer": content} for name, content in files
        ]
        self.page.locator("input[type=file]").set_input_files(uploads)

    def barriers(self) -> list[str]:
        """What axe-core finds of moderate, serious and critical barriers, each with the elements."""
        found = Axe().run(self.page, options={"runOnly": _AXE_RULES})
        return [
            f"{item['id']}: {[node['html'] for node in item['nodes']]}"
            for item in found.response["violations"]
            if item["impact"] != "minor"
        ]


@contextmanager
def visiting(browser: Browser, origin: str, **options: Any) -> Iterator[Visitor]:
    """A visitor with a fresh profile; at the end, nothing may have gone wrong behind the scenes."""
    context = browser.new_context(**{"locale": "en-US", "viewport": {"width": 1280, "height": 860}, **options})
    visitor = Visitor(context.new_page(), origin)
    yield visitor
    context.close()
    assert visitor.errors == []
    assert visitor.outside == []
