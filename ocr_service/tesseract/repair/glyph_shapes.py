"""Glyphs cut out of a sheet, and how alike two of them are: a character is the same shape wherever it stands on a page.

Of 2,700 codes in ten families of type, 8 to 11 points at 200 dpi, two of one digit are 0.99 alike and more; a letter
and the digit that it looks like 0.9 and less.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Box, Gray
from ocr_service.geometry.boxes import enclosing
from ocr_service.geometry.components import components_with_stats

_ACROSS, _DOWN, _BLUR = 12, 16, 0.6  # samples of a glyph's box
_WIDER = 0.5  # of the logarithm of two glyphs' sides, taken off their likeness
_LETTER = 0.45  # em: the least height of a letter or digit; what is lower is a mark
_SPECK = 0.05  # em
MOST_EXEMPLARS = 16  # exemplars of a character
_LEAST, _EXEMPLARS = 3, 20  # of a digit's exemplars that are alike, and of all: fewer say nothing
_USUAL, _LOWEST, _HIGHEST = 5, 0.9, 0.985  # percentile of the likeness of exemplars, and its limits


@dataclass(frozen=True, slots=True)
class Glyph:
    """``shape``: its ink as a vector of mean 0 and length 1; None for a mark, which is lower than a letter."""

    box: Box
    shape: npt.NDArray[np.float32] | None


def glyph_boxes(area: Box, em: float, ink: Gray) -> list[Box]:
    """The glyphs in ``area`` from left to right; pieces one above another are one. ``em``: the font size in pixels."""
    x0, y0, x1, y1 = max(0, area[0]), max(0, area[1]), area[2], area[3]
    crop = np.ascontiguousarray(ink[y0:y1, x0:x1])
    if not crop.size:
        return []
    _, _, stats, _ = components_with_stats(crop)
    boxes: list[Box] = []
    for piece in sorted((x0 + x, y0 + y, x0 + x + w, y0 + y + h) for x, y, w, h, _ in stats[1:].tolist()):
        if max(piece[2] - piece[0], piece[3] - piece[1]) <= _SPECK * em:
            continue
        if boxes and (piece[0] + piece[2]) / 2 < boxes[-1][2]:
            boxes[-1] = enclosing([boxes[-1], piece])
        else:
            boxes.append(piece)
    return boxes


def glyph_in(box: Box, em: float, gray: Gray) -> Glyph:
    """The glyph in ``box``."""
    return Glyph(box, _shape(gray, box) if box[3] - box[1] >= _LETTER * em else None)


def likeness(a: Glyph, b: Glyph) -> float:
    """1 where two glyphs are the same; less by what their shapes and their sides differ. Marks are like nothing."""
    if a.shape is None or b.shape is None:
        return 0.0
    (ax0, ay0, ax1, ay1), (bx0, by0, bx1, by1) = a.box, b.box
    sides = abs(math.log((ax1 - ax0) / (bx1 - bx0))) + abs(math.log((ay1 - ay0) / (by1 - by0)))
    return float(a.shape @ b.shape) - _WIDER * sides


def likenesses(glyphs: Sequence[Glyph], others: Sequence[Glyph]) -> npt.NDArray[np.float32]:
    """``likeness`` of each of ``glyphs`` (rows) and each of ``others`` (columns); none of them is a mark."""
    shapes, sides = _vectors(glyphs)
    other_shapes, other_sides = _vectors(others)
    apart = np.abs(sides[:, None] - other_sides[None]).sum(axis=2)
    alike: npt.NDArray[np.float32] = shapes @ other_shapes.T - np.float32(_WIDER) * apart
    return alike


def _vectors(glyphs: Sequence[Glyph]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """The shapes of glyphs that have one, and the logarithms of their sides."""
    boxes = np.array([glyph.box for glyph in glyphs], np.float32)
    return np.array([glyph.shape for glyph in glyphs], np.float32), np.log(boxes[:, 2:] - boxes[:, :2])


@dataclass(frozen=True, slots=True)
class Exemplars:
    """Glyphs of known characters. ``same``: the likeness from which on two are the same character."""

    glyphs: Mapping[str, Sequence[Glyph]]
    same: float

    def best(self, glyph: Glyph) -> tuple[str, float]:
        """The character that ``glyph`` is most like, and how like."""
        scored = [(max(likeness(glyph, other) for other in known), c) for c, known in self.glyphs.items() if known]
        score, character = max(scored, default=(0.0, ""))
        return character, score


def exemplars(read: Iterable[tuple[str, Glyph]]) -> Exemplars | None:
    """The exemplars of the characters that were ``read``: of each those that most others of it are like.

    None where there are too few to tell how alike two of one character are on this page.
    """
    by_character: dict[str, list[Glyph]] = {}
    for character, glyph in read:
        known = by_character.setdefault(character, [])
        if glyph.shape is not None and len(known) < MOST_EXEMPLARS:
            known.append(glyph)
    kept, scores = {}, []
    for character, known in by_character.items():
        pairs = np.array([[likeness(a, b) for b in known] for a in known]).reshape(len(known), len(known))
        alike = pairs >= _LOWEST
        usual = alike[int(np.argmax(alike.sum(axis=1)))] if known else np.zeros(0, bool)
        kept[character] = [glyph for glyph, is_usual in zip(known, usual, strict=True) if is_usual]
        if usual.sum() >= _LEAST:
            among = pairs[np.ix_(usual, usual)] - 2 * np.eye(int(usual.sum()))
            scores += among.max(axis=1).tolist()
    if len(scores) < _EXEMPLARS:
        return None
    return Exemplars(kept, min(_HIGHEST, max(_LOWEST, float(np.percentile(scores, _USUAL)))))


def _shape(gray: Gray, box: Box) -> npt.NDArray[np.float32]:
    x0, y0, x1, y1 = box
    dark = 255 - gray[y0:y1, x0:x1].astype(np.float32)
    samples = cv2.GaussianBlur(cv2.resize(dark, (_ACROSS, _DOWN), interpolation=cv2.INTER_AREA), (0, 0), _BLUR).ravel()
    samples = (samples - samples.mean()).astype(np.float32)
    unit: npt.NDArray[np.float32] = samples / max(1e-6, float(np.linalg.norm(samples)))
    return unit
