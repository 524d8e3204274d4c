"""Dot leaders: the dots between an entry of a table of contents and its page number, told by their ink."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ocr_service.geometry.components import components_with_stats
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, Word, make_line

LEADER = "…"
ENTRY = re.compile(r" … \S{1,8}$")  # how the line of an entry ends
_LEAST_DOTS = 4
_DOT = 0.22  # em, the highest and widest dot of a leader
_LEAST_SIZE = 0.8  # of the page's usual type
_LEAST_WIDTH = 1.5  # em
_MOST_OF_CUT = 0.5  # of the width between two words that half a letter takes
_ELLIPSIS = re.compile(r"\.{3}|…")
_SPACE = 0.7  # em: the widest beside an ellipsis
_NUMBER = re.compile(r"[\dIVXivxlЗзОоOб|]{1,6}\.?")  # a page number, as it may be read
_AS_DIGITS = str.maketrans("ЗзОоOбIl|", "330006111")


def with_leaders(lines: Sequence[Line], sheet: Sheet) -> list[Line]:
    """``lines`` with each leader as one ``…`` between an entry and its number, which are one line again."""
    usual = statistics.median([line.em for line in lines]) if lines else 0.0
    cleared = [line for line in (_without_dots(line, sheet, usual) for line in lines) if line is not None]
    numbers = [line for line in cleared if len(line.words) == 1 and _NUMBER.fullmatch(line.text)]
    joined: list[Line] = []
    taken: set[int] = set()
    for line in cleared:
        number = next((n for n in numbers if n is not line and id(n) not in taken and _leads_to(line, n, sheet)), None)
        if number is None:
            joined.append(line)
        else:
            taken.add(id(number))
            joined.append(_entry(line.words, number.words[0], line.weight))
    return [line for line in joined if id(line) not in taken]


def _without_dots(line: Line, sheet: Sheet, usual: float) -> Line | None:
    """``line`` without words that are dots on the page; with its number after a leader where it has one.

    ``usual``: the page's type size; letters that were read into dots make a line's own too small.
    """
    if line.is_sideways:
        return line
    dots = _words_of_dots(replace(line, em=max(line.em, _LEAST_SIZE * usual)), sheet)
    words = [word for index, word in enumerate(line.words) if word not in dots or _is_ellipsis(line, index)]
    if len(words) == len(line.words):
        return line
    if not words:
        return None
    *before, last = words
    if before and _NUMBER.fullmatch(last.text) and _has_leader(before[-1].box[2], last.box[0], line, sheet):
        return _entry(before, last, line.weight)
    return make_line(words, line.weight)


def _is_ellipsis(line: Line, index: int) -> bool:
    """Whether the word at ``index`` is three dots in the middle of a sentence, a space from the words beside them."""
    if not 0 < index < len(line.words) - 1 or _ELLIPSIS.fullmatch(line.words[index].text) is None:
        return False
    before, word, after = line.words[index - 1 : index + 2]
    near = max(word.box[0] - before.box[2], after.box[0] - word.box[2]) < _SPACE * line.em
    return near and _NUMBER.fullmatch(after.text) is None


def _words_of_dots(line: Line, sheet: Sheet) -> set[Word]:
    """The words that were read into leaders: what stands between the words beside them is dots."""
    found = {word for word in line.words if _is_dots(word, line, sheet)}
    group: list[Word] = []
    before: Word | None = None
    for word in (*line.words, None):
        if word and (word in found or _dots_in(word, line.em, sheet)):
            group.append(word)
            continue
        if group:
            left = before.box[2] if before else group[0].box[0]
            right = word.box[0] if word else group[-1].box[2]
            if _has_leader(left, right, line, sheet):
                found.update(group)
        before, group = word, []
    return found


def _dots_in(word: Word, em: float, sheet: Sheet) -> int:
    """How many dots the ink from a word's left end to its right one is; 0 where there is more than dots."""
    x0, y0, x1, y1 = word.box
    ink = sheet.ink[y0:y1, x0:x1]
    if not ink.any():
        return 0
    _, _, stats, _ = components_with_stats(np.ascontiguousarray(ink))
    left, width, height = stats[1:, 0], stats[1:, 2], stats[1:, 3]
    small = bool(((width <= _DOT * em) & (height <= _DOT * em)).all())
    to_the_ends = left.min() < _DOT * em and x1 - x0 - (left + width).max() < _DOT * em
    return len(width) if small and to_the_ends else 0


def _entry(words: Sequence[Word], number: Word, weight: float) -> Line:
    *before, last = words
    left, right = last.box[2], max(last.box[2] + 1, number.box[0])
    leader = Word(LEADER, (left, last.box[1], right, last.box[3]), 100.0)
    last = replace(last, text=last.text.rstrip(".…") or last.text)
    digits = number.text.translate(_AS_DIGITS) if not re.fullmatch(r"[IVXivx]+", number.text) else number.text
    return make_line([*before, last, leader, replace(number, text=digits)], weight)


def _is_dots(word: Word, line: Line, sheet: Sheet) -> bool:
    """Whether the ink under a word is a row of dots, whatever was read there."""
    x0, y0, x1, y1 = word.box
    if x1 - x0 < _LEAST_WIDTH * line.em:
        return len(word.text) >= 2 and not word.text.strip(".…·")
    return _dots_only(sheet.ink[y0:y1, x0:x1], line.em)


def _leads_to(line: Line, number: Line, sheet: Sheet) -> bool:
    level = abs(line.baseline - number.baseline) < 0.4 * line.em
    return level and number.box[0] > line.box[2] and _has_leader(line.box[2], number.box[0], line, sheet)


def _has_leader(left: int, right: int, line: Line, sheet: Sheet) -> bool:
    if right - left < _LEAST_WIDTH * line.em:
        return False
    top, bottom = round(line.baseline - 0.75 * line.em), round(line.baseline + 0.15 * line.em)
    return _dots_only(sheet.ink[max(0, top) : bottom, left:right], line.em)


def _dots_only(ink: np.ndarray, em: float) -> bool:
    """Several small pieces side by side and no larger one; one half of a letter at an end may be in the cut.

    A whole word of small print may hang together, with feet of the line above as dots over it. What is left of an
    upright ruling line is small pieces as well, one over the other.
    """
    if not ink.size:
        return False
    _, _, stats, centres = components_with_stats(np.ascontiguousarray(ink))
    small = (stats[1:, 2] <= _DOT * em) & (stats[1:, 3] <= _DOT * em)
    places = np.unique(centres[1:, 0][small] // (_DOT * em))
    larger = stats[1:, 2][~small]
    return len(places) >= _LEAST_DOTS and len(larger) <= 1 and int(larger.sum()) <= _MOST_OF_CUT * ink.shape[1]
