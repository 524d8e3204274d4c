"""What the VLM cannot read of text that no layout model saw is kept as a picture."""

from __future__ import annotations

import base64
from pathlib import Path

from ocr_service.document import Crop, PreparedPage, PreparedRegion, Region
from ocr_service.errors import RecognitionFailed
from ocr_service.reading.unread_pictures import keep_unread_pictures, with_picture_names
from ocr_service.vlm.assemble_page import assemble_page
from ocr_service.vlm.read_region import RegionReading

CROP = Crop("OCR:", base64.b64encode(b"jpeg"), b"digest", letters=30)
SEEN = PreparedRegion(Region("text", (0, 0, 100, 50), 0, 0.9), CROP, ink=100)
MISSED = PreparedRegion(Region("text", (0, 60, 100, 90), 1, 0.0), CROP, ink=50, missed=True)


def prepared(images: Path | None) -> PreparedPage:
    return PreparedPage(3, 1000, 1400, 200, 0, with_picture_names([SEEN, MISSED], 3, images))


def test_the_picture_of_an_unread_place_is_kept_and_shown(tmp_path: Path) -> None:
    images = tmp_path / "images"
    page = prepared(images)
    failed = RegionReading("", 3, error=RecognitionFailed("empty answer"))
    result = assemble_page(page, [RegionReading("Цена товара", 1), failed], seconds=0)
    keep_unread_pictures(page, result, images)
    assert [path.name for path in images.iterdir()] == ["p0003_r01_unread.jpg"]
    assert (images / "p0003_r01_unread.jpg").read_bytes() == b"jpeg"
    assert result.markdown == "Цена товара\n\n![](images/p0003_r01_unread.jpg)"


def test_what_was_read_leaves_no_picture(tmp_path: Path) -> None:
    images = tmp_path / "images"
    page = prepared(images)
    result = assemble_page(page, [RegionReading("Цена товара", 1), RegionReading("Итого", 1)], seconds=0)
    keep_unread_pictures(page, result, images)
    assert not images.exists()
    assert result.markdown == "Цена товара\n\nИтого"


def test_without_a_folder_for_images_the_page_says_where_it_is() -> None:
    page = prepared(None)
    failed = RegionReading("", 3, error=RecognitionFailed("empty answer"))
    result = assemble_page(page, [RegionReading("Цена товара", 1), failed], seconds=0)
    assert "<!-- text that could not be read at 0,60,100,90 -->" in result.markdown
