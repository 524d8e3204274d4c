"""A page as a picture for people: what was read, as it was read, to lay beside its text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ocr_service.document import FileType
from ocr_service.render.rasterise import render_page
from ocr_service.storage.atomic_write import atomic_file
from ocr_service.storage.space import storage_errors

# An A4 page at 200 dpi whole; larger ones would only be scaled down by the browser.
LONGEST = 2400  # pixels
THUMBNAIL = 240
# Half the bytes of 90, and text still crisp: 0.3 MB for a scanned A4 page at 200 dpi.
_JPEG_QUALITY = 80


@dataclass(frozen=True, slots=True)
class PictureTask:
    """A page to draw. ``width``, ``height`` (pixels), ``dpi`` and ``angle`` are those of its result.

    Both sides are 0 for a page that is not read: it is drawn as the document has it. ``longest``: pixels of the longer
    side at most.
    """

    path: Path
    type: FileType
    number: int
    password: str
    width: int
    height: int
    dpi: int
    angle: int
    target: Path
    longest: int = LONGEST


def write_picture(task: PictureTask) -> None:
    """Writes the page as JPEG to ``target``, whole or not at all, with the sides of its result or in their proportion.

    Raises what ``render_page`` raises.
    """
    # Never above the size that it was read at, which the service's own limit had its say in.
    pixels = task.width * task.height or LONGEST * LONGEST
    page = render_page(task.path, task.type, task.number, dpi=task.dpi, max_pixels=pixels, password=task.password)
    image = Image.fromarray(np.rot90(page.pixels, -task.angle // 90))
    width, height = (task.width, task.height) if task.width and task.height else image.size
    share = min(1.0, task.longest / max(width, height))
    size = (max(1, round(width * share)), max(1, round(height * share)))
    if image.size != size:
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    with storage_errors("TEMP_DIR"), atomic_file(task.target) as file:
        image.save(file, "JPEG", quality=_JPEG_QUALITY)
