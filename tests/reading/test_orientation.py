"""Quarter turns found and undone; what has no text stays as it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr_service.document import PageImage
from ocr_service.errors import EngineUnavailable
from ocr_service.reading.orientation import upright

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf")


def _letter() -> Image.Image:
    image = Image.new("RGB", (1000, 1400), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(FONT, 30)
    for line in range(14):
        draw.text((80, 100 + 48 * line), "Поставщик обязуется передать товар в срок", fill="black", font=font)
    return image


@pytest.mark.parametrize("clockwise", [0, 90, 180, 270])
def test_a_turned_page_comes_out_upright(clockwise: int) -> None:
    original = np.asarray(_letter())
    turned = np.ascontiguousarray(np.rot90(original, k=-clockwise // 90))
    page = upright(PageImage(1, turned, 200))
    assert page.angle == (360 - clockwise) % 360
    assert np.array_equal(page.pixels, original)


def test_pages_without_text_are_left_alone() -> None:
    blank = np.full((1400, 1000, 3), 255, np.uint8)
    picture = np.random.default_rng(3).integers(0, 255, (1400, 1000, 3), dtype=np.uint8)
    assert upright(PageImage(1, blank, 200)).angle == 0
    assert upright(PageImage(1, picture, 200)).angle == 0


def test_missing_orientation_data_names_the_package(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="tesseract-ocr-osd"):
        upright(PageImage(1, np.full((50, 50, 3), 255, np.uint8), 200), tmp_path)
