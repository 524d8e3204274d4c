"""Paper made even and white before it is read, and left alone where it is so."""

from __future__ import annotations

import numpy as np

from ocr_service.document import Gray
from ocr_service.tesseract.preprocess import with_even_illumination, without_paper_grain


def paper(grain: float) -> Gray:
    return np.random.default_rng(3).normal(235, grain, (800, 800)).clip(0, 255).astype(np.uint8)


def test_coarse_grain_becomes_white_and_ink_stays_dark() -> None:
    page = paper(13)
    page[100:120, 100:300] = 60
    clean = without_paper_grain(page)
    assert float((clean[200:] == 255).mean()) > 0.95
    assert int(clean[100:120, 100:300].max()) < 80


def test_a_clean_and_evenly_lit_page_is_left_as_it_is() -> None:
    page = paper(3)
    assert without_paper_grain(page) is page
    assert with_even_illumination(page) is page


def test_shade_is_taken_off_and_a_dark_picture_stays_dark() -> None:
    page = (paper(2) * np.linspace(1, 0.75, 800)[None, :]).astype(np.uint8)
    page[300:700, 50:400] = 40
    even = with_even_illumination(page)
    assert abs(int(np.median(even[:200, :100])) - int(np.median(even[:200, 700:]))) < 10
    assert int(np.median(even[400:600, 150:300])) < 60
