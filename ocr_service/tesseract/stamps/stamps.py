"""Stamps, signatures and watermarks that lie over dark text: parted from it, so that either is read without the other.

What is found is ink that is coloured, or paler than the text's, in strokes larger than letters which cross the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Box, Gray, Pixels
from ocr_service.geometry.components import components_with_stats
from ocr_service.geometry.ink_areas import TEN_POINTS_IN, letter_pieces, text_rows
from ocr_service.tesseract.prepare.preprocess import dark_on_light, is_light_on_dark, with_even_illumination
from ocr_service.tesseract.stamps.bars import is_frame, without_bars

Mask = npt.NDArray[np.bool_]  # height x width

_STEP = 2  # stamps are looked for at half the size
_COLOURED = 45  # levels between the strongest and the weakest channel
_TINT = 0.8  # of the paper's level: a paler colour is that of a cell or of a marker, which hides no text
_HUE_STEP, _HUE_GAP = 6, 0.03  # of 180, and of the commonest hue's pixels: hues of two inks have a gap between them
_DARK = 110  # of the strongest channel, below which ink is black
# Of the paper's level. A stamp is darker than the first, the text darker than the second; where a stamp's strokes are
# so broad that they cannot be thin places of letters, the text need only be darker than the third, if the page's is.
_PALE, _TEXT, _BLACK = 0.8, 0.36, 0.26
_BROAD = 3  # pixels
_BLACKER = 1.0  # times as much ink is darker than the third than there is of the paler one
_PRESENT = 0.0005  # of the page: less such ink than in any stamp

# Inches. Of 60 pages of text, clean and blurred, at 100 to 300 dpi, none had a pale stroke as large as a seed.
_SEED = 0.22  # the least width of a stroke that tells of a stamp; letters of text that touch are long only
_SEEDS = 0.15  # of a stamp's strokes that are so wide; a faded text around one such stroke is no stamp
_STROKE = 0.1  # the least length of the others of that stamp
_CLOSED = 0.02  # gaps in a stroke where something crosses it
_STRAIGHT, _THIN = 0.6, 0.06  # level and upright strokes so long are ruling lines, where they are not thicker
_CELL, _GRID = 0.2, 0.6  # so long are those of small cells; of all strokes those of a grid of pale lines
_LARGE = 0.25  # the sides of a frame or of a watermark's letter, which text in colour has none of
_ROWS = 0.6  # of the strokes that stand as letters do in text
_APART = 0.25  # between strokes of one stamp
_SPACE, _ALIKE = 1.0, 1.6  # of the height of a watermark's words: the space between them, and the highest's
_FILLED = 0.15  # of the smallest rectangle around it that a word's strokes fill at least; a frame fills less
_EDGE = 0.04  # around the outermost strokes
_LEAST = (0.6, 0.3)  # sides of a stamp, the longer and the shorter
_OUTLINE = 0.5  # of its box that a stroke fills at most; what fills more is a picture or a coloured cell
_BOLD = 0.7  # the same of a stroke beside others of a stamp: a bold letter
_CROSSED_BY = 0.03  # the width of a text's strokes
_CROSSED = 0.2  # of its strokes that lie beside dark ink
# Large blurred print is black inside of pale strokes, which is no text that they cross, and pale around black ones: of
# its strokes more lie beside dark ink, of 20 stamps no more than 0.36.
_INSIDE, _RIM = 0.5, 0.5
_LETTER = 0.06  # of a stamp's own text, the least height
_DRAWING, _LABEL = 2.5, 0.25  # what is larger on both sides is a drawing, whose labels stay: pieces lower than that
_UNDER = 0.6  # of a stamp's level: what is darker is text under it
_WHITE = 0.8  # of a stamp's level: from there on it is paper


@dataclass(frozen=True, slots=True)
class Stamp:
    """A stamp's place on the page, and its ink alone (dark on 255), as large as ``box``."""

    box: Box
    picture: Gray


@dataclass(frozen=True, slots=True)
class _Outline:
    """A stamp's box on the page of half the size, and the area in it (255) that its strokes surround."""

    box: Box
    area: Gray


def without_stamps(pixels: Pixels, dpi: int) -> tuple[Gray, tuple[Stamp, ...]]:
    """The page in grey, its text dark, without the stamps that lie over it, and those: coloured, then grey ones."""
    plain = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8)
    gray = with_even_illumination(dark_on_light(plain), dpi)
    if is_light_on_dark(plain):  # nobody stamps on black
        return gray, ()
    coloured = _without_coloured(gray, pixels, dpi)
    pale = _without_pale(gray, dpi)
    return gray, tuple(stamp for stamp in (*coloured, *pale) if (stamp.picture < 255).any())


def _without_coloured(gray: Gray, pixels: Pixels, dpi: int) -> list[Stamp]:
    """The coloured stamps, whose ink is taken from ``gray``."""
    half = _halved(pixels)
    strongest, weakest = _strongest(half), _weakest(half)
    paper = float(np.percentile(gray[::8, ::8], 80))
    colour = (strongest - weakest > _COLOURED) & (_halved(gray) < _TINT * paper)
    if np.count_nonzero(colour) < _PRESENT * colour.size:
        return []
    stamps = []
    dark = _mask(~colour & (strongest < _DARK))
    for hues in _hue_groups(half, colour):
        for outline in _outlines(_mask(hues[_hue(half)] & colour & (strongest >= _DARK)), dark, dpi):
            box, inside = _on_page(outline, gray.shape)
            part = _part(box)
            # In the channel that lets most light through a stamp is pale, and black is as black as it was.
            light, weak = _strongest(pixels[part]), _weakest(pixels[part])
            coloured = inside & (light - weak > _COLOURED)
            own = coloured & (light >= _DARK) & hues[_hue(pixels[part])]
            if _is_drawing(box, dpi):
                own &= _no_labels(_mask(own), round(_LABEL * dpi))
            own = without_bars(own, gray[part], dpi)
            stamps.append(Stamp(box, _picture(weak, own, light < _DARK, dpi)))
            gray[part] = _cleared(gray[part], light, own | (coloured & (light < _DARK)), own)
    return stamps


def _hue_groups(pixels: Pixels, colour: Mask) -> Iterator[Mask]:
    """For each colour of ink its hues (of OpenCV's 0 to 179). Those between two colours are the nearer one's."""
    counts = np.bincount(_hue(pixels)[colour] // _HUE_STEP, minlength=180 // _HUE_STEP)
    used = np.flatnonzero(counts > _HUE_GAP * counts.max())
    gaps = np.flatnonzero(np.diff(used, append=used[0] + len(counts)) > 1)
    inks = np.split(np.roll(used, -(gaps[0] + 1)), gaps[1:] - gaps[0]) if len(gaps) else [used]
    places = np.arange(len(counts))
    far = [np.min(_apart(places[:, None], ink[None, :], len(counts)), axis=1) for ink in inks]
    nearest = np.argmin(far, axis=0)
    for ink in range(len(inks)):
        yield np.repeat(nearest == ink, _HUE_STEP)


def _apart(a: npt.NDArray[np.intp], b: npt.NDArray[np.intp], whole: int) -> npt.NDArray[np.intp]:
    """How far places on a circle of ``whole`` steps lie apart."""
    straight = np.abs(a - b)
    shorter: npt.NDArray[np.intp] = np.minimum(straight, whole - straight)
    return shorter


def _without_pale(gray: Gray, dpi: int) -> list[Stamp]:
    """The same for stamps in grey, and for coloured ones on a page that was scanned in grey."""
    paper = float(np.percentile(gray[::8, ::8], 80))
    pale, darker = _paler_than(_TEXT, gray, paper), _paler_than(_BLACK, gray, paper)
    black = cv2.inRange(gray, 0, _BLACK * paper).astype(np.uint8)
    if cv2.countNonZero(black) > _BLACKER * cv2.countNonZero(darker):
        pale = cv2.bitwise_or(pale, cv2.morphologyEx(darker, cv2.MORPH_OPEN, _square(_BROAD))).astype(np.uint8)
    strokes = _mask(_halved(pale) > 127)
    if cv2.countNonZero(strokes) < _PRESENT * strokes.size:
        return []
    stamps = []
    for outline in _outlines(strokes, _mask(_halved(black) > 127), dpi):
        box, inside = _on_page(outline, gray.shape)
        part = _part(box)
        if _is_drawing(box, dpi):
            own = inside & _no_labels(darker[part], round(_LABEL * dpi))
        else:
            own = inside & _at_least(darker[part], round(_LETTER * dpi))
        own = without_bars(own, gray[part], dpi)
        stamps.append(Stamp(box, _picture(gray[part], own, black[part] > 0, dpi)))
        gray[part] = _cleared(gray[part], gray[part], own, own)
    return stamps


def _paler_than(text: float, gray: Gray, paper: float) -> Gray:
    """What is paler than ``text``, of the paper's level, but no edge of something as dark as that: edges are pale."""
    dark = cv2.inRange(gray, 0, text * paper)
    pale = cv2.inRange(gray, text * paper, _PALE * paper)
    return cv2.subtract(pale, cv2.dilate(dark, np.ones((3, 3), np.uint8))).astype(np.uint8)


def _outlines(ink: Gray, dark: Gray, dpi: int) -> Iterator[_Outline]:
    """The stamps of a page of half the size, which has ``dpi`` in full.

    ``ink``: 255 is coloured or pale ink; ``dark``: 255 is the text's.
    """
    inch = dpi / _STEP
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, _square(_CLOSED * inch)).astype(np.uint8)
    strokes, seeds = _strokes(cv2.subtract(closed, _ruling_lines(closed, inch)).astype(np.uint8), inch)
    if not seeds.any():
        return
    areas = np.zeros_like(ink)
    _, groups, stats, _ = components_with_stats(cv2.dilate(strokes, _square(_APART * inch)))
    found = []
    for group in np.unique(groups[seeds > 0]):
        x, y, w, h = (int(value) for value in stats[group][:4])
        part = np.s_[y : y + h, x : x + w]
        points = cv2.findNonZero(_mask((groups[part] == group) & (strokes[part] > 0)))
        found.append(_Group.of((points + np.array((x, y))).astype(np.int32)))
    for group in _joined(found):
        cv2.drawContours(areas, [cv2.convexHull(group.points)], 0, 255, cv2.FILLED)
    areas = cv2.dilate(areas, _square(_EDGE * inch)).astype(np.uint8)
    rim = cv2.dilate(strokes, np.ones((5, 5), np.uint8)).astype(np.uint8)
    crossed = cv2.bitwise_and(strokes, cv2.dilate(_reaching_out(dark, rim), np.ones((5, 5), np.uint8)))
    beside_dark = cv2.bitwise_and(strokes, cv2.dilate(dark, np.ones((5, 5), np.uint8)))
    _, labels, stats, _ = components_with_stats(areas)
    for label, (x, y, w, h, _area) in enumerate(stats.tolist()):
        if not label or max(w, h) < _LEAST[0] * inch or min(w, h) < _LEAST[1] * inch:
            continue
        part = np.s_[y : y + h, x : x + w]
        own = labels[part] == label
        written, stroked = _mask(own & (ink[part] > 0)), own & (strokes[part] > 0)
        crosses = np.count_nonzero(crossed[part][own]) >= _CROSSED * inch
        rims = np.count_nonzero(beside_dark[part][own]) > _RIM * np.count_nonzero(stroked)
        wide = np.count_nonzero(own & (seeds[part] > 0)) >= _SEEDS * np.count_nonzero(stroked)
        if crosses and wide and not rims and not _is_grid(_mask(stroked), inch) and not _is_text(written, inch):
            yield _Outline((x, y, x + w, y + h), _mask(own))


def _reaching_out(dark: Gray, rim: Gray) -> Gray:
    """The pieces of ``dark`` that lie for the most part outside ``rim``, the strokes and what is close beside them."""
    count, labels, stats, _ = components_with_stats(dark)
    inside = np.bincount(labels[rim > 0], minlength=count)
    out = inside < _INSIDE * stats[:, 4]
    out[0] = False
    return _mask(out[labels])


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """Strokes that stand near each other: their points, and the smallest rectangle (OpenCV's) around them.

    ``height``: of a word, however it is rotated; ``is_filled``: with ink.
    """

    points: npt.NDArray[np.int32]
    rectangle: tuple[tuple[float, float], tuple[float, float], float]
    height: float
    is_filled: bool

    @classmethod
    def of(cls, points: npt.NDArray[np.int32]) -> _Group:
        middle, size, angle = cv2.minAreaRect(points)
        filled = len(points) > _FILLED * size[0] * size[1]
        return cls(points, ((middle[0], middle[1]), (size[0], size[1]), angle), min(size), filled)

    def grown(self, by: float) -> tuple[tuple[float, float], tuple[float, float], float]:
        middle, (w, h), angle = self.rectangle
        return middle, (w + by, h + by), angle

    def goes_on_in(self, other: _Group) -> bool:
        """Whether both are words of one watermark: as high, and no more than a space apart."""
        if not (self.is_filled and other.is_filled):
            return False
        low, high = sorted((self.height, other.height))
        if high >= _ALIKE * low:
            return False
        space = _SPACE * low
        return bool(cv2.rotatedRectangleIntersection(self.grown(space), other.grown(space))[0])


def _joined(groups: list[_Group]) -> list[_Group]:
    """The groups, those of one watermark as one: the larger its letters, the wider its spaces."""
    joined: list[_Group] = []
    for group in sorted(groups, key=lambda group: group.rectangle[0]):
        parts = [other for other in joined if other.goes_on_in(group)]
        joined = [other for other in joined if other not in parts]
        joined.append(_Group.of(np.concatenate([part.points for part in (*parts, group)])) if parts else group)
    return joined


def _strokes(ink: Gray, inch: float) -> tuple[Gray, Gray]:
    """The strokes of ``ink`` that may be a stamp's, without filled areas; and those that are too large for letters.

    What touches the edge of the picture is the shadow of the page's, or the table under it.
    """
    _, labels, stats, _ = components_with_stats(ink)
    x, y, w, h, area = (stats[:, column] for column in range(5))
    within = (x > 0) & (y > 0) & (x + w < ink.shape[1]) & (y + h < ink.shape[0])
    seed = within & (area < _OUTLINE * w * h) & (np.minimum(w, h) >= _SEED * inch)
    seed[0] = False
    if not seed.any():
        return ink, np.zeros_like(ink)
    open_ = area < _BOLD * w * h
    open_[0] = False
    for piece in np.flatnonzero(seed).tolist():
        own = labels[y[piece] : y[piece] + h[piece], x[piece] : x[piece] + w[piece]] == piece
        if is_frame(own, inch):
            seed[piece] = open_[piece] = False
    return _mask((open_ & (np.maximum(w, h) >= _STROKE * inch))[labels]), _mask(seed[labels])


def _ruling_lines(ink: Gray, inch: float) -> Gray:
    """The thin level and upright runs of ``ink``, which may be a hair off level."""
    length = round(_STRAIGHT * inch)
    level = cv2.morphologyEx(cv2.dilate(ink, np.ones((3, 1), np.uint8)), cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    down = cv2.morphologyEx(cv2.dilate(ink, np.ones((1, 3), np.uint8)), cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    return _without_thick(cv2.bitwise_or(level, down).astype(np.uint8), inch)


def _is_grid(strokes: Gray, inch: float) -> bool:
    """Whether most of the strokes are thin level and upright ones, those of small cells."""
    length = round(_CELL * inch)
    level = cv2.morphologyEx(strokes, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    down = cv2.morphologyEx(strokes, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    straight = _without_thick(cv2.bitwise_or(level, down).astype(np.uint8), inch)
    return cv2.countNonZero(straight) > _GRID * cv2.countNonZero(strokes)


def _is_text(ink: Gray, inch: float) -> bool:
    """Whether the strokes are letters in rows and no more: text in colour, between black ruling lines."""
    _, _, stats, _ = components_with_stats(ink)
    if np.any(np.minimum(stats[1:, 2], stats[1:, 3]) > _LARGE * inch):
        return False
    pieces = letter_pieces(ink, TEN_POINTS_IN * inch, round(inch))
    rows = text_rows(pieces, np.ones(len(pieces.boxes), bool), (ink.shape[0], ink.shape[1]))
    return sum(row.ink for row in rows) > _ROWS * cv2.countNonZero(ink)


def _without_thick(ink: Gray, inch: float) -> Gray:
    return cv2.subtract(ink, cv2.morphologyEx(ink, cv2.MORPH_OPEN, _square(_THIN * inch))).astype(np.uint8)


def _at_least(ink: Gray, least: int) -> Mask:
    """Where connected pieces of ``ink`` are at least so large: thin places of the text's letters are left out."""
    _, labels, stats, _ = components_with_stats(cv2.dilate(ink, np.ones((3, 3), np.uint8)))
    large = np.maximum(stats[:, 2], stats[:, 3]) >= least
    large[0] = False
    strokes: Mask = large[labels] & (ink > 0)
    return strokes


def _picture(gray: Gray, own: Mask, text: Mask, dpi: int) -> Gray:
    """The stamp's ``own`` ink alone, with the gaps closed where ``text`` crosses it."""
    ink = _mask(own)
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, _square(_CROSSED_BY * dpi)) > 0
    level = np.uint8(np.median(gray[own])) if own.any() else np.uint8(0)
    return np.where(own, gray, np.where(closed & text, level, 255)).astype(np.uint8)


def _is_drawing(box: Box, dpi: int) -> bool:
    return min(box[2] - box[0], box[3] - box[1]) > _DRAWING * dpi


def _no_labels(ink: Gray, least: int) -> Mask:
    """Where connected pieces of ``ink`` are wider and higher than that: a label's letters may touch."""
    _, labels, stats, _ = components_with_stats(ink)
    large = np.minimum(stats[:, 2], stats[:, 3]) >= least
    large[0] = False
    strokes: Mask = large[labels] & (ink > 0)
    return strokes


def _cleared(
    gray: Gray,
    light: Gray,
    covered: Mask,
    own: Mask,
) -> Gray:
    """``gray`` with what is ``covered`` by a stamp brightened until the stamp's ``own`` ink is paper.

    ``light``: the same in the channel that shows the stamp's ink palest.
    """
    paper = float(np.percentile(gray, 90))
    if not own.any():
        return gray
    level = float(np.median(light[own]))
    white = _WHITE * level
    # Ink that lies over the text makes it pale.
    under = light[covered & (light < _UNDER * level)]
    black = min(float(np.percentile(under, 10)), white / 2) if under.size else 0.0
    around = cv2.dilate(_mask(covered), np.ones((3, 3), np.uint8)) > 0
    bright = (light.astype(np.float32) - black) * (paper / (white - black))
    return np.where(around, bright.clip(0, paper), gray).astype(np.uint8)


def _on_page(outline: _Outline, shape: tuple[int, ...]) -> tuple[Box, Mask]:
    """The outline's box on the page of this ``shape``, and where in it the stamp is."""
    x0, y0, x1, y1 = (side * _STEP for side in outline.box)
    box = (x0, y0, min(x1, shape[1]), min(y1, shape[0]))
    size = (box[2] - x0, box[3] - y0)
    return box, cv2.resize(outline.area, size, interpolation=cv2.INTER_NEAREST) > 0


def _part(box: Box) -> tuple[slice, slice]:
    x0, y0, x1, y1 = box
    return np.s_[y0:y1, x0:x1]


def _halved(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    height, width = (side // _STEP * _STEP for side in image.shape[:2])
    size = (width // _STEP, height // _STEP)
    return cv2.resize(image[:height, :width], size, interpolation=cv2.INTER_AREA).astype(np.uint8)


def _strongest(pixels: Pixels) -> Gray:
    """Each pixel's strongest channel. (NumPy's ``max`` over the last axis takes ten times as long.)"""
    red, green, blue = cv2.split(pixels)
    return cv2.max(cv2.max(red, green), blue).astype(np.uint8)


def _weakest(pixels: Pixels) -> Gray:
    red, green, blue = cv2.split(pixels)
    return cv2.min(cv2.min(red, green), blue).astype(np.uint8)


def _hue(pixels: Pixels) -> Gray:
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)[..., 0].astype(np.uint8)


def _mask(where: Mask) -> Gray:
    return where.astype(np.uint8) * np.uint8(255)


def _square(side: float) -> Gray:
    return np.ones((max(1, round(side)), max(1, round(side))), np.uint8)
