"""Ink of text beside the boxes of its characters."""

from __future__ import annotations

import numpy as np

from ocr_service.text_layer.lines.words import LayerLine, LayerWord
from ocr_service.text_layer.proof.stray_ink import beside_stray_ink, unexplained


def _line() -> LayerLine:
    words = (LayerWord("ab", (100, 80, 150, 100), (0, 1), 30), LayerWord("c", (300, 80, 320, 100), (2,), 30))
    return LayerLine(words, 0, 30)


def test_a_word_with_a_letter_more_than_its_characters_is_found() -> None:
    plate = np.zeros((200, 400), np.uint8)
    boxes = np.array([[100, 80, 120, 100], [130, 80, 150, 100], [300, 80, 320, 100]], float)
    for x0, y0, x1, y1 in boxes.astype(int).tolist():
        plate[y0:y1, x0:x1] = 255
    assert not beside_stray_ink([_line()], unexplained(plate, boxes), 3).any()
    plate[80:100, 155:165] = 255
    assert beside_stray_ink([_line()], unexplained(plate, boxes), 3).tolist() == [True, True, False]


def test_ink_far_from_every_word_is_nobodys() -> None:
    plate = np.zeros((200, 400), np.uint8)
    plate[80:100, 200:210] = plate[20:40, 110:120] = 255
    assert not beside_stray_ink([_line()], plate, 3).any()


def test_a_letter_more_is_found_in_sideways_and_slanted_words_too() -> None:
    plate = np.zeros((400, 400), np.uint8)
    plate[155:165, 80:100] = 255
    sideways = LayerWord("ab", (80, 100, 100, 150), (0, 1), 30), LayerWord("c", (80, 300, 100, 320), (2,), 30)
    assert beside_stray_ink([LayerLine(sideways, 90, 30)], plate, 3).tolist() == [True, True, False]
    plate = np.zeros((400, 400), np.uint8)
    plate[120:130, 120:130] = plate[110:120, 310:320] = 255
    slanted = LayerWord("ab", (100, 100, 150, 150), (0, 1), 30), LayerWord("c", (300, 300, 320, 320), (2,), 30)
    assert beside_stray_ink([LayerLine(slanted, 45, 30)], plate, 3).tolist() == [True, True, False]
