"""Pages whose text is written from right to left are read in its order."""

from __future__ import annotations

from pathlib import Path

from ocr_service.reading.page_tasks import PageTask, prepare_page
from ocr_service.text_layer.lines.words import LayerLine, LayerWord
from ocr_service.text_layer.regions.right_to_left import in_order, in_order_of_reading
from ocr_service.vlm.prompts import PromptSet
from tests.support.text_layer_pdfs import Sample, Sheet
from tests.support.text_layer_set import read_sample

_RIGHT = 535.0  # where its lines begin, points
_LINES = (
    "הוועדה התכנסה ביום שלישי ואישרה את התקציב השנתי",
    "ללא התנגדות. המים רותחים במאה מעלות אך בהרים",
    "גבוהים מוקדם יותר.",
)


def test_boxes_that_are_read_from_the_right_change_places_and_no_others() -> None:
    boxes = [(0.0, 0.0, 10.0, 5.0), (60.0, 0.0, 90.0, 5.0), (20.0, 0.0, 50.0, 5.0), (100.0, 0.0, 110.0, 5.0)]
    assert in_order(boxes) == [boxes[0], (20.0, 0.0, 50.0, 5.0), (60.0, 0.0, 90.0, 5.0), boxes[3]]
    assert in_order(boxes[:2]) == boxes[:2] and in_order([]) == []


def test_a_line_read_from_the_right_keeps_its_words_and_its_box() -> None:
    words = LayerWord("ab", (60, 0, 90, 5), (0, 1), 10), LayerWord("c", (40, 0, 50, 5), (2,), 10)
    line = in_order_of_reading(LayerLine(words, 0, 10))
    assert line.text == "ab c" and line.box == (40, 0, 90, 5)
    assert line.words[0].box[0] < line.words[1].box[0]
    assert in_order_of_reading(LayerLine(words, 90, 10)).words == words


def hebrew() -> bytes:
    sheet = Sheet()
    canvas = sheet.canvas
    for size, y, text in ((18, 760, "דוח שנתי"), *((11, 700 - 16 * row, text) for row, text in enumerate(_LINES))):
        canvas.setFont("Sans", size)
        canvas.drawRightString(_RIGHT, y, text[::-1])
    return sheet.pdf()


def test_the_vlm_is_spared_a_page_of_hebrew(tmp_path: Path) -> None:
    path = tmp_path / "hebrew.pdf"
    path.write_bytes(hebrew())
    page = prepare_page(PageTask(path, "pdf", 1, 200, 40_000_000, "", "embedded", "rus+eng", None, "auto"), PromptSet())
    assert [region.layer_text for region in page.regions] == ["דוח שנתי", " ".join(_LINES)]


def test_a_page_of_hebrew_is_read_from_the_right_line_by_line(tmp_path: Path) -> None:
    page = read_sample(tmp_path, Sample("hebrew", hebrew(), ""), "only")
    assert page.markdown.split("\n\n") == ["# דוח שנתי", " ".join(_LINES)]
    first = page.regions[1].words[0]
    assert first.text == "הוועדה" and first.bbox[2] > page.width * 0.85
