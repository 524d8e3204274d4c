"""Blocks that stand sideways on an upright page."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from ocr_service.export.markdown import page_markdown
from ocr_service.geometry.ink_areas import Pieces
from ocr_service.tesseract.ledger.ink_ledger import letter_pieces
from ocr_service.tesseract.sheet import prepare_sheet
from ocr_service.tesseract.sideways_blocks import block_picture, frame, sideways_blocks, unread_strips
from ocr_service.tesseract.words import Word, make_line
from tests.support.sheets import DPI, DrawnPage, reader_of, sheet_of


def page_with_a_note_along_its_margin() -> DrawnPage:
    page, note = DrawnPage(1200, 1000), DrawnPage(700, 120)
    for row in range(6):
        page.text(260, 100 + 50 * row, "The supplier shall deliver the goods in time")
    note.text(20, 20, "Received by the archive in Bristol")
    note.text(20, 65, "on the ninth of March and kept")
    page.image.paste(note.image.transpose(Image.Transpose.ROTATE_90), (60, 150))
    return page


def test_a_note_along_the_margin_is_found_with_its_rotation_and_leaves_the_lines() -> None:
    reader = reader_of("eng")
    page = page_with_a_note_along_its_margin()
    sheet = prepare_sheet(page.gray(), DPI)
    lines = reader.recognise(page.page()).lines
    pieces = letter_pieces(sheet, lines)
    (block,), rest = sideways_blocks(pieces, lines, sheet, reader.read_block)
    assert block.degrees == 90
    assert block.box[2] < 260
    assert all("supplier" in line.text for line in rest)
    picture = block_picture(sheet, block.box, pieces.em)
    assert picture.shape[0] == block.box[3] - block.box[1] + 2 * frame(pieces.em)


def test_its_text_is_in_the_result_once_with_its_place() -> None:
    reading = reader_of("eng").read(page_with_a_note_along_its_margin().page(), [])
    text = page_markdown(reading.regions)
    assert text.count("Received by the archive in Bristol") == 1
    assert text.count("The supplier shall deliver the goods in time") == 6
    note = next(region for region in reading.regions if "Received" in region.content)
    x0, y0, x1, y1 = note.bbox
    assert x1 < 260
    assert y1 - y0 > 3 * (x1 - x0)
    assert reading.coverage == 1.0


@pytest.mark.slow
def test_what_can_hardly_be_read_in_it_is_named() -> None:
    page, note = DrawnPage(1200, 1000), DrawnPage(700, 160)
    for row in range(6):
        page.text(260, 100 + 50 * row, "The supplier shall deliver the goods in time")
    for row, text in enumerate(
        ("Received by the archive in Bristol", "Ο προμηθευτής παραδίδει τα αγαθά", "and kept for a year")
    ):
        note.text(20, 15 + 45 * row, text)
    page.image.paste(note.image.transpose(Image.Transpose.ROTATE_90), (60, 150))
    reading = reader_of("eng").read(page.page(), [])
    assert "archive" in page_markdown(reading.regions)
    assert reading.coverage < 1.0
    assert reading.doubtful
    assert all(x1 < 260 and y0 >= 100 for _, y0, x1, _ in reading.doubtful)


def test_a_block_that_was_rotated_is_not_rotated_again() -> None:
    """What reads badly both ways would be, without end."""
    reader = reader_of("eng")
    block = replace(reader.recognise(page_with_a_note_along_its_margin().page()), of_block=True)
    assert "archive" not in page_markdown(reader.compose(block, []).regions)


def test_a_long_line_along_the_margin_is_read_whole() -> None:
    """A window of it would cut through its words."""
    page, note = DrawnPage(1200, 1300), DrawnPage(1150, 90)
    for row in range(6):
        page.text(260, 100 + 50 * row, "The supplier shall deliver the goods in time")
    note.text(15, 15, "preprint:2108.40716v3 [ab.CD] 14 Sep 2027", 17)
    page.image.paste(note.image.transpose(Image.Transpose.ROTATE_90), (60, 100))
    reading = reader_of("eng").read(page.page(), [])
    assert page_markdown(reading.regions).count("preprint:2108.40716v3 [ab.CD] 14 Sep 2027") == 1
    assert reading.coverage == 1.0


@pytest.mark.slow
def test_a_stamp_beside_text_that_reads_badly_does_not_turn_the_text() -> None:
    reader = reader_of("eng")
    page, stamp = DrawnPage(1300, 700), DrawnPage(480, 215)
    for row in range(5):
        page.text(345, 60 + 110 * row, "The supplier shall deliver the goods in time")
    for row, text in enumerate(
        ("Received by the", "old archive on the", "ninth of March", "and kept in Bath", "with the other papers")
    ):
        stamp.text(5, 2 + 42 * row, text, 12, bold=True)
    page.image.paste(stamp.image.transpose(Image.Transpose.ROTATE_90), (100, 60))
    sheet = prepare_sheet(page.gray(), DPI)
    read = [line for line in reader.recognise(page.page()).lines if "supplier" in line.text]
    faint = [
        make_line([replace(word, confidence=40.0 if place % 2 else 97.0) for place, word in enumerate(line.words)])
        for line in read
    ]
    assert len(faint) == 5
    assert sideways_blocks(letter_pieces(sheet, faint), faint, sheet, reader.read_block) == ([], faint)


def test_an_upright_page_has_none() -> None:
    reader = reader_of("eng")
    page = DrawnPage(900, 400)
    page.text(60, 100, "The supplier shall deliver the goods")
    sheet = prepare_sheet(page.gray(), DPI)
    lines = reader.recognise(page.page()).lines
    assert sideways_blocks(letter_pieces(sheet, lines), lines, sheet, reader.read_block) == ([], list(lines))


def test_a_table_whose_columns_stand_far_apart_is_one_block() -> None:
    page, table = DrawnPage(1200, 1500), DrawnPage(1100, 330)
    for row in range(5):
        page.text(260, 60 + 50 * row, "The supplier shall deliver the goods in time")
    rows = [("Goods", "Pieces", "Price"), ("Copper wire", "45", "70.35"), ("Gate valve", "20", "4.59")]
    for row, cells in enumerate([*rows, ("Bearing", "43", "47.40"), ("Pump", "19", "0.72")]):
        for column, text in enumerate(cells):
            table.text(20 + 360 * column, 15 + 60 * row, text)
    page.image.paste(table.image.transpose(Image.Transpose.ROTATE_90), (400, 360))
    reading = reader_of("eng").read(page.page(), [])
    assert "| Copper wire | 45 | 70.35 |" in page_markdown(reading.regions)


def chart(title: str) -> DrawnPage:
    """A chart with numbers at its axis, and the axis's title beside them, upwards."""
    page, label = DrawnPage(1200, 900), DrawnPage(500, 60)
    page.text(200, 40, "Notification rates of the cases that were confirmed")
    page.draw.line((260, 120, 260, 700, 1100, 700), fill="black", width=3)
    page.draw.line((300, 600, 500, 300, 700, 500, 1000, 200), fill="#ff8000", width=5)
    for row in range(8):
        page.text(190, 120 + 72 * row, f"0.{16 - 2 * row:02}", 8)
    for column in range(5):
        page.text(300 + 160 * column, 720, str(2004 + column), 8)
    label.text(10, 10, title, 9)
    page.image.paste(label.image.transpose(Image.Transpose.ROTATE_90), (100, 180))
    return page


def test_the_title_of_an_axis_is_read_upwards_and_the_numbers_beside_it_as_they_stand() -> None:
    reading = reader_of("eng").read(chart("Confirmed cases per 100,000 people").page(), [])
    texts = " ".join(region.content for region in reading.regions)
    assert texts.count("Confirmed cases per 100,000 people") == 1
    assert all(number in texts for number in ("0.16", "0.10", "0.04", "2004", "2008"))


@pytest.mark.parametrize("title", ["Tugged", "Loss"])
def test_a_short_word_along_an_axis_is_read(title: str) -> None:
    reading = reader_of("eng").read(chart(title).page(), [])
    assert title in page_markdown(reading.regions).split()


@pytest.mark.parametrize("pitch", [36, 60])
def test_numbers_one_above_the_other_are_no_word_on_its_side(pitch: int) -> None:
    page = DrawnPage(1200, 900)
    for row, number in enumerate(("1", "2", "3", "4", "5", "6")):
        page.text(160, 460 + pitch * row, number, 9)
    for row in range(5):
        page.text(260, 100 + 50 * row, "The supplier shall deliver the goods in time")
    reader = reader_of("eng")
    sheet = prepare_sheet(page.gray(), DPI)
    lines = reader.recognise(page.page()).lines
    assert not sideways_blocks(letter_pieces(sheet, lines), lines, sheet, reader.read_block)[0]


def test_letters_on_their_side_that_were_taken_for_digits_are_read_with_their_word() -> None:
    page, label = DrawnPage(400, 500), DrawnPage(300, 60)
    label.text(10, 10, "Notifications", 9)
    page.image.paste(label.image.transpose(Image.Transpose.ROTATE_90), (100, 100))
    reader = reader_of("eng")
    sheet = sheet_of(page.gray())
    pieces = letter_pieces(sheet, ())
    x0, y0, x1, y1 = pieces.boxes[np.argmax(pieces.boxes[:, 1])].tolist()
    digit = make_line([Word("2", (x0, y0, max(x1, x0 + y1 - y0), y1), 95.0)])
    (block,), rest = sideways_blocks(pieces, [digit], sheet, reader.read_block)
    assert block.box[1] <= y0 < block.box[3]
    assert rest == []


def stacked(filled: float, sides: tuple[int, int]) -> Pieces:
    """Two pieces one above the other, the letters of a word on its side that touch; ``filled``: of their boxes."""
    width, height = sides
    boxes = np.array([(100, 200, 100 + width, 200 + height), (100, 204 + height, 100 + width, 244 + height)], np.int32)
    areas = (filled * width * (boxes[:, 3] - boxes[:, 1])).astype(np.int32)
    return Pieces(boxes, areas, 24.0)


def test_a_word_on_its_side_that_cannot_be_read_is_named_and_strokes_are_not() -> None:
    both = np.ones(2, bool)
    (strip,) = unread_strips(stacked(0.5, (16, 60)), both, (600, 400))
    assert strip.box == (100, 200, 116, 304)
    assert unread_strips(stacked(0.1, (16, 60)), both, (600, 400)) == []
    assert unread_strips(stacked(0.5, (40, 60)), both, (600, 400)) == []


@pytest.mark.parametrize(("pitch", "stays"), [(40, False), (22, True)])
def test_a_column_of_digits_in_the_rows_of_other_words_is_no_word_on_its_side(pitch: int, stays: bool) -> None:
    titles = [make_line([Word("Title", (60, y, 130, y + 24), 95)]) for y in range(100, 300, 40)]
    places = range(100, 100 + 5 * pitch, pitch)
    digits = np.array([[600, y, 614, y + 20] for y in places], np.int32)
    column = make_line([Word("OBRRW", (600, 100, 614, places[-1] + 20), 80)])
    rest_of_no = make_line([Word("o", (610, 106, 622, 120), 80)])  # of ``No.``, whose N is in the column
    letters = np.array([[60 + 14 * n, y, 72 + 14 * n, y + 24] for y in range(100, 300, 40) for n in range(5)], np.int32)
    boxes = np.concatenate([letters, digits])
    pieces = Pieces(boxes, np.full(len(boxes), 200, np.int32), 24.0)
    sheet = sheet_of(DrawnPage(800, 400).gray())
    _, rest = sideways_blocks(pieces, [*titles, column, rest_of_no], sheet, lambda gray, dpi: [])
    assert [line in rest for line in (column, rest_of_no, *titles)] == [stays, stays, *[True] * len(titles)]
