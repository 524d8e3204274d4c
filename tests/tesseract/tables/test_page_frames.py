"""Frames that make a grid and hold the text of a page are read by themselves; cells of tables are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocr_service.document import Box
from ocr_service.tesseract.prepare.ruling_lines import RulingLines
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.tables.detection import find_tables
from ocr_service.tesseract.tables.page_frames import Frame, page_frames, strips
from ocr_service.tesseract.tables.page_parts import Part, all_parts
from ocr_service.tesseract.words import Line
from tests.support.sheets import blank_sheet, text_line

_PROSE = ("the", "council", "met", "on", "the", "new", "bridge", "and", "agreed")


def ruled(level: Sequence[Box], upright: Sequence[Box]) -> Sheet:
    sheet = blank_sheet()
    return replace(sheet, ruling_lines=RulingLines(tuple(level), tuple(upright), sheet.ruling_lines.mask))


def level(y: int, x0: int = 100, x1: int = 1500) -> Box:
    return (x0, y, x1 + 3, y + 3)


def upright(x: int, y0: int = 100, y1: int = 1000) -> Box:
    return (x, y0, x + 3, y1 + 3)


def story(x: int, y: int, heading: float = 44.0, lines: int = 5) -> list[Line]:
    """A heading over running text."""
    return [text_line(x, y, "Heading", em=heading), *(text_line(x, y + 60 + 40 * n, *_PROSE) for n in range(lines))]


def four(lines: int = 5, heading: float = 44.0) -> list[Line]:
    return [line for y in (120, 570) for x in (120, 820) for line in story(x, y, heading, lines)]


_CROSS = ruled([level(100), level(550), level(1000)], [upright(100), upright(800), upright(1500)])


def boxes(grids: Sequence[Sequence[Frame]]) -> list[Box]:
    return sorted(frame.box for grid in grids for frame in grid)


def test_boxes_with_text_under_headings_are_frames_and_are_read_row_by_row() -> None:
    found = page_frames(four(), _CROSS)
    assert len(boxes(found)) == 4
    assert [row[1] < 500 for row in strips([frame.box for frame in found[0]])] == [True, False]
    parts, _ = all_parts(Part(four(), [], [], _CROSS))
    assert [len(part.lines) for part in parts] == [0, 6, 6, 6, 6]
    assert [find_tables(part.lines, part.hints, part.sheet)[0] for part in parts] == [[]] * 5


def test_columns_of_a_leaflet_between_rules_are_frames() -> None:
    columns = ruled([level(100), level(500)], [upright(x, 100, 500) for x in (100, 800, 1500)])
    assert len(boxes(page_frames([*story(120, 120), *story(820, 120)], columns))) == 2


def test_long_cells_in_type_of_one_size_are_those_of_a_table() -> None:
    assert page_frames(four(heading=30.0), _CROSS) == []


def test_a_heading_over_a_line_in_each_cell_makes_no_frame() -> None:
    assert page_frames(four(lines=1), _CROSS) == []


def test_columns_of_running_text_between_rules_are_frames() -> None:
    left = [text_line(120, 150 + 40 * n, *_PROSE) for n in range(8)]
    right = [text_line(820, 150 + 40 * n, *_PROSE) for n in range(8)]
    names = [text_line(120, 620, "Place"), text_line(820, 620, "Name")]
    whole = ruled(
        [level(100), level(550), level(700)], [upright(100, 100, 700), upright(800, 550, 700), upright(1500, 100, 700)]
    )
    assert len(boxes(page_frames([*left, *right, *names], whole))) == 3


def test_a_table_below_a_box_of_text_stays_one() -> None:
    text = [text_line(120, 120 + 40 * n, *_PROSE, *_PROSE) for n in range(5)]
    rows = [text_line(120, 420 + 100 * n, f"Part {n}", f"{n}4", f"{n}51", step=500) for n in range(3)]
    sheet = ruled(
        [level(y) for y in (100, 400, 500, 600, 700)],
        [upright(100, 100, 700), *(upright(x, 400, 700) for x in (600, 1100)), upright(1500, 100, 700)],
    )
    parts, _ = all_parts(Part([*text, *rows], [], [], sheet))
    tables = [table for part in parts for table in find_tables(part.lines, part.hints, part.sheet)[0]]
    assert [[[cell.text for cell in row] for row in table.cells] for table in tables] == [
        [[f"Part {n}", f"{n}4", f"{n}51"] for n in range(3)]
    ]
    assert tables[0].box[1] > 390


def test_a_table_beside_a_box_of_text_stays_one() -> None:
    rows = [text_line(820, 120 + 100 * n, f"Part{n}", f"{n}4", step=350) for n in range(4)]
    ends = [100, 200, 300, 400, 500]
    sheet = ruled(
        [level(100), *(level(y, 800) for y in ends[1:-1]), level(500)],
        [*(upright(x, 100, 500) for x in (100, 800, 1150, 1500))],
    )
    parts, _ = all_parts(Part([*story(120, 120), *rows], [], [], sheet))
    tables = [table for part in parts for table in find_tables(part.lines, part.hints, part.sheet)[0]]
    assert [[[cell.text for cell in row] for row in table.cells] for table in tables] == [
        [[f"Part{n}", f"{n}4"] for n in range(4)]
    ]
