"""Crops of a page for the VLM: cut out, brought to the pixel limits, JPEG, base64. Runs in a page worker.

The rules follow paddlex 3.7 (``inference/pipelines/paddleocr_vl``); what is done otherwise stands in docs/parity.md.
OpenCV encodes and resizes rather than Pillow: 12 against 16 ms of CPU for the 15 crops of an A4 page at 200 dpi, and
3 against 27 ms for bringing one crop of 1,654 x 1,000 pixels to the limit (measured on one core).
"""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Sequence

import cv2
import numpy as np

from ocr_service.document import Box, Crop, Pixels
from ocr_service.vlm.merge_blocks import Align
from ocr_service.vlm.prompts import Prompt

# One token of PaddleOCR-VL is 28 x 28 pixels: a picture whose sides are multiples of it is not resampled by the server.
_TOKEN_SIDE = 28
# The server refuses more than 200 after its own rounding, so keep a little away from it.
MAX_ASPECT = 190
# Pillow's default, which the official client uses; its model was measured with it.
JPEG_QUALITY = 75
_WHITE = (255, 255, 255)


def cut(page: Pixels, box: Box) -> Pixels:
    """A view of the page's pixels inside ``box``; parts of the box off the page are left out."""
    x0, y0, x1, y1 = box
    return page[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)]


def encode(pixels: Pixels, prompt: Prompt, *, figures: Sequence[tuple[str, str]] = ()) -> Crop:
    """The crop as the VLM gets it: within the prompt's pixel limits, with an aspect ratio that the server takes."""
    fitted = fit(pixels, min_pixels=prompt.min_pixels, max_pixels=prompt.max_pixels)
    height, width = fitted.shape[:2]
    parameters = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(fitted, cv2.COLOR_RGB2BGR), parameters)
    jpeg = encoded.tobytes()
    return Crop(
        prompt=prompt.text,
        jpeg_base64=base64.b64encode(jpeg),
        digest=hashlib.blake2b(jpeg, digest_size=16).digest(),
        blank=len(jpeg) <= _blank_jpeg_bytes(width, height),
        figures=tuple(figures),
        size=(width, height),
        is_table=prompt.kind == "table",
        special_tokens=prompt.special_tokens,
    )


def _blank_jpeg_bytes(width: int, height: int) -> int:
    """The size of a JPEG in which no block differs from its neighbour: 4 bytes a 16 x 16 block, and the tables.

    A single dot adds 19 bytes or more (measured). An answer with no text is right for such a crop, and looking at the
    size costs nothing.
    """
    return 635 + math.ceil(width / 16) * math.ceil(height / 16) * 4


def fit(pixels: Pixels, *, min_pixels: int, max_pixels: int) -> Pixels:
    """Pad to the aspect limit, then resize if there are fewer or more pixels than the limits say."""
    pixels = _pad_to_aspect(pixels)
    height, width = pixels.shape[:2]
    target = fitted_size(width, height, min_pixels=min_pixels, max_pixels=max_pixels)
    if target == (width, height):
        return pixels
    # Cubic sampling leaves pixels out when it more than halves; averaging does not, and costs seven times as much.
    shrinks_much = target[0] * 2 < width
    resized = cv2.resize(pixels, target, interpolation=cv2.INTER_AREA if shrinks_much else cv2.INTER_CUBIC)
    return resized.astype(np.uint8, copy=False)


def fitted_size(width: int, height: int, *, min_pixels: int, max_pixels: int) -> tuple[int, int]:
    """Width and height within the limits, in multiples of a token's side where they have to change at all.

    The arithmetic of ``smart_resize`` in paddlex, so that the server finds nothing left to do.
    """
    if min_pixels <= width * height <= max_pixels and min(width, height) >= _TOKEN_SIDE:
        return width, height
    side = float(_TOKEN_SIDE)
    scale = max(1.0, side / width, side / height)
    wide, high = width * scale, height * scale
    columns, rows = max(1, round(wide / side)), max(1, round(high / side))
    if columns * rows * side * side > max_pixels:
        shrink = math.sqrt(wide * high / max_pixels)
        columns, rows = max(1, math.floor(wide / shrink / side)), max(1, math.floor(high / shrink / side))
    elif columns * rows * side * side < min_pixels:
        grow = math.sqrt(min_pixels / (wide * high))
        columns, rows = math.ceil(wide * grow / side), math.ceil(high * grow / side)
    return columns * _TOKEN_SIDE, rows * _TOKEN_SIDE


def _pad_to_aspect(pixels: Pixels) -> Pixels:
    """White below or to the right of a strip that is too long and thin for the server."""
    height, width = pixels.shape[:2]
    missing_rows = math.ceil(width / MAX_ASPECT) - height
    missing_columns = math.ceil(height / MAX_ASPECT) - width
    if missing_rows <= 0 and missing_columns <= 0:
        return pixels
    padded = cv2.copyMakeBorder(
        pixels, 0, max(0, missing_rows), 0, max(0, missing_columns), cv2.BORDER_CONSTANT, value=_WHITE
    )
    return padded.astype(np.uint8, copy=False)


def without_margins(pixels: Pixels) -> Pixels:
    """A formula's crop cut down to its ink; unchanged when there is none, or hardly any (2 pixels or less).

    Dark means: below 200 of 255 once the crop's own range of grey is stretched to the full one (``crop_margin``).
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    darkest, lightest = int(grey.min()), int(grey.max())
    if darkest == lightest:
        return pixels
    # Stretched value <= 200, with the same rounding down as upstream's table.
    threshold = darkest + math.ceil(201 * (lightest - darkest) / 255) - 1
    x, y, width, height = cv2.boundingRect((grey <= threshold).astype(np.uint8))
    if width <= 2 or height <= 2:
        return pixels
    return pixels[y : y + height, x : x + width]


def enlarged(pixels: Pixels) -> Pixels:
    """Twice the size where both sides are below 1,500 pixels, for spotting (``pre_process_for_spotting``)."""
    height, width = pixels.shape[:2]
    if width >= 1500 or height >= 1500:
        return pixels
    return cv2.resize(pixels, (width * 2, height * 2), interpolation=cv2.INTER_LANCZOS4).astype(np.uint8, copy=False)


def stack(parts: Sequence[Pixels], aligns: Sequence[Align]) -> Pixels:
    """Parts of a broken paragraph above one another on white, each aligned to what lies above it."""
    if len(parts) == 1:
        return parts[0]
    offsets = [0]
    total_width = parts[0].shape[1]
    for part, align in zip(parts[1:], aligns, strict=True):
        wider = max(total_width, part.shape[1])
        above, here = _offset(wider - total_width, align), _offset(wider - part.shape[1], align)
        offsets = [offset + above for offset in offsets] + [here]
        total_width = wider
    canvas = np.full((sum(part.shape[0] for part in parts), total_width, 3), 255, dtype=np.uint8)
    top = 0
    for part, left in zip(parts, offsets, strict=True):
        canvas[top : top + part.shape[0], left : left + part.shape[1]] = part
        top += part.shape[0]
    return canvas


def _offset(space: int, align: Align) -> int:
    return {"left": 0, "center": space // 2, "right": space}[align]


def paint_token(pixels: Pixels, box: Box, token: str) -> None:
    """White out ``box`` (pixels of the crop) and write ``token`` in its middle as large as fits; changes ``pixels``."""
    x0, y0, x1, y1 = box
    cv2.rectangle(pixels, (x0, y0), (x1, y1), _WHITE, thickness=-1)
    font = cv2.FONT_HERSHEY_SIMPLEX
    side = 0.9 * min(x1 - x0, y1 - y0)
    (unit_width, unit_height), _ = cv2.getTextSize(token, font, 1.0, 1)
    scale = min(10.0, max(0.2, side / max(unit_width, unit_height)))
    (width, height), _ = cv2.getTextSize(token, font, scale, 1)
    origin = (x0 + (x1 - x0 - width) // 2, y0 + (y1 - y0 + height) // 2)
    cv2.putText(pixels, token, origin, font, scale, (0, 0, 0), max(1, math.floor(scale * 4)), cv2.LINE_AA)
