"""Words through which a line runs: struck out, or on a ruling line that cuts their feet or heads off.

The line is taken from the sheet with a part of the letters, or stays in them; what is read there with little confidence
is often wrong by a letter. A line beside the letters, as below underlined words, says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from ocr_service.document import Box
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, Word

# Of 100 words on lines that touched them the right ones had 93 in the median, the wrong ones 79; underlined ones 96.
_SURE = 90.0  # Tesseract's confidence
_TOUCHED_IN = 0.006  # inches between a word and a line that cuts its feet or its head off
_LEAST = 2  # letters of a word, of which a dash or a drawn line has none
_MIDDLE, _STROKE, _STRUCK = (0.4, 0.65), 1, 0.95  # of a word's height; rows beside; of a word's width
_LEAST_HEIGHT = 16  # pixels of a word, in which the curves of its letters are no line


def crossed_words(lines: Sequence[Line], sheet: Sheet) -> list[Word]:
    """Those of which hardly anybody can be sure."""
    unsure = [word for line in lines for word in line.words if word.confidence < _SURE and _is_level(word)]
    if not unsure:
        return []
    near = _TOUCHED_IN * sheet.dpi
    level, upright = _boxes(sheet.ruling_lines.horizontal), _boxes(sheet.ruling_lines.vertical)
    return [word for word in unsure if _is_ruled(word.box, level, upright, near) or _is_struck(word.box, sheet)]


def _is_level(word: Word) -> bool:
    x0, y0, x1, y1 = word.box
    return x1 - x0 > y1 - y0 and sum(map(str.isalnum, word.text)) >= _LEAST


def _boxes(lines: Iterable[Box]) -> npt.NDArray[np.int_]:
    return np.array([*lines], int).reshape(-1, 4)


def _is_ruled(box: Box, level: npt.NDArray[np.int_], upright: npt.NDArray[np.int_], near: float) -> bool:
    """Whether a ruling line runs across the word or so ``near`` to it in pixels, or stands in it."""
    x0, y0, x1, y1 = box
    across = (level[:, 3] >= y0 - near) & (level[:, 1] <= y1 + near)
    across &= (level[:, 0] < (x0 + x1) / 2) & (level[:, 2] > (x0 + x1) / 2)
    beside = (y1 - y0) / 2
    stands = (upright[:, 0] > x0 + beside) & (upright[:, 2] < x1 - beside)
    stands &= (upright[:, 1] < (y0 + y1) / 2) & (upright[:, 3] > (y0 + y1) / 2)
    return bool(across.any() or stands.any())


def _is_struck(box: Box, sheet: Sheet) -> bool:
    """Whether ink runs through the word from end to end, in a row of pixels or in those beside it."""
    x0, y0, x1, y1 = box
    if y1 - y0 < _LEAST_HEIGHT:
        return False
    top, bottom = (round(y0 + share * (y1 - y0)) for share in _MIDDLE)
    ink = sheet.ink[top:bottom, x0:x1] > 0
    if ink.shape[0] <= 2 * _STROKE or not ink.shape[1]:
        return False
    rows = ink[: -2 * _STROKE] | ink[_STROKE:-_STROKE] | ink[2 * _STROKE :]
    return bool(rows.mean(axis=1).max() >= _STRUCK)
