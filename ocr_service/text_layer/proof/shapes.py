"""What each character looks like: the same character of a font must be the same glyph wherever it stands."""

from __future__ import annotations

import weakref
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Gray
from ocr_service.text_layer.page.glyphs import Flags, Floats, Glyphs, Ints

_ACROSS, _DOWN = 8, 12  # samples of a glyph's box
_BLUR = 1.2  # pixels: glyphs of one kind stand up to half a pixel apart on the grid
_TURNED = 3.0  # degrees: the boxes of slanted glyphs do not tell their shape
_SAME_SIDE = 0.03  # em, of a glyph's box, which a line's stretching changes as much
_SAME_MATRIX = 0.001  # of the stretch and slant of text
_EXACT_SIDE, _ALIKE_NEAR = 0.004, 0.93  # boxes come from the font's outlines; of others the shapes have to be very like
# Correlations on 200 dpi renderings of DejaVu, Liberation, PT: one digit or letter 0.90 and more at 10 pt (24 pixels
# and more) and 0.75 at 6 pt; two digits 0.79 and less; a few pairs of letters (bh, il, ин) up to 0.95.
_ALIKE, _ALIKE_SMALL = 0.84, 0.70
_ALIKE_OVERPRINTED = 0.45
# Glyphs of one class that are no more alike than these are compared again, finer and shifted by what PDFium rounds
# their places by: of 30 families 99.4 % of the glyphs of one letter are more alike than the last, and no и and н is.
_NOT_SURELY_ALIKE, _OF_CLOSE_LETTERS, _SAME_LETTER = 0.96, 0.995, 0.966
_CLOSE_LETTERS = frozenset("инпИНПoоO0")
_DIGITS = frozenset("123456789")  # no two of them, nor a letter and one, are so alike as 0 and O
_FINER = (12, 16)  # samples across and down
_SHIFT = 0.5  # pixels
_COMPARED_PX = 20.0  # an em, at least
_OVERLAP = 0.04  # of a glyph's box that others may be in: the hook of an f is over an i
_MOST_SHAPES = 8  # that a character has besides its first
_LARGE_PX, _SMALL_PX = 24.0, 14.0

Samples = npt.NDArray[np.float32]


def shape_classes(glyphs: Glyphs, plates: Sequence[Gray], *, as_drawn: bool = True) -> Ints:
    """A number for each glyph: the same for the same character of the same font in the same shape.

    A font whose map gives two glyphs one character has two classes of it, and each has to be proven. ``as_drawn``: the
    boxes are those of PDFium, and the pictures its own, not set level.
    """
    samples = np.zeros((len(glyphs), _ACROSS * _DOWN), np.float32)
    for number, plate in enumerate(plates):
        here = glyphs.plate == number
        samples[here] = samples_of(plate, glyphs.ink[here])
    size = np.maximum(glyphs.size, 1e-6)
    box = glyphs.ink
    sides = np.stack([box[:, 2] - box[:, 0], box[:, 3] - box[:, 1], box[:, 3] - glyphs.origin[:, 1]], axis=1)
    sides /= size[:, None]
    level = _is_upright(glyphs).tolist()
    quarter = (np.rint(glyphs.angle / 90).astype(int) % 4).tolist()
    least = np.where(size >= _LARGE_PX, _ALIKE, np.where(size >= _SMALL_PX, _ALIKE_SMALL, -2.0))
    # What stands on another's place may be covered in part.
    least = np.where(glyphs.plate > 0, np.minimum(least, _ALIKE_OVERPRINTED), least)
    plain = [not chr(int(code)).isalnum() for code in glyphs.codes]
    quarter = [q if flat else -1 for q, flat in zip(quarter, level, strict=True)]
    groups: dict[tuple[int, int, int], list[int]] = {}  # the first glyph of each class
    classes = np.zeros(len(glyphs), np.int64)
    exact = np.array([font.program for font in glyphs.fonts] or [True], bool)[glyphs.font] & glyphs.whole & as_drawn
    matrices = np.array([(item.stretch, item.slant) for item in glyphs.objects] or [(1.0, 0.0)])[glyphs.object]

    def same_matrix(one: int, other: int) -> bool:
        return float(np.abs(matrices[one] - matrices[other]).max()) < _SAME_MATRIX

    # A digit that is unlike its first one has a line or a shade in it.
    digits = np.array([chr(int(code)) in _DIGITS for code in glyphs.codes], bool)
    clear = ~digits & (glyphs.size >= _COMPARED_PX) & (glyphs.plate == 0) & glyphs.whole & ~glyphs.of_one_glyph
    doubted: list[int] = []
    for index, (font, code) in enumerate(zip(glyphs.font.tolist(), glyphs.codes.tolist(), strict=True)):
        firsts = groups.setdefault((font, code, quarter[index]), [])
        for first in firsts:
            if not level[index]:
                break
            apart = float(np.abs(sides[index] - sides[first]).max())
            if apart > _SAME_SIDE + 1.0 / size[index]:
                continue
            if apart > _EXACT_SIDE and not plain[index] and exact[index] and exact[first] and same_matrix(index, first):
                continue  # the same outline in the same matrix has the same box: и is a little wider than н
            alike = min(least[index], least[first])
            if apart > _EXACT_SIDE and alike == _ALIKE:
                alike = _ALIKE_NEAR
            elif float(np.abs(sides[index] - sides[first])[1:].max()) > _EXACT_SIDE:  # no stretching makes it higher
                continue
            if plain[index]:
                break
            likeness = float(samples[index] @ samples[first])
            if likeness >= alike:
                close = chr(code) in _CLOSE_LETTERS
                surely = likeness > (_OF_CLOSE_LETTERS if close else _NOT_SURELY_ALIKE)
                if not surely and clear[index] and clear[first]:
                    doubted.append(index)
                break
        else:
            first = index
            firsts.append(index)
        classes[index] = first
    if as_drawn:
        _part_unlike(classes, doubted, glyphs, plates)
    return classes


def _part_unlike(classes: Ints, doubted: Sequence[int], glyphs: Glyphs, plates: Sequence[Gray]) -> None:
    """Gives those of the ``doubted`` glyphs other classes that are unlike the first one of theirs, however shifted."""
    rest = np.array(doubted, np.int64)
    soft = _SOFTENED.of(plates[0]) if len(rest) else plates[0]
    for _ in range(_MOST_SHAPES):
        if not len(rest):
            break
        rest = rest[_likeness(soft, glyphs.ink[rest], glyphs.ink[classes[rest]]) < _SAME_LETTER]
        rest = rest[[not _is_overlapped(index, glyphs.ink) for index in rest.tolist()]]
        # The first one of what is left of each class begins a new one.
        olds, at = np.unique(classes[rest], return_index=True)
        news = dict(zip(olds.tolist(), rest[at].tolist(), strict=True))
        classes[rest] = [news[old] for old in classes[rest].tolist()]
        rest = np.delete(rest, at)


def _is_overlapped(index: int, boxes: Floats) -> bool:
    """Whether another glyph reaches into a glyph's box, whose shape is then not its own."""
    box = boxes[index]
    sides = np.minimum(boxes[:, 2:], box[2:]) - np.maximum(boxes[:, :2], box[:2])
    shared = sides[:, 0] * sides[:, 1] * (sides > 0).all(axis=1)
    shared[index] = 0.0
    return bool(shared.max() > _OVERLAP * (box[2] - box[0]) * (box[3] - box[1]))


def _likeness(soft: Gray, boxes: Floats, others: Floats) -> Floats:
    """How alike the glyphs in ``boxes`` are to those in ``others``, near where they are said to be.

    The most, or the first that is enough for one letter.
    """
    theirs = _samples_in(soft, others, _FINER)
    most, best = np.full(len(boxes), -1.0), np.zeros((len(boxes), 4))
    near = (0.0, -1.0, 1.0)
    for step in (_SHIFT, _SHIFT / 2):
        middle = best.copy()
        for x, y in ((x * step, y * step) for x in near for y in near):
            rest = np.flatnonzero(most < _SAME_LETTER)
            shift = middle[rest] + np.array([x, y, x, y])
            alike = (_samples_in(soft, boxes[rest] + shift, _FINER) * theirs[rest]).sum(axis=1)
            better = alike > most[rest]
            best[rest[better]], most[rest[better]] = shift[better], alike[better]
    return most


def classes_of_levelled(classes: Ints, slanted: Glyphs, glyphs: Glyphs, plates: Sequence[Gray]) -> Ints:
    """``classes`` with those of ``slanted`` characters told by their shapes as ``glyphs``, which are set level."""
    turned = ~_is_upright(slanted) & _is_upright(glyphs)
    if not turned.any():
        return classes
    here, found = np.flatnonzero(turned), classes.copy()
    found[here] = here[shape_classes(glyphs.kept(turned), plates, as_drawn=False)]
    return found


def _is_upright(glyphs: Glyphs) -> Flags:
    """Whether glyphs are level, or turned by quarters, so that their boxes tell their shape."""
    upright: Flags = np.abs((glyphs.angle + 45) % 90 - 45) <= _TURNED
    return upright


def samples_of(ink: Gray, boxes: Floats) -> Samples:
    """Each glyph's ink at the same places of its box, as a vector of mean 0 and length 1."""
    if not len(boxes):  # a page without text is not softened
        return np.zeros((0, _ACROSS * _DOWN), np.float32)
    return _samples_in(_SOFTENED.of(ink), boxes, (_ACROSS, _DOWN))


class _LastSoftened:
    """The picture that was softened last: a page's proof asks for samples of one picture six times."""

    def __init__(self) -> None:
        self._last: tuple[weakref.ref[Gray], Gray] | None = None

    def of(self, ink: Gray) -> Gray:
        last = self._last
        if last is not None and last[0]() is ink:
            return last[1]
        soft = cv2.GaussianBlur(ink, (0, 0), _BLUR).astype(np.uint8, copy=False)
        self._last = weakref.ref(ink, self._forget), soft
        return soft

    def _forget(self, ink: weakref.ref[Gray]) -> None:
        if self._last is not None and self._last[0] is ink:
            self._last = None


_SOFTENED = _LastSoftened()


def _samples_in(soft: Gray, boxes: Floats, grid: tuple[int, int]) -> Samples:
    columns, rows = grid
    across, down = (np.arange(columns) + 0.5) / columns, (np.arange(rows) + 0.5) / rows
    x = boxes[:, :1] + (boxes[:, 2:3] - boxes[:, :1]) * across - 0.5
    y = boxes[:, 1:2] + (boxes[:, 3:4] - boxes[:, 1:2]) * down - 0.5
    if not len(boxes):
        return np.zeros((0, columns * rows), np.float32)
    parts = []
    for start in range(0, len(boxes), 30_000):  # an image of OpenCV's remap has fewer than 32,768 rows
        part = slice(start, start + 30_000)
        at_x = np.repeat(x[part, None, :], rows, axis=1).reshape(-1, columns * rows).astype(np.float32)
        at_y = np.repeat(y[part, :, None], columns, axis=2).reshape(-1, columns * rows).astype(np.float32)
        parts.append(cv2.remap(soft, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT).astype(np.float32))
    samples = np.concatenate(parts)
    samples -= samples.mean(axis=1, keepdims=True)
    length = np.linalg.norm(samples, axis=1, keepdims=True)
    unit: Samples = samples / np.maximum(length, 1e-6)
    return unit
