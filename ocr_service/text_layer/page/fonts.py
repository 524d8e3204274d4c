"""A font as PDFium knows it: its name, its cut, whether the file has its program."""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium_c

# Also those of TeX (CMBX10, SFBX1000, CMBXTI10, CMB10, EURB10) and of URW's Nimbus (-Medi).
_BOLD_NAME = re.compile(r"bold|black|heavy|demi|(?:bx(?:ti|sl)?|\bcmb|\beu[rsf]b)\d*$|-medi(?!um)|-bd\b", re.IGNORECASE)
_FAMILY = re.compile(r"[A-Za-z]{4}")
_BOLD_WEIGHT = 600
_BOLD_FLAG = 1 << 18  # ForceBold, ISO 32000-1, table 123
_ITALIC_FLAG = 1 << 6


@dataclass(frozen=True, slots=True)
class Font:
    """``key`` tells the fonts of a document apart: its name, and its program's size where one is embedded.

    ``program``: one is embedded, as in all fonts but Type 3 and those of the reader's own.
    """

    name: str
    key: str
    bold: bool
    italic: bool
    program: bool = False


def font_of(handle: Any, number: int) -> Font:
    """The font of PDFium's ``handle``, the ``number``th of its page; one without a name where there is none."""
    if not handle:
        return Font("", f"#{number}", False, False)
    buffer = ctypes.create_string_buffer(256)
    pdfium_c.FPDFFont_GetBaseFontName(handle, buffer, len(buffer))
    name = buffer.value.decode("utf-8", "replace")
    flags = max(0, pdfium_c.FPDFFont_GetFlags(handle))
    length = ctypes.c_size_t(0)
    pdfium_c.FPDFFont_GetFontData(handle, None, 0, length)
    lower = name.lower()
    italic = any(word in lower for word in ("italic", "oblique")) or bool(flags & _ITALIC_FLAG)
    weight = int(pdfium_c.FPDFFont_GetWeight(handle))
    return Font(name, f"{name}/{length.value}/{number}", is_bold(name, flags, weight), italic, length.value > 0)


def is_bold(name: str, flags: int, weight: int) -> bool:
    """Whether a font is a bold cut. PDFium's ``weight`` comes from StemV, which subsets of regular fonts have too high.

    So it counts only for names that tell nothing, such as ``F1`` or ``TT3+0``.
    """
    family = name.partition("+")[2] or name
    return (
        bool(_BOLD_NAME.search(family))
        or bool(flags & _BOLD_FLAG)
        or (weight >= _BOLD_WEIGHT and _FAMILY.search(family) is None)
    )
