"""Headlines too large for the ledger's letters, and words that a line through them makes one piece."""

from __future__ import annotations

from ocr_service.geometry.ink_pieces import ink_stats
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.ledger.large_letters import (
    joined_areas,
    large_areas,
    read_joined,
    read_large,
    still_unread,
    without_inner,
    without_read,
)
from ocr_service.tesseract.words import Word, make_line
from tests.support.sheets import DrawnPage

EM = 28.0


def test_a_headline_and_a_lone_large_digit_are_read() -> None:
    page = DrawnPage(1240, 900)
    page.text(100, 60, "Shipment", 40, bold=True)
    page.text(100, 300, "7", 150, bold=True)
    page.text(800, 700, "within ten days", 11)
    sheet = page.sheet()
    areas = large_areas(sheet, ink_stats(sheet.ink), [])
    assert [area.regular for area in areas] == [True, False]
    lines = read_large(areas, sheet, TesseractEngine("eng"))
    assert [line.text for line in lines] == ["Shipment", "7"]
    words = [word for line in lines for word in line.words]
    assert large_areas(sheet, ink_stats(sheet.ink), words) == []
    assert still_unread(areas, words) == [] and still_unread(areas, []) == areas[:1]


def test_a_headline_that_was_read_letter_by_letter_is_read_again() -> None:
    page = DrawnPage(1240, 400)
    page.text(100, 60, "Parties", 40, bold=True)
    sheet = page.sheet()
    (row,) = large_areas(sheet, ink_stats(sheet.ink), [])
    x0, y0, x1, y1 = row.box
    step = (x1 - x0) // 6
    parts = [Word(letter, (x0 + n * step, y0, x0 + (n + 1) * step, y1), 60.0) for n, letter in enumerate("Da|]e$")]
    assert large_areas(sheet, ink_stats(sheet.ink), parts) == [row]
    whole = make_line([Word("Parties", row.box, 90.0)])
    assert without_inner(parts, [whole]) == []
    assert large_areas(sheet, ink_stats(sheet.ink), list(whole.words)) == []


def test_frames_and_blocks_are_no_large_letters() -> None:
    page = DrawnPage(1240, 900)
    page.draw.rectangle((100, 100, 400, 300), outline="black", width=3)
    page.draw.rectangle((600, 100, 800, 300), fill="black")
    sheet = page.sheet()
    assert large_areas(sheet, ink_stats(sheet.ink), []) == []


def test_words_that_are_crossed_out_are_read_and_else_stay_unread() -> None:
    page = DrawnPage(1240, 400)
    page.text(100, 100, "delivery within ten days", 11)
    page.draw.line((95, 120, 620, 120), fill="black", width=3)
    sheet = page.sheet()
    (area,) = joined_areas(sheet, ink_stats(sheet.ink), EM, [])
    assert area.regular and still_unread([area], []) == [area]
    lines = read_joined([area], sheet, EM, TesseractEngine("eng"))
    assert "delivery" in " ".join(line.text for line in lines)
    words = [word for line in lines for word in line.words]
    assert without_read(lines, words) == []
    read = [Word("delivery within ten days", area.box, 90.0)]
    assert joined_areas(sheet, ink_stats(sheet.ink), EM, read) == []


def test_a_wavy_line_is_no_crossed_out_word() -> None:
    page = DrawnPage(1240, 400)
    points = [(100 + 10 * n, 200 + (n % 12 - 6) * (1 if n // 12 % 2 else -1) * 3) for n in range(60)]
    page.draw.line(points, fill="black", width=3)
    sheet = page.sheet()
    assert joined_areas(sheet, ink_stats(sheet.ink), EM, []) == []


def test_discs_and_triangles_are_no_large_signs() -> None:
    page = DrawnPage(1240, 900)
    page.draw.ellipse((100, 100, 230, 230), fill="black")
    page.draw.polygon([(500, 230), (565, 100), (630, 230)], fill="black")
    page.text(900, 100, "8", 50)
    sheet = page.sheet()
    (digit,) = large_areas(sheet, ink_stats(sheet.ink), [])
    assert digit.box[0] >= 900


def test_headlines_beyond_those_that_are_read_are_still_unread() -> None:
    page = DrawnPage(1240, 2400)
    for row in range(18):
        page.text(100, 20 + 130 * row, "Total", 36, bold=True)
    sheet = page.sheet()
    areas = large_areas(sheet, ink_stats(sheet.ink), [])
    read = [word for line in read_large(areas, sheet, TesseractEngine("eng")) for word in line.words]
    assert len(areas) == 18
    assert len(still_unread(areas, read)) == 18 - len(read) > 0
