"""One pass over a page's text with PDFium, which gives its glyphs.

PDFium (``FPDFText_*``) gives a character's box, its text object and the object's font; what it adds itself (spaces,
line ends) is left out, since words and lines are found by where the characters stand.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ocr_service.document import FloatBox
from ocr_service.text_layer.page.drawn_glyphs import DrawnGlyphs, in_real_sizes
from ocr_service.text_layer.page.fonts import Font, font_of
from ocr_service.text_layer.page.glyphs import FIRST_SHAPED, MOST_GLYPHS, Glyphs, Ints, TextObject, TooManyGlyphs
from ocr_service.text_layer.page.named_fonts import NamedFont, boxes_as_drawn, named_font
from ocr_service.text_layer.page.objects import marks, span_of
from ocr_service.text_layer.page.radicals import without_radicals
from ocr_service.text_layer.page.space import ToPixels
from ocr_service.text_layer.page.spans import goes_on, repeated_spans, shared
from ocr_service.text_layer.page.swapped_bytes import in_order

_SPACES = frozenset((0x20, 0xA0, 0xD, 0xA, 0x9, 0x3000, *range(0x2000, 0x200C)))
_LEAST_INK = 0.05  # of the box of a glyph with an outline, as of a dash; PDFium gives that of one without 0.004
_NO_CODE = 0xFFFD
_SOFT_HYPHEN, _JOINERS = 0xAD, (0x200C, 0x200D)
_TAGS = 0xDB40  # the first half of U+E0000 to U+E01EF in UTF-16, which PDFium gives
_FIRST_HALVES, _SECOND_HALVES = range(0xD800, _TAGS), range(0xDC00, 0xE000)  # of characters that have a glyph
_HYPHENS = (0x2, 0xFFFE)  # what PDFium makes of a hyphen at a line's end


def read_glyphs(page: pdfium.PdfPage, to_pixels: ToPixels, handles: Sequence[Any] = ()) -> Glyphs:
    """The page's characters but white space; ``handles``: all of its text objects. Raises TooManyGlyphs."""
    text = page.get_textpage()
    try:
        return _Reading(text.raw, to_pixels, handles).glyphs()
    finally:
        text.close()


def _has_no_glyph(code: int, previous: int, before: Sequence[int]) -> bool:
    """Whether a character only steers how others are shown: marks of direction, selectors, tags, joiners of Latin text.

    They are no ink, can make a text read otherwise than it looks, and carry messages that nobody sees. ``previous``:
    the file's code before it, ``before``: the characters that were kept.
    """
    if code in _JOINERS:
        return not before or before[-1] < FIRST_SHAPED
    if code == _TAGS or (previous == _TAGS and 0xDC00 <= code <= 0xDDEF):
        return True
    steers = code == 0x34F or 0xFE00 <= code <= 0xFE0F
    return steers or (code != _SOFT_HYPHEN and unicodedata.category(chr(code)) == "Cf")


def _with_mark(letter: int, mark: int) -> int:
    """The one character that a letter with a combining mark is; 0 where there is none."""
    if not unicodedata.combining(chr(mark)):
        return 0
    composed = unicodedata.normalize("NFC", chr(letter) + chr(mark))
    return ord(composed) if len(composed) == 1 else 0


def _kept_code(code: int, unmapped: bool) -> int:
    """A hyphen for what PDFium makes of one, no code for white space that has ink, and no radicals."""
    if code in _HYPHENS and not unmapped:
        return 0x2D
    return _NO_CODE if code in _SPACES else without_radicals(code)


def _upright(cell: FloatBox, origin: tuple[float, float], slant: float) -> FloatBox:
    """A letter's cell, points, as its matrix has it without ``slant``, by which the next letter's stands in it."""
    if not slant:
        return cell
    left, bottom, right, top = cell
    below, above = sorted((slant * (bottom - origin[1]), slant * (top - origin[1])))
    return left - below, bottom, right - above, top


def _address(handle: Any) -> int:
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


@dataclass(frozen=True, slots=True)
class _Kept:
    """The characters that are glyphs, in the file's order: each list has one entry for each. Boxes are in points."""

    codes: list[int] = field(default_factory=list)
    inks: list[tuple[float, float, float, float]] = field(default_factory=list)
    cells: list[tuple[float, float, float, float]] = field(default_factory=list)
    origins: list[tuple[float, float]] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    advances: list[float] = field(default_factory=list)
    spaced: list[bool] = field(default_factory=list)  # whether white space of the file is before it
    unmapped: list[bool] = field(default_factory=list)

    def without_repeats(self, span_of: Callable[[int], int]) -> _Kept:
        """With the text of each span of marked content once; ``span_of``: a number for an object's span, or 0."""
        spans = repeated_spans(self.codes, self.owners, self.origins, span_of)
        if not spans:
            return self
        for first, *others in spans:
            every = [index for part in (first, *others) for index in part]
            for boxes in (self.inks, self.cells):
                boxes[first.start : first.stop] = shared([boxes[index] for index in every], len(first))
        dropped = {index for _, *others in spans for part in others for index in part}
        keep = [index for index in range(len(self.codes)) if index not in dropped]
        return _Kept(
            *([values[index] for index in keep] for values in (getattr(self, item.name) for item in fields(self)))
        )


class _Reading:
    """One pass over a text page; properties of each object and font are read once."""

    def __init__(self, text: Any, to_pixels: ToPixels, handles: Sequence[Any] = ()) -> None:
        self._text = text
        self._handles = handles
        self._to_pixels = to_pixels
        self._objects: dict[int, int] = {}
        self._fonts: dict[int, int] = {}
        self._level: list[tuple[Any, float]] = []  # each object's font, and points an em across; 0 for slanted ones
        self._named: list[NamedFont | None] = []  # each object's font, where the file does not contain it
        self._widths: dict[tuple[int, int], float] = {}
        self._kept = _Kept()
        self._space = False  # since the last kept character
        self._previous = 0  # the file's code before
        self._sides = tuple(ctypes.c_double() for _ in range(4))
        self._origin = ctypes.c_double(), ctypes.c_double()
        self._loose = pdfium_c.FS_RECTF()
        self.objects: list[TextObject] = []
        self.fonts: list[Font] = []

    def glyphs(self) -> Glyphs:
        count = max(0, pdfium_c.FPDFText_CountChars(self._text))
        if count > 2 * MOST_GLYPHS:
            raise TooManyGlyphs
        for index in range(count):
            code = self._code(index, count)
            if code is not None:
                self._take(index, code)
        if len(self._kept.codes) > MOST_GLYPHS:
            raise TooManyGlyphs
        return self._in_pixels()

    def _take(self, index: int, code: int) -> None:
        """Keep the character if it is a glyph of the page."""
        handle = pdfium_c.FPDFText_GetTextObject(self._text, index)
        if code in _SPACES and not self._has_ink(index, handle):
            self._space = self._space or (bool(handle) and not self._is_generated(index))
            return
        last, self._previous = self._previous, code
        if _has_no_glyph(code, last, self._kept.codes) or self._joins_last(index, code):
            return
        if handle and (code in _HYPHENS or not self._is_generated(index)):
            self._keep(index, code, handle)

    def _is_generated(self, index: int) -> bool:
        """Whether PDFium added the character, which the file has not."""
        return bool(pdfium_c.FPDFText_IsGenerated(self._text, index) == 1)

    def _joins_last(self, index: int, code: int) -> bool:
        """Whether a combining mark stands on the last character, which it becomes one with."""
        kept = self._kept
        composed = _with_mark(kept.codes[-1], code) if kept.codes else 0
        if not composed or kept.origins[-1] != self._origin_of(index):
            return False
        kept.codes[-1] = composed
        return True

    def _origin_of(self, index: int) -> tuple[float, float]:
        x, y = self._origin
        pdfium_c.FPDFText_GetCharOrigin(self._text, index, x, y)
        return x.value, y.value

    def _keep(self, index: int, code: int, handle: Any) -> None:
        """A character without a box is left out."""
        text, kept, loose = self._text, self._kept, self._loose
        left, right, bottom, top = self._sides
        if not pdfium_c.FPDFText_GetCharBox(text, index, left, right, bottom, top):
            return
        pdfium_c.FPDFText_GetLooseCharBox(text, index, loose)
        unmapped = pdfium_c.FPDFText_HasUnicodeMapError(text, index) == 1
        owner = self._object(handle, index)
        kept.codes.append(_kept_code(code, unmapped))
        kept.inks.append((left.value, bottom.value, right.value, top.value))
        origin = self._origin_of(index)
        kept.cells.append(_upright((loose.left, loose.bottom, loose.right, loose.top), origin, self._slant(owner)))
        kept.origins.append(origin)
        kept.owners.append(owner)
        kept.advances.append(self._advance(owner, code))
        kept.spaced.append(self._space)
        kept.unmapped.append(unmapped)
        self._space = False

    def _in_pixels(self) -> Glyphs:
        """The kept characters that have finite places, and their objects with the sizes that are drawn."""
        kept = self._kept.without_repeats(lambda owner: span_of(self.objects[owner].handle))
        self._with_all_of_spans(kept)
        codes = np.array(in_order(kept.codes, kept.origins, kept.owners), np.int64)
        owners = np.array(kept.owners, np.int64)
        ink_points = np.array(kept.inks, float).reshape(-1, 4)
        origin_points = np.array(kept.origins, float).reshape(-1, 2)
        drawn = DrawnGlyphs(ink_points, origin_points, self._identities(codes, owners))
        cell_points = drawn.without_overhang(np.array(kept.cells, float).reshape(-1, 4), np.array(kept.advances, float))
        named = [self._named[owner] for owner in kept.owners]
        ink = self._to_pixels.boxes(boxes_as_drawn(ink_points, origin_points, kept.codes, named))
        cell = self._to_pixels.boxes(cell_points)
        origin = self._to_pixels.points(origin_points)
        self.objects = in_real_sizes(self.objects, self.fonts, codes, owners, ink)
        sound = (np.abs(np.concatenate([ink, cell], axis=1)) < 1e6).all(axis=1) & np.isfinite(origin).all(axis=1)
        return Glyphs(
            codes[sound],
            ink[sound],
            cell[sound],
            origin[sound],
            owners[sound],
            np.array(kept.spaced, bool)[sound],
            np.array(kept.unmapped, bool)[sound],
            np.zeros(int(sound.sum()), np.int64),
            np.zeros(int(sound.sum())),
            tuple(self.objects),
            tuple(self.fonts),
        )

    def _with_all_of_spans(self, kept: _Kept) -> None:
        """The ink of characters that a span of marked content has one text for, with that of objects without text.

        PDFium has the text of some spans for their first object alone.
        """
        silent = [handle for handle in self._handles if _address(handle) not in self._objects]
        spans = [(span, handle) for handle in silent if (span := span_of(handle))]
        if not spans:
            return
        by_owner = {owner: span_of(self.objects[owner].handle) for owner in {*kept.owners}}
        places: dict[int, list[int]] = {}
        for index, owner in enumerate(kept.owners):
            if span := by_owner[owner]:
                places.setdefault(span, []).append(index)
        for span, handle in spans:
            bounds = tuple(ctypes.c_float() for _ in range(4))
            if (here := places.get(span)) and pdfium_c.FPDFPageObj_GetBounds(handle, *bounds):
                left, low, right, high = (side.value for side in bounds)
                (ink,) = shared([kept.inks[index] for index in here], 1)
                if not goes_on(ink, (left, low, right, high)):
                    continue
                for boxes in (kept.inks, kept.cells):
                    whole = shared([*(boxes[index] for index in here), (left, low, right, high)], len(here))
                    for index, box in zip(here, whole, strict=True):
                        boxes[index] = box

    def _code(self, index: int, count: int) -> int | None:
        """A character's code point, which PDFium gives as two halves beyond U+FFFF; None for a second half."""
        code = int(pdfium_c.FPDFText_GetUnicode(self._text, index))
        if code in _FIRST_HALVES and index + 1 < count:
            second = int(pdfium_c.FPDFText_GetUnicode(self._text, index + 1))
            if second in _SECOND_HALVES:
                return 0x10000 + ((code - 0xD800) << 10) + (second - 0xDC00)
        elif code in _SECOND_HALVES and index:
            first = int(pdfium_c.FPDFText_GetUnicode(self._text, index - 1))
            if first in _FIRST_HALVES:
                return None
        return code

    def _has_ink(self, index: int, handle: Any) -> bool:
        """Whether white space is a glyph.

        Fonts of large symbols have such at its numbers, and no Unicode for them; maps that lie have it for letters, of
        which a font with a program knows the size.
        """
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        if not pdfium_c.FPDFText_GetCharBox(self._text, index, left, right, bottom, top):
            return False
        sides = right.value - left.value, top.value - bottom.value
        if pdfium_c.FPDFText_HasUnicodeMapError(self._text, index) != 1:
            if not handle or not self.fonts[self.objects[self._object(handle, index)].font].program:
                return False
            return min(sides) > _LEAST_INK * max(sides)
        return min(sides) > 0

    def _object(self, handle: Any, index: int) -> int:
        address = _address(handle)
        known = self._objects.get(address)
        if known is not None:
            return known
        matrix = pdfium_c.FS_MATRIX()
        pdfium_c.FPDFText_GetMatrix(self._text, index, matrix)
        size = pdfium_c.FPDFText_GetFontSize(self._text, index)
        # Some producers set a negative size in a mirrored matrix.
        rightwards = self._to_pixels.vector(size * matrix.a, size * matrix.b)
        upwards = self._to_pixels.vector(size * matrix.c, size * matrix.d)
        r, g, b, a = (ctypes.c_uint() for _ in range(4))
        pdfium_c.FPDFPageObj_GetFillColor(handle, r, g, b, a)
        length = math.hypot(*rightwards)
        # The size across the writing: of slanted type only what is square to the baseline.
        height = abs(rightwards[0] * upwards[1] - rightwards[1] * upwards[0]) / length if length else 0.0
        shift = (rightwards[0] * upwards[0] + rightwards[1] * upwards[1]) / length if length else 0.0
        font = pdfium_c.FPDFTextObj_GetFont(handle)
        is_level = size * matrix.a > 0 and abs(matrix.b) < 1e-3 * abs(matrix.a)
        self._level.append((font, size * matrix.a if is_level else 0.0))
        is_named = font and not pdfium_c.FPDFFont_GetIsEmbedded(font) and not span_of(handle)
        em = (size * matrix.a, size * matrix.b), (size * matrix.c, size * matrix.d)
        self._named.append(named_font(self._font(font), font, em) if is_named else None)
        self.objects.append(
            TextObject(
                handle,
                self._font(font),
                height,
                math.degrees(math.atan2(rightwards[1], rightwards[0])) % 360,
                int(pdfium_c.FPDFTextObj_GetTextRenderMode(handle)),
                (r.value, g.value, b.value, a.value),
                *marks(handle),
                stretch=length / height if height else 1.0,
                slant=shift / height if height else 0.0,
            )
        )
        self._objects[address] = len(self.objects) - 1
        return self._objects[address]

    def _advance(self, number: int, code: int) -> float:
        """The width in points that the object's font gives a character; 0 where it is not known or not level.

        Of Type 3 fonts, which have no program, PDFium gives 0.6 em for all.
        """
        font, em = self._level[number]
        if not font or not em or code >= FIRST_SHAPED or not self.fonts[self.objects[number].font].program:
            return 0.0
        key = self.objects[number].font, code
        known = self._widths.get(key)
        if known is None:
            width = ctypes.c_float()
            found = pdfium_c.FPDFFont_GetGlyphWidth(font, code, 1.0, width)
            known = self._widths[key] = max(0.0, width.value) if found else 0.0
        return known * em

    def _slant(self, number: int) -> float:
        """How far the object's matrix slants level letters, em; 0 for others."""
        return self.objects[number].slant if self._level[number][1] else 0.0

    def _identities(self, codes: Ints, owners: Ints) -> Ints:
        """A number for each character of each font."""
        fonts = np.array([item.font for item in self.objects] or [0], np.int64)[owners]
        return fonts << 32 | codes

    def _font(self, handle: Any) -> int:
        address = (ctypes.cast(handle, ctypes.c_void_p).value or 0) if handle else 0
        known = self._fonts.get(address)
        if known is None:
            known = self._fonts[address] = len(self.fonts)
            self.fonts.append(font_of(handle, known))
        return known
