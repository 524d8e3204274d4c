"""How many pixels a page gets."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_service.errors import PageTooLarge
from ocr_service.render.scale import MAX_SIDE_PIXELS, fine_dpi, fitting_dpi, fitting_size


def test_a_page_that_fits_keeps_the_dpi_asked_for() -> None:
    assert fitting_dpi(595, 842, 200, 40_000_000) == (200, ())


def test_a_large_page_gets_the_highest_dpi_that_fits_and_a_warning() -> None:
    dpi, warnings = fitting_dpi(2384, 3370, 300, 40_000_000)
    assert dpi < 300
    assert math.ceil(2384 / 72 * dpi) * math.ceil(3370 / 72 * dpi) <= 40_000_000
    assert f"{dpi} dpi instead of 300" in warnings[0]


def test_a_page_of_which_nothing_could_be_read_is_refused() -> None:
    with pytest.raises(PageTooLarge):
        fitting_dpi(200_000, 200_000, 200, 1_000_000)


@pytest.mark.parametrize(
    ("points", "dpi", "most", "expected"),
    [
        ((595, 842), 100, 40_000_000, 200),
        ((595, 842), 300, 40_000_000, 300),
        ((2384, 3370), 60, 40_000_000, 87),  # A0: 12 megapixels
        ((2384, 3370), 150, 40_000_000, 150),
        ((595, 842), 100, 1_500_000, 124),
    ],
)
def test_a_page_is_rendered_finer_where_it_is_not_too_large(
    points: tuple[int, int], dpi: int, most: int, expected: int
) -> None:
    assert fine_dpi(*points, dpi, most, 200) == (expected, ())


def test_a_page_that_does_not_fit_as_asked_is_rendered_no_finer() -> None:
    assert fine_dpi(595, 842, 100, 500_000, 200) == fitting_dpi(595, 842, 100, 500_000)


@given(st.integers(1, 200_000), st.integers(1, 200_000), st.integers(250_000, 40_000_000))
def test_an_image_fits_and_keeps_its_proportion(width: int, height: int, most: int) -> None:
    fitted_width, fitted_height = fitting_size(width, height, most)
    assert fitted_width * fitted_height <= most or 1 in (fitted_width, fitted_height)
    assert 1 <= fitted_width <= min(width, MAX_SIDE_PIXELS)
    assert 1 <= fitted_height <= min(height, MAX_SIDE_PIXELS)
