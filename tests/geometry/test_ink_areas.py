"""Areas of ink that are text by the sizes and places of their pieces."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_service.geometry.ink_areas import Pieces, ink_areas, text_rows

SHAPE = (400, 600)


def word(filled: float, height: int = 16) -> Pieces:
    """Two pieces beside each other, the letters of a word that touch; ``filled``: of their boxes."""
    boxes = np.array([(100, 200, 180, 200 + height), (184, 200, 236, 200 + height)], np.int32)
    areas = (filled * (boxes[:, 2] - boxes[:, 0]) * height).astype(np.int32)
    return Pieces(boxes, areas, 28.0)


@pytest.mark.parametrize(("pieces", "text"), [(word(0.45), True), (word(0.12), False), (word(0.95), False)])
def test_letters_that_touch_are_as_many_as_they_are_wide(pieces: Pieces, text: bool) -> None:
    (area,) = ink_areas(pieces, np.ones(2, bool), SHAPE)
    assert (area.pieces, area.regular) == (2, text)
    assert bool(text_rows(pieces, np.ones(2, bool), SHAPE, short=True)) is text


def test_grain_that_touches_is_no_text() -> None:
    (area,) = ink_areas(word(0.5, height=9), np.ones(2, bool), SHAPE)
    assert not area.regular
