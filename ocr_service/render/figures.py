"""Figures cut out of a page and kept as files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from ocr_service.document import PageImage, Region
from ocr_service.storage.atomic_write import atomic_file
from ocr_service.storage.space import storage_errors

# Text in a figure stays crisp, at a tenth of PNG's time.
_JPEG_QUALITY = 90
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9_]+")


def save_figures(page: PageImage, regions: Sequence[Region], directory: Path) -> tuple[str, ...]:
    """Write each region's crop as JPEG into ``directory``, whole or not at all; doing it twice does no harm.

    Returns a name for each region, in their order, relative to the folder that ``directory`` is in:
    ``images/p0003_r05_image.jpg`` for page 3, sixth region (``order`` 5) with label ``image``. Where a box lies outside
    the page, the part on the page is taken, at least one pixel.
    """
    directory.mkdir(parents=True, exist_ok=True)
    return tuple(f"{directory.name}/{_save(page, region, directory)}" for region in regions)


def _save(page: PageImage, region: Region, directory: Path) -> str:
    name = f"p{page.number:04d}_r{region.order:02d}_{_NOT_IN_A_NAME.sub('_', region.label.lower())}.jpg"
    x0, y0, x1, y1 = region.bbox
    left, top = min(max(x0, 0), page.width - 1), min(max(y0, 0), page.height - 1)
    right, bottom = max(min(x1, page.width), left + 1), max(min(y1, page.height), top + 1)
    with storage_errors("OUTPUT_DIR"), atomic_file(directory / name) as file:
        Image.fromarray(page.pixels[top:bottom, left:right]).save(
            file, "JPEG", quality=_JPEG_QUALITY, dpi=(page.dpi, page.dpi)
        )
    return name
