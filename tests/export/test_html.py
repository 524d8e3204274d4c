"""The HTML result, as text and in a real browser without a network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from ocr_service.document import Failure, PageResult
from ocr_service.export.html import html_chunks
from ocr_service.export.mathml import formula_html
from tests.support.pages import page, region

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

EVIL = '<script>document.title="owned"</script><img src=x onerror="document.title=\'owned\'">'


def picture() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(buffer, "JPEG")
    return buffer.getvalue()


def written(*pages: PageResult) -> str:
    return "".join(html_chunks(pages, title="Отчёт & Co", language="ru", image_of=lambda name: picture()))


def sample() -> str:
    return written(
        page(
            1,
            region("doc_title", "Отчёт <b>", level=1),
            region("text", "Первый абзац & второй\nс новой строки.\n\nВторой абзац."),
            region("text", "По формуле $ E = mc^2 $ и **жирно**.", format="markdown"),
            region("formula", r"\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}", format="latex"),
            region(
                "table",
                '<table><tr><td colspan="2">a &lt; $x_1$</td></tr><tr><td>1</td><td>2</td></tr></table>',
                format="html",
            ),
            region("table", "| a | b |\n| --- | --- |\n| 1 | 2 |", format="markdown"),
            region("image", "Рисунок", format="image", image="images/p0001_r05_image.jpg"),
        ),
        page(2, status="failed", error=Failure("page_timeout", "took too long <5 s", "render")),
    )


def hostile() -> str:
    return written(
        page(
            1,
            region("doc_title", EVIL, level=1),
            region("text", EVIL),
            region("text", f"{EVIL} [link](javascript:alert(1)) ![x](http://127.0.0.1:9/a.png)", format="markdown"),
            region("table", f'<table onclick="x"><tr><td style="x">{EVIL}</td></tr></table>{EVIL}', format="html"),
            region("table", '<table><tr><td><img src="https://127.0.0.1:9/x.png"></td></tr></table>', format="html"),
            region("formula", rf"\text{{{EVIL}}} \href{{javascript:alert(1)}}{{x}} a<b", format="latex"),
        )
    )


@pytest.fixture(scope="module")
def browser_page() -> Iterator[Page]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


def opened(browser: Page, folder: Path, html: str) -> list[str]:
    """Opens the file and returns every request that is not the file itself."""
    file = folder / "result.html"
    file.write_text(html, encoding="utf-8")
    requests: list[str] = []

    def note(request: Request) -> None:
        requests.append(request.url)

    browser.on("request", note)
    browser.goto(file.as_uri())
    browser.remove_listener("request", note)
    return [url for url in requests if url != file.as_uri() and not url.startswith("data:")]


def test_file_opens_with_no_request_and_draws_all(browser_page: Page, tmp_path: Path) -> None:
    assert opened(browser_page, tmp_path, sample()) == []
    assert browser_page.title() == "Отчёт & Co"
    assert browser_page.inner_text("h1") == "Отчёт <b>"
    assert browser_page.eval_on_selector("img", "image => image.naturalWidth") == 40
    assert browser_page.locator("math").count() == 3
    # A fraction is drawn as one: higher than a line of text.
    assert browser_page.eval_on_selector("mfrac", "f => f.getBoundingClientRect().height") > 30
    assert browser_page.locator("table").count() == 2
    assert browser_page.locator("td[colspan='2']").count() == 1
    assert browser_page.inner_text(".missing") == "Page 2: took too long <5 s"
    # The style is in force although the policy forbids all others.
    assert browser_page.eval_on_selector("td", "cell => getComputedStyle(cell).borderTopStyle") == "solid"


def test_nothing_of_a_hostile_document_runs_or_calls_out(browser_page: Page, tmp_path: Path) -> None:
    html = hostile()
    assert opened(browser_page, tmp_path, html) == []
    assert browser_page.title() == "Отчёт & Co"
    assert browser_page.locator("script").count() == 0
    assert browser_page.locator("[onerror], [onclick], [style]").count() == 0
    links = browser_page.eval_on_selector_all("[href]", "all => all.map(a => a.getAttribute('href'))")
    assert links == ["http://127.0.0.1:9/a.png"]  # a link to follow, never a picture that loads by itself
    # What the page said can still be read.
    assert browser_page.inner_text("h1") == EVIL


def test_paragraphs_keep_their_bounds() -> None:
    html = sample()
    assert "<p>Первый абзац &amp; второй с новой строки.</p>\n<p>Второй абзац.</p>" in html
    assert "<strong>жирно</strong>" in html


@pytest.mark.parametrize("latex", [r"\frac{1}{", r"\begin{foo}", "x_", "{" * 3000, r"\left(", "a" * 6000])
def test_formula_that_cannot_be_understood_is_shown_as_its_source(latex: str) -> None:
    html = formula_html(latex, display=True)
    assert html.startswith('<code class="formula">')
    assert latex[:8] in html


def test_comparison_in_a_formula_survives_the_cleaning() -> None:
    assert "<mo>&lt;</mo>" in formula_html("a < b", display=False)
    assert "a&lt;b" in formula_html(r"\text{a<b}", display=False)


def test_numbers_in_cells_stand_on_the_right_and_prices_are_no_formulas() -> None:
    table = "<table><tr><td colspan='2'>$1,200.50</td></tr><tr><td>84 500,00</td><td>$5 and $6</td></tr></table>"
    pipes = "| a | b |\n| --- | --- |\n| 12 % | x |"
    html = written(page(1, region("table", table, format="html"), region("table", pipes, format="markdown")))
    assert '<td class="number" colspan="2">$1,200.50</td>' in html
    assert '<td class="number">84 500,00</td><td>$5 and $6</td>' in html
    assert '<td class="number">12 %</td>' in html and "<td>x</td>" in html
    assert "<math" not in html


def test_the_mark_of_a_footnote_is_raised() -> None:
    note = region("footnote", "[^1]: Ibid.", format="markdown")
    text = written(page(1, region("text", "Слово.[^1]"), note))
    assert "<p>Слово.<sup>1</sup></p>" in text
    assert "<p><sup>1</sup> Ibid.</p>" in text
