"""What is read beside a proven text layer, and in which alphabet."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader

from tests.support.sheets import DrawnPage
from tests.support.text_layer_pdfs import ENGLISH, RUSSIAN, Sample, Sheet, swapped, with_maps
from tests.support.text_layer_set import read_sample

_CYRILLIC = re.compile("[\u0400-\u04ff]")


def english_page(picture: Image.Image) -> Sample:
    sheet = Sheet()
    for text in ENGLISH:
        sheet.paragraph(text)
    sheet.canvas.drawImage(ImageReader(picture), 60, 200, picture.width * 72 / 200, picture.height * 72 / 200)
    return Sample("english", sheet.pdf(), "")


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
    for text in ENGLISH:
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


def test_text_in_a_script_that_nobody_reads_is_no_rubbish_but_a_warning(tmp_path: Path) -> None:
    drawn = DrawnPage(1650, 700)
    for place in range(10):
        drawn.text(20, 20 + 60 * place, _ARABIC, size=12)
    page = read_sample(tmp_path, english_page(drawn.image))
    assert page.status == "partial"
    assert any("a part of the page is in Arabic script" in warning for warning in page.warnings)
    assert {region.source for region in page.regions} <= {"text_layer", None}
