"""Paper made even and white before it is read, and left alone where it is so."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_service.document import Gray, PageImage
from ocr_service.tesseract.prepare.preprocess import (
    dark_on_light,
    is_light_on_dark,
    rescaling,
    with_even_illumination,
    without_paper_grain,
)
from tests.support.sheets import DrawnPage, reader_of

_DPI = 200


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
    assert with_even_illumination(page, _DPI) is page


def test_shade_is_taken_off_and_a_dark_picture_stays_dark() -> None:
    page = (paper(2) * np.linspace(1, 0.75, 800)[None, :]).astype(np.uint8)
    page[300:700, 50:400] = 40
    even = with_even_illumination(page, _DPI)
    assert abs(int(np.median(even[:200, :100])) - int(np.median(even[:200, 700:]))) < 10
    assert int(np.median(even[400:600, 150:300])) < 60


def test_a_deep_shade_is_taken_off_too_and_a_picture_in_it_stays_dark() -> None:
    page = paper(2).astype(np.float32)
    page[100:160, 480:700] = 60
    shade = np.linspace(1, 0.35, 800)[None, :] * np.linspace(1, 0.8, 800)[:, None]
    page *= shade
    page[400:700, 300:600] = 20
    even = with_even_illumination(page.astype(np.uint8), _DPI)
    assert int(np.median(even[:, 720:780])) > 0.8 * int(np.median(even[:, 20:80]))  # 0.35 before
    assert int(even[110:150, 500:680].max()) < 0.45 * 235
    assert int(np.median(even[450:650, 350:550])) < 80


def test_rows_of_a_colour_tell_nothing_of_the_light() -> None:
    """On grain, as scans have it: their level is that of paper in a shade, which ends at their edges."""
    page = paper(3)
    page[100:140, 100:700] = page[100:140, 100:700] * np.float32(0.35)
    for top in (140, 300):
        page[top : top + 40, 100:700] = page[top : top + 40, 100:700] * np.float32(0.72)
    assert np.array_equal(with_even_illumination(page, _DPI), page)


def test_a_coloured_ground_beside_white_is_no_shade() -> None:
    page = np.full((1000, 800), 255, np.uint8)
    page[:900] = 165
    page[200:400:8, 100:500] = page[201:400:8, 100:500] = 255  # a fourth of what stands there is light type
    assert np.array_equal(with_even_illumination(page, _DPI), page)


def test_a_sidebar_whose_colour_runs_into_a_lighter_one_is_no_shade() -> None:
    page = np.full((1400, 1000), 255, np.uint8)
    page[:, :400] = np.linspace(190, 120, 1400)[:, None]  # lighter at its top, which alone may be paper in a shade
    page[900:1300:5, 60:340] = 255
    assert np.array_equal(with_even_illumination(page, _DPI), page)


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
    reading = reader_of("eng").read(PageImage(1, np.asarray(page.image), 110), [])
    (region,) = reading.regions
    assert region.content == "The supplier shall deliver"
    assert abs(region.bbox[0] - 100) < 4
    assert 100 <= region.bbox[1] < region.bbox[3] < 125


def slide(ground: str, ink: str, other: str) -> DrawnPage:
    """A page of text on a filled ground with a white margin, as an exported slide has it."""
    page = DrawnPage(1240, 900)
    page.draw.rectangle((20, 20, 1219, 879), fill=ground)
    for row in range(9):
        page.text(120, 100 + 80 * row, "Annual consolidated financial statements", 12, fill=other if row % 3 else ink)
    return page


@pytest.mark.parametrize(
    ("ground", "ink", "expected"),
    [("#04072c", "white", True), ("#303030", "#ffd040", True), ("#505050", "black", False), ("white", "black", False)],
)
def test_light_text_on_a_dark_page_is_told_from_dark_text_on_a_dim_one(ground: str, ink: str, expected: bool) -> None:
    gray = slide(ground, ink, ink).gray()
    assert is_light_on_dark(gray) is expected
    assert np.array_equal(dark_on_light(gray), 255 - gray if expected else gray)


def test_a_dark_slide_is_read_in_full() -> None:
    read = reader_of("eng").read(slide("#04072c", "white", "#1ca0b0").page(), [])
    assert sum(region.content.count("Annual consolidated financial statements") for region in read.regions) == 9
    assert read.coverage == 1.0
    assert not [region for region in read.regions if region.label == "seal"]


def test_boxes_near_the_lower_edge_of_a_dark_slide_are_in_no_shade() -> None:
    """Between their tiles and those of the paper below is none of the slide alone."""
    page = DrawnPage(1600, 1600)
    page.draw.rectangle((140, 100, 1480, 976), fill="#2a2a2a")
    page.text(220, 180, "Copies that are judged", 24, fill="white")
    for left, fill in ((220, "#a2a2a2"), (520, "#b0b0b0")):
        page.draw.rectangle((left, 786, left + 200, 912), fill=fill)
        page.text(left + 30, 800, "33%", 20, fill="white")
    even = with_even_illumination(page.gray(), _DPI)
    assert int(np.median(even[790:800, 225:415])) < 180
    assert int(np.median(even[790:800, 525:715])) < 195
