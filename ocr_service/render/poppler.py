"""The second renderer: poppler's pdftoppm, for the rare page that PDFium cannot load, or not draw completely.

It is a child of the worker and inherits the worker's limits. Should the worker be killed meanwhile, its process group
is killed with it (see ``worker_process.py``), and the time limit below bounds it. Only where the app itself is killed
it may go on for some seconds, until it writes its picture into a pipe that nobody reads, or meets the CPU limit.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pdf2image
from pdf2image.exceptions import (
    PDFPageCountError,
    PDFPopplerTimeoutError,
    PDFSyntaxError,
    PopplerNotInstalledError,
)
from PIL import UnidentifiedImageError

from ocr_service.document import PageImage
from ocr_service.errors import RenderFailed
from ocr_service.render.scale import fine_dpi

# Poppler takes 4 to 10 times as long as PDFium, which takes 10 to 70 ms for an ordinary page.
_TIMEOUT_S = 15
_COUNT_TIMEOUT_S = 5

_FAILURES = (
    PopplerNotInstalledError,
    PDFPageCountError,
    PDFPopplerTimeoutError,
    PDFSyntaxError,
    subprocess.SubprocessError,
    UnidentifiedImageError,
    OSError,
    ValueError,
)


def render_with_poppler(
    path: Path,
    number: int,
    *,
    dpi: int,
    max_pixels: int,
    password: str = "",
    finest: int = 0,
    reason: str = "pdfium could not load the page",
) -> PageImage:
    """Page ``number`` (1-based) as poppler draws it; a warning gives the ``reason``.

    Raises RenderFailed and PageTooLarge.
    """
    if not password:
        page = _rendered(path, number, dpi, max_pixels, finest)
    else:
        with _decrypted(path, number, password) as copy:
            page = _rendered(copy, number, dpi, max_pixels, finest)
    return replace(page, warnings=(*page.warnings, f"rendered by poppler: {reason}"))


@contextmanager
def _decrypted(path: Path, number: int, password: str) -> Iterator[Path]:
    """A copy in memory that opens without a password: poppler takes one on its command line alone, which any process
    of the machine can read."""
    import pikepdf  # 20 MB that nearly no worker needs

    descriptor = os.memfd_create("decrypted")
    try:
        try:
            with pikepdf.open(path, password=password) as pdf, os.fdopen(os.dup(descriptor), "w+b") as file:
                pdf.save(file)
        except (pikepdf.PdfError, pikepdf.PasswordError) as exc:
            raise RenderFailed.page(number) from exc
        yield Path(f"/proc/{os.getpid()}/fd/{descriptor}")
    finally:
        os.close(descriptor)


def _rendered(path: Path, number: int, dpi: int, max_pixels: int, finest: int) -> PageImage:
    try:
        width_pt, height_pt = _page_size(path, number)
    except _FAILURES as exc:
        raise RenderFailed(f"page {number} is damaged: neither pdfium nor poppler can load it") from exc
    page_dpi, warnings = fine_dpi(width_pt, height_pt, dpi, max_pixels, finest)
    try:
        images = pdf2image.convert_from_path(
            path,
            dpi=page_dpi,
            first_page=number,
            last_page=number,
            use_cropbox=True,
            timeout=_TIMEOUT_S,
        )
    except _FAILURES as exc:
        raise RenderFailed.page(number) from exc
    if not images:
        raise RenderFailed.page(number)
    pixels = np.asarray(images[0].convert("RGB"))
    return PageImage(number, pixels, page_dpi, warnings=warnings)


def count_with_poppler(path: Path) -> int:
    """Pages of a PDF that PDFium does not open; 0 where poppler does not either, or the last page is not there."""
    try:
        pages = int(pdf2image.pdfinfo_from_path(str(path), timeout=_COUNT_TIMEOUT_S)["Pages"])
        _page_size(path, pages)
    except (*_FAILURES, KeyError):
        return 0
    return pages


def _page_size(path: Path, number: int) -> tuple[float, float]:
    """Points, as pdfinfo prints them: ``Page    3 size: 595 x 842 pts (A4)``."""
    info = pdf2image.pdfinfo_from_path(
        str(path),
        first_page=number,
        last_page=number,
        timeout=_TIMEOUT_S,
    )
    for key, value in info.items():
        if key.startswith("Page ") and key.endswith(" size"):
            width, height = (float(side) for side in str(value).split()[0:3:2])
            if width > 0 and height > 0:
                return width, height
    raise ValueError(f"pdfinfo gave no size for page {number}")
