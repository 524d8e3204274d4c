from __future__ import annotations

import cv2
import numpy as np

from ocr_service.geometry.letter_height import SMALL_TYPE, x_height_of


def test_the_height_of_letters_is_measured_by_their_ink() -> None:
    page = np.full((400, 600), 255, np.uint8)
    for at in range(40):
        x, height = 20 + 14 * at, 24 if at % 4 == 0 else 12
        page[100 : 100 + height, x : x + 2] = 0
        page[100:102, x : x + 8] = 0
    assert x_height_of(page, SMALL_TYPE) == x_height_of(page, 50.0) == 12
    assert x_height_of(page, 95.0) == 24


def test_a_few_letters_say_nothing() -> None:
    page = np.full((400, 600), 255, np.uint8)
    cv2.putText(page, "one", (50, 200), cv2.FONT_HERSHEY_SIMPLEX, 2, 0, 3)
    assert x_height_of(page, SMALL_TYPE) is None
