"""Quarter turns found and undone; what has no text stays as it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr_service.document import PageImage
from ocr_service.errors import EngineUnavailable
from ocr_service.reading.orientation import (
    ForeignScript,
    are_labels,
    foreign_script,
    is_passed_over,
    recognise_upright,
    upright,
)
from ocr_service.tesseract.reader import TesseractReader
from ocr_service.tesseract.rotation import BlockReader
from tests.support.sheets import DrawnPage, reader_of, text_line

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf")


@pytest.fixture(scope="module")
def reader() -> TesseractReader:
    return reader_of("rus+eng")


def _letter(lines: int = 8, size: int = 30) -> Image.Image:
    image = Image.new("RGB", (1000, 1400), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(FONT, size)
    for line in range(lines):
        draw.text((80, 100 + round(1.6 * size) * line), "Поставщик обязуется передать товар", fill="black", font=font)
    return image


def _rotated(image: Image.Image, clockwise: int, dpi: int = 200) -> PageImage:
    return PageImage(1, np.ascontiguousarray(np.rot90(np.asarray(image), k=-clockwise // 90)), dpi)


@pytest.mark.parametrize(
    "clockwise", [0, 90, pytest.param(180, marks=pytest.mark.slow), pytest.param(270, marks=pytest.mark.slow)]
)
def test_a_rotated_page_comes_out_upright_before_and_after_reading(clockwise: int, reader: TesseractReader) -> None:
    original = _letter()
    for page in (
        upright(_rotated(original, clockwise), lambda: reader.read_block),
        recognise_upright(_rotated(original, clockwise), reader).page,
    ):
        assert page.angle == (360 - clockwise) % 360
        assert np.array_equal(page.pixels, np.asarray(original))


@pytest.mark.parametrize("clockwise", [0, 90, pytest.param(270, marks=pytest.mark.slow)])
def test_a_page_of_two_lines_is_read_upright(clockwise: int, reader: TesseractReader) -> None:
    recognition = recognise_upright(_rotated(_letter(lines=2), clockwise), reader)
    assert recognition.page.angle == (360 - clockwise) % 360
    assert recognition.lines[0].text == "Поставщик обязуется передать товар"


@pytest.mark.parametrize("clockwise", [0, pytest.param(180, marks=pytest.mark.slow)])
def test_small_print_and_low_resolution_rotate_nothing_that_stands_upright(
    clockwise: int, reader: TesseractReader
) -> None:
    page = _rotated(_letter(size=16), clockwise, dpi=100)
    assert upright(page, lambda: reader.read_block).angle == clockwise
    assert recognise_upright(page, reader).page.angle == clockwise


@pytest.mark.slow
def test_pages_without_text_are_left_alone(reader: TesseractReader) -> None:
    blank = np.full((1400, 1000, 3), 255, np.uint8)
    picture = np.random.default_rng(3).integers(0, 255, (1400, 1000, 3), dtype=np.uint8)
    for pixels in (blank, picture):
        assert upright(PageImage(1, pixels, 200), lambda: reader.read_block).angle == 0
        assert recognise_upright(PageImage(1, pixels, 200), reader).page.angle == 0


def test_without_language_data_a_rotation_is_not_proven_and_the_page_stays() -> None:
    def missing() -> BlockReader:
        raise EngineUnavailable("no data")

    assert upright(_rotated(_letter(), 180), missing).angle == 0


def test_missing_orientation_data_names_the_package(tmp_path: Path, reader: TesseractReader) -> None:
    with pytest.raises(EngineUnavailable, match="tesseract-ocr-osd"):
        upright(_rotated(_letter(), 0), lambda: reader.read_block, tmp_path)


def _foreign(page: PageImage, reader: TesseractReader) -> ForeignScript | None:
    recognition = recognise_upright(page, reader)
    return foreign_script(recognition.sheet, recognition.lines, "rus+eng")


def _written(text: str) -> PageImage:
    image = Image.new("RGB", (1240, 900), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(FONT.with_name("DejaVuSans.ttf"), 32)
    for line in range(12):
        draw.text((80, 60 + 55 * line), text, fill="black", font=font)
    return PageImage(1, np.asarray(image), 200)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Ο προμηθευτής παραδίδει τα αγαθά στη διεύθυνση", "ell"),
        pytest.param("הספק ימסור את הסחורה לכתובת שצוינה", "heb", marks=pytest.mark.slow),
        pytest.param("يسلم المورد البضائع إلى العنوان المحدد في الطلب", "ara", marks=pytest.mark.slow),
    ],
)
def test_a_script_that_no_language_reads_is_named_with_what_to_install(
    text: str, language: str, reader: TesseractReader
) -> None:
    foreign = _foreign(_written(text), reader)
    assert foreign is not None
    assert foreign.whole
    failure = foreign.failure
    assert failure.code == "unreadable_script"
    assert f"tesseract-ocr-{language}" in failure.message
    assert f"OCR_LANGUAGES={language}" in failure.message


@pytest.mark.parametrize("text", ["Поставщик передаёт товар покупателю", "The supplier shall deliver the goods"])
def test_a_script_that_is_read_is_no_failure(text: str, reader: TesseractReader) -> None:
    assert _foreign(_written(text), reader) is None


@pytest.mark.slow
def test_a_page_of_numbers_beside_names_in_a_foreign_script_is_kept_and_says_so(reader: TesseractReader) -> None:
    page = DrawnPage(1240, 1100)
    for row in range(18):
        page.text(80, 60 + 55 * row, "يسلم المورد البضائع إلى العنوان")
        page.text(800, 60 + 55 * row, f"{4207 + 311 * row} 2026-11-{row + 10} {905 + 13 * row}")
    foreign = _foreign(page.page(), reader)
    assert foreign is not None
    assert not foreign.whole
    assert "a part of the page is in Arabic script" in foreign.failure.message
    assert "language=ara" in foreign.failure.message


def test_numbers_alone_have_no_script(reader: TesseractReader) -> None:
    page = DrawnPage(1240, 1100)
    for row in range(18):
        page.text(80, 60 + 55 * row, f"{4207 + 311 * row} 2026-11-{row + 10} {905 + 13 * row}")
    assert _foreign(page.page(), reader) is None


def test_drawings_that_hide_the_words_from_the_first_reading_are_no_script(reader: TesseractReader) -> None:
    """Tesseract finds no text on such a page; a page in a script that it does not know it reads as something."""
    image = Image.new("RGB", (1240, 900), "white")
    draw = ImageDraw.Draw(image)
    for left in range(100, 1000, 300):
        for step in range(0, 200, 14):
            draw.line((left + step, 300, left, 300 + step), fill="black", width=2)
            draw.line((left + 200 - step, 300, left + 200, 300 + step), fill="black", width=2)
    font = ImageFont.truetype(FONT, 20)
    draw.text((100, 520), "Original viewport, no scaling", fill="black", font=font)
    drawn = reader.recognise(PageImage(1, np.asarray(image), 200))
    assert is_passed_over(drawn.sheet, [])
    found = reader.read_rest(drawn).found.lines
    assert any("viewport" in line.text for line in found)
    assert foreign_script(drawn.sheet, found, "rus+eng") is None
    foreign = reader.recognise(_written("Ο προμηθευτής παραδίδει τα αγαθά στη διεύθυνση"))
    assert not is_passed_over(foreign.sheet, foreign.lines)


def test_notes_on_staves_are_no_script(reader: TesseractReader) -> None:
    """Tesseract takes them for Arabic: stems and beams hang together as its letters do."""
    page = DrawnPage(1654, 1400)
    for staff in range(5):
        top = 100 + 250 * staff
        for line in range(5):
            page.draw.line((80, top + 16 * line, 1570, top + 16 * line), fill="black", width=2)
        for place in range(20):
            x, y = 120 + 70 * place, top + 8 * (5 * place * (staff + 2) % 11) - 8
            page.draw.ellipse((x, y, x + 22, y + 16), fill="black")
            page.draw.line((x + 20, y + 8, x + 20, y - 46), fill="black", width=3)
            if place % 3:
                page.draw.line((x + 20, y - 46, x + 48, y - 34), fill="black", width=8)
    score = reader.recognise(page.page())
    assert foreign_script(score.sheet, score.lines, "rus+eng") is None
    bare = replace(score.sheet, ruling_lines=replace(score.sheet.ruling_lines, horizontal=(), vertical=()))
    assert foreign_script(bare, score.lines, "rus+eng") is not None


def test_short_texts_that_were_read_well_are_the_labels_of_a_drawing() -> None:
    labels = [text_line(100 + 300 * (n % 4), 100 + 60 * n, "OUT", "PARCEL") for n in range(12)]
    doubtful = [replace(line, words=tuple(replace(w, confidence=30.0) for w in line.words)) for line in labels]
    text = [text_line(100, 100 + 60 * n, *["text"] * 9) for n in range(12)]
    assert are_labels(labels)
    assert not are_labels(doubtful)
    assert not are_labels([*labels, *text])
