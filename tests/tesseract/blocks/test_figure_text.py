"""Figures give up the text inside them."""

from __future__ import annotations

from dataclasses import replace

from ocr_service.document import Region
from ocr_service.tesseract.blocks.figure_text import Figures, find_figures
from ocr_service.tesseract.words import Line
from tests.support.sheets import DrawnPage, text_line

FIGURE = Region("image", (50, 50, 950, 650), 0, 0.9)


def doubtful(line: Line, confidence: float = 40.0) -> Line:
    return replace(line, words=tuple(replace(word, confidence=confidence) for word in line.words))


def chart() -> DrawnPage:
    page = DrawnPage(1000, 700)
    for x, height in ((200, 300), (400, 200), (600, 400)):
        page.draw.rectangle((x, 600 - height, x + 80, 600), fill="#445566")
    return page


def test_a_chart_stays_a_figure_and_its_labels_are_lines() -> None:
    label = text_line(100, 80, "Выручка", "2026")
    found = find_figures([label], [FIGURE], [], chart().sheet())
    assert [figure.label for figure in found.regions] == ["image"]
    assert [line.text for line in found.lines] == ["Выручка 2026"]


def test_a_box_with_nothing_but_text_is_no_figure() -> None:
    page = DrawnPage(1000, 700)
    lines = [text_line(100, 100, "Фамилия"), doubtful(text_line(100, 200, "Иванов"))]
    found = find_figures(lines, [FIGURE], [], page.sheet())
    assert found.regions == []
    assert [line.text for line in found.lines] == ["Фамилия", "Иванов"]


def test_what_is_read_into_a_photograph_goes_with_it() -> None:
    garbage = doubtful(text_line(300, 300, "ее", "х"))
    found = find_figures([garbage], [FIGURE], [], chart().sheet())
    assert (len(found.regions), found.lines, found.left_out) == (1, [], [garbage])


def test_a_line_whose_ink_stands_as_letters_do_needs_less_confidence() -> None:
    label = doubtful(text_line(100, 80, "Выручка", "2026"), 55.0)
    row = (90, 70, 600, 130)
    assert find_figures([label], [FIGURE], [], chart().sheet()).left_out == [label]
    assert find_figures([label], [FIGURE], [], chart().sheet(), [row]).lines == [label]


def test_a_caption_inside_the_box_ends_the_figure() -> None:
    caption = text_line(100, 610, "Рис.", "3", "Выручка")
    found = find_figures([caption], [FIGURE], [], chart().sheet())
    assert found.regions[0].bbox == (50, 50, 950, caption.box[1])
    assert found.lines == [caption]


def test_a_weak_hint_is_no_figure() -> None:
    assert find_figures([], [replace(FIGURE, score=0.3)], [], chart().sheet()) == Figures([], [], [])


def test_a_doubtful_line_among_many_legible_ones_is_a_label() -> None:
    labels = [text_line(100, 80 + 40 * row, "Насос", str(row)) for row in range(8)]
    unsure, garbage = doubtful(text_line(600, 80, "труба"), 55.0), doubtful(text_line(600, 300, "х", "ее"))
    found = find_figures([*labels, unsure, garbage], [FIGURE], [], chart().sheet())
    assert found.left_out == [garbage]
    assert unsure in found.lines
    assert find_figures([*labels[:7], unsure], [FIGURE], [], chart().sheet()).left_out == [unsure]


def test_a_digit_that_the_text_layer_proves_is_no_chance_of_a_photograph() -> None:
    page = chart()
    read = text_line(340, 300, "8")
    proven = replace(read, words=tuple(replace(word, size=28.0) for word in read.words))
    region = Region("chart", (60, 60, 760, 560), 0, 0.9)
    assert find_figures([read], [region], [], page.sheet()).lines == []
    assert [line.text for line in find_figures([proven], [region], [], page.sheet()).lines] == ["8"]


def test_a_lone_zero_of_an_axis_is_a_line_and_a_lone_sign_goes_with_the_figure() -> None:
    axis = [text_line(170 - 15 * len(text), 150 + 130 * row, text) for row, text in enumerate(("40", "20", "0"))]
    sign = text_line(700, 300, "1")
    found = find_figures([*axis, sign], [FIGURE], [], chart().sheet())
    assert [line.text for line in found.lines] == ["40", "20", "0"]
    assert found.left_out == [sign]


def test_a_figure_that_takes_in_a_column_of_text_is_only_what_is_drawn() -> None:
    page = DrawnPage(1000, 700)
    page.draw.rectangle((100, 80, 400, 300), fill="#445566")
    lines = [text_line(440, 80 + 36 * n, *["слово"] * 6) for n in range(12)]
    over = text_line(20, 560, *["слово"] * 7, em=50.0)
    found = find_figures([*lines, over], [FIGURE], [], page.sheet())
    assert [figure.label for figure in found.regions] == ["image"]
    assert abs(found.regions[0].bbox[2] - 400) < 10
    assert over in found.lines
