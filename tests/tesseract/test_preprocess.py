"""Paper made even and white before it is read, and left alone where it is so."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_service.document import Gray, PageImage
from ocr_service.tesseract.preprocess import rescaling, with_even_illumination, without_paper_grain
from ocr_service.tesseract.reader import TesseractReader
from tests.support.sheets import DrawnPage


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


def test_a_deep_shade_is_taken_off_too_and_a_picture_in_it_stays_dark() -> None:
    page = paper(2).astype(np.float32)
    page[100:160, 480:700] = 60
    shade = np.linspace(1, 0.35, 800)[None, :] * np.linspace(1, 0.8, 800)[:, None]
    page *= shade
    page[400:700, 300:600] = 20
    even = with_even_illumination(page.astype(np.uint8))
    assert int(np.median(even[:, 720:780])) > 0.8 * int(np.median(even[:, 20:80]))  # 0.35 before
    assert int(even[110:150, 500:680].max()) < 0.45 * 235
    assert int(np.median(even[450:650, 350:550])) < 80


@pytest.mark.parametrize(
    ("dpi", "size", "scale"),
    [
        (110, (1286, 910), 1.5),
        (150, (1754, 1240), 4 / 3),
        (200, (2339, 1654), 1.0),
    ],
)
def test_a_coarse_page_is_enlarged(dpi: int, size: tuple[int, int], scale: float) -> None:
    assert rescaling(np.full(size, 255, np.uint8), dpi) == (scale, round(dpi * scale))


def test_boxes_of_an_enlarged_page_are_those_of_the_page() -> None:
    page = DrawnPage(910, 400)
    page.text(100, 100, "The supplier shall deliver", 6)
    reading = TesseractReader("eng").read(PageImage(1, np.asarray(page.image), 110), [])
    (region,) = reading.regions
    assert region.content == "The supplier shall deliver"
    assert abs(region.bbox[0] - 100) < 4
    assert 100 <= region.bbox[1] < region.bbox[3] < 125
