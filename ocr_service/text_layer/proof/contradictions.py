"""Glyphs that stand in one another's places with different characters: of two texts for one ink at most one is true."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np

from ocr_service.text_layer.page.glyphs import Flags, Glyphs

_APART = 0.12  # em: of the sides of two boxes that are one place


def contradicted(glyphs: Glyphs) -> Flags:
    """Which glyphs have the place of one with another character. Only overprinted ones are looked at."""
    found = np.zeros(len(glyphs), bool)
    overprinted = np.flatnonzero((glyphs.plate > 0) | (glyphs.cut > 0))
    cells: dict[tuple[int, int], list[int]] = defaultdict(list)
    size = glyphs.size
    for index in overprinted.tolist():
        box, em = glyphs.ink[index], float(size[index])
        cell = max(2.0, 2 * _APART * em)
        column, row = math.floor(box[0] / cell), math.floor(box[1] / cell)
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                for other in cells[column + dx, row + dy]:
                    if (
                        glyphs.codes[other] != glyphs.codes[index]
                        and glyphs.object[other] != glyphs.object[index]
                        and float(np.abs(glyphs.ink[other] - box).max()) <= _APART * em
                    ):
                        found[[index, other]] = True
        cells[column, row].append(index)
    return found
