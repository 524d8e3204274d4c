"""Lines of running text, which are no rows of a table whatever stands beside them."""

from __future__ import annotations

import re
import statistics
from collections.abc import Collection, Sequence
from itertools import pairwise

from ocr_service.geometry.unspaced import letters_wide
from ocr_service.tesseract.lines.leaders import LEADER
from ocr_service.tesseract.tables.cells import is_data
from ocr_service.tesseract.words import Line

_WIDE = 14.0  # em
_LONG, _MANY = 25.0, 7  # em and words, of a line that is running text by itself
_STEP = 1.8  # em from line to line
_SIDE = 0.8  # em that a line may begin further left or right
_INDENT = 3.0  # em, of a first line
_OTHER_TYPE = 0.1  # of its size, that type is larger or smaller
_IN_ROWS = 0.2  # of a paragraph's lines have short texts on both sides
_LEAST_LINES = 3
_FULL = 0.8  # of the widest line of a paragraph
_MOSTLY = 0.7
_NARROW, _NARROW_LINES = 9.0, 8  # em, and lines, of the narrowest columns
_RAGGED, _GOES_ON, _ENDS = 0.7, 0.6, 0.1  # of their widest line; of their lines that begin small, that end sentences
_SENTENCE_END = re.compile(r"[a-zа-яё][.!?]”? [A-ZА-ЯЁ“(]|[a-zа-яё]-$")
_SPACE, _STRETCHED = 0.5, 1.4  # em: any space between two words, and the widest of a line that is stretched
_UNEVEN = 2.2  # times the usual space of a stretched line


def prose_lines(lines: Sequence[Line]) -> set[Line]:
    """The lines of paragraphs of several lines that mostly are full, with no numbers beside them; and long lines."""
    even = [line for line in lines if _is_even(line)]
    found = {line for line in even if _is_long(line) and not _has_beside(line, lines)}
    for paragraph in _paragraphs(even):
        full = len(paragraph) >= _LEAST_LINES and _is_full(paragraph) and not _stands_in_rows(paragraph, lines)
        if full or (is_narrow_column(paragraph) and not _has_data_beside(paragraph, lines)):
            found.update(paragraph)
    found |= {line for line in even if _is_in_column(line, found)}
    return found | {line for line in even if line not in found and _begins(line, found)}


def is_narrow_column(paragraph: Sequence[Line]) -> bool:
    """Whether lines too short to tell go on from one to the next, with ends of sentences among them: no names do."""
    if len(paragraph) < _NARROW_LINES:
        return False
    widths = [line.box[2] - line.box[0] for line in paragraph]
    if max(widths) < _NARROW * paragraph[0].em or statistics.median(widths) < _RAGGED * max(widths):
        return False
    texts = [line.text for line in paragraph]
    goes_on = sum(text[0].islower() for text in texts)
    return goes_on >= _GOES_ON * len(texts) and sum(map(ends_sentence, texts)) >= _ENDS * len(texts)


def ends_sentence(text: str) -> bool:
    """Whether a sentence ends inside a line, before more of the text, or a word is cut in two at its end."""
    return _SENTENCE_END.search(text) is not None


def _begins(line: Line, prose: set[Line]) -> bool:
    """Whether an indented first line stands right above a line of a paragraph, and ends where that does."""
    for other in prose:
        step = other.baseline - line.baseline
        if not 0.5 * line.em < step < _STEP * line.em or abs(other.em - line.em) > _OTHER_TYPE * line.em:
            continue
        same_end = abs(other.box[2] - line.box[2]) < _SIDE * line.em
        if same_end and -_SIDE * line.em < line.box[0] - other.box[0] < _INDENT * line.em:
            return True
    return False


def _is_even(line: Line) -> bool:
    """Whether all words of a line are parted by ordinary spaces, or by those of a line stretched to its width."""
    if any(word.text == LEADER for word in line.words):
        return False
    spaces = [b.box[0] - a.box[2] for a, b in pairwise(line.words)]
    widest = max(spaces, default=0)
    if widest < _SPACE * line.em:
        return True
    return len(spaces) > 2 and widest < min(_STRETCHED * line.em, _UNEVEN * statistics.median(spaces))


def _is_in_column(line: Line, prose: Collection[Line]) -> bool:
    """Whether a line fills a column of the page, whose width lines of running text show: a paragraph of two lines."""
    near = _SIDE * line.em
    alike = sum(abs(p.box[0] - line.box[0]) < near and abs(p.box[2] - line.box[2]) < near for p in prose)
    return alike > 1 and line.box[2] - line.box[0] > _wide([line]) * line.em


def _is_long(line: Line) -> bool:
    return line.box[2] - line.box[0] > _LONG * line.em and len(line.words) >= _MANY


def _has_beside(line: Line, lines: Sequence[Line]) -> bool:
    return any(other is not line and abs(other.baseline - line.baseline) < 0.3 * line.em for other in lines)


def _paragraphs(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines one under the other that begin at one place."""
    paragraphs: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.baseline):
        for paragraph in reversed(paragraphs[-8:]):
            last = paragraph[-1]
            step = line.baseline - last.baseline
            if 0.5 * line.em < step < _STEP * line.em and abs(line.box[0] - last.box[0]) < _SIDE * line.em:
                paragraph.append(line)
                break
        else:
            paragraphs.append([line])
    return paragraphs


def _is_full(paragraph: Sequence[Line]) -> bool:
    widths = [line.box[2] - line.box[0] for line in paragraph]
    em = paragraph[0].em
    full = sum(width >= _FULL * max(widths) for width in widths)
    return max(widths) >= _wide(paragraph) * em and full >= _MOSTLY * (len(widths) - 1)


def _wide(paragraph: Sequence[Line]) -> float:
    """How wide, in em, lines of text are at least: half as wide where its signs stand in squares, two letters each."""
    letters = sum(len(line.text) for line in paragraph)
    return _WIDE * letters / sum(letters_wide(line.text) for line in paragraph)


def _stands_in_rows(paragraph: Sequence[Line], lines: Sequence[Line]) -> bool:
    """Whether numbers stand right of the lines, as beside the labels of a table, or short texts on both sides."""
    beside = [_beside(line, lines) for line in paragraph]
    inside = sum(
        left is not None and right is not None and _is_short(right) and _is_short(left) for left, right in beside
    )
    return _are_data([right for _, right in beside]) or inside > _IN_ROWS * len(paragraph)


def _has_data_beside(paragraph: Sequence[Line], lines: Sequence[Line]) -> bool:
    return _are_data([_beside(line, lines)[1] for line in paragraph])


def _are_data(beside: Sequence[Line | None]) -> bool:
    return sum(line is not None and is_data(line.words[0].text) for line in beside) > 1


def _beside(line: Line, lines: Sequence[Line]) -> tuple[Line | None, Line | None]:
    """What stands left and right of a line, nearest to it."""
    level = [other for other in lines if abs(other.baseline - line.baseline) < 0.2 * line.em and other is not line]
    right = min((o for o in level if o.box[0] >= line.box[2]), key=lambda o: o.box[0], default=None)
    left = max((o for o in level if o.box[2] <= line.box[0]), key=lambda o: o.box[2], default=None)
    return left, right


def _is_short(line: Line) -> bool:
    return line.box[2] - line.box[0] < _WIDE * line.em
