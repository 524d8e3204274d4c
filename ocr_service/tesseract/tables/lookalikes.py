"""What stands in columns and is no table: contents, indexes, lists, forms, listings, prose; told by its texts.

``texts`` are those of the cells by rows, of equally many columns; "" where a cell is empty.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ocr_service.geometry.numbering import list_marker
from ocr_service.tesseract.tables.cells import is_data
from ocr_service.tesseract.tables.prose_lines import ends_sentence

Texts = Sequence[Sequence[str]]

_MOSTLY, _NEARLY_ALL = 0.7, 0.85
_PAGE_NUMBER = re.compile(r"\d{1,4}|[ivxlc]{1,6}")
_INDEX_ENTRY = re.compile(r"[^\d,]+(?:, \d+(?:[-–]\d+)?)+")
_OPERATORS = "=#{}"
_NUMBERED = re.compile(r"#\s?\d+")
_PROSE_CELLS, _PROSE_WORDS, _GOES_ON, _PROSE_ENDS = 6, 3.5, 0.6, 0.1


def is_lookalike(texts: Texts) -> bool:
    """Whether the columns are those of something else than a table."""
    return is_contents(texts) or is_index(texts) or is_list(texts) or is_code(texts) or is_prose(texts)


def is_contents(texts: Texts) -> bool:
    """Entries with their page numbers, which rise and have no head."""
    lasts = [row[-1] for row in texts if row[-1]]
    if len(lasts) < 3 or sum(_PAGE_NUMBER.fullmatch(text) is not None for text in lasts) < _NEARLY_ALL * len(lasts):
        return False
    numbers = [int(text) for text in lasts if text.isdigit()]
    titles = [[row[c] for row in texts if row[c]] for c in range(1, len(texts[0]) - 1)]
    return all(a <= b for a, b in pairwise(numbers)) and not any(_are_data(column) for column in titles)


def is_index(texts: Texts) -> bool:
    """Entries with the numbers of their pages behind a comma."""
    filled = [text for row in texts for text in row if text]
    return sum(_INDEX_ENTRY.fullmatch(text) is not None for text in filled) > _MOSTLY * len(filled)


def is_list(texts: Texts) -> bool:
    """Items behind their marks, or values behind labels that end with a colon."""
    firsts = [row[0] for row in texts if row[0] and any(row[1:])]
    marks = sum(list_marker(f"{text} x") is not None or text.endswith(":") for text in firsts)
    return len(texts[0]) == 2 and marks > 0 and marks >= _MOSTLY * len(firsts)


def is_code(texts: Texts) -> bool:
    """Assignments: a column with signs of a program; ``#6`` is a number."""
    columns = [[text for text in column if text] for column in zip(*texts, strict=True)]
    return any(
        sum(text[0] in _OPERATORS and not _NUMBERED.fullmatch(text) for text in column) > 1 for column in columns
    )


def is_prose(texts: Texts) -> bool:
    """Columns of a page whose lines stand at one height: two or more hold text that goes on from cell to cell."""
    return sum(_is_running_text([text for text in column if text]) for column in zip(*texts, strict=True)) > 1


def _is_running_text(column: Sequence[str]) -> bool:
    if len(column) < _PROSE_CELLS or sum(len(text.split()) for text in column) < _PROSE_WORDS * len(column):
        return False
    goes_on = sum(text[0].islower() for text in column)
    ends = sum(map(ends_sentence, column))
    return goes_on >= _GOES_ON * len(column) and ends >= _PROSE_ENDS * len(column)


def _are_data(column: Sequence[str]) -> bool:
    return len(column) > 1 and sum(map(is_data, column)) >= _MOSTLY * len(column)
