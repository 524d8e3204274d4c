"""Marks above letters are those that the map says, whatever stands beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr_service.reading.page_tasks import PageTask, read_page
from tests.support.text_layer_pdfs import Sheet, swapped, with_maps

_TEXT = "fête fêter fêtes forêt tête fêtards têtu arrêt prêt fêlure"


@pytest.mark.parametrize("font", ["Times-Italic", "Helvetica-Oblique"])
def test_a_letter_that_reaches_over_its_neighbour_is_no_part_of_its_mark(tmp_path: Path, font: str) -> None:
    assert read(tmp_path, sheet(font)) == ("text_layer", _TEXT)


def test_another_mark_than_the_map_says_is_found_beside_such_a_letter(tmp_path: Path) -> None:
    source, _ = read(tmp_path, with_maps(sheet("Serif"), swapped("êè")))
    assert source == "tesseract"


def sheet(font: str) -> bytes:
    made = Sheet()
    made.canvas.setFont(font, 10)
    made.canvas.drawString(40, 700, _TEXT)
    return made.pdf()


def read(folder: Path, pdf: bytes) -> tuple[str | None, str]:
    """Where the page's one text comes from, and what it is."""
    path = folder / "marks.pdf"
    path.write_bytes(pdf)
    page = read_page(PageTask(path, "pdf", 1, 200, 40_000_000, "", "embedded", "eng", None, text_layer="auto"))
    return page.regions[0].source, page.regions[0].content
