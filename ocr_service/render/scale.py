"""How many pixels a page gets: the dpi asked for, or the highest that fits the limits, with a word to the user."""

from __future__ import annotations

import math

from ocr_service.errors import PageTooLarge

POINTS_PER_INCH = 72

# Leptonica and Tesseract refuse sides of 32,768 pixels and more (INT16_MAX in Tesseract's thresholder).
MAX_SIDE_PIXELS = 32_000

# An A3 page at 250 dpi: a larger one is not rendered finer than it was asked for.
_FINE_PIXELS = 12_000_000

# Below this not even the headline of a poster can be read, so that a result would be a pretence.
MIN_DPI = 10


def fitting_dpi(width_pt: float, height_pt: float, dpi: int, max_pixels: int) -> tuple[int, tuple[str, ...]]:
    """The dpi at which a page of these points is rendered, and a warning where it is not the ``dpi`` asked for.

    The sides are greater than 0. Raises PageTooLarge where the page would have to be rendered at less than 10 dpi.
    """
    width_in, height_in = width_pt / POINTS_PER_INCH, height_pt / POINTS_PER_INCH
    # Sides are rounded up to whole pixels by the renderers: one pixel of each side is kept back for that.
    fits = min(
        (math.sqrt(max_pixels) - 1) / math.sqrt(width_in * height_in),
        (MAX_SIDE_PIXELS - 1) / max(width_in, height_in),
    )
    if fits >= dpi:
        return dpi, ()
    size = f"{width_in:.0f} x {height_in:.0f} inches"
    if fits < MIN_DPI:
        raise PageTooLarge(f"the page is {size}: {max_pixels} pixels would be less than {MIN_DPI} dpi")
    reduced = math.floor(fits)
    return reduced, (f"rendered at {reduced} dpi instead of {dpi}: the page is {size}",)


def fine_dpi(width_pt: float, height_pt: float, dpi: int, max_pixels: int, finest: int) -> tuple[int, tuple[str, ...]]:
    """Like ``fitting_dpi``, but up to ``finest`` dpi where a page is no larger then than an A3 page at 250 dpi."""
    fitting = fitting_dpi(width_pt, height_pt, dpi, max_pixels)
    if finest <= dpi or width_pt * height_pt * dpi**2 / POINTS_PER_INCH**2 > _FINE_PIXELS:
        return fitting
    finer, _ = fitting_dpi(width_pt, height_pt, finest, min(max_pixels, _FINE_PIXELS))
    return (finer, ()) if finer > dpi else fitting


def fitting_size(width: int, height: int, max_pixels: int) -> tuple[int, int]:
    """``width`` x ``height`` pixels, reduced in proportion to what fits ``max_pixels`` and the longest side allowed."""
    factor = min(1.0, math.sqrt(max_pixels / (width * height)), MAX_SIDE_PIXELS / max(width, height))
    return max(1, math.floor(width * factor)), max(1, math.floor(height * factor))
