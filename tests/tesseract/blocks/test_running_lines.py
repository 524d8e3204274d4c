"""Running lines beside the number of their page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ocr_service.tesseract.blocks.paragraphs import Paragraph
from ocr_service.tesseract.blocks.running_lines import beside_page_number
from tests.support.sheets import text_line

HEIGHT = 2339


def page(*lines: tuple[int, int, str]) -> list[Paragraph]:
    body = [(100, 500 + 40 * i, "Обычный текст страницы") for i in range(20)]
    return [Paragraph((text_line(x, y, *text.split()),)) for x, y, text in [*lines, *body]]


@pytest.mark.parametrize("number", ["5", "47699", "- 5 -", "стр. 5"])
def test_what_stands_beside_the_number_at_the_top_is_a_running_head(number: str) -> None:
    found = beside_page_number(page((500, 290, "ВВЕДЕНИЕ В ГЕОМЕТРИЮ"), (1400, 290, number)), HEIGHT)
    assert found == {0: "header", 1: "number"}


def test_what_stands_beside_the_number_at_the_bottom_is_a_running_foot() -> None:
    found = beside_page_number(page((100, 2200, "Инструкция к форме"), (800, 2200, "-5-")), HEIGHT)
    assert found == {0: "footer", 1: "number"}


@pytest.mark.parametrize(
    "lines",
    [
        [(500, 290, "Ведомость"), (1400, 450, "17")],  # not beside it
        [(500, 420, "Ведомость"), (1400, 420, "17")],  # further inside the page
        [(500, 290, "Ведомость"), (1400, 290, "№ 17-а")],
        [(100, 290, "1"), (500, 290, "2"), (900, 290, "3"), (1300, 290, "итого")],  # a row of a table
    ],
)
def test_other_rows_keep_their_labels(lines: list[tuple[int, int, str]]) -> None:
    assert beside_page_number(page(*lines), HEIGHT) == {}


@pytest.mark.parametrize(("size", "found"), [(1.0, {0: "header", 1: "number"}), (1.6, {})])
def test_a_title_beside_a_number_keeps_its_label(size: float, found: dict[int, str]) -> None:
    title, *rest = page((100, 100, "Накладная"), (1400, 100, "1024"))
    larger = Paragraph((replace(title.lines[0], em=size * title.em),))
    assert beside_page_number([larger, *rest], HEIGHT) == found
