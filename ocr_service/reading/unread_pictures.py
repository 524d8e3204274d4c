"""Pictures of text that the VLM could not read and no layout model saw: named in the page worker, kept afterwards.

Whether such a place is read is known only when its answer is there, and then the page's pixels are gone: the crop that
was sent is the picture.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ocr_service.document import UNREAD_LABEL, PageResult, PreparedPage, PreparedRegion
from ocr_service.storage.atomic_write import atomic_file
from ocr_service.storage.space import storage_errors


def with_picture_names(
    prepared: Sequence[PreparedRegion], page: int, images: Path | None
) -> tuple[PreparedRegion, ...]:
    """The regions, those that only their ink showed with the file that a picture of them would have."""
    if images is None:
        return tuple(prepared)
    return tuple(
        replace(each, image=f"{images.name}/p{page:04d}_r{each.region.order:02d}_{UNREAD_LABEL}.jpg")
        if each.missed and each.crop is not None
        else each
        for each in prepared
    )


def keep_unread_pictures(page: PreparedPage, result: PageResult, images: Path) -> None:
    """Writes the pictures that ``result`` names. Raises StorageFull where ``images`` has no room."""
    named = {region.image for region in result.regions if region.label == UNREAD_LABEL}
    for each in page.regions:
        if each.missed and each.crop is not None and each.image is not None and each.image in named:
            images.mkdir(parents=True, exist_ok=True)
            with storage_errors("OUTPUT_DIR"), atomic_file(images / Path(each.image).name) as file:
                file.write_bytes(base64.b64decode(each.crop.jpeg_base64))
