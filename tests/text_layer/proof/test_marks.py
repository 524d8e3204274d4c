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


@pytest.mark.parametrize(("drawn", "said"), [("ÉÈÂÀÔ", "ÈÉÀÂÖ"), ("ÉÈÂÀÔ", "ÉÈÂÀÔ"), ("éàõí", "éàôi")])
def test_marks_of_capitals_and_of_a_few_letters_are_looked_at(tmp_path: Path, drawn: str, said: str) -> None:
    made, text = Sheet(), f"Le monde entier {drawn} va bien {drawn[0]}n Europe"
    made.paragraph(text, font="Serif")
    names = str.maketrans(drawn, said)
    pdf = with_maps(made.pdf(), lambda codes: {code: t.translate(names) for code, t in codes.items()})
    source, content = read(tmp_path, pdf)
    assert (source == "text_layer" and content == text) == (drawn == said)


@pytest.mark.parametrize(("drawn", "trusted"), [("é", True), ("e", False)])
def test_the_only_letter_of_a_font_has_its_mark(tmp_path: Path, drawn: str, trusted: bool) -> None:
    made = Sheet()
    made.canvas.setFont("Serif", 10)
    made.canvas.drawString(40, 700, "for")
    made.canvas.drawString(80, 700, "casts were exceeded")
    made.canvas.setFont("Sans", 10)
    made.canvas.drawString(54.6, 700, drawn)
    pdf = with_maps(made.pdf(), lambda codes: {c: t.replace("e", "é") for c, t in codes.items()}, "Sans")
    assert ("é" in read(tmp_path, pdf)[1]) == trusted


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
