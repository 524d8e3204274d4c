"""Angles of pages drawn here, and boxes mapped between the page and its level copy."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from ocr_service.document import Gray
from ocr_service.geometry.deskew import deskew, sheared_level, skew_angle, slope_of

WIDTH, HEIGHT = 1240, 1754


def lines_of_text(angle: float = 0.0) -> Gray:
    """A page of lines of small blocks, rotated clockwise by ``angle`` degrees."""
    page = np.full((HEIGHT, WIDTH), 255, np.uint8)
    sizes = np.random.default_rng(1).integers(6, 14, 10_000)
    count = 0
    for y in range(250, 1500, 34):
        x = 200
        while x < 1000:
            page[y : y + 14, x : x + sizes[count]] = 0
            x += int(sizes[count]) + (14 if count % 6 == 0 else 4)
            count += 1
    matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), -angle, 1.0)
    return cv2.warpAffine(page, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderValue=255).astype(np.uint8)


@pytest.mark.parametrize("angle", [-11.0, -5.3, -0.4, 0.4, 8.25, 11.5])
def test_the_angle_of_a_rotated_page_is_found(angle: float) -> None:
    page = lines_of_text(angle)
    assert skew_angle(page) == pytest.approx(angle, abs=0.1)
    assert slope_of(page) == pytest.approx(math.tan(math.radians(angle)), abs=0.002)


@pytest.mark.parametrize("page", [lines_of_text(), np.full((600, 400), 255, np.uint8)])
def test_a_level_page_and_an_empty_one_stay_as_they_are(page: Gray) -> None:
    level, skew = deskew(page)
    assert level is page
    assert skew.angle == 0.0
    assert skew.to_page((1, 2, 30, 40)) == (1, 2, 30, 40)
    assert slope_of(page) == 0.0


def test_a_deskewed_page_is_level_and_whole() -> None:
    page = lines_of_text(6.0)
    level, skew = deskew(page)
    assert skew.angle == pytest.approx(6.0, abs=0.1)
    assert abs(skew_angle(level)) < 0.15
    assert level.shape[0] > HEIGHT
    assert level.shape[1] > WIDTH
    assert int((level < 128).sum()) == pytest.approx(int((page < 128).sum()), rel=0.02)


def test_a_box_of_the_level_page_is_found_again_on_the_page() -> None:
    _, skew = deskew(lines_of_text(5.0))
    page = np.zeros((HEIGHT, WIDTH), np.uint8)
    page[800:820, 300:700] = 255
    size = (1500, 2000)
    moved = cv2.warpAffine(page, skew.to_level, size)
    x, y, w, h = cv2.boundingRect(moved)
    x0, y0, x1, y1 = skew.from_page(skew.to_page((x, y, x + w, y + h)))
    assert abs((x0 + x1) / 2 - (x + w / 2)) < 3
    assert abs((y0 + y1) / 2 - (y + h / 2)) < 3
    back = skew.to_page((x, y, x + w, y + h))
    assert back[0] <= 300
    assert back[1] <= 800
    assert back[2] >= 700
    assert back[3] >= 820


@pytest.mark.parametrize("angle", [-9.0, 4.0])
def test_a_sheared_page_is_level(angle: float) -> None:
    page = lines_of_text(angle)
    level, offset = sheared_level(page, slope_of(page))
    assert abs(skew_angle(level)) < 0.2
    assert offset == (math.ceil(slope_of(page) * WIDTH) if angle > 0 else 0)
