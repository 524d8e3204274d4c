"""Text on a curve, as in the ring of a stamp or along a river: each letter has an angle of its own."""

from __future__ import annotations

import numpy as np

from ocr_service.text_layer.lines.words import LayerLine, LayerWord, clean_text
from ocr_service.text_layer.page.glyphs import Glyphs

_LETTERS = 4  # of a curve at least
_BEND = (1.0, 45.0)  # degrees from one letter to the next
_STEP = (0.15, 1.7)  # of the type's size, from one letter's origin to the next one's
_SPACE = 1.15  # of the same, from which on there is a space between capitals; files mostly have one of their own
_SAME_SIZE = 0.05


def curved_lines(glyphs: Glyphs) -> list[LayerLine]:
    """The lines of letters that follow one another in the file, each a little further round."""
    if len(glyphs) < _LETTERS:
        return []
    size = np.maximum(glyphs.size, 1e-6)
    bend = np.abs((np.diff(glyphs.angle) + 180) % 360 - 180)
    step = np.hypot(*np.diff(glyphs.origin, axis=0).T) / size[:-1]
    linked = (bend >= _BEND[0]) & (bend <= _BEND[1]) & (step >= _STEP[0]) & (step <= _STEP[1])
    linked &= (np.abs(np.diff(size)) <= _SAME_SIZE * size[:-1]) & (np.diff(glyphs.font) == 0)
    if not linked.any():
        return []
    breaks = np.flatnonzero(~linked) + 1
    runs = [run.tolist() for run in np.split(np.arange(len(glyphs)), breaks) if len(run) >= _LETTERS]
    return [_line(glyphs, run, step.tolist()) for run in runs]


def _line(glyphs: Glyphs, run: list[int], step: list[float]) -> LayerLine:
    words = [[run[0]]]
    for index in run[1:]:
        if glyphs.spaced[index] or step[index - 1] > _SPACE:
            words.append([])
        words[-1].append(index)
    size = float(np.median(glyphs.size[run]))
    angle = next((int(a) for a in np.rint(glyphs.angle[run]).tolist() if a % 90), 1)
    return LayerLine(tuple(_word(glyphs, word, size) for word in words), angle, size)


def _word(glyphs: Glyphs, indices: list[int], size: float) -> LayerWord:
    boxes = glyphs.ink[indices]
    x0, y0 = boxes[:, :2].min(axis=0).tolist()
    x1, y1 = boxes[:, 2:].max(axis=0).tolist()
    return LayerWord(
        clean_text("".join(chr(int(glyphs.codes[i])) for i in indices)), (x0, y0, x1, y1), tuple(indices), size
    )
