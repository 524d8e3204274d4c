"""What each character looks like: the same character of a font must be the same glyph wherever it stands."""

from __future__ import annotations

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
_EXACT_SIDE, _ALIKE_NEAR = 0.004, 0.93  # boxes come from the font's outlines; of others the shapes have to be very like
# Correlations on 200 dpi renderings of DejaVu, Liberation, PT: one digit or letter 0.90 and more at 10 pt (24 pixels
# and more) and 0.75 at 6 pt; two digits 0.79 and less; a few pairs of letters (bh, il, ин) up to 0.95.
_ALIKE, _ALIKE_SMALL = 0.84, 0.70
_ALIKE_OVERPRINTED = 0.45
_LARGE_PX, _SMALL_PX = 24.0, 14.0

Samples = npt.NDArray[np.float32]


def shape_classes(glyphs: Glyphs, plates: Sequence[Gray]) -> Ints:
    """A number for each glyph: the same for the same character of the same font in the same shape.

    A font whose map gives two glyphs one character has two classes of it, and each has to be proven.
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
    for index, (font, code) in enumerate(zip(glyphs.font.tolist(), glyphs.codes.tolist(), strict=True)):
        firsts = groups.setdefault((font, code, quarter[index]), [])
        for first in firsts:
            if not level[index]:
                break
            apart = float(np.abs(sides[index] - sides[first]).max())
            if apart > _SAME_SIDE + 1.0 / size[index]:
                continue
            alike = min(least[index], least[first])
            if apart > _EXACT_SIDE and alike == _ALIKE:
                alike = _ALIKE_NEAR
            elif float(np.abs(sides[index] - sides[first])[1:].max()) > _EXACT_SIDE:  # no stretching makes it higher
                continue
            if plain[index] or float(samples[index] @ samples[first]) >= alike:
                break
        else:
            first = index
            firsts.append(index)
        classes[index] = first
    return classes


def classes_of_levelled(classes: Ints, slanted: Glyphs, glyphs: Glyphs, plates: Sequence[Gray]) -> Ints:
    """``classes`` with those of ``slanted`` characters told by their shapes as ``glyphs``, which are set level."""
    turned = ~_is_upright(slanted) & _is_upright(glyphs)
    if not turned.any():
        return classes
    here, found = np.flatnonzero(turned), classes.copy()
    found[here] = here[shape_classes(glyphs.kept(turned), plates)]
    return found


def _is_upright(glyphs: Glyphs) -> Flags:
    """Whether glyphs are level, or turned by quarters, so that their boxes tell their shape."""
    upright: Flags = np.abs((glyphs.angle + 45) % 90 - 45) <= _TURNED
    return upright


def samples_of(ink: Gray, boxes: Floats) -> Samples:
    """Each glyph's ink at the same places of its box, as a vector of mean 0 and length 1."""
    if not len(boxes):
        return np.zeros((0, _ACROSS * _DOWN), np.float32)
    across, down = (np.arange(_ACROSS) + 0.5) / _ACROSS, (np.arange(_DOWN) + 0.5) / _DOWN
    x = boxes[:, :1] + (boxes[:, 2:3] - boxes[:, :1]) * across - 0.5
    y = boxes[:, 1:2] + (boxes[:, 3:4] - boxes[:, 1:2]) * down - 0.5
    soft = cv2.GaussianBlur(ink, (0, 0), _BLUR)
    parts = []
    for start in range(0, len(boxes), 30_000):  # an image of OpenCV's remap has fewer than 32,768 rows
        part = slice(start, start + 30_000)
        at_x = np.repeat(x[part, None, :], _DOWN, axis=1).reshape(-1, _ACROSS * _DOWN).astype(np.float32)
        at_y = np.repeat(y[part, :, None], _ACROSS, axis=2).reshape(-1, _ACROSS * _DOWN).astype(np.float32)
        parts.append(cv2.remap(soft, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT).astype(np.float32))
    samples = np.concatenate(parts)
    samples -= samples.mean(axis=1, keepdims=True)
    length = np.linalg.norm(samples, axis=1, keepdims=True)
    unit: Samples = samples / np.maximum(length, 1e-6)
    return unit
