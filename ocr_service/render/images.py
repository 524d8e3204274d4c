"""Image files through Pillow: every mode becomes upright RGB on white, at the image's own resolution."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from ocr_service.document import FileType, PageImage, Pixels
from ocr_service.errors import DamagedFile, PageTooLarge, RenderFailed
from ocr_service.geometry.font_metrics import X_HEIGHT
from ocr_service.geometry.letter_height import x_height_of
from ocr_service.render.scale import MIN_DPI, POINTS_PER_INCH, fitting_size

# Sizes are judged here, by the header and before anything is decoded; Pillow's own guard refuses at a fixed count of
# pixels, also those JPEGs that are decoded at an eighth of their size in little memory.
Image.MAX_IMAGE_PIXELS = None

# What a decoded image may take. Half of it again is needed beside it while it is reduced to a page's pixels; a worker
# may take 2 GiB in all. Enough for an A0 scan in colour at 300 dpi (558 MB).
_MAX_DECODED_BYTES = 600_000_000

_PLUGINS: dict[FileType, tuple[str, ...]] = {
    "png": ("PNG",),
    "jpeg": ("JPEG", "MPO"),
    "tiff": ("TIFF",),
    "webp": ("WEBP",),
    "bmp": ("BMP",),
}

# Bytes that Pillow keeps for a pixel; all else, RGB too, takes four.
_ONE_BYTE_MODES = frozenset({"1", "L", "P"})
_TWO_BYTE_MODES = frozenset({"I;16", "I;16B", "I;16L", "I;16N"})

_A4_LONG_SIDE_IN = 11.69
_LONGEST_BELIEVABLE_IN = 24.0
_SHORTEST_BELIEVABLE_IN = 5.5  # an A6 page has 5.8: a smaller one is a card, a part of a page, or its dpi is wrong
_SMALLEST_TYPE_PT = 4.5  # points of the type of a page's text: bibles and dictionaries go down to 5
_ORDINARY_TYPE = 50.0  # percent of the letters: specks are smaller, headings are few
_SCANNER_DPI = range(150, 2401)
_DEFAULT_DPI_OF_SOFTWARE = range(70, 150)  # 72 and 96 are written by cameras and editors that know no better
_GUESSED_DPI = (72, 600)

# Pillow's readers meet damage with any of these, depending on the format and the place.
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    ArithmeticError,
    AttributeError,
    RuntimeError,
    struct.error,
    zlib.error,
)


def count_image_pages(path: Path, file_type: FileType) -> int:
    """Frames of a TIFF; 1 for everything else (of an animation the first picture is read). Raises DamagedFile."""
    with _open_image(path, file_type) as image:
        return int(getattr(image, "n_frames", 1)) if file_type == "tiff" else 1


def render_image(path: Path, file_type: FileType, number: int, *, max_pixels: int) -> PageImage:
    """Frame ``number`` (1-based) of the image, upright, RGB, on white.

    It keeps its own pixels, since enlarging adds nothing and reducing loses strokes; only above ``max_pixels`` it is
    reduced, with a warning. ``dpi`` is the file's where it can be believed, also by the
    size of its letters, else what makes the long side that of A4.
    Raises DamagedFile, PageTooLarge, and RenderFailed where the file has fewer frames.
    """
    with _open_image(path, file_type) as image:
        if number > 1:
            _seek(image, number)
        full_width, full_height = image.size
        target = fitting_size(full_width, full_height, max_pixels)
        if file_type == "jpeg":
            image.draft(None, target)  # decodes at 1/2, 1/4 or 1/8, never below the target
        _check_decoded_size(image, full_width, full_height)
        written = _written_dpi(image, full_width, full_height)
        image.load()
        rgb = _reduced(_eight_bit(image), target)
        pixels = np.asarray(_on_white(ImageOps.exif_transpose(rgb)))
    dpi = written or _guessed_dpi(full_width, full_height)
    if target == (full_width, full_height):
        return PageImage(number, pixels, _dpi_by_type(pixels, dpi))
    dpi = max(MIN_DPI, round(dpi * target[0] / full_width))
    warning = f"reduced from {full_width} x {full_height} to {target[0]} x {target[1]} pixels (limit {max_pixels})"
    return PageImage(number, pixels, dpi, warnings=(warning,))


@contextmanager
def _open_image(path: Path, file_type: FileType) -> Iterator[Image.Image]:
    # The file is opened outside: one that is gone is not a damaged one.
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's remarks on odd metadata help nobody here
        try:
            with Image.open(file, formats=_PLUGINS[file_type]) as image:
                yield image
        except _DAMAGE as exc:
            raise DamagedFile(f"the {file_type.upper()} image is damaged: {_first_line(exc)}") from exc


def _first_line(exc: BaseException) -> str:
    if isinstance(exc, UnidentifiedImageError):
        return "its header cannot be read"
    return (str(exc).splitlines() or [type(exc).__name__])[0][:200]


def _seek(image: Image.Image, number: int) -> None:
    try:
        image.seek(number - 1)
    except EOFError as exc:
        raise RenderFailed(f"the image has no page {number}") from exc


def _check_decoded_size(image: Image.Image, full_width: int, full_height: int) -> None:
    pixel_bytes = 1 if image.mode in _ONE_BYTE_MODES else 2 if image.mode in _TWO_BYTE_MODES else 4
    needed = image.width * image.height * pixel_bytes
    if "progressive" in image.info:  # libjpeg keeps all coefficients, two bytes each, at whatever size it then decodes
        needed = max(needed, full_width * full_height * len(image.getbands()) * 2)
    if needed > _MAX_DECODED_BYTES:
        raise PageTooLarge(
            f"the image is {full_width} x {full_height} pixels and would take {needed // 1_000_000} MB when decoded;"
            f" at most {_MAX_DECODED_BYTES // 1_000_000} MB are allowed"
        )


def _written_dpi(image: Image.Image, full_width: int, full_height: int) -> int | None:
    """The dpi that the file names; None where it cannot be that of a page."""
    written = image.info.get("dpi")
    try:
        dpi = round(float(written[0])) if written else 0
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        dpi = 0
    default = dpi in _DEFAULT_DPI_OF_SOFTWARE and max(full_width, full_height) / dpi <= _LONGEST_BELIEVABLE_IN
    return dpi if dpi in _SCANNER_DPI or default else None


def _guessed_dpi(full_width: int, full_height: int) -> int:
    lowest, highest = _GUESSED_DPI
    return min(highest, max(lowest, round(max(full_width, full_height) / _A4_LONG_SIDE_IN)))


def _dpi_by_type(pixels: Pixels, dpi: int) -> int:
    """``dpi`` unless nobody prints type so small: a scan was reduced for the screen, and kept the dpi it had."""
    height, width = pixels.shape[:2]
    if max(height, width) >= _SHORTEST_BELIEVABLE_IN * dpi:
        return dpi
    x_height = x_height_of(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8), _ORDINARY_TYPE)
    if x_height is None or x_height >= _SMALLEST_TYPE_PT / POINTS_PER_INCH * X_HEIGHT * dpi:
        return dpi
    return min(dpi, _guessed_dpi(width, height))


def _eight_bit(image: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits as 8 bits; palettes and bilevel in a mode that can be averaged; the rest as it is."""
    if image.mode == "1":
        return image.convert("L")
    if image.mode == "P" or image.mode == "PA":
        return image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")
    if image.mode.startswith(("I", "F")):
        return Image.fromarray(_stretched(np.asarray(image)), "L")
    return image


def _stretched(values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Deep grey to 8 bits, height x width.

    Whole numbers are divided by the depth that holds the brightest (12-bit scanners store theirs in 16 bits, where it
    would be black on dark grey); fractions go from their darkest to their brightest.
    """
    if values.dtype.kind in "iu":
        brightest = int(values.max(initial=0))
        shift = max(0, brightest.bit_length() - 8)
        shifted: npt.NDArray[np.uint8] = np.clip(values >> shift, 0, 255).astype(np.uint8)
        return shifted
    finite = np.nan_to_num(values.astype(np.float32), posinf=0, neginf=0)
    low, high = float(finite.min(initial=0)), float(finite.max(initial=0))
    return ((finite - low) * (255 / (high - low) if high > low else 0)).astype(np.uint8)


def _reduced(image: Image.Image, target: tuple[int, int]) -> Image.Image:
    # The gap of 2: first whole-number averaging to within twice the target, then a good filter (Pillow's advice).
    if image.width <= target[0] and image.height <= target[1]:
        return image
    return image.resize(target, Image.Resampling.BOX, reducing_gap=2.0)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "RGBa", "La") or "transparency" in image.info:
        layer = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(layer, mask=layer.getchannel("A"))
        return paper
    return image if image.mode == "RGB" else image.convert("RGB")
