"""Running heads and feet that the number of their page gives away: they are no headings."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from ocr_service.export.running_headers import OUTER
from ocr_service.tesseract.blocks.headings import body_of
from ocr_service.tesseract.blocks.paragraphs import Paragraph
from ocr_service.tesseract.words import Line

PAGE_NUMBER = re.compile(
    r"^(?:[-–—]\s*)?(?:(?:стр|с|page|p)\.?\s*)?\d{1,4}(?:\s*(?:из|of|/)\s*\d{1,4})?(?:\s*[-–—])?\.?$", re.I
)
_VOLUME_PAGE = re.compile(r"\d{5}")  # a journal's or gazette's, counted through the year
_LARGER = 1.35  # times the body's type size, which a title beside a number has: that of an invoice, a list
_IN_ROW, _MOST_IN_ROW = 0.5, 3  # em between baselines, and parts of a running line with its number


def beside_page_number(paragraphs: Sequence[Paragraph], height: int) -> dict[int, str]:
    """The labels of what stands in one row with a page's number, first or last on the page, by place."""
    lines = [(p.lines[0], place) for place, p in enumerate(paragraphs) if len(p.lines) == 1]
    if not lines:
        return {}
    ends = [line.baseline for p in paragraphs for line in (p.lines[0], p.lines[-1])]
    first = _row(lines, min(ends))
    last = _row(lines, max(ends))
    largest = _LARGER * body_of(paragraphs).em
    labels = _labelled(last, "footer", largest) if max(ends) > (1 - OUTER) * height else {}
    return labels | (_labelled(first, "header", largest) if min(ends) < OUTER * height else {})


def _row(lines: Sequence[tuple[Line, int]], baseline: float) -> list[tuple[Line, int]]:
    return [(line, place) for line, place in lines if abs(line.baseline - baseline) < _IN_ROW * line.em]


def _labelled(row: Sequence[tuple[Line, int]], label: str, largest: float) -> dict[int, str]:
    numbers = {place for line, place in row if PAGE_NUMBER.match(line.text) or _VOLUME_PAGE.fullmatch(line.text)}
    if not 0 < len(numbers) < len(row) <= _MOST_IN_ROW or _has_title(row, numbers, largest):
        return {}
    return {place: "number" if place in numbers else label for _, place in row}


def _has_title(row: Sequence[tuple[Line, int]], numbers: Collection[int], largest: float) -> bool:
    return any(line.em > largest for line, place in row if place not in numbers)
