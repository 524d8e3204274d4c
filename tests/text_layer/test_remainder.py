"""What is on a page besides its text layer."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_service.text_layer.remainder import has_pictures, has_writing


@pytest.mark.parametrize("shape", [(1, 1), (1, 2339), (2339, 1), (2, 2)])
def test_a_page_of_a_pixel_has_nothing(shape: tuple[int, int]) -> None:
    gray = np.full(shape, 255, np.uint8)
    assert not has_writing(gray, 200)
    assert not has_pictures(gray, 200)
