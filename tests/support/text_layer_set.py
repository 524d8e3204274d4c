"""The whole set of PDFs for the text layer: ``python -m tests.support.text_layer_set FOLDER``."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path

from ocr_service.document import PageResult, TextLayerMode
from ocr_service.reading.page_tasks import PageTask, read_page
from ocr_service.render.pdfium import open_pdf
from ocr_service.text_layer.lines.lines import find_lines
from ocr_service.text_layer.lines.upright_rules import UprightRules
from ocr_service.text_layer.opened_page import open_page
from ocr_service.text_layer.remainder import gray_of
from tests.support.text_layer_layouts import LAYOUTS, SCANS
from tests.support.text_layer_pdfs import MAPS_AND_HIDDEN, Sample, Sheet

SAMPLES = {**MAPS_AND_HIDDEN, **LAYOUTS, **SCANS}


@cache
def sample_of(name: str) -> Sample:
    """One of SAMPLES."""
    return SAMPLES[name]()


def read_sample(folder: Path, sample: Sample, mode: TextLayerMode = "auto") -> PageResult:
    """The sample's first page, as a page worker reads it."""
    path = folder / f"{sample.name}.pdf"
    path.write_bytes(sample.pdf)
    return read_page(PageTask(path, "pdf", 1, 200, 40_000_000, "", "embedded", "rus+eng", None, mode))


def words_of(markdown: str) -> list[str]:
    """The words of a text without the marks of Markdown's structure."""
    return re.sub(r"^[#\-]+ |[|]|-{3,}", " ", markdown, flags=re.M).split()


def lines_of(folder: Path, sheet: Sheet) -> list[str]:
    """The text of the lines that a sheet's layer shows, parted at its upright rules."""
    path = folder / "page.pdf"
    path.write_bytes(sheet.pdf())
    with open_pdf(path, "") as pdf:
        opened = open_page(pdf, 1, 200, 40_000_000)
    assert opened is not None
    rules = UprightRules.of(gray_of(opened.seen.ground), opened.picture.dpi)
    return [line.text for line in find_lines(opened.glyphs.kept(opened.seen.visible), rules)]


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for sample in map(sample_of, SAMPLES):
        (folder / f"{sample.name}.pdf").write_bytes(sample.pdf)
        (folder / f"{sample.name}.md").write_text(sample.truth, encoding="utf-8")
