"""The characters of a page as PDFium knows them, in pixels of the rendered page.

PDFium (``FPDFText_*``) gives a character's box, its text object and the object's font; what it adds itself (spaces,
line ends) is left out, since words and lines are found by where the characters stand.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MOST_GLYPHS = 60_000  # of a page; a page of a telephone book has 15,000
_MOST_OBJECTS = 200_000
_DEEPEST_FORM = 12  # form XObjects inside one another; PDFium itself stops at some 30
# Also those of TeX (CMBX10, SFBX1000, CMBXTI10) and of URW's Nimbus (-Medi).
_BOLD_NAME = re.compile(r"bold|black|heavy|demi|bx(?:ti|sl)?\d*$|-medi(?!um)|-bd\b", re.IGNORECASE)
_FAMILY = re.compile(r"[A-Za-z]{4}")
_BOLD_WEIGHT = 600
_BOLD_FLAG = 1 << 18  # ForceBold, ISO 32000-1, table 123
_ITALIC_FLAG = 1 << 6
_SPACES = frozenset((0x20, 0xA0, 0xD, 0xA, 0x9, 0x3000, *range(0x2000, 0x200C)))
FIRST_SHAPED = 0x590  # from here on are scripts of which a character has several glyphs, or no overhang
_SAME_PLACE, _OVERHANG, _SAME_GLYPH = 0.02, 0.3, 0.03  # of a glyph's advance
_MOST_OVER = 0.2  # of a font's glyphs that may reach past their advance by OVERHANG
_PAGINATION = ("Attached", "Subtype")  # keys of artifacts that paging made
_NO_CODE = 0xFFFD
_LEAST_HEIGHT, _USUAL_HEIGHT, _MOST_HEIGHT = 0.2, 0.55, 1.5  # em: a font's letters and digits
_HYPHENS = (0x2, 0xFFFE)  # what PDFium makes of a hyphen at a line's end


class TooManyGlyphs(Exception):
    """The page has more characters or objects than can be read within PAGE_TIMEOUT_S."""


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


@dataclass(frozen=True, slots=True)
class TextObject:
    """What one ``Tj`` shows. ``size`` in pixels; ``angle`` clockwise in degrees; ``mode`` is its render mode.

    ``optional``: of a layer that can be switched off. ``artifact``: marked as no part of the document's text.
    """

    handle: Any
    font: int
    size: float
    angle: float
    mode: int
    colour: tuple[int, int, int, int]
    optional: bool
    artifact: bool = False


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One row a character, in the file's order. ``ink``: the glyph's box, ``cell``: its advance by its line's height.

    Boxes are x0, y0, x1, y1 in pixels of the page as rendered; ``object`` indexes ``objects``, whose ``font`` indexes
    ``fonts``. ``spaced``: a space of the file's own stands before it. ``unmapped``: the font has no Unicode for it.
    ``plate``: which picture shows it alone, ``cut``: how much of a side of it is hidden (see ``visibility``). ``size``
    (pixels), ``angle``, ``font``: its object's.
    """

    codes: Ints
    ink: Floats
    cell: Floats
    origin: Floats
    object: Ints
    spaced: Flags
    unmapped: Flags
    plate: Ints
    cut: Floats
    objects: tuple[TextObject, ...]
    fonts: tuple[Font, ...]
    size: Floats = field(init=False)
    angle: Floats = field(init=False)
    font: Ints = field(init=False)

    def __post_init__(self) -> None:
        objects = self.objects or (TextObject(None, 0, 0.0, 0.0, 0, (0, 0, 0, 0), False),)
        object.__setattr__(self, "size", np.array([o.size for o in objects])[self.object])
        object.__setattr__(self, "angle", np.array([o.angle for o in objects])[self.object])
        object.__setattr__(self, "font", np.array([o.font for o in objects], np.int64)[self.object])

    def __len__(self) -> int:
        return len(self.codes)

    def kept(self, keep: Flags) -> Glyphs:
        """Those of ``keep``."""
        return replace(
            self,
            codes=self.codes[keep],
            ink=self.ink[keep],
            cell=self.cell[keep],
            origin=self.origin[keep],
            object=self.object[keep],
            spaced=self.spaced[keep],
            unmapped=self.unmapped[keep],
            plate=self.plate[keep],
            cut=self.cut[keep],
        )

    def rotated(self, quarters: int, width: int, height: int) -> Glyphs:
        """After ``quarters`` quarter rotations anticlockwise of a page ``width`` x ``height``."""
        return replace(
            self,
            ink=rotated_boxes(self.ink, quarters, width, height),
            cell=rotated_boxes(self.cell, quarters, width, height),
            origin=rotated_points(self.origin, quarters, width, height),
            objects=tuple(replace(o, angle=(o.angle - 90 * quarters) % 360) for o in self.objects),
        )

    @property
    def whole(self) -> Flags:
        """Whether no part of each glyph is hidden."""
        whole: Flags = self.cut == 0
        return whole

    @property
    def rise(self) -> Floats:
        """How far each level glyph reaches above its baseline, em."""
        return (self.origin[:, 1] - self.ink[:, 1]) / np.maximum(self.size, 1e-6)

    @property
    def drop(self) -> Floats:
        """How far each level glyph reaches below its baseline, em."""
        return (self.ink[:, 3] - self.origin[:, 1]) / np.maximum(self.size, 1e-6)


def rotated_points(xy: Floats, quarters: int, width: float, height: float) -> Floats:
    """Points of a picture ``width`` x ``height`` after ``quarters`` quarter rotations anticlockwise."""
    x, y = xy[:, 0], xy[:, 1]
    pairs = {0: (x, y), 1: (y, width - x), 2: (width - x, height - y), 3: (height - y, x)}
    return np.stack(pairs[quarters % 4], axis=1)


def rotated_boxes(boxes: Floats, quarters: int, width: float, height: float) -> Floats:
    """Boxes of a picture ``width`` x ``height`` after ``quarters`` quarter rotations anticlockwise."""
    a = rotated_points(boxes[:, :2], quarters, width, height)
    b = rotated_points(boxes[:, 2:], quarters, width, height)
    return np.concatenate([np.minimum(a, b), np.maximum(a, b)], axis=1)


@dataclass(frozen=True, slots=True)
class ToPixels:
    """The affine map from a page's own space (points) to pixels of its picture."""

    matrix: Floats  # 2 x 3

    @classmethod
    def of(cls, page: pdfium.PdfPage, width: int, height: int) -> ToPixels:
        """As ``FPDF_RenderPageBitmap`` maps the page to ``width`` x ``height`` pixels."""
        fine = 512  # PDFium answers in whole device units
        x, y = ctypes.c_int(), ctypes.c_int()
        points = []
        for px, py in ((0.0, 0.0), (100.0, 0.0), (0.0, 100.0)):
            pdfium_c.FPDF_PageToDevice(page.raw, 0, 0, width * fine, height * fine, 0, px, py, x, y)
            points.append((x.value / fine, y.value / fine))
        (ox, oy), (ax, ay), (bx, by) = points
        return cls(np.array([[(ax - ox) / 100, (bx - ox) / 100, ox], [(ay - oy) / 100, (by - oy) / 100, oy]]))

    def points(self, xy: Floats) -> Floats:
        """``xy`` (n x 2) in pixels."""
        return xy @ self.matrix[:, :2].T + self.matrix[:, 2]

    def boxes(self, boxes: Floats) -> Floats:
        """Boxes left, bottom, right, top as x0, y0, x1, y1."""
        if not len(boxes):
            return boxes.reshape(0, 4)
        a, b = self.points(boxes[:, :2]), self.points(boxes[:, 2:])
        return np.concatenate([np.minimum(a, b), np.maximum(a, b)], axis=1)

    def vector(self, x: float, y: float) -> tuple[float, float]:
        moved = self.matrix[:, :2] @ np.array([x, y])
        return float(moved[0]), float(moved[1])


def page_objects(page: pdfium.PdfPage) -> Iterator[tuple[Any, int]]:
    """The page's objects with their types, also those inside of form XObjects. Raises TooManyGlyphs."""
    found = _objects(page.raw, pdfium_c.FPDFPage_CountObjects, pdfium_c.FPDFPage_GetObject, 0)
    for count, item in enumerate(found):
        if count >= _MOST_OBJECTS:
            raise TooManyGlyphs
        yield item


def _objects(parent: Any, count: Any, get: Any, depth: int) -> Iterator[tuple[Any, int]]:
    for index in range(count(parent)):
        handle = get(parent, index)
        if not handle:
            continue
        kind = pdfium_c.FPDFPageObj_GetType(handle)
        yield handle, kind
        if kind == pdfium_c.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
            yield from _objects(handle, pdfium_c.FPDFFormObj_CountObjects, pdfium_c.FPDFFormObj_GetObject, depth + 1)


def read_glyphs(page: pdfium.PdfPage, to_pixels: ToPixels) -> Glyphs:
    """The page's characters but white space. Raises TooManyGlyphs."""
    text = page.get_textpage()
    try:
        return _Reading(text.raw, to_pixels).glyphs()
    finally:
        text.close()


class _Reading:
    """One pass over a text page; properties of each object and font are read once."""

    def __init__(self, text: Any, to_pixels: ToPixels) -> None:
        self._text = text
        self._to_pixels = to_pixels
        self._objects: dict[int, int] = {}
        self._fonts: dict[int, int] = {}
        self._level: list[tuple[Any, float]] = []  # each object's font, and points an em across; 0 for slanted ones
        self._widths: dict[tuple[int, int], float] = {}
        self.objects: list[TextObject] = []
        self.fonts: list[Font] = []

    def glyphs(self) -> Glyphs:
        text, count = self._text, max(0, pdfium_c.FPDFText_CountChars(self._text))
        if count > 2 * MOST_GLYPHS:
            raise TooManyGlyphs
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        x, y = ctypes.c_double(), ctypes.c_double()
        loose = pdfium_c.FS_RECTF()
        codes, inks, cells, origins, owners, unmapped, spaced, advances = [], [], [], [], [], [], [], []
        space = False
        for index in range(count):
            code = pdfium_c.FPDFText_GetUnicode(text, index)
            handle = pdfium_c.FPDFText_GetTextObject(text, index)
            if code in _SPACES and not self._has_ink(index):
                space = space or (bool(handle) and pdfium_c.FPDFText_IsGenerated(text, index) != 1)
                continue
            if not handle or (pdfium_c.FPDFText_IsGenerated(text, index) == 1 and code not in _HYPHENS):
                continue
            if not pdfium_c.FPDFText_GetCharBox(text, index, left, right, bottom, top):
                continue
            pdfium_c.FPDFText_GetLooseCharBox(text, index, loose)
            pdfium_c.FPDFText_GetCharOrigin(text, index, x, y)
            error = pdfium_c.FPDFText_HasUnicodeMapError(text, index) == 1
            codes.append(0x2D if code in _HYPHENS and not error else _NO_CODE if code in _SPACES else code)
            inks.append((left.value, bottom.value, right.value, top.value))
            cells.append((loose.left, loose.bottom, loose.right, loose.top))
            origins.append((x.value, y.value))
            owners.append(self._object(handle, index))
            advances.append(self._advance(owners[-1], code))
            spaced.append(space)
            space = False
            unmapped.append(error)
        if len(codes) > MOST_GLYPHS:
            raise TooManyGlyphs
        ink_points, origin_points = np.array(inks, float).reshape(-1, 4), np.array(origins, float).reshape(-1, 2)
        drawn = _Drawn(ink_points, origin_points, self._identities(codes, owners))
        cell_points = drawn.without_overhang(np.array(cells, float).reshape(-1, 4), np.array(advances, float))
        ink = self._to_pixels.boxes(ink_points)
        cell = self._to_pixels.boxes(cell_points)
        origin = self._to_pixels.points(origin_points)
        self.objects = _in_real_sizes(
            self.objects, self.fonts, np.array(codes, np.int64), np.array(owners, np.int64), ink
        )
        sound = (np.abs(np.concatenate([ink, cell], axis=1)) < 1e6).all(axis=1) & np.isfinite(origin).all(axis=1)
        return Glyphs(
            np.array(codes, np.int64)[sound],
            ink[sound],
            cell[sound],
            origin[sound],
            np.array(owners, np.int64)[sound],
            np.array(spaced, bool)[sound],
            np.array(unmapped, bool)[sound],
            np.zeros(int(sound.sum()), np.int64),
            np.zeros(int(sound.sum())),
            tuple(self.objects),
            tuple(self.fonts),
        )

    def _has_ink(self, index: int) -> bool:
        """Whether white space is a glyph: fonts of large symbols have such at its numbers, and no Unicode for them."""
        if pdfium_c.FPDFText_HasUnicodeMapError(self._text, index) != 1:
            return False
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        found = pdfium_c.FPDFText_GetCharBox(self._text, index, left, right, bottom, top)
        return bool(found) and right.value > left.value and top.value > bottom.value

    def _object(self, handle: Any, index: int) -> int:
        address = ctypes.cast(handle, ctypes.c_void_p).value or 0
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
        font = pdfium_c.FPDFTextObj_GetFont(handle)
        is_level = size * matrix.a > 0 and abs(matrix.b) < 1e-3 * abs(matrix.a)
        self._level.append((font, size * matrix.a if is_level else 0.0))
        self.objects.append(
            TextObject(
                handle,
                self._font(font),
                height,
                math.degrees(math.atan2(rightwards[1], rightwards[0])) % 360,
                int(pdfium_c.FPDFTextObj_GetTextRenderMode(handle)),
                (r.value, g.value, b.value, a.value),
                *_marks(handle),
            )
        )
        self._objects[address] = len(self.objects) - 1
        return self._objects[address]

    def _advance(self, number: int, code: int) -> float:
        """The width in points that the object's font gives a character; 0 where it is not known or not level."""
        font, em = self._level[number]
        if not font or not em or code >= FIRST_SHAPED:
            return 0.0
        key = self.objects[number].font, code
        known = self._widths.get(key)
        if known is None:
            width = ctypes.c_float()
            found = pdfium_c.FPDFFont_GetGlyphWidth(font, code, 1.0, width)
            known = self._widths[key] = max(0.0, width.value) if found else 0.0
        return known * em

    def _identities(self, codes: Sequence[int], owners: Sequence[int]) -> Ints:
        """A number for each character of each font."""
        fonts = np.array([item.font for item in self.objects] or [0], np.int64)[np.array(owners, np.int64)]
        return fonts << 32 | np.array(codes, np.int64)

    def _font(self, handle: Any) -> int:
        address = (ctypes.cast(handle, ctypes.c_void_p).value or 0) if handle else 0
        known = self._fonts.get(address)
        if known is None:
            known = self._fonts[address] = len(self.fonts)
            self.fonts.append(_font(handle, known))
        return known


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Glyphs as they are drawn, in points; ``identity`` is the same for the same character of a font."""

    ink: Floats
    origin: Floats
    identity: Ints

    def without_overhang(self, loose: Floats, advance: Floats) -> Floats:
        """Cells of the fonts' ``advance`` where PDFium's ``loose`` ones have the ink that reaches past it.

        An italic f reaches far into the next space. The widths of a font are believed where most of its glyphs keep to
        them, and those of a character for its usual glyph (parts of ligatures are others).
        """
        if not len(loose):
            return loose
        x = self.origin[:, 0]
        over = np.maximum(self.ink[:, 2] - x - advance, 0.0)
        known = (advance > 0) & (np.abs(loose[:, 2] - self.ink[:, 2]) < _SAME_PLACE * advance) & (over > 0)
        known &= self._kept(over > _OVERHANG * advance, self.identity >> 32) & self._is_usual_glyph(advance)
        cells = loose.copy()
        cells[:, 2] = np.where(known, x + advance, loose[:, 2])
        cells[:, 0] = np.where(advance > 0, np.maximum(loose[:, 0], np.minimum(x, loose[:, 2])), loose[:, 0])
        return cells

    def _kept(self, over: Flags, font: Ints) -> Flags:
        """Whether few glyphs of a glyph's font are ``over`` their width."""
        _, inverse, count = np.unique(font, return_inverse=True, return_counts=True)
        return (np.bincount(inverse, over) < _MOST_OVER * count)[inverse]

    def _is_usual_glyph(self, advance: Floats) -> Flags:
        """Whether a glyph is as wide as its font's character mostly is. Letters of one ligature share its origin."""
        same = np.r_[False, (self.origin[1:] == self.origin[:-1]).all(axis=1), False]
        alone = ~(same[1:] | same[:-1])
        share = (self.ink[:, 2] - self.ink[:, 0]) / np.maximum(advance, 1e-6)
        order = np.flatnonzero(alone)[np.lexsort((share[alone], self.identity[alone]))]
        _, first, inverse, count = np.unique(
            self.identity[order], return_index=True, return_inverse=True, return_counts=True
        )
        usual = np.full(len(share), np.nan)
        usual[order] = share[order][first + count // 2][inverse]
        found: Flags = alone & (np.abs(share - usual) < _SAME_GLYPH)
        return found


def _in_real_sizes(
    objects: list[TextObject], fonts_of: Sequence[Font], codes: Ints, owners: Ints, ink: Floats
) -> list[TextObject]:
    """The objects with their type's size as it is drawn: Type 3 fonts have any size, and a matrix of their own.

    Letters and digits are 0.4 to 0.75 em high in each font. A font with a program has a real size; the codes of large
    signs of mathematics are letters by accident.
    """
    sizes, angles = np.array([item.size for item in objects]), np.array([item.angle for item in objects])
    fonts = np.array([item.font for item in objects], np.int64)
    heights = np.where(np.abs(angles[owners] % 180 - 90) < 45, ink[:, 2] - ink[:, 0], ink[:, 3] - ink[:, 1])
    different, inverse = np.unique(codes, return_inverse=True)
    letters = np.array([chr(code).isalnum() for code in different.tolist()], bool)[inverse]
    counted = letters & (sizes[owners] > 0) & (heights > 0)
    share = heights / np.maximum(sizes[owners], 1e-9)
    scales = np.ones(int(fonts.max(initial=0)) + 1)
    for font in np.unique(fonts[owners[counted]]).tolist():
        usual = float(np.median(share[counted & (fonts[owners] == font)]))
        if not fonts_of[font].program and not _LEAST_HEIGHT < usual < _MOST_HEIGHT:
            scales[font] = usual / _USUAL_HEIGHT
    return [replace(item, size=item.size * float(scales[item.font])) for item in objects]


def _font(handle: Any, number: int) -> Font:
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


def _marks(handle: Any) -> tuple[bool, bool]:
    """Whether marked content says that the object can be switched off (``/OC``), and that it is a page's artifact.

    A pagination artifact is ``Attached`` to a side of the page or has a ``Subtype``, ``Header`` and the like (ISO
    32000-2, 14.8.2.2.2); PDFium does not tell the names themselves. Others may be anything, a table's body as well.
    """
    optional = artifact = False
    for index in range(max(0, pdfium_c.FPDFPageObj_CountMarks(handle))):
        mark = pdfium_c.FPDFPageObj_GetMark(handle, index)
        name = _text_of(pdfium_c.FPDFPageObjMark_GetName, mark) if mark else ""
        optional |= name == "OC"
        if name == "Artifact":
            keys = range(max(0, pdfium_c.FPDFPageObjMark_CountParams(mark)))
            artifact |= any(_text_of(pdfium_c.FPDFPageObjMark_GetParamKey, mark, key) in _PAGINATION for key in keys)
    return optional, artifact


def _text_of(get: Any, *where: Any) -> str:
    buffer = (ctypes.c_ushort * 16)()
    length = ctypes.c_ulong()
    if not get(*where, buffer, ctypes.sizeof(buffer), length):
        return ""
    return bytes(buffer)[: max(0, length.value - 2)].decode("utf-16-le", "replace")
