"""Text-like areas that reading the whole page left out, read by themselves."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import tesserocr

from ocr_service.document import Box, Gray
from ocr_service.geometry.boxes import contains_centre, enclosing
from ocr_service.geometry.components import components_with_stats
from ocr_service.geometry.ink_areas import InkArea, Pieces
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.ledger.ink_ledger import SURE
from ocr_service.tesseract.prepare.preprocess import framed
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, Word, make_line, without_overlaps

_SCATTERED = 12  # areas from which on all are read at once first
_SURE_IN_FIGURE = 85.0  # Tesseract's confidence
_TALL = 2.5  # times the height of letters: no word is higher, but what was read of bars and curves
_DRAWN = 4.0  # em: larger pieces are drawn, not written
_MOST_AREAS = 24  # a page: a page of noise must not take a minute
# Areas of a column that is read at once, and em: the widest, and the most white from one to the next.
_IN_COLUMN, _COLUMN_WIDTH, _COLUMN_GAP = 4, 5.0, 8.0
_LETTER = 24.0  # pixels that an area's letters are enlarged to
_LARGEST_SCALE = 4.0
_LARGEST_CROP = 12_000_000  # pixels, three A4 pages at 200 dpi: of larger ones Tesseract takes ever longer
_FEW_PIECES = 4  # of a number or a label, which strokes beside it spoil
_IN_RING = 0.25  # of a ring's height, that a letter inside it has at least
_LONG_PIECE = 1.8  # of its height
_PAD = 0.8  # em of white around an area
_SURE = 50.0  # Tesseract's confidence of a word of several letters
_AS_MUCH = 0.8  # of what a word says
_LEVEL = 0.3  # of the lower one's height, that two words of one line share
_SAME_LINE = 0.6  # of a word's height within a line from which on it stands on that line
_AS_NEAR = 0.3  # em more than to the nearest line's baseline: what stands on that line may stand on this
_SURE_OF_ONE = 75.0  # of a lone letter or digit, which a speck may look like


def are_scattered(areas: Sequence[InkArea], words: Sequence[Word]) -> bool:
    """Whether there are so many that they are labels all over a figure, which are read at once.

    What stands beside one of the ``words``, on its line, is a word that the line lost, and no label.
    """
    if len(areas) <= _SCATTERED:
        return False
    return sum(not any(_is_beside(area.box, word.box) for word in words) for area in areas) > _SCATTERED


def _is_beside(box: Box, word: Box) -> bool:
    middle, height = (box[1] + box[3]) / 2, word[3] - word[1]
    return word[1] <= middle <= word[3] and box[0] < word[2] + height and box[2] > word[0] - height


def surest(words: Sequence[Word]) -> list[Word]:
    """Those that are not read again among the labels of a figure, whose lines spoil what is read there."""
    return [word for word in words if word.confidence >= _SURE_IN_FIGURE]


def read_missed(
    areas: Sequence[InkArea],
    pieces: Pieces,
    kept: Sequence[Word],
    sheet: Sheet,
    engine: TesseractEngine,
    grain: Sequence[InkArea] = (),
) -> list[Line]:
    """The lines that stand in ``areas``; words that are ``kept`` are not read again, nor is ``grain``."""
    if not areas:
        return []
    left = without_words(sheet.gray, [*kept, *grain])
    found: list[Line] = []
    if are_scattered(areas, kept):
        found = _read_scattered(areas, _without_drawn(left, sheet.ink, pieces.em), sheet.dpi, engine)
        seen = [word for line in found for word in line.words]
        left = without_words(left, seen)
        areas = _without_seen(areas, seen)
    for column in _columns(areas, pieces.em):
        lines = _read_column(column, left, sheet.dpi, engine)
        found += lines
        seen = [word for line in lines for word in line.words]
        left = without_words(left, seen)  # of an area of several lines its middle may stand between two words
        areas = _without_seen(areas, seen)
    for missed in areas[:_MOST_AREAS]:
        if missed.pieces > 1 or missed.height > 0.45 * pieces.em or _may_be_word(missed):
            found += _read_area(missed, pieces.em, left, sheet, engine)
    return found


def _may_be_word(area: InkArea) -> bool:
    """Whether a single piece is as long as letters of small print that touch."""
    return area.box[2] - area.box[0] > _LONG_PIECE * area.height


def with_found(lines: Sequence[Line], kept: Sequence[Word], found: Sequence[Line]) -> list[Line]:
    """``lines`` with what was ``found`` beside them: each found word in the line it stands on, else in one of its own.

    A word that is not ``kept`` gives way to found words in its place, if they say as much: of ``Project`` whose ``j``
    hangs loose ``Pro`` may be found alone.
    """
    new_words = [word for line in found for word in line.words]
    if not new_words:
        return list(lines)
    sure = set(kept)
    open_words = [word for line in lines for word in line.words if word not in sure and word.confidence >= SURE]
    stay = [word for word in open_words if not _says_as_much(word, new_words)]
    new = _with_words(found, _boxes(stay), over=False)
    boxes = _boxes(word for line in new for word in line.words)
    sure.update(stay)
    rows = [[word for word in line.words if word in sure or not _overlapping(word.box, boxes).any()] for line in lines]
    places = _boxes(lines)
    em = np.array([line.em for line in lines])
    feet = np.array([line.baseline for line in lines])
    alone: list[Line] = []
    for part in new:
        own: list[Word] = []
        for word in part.words:
            # A word's box may reach into the next line, and its line's box with it.
            off = np.abs(feet - make_line([word]).baseline) / em
            on = _stands_on(word.box, places, em)
            level = np.flatnonzero(on & (off < off[on].min(initial=np.inf) + _AS_NEAR)).tolist()
            at = next((n for n in level if rows[n] and not any(_overlap(word.box, w.box) for w in rows[n])), None)
            (own if at is None else rows[at]).append(word)
        if own:
            alone.append(make_line(own, part.weight))
    return [make_line(words, line.weight) for line, words in zip(lines, rows, strict=True) if words] + alone


def _with_words(lines: Sequence[Line], boxes: npt.NDArray[np.int_], *, over: bool) -> list[Line]:
    """``lines`` with only those of their words that lie over one of ``boxes``, or over none."""
    parts = [([word for word in line.words if _overlapping(word.box, boxes).any() == over], line) for line in lines]
    return [make_line(words, line.weight) for words, line in parts if words]


def _says_as_much(word: Word, found: Sequence[Word]) -> bool:
    """Whether what was ``found`` in the word's place has as many letters and digits, each by its confidence."""
    there = [other for other in found if _overlap(word.box, other.box)]
    return not there or sum(map(_weight, there)) >= _AS_MUCH * _weight(word)


def _boxes(placed: Iterable[Word | Line | InkArea]) -> npt.NDArray[np.int_]:
    return np.array([part.box for part in placed], int).reshape(-1, 4)


def _weight(word: Word) -> float:
    return sum(c.isalnum() for c in word.text) * word.confidence


def _stands_on(box: Box, lines: npt.NDArray[np.int_], em: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """On which of the boxes of ``lines`` a word of this ``box`` stands: on its height, at most an em beside."""
    shared = np.minimum(box[3], lines[:, 3]) - np.maximum(box[1], lines[:, 1])
    near = (box[0] < lines[:, 2] + em) & (box[2] > lines[:, 0] - em)
    on: npt.NDArray[np.bool_] = near & (shared > _SAME_LINE * (box[3] - box[1]))
    return on


def _overlap(a: Box, b: Box) -> bool:
    """Whether two words stand in one place of one line: boxes of words on slanted lines reach into the next line."""
    level = min(a[3], b[3]) - max(a[1], b[1]) > _LEVEL * min(a[3] - a[1], b[3] - b[1])
    return level and min(a[2], b[2]) > max(a[0], b[0])


def _overlapping(box: Box, others: npt.NDArray[np.int_]) -> npt.NDArray[np.bool_]:
    """``_overlap`` of ``box`` with each of ``others``."""
    across = np.minimum(box[2], others[:, 2]) > np.maximum(box[0], others[:, 0])
    shared = np.minimum(box[3], others[:, 3]) - np.maximum(box[1], others[:, 1])
    found: npt.NDArray[np.bool_] = across & (shared > _LEVEL * np.minimum(box[3] - box[1], others[:, 3] - others[:, 1]))
    return found


def without_words(gray: Gray, words: Iterable[Word | InkArea]) -> Gray:
    """The page with these words or areas painted over."""
    paper = int(np.percentile(gray[::8, ::8], 80))
    left = gray.copy()
    for word in words:
        x0, y0, x1, y1 = word.box
        left[y0:y1, x0:x1] = paper
    return left


def _without_drawn(gray: Gray, ink: Gray, em: float) -> Gray:
    """The page with strokes painted over that are much larger than letters: lines of a drawing run past its labels."""
    _, labels, stats, _ = components_with_stats(ink)
    drawn = np.maximum(stats[:, 2], stats[:, 3]) > _DRAWN * em
    drawn[0] = False
    mask = cv2.dilate(drawn[labels].astype(np.uint8), np.ones((3, 3), np.uint8))
    paper = int(np.percentile(gray[::8, ::8], 80))
    return np.where(mask > 0, paper, gray).astype(np.uint8)


def _read_scattered(areas: Sequence[InkArea], gray: Gray, dpi: int, engine: TesseractEngine) -> list[Line]:
    """The same for many areas at once: labels all over a figure. Nothing is found beside them."""
    box = enclosing([area.box for area in areas])
    height = statistics.median(area.height for area in areas)
    found = read_crop(box, gray, dpi, scale_of(box, height), tesserocr.PSM.SPARSE_TEXT, round(_PAD * height), engine)
    highest = _TALL * float(np.percentile([area.height for area in areas], 90))
    parts = [[word for word in line.words if word.box[3] - word.box[1] <= highest] for line in found]
    return _with_words([make_line(words) for words in parts if words], _boxes(areas), over=True)


def _without_seen(areas: Sequence[InkArea], seen: Sequence[Word]) -> list[InkArea]:
    return [a for a in areas if not any(contains_centre(_grown(word.box, a), a.box) for word in seen)]


def _columns(areas: Sequence[InkArea], em: float) -> list[list[InkArea]]:
    """Areas of a word each under one another: numbers of references and of lines, which Tesseract takes for no text."""
    columns: list[list[InkArea]] = []
    for area in sorted(areas, key=lambda a: a.box[1]):
        if area.box[2] - area.box[0] > _COLUMN_WIDTH * em:
            continue
        over = (c for c in columns if abs(c[-1].box[0] - area.box[0]) < em or abs(c[-1].box[2] - area.box[2]) < em)
        column = next((c for c in over if c[-1].box[3] <= area.box[1] < c[-1].box[3] + _COLUMN_GAP * em), None)
        if column is None:
            columns.append([area])
        else:
            column.append(area)
    return [column for column in columns if len(column) >= _IN_COLUMN]


def _read_column(column: Sequence[InkArea], gray: Gray, dpi: int, engine: TesseractEngine) -> list[Line]:
    box = enclosing([area.box for area in column])
    height = statistics.median(area.height for area in column)
    found = read_crop(box, gray, dpi, scale_of(box, height), tesserocr.PSM.SINGLE_BLOCK, round(_PAD * height), engine)
    return _with_words(found, _boxes(column), over=True)


def _read_area(area: InkArea, em: float, gray: Gray, sheet: Sheet, engine: TesseractEngine) -> list[Line]:
    height, width = gray.shape
    grow = round(0.25 * em)
    x0, y0 = max(0, area.box[0] - grow), max(0, area.box[1] - grow)
    x1, y1 = min(width, area.box[2] + grow), min(height, area.box[3] + grow)
    single = area.box[3] - area.box[1] < 2.2 * area.height
    mode = tesserocr.PSM.SINGLE_LINE if single else tesserocr.PSM.SINGLE_BLOCK
    box = x0, y0, x1, y1
    if area.pieces <= _FEW_PIECES:
        gray = _without_surroundings(gray, sheet.ink, box)
    return read_crop(box, gray, sheet.dpi, scale_of(box, area.height), mode, round(_PAD * em), engine)


def _without_surroundings(gray: Gray, ink: Gray, box: Box) -> Gray:
    """``gray`` without what runs out of ``box`` and rings in it: a number over a bar or in a circle is alone."""
    x0, y0, x1, y1 = box
    _, labels, stats, _ = components_with_stats(np.ascontiguousarray(ink[y0:y1, x0:x1]))
    left, top, width, height = (stats[:, column] for column in range(4))
    right, bottom = left + width, top + height
    around = (left == 0) | (top == 0) | (right == x1 - x0) | (bottom == y1 - y0)
    for index in range(1, len(stats)):
        inner = (left > left[index]) & (right < right[index]) & (top > top[index]) & (bottom < bottom[index])
        around[index] |= bool((inner & (height > _IN_RING * height[index])).any())
    around[0] = False
    if not around.any() or around[1:].all():
        return gray
    mask = cv2.dilate(around[labels].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    result = gray.copy()
    result[y0:y1, x0:x1][mask] = int(np.percentile(gray[y0:y1, x0:x1], 90))
    return result


def scale_of(box: Box, height: float) -> float:
    """How much ``box``, whose letters are ``height`` pixels high, is enlarged."""
    area = max(1, (box[2] - box[0]) * (box[3] - box[1]))
    return max(1.0, min(_LARGEST_SCALE, _LETTER / height, math.sqrt(_LARGEST_CROP / area)))


def read_crop(box: Box, gray: Gray, dpi: int, scale: float, mode: int, pad: int, engine: TesseractEngine) -> list[Line]:
    """What is believed of the words in ``box``, read ``scale`` times as large with ``pad`` pixels of white around."""
    x0, y0, x1, y1 = box
    how = cv2.INTER_CUBIC if scale >= 1 else cv2.INTER_AREA
    large = cv2.resize(framed(gray[y0:y1, x0:x1], pad), None, fx=scale, fy=scale, interpolation=how).astype(np.uint8)
    size = (gray.shape[1], gray.shape[0])
    lines = []
    for line in engine.lines(large, round(dpi * scale), mode):
        words = [_moved(word, scale, (x0 - pad, y0 - pad), size) for word in line.words if _is_believed(word)]
        if words:
            lines.append(without_overlaps(make_line(words)))
    return lines


def _grown(box: Box, area: InkArea) -> Box:
    by = round(area.height)
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def _is_believed(word: Word) -> bool:
    letters = sum(c.isalnum() for c in word.text)
    return letters > 0 and word.confidence >= (_SURE if letters > 1 else _SURE_OF_ONE)


def _moved(word: Word, scale: float, offset: tuple[int, int], size: tuple[int, int]) -> Word:
    dx, dy = offset
    x0, y0, x1, y1 = (round(side / scale) for side in word.box)
    x0, y0 = max(0, x0 + dx), max(0, y0 + dy)
    return replace(word, box=(x0, y0, min(size[0], max(x0 + 1, x1 + dx)), min(size[1], max(y0 + 1, y1 + dy))))
