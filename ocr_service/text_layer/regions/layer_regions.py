"""A page's text layer by the regions of a layout model: which of them need no VLM, and what its answers must say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import (
    CAPTION_LABELS,
    FIGURE_LABELS,
    FORMULA_LABELS,
    TITLE_LABELS,
    Box,
    PlacedWord,
    PreparedRegion,
    Region,
)
from ocr_service.geometry.boxes import enclosing
from ocr_service.geometry.hyphenation import join_lines
from ocr_service.layout.reading_order import reading_order
from ocr_service.layout.text_ink import TextInk, text_ink
from ocr_service.tesseract.blocks.paragraphs import group_paragraphs
from ocr_service.tesseract.words import Line, placed_words, split_by_box
from ocr_service.text_layer.page_layer import PageLayer
from ocr_service.text_layer.regions.breaks import breaks
from ocr_service.text_layer.regions.compose_layer import make_page_line
from ocr_service.text_layer.regions.right_to_left import directed, in_order_of_reading
from ocr_service.text_layer.remainder import gray_of, has_writing, ink_without_rules

RUNNING = frozenset(
    {
        "text", "abstract", "reference", "reference_content", "header", "footer", "number", "footnote",
        "vision_footnote", "aside_text", "formula_number",
    }
)  # fmt: skip
_PICTURES = frozenset({"image", "header_image", "footer_image"})  # regions whose text nobody reads
_LEFT = 24  # of 255, by which a picture without the proven text differs from one without any: text that is not proven
_LEFT_PIXELS = 12
_MOST_OF, _MOST_HIGH = 0.8, 2.0  # of a formula's width in its region, and of its height that this may have
_PLAIN_SIGNS = frozenset("+<=>|~±×÷−¬%°")  # signs of category Sm that running text has
_SUPERSCRIPT = re.compile(r"(?<=[A-Za-z])[⁰¹²³⁴⁵⁶⁷⁸⁹]|[₀₁₂₃₄₅₆₇₈₉]")


class LayerRegions:
    """The proven lines of a page, to be asked for by region."""

    def __init__(self, layer: PageLayer) -> None:
        urls: list[str] = []
        to_the_left = directed(layer)
        self._mirror = layer.picture.width if to_the_left is not None and to_the_left.mirrored else None
        if to_the_left is not None:
            layer = replace(layer, lines=tuple(map(in_order_of_reading, layer.lines)))
        lines = [(line.angle, make_page_line(layer, line, urls, linked=False)) for line in layer.lines]
        self._lines = [line for angle, line in lines if angle == 0]
        # The proven words of lines that are not proven as a whole.
        self._parts = [make_page_line(layer, part, urls, linked=False) for part in layer.parts]
        self._rotated = [line for angle, line in lines if angle]
        self._formulas = [(formula.box, formula.latex) for formula in layer.readable]
        self._mathematics = [word.box for word in layer.mathematics]
        self._remainder = layer.remainder
        self._left = cv2.absdiff(layer.remainder, layer.ground).max(axis=2) > _LEFT
        self._ground = gray_of(layer.ground)
        self._dpi = layer.picture.dpi

    def running_text(self, parts: Sequence[Region]) -> str | None:
        """The text of regions that are read as one; None where it is not running text, or not all of it is proven."""
        label = parts[0].label
        if label not in RUNNING | TITLE_LABELS | CAPTION_LABELS:
            return None
        texts = []
        for part in parts:
            lines = self._inside(part.bbox)
            if not lines or not self.all_proven(part.bbox):
                return None
            if any(map(_is_formula, lines)) or any(_has_middle(part.bbox, box) for box in self._mathematics):
                return None
            texts.append(self._flowing(lines))
        return join_lines(texts)

    def left_out(self, regions: Sequence[Region]) -> dict[Box, str]:
        """Places with proven text that none of ``regions`` reads, and the text. That in a figure is one text."""
        lines, rotated = self._lines, self._rotated
        for region in regions:
            if region.label not in _PICTURES:
                lines, rotated = (split_by_box(left, region.bbox)[1] for left in (lines, rotated))
        found: list[list[Line]] = []
        for region in regions:
            if region.label in _PICTURES:
                inside, lines = split_by_box(lines, region.bbox)
                found.append(inside)
        found += [list(paragraph.lines) for paragraph in group_paragraphs(lines)]
        found += [[line] for line in rotated]
        return {
            enclosing([line.box for line in part]): self._flowing(part)
            for part in found
            if any(c.isalnum() for line in part for c in line.text)
        }

    def _flowing(self, lines: Sequence[Line]) -> str:
        """The lines as paragraphs, an empty line between."""
        placed = lines if self._mirror is None else [_in_mirror(line, self._mirror) for line in lines]
        paragraphs = group_paragraphs(placed)
        order = reading_order([paragraph.box for paragraph in paragraphs], min_gutter=8)
        return "\n\n".join(paragraphs[i].text for i in order)

    def words(self, box: Box) -> tuple[PlacedWord, ...]:
        """What of this region's text is proven, in the order of its lines; level ones come first."""
        rotated = split_by_box([line for line in self._rotated if _touches(box, line.box)], box)[0]
        return placed_words(word for line in [*self._level(box), *rotated] for word in line.words)

    def breaks(self, box: Box, *, of_table: bool) -> tuple[int, ...]:
        """The places in ``words`` before which something that is not proven may stand."""
        level = self._level(box)
        count, level_count = len(self.words(box)), sum(len(line.words) for line in level)
        found = breaks(level, box, self._other_ink, of_table=of_table) if level else ()
        return (*found, *range(level_count, count + 1)) if count > level_count else found

    def rest(self, box: Box) -> int:
        """How many letters the ink makes there that is not proven."""
        return self._rest_ink.in_region(box).letters

    @cached_property
    def _rest_ink(self) -> TextInk:
        return text_ink(self._remainder, self._dpi)

    def _level(self, box: Box) -> list[Line]:
        parts = split_by_box([line for line in self._parts if _touches(box, line.box)], box)[0]
        return sorted(
            [*self._inside(box), *parts], key=lambda line: (round(line.baseline / max(line.em, 1.0)), line.box[0])
        )

    @cached_property
    def _other_ink(self) -> npt.NDArray[np.bool_]:
        """Pixels of the page with text that is not proven, and with what is drawn, but for long rules."""
        drawn = ink_without_rules(self._ground, self._dpi)
        height, width = self._ground.shape
        left: npt.NDArray[np.bool_] = self._left
        return left | (cv2.resize(drawn, (width, height), interpolation=cv2.INTER_NEAREST) > 0)

    def formula(self, box: Box) -> str:
        """The LaTeX of the formula that is all of this region; empty where there is none, or several."""
        here = [(place, latex) for place, latex in self._formulas if _meets(box, place)]
        if len(here) != 1 or not _has_middle(box, here[0][0]):
            return ""
        x0, y0, x1, y1 = here[0][0]
        wide = min(x1, box[2]) - max(x0, box[0])
        return here[0][1] if wide > _MOST_OF * (x1 - x0) and box[3] - box[1] < _MOST_HIGH * (y1 - y0) else ""

    def _inside(self, box: Box) -> list[Line]:
        return split_by_box([line for line in self._lines if _touches(box, line.box)], box)[0]

    def all_proven(self, box: Box) -> bool:
        """Whether nothing stands there that is not proven, text or drawn."""
        x0, y0, x1, y1 = box
        if np.count_nonzero(self._left[y0:y1, x0:x1]) > _LEFT_PIXELS:
            return False
        part = self._ground[y0:y1, x0:x1]
        return min(part.shape) < 3 or not has_writing(part, self._dpi)


def with_layer_words(prepared: Sequence[PreparedRegion], known: LayerRegions) -> tuple[PreparedRegion, ...]:
    """The regions with the words that the layer proves to stand there."""
    result = []
    for place, region in enumerate(prepared):
        if region.crop is None and region.layer_text is None:
            result.append(region)
            continue
        # What follows without a picture of its own is read together with it.
        parts = [region.region.bbox]
        for other in prepared[place + 1 :]:
            if other.crop is not None or other.image is not None or other.layer_text is not None:
                break
            parts.append(other.region.bbox)
        words = [known.words(box) for box in parts]
        complete = all(words) and all(known.all_proven(box) for box in parts)
        if complete or region.region.label not in FIGURE_LABELS:  # a chart's answer is no transcript
            said = tuple(word for part in words for word in part)
            open_at = () if complete else _all_breaks(known, parts, of_table=region.region.label == "table")
            rest = 0 if complete else sum(map(known.rest, parts))
            region = replace(region, layer_words=said, layer_complete=complete, layer_breaks=open_at, layer_rest=rest)
        if region.region.label in FORMULA_LABELS and len(parts) == 1:
            region = replace(region, layer_latex=known.formula(region.region.bbox))
        result.append(region)
    return tuple(result)


def _all_breaks(known: LayerRegions, parts: Sequence[Box], *, of_table: bool) -> tuple[int, ...]:
    """The breaks in the words of all parts; there is one between two parts, too."""
    found: set[int] = set()
    at = 0
    for box in parts:
        if at:
            found.add(at)
        found.update(at + place for place in known.breaks(box, of_table=of_table))
        at += len(known.words(box))
    return tuple(sorted(found))


def _touches(outer: Box, inner: Box) -> bool:
    return outer[0] < inner[2] and inner[0] < outer[2] and outer[1] < inner[3] and inner[1] < outer[3]


def _meets(outer: Box, inner: tuple[float, float, float, float]) -> bool:
    return outer[0] < inner[2] and inner[0] < outer[2] and outer[1] < inner[3] and inner[1] < outer[3]


def _has_middle(outer: Box, inner: tuple[float, float, float, float]) -> bool:
    return outer[0] <= (inner[0] + inner[2]) / 2 < outer[2] and outer[1] <= (inner[1] + inner[3]) / 2 < outer[3]


def _in_mirror(line: Line, width: int) -> Line:
    """A line that begins at the right of a page, as far from the left; its words keep their order."""
    by = width - line.box[2] - line.box[0]
    words = [replace(word, box=_moved(word.box, by)) for word in line.words]
    return replace(line, words=tuple(words), box=_moved(line.box, by))


def _moved(box: Box, by: int) -> Box:
    return box[0] + by, box[1], box[2] + by, box[3]


def _is_formula(line: Line) -> bool:
    """Whether a line has signs of mathematics, whose places a model shows better than a line of characters."""
    signs = [c for c in line.text if unicodedata.category(c) == "Sm" and c not in _PLAIN_SIGNS]
    greek = sum("GREEK" in unicodedata.name(c, "") for c in line.text)
    letters = sum(c.isalpha() for c in line.text)
    return bool(signs) or 0 < greek < 0.5 * letters or len(_SUPERSCRIPT.findall(line.text)) > 1
