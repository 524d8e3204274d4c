"""What paper for courts has beside its text: the lines' numbers, and brackets between the parties and the case."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ocr_service.document import Box, RegionResult
from ocr_service.geometry.boxes import enclosing
from ocr_service.geometry.line_numbers import Token, margin_numbers
from ocr_service.tesseract.blocks.compose import Insert
from ocr_service.tesseract.lines.page_columns import Gutter
from ocr_service.tesseract.words import Line, Word, make_line, placed_words

_PAGE = 0.6  # of the page's height that the ruling line has at least
_NEAR = 3.0  # em from the numbers to it
_DIGITS, _LEAST = 2, 8  # of a number; numbers that a page has at least
_NEXT = 0.6  # of them that are one more than the number above
_BRACKET, _BRACKETS = ")", 5  # and how many of them one under the other stand in place of a ruling line
_COLUMNS = 4  # of brackets that a page may have
_CROSSED = 0.5  # of the brackets: words that lie over their gutter
_FRAME, _HAIR = (
    4,
    0.003,
)  # level ruling lines of a page's frame at most; of the page's height from one to an upright one


def without_line_numbers(
    lines: Sequence[Line], ruled: Sequence[Gutter], level: Sequence[Box], height: int
) -> tuple[list[Line], list[Insert]]:
    """The lines without the numbers that count them, and these as one text for each such ruling line.

    ``level``: the boxes of level ruling lines; ``height``: of the page. A row of a table keeps its number.
    """
    inserts = []
    rest = list(lines)
    tall = [gutter for gutter in ruled if gutter.bottom - gutter.top >= _PAGE * height]
    for gutter in tall:
        if _ends_at(gutter, level, _HAIR * height) > _FRAME or _parts_columns(gutter, tall, rest):
            continue
        column = sorted(_beside(rest, gutter), key=lambda word: word.box[1])
        numbers = [int(word.text) for word in column if word.text.isdecimal()]
        follow = sum(b == a + 1 for a, b in pairwise(numbers))
        if len(numbers) < _LEAST or follow < _NEXT * len(column):
            continue
        inserts.append(numbers_in_margin(column))
        rest = _without_words(rest, column)
    return rest, inserts


def without_margin_numbers(lines: Sequence[Line]) -> tuple[list[Line], list[Insert]]:
    """The same where no ruling line parts the numbers from the text, as on manuscripts under review."""
    tokens = [[Token(word.text, word.box, word.em or line.em) for word in line.words] for line in lines]
    margins = [[lines[at].words[place] for at, place in margin] for margin in margin_numbers(tokens)]
    numbers = [word for margin in margins for word in margin]
    return _without_words(lines, numbers), [numbers_in_margin(margin) for margin in margins]


def without_brackets(lines: Sequence[Line]) -> tuple[list[Line], list[Insert], list[Gutter]]:
    """The lines without brackets that stand one under the other, these as one text, and the gutters they stand in."""
    columns: list[list[Word]] = []
    for word in sorted((w for line in lines for w in _free_brackets(line)), key=lambda w: w.box[0]):
        if columns and word.box[0] - columns[-1][-1].box[0] < word.box[3] - word.box[1]:
            columns[-1].append(word)
        else:
            columns.append([word])
    inserts: list[Insert] = []
    gutters: list[Gutter] = []
    rest = list(lines)
    for column in [sorted(each, key=lambda w: w.box[1]) for each in columns if len(each) >= _BRACKETS]:
        insert = _text(column, "aside_text")
        x0, y0, x1, y1 = insert.box
        gutter = Gutter((x0 + x1) / 2, y0, y1)
        beside = _without_words(rest, column)
        if len(inserts) < _COLUMNS and _crossing(gutter, beside) < _CROSSED * len(column):
            inserts.append(insert)
            gutters.append(gutter)
            rest = beside
    return rest, inserts, gutters


def _ends_at(gutter: Gutter, level: Sequence[Box], near: float) -> int:
    """How many ``level`` ruling lines cross the upright one in a gutter or end at it: those of a grid's rows."""
    return sum(x0 - near <= gutter.x <= x1 + near and gutter.is_beside((x0, y0, x1, y1)) for x0, y0, x1, y1 in level)


def _parts_columns(gutter: Gutter, tall: Sequence[Gutter], lines: Sequence[Line]) -> bool:
    """Whether one more of the ``tall`` ruling lines parts what stands right of a gutter, as those of a table do."""
    starts = [word.box[0] for line in lines for word in line.words if gutter.is_beside(word.box)]
    return any(
        sum(gutter.x < start < other.x for start in starts) >= _LEAST
        and sum(start > other.x for start in starts) >= _LEAST
        for other in tall
        if other.x > gutter.x
    )


def _crossing(gutter: Gutter, lines: Sequence[Line]) -> int:
    """How many words lie over a gutter: each bracket that ends a statement of code has its beginning above it."""
    level = [word.box for line in lines if gutter.is_beside(line.box) for word in line.words]
    return sum(box[0] < gutter.x < box[2] for box in level)


def _free_brackets(line: Line) -> list[Word]:
    """Brackets that close nothing: right behind a word stand those of a list and of a sentence."""
    before = [None, *line.words]
    return [
        word
        for last, word in zip(before, line.words, strict=False)
        if word.text == _BRACKET and (last is None or word.box[0] - last.box[2] > word.box[3] - word.box[1])
    ]


def _without_words(lines: Sequence[Line], words: Sequence[Word]) -> list[Line]:
    taken = set(map(id, words))
    return [line for line in (_without(line, taken) for line in lines) if line is not None]


def _beside(lines: Sequence[Line], gutter: Gutter) -> list[Word]:
    return [
        word
        for line in lines
        for word in line.words
        if len(word.text) <= _DIGITS
        and gutter.is_beside(word.box)
        and word.box[2] < gutter.x < word.box[2] + _NEAR * (word.em or line.em)
    ]


def _without(line: Line, taken: set[int]) -> Line | None:
    kept = [word for word in line.words if id(word) not in taken]
    if len(kept) == len(line.words):
        return line
    return make_line(kept, line.weight) if kept else None


def numbers_in_margin(words: Sequence[Word]) -> Insert:
    """Numbers of lines, from top to bottom, as one text beside the page's."""
    return _text(words, "number")


def _text(words: Sequence[Word], label: str) -> Insert:
    placed = placed_words(words)
    box = enclosing([word.box for word in words])
    content = " ".join(word.text for word in words)
    return Insert(box, (RegionResult(label, box, 0, None, content=content, words=placed),))
