"""A page's picture with the outlines of its regions, their labels and scores."""

from __future__ import annotations

import io
from pathlib import Path
from zlib import crc32

from PIL import Image, ImageDraw, ImageFont

from ocr_service.document import PageResult, RegionResult

_COLOURS = ("#d62728", "#1f77b4", "#2ca02c", "#9467bd", "#e377c2", "#8c564b", "#17becf", "#ff7f0e")
_JPEG_QUALITY = 80


def layout_picture(picture: Path, page: PageResult) -> bytes:
    """JPEG of the page's ``picture`` with each region's outline, label and score; one colour a label."""
    with Image.open(picture) as opened:
        image = opened.convert("RGB")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(max(12, image.width // 80))
    scale = image.width / max(page.width, 1), image.height / max(page.height, 1)
    for region in page.regions:
        colour = _COLOURS[crc32(region.label.encode()) % len(_COLOURS)]
        points = [(x * scale[0], y * scale[1]) for x, y in region.corners]
        draw.polygon(points, outline=colour, width=max(2, image.width // 600))
        draw.text(points[0], _caption(region), colour, font, anchor="lb")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=_JPEG_QUALITY)
    return buffer.getvalue()


def _caption(region: RegionResult) -> str:
    return region.label if region.score is None else f"{region.label} {region.score:.2f}"
