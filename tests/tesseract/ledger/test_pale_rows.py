"""Rows of letters that are too pale for the sheet's ink."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from ocr_service.tesseract.ledger.pale_rows import with_pale_rows
from tests.support.sheets import DPI, DrawnPage, reader_of


def with_rows(page: DrawnPage) -> np.ndarray:
    return with_pale_rows(page.gray(), page.page().pixels, DPI)


@pytest.mark.parametrize("fill", ["#f0f0f0", "#d0ffd0", "#ffffaa"])
def test_a_pale_row_is_read_beside_dark_ones(fill: str) -> None:
    page = DrawnPage(1240, 500)
    page.text(100, 80, "Delivery within ten days", 11)
    page.text(100, 300, "Storage conditions apply", 11, fill=fill)
    reading = reader_of("eng").read(page.page(), [])
    text = " ".join(region.content for region in reading.regions)
    assert "Delivery within ten days" in text and "Storage conditions apply" in text
    assert reading.coverage == 1.0


@pytest.mark.parametrize(
    ("ground", "fill"), [("#ff0000", "#008a00"), ("#00a000", "#e03030"), ("#b05ad0", "#4a8a30"), ("#2060ff", "#a05000")]
)
def test_letters_as_light_as_their_coloured_ground_are_read(ground: str, fill: str) -> None:
    page = DrawnPage(1240, 500)
    page.text(100, 80, "Delivery within ten days", 11)
    page.draw.rectangle((80, 280, 1160, 360), fill=ground)
    page.text(100, 300, "Storage conditions apply", 12, bold=True, fill=fill)
    reading = reader_of("eng").read(page.page(), [])
    text = " ".join(region.content for region in reading.regions)
    assert "Storage conditions apply" in text
    assert reading.coverage == 1.0


def test_coloured_letters_that_grey_shows_stay_as_they_are() -> None:
    page = DrawnPage(1240, 500)
    page.draw.rectangle((80, 280, 1160, 360), fill="#002080")
    page.text(100, 300, "Storage conditions apply", 12, fill="#ffff60")
    page.text(100, 80, "Delivery within ten days", 11, fill="#c00000")
    assert np.array_equal(with_rows(page), page.gray())


def test_ink_of_a_stamp_that_was_taken_away_does_not_come_back() -> None:
    page = DrawnPage(1240, 500)
    page.text(100, 300, "Storage conditions apply", 11, fill="#ff8080")
    without = np.full_like(page.gray(), 255)
    box = (80, 280, 1160, 360)
    assert np.array_equal(with_pale_rows(without, page.page().pixels, DPI, [box]), without)
    assert not np.array_equal(with_pale_rows(without, page.page().pixels, DPI), without)


def test_a_page_without_pale_rows_stays_as_it_is() -> None:
    page = DrawnPage(1240, 500)
    page.text(100, 80, "Delivery within ten days", 11)
    for x in range(100, 1100, 100):
        page.draw.ellipse((x, 300, x + 60, 330 + x // 10), fill="#f2f2f2")
    assert np.array_equal(with_rows(page), page.gray())


def test_dark_text_over_a_pale_row_stays_as_it_is() -> None:
    page = DrawnPage(1240, 500)
    page.text(100, 100, "COPY COPY COPY COPY", 14, fill="#eeeeee")
    page.text(110, 104, "Delivery within ten days", 11)
    assert np.array_equal(with_rows(page), page.gray())


def test_the_other_side_of_the_sheet_that_shines_through_stays_as_it_is() -> None:
    page = DrawnPage(1240, 500)
    page.text(100, 80, "Delivery within ten days", 11)
    page.text(100, 300, "Storage conditions apply", 11, fill="#e8e8e8")
    paler = page.image.transpose(Image.Transpose.FLIP_LEFT_RIGHT).filter(ImageFilter.GaussianBlur(1.5))
    through = DrawnPage(1240, 500)
    through.image.paste(paler.crop((0, 250, 1240, 400)), (0, 250))
    through.text(100, 80, "Delivery within ten days", 11)
    assert np.array_equal(with_rows(through), through.gray())


def test_a_dark_page_stays_as_it_is() -> None:
    page = DrawnPage(1240, 500)
    page.draw.rectangle((0, 0, 1240, 500), fill="#202020")
    page.text(100, 100, "Delivery within ten days", 11, fill="white")
    assert np.array_equal(with_rows(page), page.gray())
