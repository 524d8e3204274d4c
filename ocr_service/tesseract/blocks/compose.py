"""Lines of a page to its regions: tables, figures, headings, lists, paragraphs, margins, in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr_service.document import Box, Region, RegionResult, words_confidence
from ocr_service.export.markdown import escape_text
from ocr_service.export.tables import SpanningCell, html_table, markdown_table
from ocr_service.geometry.boxes import contains_centre, covers, enclosing
from ocr_service.layout.reading_order import FLOAT_LABELS, reading_order
from ocr_service.tesseract.blocks.figure_text import find_figures
from ocr_service.tesseract.blocks.headings import body_of, heading_levels
from ocr_service.tesseract.blocks.line_pieces import joined_pieces, split_at_columns
from ocr_service.tesseract.blocks.list_items import with_list_items
from ocr_service.tesseract.blocks.note_marks import note_text, single_notes, with_note_marks
from ocr_service.tesseract.blocks.paragraph_labels import paragraph_labels
from ocr_service.tesseract.blocks.paragraphs import Paragraph, group_paragraphs
from ocr_service.tesseract.blocks.run_in_heads import with_run_in_heads
from ocr_service.tesseract.blocks.title_block import TitleBlock, with_title_block
from ocr_service.tesseract.lines.code_blocks import CodeBlock, code_blocks
from ocr_service.tesseract.lines.page_columns import Gutter, clear_of_gutters
from ocr_service.tesseract.lines.uneven_columns import uneven_columns
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.tables.detection import FoundTable
from ocr_service.tesseract.words import Line, placed_words

_MARGINS = frozenset({"header", "footer", "number"})
_BESIDE = 0.5  # of a box's height


@dataclass(frozen=True, slots=True)
class Insert:
    """Regions that stay together in their order, at a place of the sheet."""

    box: Box
    regions: tuple[RegionResult, ...]


@dataclass(frozen=True, slots=True)
class Composition:
    """The regions of a page, and the lines that stayed in its figures."""

    regions: list[RegionResult]
    left_out: list[Line]


def compose(
    lines: Sequence[Line],
    tables: Sequence[FoundTable],
    regions: Sequence[Region],
    sheet: Sheet,
    *,
    first_page: bool,
    inserts: Sequence[Insert] = (),
    rows: Sequence[Box] = (),
    panels: Sequence[Box] = (),
    ruled: Sequence[Gutter] = (),
) -> Composition:
    """Regions in reading order, in pixels of the sheet.

    ``lines`` are those outside ``tables``; ``regions`` are the layout model's. ``inserts`` were composed by themselves.
    ``rows``: where ink stands as letters do, for figures. ``panels``: areas read by themselves, those in others first;
    no line leaves one. ``ruled``: the gutters in which a ruling line stands.
    """
    grids = [_grid(table, regions) for table in tables]
    found = find_figures(lines, regions, grids, sheet, rows)
    figures = found.regions
    listings, rest = code_blocks(found.lines)
    rules = sheet.ruling_lines.horizontal
    pieces = [joined_pieces(split_at_columns(part, regions), regions, ruled, rules) for part in _by_panel(rest, panels)]
    beside = [*panels, *(table.box for table in tables)]
    parts = zip(pieces, [0, *(panel[2] for panel in panels)], strict=True)
    paragraphs = with_run_in_heads([p for part, end in parts for p in group_paragraphs(part, end, beside)])
    head = with_title_block(paragraphs, body_of(paragraphs), sheet.size) if first_page else TitleBlock(paragraphs)
    paragraphs = head.paragraphs
    blocks = grids + figures + [_listing(block, regions) for block in listings]
    gutter = max(6, sheet.dpi // 25)
    texts = _text_inserts(head, regions, figures, sheet, first_page)
    inserts = [*(Insert(block.bbox, (block,)) for block in blocks), *texts, *inserts]
    placed = _with_panels(inserts, [*panels, *head.rows], gutter)
    placed = _with_panels(placed, _uneven_columns(found.lines, placed, sheet.size), gutter)
    placed = [replace(insert, box=clear_of_gutters(insert.box, ruled, gutter // 2)) for insert in placed]
    ordered = _margins_outside(_in_order(placed, gutter), sheet.size[1])
    return Composition(with_list_items(ordered, body_of(paragraphs).em), found.left_out)


def _by_panel(lines: Sequence[Line], panels: Sequence[Box]) -> list[list[Line]]:
    """The lines of each panel, and first those in none."""
    parts: list[list[Line]] = [[] for _ in range(len(panels) + 1)]
    for line in lines:
        parts[next((i for i, panel in enumerate(panels, 1) if contains_centre(panel, line.box)), 0)].append(line)
    return parts


def _uneven_columns(lines: Sequence[Line], inserts: Sequence[Insert], size: tuple[int, int]) -> list[Box]:
    """Columns whose lines share no heights, which are read one after the other, as far as nothing lies over both.

    What does is alone at its height: between other columns, on a newspaper's page, it ends none of those.
    """
    columns: list[Box] = []
    boxes = [insert.box for insert in inserts]
    for x, top, bottom in uneven_columns(lines):
        across = [box for box in boxes if box[0] < x < box[2]]
        if any(box[1] < bottom and top < box[3] for box in across) or any(box[3] > top for box in columns):
            continue
        above = max((box for box in across if box[3] <= top), key=lambda box: box[3], default=(0, 0, 0, 0))
        below = min(
            (box for box in across if box[1] >= bottom), key=lambda box: box[1], default=(0, size[1], 0, size[1])
        )
        if not any(_is_beside(other, end) for other in boxes for end in (above, below) if other != end):
            columns += [(0, above[3], round(x), below[1]), (round(x), above[3], size[0], below[1])]
    return columns


def _is_beside(box: Box, other: Box) -> bool:
    """Whether a box shares more than half of another's height."""
    return min(box[3], other[3]) - max(box[1], other[1]) > _BESIDE * (other[3] - other[1])


def _with_panels(inserts: Sequence[Insert], panels: Sequence[Box], gutter: int) -> list[Insert]:
    """``inserts`` with those in one panel as one, in their order there. Panels in others come before these."""
    rest = list(inserts)
    for panel in panels:
        inner = [insert for insert in rest if contains_centre(panel, insert.box)]
        rest = [insert for insert in rest if not contains_centre(panel, insert.box)]
        if inner:
            rest.append(Insert(panel, tuple(_in_order(inner, gutter))))
    return rest


def _in_order(inserts: Sequence[Insert], gutter: int) -> list[RegionResult]:
    floats = [i for i, insert in enumerate(inserts) if all(region.label in FLOAT_LABELS for region in insert.regions)]
    order = reading_order([insert.box for insert in inserts], min_gutter=gutter, floats=floats)
    return [region for index in order for region in inserts[index].regions]


def _margins_outside(blocks: Sequence[RegionResult], height: int) -> list[RegionResult]:
    """Heads first and feet last: one below the first column of a page does not stand between its columns."""
    inner = [b.bbox for b in blocks if b.label not in _MARGINS]
    begin, end = min((box[1] for box in inner), default=0), max((box[3] for box in inner), default=height)

    def place(block: RegionResult) -> int:
        _, top, _, bottom = block.bbox
        if block.label not in _MARGINS:
            return 1
        return 0 if bottom <= min(begin, height / 2) else 2 if top >= max(end, height / 2) else 1

    return sorted(blocks, key=place)


def _grid(table: FoundTable, regions: Sequence[Region]) -> RegionResult:
    words = placed_words(word for row in table.cells for cell in row for word in cell.words)
    spanning = any(cell.spans for row in table.cells for cell in row)
    if spanning:  # which Markdown has not
        content = html_table([[SpanningCell(cell.text, cell.across, cell.down) for cell in row] for row in table.cells])
    else:
        content = markdown_table([[cell.text for cell in row] for row in table.cells])
    return RegionResult(
        label="table",
        bbox=table.box,
        order=0,
        score=_model_score(table.box, regions),
        format="html" if spanning else "markdown",
        content=content,
        confidence=words_confidence(words),
        words=words,
    )


def _listing(block: CodeBlock, regions: Sequence[Region]) -> RegionResult:
    words = placed_words(word for line in block.lines for word in line.words)
    return RegionResult(
        label="algorithm",
        bbox=block.box,
        order=0,
        score=_model_score(block.box, regions),
        format="markdown",
        content=f"```\n{block.text}\n```",
        confidence=words_confidence(words),
        words=words,
    )


def _model_score(box: Box, regions: Sequence[Region]) -> float | None:
    """The highest score of the layout model's regions there; None where it saw none."""
    return max((region.score for region in regions if covers(region.bbox, box)), default=None)


def _text_inserts(
    title_block: TitleBlock,
    regions: Sequence[Region],
    figures: Sequence[RegionResult],
    sheet: Sheet,
    first_page: bool,
) -> list[Insert]:
    paragraphs: Sequence[Paragraph] = title_block.paragraphs
    body = body_of(paragraphs)
    height = sheet.size[1]
    labels = paragraph_labels(title_block, regions, figures, body, height)
    split = [
        (note, label)
        for p, label in zip(paragraphs, labels, strict=True)
        for note in (single_notes(p) if label == "footnote" else [p])
    ]
    paragraphs, labels = [p for p, _ in split], [label for _, label in split]
    headings = [p for p, label in zip(paragraphs, labels, strict=True) if label == "paragraph_title"]
    levels = iter(heading_levels(headings, body, first_page=first_page, top=height // 2))
    marked, notes = with_note_marks(paragraphs, labels, sheet)
    inserts: list[Insert] = []
    for place, (paragraph, label) in enumerate(zip(paragraphs, labels, strict=True)):
        words = placed_words(word for line in paragraph.lines for word in line.words)
        block = RegionResult(
            label=label,
            bbox=paragraph.box,
            order=0,
            score=_model_score(paragraph.box, regions),
            content=marked[place].text,
            confidence=words_confidence(words),
            words=words,
        )
        if place in notes:
            note = f"[^{notes[place]}]: {escape_text(note_text(paragraph.text))}"
            block = replace(block, format="markdown", content=note)
        if label == "paragraph_title":
            level = next(levels)
            size = _points(paragraph, sheet.dpi)
            block = replace(block, level=level, label="doc_title" if level == 1 else label, type_size=size)
        if place and paragraphs[place - 1].runs_in:  # both stay together
            led = inserts.pop()
            inserts.append(Insert(enclosing([led.box, block.bbox]), (*led.regions, block)))
        else:
            inserts.append(Insert(block.bbox, (block,)))
    return inserts


def _points(paragraph: Paragraph, dpi: int) -> float | None:
    """Its type size, where a text layer tells it."""
    known = all(word.size is not None for line in paragraph.lines for word in line.words)
    return round(paragraph.em * 72 / dpi, 2) if known else None
