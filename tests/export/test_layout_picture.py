"""The page with the outlines of its regions."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

from PIL import Image

from ocr_service.export.layout_picture import layout_picture
from tests.support.pages import HEIGHT, WIDTH, page, region


def drawn(path: Path, polygon: tuple[int, ...] | None) -> Image.Image:
    Image.new("RGB", (WIDTH // 2, HEIGHT // 2), "white").save(path)
    box = replace(region("text", "Text"), bbox=(100, 200, 300, 400), polygon=polygon)
    return Image.open(io.BytesIO(layout_picture(path, page(1, box))))


def test_a_region_is_outlined_where_it_stands_on_a_smaller_picture_of_its_page(tmp_path: Path) -> None:
    for polygon in (None, (100, 200, 300, 200, 300, 400, 100, 400)):
        picture = drawn(tmp_path / "page.png", polygon)
        assert picture.format == "JPEG" and picture.size == (WIDTH // 2, HEIGHT // 2)
        greys = [picture.convert("L").getpixel(point) for point in ((50, 150), (150, 150), (100, 200))]
        assert all(isinstance(grey, int) and grey < 200 for grey in greys)
        assert picture.convert("L").getpixel((100, 150)) == 255
