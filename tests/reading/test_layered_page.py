"""What is read beside a proven text layer, and in which alphabet."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader

from ocr_service.document import Gray, page_status
from ocr_service.errors import EngineUnavailable
from ocr_service.reading.layered_page import read_layered, sheet_reader
from ocr_service.reading.page_tasks import PageTask, prepare_page
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.words import Line, make_line
from ocr_service.text_layer.page_layer import PageLayer, read_page_layer
from ocr_service.vlm.assemble_page import assemble_page
from ocr_service.vlm.prompts import PromptSet
from ocr_service.vlm.read_region import RegionReading
from tests.support.sheets import DrawnPage, reader_of
from tests.support.text_layer_pdfs import ENGLISH, RUSSIAN, Sample, Sheet, swapped, with_maps
from tests.support.text_layer_set import read_sample

_CYRILLIC = re.compile("[\u0400-\u04ff]")


def english_page(picture: Image.Image) -> Sample:
    sheet = Sheet()
    for text in ENGLISH:
        sheet.paragraph(text)
    sheet.canvas.drawImage(ImageReader(picture), 60, 200, picture.width * 72 / 200, picture.height * 72 / 200)
    return Sample("english", sheet.pdf(), "")


class _ForgetfulEngine(TesseractEngine):
    """Does not see one word, wherever it stands."""

    def __init__(self, language: str, word: str) -> None:
        super().__init__(language)
        self._word = word

    def lines(self, gray: Gray, dpi: int, mode: int = 3, *, only: str = "") -> list[Line]:
        kept = [
            [word for word in line.words if word.text != self._word]
            for line in super().lines(gray, dpi, mode, only=only)
        ]
        return [make_line(words) for words in kept if words]


@pytest.mark.slow
@pytest.mark.parametrize("lines", [RUSSIAN[3:], RUSSIAN])
def test_a_russian_picture_on_an_english_page_is_read_as_russian(tmp_path: Path, lines: tuple[str, ...]) -> None:
    drawn = DrawnPage(1650, 60 * len(lines) + 30)
    for place, text in enumerate(lines):
        drawn.text(20, 20 + 60 * place, text, size=9)
    page = read_sample(tmp_path, english_page(drawn.image))
    assert all(text.split()[0] in page.markdown for text in lines)


def test_a_logo_on_an_english_page_has_no_cyrillic_letters(tmp_path: Path) -> None:
    drawn = DrawnPage(700, 130)
    drawn.text(20, 20, "BARSKA", size=24, bold=True)
    mirrored = Image.fromarray(np.ascontiguousarray(np.asarray(drawn.image)[:, ::-1]))
    page = read_sample(tmp_path, english_page(mirrored))
    assert not _CYRILLIC.search(page.markdown)


@pytest.mark.parametrize("angle", [90, -90, 180])
def test_a_sideways_line_that_is_not_proven_is_read_as_it_stands(tmp_path: Path, angle: int) -> None:
    sheet = Sheet()
    for text in ENGLISH[:2]:
        sheet.paragraph(text)
    sheet.canvas.saveState()
    sheet.canvas.translate(300, 300)
    sheet.canvas.rotate(angle)
    sheet.canvas.setFont("Mono", 11)
    sheet.canvas.drawString(-80, 0, "Harvest of every year")
    sheet.canvas.restoreState()
    pdf = with_maps(sheet.pdf(), swapped("rv"), "DejaVuSansMono")
    page = read_sample(tmp_path, Sample("sideways", pdf, ""))
    assert page.text_layer is not None and page.text_layer.rejected_fonts
    (aside,) = [region for region in page.regions if region.label == "aside_text"]
    assert (aside.content, aside.source) == ("Harvest of every year", "tesseract")


_ARABIC = "قرر المجلس في جلسته الأخيرة أن يمول بناء المدرسة"


@pytest.mark.slow
def test_text_in_a_script_that_nobody_reads_is_no_rubbish_but_a_warning(tmp_path: Path) -> None:
    drawn = DrawnPage(1650, 700)
    for place in range(10):
        drawn.text(20, 20 + 60 * place, _ARABIC, size=12)
    page = read_sample(tmp_path, english_page(drawn.image))
    assert page.status == "partial"
    assert any("a part of the page is in Arabic script" in warning for warning in page.warnings)
    assert {region.source for region in page.regions} <= {"text_layer", None}


def test_a_page_that_is_all_proven_has_a_whole_coverage(tmp_path: Path) -> None:
    sheet = Sheet()
    for text in ENGLISH:
        sheet.paragraph(text)
    page = read_sample(tmp_path, Sample("proven", sheet.pdf(), ""))
    assert (page.coverage, page.status, page.warnings) == (1.0, "completed", ())


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> PageLayer:
    """A page with proven text and a scan of three lines."""
    drawn = DrawnPage(1300, 300)
    lines = ("The supplier shall deliver 5 goods", "within ten days of it", "Cost 17 and 340 or less")
    for place, text in enumerate(lines):
        drawn.text(20, 20 + 90 * place, text)
    path = tmp_path_factory.mktemp("mixed") / "mixed.pdf"
    path.write_bytes(english_page(drawn.image).pdf)
    read = sheet_reader(reader_of("eng"))
    layer = read_page_layer(path, 1, dpi=200, max_pixels=40_000_000, password="", read_sheet=read, language="eng")
    assert layer is not None
    return layer


def test_a_scan_beside_proven_text_is_accounted_for(mixed: PageLayer) -> None:
    page = read_layered(mixed, reader_of("eng"), lambda _: (), "auto", "eng")
    assert (page.coverage, page_status(page.results), page.page.warnings) == (1.0, "completed", ())
    assert "Cost 17 and 340 or less" in [region.content for region in page.results]


@pytest.mark.parametrize("word", ["supplier", "5"])
def test_a_word_of_a_scan_beside_proven_text_that_is_lost_is_reported(
    monkeypatch: pytest.MonkeyPatch, mixed: PageLayer, word: str
) -> None:
    reader = reader_of("eng")
    monkeypatch.setattr(reader, "_engine", _ForgetfulEngine("eng", word))
    page = read_layered(mixed, reader, lambda _: (), "auto", "eng")
    assert 0.9 < page.coverage < 1.0
    assert page_status(page.results) == "partial"
    (unread,) = [region for region in page.results if region.label == "unread"]
    assert unread.error is not None and page.page.warnings == (unread.error.message,)
    assert 1450 < unread.bbox[1] < 1800  # the picture's place


def test_what_only_the_layer_may_read_lowers_the_coverage(tmp_path: Path) -> None:
    drawn = DrawnPage(1300, 300)
    drawn.text(20, 20, "The supplier shall deliver 5 goods")
    page = read_sample(tmp_path, english_page(drawn.image), "only")
    assert page.coverage is not None and 0.9 < page.coverage < 1.0
    assert any("were left out" in warning for warning in page.warnings)


def test_slanted_text_that_is_not_proven_lowers_the_coverage(tmp_path: Path) -> None:
    sheet = Sheet()
    for text in ENGLISH:
        sheet.paragraph(text)
    sheet.canvas.saveState()
    sheet.canvas.translate(200, 200)
    sheet.canvas.rotate(30)
    sheet.canvas.setFont("Mono", 24)
    sheet.canvas.drawString(0, 0, "Harvest of every year")
    sheet.canvas.restoreState()
    page = read_sample(tmp_path, Sample("slanted", with_maps(sheet.pdf(), swapped("rv"), "DejaVuSansMono"), ""))
    assert page.coverage is not None and 0.5 < page.coverage < 1.0
    assert page.status == "partial"
    assert any("slanted text" in warning for warning in page.warnings)


def test_with_a_model_proven_text_counts_as_read_and_a_scan_beside_it_as_its_answer_says(tmp_path: Path) -> None:
    drawn = DrawnPage(1300, 300)
    for place, text in enumerate(("The supplier shall deliver 5 goods", "within ten days of it", "Cost 17 or less")):
        drawn.text(20, 20 + 90 * place, text)
    path = tmp_path / "mixed.pdf"
    path.write_bytes(english_page(drawn.image).pdf)
    task = PageTask(path, "pdf", 1, 200, 40_000_000, "", "embedded", "rus+eng", None, "auto")
    page = prepare_page(task, PromptSet())
    sent = [region.crop is not None for region in page.regions]
    assert any(sent) and not all(sent)
    whole, failed = RegionReading("x" * 80, 1), RegionReading("", 2, error=EngineUnavailable("no backend"))
    assert assemble_page(page, [whole if each else None for each in sent], seconds=1.0).coverage == 1.0
    lost = assemble_page(page, [failed if each else None for each in sent], seconds=1.0)
    assert lost.coverage is not None and 0.5 < lost.coverage < 1.0
