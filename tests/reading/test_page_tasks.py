"""What a page worker reads by itself, and what leaves it for the VLM."""

from __future__ import annotations

from pathlib import Path

import pytest
from reportlab.pdfgen import canvas

from ocr_service.document import PreparedPage
from ocr_service.reading.page_tasks import PageTask, prepare_page, read_page
from ocr_service.vlm.prompts import PromptSet
from tests.support.sheets import DPI, DrawnPage

CORNERS = {
    (60, 60): "Экземпляр",
    (1350, 80): "2026-118",
    (80, 2200): "Подпись",
    (1300, 2230): "Страница",
    (700, 1700): "Итого",
}


def prepared(folder: Path, page: DrawnPage, layout: str = "embedded") -> PreparedPage:
    path = folder / "page.png"
    page.image.save(path, dpi=(DPI, DPI))
    task = PageTask(path, "png", 1, DPI, 50_000_000, "", layout, "rus+eng", folder / "images")
    return prepare_page(task, PromptSet())


@pytest.fixture
def drawn() -> DrawnPage:
    page = DrawnPage(1654, 2339)
    for row in range(12):
        page.text(150, 400 + 45 * row, "Настоящий договор вступает в силу со дня подписания обеими сторонами")
    for (x, y), text in CORNERS.items():
        page.text(x, y, text)
    return page


def test_every_text_on_the_page_is_sent_whatever_the_layout_model_saw(tmp_path: Path, drawn: DrawnPage) -> None:
    page = prepared(tmp_path, drawn)
    sent = [region.region.bbox for region in page.regions if region.crop is not None]
    for x, y in [*CORNERS, (150, 400), (1000, 850)]:
        assert any(box[0] <= x + 20 < box[2] and box[1] <= y + 20 < box[3] for box in sent), (x, y)
    assert all(region.ink is not None for region in page.regions)
    assert max(region.crop.letters for region in page.regions if region.crop) > 300
    missed = [region for region in page.regions if region.missed]
    assert [region.image for region in missed] == [f"images/p0001_r{r.region.order:02d}_unread.jpg" for r in missed]


def test_with_stub_layout_nobody_looks_at_the_page(tmp_path: Path, drawn: DrawnPage) -> None:
    page = prepared(tmp_path, drawn, "stub:4")
    assert len(page.regions) == 4
    assert all(region.ink is None and region.crop and region.crop.letters == 0 for region in page.regions)


SMALL_PRINT = "The supplier shall deliver the goods within ten working days after the order was signed"


def test_small_print_is_read_at_a_low_resolution_with_boxes_in_it(tmp_path: Path) -> None:
    path = tmp_path / "small.pdf"
    page = canvas.Canvas(str(path), pagesize=(400, 300))
    page.setFont("Helvetica", 5)
    for row in range(12):
        page.drawString(40, 250 - 8 * row, f"{row + 10}. {SMALL_PRINT}")
    page.save()
    result = read_page(PageTask(path, "pdf", 1, 100, 50_000_000, "", "embedded", "rus+eng", None))
    assert result.markdown.count(SMALL_PRINT) == 12
    assert (result.dpi, result.width, result.height, result.coverage) == (100, 556, 417, 1.0)
    boxes = [region.bbox for region in result.regions]
    assert min(box[0] for box in boxes) == pytest.approx(40 / 72 * 100, abs=2)
    assert max(box[3] for box in boxes) == pytest.approx((300 - 250 + 8 * 11) / 72 * 100, abs=4)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [(0, "the page has no text of its own"), (130, "the page has more text, or more objects, than can be looked at")],
)
def test_why_a_page_is_not_read_from_its_own_text_is_said(tmp_path: Path, lines: int, reason: str) -> None:
    path = tmp_path / "long.pdf"
    page = canvas.Canvas(str(path), pagesize=(400, 300))
    page.setFont("Helvetica", 2)
    for row in range(lines):
        page.drawString(4, 298 - 2 * row, 1_000 * "x")
    page.rect(10, 10, 50, 50)
    page.save()
    result = read_page(PageTask(path, "pdf", 1, 100, 50_000_000, "", "embedded", "eng", None, text_layer="only"))
    assert result.text_layer is not None
    assert result.text_layer.reason == reason
