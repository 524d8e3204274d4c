"""Marks of list items that stand by themselves: on another baseline than their text, or drawn and no text at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from ocr_service.document import Gray
from ocr_service.geometry.components import components_with_stats
from ocr_service.geometry.numbering import list_marker
from ocr_service.text_layer.lines.words import LayerLine, LayerWord

_BULLET = "•"
_INDENT = 3.0  # em from a mark's right end to its text at most
_TYPE = (0.5, 1.8)  # of the text's size, that of its mark
_BEFORE = 4.0  # em left of a mark: what stands there makes it a cell of a row
_MOST_MARKS = 400  # of a page; each is compared with all lines
_SIDE = (0.14, 0.5)  # em: the width and the height of a drawn bullet
_SQUARE = 1.35  # times its shorter side, the longer one
_LEFT = (0.15, 2.2)  # em left of the text, where a drawn bullet stands
_MIDDLE = (0.1, 0.55)  # em above the baseline, its middle
_CONTRAST = 60
_LEAST, _SAME = 2, 0.3  # drawn bullets at one distance from their text, and em: one alone may be a part of a picture


def with_list_marks(lines: Sequence[LayerLine]) -> list[LayerLine]:
    """The lines; a bullet or a number that is a line by itself, with its text right of it, is that line's first word.

    Programs that draw both apart set the mark a little higher or lower, or in type of its own.
    """
    marks = [line for line in lines if _is_mark(line)]
    if not 0 < len(marks) <= _MOST_MARKS:
        return list(lines)
    joined: dict[int, LayerLine] = {}
    taken: set[int] = set()
    for mark in marks:
        text = _text_beside(mark, lines)
        if text is not None and id(text) not in joined:
            joined[id(text)] = replace(text, words=(*mark.words, *text.words))
            taken.add(id(mark))
    return [joined.get(id(line), line) for line in lines if id(line) not in taken]


def _is_mark(line: LayerLine) -> bool:
    if line.angle or len(line.words) != 1 or len(line.words[0].text) > 4:
        return False
    found = list_marker(f"{line.words[0].text} x")
    return found is not None and found.rest == "x" and found.kind != "clause"


def _text_beside(mark: LayerLine, lines: Sequence[LayerLine]) -> LayerLine | None:
    """The nearest line right of ``mark`` on its height; None where something stands left of it, too."""
    x0, y0, x1, y1 = mark.box
    middle = (y0 + y1) / 2
    found: LayerLine | None = None
    for line in lines:
        left, top, right, bottom = line.box
        if line is mark or line.angle or not top < middle < bottom:
            continue
        if x0 - _BEFORE * line.size < right <= x0 + 1:
            return None
        near = -1 < left - x1 < _INDENT * line.size and _TYPE[0] * line.size < mark.size < _TYPE[1] * line.size
        if near and (found is None or left < found.box[0]):
            found = line
    return found


def with_drawn_bullets(lines: Sequence[LayerLine], ground: Gray) -> list[LayerLine]:
    """The lines; those before which a small disc, ring or square is drawn begin with a bullet.

    Browsers draw the marks of lists. ``ground``: the picture without text.
    """
    found: dict[int, tuple[float, LayerWord]] = {}
    for index, line in enumerate(lines):
        bullet = None if line.angle else _bullet_before(line, ground)
        if bullet is not None:
            found[index] = (line.box[0] - bullet.box[0]) / line.size, bullet
    result = list(lines)
    for index, (distance, bullet) in found.items():
        if sum(abs(other - distance) < _SAME for other, _ in found.values()) >= _LEAST:
            result[index] = replace(lines[index], words=(bullet, *lines[index].words))
    return result


def _bullet_before(line: LayerLine, ground: Gray) -> LayerWord | None:
    first, size = line.words[0], line.size
    if first.base is None or size < 4:
        return None
    left = first.box[0]
    x0, x1 = max(0, int(left - _LEFT[1] * size)), max(0, int(left - _LEFT[0] * size))
    y0, y1 = max(0, int(first.base - size)), max(0, int(first.base + 0.3 * size))
    part = ground[y0:y1, x0:x1]
    if not part.size or int(part.max()) - int(part.min()) < _CONTRAST:
        return None
    ink = cv2.absdiff(part, np.full_like(part, int(np.median(part)))) >= _CONTRAST // 2
    count, _, stats, _ = components_with_stats(ink.astype(np.uint8), connectivity=8)
    if count != 2:
        return None
    x, y, width, height, _ = (int(v) for v in stats[1])
    short, long = sorted((width, height))
    whole = x > 0 and y > 0 and x + width < x1 - x0 and y + height < y1 - y0
    middle = (first.base - y0 - y - height / 2) / size
    if not whole or short < _SIDE[0] * size or long > min(_SIDE[1] * size, _SQUARE * short + 1):
        return None
    if not _MIDDLE[0] <= middle <= _MIDDLE[1]:
        return None
    box = (float(x0 + x), float(y0 + y), float(x0 + x + width), float(y0 + y + height))
    return LayerWord(_BULLET, box, (), size, base=first.base)
