"""Minus signs that are drawn before numbers."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_service.text_layer.lines.drawn_signs import with_drawn_signs
from ocr_service.text_layer.lines.words import LayerLine, LayerWord

_SIZE, _LEFT, _BASE = 28.0, 102, 300


def _line(text: str, base: float | None = _BASE) -> LayerLine:
    return LayerLine((LayerWord(text, (_LEFT, _BASE - 20, _LEFT + 40, _BASE), (0, 1, 2), _SIZE, base=base),), 0, _SIZE)


def _ground(x0: int, x1: int, y: int, height: int = 2) -> np.ndarray:
    ground = np.full((400, 400), 255, np.uint8)
    ground[y : y + height, x0:x1] = 0
    return ground


def test_a_dash_before_a_number_is_its_minus_sign() -> None:
    (line,) = with_drawn_signs([_line("0.5")], _ground(80, 97, _BASE - 9))
    assert line.text == "−0.5"
    assert line.words[0].box[0] == 80


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("0.5", _ground(0, 400, _BASE - 9)),  # a ruling line
        ("0.5", _ground(70, 87, _BASE - 9)),  # a tick, farther away
        ("0.5", _ground(80, 97, _BASE + 3)),  # under the line
        ("0.5", _ground(80, 97, _BASE - 19, 18)),  # a box
        ("May", _ground(80, 97, _BASE - 9)),
    ],
)
def test_other_ink_is_none(text: str, ground: np.ndarray) -> None:
    (line,) = with_drawn_signs([_line(text)], ground)
    assert line.text == text
