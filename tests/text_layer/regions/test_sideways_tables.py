"""Tables that stand sideways in a text layer."""

from __future__ import annotations

from ocr_service.tesseract.words import Line, make_line
from ocr_service.text_layer.regions.sideways_tables import sideways_tables
from tests.support.sheets import blank_sheet, text_line

ROWS = [("Товар", "Штук", "Рублей"), ("Кабель", "14", "51618"), ("Цемент", "35", "77390"), ("Провод", "52", "56751")]
CAPTION = ("Таблица", "2.", "Товары")


def standing(line: Line, angle: int) -> Line:
    """A line of a level table at its place on an A4 page where that stands sideways."""
    width, height = blank_sheet().size
    words = []
    for word in line.words:
        x0, y0, x1, y1 = word.box
        box = (width - y1, x0, width - y0, x1) if angle == 90 else (y0, height - x1, y1, height - x0)
        words.append(type(word)(word.text, box, word.confidence, 30.0))
    return make_line(words)


def lines(angle: int) -> list[Line]:
    level = [
        text_line(300, 440, *CAPTION),
        *(text_line(300, 500 + 50 * i, *row, step=300) for i, row in enumerate(ROWS)),
    ]
    return [standing(line, angle) for line in level]


def test_a_table_is_found_with_its_caption_whichever_side_its_head_is_on() -> None:
    for angle in (90, 270):
        found = sideways_tables(lines(angle), angle, blank_sheet())
        (insert,) = found.inserts
        caption, table = insert.regions
        assert (caption.label, caption.content) == ("table_title", "Таблица 2. Товары")
        assert table.content.splitlines()[2] == "| Кабель | 14 | 51618 |"
        assert table.bbox[3] - table.bbox[1] > 600 > 300 > table.bbox[2] - table.bbox[0]
        assert found.rest == []


def test_a_line_along_the_margin_stays_with_the_rest() -> None:
    stamp = standing(text_line(300, 1200, "arXiv", "2103", "[cs.CV]"), 270)
    found = sideways_tables([stamp, *lines(270)], 270, blank_sheet())
    assert (len(found.inserts), found.rest) == (1, [0])
    assert sideways_tables([stamp], 270, blank_sheet()).rest == [0]
