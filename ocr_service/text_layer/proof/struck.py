"""Letters that drawings cross: under them, and where both are black, nobody sees the letter, only the rest of it.

Struck words, arrows through a figure's labels, a form's lines that were drawn too high. Read, an e is a c then; so the
part that is seen is compared with the same letter of the page that nothing crosses.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import cv2
import numpy as np

from ocr_service.document import Gray, Pixels
from ocr_service.text_layer.page.glyphs import Flags, Floats, Glyphs, Ints
from ocr_service.text_layer.visibility import DESCENDER

_CONTRAST = 28  # of 255, in the channel that differs most, as of text that is seen
_STEP = 16  # pixels from one place to the next that tell the paper's colour
_MOST_STRUCK = 2_000  # letters; crossed by a pattern, all of a page's may be
_ACROSS, _DOWN = 10, 14  # places of a letter's box that are compared
_BLUR, _REACH = 1.0, 2  # pixels, of the picture of the text, and around a drawing
_LEAST_PX = 14.0  # size of type
_LEAST_SEEN, _MOSTLY_SEEN = 0.25, 0.5  # of the places
_SAME_SIDE, _LIKE_SIDE = (
    0.004,
    0.03,
)  # em, of the boxes of one letter, and of those like it
_ALIKE = 0.9  # correlation where both are seen
_VERY_ALIKE, _MORE_ALIKE = 0.95, 0.05  # the same where little is seen, and how much less that to other letters is


def with_struck(glyphs: Glyphs, classes: Ints, text: Gray, ground: Pixels) -> tuple[Glyphs, Ints]:
    """``glyphs`` with their ``classes``, struck letters in that of the same letter, as partly hidden ones.

    ``text``: what text adds to ``ground``. A letter that is as like to another one of its font stays what it was.
    """
    struck = _struck(glyphs, ground)
    if not 0 < struck.sum() <= _MOST_STRUCK:
        return glyphs, classes
    usable = glyphs.level & (glyphs.plate == 0) & (glyphs.size >= _LEAST_PX) & _is_letter(glyphs)
    clear = np.flatnonzero(usable & glyphs.whole & ~struck).tolist()
    known = {int(classes[index]) for index in clear}
    open_ = [i for i in np.flatnonzero(usable & glyphs.whole & struck).tolist() if int(classes[i]) not in known]
    if not open_:
        return glyphs, classes
    models: dict[int, dict[int, int]] = defaultdict(dict)  # by font, the first glyph of each class
    for index in clear:
        models[int(glyphs.font[index])].setdefault(int(classes[index]), index)
    soft: Gray = cv2.GaussianBlur(text, (0, 0), _BLUR).astype(np.uint8)
    sides = _sides(glyphs)
    classes, cut = classes.copy(), glyphs.cut.copy()
    for index in open_:
        near = [
            model
            for model in models[int(glyphs.font[index])].values()
            if float(np.abs(sides[model] - sides[index]).max()) <= _LIKE_SIDE
        ]
        own = [m for m in near if glyphs.codes[m] == glyphs.codes[index]]
        own = [m for m in own if float(np.abs(sides[m] - sides[index]).max()) <= _SAME_SIDE]
        if not own:
            continue
        seen = _seen(ground, glyphs.ink[index])
        if seen.mean() < _LEAST_SEEN:
            continue
        drawn = _at(soft, glyphs.ink[index])[seen]
        likeness = {model: _correlation(drawn, _at(soft, glyphs.ink[model])[seen]) for model in near}
        best = max(own, key=lambda model: likeness[model])
        others = max((likeness[m] for m in near if glyphs.codes[m] != glyphs.codes[index]), default=-1.0)
        least, ahead = (_ALIKE, 0.0) if seen.mean() >= _MOSTLY_SEEN else (_VERY_ALIKE, _MORE_ALIKE)
        if likeness[best] >= max(least, others + ahead):
            classes[index] = classes[best]
            cut[index] = max(float(cut[index]), DESCENDER)
    return replace(glyphs, cut=cut), classes


def _is_letter(glyphs: Glyphs) -> Flags:
    return np.array([chr(code).isalnum() for code in glyphs.codes.tolist()], bool)


def _struck(glyphs: Glyphs, ground: Pixels) -> Flags:
    """Which glyphs have something in their boxes that is not of the paper's colour."""
    paper = np.median(ground[::_STEP, ::_STEP].reshape(-1, 3), axis=0)
    same = cv2.inRange(ground, np.maximum(paper - _CONTRAST, 0), np.minimum(paper + _CONTRAST, 255))
    height, width = same.shape
    if cv2.countNonZero(same) == height * width:
        return np.zeros(len(glyphs), bool)
    total = cv2.integral((same == 0).astype(np.uint8))
    x0, x1 = (np.clip(glyphs.ink[:, side], 0, width).astype(int) for side in (0, 2))
    y0, y1 = (np.clip(glyphs.ink[:, side], 0, height).astype(int) for side in (1, 3))
    found: Flags = total[y1, x1] - total[y0, x1] - total[y1, x0] + total[y0, x0] > 0
    return found


def _seen(ground: Pixels, box: Floats) -> Flags:
    """At which places of ``box`` nothing is drawn: the page without its text has there what it mostly has in it."""
    height, width = ground.shape[:2]
    left, top = max(0, int(box[0]) - _REACH), max(0, int(box[1]) - _REACH)
    right, bottom = min(width, int(box[2]) + 1 + _REACH), min(height, int(box[3]) + 1 + _REACH)
    part = ground[top:bottom, left:right].astype(np.int16)
    drawn = np.abs(part - np.median(part.reshape(-1, 3), axis=0)).max(axis=2) >= _CONTRAST
    wide = cv2.dilate(drawn.astype(np.uint8), np.ones((2 * _REACH + 1, 2 * _REACH + 1), np.uint8))
    found: Flags = _at(wide.astype(np.uint8), box - np.array([left, top, left, top])) == 0
    return found


def _sides(glyphs: Glyphs) -> Floats:
    """Width, height and drop of each glyph, em."""
    box = glyphs.ink
    sides = np.stack([box[:, 2] - box[:, 0], box[:, 3] - box[:, 1], box[:, 3] - glyphs.origin[:, 1]], axis=1)
    result: Floats = sides / np.maximum(glyphs.size, 1e-6)[:, None]
    return result


def _at(picture: Gray, box: Floats) -> Floats:
    """The picture at places evenly over ``box``."""
    x = box[0] + (box[2] - box[0]) * (np.arange(_ACROSS) + 0.5) / _ACROSS - 0.5
    y = box[1] + (box[3] - box[1]) * (np.arange(_DOWN) + 0.5) / _DOWN - 0.5
    at_x, at_y = (places.astype(np.float32) for places in np.meshgrid(x, y))
    values: Floats = cv2.remap(picture, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT).astype(float)
    return values.ravel()


def _correlation(a: Floats, b: Floats) -> float:
    a, b = a - a.mean(), b - b.mean()
    return float(a @ b) / max(1e-6, float(np.linalg.norm(a) * np.linalg.norm(b)))
