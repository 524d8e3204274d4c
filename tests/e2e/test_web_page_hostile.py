"""A document that wants to run script in the page, or in the HTML that is downloaded: nothing of it does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.fakes.vllm import FakeVllm, Reply
from tests.support.browser import visiting
from tests.support.running import RunningService
from tests.support.simple_documents import pdf

_ELSEWHERE = "http://elsewhere.invalid"
HOSTILE = f"""# <script>window.pwned = 1</script>Heading

<img src="x" onerror="window.pwned = 2"><img src="{_ELSEWHERE}/pixel.png"> ![]({_ELSEWHERE}/pixel.png)

[plain](javascript:window.pwned=3) <a href="javascript:window.pwned=4">first</a>
<a href="java&#9;script:window.pwned=5">second</a> <a href="data:text/html,<script>window.pwned=6</script>">third</a>

<svg onload="window.pwned = 7"><script>window.pwned = 8</script></svg>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=window.pwned=9&gt;">

<table onmouseover="window.pwned = 10" style="position:fixed;inset:0;z-index:99"><tr onclick="window.pwned = 11">
<td colspan="99999999" id="app" class="toolbar"><iframe srcdoc="<script>parent.pwned = 12</script>"></iframe>
<form action="{_ELSEWHERE}" id="main"><input name="attributes" autofocus onfocus="window.pwned = 13"></form>
cell $\\href{{javascript:window.pwned=14}}{{x}}$ $E = mc^2$</td></tr></table>

<style>body {{ display: none }}</style><link rel="stylesheet" href="{_ELSEWHERE}/style.css">
<div style="background: url({_ELSEWHERE}/background.png)" id="page-1">styled</div>

$$\\href{{javascript:window.pwned=15}}{{x}}$$

<base href="{_ELSEWHERE}/"><meta http-equiv="refresh" content="0;url={_ELSEWHERE}/">

The end
"""


@pytest.fixture(autouse=True)
def hostile_answers(vllm: FakeVllm) -> Iterator[None]:
    vllm.then = Reply(HOSTILE)
    yield
    vllm.then = Reply()


def _nothing_ran(page: Page) -> None:
    for element in page.locator(".prose a, .prose table, .prose td, .prose .figure").all():
        element.dispatch_event("mouseover")
        element.dispatch_event("click")
    assert page.evaluate("window.pwned") is None
    assert page.url.endswith(page.evaluate("location.hash"))


def test_markdown_as_bad_as_can_be_runs_nothing(browser: Browser, vlm_service: RunningService) -> None:
    """The answer of the service is replaced: whatever the service lets through, the page stands by itself."""

    def replace(route: Route) -> None:
        page_result = route.fetch().json()
        region = page_result["regions"][0] | {"label": "table", "format": "html", "content": HOSTILE}
        route.fulfill(json=page_result | {"markdown": HOSTILE, "regions": [region]})

    with visiting(browser, vlm_service.url) as visitor:
        page = visitor.open()
        page.route("**/pages/1", replace)
        visitor.upload(("hostile.pdf", pdf("hostile")))
        prose = page.locator("#page-1 .prose")
        expect(prose).to_contain_text("The end")
        expect(prose).to_contain_text("styled")
        expect(prose.locator("math")).to_have_count(1)
        assert (
            prose.locator("script, style, iframe, svg, form, input, img, link, base, meta, [style], [id]").count() == 0
        )
        links = prose.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
        assert links
        assert set(links) == {None}
        expect(page.locator("#page-1")).to_have_count(1)
        _nothing_ran(page)


def test_a_hostile_document_runs_nothing_in_page_and_download(
    browser: Browser, vlm_service: RunningService, tmp_path: Path
) -> None:
    with visiting(browser, vlm_service.url, accept_downloads=True) as visitor:
        page = visitor.open()
        visitor.upload(("hostile again.pdf", pdf("hostile again")))
        expect(page.locator(".toolbar .pill.completed")).to_be_visible()
        expect(page.locator("#page-1 .prose")).to_contain_text("The end")
        _nothing_ran(page)
        page.get_by_role("button", name="Download").click()
        with page.expect_download() as download:
            page.locator(".menu-item", has_text=".html").click()
        saved = tmp_path / "saved.html"
        download.value.save_as(saved)
    context = browser.new_context()
    offline = context.new_page()
    asked: list[str] = []
    offline.on("request", lambda request: asked.append(request.url))
    offline.goto(saved.as_uri())
    expect(offline.locator("body")).to_contain_text("The end")
    assert offline.evaluate("window.pwned") is None
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    context.close()


def test_the_policy_lets_no_string_become_html(browser: Browser, vlm_service: RunningService) -> None:
    with visiting(browser, vlm_service.url) as visitor:
        page = visitor.open()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        refused = page.evaluate(
            """() => {
                try { document.body.innerHTML = "<b>x</b>"; return "" } catch (error) { return error.name }
            }"""
        )
        assert refused == "TypeError"
        assert "TrustedHTML" in json.dumps(visitor.errors)
        visitor.errors.clear()
